/** Messages of nothing but a few emoji are shown large. Pure. */

/** From this many on they are text. */
export const BIG_EMOJI_MAX = 5;

/** Bytes of the longest emoji sequences, families with skin tones, are below 40; five of them. */
const LENGTH_MAX = 40 * BIG_EMOJI_MAX;

const FLAG = "\\p{RI}\\p{RI}";
const KEYCAP = "[0-9#*]\\ufe0f?\\u20e3";
const ELEMENT = "\\p{Extended_Pictographic}(?:\\ufe0f|\\p{EMod})?(?:[\\u{e0020}-\\u{e007f}]{1,8})?";
const EMOJI = new RegExp(`(?:${FLAG}|${KEYCAP}|${ELEMENT}(?:\\u200d${ELEMENT})*)`, "uy");

/** How many emoji a text consists of; 0 when there is anything else in it, or too many. */
export function emojiOnly(text: string): number {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > LENGTH_MAX) return 0;
  const bare = trimmed.replace(/\s+/g, "");
  let count = 0;
  for (let at = 0; at < bare.length; count++) {
    EMOJI.lastIndex = at;
    const match = EMOJI.exec(bare);
    if (match === null || !isShownAsEmoji(match[0])) return 0;
    at += match[0].length;
  }
  return count > BIG_EMOJI_MAX ? 0 : count;
}

/** Signs as © and ™ are emoji only when they say so. */
function isShownAsEmoji(emoji: string): boolean {
  return /\p{Emoji_Presentation}|\ufe0f|\u20e3|\p{RI}/u.test(emoji);
}
