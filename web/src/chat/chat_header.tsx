/** The pane's head: whose chat it is, who is there, and the ways to a date and to its settings. */

import type { Chat, ChatSummary, Client, UserId } from "@connect-chat/sdk";
import { ArrowLeft, Info } from "lucide-react";
import { useEffect, useState } from "react";
import { Avatar } from "../design/avatar.js";
import { IconButton } from "../design/button.js";
import { Name } from "../design/name.js";
import { useReadable } from "../readable.js";
import { shownName } from "../text.js";
import styles from "./chat_pane.module.css";
import { JumpToDate } from "./jump_to_date.js";
import { nameList } from "./receipts.js";
import { lastSeen } from "./times.js";

export interface ChatHeaderProps {
  readonly client: Client;
  readonly chat: Chat;
  readonly summary: ChatSummary | null;
  readonly onBack: (() => void) | undefined;
  readonly onOpenInfo: () => void;
  readonly onJumpToDate: (ms: number) => void;
}

export function ChatHeader(props: ChatHeaderProps) {
  const { client, chat, summary, onBack, onOpenInfo } = props;
  const { id, name } = titleOf(chat, summary);
  return (
    <header className={styles.header}>
      {onBack !== undefined && (
        <IconButton label="Back to the chats" onClick={onBack} tooltip={false}>
          <ArrowLeft aria-hidden="true" />
        </IconButton>
      )}
      <button type="button" className={styles.who} onClick={onOpenInfo}>
        <Avatar id={id} name={name} />
        <span className={styles.words}>
          <h2 className={styles.title}>
            <Name otherwise="Group">{name}</Name>
          </h2>
          <Subtitle client={client} chat={chat} summary={summary} />
        </span>
      </button>
      <JumpToDate now={client.now()} onJump={props.onJumpToDate} />
      <IconButton label="About this chat" onClick={onOpenInfo}>
        <Info aria-hidden="true" />
      </IconButton>
    </header>
  );
}

export function titleOf(chat: Chat, summary: ChatSummary | null): { id: string; name: string } {
  if (summary?.type === "direct" && summary.peer !== null)
    return { id: summary.peer, name: summary.peer };
  return { id: chat.id, name: summary?.title ?? "" };
}

function Subtitle({ client, chat, summary }: Pick<ChatHeaderProps, "client" | "chat" | "summary">) {
  const typing = useReadable(chat.typing);
  if (summary === null) return null;
  if (typing.length > 0)
    return <span className={styles.typing}>{typingWords(typing, summary.type === "direct")}</span>;
  if (summary.role === null)
    return <span className={styles.subtitle}>You are no longer in this chat</span>;
  if (summary.type === "group")
    return <MemberCount client={client} chat={chat} summary={summary} />;
  if (summary.peer === null) return null;
  return <PresenceLine client={client} peer={summary.peer} />;
}

export function typingWords(typing: readonly UserId[], direct: boolean): string {
  if (direct) return "typing …";
  const names = typing.map((user) => shownName(user));
  if (names.length > 3) return "several people are typing …";
  return `${nameList(names)} ${names.length === 1 ? "is" : "are"} typing …`;
}

function PresenceLine({ client, peer }: { readonly client: Client; readonly peer: UserId }) {
  const presence = useReadable(client.presence(peer));
  return <span className={styles.subtitle}>{presenceWords(presence, client.now())}</span>;
}

function presenceWords(presence: ReturnType<ReturnType<Client["presence"]>["get"]>, now: number) {
  if (presence === null) return "";
  if (presence.online) return "online";
  return presence.lastSeen === null ? "offline" : lastSeen(presence.lastSeen, now);
}

interface MemberCountProps {
  readonly client: Client;
  readonly chat: Chat;
  readonly summary: ChatSummary;
}

/** Asked for once there is a session, and after each change of members; nothing until it is known. */
function MemberCount({ client, chat, summary }: MemberCountProps) {
  const online = useReadable(client.connection).state === "online";
  const [count, setCount] = useState<number | null>(null);
  const { last } = summary;
  const changed = last !== null && last.kind !== "message" ? last.id : 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again after each change of members
  useEffect(() => {
    let current = true;
    if (!online) return;
    chat.info().then(
      (info) => current && setCount(info.members),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [chat, changed, online]);
  if (count === null) return null;
  return <span className={styles.subtitle}>{count === 1 ? "1 member" : `${count} members`}</span>;
}
