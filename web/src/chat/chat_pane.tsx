/** A chat: its header, its messages and the field to write in. */

import type { Chat, ChatId, ChatSummary, Client, EventId } from "@connect-chat/sdk";
import { useEffect, useMemo, useRef, useState } from "react";
import { Button } from "../design/button.js";
import { Spinner } from "../design/spinner.js";
import { useReadable } from "../readable.js";
import { type ChatActions, ChatActionsProvider } from "./chat_actions.js";
import { ChatHeader, titleOf } from "./chat_header.js";
import styles from "./chat_pane.module.css";
import { ChatPopups, noPopup, type Popup } from "./chat_popups.js";
import { Composer, type ComposerMode } from "./composer.js";
import { withText } from "./content.js";
import { draftsOf } from "./drafts.js";
import { Notice } from "./notice.js";
import type { MessageRow } from "./rows.js";
import { type TimelineHandle, TimelineView } from "./timeline_view.js";
import { useFailures } from "./use_failures.js";

export interface ChatPaneProps {
  readonly client: Client;
  readonly chatId: ChatId;
  /** Where there is one pane only: back to the list. */
  readonly onBack?: (() => void) | undefined;
  readonly onOpenInfo: () => void;
  /** A message to show at first, as a link to it says. */
  readonly showMessage?: EventId | null | undefined;
  /** Makes links to messages; without it none can be copied. */
  readonly messageLink?: ((message: EventId) => string) | undefined;
}

export function ChatPane(props: ChatPaneProps) {
  return <Pane key={props.chatId} {...props} />;
}

function Pane(props: ChatPaneProps) {
  const { client, chatId } = props;
  const chat = client.chat(chatId);
  const summary = useReadable(chat.summary);
  const timeline = useRef<TimelineHandle>(null);
  const { name } = titleOf(chat, summary);
  return (
    <section className={styles.pane} aria-label={name === "" ? "Chat" : name}>
      <ChatHeader
        client={client}
        chat={chat}
        summary={summary}
        onBack={props.onBack}
        onOpenInfo={props.onOpenInfo}
        onJumpToDate={(ms) => timeline.current?.jumpToDate(ms)}
      />
      {summary === null ? (
        <div className={styles.waiting}>
          <Spinner label="Loading the chat" />
        </div>
      ) : (
        <Conversation {...props} chat={chat} summary={summary} timeline={timeline} />
      )}
    </section>
  );
}

interface ConversationProps extends ChatPaneProps {
  readonly chat: Chat;
  readonly summary: ChatSummary;
  readonly timeline: React.RefObject<TimelineHandle | null>;
}

const plain: ComposerMode = { type: "plain" };

function Conversation(props: ConversationProps) {
  const { client, chat, summary, timeline, showMessage } = props;
  const [mode, setMode] = useState<ComposerMode>(plain);
  const [popup, setPopup] = useState<Popup>(noPopup);
  const failures = useFailures();
  const field = useRef<HTMLTextAreaElement>(null);
  const touch = useTouch();
  const drafts = draftsOf(client.user);
  const actions = useActions({
    chat,
    timeline,
    setMode,
    setPopup,
    field,
    attempt: failures.attempt,
  });

  useEffect(() => {
    if (!touch) field.current?.focus();
  }, [touch]);

  const send = (text: string) => {
    if (mode.type === "edit") {
      const body = withText(mode.row.message.body, text);
      failures.attempt("The change was not saved", chat.edit(mode.row.message.id, body));
    } else {
      const body = mode.type === "reply" ? { text, reply_to: mode.row.message.id } : { text };
      const sent = failures.attemptNow("The message was not sent", () => void chat.send(body));
      if (!sent) return false;
      timeline.current?.toNewest();
    }
    setMode(plain);
    return true;
  };
  const editLast = () => {
    const last = timeline.current?.rows().findLast(isEditable);
    if (last !== undefined) setMode({ type: "edit", row: last });
  };
  return (
    <ChatActionsProvider value={actions}>
      <TimelineView
        ref={timeline}
        client={client}
        chat={chat}
        summary={summary}
        showMessage={showMessage ?? null}
      />
      <Notice message={failures.message} onClose={failures.clear} />
      {summary.role === null ? (
        <div className={styles.readOnly}>
          <p>You are no longer in this chat. You can still read what was said while you were.</p>
          <Button variant="quiet" onClick={() => chat.forget()}>
            Remove from my chats
          </Button>
        </div>
      ) : (
        <Composer
          chatId={chat.id}
          drafts={drafts}
          mode={mode}
          field={field}
          touch={touch}
          onSend={send}
          onTyping={() => chat.sendTyping()}
          onCancel={() => setMode(plain)}
          onEditLast={editLast}
        />
      )}
      <ChatPopups
        popup={popup}
        summary={summary}
        messageLink={props.messageLink}
        onClose={(closed) => setPopup((now) => (now === closed ? noPopup : now))}
        onDelete={(row) =>
          failures.attempt("The message was not deleted", chat.delete(row.message.id))
        }
      />
    </ChatActionsProvider>
  );
}

function isEditable(row: { type: string }): row is MessageRow {
  if (row.type !== "message") return false;
  // The check above says which kind of row it is.
  const { own, message } = row as MessageRow;
  return own && message.deleted === undefined;
}

interface ActionParts {
  readonly chat: Chat;
  readonly timeline: React.RefObject<TimelineHandle | null>;
  readonly setMode: (mode: ComposerMode) => void;
  readonly setPopup: (popup: Popup) => void;
  readonly field: React.RefObject<HTMLTextAreaElement | null>;
  readonly attempt: (what: string, tried: Promise<unknown>) => void;
}

function useActions({ chat, timeline, setMode, setPopup, field, attempt }: ActionParts) {
  return useMemo((): ChatActions => {
    const write = (mode: ComposerMode) => {
      setMode(mode);
      // After the menu has given the focus back.
      setTimeout(() => field.current?.focus());
    };
    return {
      reply: (row) => write({ type: "reply", row }),
      edit: (row) => write({ type: "edit", row }),
      askDelete: (row) => setPopup({ type: "delete", row }),
      react: (message, emoji, on) =>
        attempt("The reaction was not saved", chat.react(message, emoji, on)),
      pickReaction: (row, anchor) => setPopup({ type: "reaction", row, anchor }),
      openMenu: (row, anchor) => setPopup({ type: "menu", row, anchor }),
      jumpTo: (message, from) => timeline.current?.jumpTo(message, from),
      retry: (localId) => chat.retry(localId),
      drop: (localId) => chat.drop(localId),
    };
  }, [chat, timeline, setMode, setPopup, field, attempt]);
}

/** Whether fingers are the main way to point here. */
function useTouch(): boolean {
  const [query] = useState(() => window.matchMedia("(pointer: coarse)"));
  const [touch, setTouch] = useState(query.matches);
  useEffect(() => {
    const changed = () => setTouch(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, [query]);
  return touch;
}
