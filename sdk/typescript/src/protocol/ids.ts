/**
 * Ids of events and keys of operations: what they say about time. Pure.
 *
 * An event's id is `unix_ms << 11 | counter`, below 2^53. JavaScript's shifts cut to 32 bits, so this
 * divides and multiplies, which is exact in that range.
 */

import type { EventId, Key } from "./types.js";

/** 2^11: ids of one millisecond. */
const IDS_PER_MS = 2048;

/** Times up to here have ids below 2^53, and fit into the 48 bits of a key, too. */
const MS_MAX = Math.floor(Number.MAX_SAFE_INTEGER / IDS_PER_MS);

/** How many random bytes a key takes. */
export const KEY_RANDOM_BYTES = 10;

/** When the event came about; ms. */
export function timeOf(id: EventId): number {
  return Math.floor(id / IDS_PER_MS);
}

/** The first id of a millisecond: every event of that time or later is at or past it. */
export function idAt(ms: number): EventId {
  return Math.floor(ms) * IDS_PER_MS;
}

/**
 * A key for an operation that is put on the wire now (the server's clock, ms): a UUIDv7, RFC 9562,
 * section 5.7. 48 bits of time, the version, 12 random bits, the variant, 62 random bits. Throws
 * RangeError for a time that has no id, and for fewer than `KEY_RANDOM_BYTES` bytes.
 */
export function mintKey(ms: number, random: Uint8Array): Key {
  const [high, low, variant, ...rest] = random.subarray(0, KEY_RANDOM_BYTES);
  if (high === undefined || low === undefined || variant === undefined || rest.length !== 7)
    throw new RangeError(`a key takes ${KEY_RANDOM_BYTES} random bytes, got ${random.length}`);
  if (!(ms >= 0 && ms <= MS_MAX)) throw new RangeError(`a key's time is 0 to ${MS_MAX}, got ${ms}`);
  const time = Math.floor(ms).toString(16).padStart(12, "0");
  const bytes = [0x70 | (high & 0x0f), low, 0x80 | (variant & 0x3f), ...rest];
  const hex = time + bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
