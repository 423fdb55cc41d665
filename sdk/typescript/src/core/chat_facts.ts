/** What is known of a chat as a whole, and what an event says of it to one of its users. Pure. */

import { timeOf } from "../protocol/ids.js";
import type { Event, Message, Missing, Place, Role, SyncEntry, UserId } from "../protocol/types.js";
import type { StoredChat } from "./records.js";

/** Of a chat that a sync told of for the first time: nothing of its log is taken in yet. */
export function recordOf({ chat, type, title, role, read }: SyncEntry): StoredChat {
  const nowhere = { id: 0, seq: 0 };
  return {
    chat,
    type: type ?? "group",
    title: title ?? "",
    peer: null,
    role: role ?? null,
    last: null,
    read: read ?? nowhere,
    unread: 0,
    tail: nowhere,
    ranges: [],
    first: null,
    missing: [],
  };
}

/** When something was last said; server time, ms. */
export function activityOf({ last, tail }: StoredChat): number {
  return last?.message.ts ?? timeOf(tail.id);
}

export function placeOf({ id, seq }: Event | Message): Place {
  return { id, seq };
}

/** What a sync says of a chat besides its log. */
export function settingsOf(entry: SyncEntry, record: StoredChat): Partial<StoredChat> {
  return {
    type: entry.type ?? record.type,
    title: entry.title ?? record.title,
    role: entry.left ? null : (entry.role ?? record.role),
  };
}

/** Whether all but the log is as it was: of thousands of chats few have changed. */
export function isSameSummary(one: StoredChat, other: StoredChat): boolean {
  return (
    one.read.id === other.read.id &&
    one.unread === other.unread &&
    one.title === other.title &&
    one.role === other.role &&
    one.peer === other.peer &&
    one.last?.horizon === other.last?.horizon
  );
}

export function joins(event: Event, user: UserId): boolean {
  return event.kind === "member" && event.change === "joined" && event.users.includes(user);
}

export function isUnread(event: Event | Message, user: UserId): boolean {
  return event.kind === "message" && event.from !== user;
}

/** What an event changes in what is known of the chat. */
export function changesOf(
  event: Event | Message,
  record: StoredChat,
  user: UserId,
): Partial<StoredChat> {
  const changes: Partial<{ title: string; role: Role | null; peer: UserId }> = {};
  if (event.kind === "chat" && event.changes.title !== undefined)
    changes.title = event.changes.title;
  if (event.kind === "member" && event.users.includes(user)) {
    const isIn = event.change === "joined" || event.change === "role";
    changes.role = isIn ? (event.role ?? record.role ?? "member") : null;
  }
  const peer = record.peer ?? ("from" in event ? peerIn([event], record, user) : null);
  return peer === null ? changes : { ...changes, peer };
}

/** What a page says that takes the place of everything after the log's tail. */
export function changesIn(
  messages: readonly Message[],
  record: StoredChat,
  user: UserId,
): Partial<StoredChat> {
  const changes: Partial<StoredChat> = {};
  for (const message of messages)
    if (message.seq > record.tail.seq)
      Object.assign(changes, changesOf(message, { ...record, ...changes }, user));
  return changes;
}

/** The other one of a direct chat, who has said something or is named by its first event. */
function peerIn(
  events: readonly (Message | Event)[],
  record: StoredChat,
  user: UserId,
): UserId | null {
  if (record.type !== "direct") return null;
  for (const event of events) {
    if (event.kind === "hidden") continue;
    if (event.from !== user) return event.from;
    const other = event.kind === "chat" ? event.members?.find((member) => member !== user) : null;
    if (other !== undefined && other !== null) return other;
  }
  return null;
}

export function mergedMissing(
  known: readonly Missing[],
  more: readonly Missing[],
): readonly Missing[] {
  const isNew = (hole: Missing) => !known.some((k) => k.from <= hole.from && hole.to <= k.to);
  const added = more.filter(isNew);
  if (added.length === 0) return known;
  const kept = known.filter((k) => !added.some((hole) => hole.from <= k.from && k.to <= hole.to));
  return [...kept, ...added].sort((one, other) => one.from - other.from);
}
