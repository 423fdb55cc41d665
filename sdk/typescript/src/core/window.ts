/**
 * A window onto a chat's log: neighbouring messages, ascending, without a hole, at most
 * `TIMELINE_MESSAGES_MAX` of them. It is loaded at its two ends, from the storage where that holds
 * the next stretch, else from the server; what is loaded at one end pushes out what is at the other.
 *
 * While it reaches the tail, new messages are appended as they are taken in.
 */

import type { Edge } from "../api.js";
import type { Event, EventId, Page, ProtocolError, Seq } from "../protocol/types.js";
import type { ChatLog } from "./chat_log.js";
import { foldInto } from "./fold.js";
import { rangeAt } from "./ranges.js";
import type { Range, StoredChat, StoredMessage } from "./records.js";

/** Some ten screens, and 400 KB at 1 KB a message. */
export const TIMELINE_MESSAGES_MAX = 400;
/** A load: two to three screens, a third of what a page may have. */
const LOAD_MESSAGES = 60;
/** A page can be too late to be folded up to date; the next try begins from there. */
const TRIES_MAX = 3;

/** Where windows get their messages. */
export interface WindowSource {
  readonly isOnline: boolean;
  /** This tab writes the storage, so what that holds is known to be whole. */
  readonly keeps: boolean;
  readonly user: string;
  load(
    log: ChatLog,
    range: { from: Seq; to: Seq },
    limit: number,
    end: "first" | "last",
    done: (messages: readonly StoredMessage[] | null, kept: StoredChat | null) => void,
  ): void;
  /** A page of the server. */
  page(
    log: ChatLog,
    position: { before?: EventId; after?: EventId; around?: EventId; at?: number },
    limit: number,
    done: (page: Page | ProtocolError | "offline") => void,
  ): void;
}

type Side = "older" | "newer";
type Position = { around: EventId } | { at: number } | "newest";

/** What a load came to. */
interface Stretch {
  readonly messages: readonly StoredMessage[];
  readonly from: Seq;
  readonly to: Seq;
  /** Where it ended without a message to go on from. */
  readonly edges: Readonly<Record<Side, EventId | null>>;
}

const NO_EDGES = { older: null, newer: null };

export class Window {
  messages: readonly StoredMessage[] = [];
  /** Every message from here ... */
  from: Seq = 0;
  /** ... to here is held; `from > to` while nothing is. */
  to: Seq = -1;
  isAtTail = false;
  error: ProtocolError | "offline" | null = null;
  /** Nothing was shown yet and something is on its way. */
  isOpening = true;

  private loading: Record<Side, boolean> = { older: false, newer: false };
  private offline: Record<Side, boolean> = { older: false, newer: false };
  private edges: Record<Side, EventId | null> = { older: null, newer: null };
  /** What is far from here may go: the end that was last asked for. */
  private towards: Side = "newer";
  /** Rises when what is shown is replaced; what was asked for before is then dropped. */
  private generation = 0;

  constructor(
    private readonly log: ChatLog,
    private readonly source: WindowSource,
    private readonly changed: () => void,
  ) {}

  edge(side: Side): Edge {
    if (this.loading[side]) return "loading";
    if (this.isEmpty) return this.isOpening ? "loading" : "end";
    if (side === "newer" ? this.isAtTail : this.isAtStart) return "end";
    return this.offline[side] ? "offline" : "more";
  }

  open(done: () => void): void {
    this.show("newest", () => done());
  }

  loadMore(side: Side, done: () => void): void {
    if (this.edge(side) === "end" || this.edge(side) === "loading") {
      done();
      return;
    }
    this.loading[side] = true;
    this.error = null;
    this.towards = side;
    const { generation } = this;
    this.changed();
    this.fetch(side, TRIES_MAX, (stretch) => {
      if (generation === this.generation) {
        this.loading[side] = false;
        if (stretch !== null) this.extend(side, stretch);
        this.changed();
      }
      done();
    });
  }

  /** Shows another part; answers the first message at or after the position, or null. */
  show(position: Position, done: (found: StoredMessage | null) => void): void {
    this.generation += 1;
    this.loading = { older: false, newer: false };
    this.error = null;
    this.towards = "newer";
    const { generation } = this;
    this.changed();
    this.find(position, TRIES_MAX, (stretch) => {
      if (generation !== this.generation) {
        done(null);
        return;
      }
      this.isOpening = false;
      if (stretch !== null) this.become(stretch);
      this.changed();
      done(stretch === null ? null : firstAt(stretch.messages, position));
    });
  }

