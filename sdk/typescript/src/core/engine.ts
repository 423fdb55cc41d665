/**
 * A whole client without its outside: the chats of one account, kept as the server has them.
 *
 * Inputs are its methods (what the user does, what the socket, the storage, the timers and the
 * network tell), outputs are the calls of `Outside`. Deterministic: the same inputs give the same
 * outputs. What it wants stored in one turn is one batch.
 */

import type { StopReason } from "../api.js";
import type {
  ChatId,
  Event,
  EventId,
  MarkedPush,
  Page,
  Place,
  SyncEntry,
  UserId,
  UserPresence,
} from "../protocol/types.js";
import type { StorageChange } from "../storage/storage.js";
import { Batch } from "./batch.js";
import { activityOf, recordOf } from "./chat_facts.js";
import { ChatLog, type ChatLogOwner } from "./chat_log.js";
import { Commands } from "./commands.js";
import { ReceiptBook, Typing, Watching } from "./company.js";
import { Marks } from "./marks.js";
import type { Failure } from "./operation.js";
import { OPERATIONS_MAX, Outbox, type OutboxOwner } from "./outbox.js";
import type { Outside } from "./outside.js";
import type { StoredChat, StoredOperation } from "./records.js";
import { Refreshing } from "./refreshing.js";
import { type HelloAnswer, Session, type SessionListener, type SessionOptions } from "./session.js";
import { Syncing, type SyncingOwner } from "./syncing.js";
import { Window, type WindowSource } from "./window.js";

/** That somebody's device has a message need not be said for each of a burst. */
const DELIVERED_MS = 1_000;

