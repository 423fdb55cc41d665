/**
 * One chat's log as this device has it: how far every event has been taken in (the tail), what is
 * held (ranges), and the windows that show a part of it.
 *
 * Events enter in the order of `seq` only, each once: what is above the next one is a hole and makes
 * the log fetch; what is at or below the tail has come before. A page was folded by the server up to
 * its head; the events after that which this log has taken in meanwhile are folded in here, from a
 * ring of the latest ones. So whatever comes twice, late, or across a page, the messages end up as
 * the server has them.
 */

import type {
  ChatId,
  Event,
  Missing,
  Page,
  Place,
  Seq,
  SyncEntry,
  UserId,
} from "../protocol/types.js";
import type { StorageChange } from "../storage/storage.js";
import {
  changesIn,
  changesOf,
  isSameSummary,
  isUnread,
  joins,
  mergedMissing,
  placeOf,
  settingsOf,
} from "./chat_facts.js";
import { foldInto, fromEvent, fromPage, targetOf } from "./fold.js";
import { rangeAt, spanOf, withRange } from "./ranges.js";
import type { Range, StoredChat, StoredMessage } from "./records.js";
import { Ring } from "./ring.js";
import type { Window } from "./window.js";

/** What is kept on the device: 20,000 seqs of a chat, some 8 MB. Beyond it is read, but not kept. */
export const KEPT_SEQS_MAX = 20_000;

export interface ChatLogOwner {
  readonly user: UserId;
  /** Whether what is stored is kept: this tab writes the storage. */
  readonly keeps: boolean;
  /** Adds to what is written to the storage at the end of this turn. */
  store(change: StorageChange): void;
  changed(chat: ChatId): void;
  /** An event of this user's own was taken in. */
  ownEvent(log: ChatLog, event: Event): void;
  /** There is more than has been taken in: fetch it. */
  behind(log: ChatLog): void;
  /** What is on show may not be the truth any more: start over from the newest page. */
  outdated(log: ChatLog): void;
}

export class ChatLog {
  /** Events above the tail are known of, up to here. */
  heard: Seq;
  /** Nothing was asked since the live stream was cut. */
  isCut = false;
  readonly windows = new Set<Window>();
  /** That this device has its messages is about to be told. */
  isTellingDelivered = false;
  /** The server has said how much is unread, and not as of which event. */
  isRecounted = false;
  /** The client has let go of this chat: nothing more becomes of it. */
  isGone = false;
  private readonly ring: Ring;
  /** `unread` counts messages up to here. */
  private counted: Seq;
  /** How far the storage was when it was read: what is held is whole up to there. */
  private readonly loadedTo: Seq;

  constructor(
    public record: StoredChat,
    private readonly owner: ChatLogOwner,
  ) {
    this.heard = record.tail.seq;
    this.ring = new Ring(record.tail.seq);
    this.counted = record.tail.seq;
    this.loadedTo = record.tail.seq;
  }

  get id(): ChatId {
    return this.record.chat;
  }

  /** Up to which event what the storage holds is folded, and whole. Another tab's may be ahead. */
  get storedTo(): Seq {
    return this.owner.keeps ? this.record.tail.seq : this.loadedTo;
  }

  get isBehind(): boolean {
    return this.isCut || this.heard > this.record.tail.seq;
  }

  /** A live event. Answers whether it was the next one. */
  take(event: Event): boolean {
    if (event.seq === this.record.tail.seq + 1) {
      this.advance(event);
      return true;
    }
    this.hear(event.seq);
    return false;
  }

  /** Knows that there are events up to here. */
  hear(seq: Seq): void {
    if (seq <= this.heard && seq <= this.record.tail.seq) return;
    this.heard = Math.max(this.heard, seq);
    if (this.isBehind) this.owner.behind(this);
  }

  /** The live stream was cut: only what is asked for from now on tells what was lost. */
  cut(): void {
    this.isCut = true;
    this.owner.behind(this);
  }

  /** Nothing is above the tail that could be had. */
  heardAll(): void {
    this.isCut = false;
    this.heard = this.record.tail.seq;
  }

  /** A stretch of the log as it was caught up on, with the holes that this user may not see. */
  takeEvents(events: readonly Event[], missing: readonly Missing[]): void {
    const holes = [...missing];
    for (const event of events) {
      this.passHoles(holes);
      if (event.seq === this.record.tail.seq + 1) this.advance(event);
    }
    this.passHoles(holes);
  }

  /** Takes over what a sync says of the chat as a whole. */
  describe(entry: SyncEntry): void {
    const head = entry.head ?? this.record.tail;
    const read = entry.read ?? this.record.read;
    const isOwnReadNewer = this.record.read.id > read.id;
    // What has come in since may have changed the title and the role.
    const isLate = head.seq < this.record.tail.seq;
    this.update({
      ...(isLate ? {} : settingsOf(entry, this.record)),
      read: isOwnReadNewer ? this.record.read : read,
      unread: isOwnReadNewer
        ? this.record.unread
        : (entry.unread ?? 0) + this.unreadInRing(Math.max(head.seq, read.seq)),
    });
    // Else the own count goes on from where it was.
    if (isOwnReadNewer) return;
    this.isRecounted = false;
    this.counted = Math.max(head.seq, this.record.tail.seq);
  }

