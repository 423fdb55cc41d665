/**
 * A message's text: plain text and links, never HTML, in a direction of its own.
 *
 * The text is cut where it is very long and unfolds on demand.
 */

import { memo, useState } from "react";
import { emojiOnly } from "./emoji_only.js";
import styles from "./message.module.css";
import { foldAt, isBlank, type TextPart, textParts } from "./text_parts.js";

/** Texts that were unfolded stay so while they are scrolled out and in again; the latest of them. */
const unfolded = new Set<string>();
const UNFOLDED_MAX = 200;

function keepUnfolded(id: string): void {
  unfolded.add(id);
  for (const oldest of unfolded) {
    if (unfolded.size <= UNFOLDED_MAX) return;
    unfolded.delete(oldest);
  }
}

export const MessageText = memo(function MessageText(props: { id: string; text: string }) {
  const { id, text } = props;
  const [open, setOpen] = useState(() => unfolded.has(id));
  if (text === "") return null;
  if (isBlank(text)) return <span className={styles.noWords}>(nothing to see in this text)</span>;
  const end = open ? null : foldAt(text);
  const unfold = () => {
    keepUnfolded(id);
    setOpen(true);
  };
  return (
    <>
      <span className={textClass(text)} dir="auto" data-testid="text">
        <Parts parts={textParts(end === null ? text : text.slice(0, end))} />
        {end !== null && "…"}
      </span>
      {end !== null && (
        <button type="button" className={styles.more} onClick={unfold}>
          Show more
        </button>
      )}
    </>
  );
});

function textClass(text: string): string {
  return emojiOnly(text) > 0 ? `${styles.text} ${styles.bigEmoji}` : `${styles.text}`;
}

function Parts({ parts }: { readonly parts: readonly TextPart[] }) {
  let at = 0;
  return parts.map((part) => {
    const key = at;
    at += part.text.length;
    if (part.href === null) return part.text;
    return <Link key={key} href={part.href} text={part.text} />;
  });
}

function Link({ href, text }: { readonly href: string; readonly text: string }) {
  return (
    <a
      className={styles.link}
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      dir="ltr"
      title={href}
    >
      {text}
    </a>
  );
}