export class Engine
  implements SessionListener, ChatLogOwner, OutboxOwner, SyncingOwner, WindowSource
{
  readonly session: Session;
  readonly outbox: Outbox;
  readonly typing: Typing;
  readonly watching: Watching;
  readonly receipts: ReceiptBook;
  readonly commands: Commands;
  readonly user: UserId;
  isReady = false;

  private readonly chatLogs = new Map<ChatId, ChatLog>();
  /** Those that windows show. */
  private readonly shown = new Set<ChatLog>();
  private readonly refreshing: Refreshing;
  private readonly marks: Marks;
  private readonly syncing: Syncing;
  private isWriter = false;
  private readonly batch = new Batch();

  constructor(
    private readonly outside: Outside,
    options: SessionOptions,
    tab: string,
  ) {
    this.user = options.user;
    this.session = new Session(outside, options, this);
    this.outbox = new Outbox(outside, this.session, this, tab);
    this.typing = new Typing(outside, this.session);
    this.watching = new Watching(outside, this.session);
    this.receipts = new ReceiptBook(outside);
    this.commands = new Commands(outside, this.session);
    this.refreshing = new Refreshing(outside, this.session, this.shown);
    this.syncing = new Syncing(outside, this.session, this);
    this.marks = new Marks(outside, this.session, (chat, read, unread) => {
      this.chatLogs.get(chat)?.markedRead(read, unread);
      this.flush();
    });
  }

  // What the storage and the other tabs tell.

  /** What the device holds, and what was left unsent; then the session begins. */
  loaded(chats: readonly StoredChat[], operations: readonly StoredOperation[]): void {
    for (const chat of chats) this.chatLogs.set(chat.chat, new ChatLog(chat, this));
    this.outbox.adopt(operations);
    this.isReady = true;
    this.outside.changed({ of: "ready" });
    this.outside.changed({ of: "chats" });
    for (const { chat } of chats) this.outside.changed({ of: "chat", chat });
    this.session.start();
    this.flush();
  }

  /** This tab keeps the storage from here on; `chats` is what is in it now. */
  becameWriter(chats: readonly StoredChat[]): void {
    const kept = new Map(chats.map((chat) => [chat.chat, chat]));
    this.isWriter = true;
    for (const log of this.chatLogs.values()) {
      const record = kept.get(log.id);
      kept.delete(log.id);
      log.adopt(record ?? { ...log.record, ranges: [] });
    }
    for (const chat of kept.keys()) this.store({ type: "drop_chat", chat });
    this.flush();
  }

  /** Unsent operations of a tab that is gone. */
  adopt(operations: readonly StoredOperation[]): void {
    this.outbox.adopt(operations);
  }

  peerFound(chat: ChatId, peer: UserId): void {
    this.chatLogs.get(chat)?.update({ peer });
    this.flush();
  }

  // What the user does.

  logs(): readonly ChatLog[] {
    return [...this.chatLogs.values()].sort(
      (one, other) => activityOf(other.record) - activityOf(one.record),
    );
  }

  log(chat: ChatId): ChatLog | null {
    return this.chatLogs.get(chat) ?? null;
  }

  openWindow(log: ChatLog, changed: () => void): Window {
    const window = new Window(log, this, changed);
    log.windows.add(window);
    this.shown.add(log);
    return window;
  }

  closeWindow(log: ChatLog, window: Window): void {
    log.windows.delete(window);
    if (log.windows.size === 0) this.shown.delete(log);
  }

  /** Null when the outbox is full. */
  operate(
    what: Pick<StoredOperation, "chat" | "kind"> & Partial<StoredOperation>,
    done: (failure: Failure | null) => void,
  ): string | null {
    if (this.outbox.size >= OPERATIONS_MAX) return null;
    if (what.kind === "send") this.typing.sent(what.chat);
    const localId = this.outbox.add(what, done);
    this.flush();
    return localId;
  }

  markRead(chat: ChatId, id: EventId): void {
    const log = this.chatLogs.get(chat);
    if (log === undefined || id <= log.record.read.id) return;
    const place = log.placeOf(id);
    if (place !== null) log.markedRead(place, null);
    this.marks.read(chat, id);
    this.flush();
  }

  /** The next sync is over: what was created is known. */
  whenSynced(done: () => void): void {
    this.syncing.start(done);
  }

  /** Ends it for good. */
  stop(reason: StopReason): void {
    this.commands.stop();
    this.outbox.stop();
    this.session.stop(reason);
    this.flush();
  }

  // What the session tells.

  online(_hello: HelloAnswer): void {
    this.syncing.start();
    this.outbox.online();
    this.marks.online();
    this.watching.online();
    this.receipts.online();
    this.commands.online();
    for (const log of this.shown) for (const window of log.windows) window.online();
    this.flush();
  }

  ended(): void {
    this.syncing.ended();
    this.watching.ended();
    this.refreshing.ended();
  }

  probe(): { operation: string; fields: object } {
    return { operation: "watch", fields: this.watching.fields() };
  }

  push(name: string, value: unknown): void {
    // The server's own shapes, checked by its tests against the schema.
    if (name === "event") this.takeEvent(value as Event);
    else if (name === "marked") this.takeMarked(value as MarkedPush);
    else if (name === "presence") this.watching.take(value as UserPresence);
    else if (name === "typing") this.takeTyping(value as { chat: ChatId; user: UserId });
    else if (name === "resync") this.takeResync(value as { chat: ChatId });
    this.flush();
  }

  // What the logs, the outbox and the sync ask for.

  get keeps(): boolean {
    return this.isWriter;
  }

  changed(chat?: ChatId): void {
    if (chat === undefined) {
      this.outside.changed({ of: "connection" });
      return;
    }
    this.outside.changed({ of: "chat", chat });
    this.outside.changed({ of: "chats" });
  }

  store(change: StorageChange): void {
    if (this.isWriter) this.batch.add(change);
  }

  write(changes: readonly StorageChange[], done: () => void): void {
    this.flush();
    this.outside.write(changes, done);
  }

  tail(chat: ChatId): Place | null {
    return this.chatLogs.get(chat)?.record.tail ?? null;
  }

  ownEvent(log: ChatLog, event: Event): void {
    this.outbox.ownEvent(log.id, event);
  }

  behind(log: ChatLog): void {
    this.syncing.catchUp(log);
  }

  outdated(log: ChatLog): void {
    // Marked while the user was not in the chat, it was refused.
    if (log.record.read.id > 0) this.marks.read(log.id, log.record.read.id);
    this.syncing.startOver(log);
  }

  caughtUp(log: ChatLog): void {
    // What the server counted and what has come in since may be the same: its next answer says.
    if (log.isRecounted) this.marks.delivered(log.id, log.record.tail.id);
    this.flush();
  }

  synced(entry: SyncEntry): void {
    const known = this.chatLogs.get(entry.chat);
    if (entry.error !== undefined) {
      if (known !== undefined) this.forget(entry.chat);
      return;
    }
    // Let go of while the sync was on its way: the next one tells it whole, if the user is in it.
    if (known === undefined && entry.messages === undefined) return;
    const log = known ?? this.added(entry);
    const ownRead = log.record.read;
    if (entry.messages !== undefined) this.takeNewest(log, entry);
    log.describe(entry);
    if (entry.events !== undefined) log.takeEvents(entry.events, entry.missing ?? []);
    if (entry.head !== undefined) log.hear(entry.head.seq);
    if (entry.read !== undefined && ownRead.id > entry.read.id) this.marks.read(log.id, ownRead.id);
    this.arrived(log);
    if (log.record.type === "direct" && log.record.peer === null) this.outside.findPeer(log.id);
    this.outbox.advanced(log.id, log.record.tail);
    this.flush();
  }

  complete(): void {
    for (const log of this.chatLogs.values()) this.outbox.advanced(log.id, log.record.tail);
    this.refreshing.start();
    this.flush();
  }

  // Where windows get their messages.

  get isOnline(): boolean {
    return this.session.isOnline;
  }

  load: WindowSource["load"] = (log, range, limit, end, done) => {
    this.flush();
    this.outside.load(log.id, range, limit, end, (messages, kept) => {
      done(messages, kept);
      this.refreshing.start();
      this.flush();
    });
  };

  page: WindowSource["page"] = (log, position, limit, done) => {
    const fields = { chat: log.id, limit, ...position };
    this.session.request<Page>("history", fields, (answer) => {
      if (answer.type === "ok") done(answer.value);
      else done(answer.type === "lost" ? "offline" : answer.error);
      this.refreshing.start();
      this.flush();
    });
  };

  private takeEvent(event: Event): void {
    const log = this.chatLogs.get(event.chat);
    if (log === undefined) {
      this.syncing.start();
      return;
    }
    const isNext = log.take(event);
    if (!isNext || event.kind === "hidden") return;
    this.outbox.advanced(log.id, log.record.tail);
    this.receipts.takeEvent(event);
    this.typing.over(log.id, event.from);
    if (event.kind === "message" && event.from !== this.user) {
      this.outside.incoming(log.id, event);
      this.arrived(log);
    }
    this.refreshing.start();
  }

  private takeMarked({ chat, user, read, delivered }: MarkedPush): void {
    const marks = { ...(read && { read: read.id }), ...(delivered && { delivered: delivered.id }) };
    this.receipts.take(chat, user, marks);
    if (user !== this.user || !read) return;
    const log = this.chatLogs.get(chat);
    if (log === undefined) {
      // The sync that is about to tell of this chat may be older than the mark.
      this.syncing.start();
      return;
    }
    log.markedRead(read, null);
    // Its answer says how much is unread then.
    if (!log.canCount(read.seq)) this.marks.read(chat, read.id);
  }

  private takeTyping({ chat, user }: { chat: ChatId; user: UserId }): void {
    if (user !== this.user) this.typing.take(chat, user);
  }

  private takeResync({ chat }: { chat: ChatId }): void {
    const log = this.chatLogs.get(chat);
    if (log === undefined) this.syncing.start();
    else log.cut();
  }

  /** A chat that was not named to the server: its newest page. */
  private takeNewest(log: ChatLog, entry: SyncEntry): void {
    const { messages = [], range = null, missing = [], prev = null, head } = entry;
    if (head === undefined || head.seq <= log.record.tail.seq) return;
    log.restart({ messages, range, missing, prev, head });
  }

  private added(entry: SyncEntry): ChatLog {
    const log = new ChatLog(recordOf(entry), this);
    this.chatLogs.set(entry.chat, log);
    return log;
  }

  /** Lets go of a chat that this user is no longer in, and of what the device holds of it. */
  forgetChat(chat: ChatId): void {
    if (this.chatLogs.get(chat)?.record.role !== null) return;
    this.forget(chat);
    this.flush();
  }

  private forget(chat: ChatId): void {
    const log = this.chatLogs.get(chat);
    if (log !== undefined) log.isGone = true;
    this.chatLogs.delete(chat);
    this.marks.forget(chat);
    if (log !== undefined) this.outbox.advanced(chat, { ...log.record.tail, seq: Infinity });
    this.store({ type: "drop_chat", chat });
    this.changed(chat);
  }

  /** Messages of others are on this device: their senders may know. */
  private arrived(log: ChatLog): void {
    if (log.record.unread === 0 || log.isTellingDelivered) return;
    log.isTellingDelivered = true;
    this.outside.after(DELIVERED_MS, () => {
      log.isTellingDelivered = false;
      if (log.record.tail.id > log.record.read.id) this.marks.delivered(log.id, log.record.tail.id);
    });
  }

  private flush(): void {
    const batch = this.batch.take();
    if (batch.length > 0) this.outside.write(batch, () => {});
  }
}
