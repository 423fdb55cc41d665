/** Text that people chose, made fit to be shown on one line: names, titles, previews. Pure. */

/**
 * Control characters, and those that are invisible or turn the direction of what follows. The
 * joiners (200C, 200D) stay: scripts and emoji are made of them.
 */
const UNSEEN =
  /[\p{Cc}\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;
const ONLY_JOINERS_AND_SPACE = /^(?:[\s\u200C\u2800\u3164\uFFA0\u115F\u1160]|\u200D)*$/u;

/** A name or title as it is shown; never empty. */
export function shownName(name: string, otherwise = "(no name)"): string {
  const text = oneLine(name);
  return ONLY_JOINERS_AND_SPACE.test(text) ? otherwise : text;
}

/** The text on one line, without what cannot be seen. */
export function oneLine(text: string): string {
  return text.replace(/\s+/gu, " ").replace(UNSEEN, "").trim();
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The first character of a text as people count them; "" of an empty one. */
export function firstCharacter(text: string): string {
  for (const { segment } of GRAPHEMES.segment(text)) return segment;
  return "";
}

/** Letters for an avatar: of the first and the last word, or one where there is one word. */
export function initials(name: string): string {
  const words = shownName(name, "?")
    .split(/[\s._-]+/u)
    .map(firstCharacter)
    .filter((character) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(character));
  const first = words[0] ?? firstCharacter(shownName(name, "?"));
  const last = words.length > 1 ? (words[words.length - 1] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

/** A hue in degrees for a user or chat: one of 12, always the same one. FNV-1a and Murmur3's mixing. */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) % 12) * 30;
}

const ENCODER = new TextEncoder();

/** How many bytes of UTF-8 a text has: what the server's bounds count. */
export function byteLength(text: string): number {
  return ENCODER.encode(text).length;
}
