/**
 * The other people: who is there (presence), who is typing, and how far each has read (receipts).
 * Kept while somebody looks; nothing of it is stored.
 */

import type { Presence, Receipts } from "../api.js";
import type { ChatId, Event, EventId, UserId } from "../protocol/types.js";
import type { Outside, Timer } from "./outside.js";
import type { Session } from "./session.js";

/** The protocol's bound of a `watch`. */
const WATCHED_MAX = 200;
/** Lists that appear together are watched together. */
const GATHER_MS = 50;
/** After a refusal that names no delay. */
const RETRY_MS = 5_000;
/** A client says so at most every three seconds while its user types: twice that is silence. */
const TYPING_MS = 6_000;
const TYPING_SENT_EVERY_MS = 3_000;

interface WatchAnswer {
  readonly presence: readonly { user: UserId; online: boolean; last_seen: number | null }[];
}

/** Presence of the users that are looked at. */
export class Watching {
  private readonly watchers = new Map<UserId, number>();
  private readonly known = new Map<UserId, Presence>();
  private timer: Timer | null = null;

  constructor(
    private readonly outside: Outside,
    private readonly session: Session,
  ) {}

  of(user: UserId): Presence | null {
    return this.known.get(user) ?? null;
  }

  /** Somebody looks at a user, until `unwatch`. */
  watch(user: UserId): void {
    const before = this.watchers.get(user) ?? 0;
    this.watchers.set(user, before + 1);
    if (before === 0) this.later();
  }

  unwatch(user: UserId): void {
    const left = (this.watchers.get(user) ?? 0) - 1;
    if (left > 0) {
      this.watchers.set(user, left);
      return;
    }
    this.watchers.delete(user);
    this.known.delete(user);
    this.later();
  }

  /** The request for all that is looked at. */
  fields(): { users: UserId[] } {
    return { users: [...this.watchers.keys()].slice(0, WATCHED_MAX) };
  }

  online(): void {
    if (this.watchers.size > 0) this.later();
  }

  /** Without a session nothing is known of anybody. */
  ended(): void {
    const users = [...this.known.keys()];
    this.known.clear();
    for (const user of users) this.outside.changed({ of: "presence", user });
  }

  take(presence: WatchAnswer["presence"][number]): void {
    if (!this.watchers.has(presence.user)) return;
    this.known.set(presence.user, { online: presence.online, lastSeen: presence.last_seen });
    this.outside.changed({ of: "presence", user: presence.user });
  }

  private later(ms: number = GATHER_MS): void {
    this.timer ??= this.outside.after(ms, () => {
      this.timer = null;
      this.session.request<WatchAnswer>("watch", this.fields(), (answer) => {
        if (answer.type === "ok") for (const presence of answer.value.presence) this.take(presence);
        else if (answer.type === "error") this.later(answer.error.retry_after_ms ?? RETRY_MS);
      });
    });
  }
}

/** Who is typing in which chat. */
export class Typing {
  private readonly typers = new Map<ChatId, Map<UserId, Timer>>();
  private readonly lists = new Map<ChatId, readonly UserId[]>();
  private readonly sentAt = new Map<ChatId, number>();

  constructor(
    private readonly outside: Outside,
    private readonly session: Session,
  ) {}

  of(chat: ChatId): readonly UserId[] {
    return this.lists.get(chat) ?? NOBODY;
  }

  take(chat: ChatId, user: UserId): void {
    const typers = this.typers.get(chat) ?? new Map<UserId, Timer>();
    this.typers.set(chat, typers);
    typers.get(user)?.cancel();
    typers.set(
      user,
      this.outside.after(TYPING_MS, () => this.over(chat, user)),
    );
    this.changed(chat);
  }

  /** Said something, or fell silent. */
  over(chat: ChatId, user: UserId): void {
    const typers = this.typers.get(chat);
    const timer = typers?.get(user);
    if (typers === undefined || timer === undefined) return;
    timer.cancel();
    typers.delete(user);
    if (typers.size === 0) this.typers.delete(chat);
    this.changed(chat);
  }

  /** The own user is typing. */
  say(chat: ChatId): void {
    const now = this.outside.now();
    if (Math.abs(now - (this.sentAt.get(chat) ?? -Infinity)) < TYPING_SENT_EVERY_MS) return;
    this.sentAt.set(chat, now);
    this.session.tell("typing", { chat });
  }

  /** What was typed has been sent: the next letter is news again. */
  sent(chat: ChatId): void {
    this.sentAt.delete(chat);
  }

  private changed(chat: ChatId): void {
    const users = [...(this.typers.get(chat)?.keys() ?? [])];
    if (users.length === 0) this.lists.delete(chat);
    else this.lists.set(chat, users);
    this.outside.changed({ of: "typing", chat });
  }
}

const NOBODY: readonly UserId[] = [];

type Progress = { readonly read: EventId; readonly delivered: EventId };

/** How far the others are in each chat that is looked at. */
/** Larger chats have no receipts; who is heard of in one is not collected. */
const RECEIPTS_MAX = 100;

export class ReceiptBook {
  private readonly books = new Map<ChatId, Receipts | null>();

  constructor(private readonly outside: Outside) {}

  of(chat: ChatId): Receipts | null {
    return this.books.get(chat) ?? null;
  }

  /** Somebody looks: from here on marks are kept. What the server knows comes by `take`. */
  open(chat: ChatId): void {
    if (this.books.has(chat)) return;
    this.books.set(chat, null);
    this.outside.findReceipts(chat);
  }

  /** A session has begun: marks may have been missed. */
  online(): void {
    for (const chat of this.books.keys()) this.outside.findReceipts(chat);
  }

  close(chat: ChatId): void {
    this.books.delete(chat);
  }

  /** Who does something has read so far; who comes or goes is waited for, or no longer. */
  takeEvent(event: Exclude<Event, { kind: "hidden" }>): void {
    const { chat } = event;
    this.take(chat, event.from, { read: event.id });
    if (event.kind !== "member") return;
    const isGone = event.change === "left" || event.change === "removed";
    for (const user of event.users) {
      if (isGone) this.remove(chat, user);
      else this.take(chat, user, {});
    }
  }

  take(chat: ChatId, user: UserId, marks: Partial<Progress>): void {
    if (!this.books.has(chat)) return;
    const members = new Map(this.books.get(chat)?.members ?? []);
    if (!members.has(user) && members.size >= RECEIPTS_MAX) return;
    const before = members.get(user) ?? { read: 0, delivered: 0 };
    const read = Math.max(before.read, marks.read ?? 0);
    const delivered = Math.max(before.delivered, marks.delivered ?? 0, read);
    if (read === before.read && delivered === before.delivered && members.has(user)) return;
    members.set(user, { read, delivered });
    this.books.set(chat, { members });
    this.outside.changed({ of: "receipts", chat });
  }

  private remove(chat: ChatId, user: UserId): void {
    const members = new Map(this.books.get(chat)?.members ?? []);
    if (!members.delete(user)) return;
    this.books.set(chat, { members });
    this.outside.changed({ of: "receipts", chat });
  }
}
