/**
 * What the user did and the server has not stored yet: messages, edits, deletes and reactions, in
 * order, a queue for each chat.
 *
 * An operation gets its key when it is first put on the wire, on the server's clock, and keeps it
 * for every retry; the key is in the storage before the operation is on the wire, so that not even a
 * crash makes two of one. A queue sends in order: one operation until the first answer of a session,
 * then up to `IN_FLIGHT_MAX` at a time, of which the server stores none out of order
 * (`retry_in_order`). A definite refusal fails the operation; an unknown outcome keeps its key.
 * `sync_required` and `key_expired` make it look through the log whether the event is there.
 */

import { KEY_RANDOM_BYTES, mintKey } from "../protocol/ids.js";
import type { Appended, ChatId, Event, Key, Place, ProtocolError } from "../protocol/types.js";
import type { StorageChange } from "../storage/storage.js";
import { searchKey } from "./key_search.js";
import { type Failure, fieldsOf, type Operation } from "./operation.js";
import type { Outside, Timer } from "./outside.js";
import type { StoredOperation } from "./records.js";
import type { Answer, Session } from "./session.js";

/** Well below the 256 unanswered requests that a session may have, over several busy chats. */
const IN_FLIGHT_MAX = 16;
/** Waiting operations of all chats; 1,000 of 16 KiB are 16 MB. More are refused at once. */
export const OPERATIONS_MAX = 1_000;
/** Waits after `unavailable` and the like where the server names none: 0.5, 1, 2 ... 30 s. */
const WAIT_MS_FIRST = 500;
const WAIT_MS_MAX = 30_000;
/** `internal`, and keys that are refused for their time, are no better at the sixth try. */
const TRIES_MAX = 6;
/** The names of settled operations that are remembered: those of what is on the screen. */
const SETTLED_MAX = 1_000;

export interface OutboxOwner {
  /** The log is known up to here. */
  tail(chat: ChatId): Place | null;
  write(changes: readonly StorageChange[], done: () => void): void;
  changed(chat: ChatId): void;
}

interface Queue {
  operations: Operation[];
  /** How many may be in flight. */
  width: number;
  hold: Timer | null;
}

export class Outbox {
  private readonly queues = new Map<ChatId, Queue>();
  private readonly settled = new Map<string, string>();
  private order = 0;

  constructor(
    private readonly outside: Outside,
    private readonly session: Session,
    private readonly owner: OutboxOwner,
    private readonly tab: string,
  ) {}

  /** In order; failed ones and those that the log does not have yet among them. */
  of(chat: ChatId): readonly Operation[] {
    return this.queues.get(chat)?.operations ?? [];
  }

  get chats(): ChatId[] {
    return [...this.queues.keys()];
  }

  get size(): number {
    let size = 0;
    for (const queue of this.queues.values()) size += queue.operations.length;
    return size;
  }

  /** The name that an own message had while it was on its way. */
  nameOf(key: string): string | null {
    return this.settled.get(key) ?? null;
  }

  /** Queues an operation; its name. `done` comes once, also after a restart of the session. */
  add(
    what: Pick<StoredOperation, "chat" | "kind"> & Partial<StoredOperation>,
    done: (failure: Failure | null) => void,
  ): string {
    const now = this.session.now();
    const localId = this.mint();
    this.order += 1;
    const record: StoredOperation = {
      target: null,
      body: null,
      emoji: null,
      on: null,
      ...what,
      localId,
      tab: this.tab,
      key: null,
      order: this.order,
      ts: now,
      failed: null,
    };
    this.put(record, done);
    return localId;
  }

  /** Takes over what an earlier life of this tab, or a tab that is gone, has left. */
  adopt(records: readonly StoredOperation[]): void {
    for (const record of [...records].sort((one, other) => one.order - other.order)) {
      if (this.of(record.chat).some(({ record: known }) => known.localId === record.localId))
        continue;
      this.order = Math.max(this.order, record.order);
      this.put({ ...record, tab: this.tab }, () => {}, record.key !== null);
    }
  }