  /** Starts over from the newest page: nothing is known, or too much has happened since. */
  restart(page: Pick<Page, "messages" | "range" | "missing" | "prev"> & { head: Place }): void {
    const { head } = page;
    const [record, user] = [this.record, this.owner.user];
    const messages = page.messages.map((one) => fromPage(one, head.seq, user));
    const from = page.range?.from ?? head.seq + 1;
    this.ring.clear(head.seq);
    this.heard = Math.max(this.heard, head.seq);
    this.counted = Math.max(this.counted, head.seq);
    this.owner.store({ type: "drop_messages", chat: this.id });
    // Who has said something has read what is above, and how much came after, the server knows.
    this.isRecounted = true;
    const said = page.messages.findLast(({ kind, from }) => kind === "message" && from === user);
    this.update({
      ...changesIn(page.messages, record, user),
      read: said !== undefined && said.id > record.read.id ? placeOf(said) : record.read,
      tail: { id: head.id, seq: head.seq },
      ranges: this.owner.keeps ? [{ from, to: head.seq }] : [],
      first: page.prev === null ? from : null,
      missing: page.missing,
      last: messages.at(-1) ?? null,
    });
    this.owner.store({ type: "put_messages", chat: this.id, messages });
    for (const window of this.windows) window.restart(messages, from);
  }

  /**
   * Messages that were read elsewhere as of `horizon` (a page's head, or the tail when the storage
   * was asked), brought up to date. Null when too much has happened since to do that.
   */
  caughtUp(messages: readonly StoredMessage[], horizon: Seq): StoredMessage[] | null {
    if (horizon < this.ring.from) return null;
    return messages
      .filter((stored) => stored.message.seq <= this.record.tail.seq)
      .map((stored) => this.foldedSince(stored, horizon));
  }

  private foldedSince(message: StoredMessage, horizon: Seq): StoredMessage {
    return this.ring
      .above(horizon)
      .reduce((folded, event) => foldInto(folded, event, this.owner.user), message);
  }

  /** The messages above a seq, as far as the ring reaches: what a page of the newest lacks. */
  since(seq: Seq): StoredMessage[] {
    const messages = this.ring
      .above(seq)
      .map(fromEvent)
      .filter((message) => message !== null);
    return messages.map((message) => this.foldedSince(message, message.horizon));
  }

  /** A page of the middle of the log: kept, and known as held. Null when it came too late. */
  takePage(page: Page): StoredMessage[] | null {
    this.hear(page.head.seq);
    const folded = page.messages.map((one) => fromPage(one, page.head.seq, this.owner.user));
    const listed = this.caughtUp(folded, page.head.seq);
    if (listed === null) return null;
    const messages = page.next === null ? [...listed, ...this.since(page.head.seq)] : listed;
    const ranges = this.rangesWith(page);
    const first = page.prev === null ? (page.range?.from ?? this.record.first) : this.record.first;
    const missing = mergedMissing(this.record.missing, page.missing);
    if (this.owner.keeps && spanOf(ranges) <= KEPT_SEQS_MAX) {
      this.owner.store({ type: "put_messages", chat: this.id, messages });
      this.update({ ranges, first, missing });
    } else {
      this.update({ first, missing });
    }
    return messages;
  }

  /** A message as the server has it now, in place of one whose counts were no longer certain. */
  refresh(messages: readonly StoredMessage[]): void {
    if (messages.length === 0) return;
    this.owner.store({ type: "put_messages", chat: this.id, messages });
    for (const message of messages) {
      for (const window of this.windows) window.replace(message);
      if (this.record.last?.message.id === message.message.id) this.update({ last: message });
    }
    this.owner.changed(this.id);
  }

  /** The stretch around a seq that the storage holds whole. */
  heldAround(seq: Seq): { from: Seq; to: Seq } | null {
    return rangeAt(this.record.ranges, seq);
  }

  /** This user's read mark is there now. `unread`: as the server counts it, where it said so. */
  markedRead(place: Place, unread: number | null): void {
    if (place.id < this.record.read.id) return;
    if (place.id === this.record.read.id && unread === null) return;
    // The server's count is as of a moment that is not known here: the own one is exact.
    const own = this.unreadAbove(place.seq);
    this.isRecounted = own === null && unread !== null;
    const counted = own ?? unread ?? this.record.unread;
    this.update({ read: { id: place.id, seq: place.seq }, unread: counted });
  }

  /** Whether this device can say how many messages stand above a seq. */
  canCount(above: Seq): boolean {
    return this.unreadAbove(above) !== null;
  }

  /** Where a message stands, if some window shows it. */
  placeOf(id: number): Place | null {
    if (id === this.record.tail.id) return this.record.tail;
    for (const window of this.windows) {
      const found = window.messages.find((stored) => stored.message.id === id);
      if (found !== undefined) return { id, seq: found.message.seq };
    }
    return null;
  }

  update(changes: Partial<StoredChat>): void {
    this.record = { ...this.record, ...changes };
    this.save();
  }

