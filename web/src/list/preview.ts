/** What the list says below a chat's name: the newest message in a few words. Pure. */

import type { Body, ChatSummary, Message, UserId } from "@connect-chat/sdk";
import { lineText, systemLine } from "../chat/system_line.js";
import { oneLine, shownName } from "../text.js";

/** Longer previews are cut: no list is this wide. */
const CHARACTERS_MAX = 160;

/** `who`: the sender, where it helps to know; `text`: what was said, in words. */
export interface Preview {
  readonly who: string | null;
  readonly text: string;
  /** An event or a notice rather than somebody's words. */
  readonly quiet: boolean;
  /** Of an own message on its way. */
  readonly status: "sending" | "failed" | null;
}

const NOTHING: Preview = { who: null, text: "No messages yet", quiet: true, status: null };

export function previewOf(chat: ChatSummary, self: UserId): Preview {
  if (chat.lastPending !== null) {
    const { body, status } = chat.lastPending;
    return { who: "You", text: bodyText(body), quiet: false, status };
  }
  if (chat.last === null) return NOTHING;
  return messagePreview(chat.last, chat.type, self);
}

function messagePreview(message: Message, type: ChatSummary["type"], self: UserId): Preview {
  if (message.kind !== "message") {
    const text = cut(oneLine(lineText(systemLine(message, self))));
    return { who: null, text, quiet: true, status: null };
  }
  const who = senderOf(message.from, type, self);
  if (message.deleted !== undefined)
    return { who, text: "Deleted message", quiet: true, status: null };
  return { who, text: bodyText(message.body), quiet: false, status: null };
}

/** In a direct chat there is only one other, so only oneself is named. */
function senderOf(from: UserId, type: ChatSummary["type"], self: UserId): string | null {
  if (from === self) return "You";
  return type === "group" ? shownName(from) : null;
}

/** The text of a body, or what is attached where there is no text. */
export function bodyText(body: Body | undefined): string {
  const text = body !== undefined && "text" in body ? body.text : undefined;
  const words = typeof text === "string" ? cut(oneLine(text)) : "";
  return words !== "" ? words : attachmentText(body);
}

function attachmentText(body: Body | undefined): string {
  const list = body !== undefined && "attachments" in body ? body.attachments : undefined;
  if (!Array.isArray(list) || list.length === 0) return "Message";
  if (list.length > 1) return `${list.length} attachments`;
  const { name, type } = list[0] ?? {};
  if (typeof type === "string" && type.startsWith("image/")) return "Picture";
  return typeof name === "string" ? shownName(name, "Attachment") : "Attachment";
}

function cut(text: string): string {
  // Cutting between two halves of a character would show a broken one.
  const part = text.slice(0, CHARACTERS_MAX);
  return part.length < text.length ? `${part.replace(/[\uD800-\uDBFF]$/u, "")}…` : part;
}

/** What the chat is called: its title, the peer, or what a group without a title is. */
export function chatName(chat: Pick<ChatSummary, "type" | "title" | "peer">): string {
  if (chat.type === "direct") return shownName(chat.peer ?? chat.title, "Direct chat");
  return shownName(chat.title, "Group");
}

/** What the avatar's letters come from: empty for a group without a title. */
export function avatarName(chat: Pick<ChatSummary, "type" | "title" | "peer">): string {
  return chat.type === "direct" ? chatName(chat) : shownName(chat.title, "");
}

/** What the avatar's colour comes from: a person has the same one everywhere. */
export function avatarId(chat: Pick<ChatSummary, "chat" | "type" | "peer">): string {
  return chat.type === "direct" && chat.peer !== null ? chat.peer : chat.chat;
}
