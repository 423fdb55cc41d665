/** What there is to know about a chat, and to change: name, members, invitation, leaving. */

import type { Chat, ChatSummary, Client } from "@connect-chat/sdk";
import { useState } from "react";
import { Avatar } from "../design/avatar.js";
import { Button } from "../design/button.js";
import { Dialog } from "../design/dialog.js";
import { Spinner } from "../design/spinner.js";
import { avatarId, avatarName, chatName } from "../list/preview.js";
import { useReadable } from "../readable.js";
import styles from "./chat_info_dialog.module.css";
import { CopyRow } from "./copy_row.js";
import { GroupSettings } from "./group_settings.js";
import { invitationTo } from "./invitation.js";
import { LeaveDialog } from "./leave_dialog.js";
import { MemberList } from "./member_list.js";
import { type ChatDetails, useChatDetails } from "./use_chat_details.js";

export interface ChatInfoDialogProps {
  readonly client: Client;
  readonly chatId: string;
  readonly shown: boolean;
  readonly onClose: () => void;
  readonly onOpen: (chat: string) => void;
}

export function ChatInfoDialog(props: ChatInfoDialogProps) {
  const { client, chatId, shown, onClose } = props;
  const summary = useReadable(client.chat(chatId).summary);
  const title = summary?.type === "direct" ? "Chat info" : "Group info";
  return (
    <Dialog open={shown && summary !== null} onClose={onClose} title={title} shape="side">
      {summary !== null && <ChatInfoContent {...props} summary={summary} />}
    </Dialog>
  );
}

type ContentProps = ChatInfoDialogProps & { readonly summary: ChatSummary };

function ChatInfoContent({ client, chatId, summary, onClose, onOpen }: ContentProps) {
  const chat = client.chat(chatId);
  const details = useChatDetails(chat);
  const group = summary.type === "group";
  return (
    <>
      <Head summary={summary} details={details} />
      {summary.role === null && <p className={styles.note}>You are no longer in this group.</p>}
      {details.error !== null && (
        <p className={styles.error} role="alert">
          {details.error}
        </p>
      )}
      {group && <GroupParts client={client} chat={chat} details={details} onOpen={onOpen} />}
      <CopyRow label="Chat id" text={chatId} />
      {group && summary.role !== null && (
        <LeaveButton chat={chat} name={chatName(summary)} onLeft={onClose} />
      )}
    </>
  );
}

function Head({ summary, details }: { summary: ChatSummary; details: ChatDetails }) {
  const topic = details.info?.topic ?? "";
  return (
    <div className={styles.head}>
      <Avatar id={avatarId(summary)} name={avatarName(summary)} size="large" />
      <bdi className={styles.name}>{chatName(summary)}</bdi>
      {topic !== "" && (
        <bdi className={styles.topic} dir="auto">
          {topic}
        </bdi>
      )}
    </div>
  );
}

interface GroupPartsProps {
  readonly client: Client;
  readonly chat: Chat;
  readonly details: ChatDetails;
  readonly onOpen: (chat: string) => void;
}

function GroupParts({ client, chat, details, onOpen }: GroupPartsProps) {
  const { info, members } = details;
  if (info === null || members === null)
    return details.error === null ? (
      <span className={styles.waiting}>
        <Spinner label="Loading" />
      </span>
    ) : (
      <Button onClick={() => void details.reload()}>Try again</Button>
    );
  return (
    <>
      <GroupSettings chat={chat} info={info} onChanged={details.reload} />
      {info.joinable && <CopyRow label="Invitation link" text={invitationTo(info.chat)} />}
      <MemberList
        client={client}
        chat={chat}
        own={info.role}
        members={members}
        onChanged={details.reload}
        onOpen={onOpen}
      />
    </>
  );
}

interface LeaveButtonProps {
  readonly chat: Chat;
  readonly name: string;
  readonly onLeft: () => void;
}

function LeaveButton({ chat, name, onLeft }: LeaveButtonProps) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button className={styles.leave ?? ""} wide onClick={() => setAsking(true)}>
        Leave group
      </Button>
      <LeaveDialog
        chat={chat}
        name={name}
        shown={asking}
        onClose={() => setAsking(false)}
        onLeft={onLeft}
      />
    </>
  );
}