  private save(): void {
    if (this.isGone) return;
    this.owner.store({ type: "put_chat", chat: this.record });
    this.owner.changed(this.id);
  }

  /**
   * What another tab has kept of this chat becomes this one's to go on with: what happened since is
   * added, or, where that is not known any more, it is dropped.
   */
  adopt(kept: StoredChat): void {
    if (kept.tail.seq === this.record.tail.seq) {
      this.record = { ...this.record, ranges: kept.ranges, first: kept.first ?? this.record.first };
      if (!isSameSummary(kept, this.record)) this.save();
      return;
    }
    const isUsable = kept.tail.seq <= this.record.tail.seq && this.ring.from <= kept.tail.seq;
    if (!isUsable) {
      this.owner.store({ type: "drop_messages", chat: this.id });
      this.update({ ranges: [] });
      return;
    }
    const newest = rangeAt(kept.ranges, kept.tail.seq);
    const since = { from: kept.tail.seq + 1, to: this.record.tail.seq };
    const ranges = newest === null ? kept.ranges : withRange(kept.ranges, since);
    for (const event of this.ring.above(kept.tail.seq)) this.keep(event);
    this.update({ ranges, first: kept.first ?? this.record.first });
  }

  private advance(event: Event): void {
    const { record } = this;
    const message = fromEvent(event);
    this.ring.add(event);
    this.heard = Math.max(this.heard, event.seq);
    this.record = {
      ...record,
      ...changesOf(event, record, this.owner.user),
      tail: { id: event.id, seq: event.seq },
      ranges: this.rangesPlus({ from: event.seq, to: event.seq }),
      last:
        message ?? (record.last === null ? null : foldInto(record.last, event, this.owner.user)),
    };
    this.count(event);
    if (joins(event, this.owner.user)) this.beginStay(event);
    this.keep(event);
    for (const window of this.windows) window.advance(event, message);
    this.save();
    if ("from" in event && event.from === this.owner.user) this.owner.ownEvent(this, event);
  }

  /** What became of the messages of an earlier stay meanwhile, nobody has told. */
  private beginStay({ seq }: Event): void {
    this.owner.store({ type: "drop_messages", chat: this.id });
    this.record = { ...this.record, ranges: [], first: null };
    this.record = { ...this.record, ranges: this.rangesPlus({ from: seq, to: seq }) };
    this.owner.outdated(this);
  }

  /** Writes an event to the storage, as the message that it is or into the one it is about. */
  private keep(event: Event): void {
    const message = fromEvent(event);
    if (message !== null)
      this.owner.store({ type: "put_messages", chat: this.id, messages: [message] });
    else if (targetOf(event) !== null) this.owner.store({ type: "fold", chat: this.id, event });
  }

  private count(event: Event): void {
    if (event.seq <= this.counted) return;
    this.counted = event.seq;
    if (event.kind !== "message" || event.seq <= this.record.read.seq) return;
    this.record =
      event.from === this.owner.user
        ? { ...this.record, read: { id: event.id, seq: event.seq }, unread: 0 }
        : { ...this.record, unread: this.record.unread + 1 };
  }

  private passHoles(holes: Missing[]): void {
    for (const hole of [...holes]) {
      const next = this.record.tail.seq + 1;
      if (hole.from > next || hole.to < next) continue;
      holes.splice(holes.indexOf(hole), 1);
      this.ring.clear(hole.to);
      this.heard = Math.max(this.heard, hole.to);
      this.update({
        tail: { id: this.record.tail.id, seq: hole.to },
        ranges: this.rangesPlus({ from: next, to: hole.to }),
        missing: mergedMissing(this.record.missing, [hole]),
      });
      for (const window of this.windows) window.pass(hole.to);
    }
  }

  /** Only what this tab keeps is held: what another one keeps, that one knows. */
  private rangesPlus(added: Range): StoredChat["ranges"] {
    if (!this.owner.keeps) return this.record.ranges;
    const ranges = withRange(this.record.ranges, added);
    if (spanOf(ranges) <= 2 * KEPT_SEQS_MAX) return ranges;
    // Years of one chat: what is old is with the server, and what is new is kept from here on.
    this.owner.store({ type: "drop_messages", chat: this.id });
    return [added];
  }

  private rangesWith(page: Page): StoredChat["ranges"] {
    if (page.range === null) return this.record.ranges;
    const tail = this.record.tail.seq;
    const to = page.next === null ? tail : Math.min(page.range.to, tail);
    return withRange(this.record.ranges, { from: page.range.from, to });
  }

  private unreadInRing(above: Seq): number {
    return this.ring.above(above).filter((event) => isUnread(event, this.owner.user)).length;
  }

  /** How many messages of others stand above a seq; null when this device cannot say. */
  private unreadAbove(seq: Seq): number | null {
    if (seq >= this.record.tail.seq) return 0;
    if (seq >= this.ring.from) return this.unreadInRing(seq);
    for (const window of this.windows) {
      if (window.isAtTail && window.from <= seq + 1)
        return window.messages.filter(
          ({ message }) => message.seq > seq && isUnread(message, this.owner.user),
        ).length;
    }
    return null;
  }
}
