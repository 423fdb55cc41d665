/**
 * What is shown: immutable snapshots of the core's state, with the operations that are on their way
 * applied. What has not changed stays the same object, so that a list redraws only what has.
 */

import {
  type ChatSummary,
  ConnectError,
  type PendingMessage,
  type TimelineEntry,
  type TimelineMessage,
  type TimelineState,
} from "../api.js";
import type { ChatId, FoldedMessage, Missing, UserId } from "../protocol/types.js";
import type { Engine } from "./engine.js";
import { deleted, withReaction } from "./fold.js";
import type { Failure, Operation } from "./operation.js";
import type { StoredMessage, StoredOperation } from "./records.js";
import type { Window } from "./window.js";

/** An error of the core as apps get it. */
export function errorOf(failure: Failure & { readonly field?: string | null }): ConnectError {
  // Codes come from the server or from the core, which use no others.
  const code = failure.code as ConnectError["code"];
  return new ConnectError(code, failure.message, failure.field ?? undefined);
}

export function summaryOf(engine: Engine, chat: ChatId): ChatSummary | null {
  const record = engine.log(chat)?.record;
  if (record === undefined) return null;
  const sends = engine.outbox.of(chat).filter((operation) => isOnItsWay(operation));
  const newest = sends.at(-1)?.record ?? null;
  const { type, title, peer, role, unread, read } = record;
  const lastTs = record.last?.message.ts ?? Math.floor(record.tail.id / 2048);
  return {
    chat,
    type,
    title,
    peer,
    role,
    unread,
    read,
    last: record.last?.message ?? null,
    lastPending: newest === null ? null : pendingOf(newest),
    ts: Math.max(lastTs, newest?.ts ?? 0),
  };
}

const pendings = new WeakMap<StoredOperation, PendingMessage>();

function pendingOf(record: StoredOperation): PendingMessage {
  const known = pendings.get(record);
  if (known !== undefined) return known;
  const made: PendingMessage = {
    localId: record.localId,
    body: record.body ?? {},
    status: record.failed === null ? "sending" : "failed",
    error: record.failed === null ? null : errorOf(record.failed),
    ts: record.ts,
  };
  pendings.set(record, made);
  return made;
}

function isOnItsWay({ record }: Operation): boolean {
  return record.kind === "send";
}

/** The snapshots of one timeline. */
export class TimelineSnapshots {
  private readonly made = new WeakMap<StoredMessage, TimelineMessage>();

  constructor(
    private readonly engine: Engine,
    private readonly chat: ChatId,
  ) {}

  of(window: Window | null): TimelineState {
    if (window === null) return EMPTY;
    const { error } = window;
    return {
      entries: this.entries(window),
      loading: window.isOpening,
      older: window.edge("older"),
      newer: window.edge("newer"),
      error:
        error === null
          ? null
          : errorOf(
              error === "offline" ? { code: "offline", message: "there is no connection" } : error,
            ),
    };
  }

  /** What lists call a message. */
  entryId(stored: StoredMessage): string {
    const { message } = stored;
    const name = message.from === this.engine.user ? this.engine.outbox.nameOf(message.key) : null;
    return name ?? String(message.id);
  }

  private entries(window: Window): TimelineEntry[] {
    const operations = this.engine.outbox.of(this.chat);
    const holes = [...(this.engine.log(this.chat)?.record.missing ?? [])];
    const entries: TimelineEntry[] = [];
    let before = window.from - 1;
    for (const stored of window.messages) {
      const hole = holes.find(({ from, to }) => before < from && to < stored.message.seq);
      if (hole !== undefined) entries.push(gapOf(hole));
      entries.push(this.entry(stored, operations));
      before = stored.message.seq;
    }
    if (window.isAtTail)
      for (const operation of operations)
        if (isOnItsWay(operation)) {
          const { localId } = operation.record;
          entries.push({ type: "pending", entryId: localId, pending: pendingOf(operation.record) });
        }
    return entries;
  }

  private entry(stored: StoredMessage, operations: readonly Operation[]): TimelineMessage {
    const { id } = stored.message;
    const changes = operations.filter(({ record }) => record.target === id);
    if (changes.length > 0) return this.make(applied(stored, changes, this.engine.user), true);
    const known = this.made.get(stored);
    if (known !== undefined) return known;
    const made = this.make(stored, false);
    this.made.set(stored, made);
    return made;
  }

  private make(stored: StoredMessage, changing: boolean): TimelineMessage {
    const { message } = stored;
    const own = message.from === this.engine.user;
    return { type: "message", entryId: this.entryId(stored), message, own, changing };
  }
}

const EMPTY: TimelineState = {
  entries: [],
  loading: true,
  older: "loading",
  newer: "loading",
  error: null,
};

function gapOf(hole: Missing): TimelineEntry {
  return { type: "gap", entryId: `gap-${hole.from}`, why: hole.why };
}

/** A message as it will be once this user's operations on it are stored. */
function applied(
  stored: StoredMessage,
  operations: readonly Operation[],
  user: UserId,
): StoredMessage {
  return operations.reduce((sum, { record }) => withOperation(sum, record, user), stored);
}

function withOperation(
  stored: StoredMessage,
  record: StoredOperation,
  user: UserId,
): StoredMessage {
  const { message } = stored;
  if (message.kind !== "message" || message.deleted !== undefined) return stored;
  if (record.kind === "react")
    return withReaction(stored, message, user, record.emoji ?? "", record.on ?? true, user);
  if (record.kind === "delete") return { ...stored, message: deleted(message, user, record.ts) };
  const edited: FoldedMessage = {
    ...message,
    body: record.body ?? {},
    edited: { id: message.id, ts: record.ts },
  };
  return { ...stored, message: edited };
}