  /** The log has started over: shows the newest page, or what was shown, as it is now. */
  restart(messages: readonly StoredMessage[], from: Seq): void {
    const middle = this.messages[Math.floor(this.messages.length / 2)];
    if (this.isAtTail || middle === undefined) {
      this.generation += 1;
      this.loading = { older: false, newer: false };
      this.isOpening = false;
      this.become({ messages, from, to: this.log.record.tail.seq, edges: NO_EDGES });
      this.changed();
    } else {
      this.show({ around: middle.message.id }, () => {});
    }
  }

  /** The log has taken in its next event. */
  advance(event: Event, message: StoredMessage | null): void {
    if (this.isAtTail) {
      this.to = event.seq;
      if (message !== null) this.append(message);
    }
    this.fold(event);
  }

  /** The log has passed a hole that this user may not see. */
  pass(to: Seq): void {
    if (this.isAtTail) this.to = to;
    this.changed();
  }

  /** A message whose counts were not certain, as it is. */
  replace(stored: StoredMessage): void {
    const at = this.messages.findIndex(({ message }) => message.id === stored.message.id);
    if (this.messages[at]?.stale !== true) return;
    this.messages = this.messages.with(at, stored);
    this.changed();
  }

  /** There is a network again: what could not be had may be asked for. */
  online(): void {
    this.offline = { older: false, newer: false };
    if (this.error === "offline") this.error = null;
    if (this.isEmpty && !this.isOpening) this.show("newest", () => {});
    this.changed();
  }

  private get isEmpty(): boolean {
    return this.to < this.from;
  }

  private get isAtStart(): boolean {
    const { first } = this.log.record;
    return this.from <= 1 || (first !== null && this.from <= first);
  }

  private fold(event: Event): void {
    if (!("target" in event)) return;
    const at = this.messages.findIndex(({ message }) => message.id === event.target);
    const target = this.messages[at];
    if (target === undefined) return;
    this.messages = this.messages.with(at, foldInto(target, event, this.source.user));
    this.changed();
  }

  /** While the reader is far up, new messages wait below instead of pushing out what is read. */
  private append(message: StoredMessage): void {
    if (this.messages.length >= TIMELINE_MESSAGES_MAX && this.towards === "older") {
      this.isAtTail = false;
      this.to = message.message.seq - 1;
    } else {
      this.messages = [...this.messages, message];
      this.cut("older");
    }
    this.changed();
  }

  private become(stretch: Stretch): void {
    this.messages = stretch.messages;
    this.from = stretch.from;
    this.to = stretch.to;
    this.edges = stretch.messages.length > 0 ? { ...NO_EDGES } : { ...stretch.edges };
    this.offline = { older: false, newer: false };
    this.isAtTail = this.to >= this.log.record.tail.seq;
  }

  private extend(side: Side, stretch: Stretch): void {
    // What was let go of meanwhile would be a hole now.
    if (side === "older" ? stretch.to < this.from - 1 : stretch.from > this.to + 1) return;
    this.edges[side] = stretch.messages.length > 0 ? null : stretch.edges[side];
    if (side === "older") {
      const older = stretch.messages.filter(({ message }) => message.seq < this.from);
      this.messages = [...older, ...this.messages];
      this.from = Math.min(this.from, stretch.from);
      this.cut("newer");
    } else {
      const newer = stretch.messages.filter(({ message }) => message.seq > this.to);
      this.messages = [...this.messages, ...newer];
      this.to = Math.max(this.to, stretch.to);
      this.isAtTail = this.to >= this.log.record.tail.seq;
      this.cut("older");
    }
  }

  /** Lets go of what is too much at one end. */
  private cut(side: Side): void {
    const excess = this.messages.length - TIMELINE_MESSAGES_MAX;
    if (excess <= 0) return;
    if (side === "older") {
      this.messages = this.messages.slice(excess);
      this.from = this.messages[0]?.message.seq ?? this.from;
    } else {
      this.messages = this.messages.slice(0, -excess);
      this.to = this.messages.at(-1)?.message.seq ?? this.to;
      this.isAtTail = false;
    }
    this.edges[side] = null;
  }

  private fetch(side: Side, tries: number, done: (stretch: Stretch | null) => void): void {
    const next = side === "older" ? this.from - 1 : this.to + 1;
    const held = this.log.heldAround(next);
    if (held !== null && (this.source.keeps || !this.source.isOnline)) {
      const range = side === "older" ? { from: held.from, to: next } : { from: next, to: held.to };
      this.fromStorage(range, side === "older" ? "last" : "first", (stretch) => {
        if (stretch !== null) done(stretch);
        else this.fromServer(this.beyond(side), side, tries, done);
      });
    } else {
      this.fromServer(this.beyond(side), side, tries, done);
    }
  }

