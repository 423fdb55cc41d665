/** What a message answers: a short form of it, that leads to it. */

import type { EventId, FoldedMessage } from "@connect-chat/sdk";
import { personStyle } from "../design/avatar.js";
import { Name } from "../design/name.js";
import { oneLine } from "../text.js";
import { useChatActions } from "./chat_actions.js";
import { contentOf } from "./content.js";
import styles from "./message.module.css";

/** More is never seen on the one or two lines of a quote. */
const LENGTH_MAX = 160;

/** A message on one line, for quotes and for the reply bar. */
export function preview(message: FoldedMessage): string {
  if (message.deleted !== undefined) return "This message was deleted";
  const { text, attachments } = contentOf(message.body);
  const line = oneLine(text.slice(0, LENGTH_MAX * 2)).slice(0, LENGTH_MAX);
  if (line !== "") return line;
  if (attachments.length === 0) return "Message";
  return attachments.length === 1 ? "An attachment" : `${attachments.length} attachments`;
}

export function Quote(props: {
  replyTo: EventId;
  quoted: FoldedMessage | null;
  /** The message that has the quote: where the way back leads. */
  from: EventId | null;
}) {
  const { replyTo, quoted, from } = props;
  const actions = useChatActions();
  const style = quoted === null ? undefined : personStyle(quoted.from);
  return (
    <button
      type="button"
      className={styles.quote}
      style={style}
      onClick={() => actions.jumpTo(replyTo, from)}
    >
      {quoted === null ? (
        <span className={styles.quoteText}>Earlier message. Show it</span>
      ) : (
        <>
          <Name className={`person ${styles.quoteName}`}>{quoted.from}</Name>
          <span className={styles.quoteText} dir="auto">
            {preview(quoted)}
          </span>
        </>
      )}
    </button>
  );
}
