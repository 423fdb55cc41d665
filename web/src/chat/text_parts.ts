/**
 * Cuts a message's text into plain pieces and links. Pure.
 *
 * Nothing here makes HTML: a part's text is inserted as text, and a part's `href` is always a URL of
 * http, https or mailto that the browser's own parser accepted.
 */

import { LinkifyIt } from "linkify-it";

export interface TextPart {
  readonly text: string;
  /** Null for plain text. */
  readonly href: string | null;
}

/** A message has 16 KiB of text; more links than this in one are shown as plain text. */
const LINKS_MAX = 200;

/** As the bound of a stored attachment's URL: longer "links" are noise. */
const LINK_LENGTH_MAX = 2_048;

const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, maxLength: LINK_LENGTH_MAX })
  .add("ftp:", null)
  .add("//", null);

const SAFE_PROTOCOLS = new Set(["http:", "https:", "mailto:"]);

/** C0 and C1 controls except tab and newline: invisible at best. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** What takes no room: space, zero-width characters, joiners, bidi controls, fillers, tags. */
const INVISIBLE =
  /\s|\p{Cf}|\p{Default_Ignorable_Code_Point}|[\u115f\u1160\u2800\u3164\uffa0]|\ufffd/gu;

/** The text as it is shown: line ends alike, each control character as a visible mark. */
export function cleanText(text: string): string {
  return text.replace(/\r\n?|[\u2028\u2029\u0085]/g, "\n").replace(CONTROLS, "\ufffd");
}

/** Whether there is anything to see in it. */
export function isBlank(text: string): boolean {
  return cleanText(text).replace(INVISIBLE, "") === "";
}

/** A link that may be followed, or null. */
export function safeHref(url: string): string | null {
  try {
    const parsed = new URL(url);
    return SAFE_PROTOCOLS.has(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

export function textParts(text: string): readonly TextPart[] {
  const shown = cleanText(text);
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of findLinks(shown)) {
    const href = safeHref(match.url);
    if (href === null) continue;
    if (match.index > at) parts.push({ text: shown.slice(at, match.index), href: null });
    parts.push({ text: shown.slice(match.index, match.lastIndex), href });
    at = match.lastIndex;
  }
  if (at < shown.length) parts.push({ text: shown.slice(at), href: null });
  return parts;
}

function findLinks(text: string) {
  // Most messages have none, and this look is much cheaper than the library's.
  if (!/[.:@]/.test(text)) return [];
  return (linkify.match(text) ?? []).slice(0, LINKS_MAX);
}

/** A text is folded when it is longer than this, or has more lines. */
export const FOLD_LENGTH = 1_600;
export const FOLD_LINES = 24;

/** What is a little longer is shown whole: unfolding would bring next to nothing. */
const SLACK = 1.25;

/** Where a long text is cut, or null where it is shown whole. */
export function foldAt(text: string): number | null {
  const byLines = lineEnd(text, FOLD_LINES);
  const lines = byLines !== null && lineEnd(text, FOLD_LINES * SLACK) !== null ? byLines : null;
  const length = text.length > FOLD_LENGTH * SLACK ? wordEnd(text, FOLD_LENGTH) : null;
  if (lines === null || length === null) return lines ?? length;
  return Math.min(lines, length);
}

/** The end of the nth line; null when there are no more lines than that. */
function lineEnd(text: string, lines: number): number | null {
  let at = -1;
  for (let line = 0; line < lines; line++) {
    at = text.indexOf("\n", at + 1);
    if (at < 0) return null;
  }
  return at;
}

/** Before a word, if there is a space near; never between the halves of a character. */
function wordEnd(text: string, length: number): number {
  const space = text.lastIndexOf(" ", length);
  if (space > length - 100) return space;
  const code = text.charCodeAt(length);
  return code >= 0xdc00 && code < 0xe000 ? length - 1 : length;
}