  retry(localId: string): void {
    const operation = this.find(localId);
    if (operation === null || operation.record.failed === null) return;
    this.remove(operation);
    this.order += 1;
    const { record } = operation;
    this.put(
      { ...record, key: null, order: this.order, ts: this.session.now(), failed: null },
      () => {},
    );
  }

  drop(localId: string): void {
    const operation = this.find(localId);
    if (operation !== null && operation.record.failed !== null) this.remove(operation);
  }

  /** A new session: each queue begins with one, and goes on once that is answered. */
  online(): void {
    for (const [chat, queue] of this.queues) {
      queue.width = 1;
      this.release(queue);
      this.pump(chat);
    }
  }

  /** An event of this user was taken in: the operation with its key is done. */
  ownEvent(chat: ChatId, event: Event): void {
    if (event.kind === "hidden") return;
    const operation = this.of(chat).find(({ record }) => record.key === event.key);
    if (operation !== undefined) this.settle(operation);
  }

  /** The log was taken in up to its tail: what is stored up to there is in it. */
  advanced(chat: ChatId, tail: Place): void {
    for (const operation of [...this.of(chat)])
      if (operation.place !== null && operation.place.seq <= tail.seq) this.settle(operation);
  }

  /** The client is closed: what waits stays stored, for its next life. */
  stop(): void {
    for (const { operations } of this.queues.values())
      for (const { record, done } of operations)
        if (record.failed === null) done({ code: "closed", message: "the client was closed" });
  }

  private mint(): Key {
    return mintKey(this.session.now(), this.outside.randomBytes(KEY_RANDOM_BYTES));
  }

  private put(
    record: StoredOperation,
    done: (failure: Failure | null) => void,
    isKept = false,
  ): void {
    const queue = this.queues.get(record.chat) ?? { operations: [], width: 1, hold: null };
    this.queues.set(record.chat, queue);
    queue.operations.push({
      record,
      state: "waiting",
      isKept,
      tries: 0,
      defects: 0,
      place: null,
      done,
    });
    this.owner.write([{ type: "put_operation", operation: record }], () => {});
    this.owner.changed(record.chat);
    this.pump(record.chat);
  }

  private pump(chat: ChatId): void {
    const queue = this.queues.get(chat);
    if (queue === undefined || queue.hold !== null || !this.session.isOnline) return;
    let inFlight = 0;
    let isOpen = true;
    for (const operation of queue.operations) {
      if (operation.record.failed !== null || operation.state === "stored") continue;
      inFlight += 1;
      if (inFlight > queue.width) return;
      if (operation.state === "waiting" && !operation.isKept) this.keep(operation);
      if (operation.state === "sent") continue;
      isOpen = isOpen && operation.state === "waiting";
      if (isOpen) this.send(operation);
    }
  }

  /** Mints the key and has it written before anything is sent. */
  private keep(operation: Operation): void {
    const key = this.mint();
    operation.record = { ...operation.record, key };
    operation.state = "keeping";
    this.owner.write([{ type: "put_operation", operation: operation.record }], () => {
      operation.isKept = true;
      if (operation.state === "keeping") operation.state = "waiting";
      this.pump(operation.record.chat);
    });
  }

  private send(operation: Operation): void {
    operation.state = "sent";
    const { kind } = operation.record;
    this.session.request<Appended>(kind, fieldsOf(operation.record), (answer) =>
      this.answered(operation, answer),
    );
  }

  private answered(operation: Operation, answer: Answer<Appended>): void {
    if (operation.state !== "sent") return;
    operation.state = "waiting";
    if (answer.type === "ok") this.stored(operation, answer.value);
    else if (answer.type === "error") this.refused(operation, answer.error);
  }

  private stored(operation: Operation, appended: Pick<Appended, "id" | "seq">): void {
    const { chat } = operation.record;
    const queue = this.queues.get(chat);
    if (queue !== undefined) queue.width = Math.min(queue.width * 2, IN_FLIGHT_MAX);
    operation.state = "stored";
    operation.place = { id: appended.id, seq: appended.seq };
    this.forget(operation);
    // A chat that the client knows nothing of, or has let go of, has no log to wait for.
    this.advanced(chat, this.owner.tail(chat) ?? operation.place);
    this.pump(chat);
  }

