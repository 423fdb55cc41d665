/** A chat of the model of the server: its log, who may read what of it, and the messages folded. */

import type {
  Body,
  ChatId,
  Event,
  EventId,
  FoldedMessage,
  Message,
  MessageEvent,
  Missing,
  Place,
  Role,
  Seq,
  UserId,
  Visibility,
} from "../../src/protocol/types.js";

export interface Stay {
  readonly from: Seq;
  /** Null: still in. */
  to: Seq | null;
}

export interface Membership {
  role: Role | null;
  readonly stays: Stay[];
  read: Place;
  delivered: EventId;
}

/** An event of the log; what is special to a viewer comes with `seenBy`. */
export type Logged = Exclude<Event, { kind: "hidden" }>;

const NOWHERE: Place = { id: 0, seq: 0 };

export class ModelLog {
  readonly events: Logged[] = [];
  readonly members = new Map<UserId, Membership>();
  readonly keys = new Map<string, { readonly event: Logged; readonly content: string }>();
  private readonly byId = new Map<EventId, Logged>();
  /** The events about a message. */
  private readonly about = new Map<EventId, Logged[]>();

  constructor(
    readonly id: ChatId,
    readonly type: "direct" | "group",
    public title: string,
    readonly visibility: Visibility,
  ) {}

  get head(): Place {
    const last = this.events.at(-1);
    return last === undefined ? NOWHERE : { id: last.id, seq: last.seq };
  }

  append(event: Logged): void {
    this.events.push(event);
    this.byId.set(event.id, event);
    if ("target" in event) {
      const about = this.about.get(event.target) ?? [];
      this.about.set(event.target, about);
      about.push(event);
    }
  }

  at(id: EventId): Logged | null {
    return this.byId.get(id) ?? null;
  }

  isDeleted(target: EventId): boolean {
    return (this.about.get(target) ?? []).some(({ kind }) => kind === "delete");
  }

  isIn(user: UserId): boolean {
    return (this.members.get(user)?.role ?? null) !== null;
  }

  stays(user: UserId): readonly Stay[] {
    return this.members.get(user)?.stays ?? [];
  }

  sees(user: UserId, seq: Seq): boolean {
    return this.stays(user).some(({ from, to }) => from <= seq && seq <= (to ?? Infinity));
  }

  /** What a user may read, up to a seq. */
  visible(user: UserId, upTo: Seq = this.events.length): Logged[] {
    const seen: Logged[] = [];
    for (const { from, to } of this.stays(user))
      seen.push(...this.events.slice(from - 1, Math.min(to ?? upTo, upTo)));
    return seen;
  }

  /** The newest place a user may read. */
  newest(user: UserId): Place {
    const last = this.stays(user).at(-1);
    if (last === undefined) return NOWHERE;
    const event = this.events[(last.to ?? this.events.length) - 1];
    return event === undefined ? NOWHERE : { id: event.id, seq: event.seq };
  }

  /** What a user may not read among these. */
  holes(user: UserId, from: Seq, to: Seq): Missing[] {
    const holes: Missing[] = [];
    let next = from;
    for (const stay of this.stays(user)) {
      if ((stay.to ?? Infinity) < next || stay.from > to) continue;
      if (stay.from > next) holes.push({ from: next, to: stay.from - 1, why: "not_member" });
      next = (stay.to ?? Infinity) + 1;
    }
    if (next <= to) holes.push({ from: next, to, why: "not_member" });
    return holes;
  }

  /** An event as a user gets it. */
  seenBy(user: UserId, event: Logged): Event {
    const { chat, id, seq, ts } = event;
    const target = "target" in event ? this.at(event.target) : null;
    if (target !== null && !this.sees(user, target.seq))
      return { chat, id, seq, ts, kind: "hidden" };
    if (event.kind === "message") return this.isDeleted(id) ? goneOf(event) : event;
    if (event.kind === "edit" && this.isDeleted(event.target)) return goneOf(event);
    return event;
  }

  /** A message with what became of it up to a seq, as a user sees it. */
  folded(user: UserId, event: Logged, upTo: Seq = this.events.length): Message | null {
    if (event.kind === "member" || event.kind === "chat") return event;
    if (event.kind !== "message") return null;
    const { gone: _gone, ...plain } = event;
    const about = (this.about.get(event.id) ?? []).filter(({ seq }) => seq <= upTo);
    const stay = this.stays(user).find(
      ({ from, to }) => from <= event.seq && event.seq <= (to ?? Infinity),
    );
    const isCut = about.some(({ seq }) => seq > (stay?.to ?? Infinity));
    const deletion = about.find(({ kind }) => kind === "delete");
    if (deletion !== undefined) {
      const { body: _body, ...rest } = plain;
      return { ...rest, deleted: { by: deletion.from, ts: deletion.ts } };
    }
    const message = withEdit(
      plain,
      about.filter(({ seq }) => this.sees(user, seq)),
    );
    return isCut ? message : withReactions(message, about, user);
  }

  unread(user: UserId): number {
    const { read } = this.members.get(user) ?? { read: NOWHERE };
    return this.visible(user).filter(({ kind, seq }) => kind === "message" && seq > read.seq)
      .length;
  }

  /** The newest visible place at or below an id. */
  placeAt(user: UserId, id: EventId): Place {
    let place = NOWHERE;
    for (const event of this.visible(user)) if (event.id <= id) place = event;
    return { id: place.id, seq: place.seq };
  }
}

function goneOf(event: Extract<Logged, { kind: "message" | "edit" }>): Event {
  const { body: _body, ...rest } = event;
  return { ...rest, gone: true };
}

function withEdit(message: FoldedMessage, about: readonly Logged[]): FoldedMessage {
  const edit = about.filter((event) => event.kind === "edit").at(-1);
  if (edit === undefined) return message;
  return { ...message, body: edit.body as Body, edited: { id: edit.id, ts: edit.ts } };
}

function withReactions(
  message: FoldedMessage,
  about: readonly Logged[],
  user: UserId,
): FoldedMessage {
  const reactors = new Map<string, Set<UserId>>();
  for (const event of about) {
    if (event.kind !== "react") continue;
    const users = reactors.get(event.emoji) ?? new Set();
    reactors.set(event.emoji, users);
    if (event.on) users.add(event.from);
    else users.delete(event.from);
    if (users.size === 0) reactors.delete(event.emoji);
  }
  if (reactors.size === 0) return message;
  const reactions = [...reactors].map(([emoji, users]) => ({
    emoji,
    count: users.size,
    me: users.has(user),
  }));
  return { ...message, reactions };
}

export type { MessageEvent };
