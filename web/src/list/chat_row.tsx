/** A line of the chat list: a link, so that it opens in a new tab as any other. */

import type { ChatSummary, Client } from "@connect-chat/sdk";
import { CircleAlert, Clock3 } from "lucide-react";
import { type MouseEvent, memo, useMemo } from "react";
import { Avatar } from "../design/avatar.js";
import { Badge } from "../design/badge.js";
import { VisuallyHidden } from "../design/visually_hidden.js";
import { useReadable } from "../readable.js";
import { chatPath, isPlainClick } from "../routing.js";
import { shownName } from "../text.js";
import styles from "./chat_row.module.css";
import { fullMoment, shortMoment } from "./moment.js";
import { avatarId, avatarName, chatName, type Preview, previewOf } from "./preview.js";

export interface ChatRowProps {
  readonly client: Client;
  readonly chat: ChatSummary;
  readonly selected: boolean;
  /** The one row that Tab reaches; arrows reach the others. */
  readonly tabStop: boolean;
  /** The day and minute that times are told by; see `useNow`. */
  readonly now: number;
  readonly onOpen: (chat: string) => void;
}

export const ChatRow = memo(function ChatRow(props: ChatRowProps) {
  const { client, chat, selected, tabStop, now, onOpen } = props;
  const typing = useReadable(client.chat(chat.chat).typing);

  function open(event: MouseEvent) {
    if (!isPlainClick(event)) return;
    event.preventDefault();
    onOpen(chat.chat);
  }

  return (
    <a
      className={styles.row}
      href={chatPath(chat.chat)}
      aria-current={selected ? "page" : undefined}
      tabIndex={tabStop ? 0 : -1}
      data-chat={chat.chat}
      data-unread={chat.unread}
      onClick={open}
    >
      <RowAvatar client={client} chat={chat} />
      <span className={styles.lines}>
        <span className={styles.line}>
          <bdi className={styles.name}>{chatName(chat)}</bdi>
          <time className={styles.time} title={fullMoment(chat.ts)}>
            {shortMoment(chat.ts, now)}
          </time>
        </span>
        <span className={styles.line}>
          {typing.length > 0 ? (
            <TypingLine typing={typing} group={chat.type === "group"} />
          ) : (
            <PreviewLine preview={previewOf(chat, client.user)} />
          )}
          <Badge count={chat.unread} label="unread" />
        </span>
      </span>
    </a>
  );
});

function RowAvatar({ client, chat }: Pick<ChatRowProps, "client" | "chat">) {
  if (chat.type === "direct" && chat.peer !== null)
    return <PeerAvatar client={client} peer={chat.peer} />;
  return <Avatar id={avatarId(chat)} name={avatarName(chat)} />;
}

function PeerAvatar({ client, peer }: { readonly client: Client; readonly peer: string }) {
  const presence = useReadable(useMemo(() => client.presence(peer), [client, peer]));
  const online = presence?.online ?? false;
  return (
    <span data-presence={online ? "online" : "offline"}>
      <Avatar id={peer} name={peer} online={online} />
      {online && <VisuallyHidden>Online: </VisuallyHidden>}
    </span>
  );
}

function PreviewLine({ preview }: { readonly preview: Preview }) {
  return (
    <span className={`${styles.preview} ${preview.quiet ? styles.quiet : ""}`}>
      {preview.status !== null && <StatusMark status={preview.status} />}
      {preview.who !== null && (
        <>
          <bdi className={styles.who}>{preview.who}</bdi>
          {": "}
        </>
      )}
      <bdi className={styles.text}>{preview.text}</bdi>
    </span>
  );
}

function StatusMark({ status }: { readonly status: "sending" | "failed" }) {
  const Icon = status === "failed" ? CircleAlert : Clock3;
  return (
    <>
      <Icon className={`${styles.mark} ${styles[status]}`} aria-hidden="true" />
      <VisuallyHidden>{status === "failed" ? "Not sent: " : "Sending: "}</VisuallyHidden>
    </>
  );
}

function TypingLine(props: { readonly typing: readonly string[]; readonly group: boolean }) {
  const [first = "", ...others] = props.typing;
  const many = others.length > 0;
  return (
    <span className={`${styles.preview} ${styles.typing}`}>
      {props.group && !many && (
        <>
          <bdi className={styles.who}>{shownName(first)}</bdi>
          {" is "}
        </>
      )}
      {many ? `${props.typing.length} are typing…` : "typing…"}
    </span>
  );
}