  private beyond(side: Side): { before: EventId } | { after: EventId } {
    const outermost = side === "older" ? this.messages[0] : this.messages.at(-1);
    const id = this.edges[side] ?? outermost?.message.id ?? 0;
    return side === "older" ? { before: id } : { after: id };
  }

  private find(position: Position, tries: number, done: (stretch: Stretch | null) => void): void {
    const held = this.log.heldAround(this.log.storedTo);
    const usesStorage = this.source.keeps || !this.source.isOnline || this.isOpening;
    if (position === "newest" && held !== null && usesStorage) {
      this.fromStorage(held, "last", (stretch) => {
        // The end of a log may hold reactions only: nothing to go on from.
        if (stretch !== null && stretch.messages.length > 0) done(stretch);
        else this.fromServer({}, "older", tries, done);
      });
      return;
    }
    this.fromServer(position === "newest" ? {} : position, "older", tries, done);
  }

  /** Null when the storage has it not after all. */
  private fromStorage(
    range: { from: Seq; to: Seq },
    end: "first" | "last",
    done: (stretch: Stretch | null) => void,
  ): void {
    const asOf = this.log.storedTo;
    // As it is now: this tab may come to write what it is about to read.
    const isSure = this.source.keeps;
    this.source.load(this.log, range, LOAD_MESSAGES, end, (loaded, kept) => {
      const isWhole = isSure || holds(kept, range);
      const held = loaded !== null && isWhole ? this.log.caughtUp(loaded, asOf) : null;
      if (held === null) {
        done(null);
        return;
      }
      const isPart = held.length >= LOAD_MESSAGES;
      const from = isPart && end === "last" ? (held[0]?.message.seq ?? range.from) : range.from;
      const to = isPart && end === "first" ? (held.at(-1)?.message.seq ?? range.to) : range.to;
      const reachesTail = to === asOf;
      done({
        messages: reachesTail ? [...held, ...this.log.since(asOf)] : held,
        from,
        to: reachesTail ? this.log.record.tail.seq : to,
        edges: NO_EDGES,
      });
    });
  }

  private fromServer(
    position: { before?: EventId; after?: EventId; around?: EventId; at?: number },
    side: Side,
    tries: number,
    done: (stretch: Stretch | null) => void,
  ): void {
    this.source.page(this.log, position, LOAD_MESSAGES, (page) => {
      if (page === "offline" || "code" in page) {
        this.failed(page, side);
        done(null);
        return;
      }
      const messages = this.log.takePage(page);
      const isBeyond = page.range === null && ("at" in position || "around" in position);
      if ((messages === null || isBeyond) && tries > 1) {
        // Behind the newest message there is nothing to show but the newest ones.
        this.fromServer(isBeyond ? {} : position, side, tries - 1, done);
        return;
      }
      done(messages === null ? null : this.stretchOf(page, messages, side));
    });
  }

  private stretchOf(page: Page, messages: readonly StoredMessage[], side: Side): Stretch {
    const { tail } = this.log.record;
    const { range } = page;
    const edges = { older: page.prev, newer: page.next };
    // All of it is still to be taken in, and will be appended then.
    if (range !== null && range.from > tail.seq)
      return {
        messages: [],
        from: tail.seq + 1,
        to: tail.seq,
        edges: { older: tail.id + 1, newer: null },
      };
    const from = range?.from ?? (side === "older" ? 1 : this.to + 1);
    const to = page.next === null ? tail.seq : Math.min(range?.to ?? tail.seq, tail.seq);
    return { messages, from, to, edges };
  }

  private failed(error: ProtocolError | "offline", side: Side): void {
    this.error = error;
    // A jump that failed says nothing of the ends of what is still shown.
    if (error === "offline" && this.loading[side]) this.offline[side] = true;
  }
}

/** Another tab may have let go of what was there when this one read the records. */
function holds(kept: StoredChat | null, { from, to }: Range): boolean {
  const around = kept === null ? null : rangeAt(kept.ranges, from);
  return around !== null && to <= around.to;
}

function firstAt(messages: readonly StoredMessage[], position: Position): StoredMessage | null {
  if (position === "newest") return messages.at(-1) ?? null;
  const isThere = ({ message }: StoredMessage) =>
    "around" in position ? message.id >= position.around : message.ts >= position.at;
  return messages.find(isThere) ?? messages.at(-1) ?? null;
}
