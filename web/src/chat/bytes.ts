/** How much text a message may carry, counted as the server counts it. Pure. */

import { byteLength } from "../text.js";

/** The protocol's bound of `body.text`, in bytes of UTF-8. */
export const TEXT_BYTES_MAX = 16_384;

/** From here on the composer says how much is left. */
export const TEXT_BYTES_NEAR = TEXT_BYTES_MAX - 1_024;

/** What to tell the writer, or null while there is nothing to tell. */
export function limitMessage(text: string): string | null {
  // A unit is at most three bytes: most texts are known to fit without counting.
  if (text.length * 3 <= TEXT_BYTES_NEAR) return null;
  const left = TEXT_BYTES_MAX - byteLength(text);
  if (left >= 0 && left > TEXT_BYTES_MAX - TEXT_BYTES_NEAR) return null;
  if (left < 0) return `Too long by ${format(-left)}: a message holds ${format(TEXT_BYTES_MAX)}.`;
  return `${format(left)} left`;
}

export function isTooLong(text: string): boolean {
  return text.length * 3 > TEXT_BYTES_MAX && byteLength(text) > TEXT_BYTES_MAX;
}

function format(bytes: number): string {
  return bytes === 1 ? "1 byte" : `${bytes.toLocaleString("en")} bytes`;
}
