/**
 * A message of the timeline, and an own one that is on its way.
 *
 * Memoised by its row, which is the same object while nothing of it changes.
 */

import { CornerUpLeft, MoreHorizontal, SmilePlus } from "lucide-react";
import { memo } from "react";
import { Avatar, personStyle } from "../design/avatar.js";
import { Name } from "../design/name.js";
import { oneLine, shownName } from "../text.js";
import { Attachments } from "./attachments.js";
import { useChatActions } from "./chat_actions.js";
import { contentOf } from "./content.js";
import styles from "./message.module.css";
import { MessageMeta } from "./message_status.js";
import { MessageText } from "./message_text.js";
import { Quote } from "./quote.js";
import { Reactions } from "./reactions.js";
import type { MessageRow, PendingRow } from "./rows.js";
import { clockTime } from "./times.js";

export interface MessageRowProps {
  readonly row: MessageRow | PendingRow;
  readonly direct: boolean;
  /** The chat was left: it can be read, and nothing else. */
  readonly readOnly: boolean;
  /** Just jumped to. */
  readonly highlighted: boolean;
  /** The one row that the Tab key reaches. */
  readonly active: boolean;
}

export const MessageRowView = memo(function MessageRowView(props: MessageRowProps) {
  const { row, direct, active } = props;
  const named = !row.own && !direct;
  return (
    <article
      className={rowClass(props)}
      tabIndex={active ? 0 : -1}
      aria-label={rowLabel(row)}
      data-entry={row.id}
      data-seq={row.type === "message" ? row.message.seq : undefined}
      data-own={row.own || undefined}
    >
      {named && (
        <span className={styles.avatarPlace}>
          {row.first && <Avatar id={row.from} name={row.from} size="small" />}
        </span>
      )}
      <div className={styles.column}>
        <Bubble {...props} named={named && row.first} />
        {row.type === "message" && <Reactions message={row.message} off={props.readOnly} />}
        {row.type === "pending" && <Failure row={row} />}
      </div>
      {row.type === "message" && row.message.deleted === undefined && (
        <Toolbar row={row} readOnly={props.readOnly} />
      )}
    </article>
  );
});

function rowClass({ row, highlighted }: MessageRowProps): string {
  const classes = [styles.row, row.own ? styles.own : styles.other];
  if (row.first) classes.push(styles.first);
  if (row.last) classes.push(styles.last);
  if (highlighted) classes.push(styles.highlighted);
  return classes.join(" ");
}

/** As much of a text as is read out when its row gets the focus. */
const LABEL_LENGTH_MAX = 300;

function rowLabel(row: MessageRow | PendingRow): string {
  const who = row.own ? "You" : shownName(row.from);
  const { body, ts } = row.type === "pending" ? row.pending : row.message;
  const deleted = row.type === "message" && row.message.deleted !== undefined;
  const text = deleted
    ? "deleted message"
    : oneLine(contentOf(body).text.slice(0, LABEL_LENGTH_MAX));
  return `${who}: ${text}, ${clockTime(ts)}`;
}

function Bubble({ row, named }: MessageRowProps & { readonly named: boolean }) {
  if (row.type === "message" && row.message.deleted !== undefined)
    return (
      <div className={`${styles.bubble} ${styles.gone}`}>
        {named && <Sender from={row.from} />}
        <span>This message was deleted</span>
        <MessageMeta row={row} />
      </div>
    );
  const { text, attachments } = contentOf(
    row.type === "pending" ? row.pending.body : row.message.body,
  );
  const from = row.type === "message" ? row.message.id : null;
  return (
    <div className={styles.bubble}>
      {named && <Sender from={row.from} />}
      {row.replyTo !== null && <Quote replyTo={row.replyTo} quoted={row.quoted} from={from} />}
      <MessageText id={row.id} text={text} />
      <Attachments items={attachments} />
      <MessageMeta row={row} />
    </div>
  );
}

function Sender({ from }: { readonly from: string }) {
  return (
    <span className={styles.sender} style={personStyle(from)}>
      <Name className="person">{from}</Name>
    </span>
  );
}

function Failure({ row }: { readonly row: PendingRow }) {
  const actions = useChatActions();
  const { status, error, localId } = row.pending;
  if (status !== "failed") return null;
  return (
    <div className={styles.failure} role="alert">
      <span>Not sent{error === null ? "." : `: ${sentence(error.message)}`}</span>
      <span className={styles.failureActions}>
        <button type="button" onClick={() => actions.retry(localId)}>
          Try again
        </button>
        <button type="button" onClick={() => actions.drop(localId)}>
          Delete
        </button>
      </span>
    </div>
  );
}

function sentence(message: string): string {
  const line = oneLine(message);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

function Toolbar({ row, readOnly }: { readonly row: MessageRow; readonly readOnly: boolean }) {
  const actions = useChatActions();
  return (
    <div className={styles.toolbar} role="toolbar" aria-label="Message">
      {!readOnly && (
        <>
          <button
            type="button"
            aria-label="React"
            title="React"
            onClick={(event) => actions.pickReaction(row, event.currentTarget)}
          >
            <SmilePlus aria-hidden="true" />
          </button>
          <button type="button" aria-label="Reply" title="Reply" onClick={() => actions.reply(row)}>
            <CornerUpLeft aria-hidden="true" />
          </button>
        </>
      )}
      <button
        type="button"
        aria-label="More"
        title="More"
        aria-haspopup="menu"
        onClick={(event) => actions.openMenu(row, event.currentTarget)}
      >
        <MoreHorizontal aria-hidden="true" />
      </button>
    </div>
  );
}