  private refused(operation: Operation, error: ProtocolError): void {
    operation.tries += 1;
    switch (error.code) {
      case "rate_limited":
      case "overloaded":
      case "unavailable":
      case "retry_in_order":
        this.hold(operation, error.retry_after_ms);
        return;
      case "internal":
        operation.defects += 1;
        if (operation.defects < TRIES_MAX) this.hold(operation, error.retry_after_ms);
        else this.fail(operation, error);
        return;
      case "sync_required":
      case "key_expired":
        this.search(operation);
        return;
      case "key_in_future":
        this.mintAgain(operation, error);
        return;
      case "token_missing":
      case "token_invalid":
      case "token_expired":
        return; // The session ends, and the next one sends it again.
      default:
        this.fail(operation, error);
    }
  }

  /** Stops the chat's queue for a while; it goes on with its first, alone. */
  private hold(operation: Operation, delayMs: number | null): void {
    const { chat } = operation.record;
    const queue = this.queues.get(chat);
    if (queue === undefined) return;
    queue.width = 1;
    if (queue.hold !== null) return;
    const wait = Math.min(WAIT_MS_FIRST * 2 ** (operation.tries - 1), WAIT_MS_MAX);
    queue.hold = this.outside.after(delayMs ?? wait, () => {
      queue.hold = null;
      this.pump(chat);
    });
  }

  private release(queue: Queue): void {
    queue.hold?.cancel();
    queue.hold = null;
  }

  private mintAgain(operation: Operation, error: ProtocolError): void {
    operation.defects += 1;
    if (operation.defects >= TRIES_MAX) {
      this.fail(operation, error);
      return;
    }
    operation.isKept = false;
    operation.state = "searching";
    this.session.correctClock(() => {
      if (operation.state === "searching") operation.state = "waiting";
      this.pump(operation.record.chat);
    });
  }

  /** The key is too old to be asked with: the log says whether the server has it. */
  private search(operation: Operation): void {
    operation.state = "searching";
    searchKey(this.session, operation.record, (found) => {
      if (operation.state !== "searching") return;
      operation.state = "waiting";
      if (found.type === "found") this.stored(operation, found.place);
      else if (found.type === "absent") this.sendAsNew(operation);
      else this.hold(operation, found.retryAfterMs);
    });
  }

  /** It is certain that the server does not have it. */
  private sendAsNew(operation: Operation): void {
    operation.isKept = false;
    this.pump(operation.record.chat);
  }

  private fail(operation: Operation, error: Failure): void {
    const { record } = operation;
    const failure = { code: error.code, message: error.message };
    if (record.kind === "send") {
      operation.record = { ...record, failed: failure };
      this.owner.write([{ type: "put_operation", operation: operation.record }], () => {});
      this.owner.changed(record.chat);
    } else {
      this.remove(operation);
    }
    operation.done(failure);
    this.pump(record.chat);
  }

  private settle(operation: Operation): void {
    const { key, localId, chat } = operation.record;
    if (key !== null) this.settled.set(key, localId);
    for (const oldest of this.settled.keys()) {
      if (this.settled.size <= SETTLED_MAX) break;
      this.settled.delete(oldest);
    }
    operation.state = "stored";
    this.remove(operation);
    operation.done(null);
    this.pump(chat);
  }

  private remove(operation: Operation): void {
    const { chat } = operation.record;
    const queue = this.queues.get(chat);
    if (queue === undefined) return;
    queue.operations = queue.operations.filter((one) => one !== operation);
    if (queue.operations.length === 0) {
      this.release(queue);
      this.queues.delete(chat);
    }
    this.forget(operation);
    this.owner.changed(chat);
  }

  private forget({ record }: Operation): void {
    this.owner.write([{ type: "drop_operation", localId: record.localId }], () => {});
  }

  private find(localId: string): Operation | null {
    for (const { operations } of this.queues.values())
      for (const operation of operations)
        if (operation.record.localId === localId) return operation;
    return null;
  }
}
