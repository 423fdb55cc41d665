/**
 * Folding: what an edit, a delete or a reaction does to the message it is about. Pure.
 *
 * A message carries its `horizon`: every event up to that seq is in it. An event is therefore folded
 * in at most once, whichever way and however often it comes.
 */

import type { Event, FoldedMessage, Message, Seq, UserId } from "../protocol/types.js";
import type { StoredMessage } from "./records.js";

type Reaction = NonNullable<FoldedMessage["reactions"]>[number];
type Reactors = StoredMessage["reactors"];

/** A message as a page lists it: folded up to the page's head. */
export function fromPage(message: Message, horizon: Seq, user: UserId): StoredMessage {
  const reactors: Record<string, readonly UserId[]> = {};
  if (message.kind === "message")
    for (const reaction of message.reactions ?? [])
      if (reaction.me && reaction.count === 1) reactors[reaction.emoji] = [user];
  return { message, horizon, reactors, stale: false };
}

/** A message as the log has it: a live event, or one that was caught up on. Null for other kinds. */
export function fromEvent(event: Event): StoredMessage | null {
  if (event.kind === "message") {
    const { gone, ...message } = event;
    const folded: FoldedMessage = gone
      ? { ...message, deleted: { by: event.from, ts: event.ts } }
      : message;
    return { message: folded, horizon: event.seq, reactors: {}, stale: gone === true };
  }
  if (event.kind === "member" || event.kind === "chat")
    return { message: event, horizon: event.seq, reactors: {}, stale: false };
  return null;
}

/** The message an event is about, or null when it is a message itself or about none. */
export function targetOf(event: Event): number | null {
  return event.kind === "edit" || event.kind === "delete" || event.kind === "react"
    ? event.target
    : null;
}

/** The target with the event folded in; the same object when there is nothing to fold. */
export function foldInto(stored: StoredMessage, event: Event, user: UserId): StoredMessage {
  if (event.seq <= stored.horizon || event.kind === "hidden") return stored;
  const { message } = stored;
  if (message.kind !== "message" || targetOf(event) !== message.id) return stored;
  const moved = { ...stored, horizon: event.seq };
  // The log does not say who deleted what is gone, until the delete itself comes.
  if (message.deleted !== undefined && !stored.stale) return moved;
  if (event.kind === "delete")
    return {
      ...moved,
      message: deleted(message, event.from, event.ts),
      reactors: {},
      stale: false,
    };
  if (message.deleted !== undefined) return moved;
  if (event.kind === "edit" && event.body !== undefined) {
    const edited = { id: event.id, ts: event.ts };
    return { ...moved, message: { ...message, body: event.body, edited } };
  }
  if (event.kind === "react")
    return withReaction(moved, message, event.from, event.emoji, event.on, user);
  return moved;
}

/** What is left of a message that somebody deleted. */
export function deleted(message: FoldedMessage, by: UserId, ts: number): FoldedMessage {
  const { body: _body, edited: _edited, reactions: _reactions, ...rest } = message;
  return { ...rest, deleted: { by, ts } };
}

/** Turns one user's reaction on or off, as far as who has it already is known. */
export function withReaction(
  stored: StoredMessage,
  message: FoldedMessage,
  from: UserId,
  emoji: string,
  on: boolean,
  user: UserId,
): StoredMessage {
  const reactions = message.reactions ?? [];
  const before = reactions.find((reaction) => reaction.emoji === emoji);
  const known = before === undefined ? [] : stored.reactors[emoji];
  const had = from === user ? (before?.me ?? false) : known?.includes(from);
  if (had === on) return stored;
  const count = (before?.count ?? 0) + (on ? 1 : -1);
  const after = { emoji, count, me: from === user ? on : (before?.me ?? false) };
  return {
    ...stored,
    message: withReactions(message, replaced(reactions, after)),
    reactors: withReactor(stored.reactors, emoji, known, from, on),
    stale: stored.stale || had === undefined,
  };
}

function replaced(reactions: readonly Reaction[], after: Reaction): Reaction[] {
  if (!reactions.some((reaction) => reaction.emoji === after.emoji)) return [...reactions, after];
  return reactions
    .map((reaction) => (reaction.emoji === after.emoji ? after : reaction))
    .filter((reaction) => reaction.count > 0);
}

function withReactions(message: FoldedMessage, reactions: Reaction[]): FoldedMessage {
  if (reactions.length > 0) return { ...message, reactions };
  const { reactions: _reactions, ...rest } = message;
  return rest;
}

function withReactor(
  reactors: Reactors,
  emoji: string,
  known: readonly UserId[] | undefined,
  from: UserId,
  on: boolean,
): Reactors {
  if (known === undefined) return reactors;
  const others = known.filter((user) => user !== from);
  return { ...reactors, [emoji]: on ? [...others, from] : others };
}
