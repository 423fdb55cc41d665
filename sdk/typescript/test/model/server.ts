/**
 * A small model of the server, after docs/protocol.md: chats as logs, and every operation that the
 * client uses. It knows users, not sessions: those are in network.ts, and so is what goes wrong.
 */

import type {
  ChatId,
  ErrorCode,
  EventId,
  Events,
  Marked,
  Place,
  ProtocolError,
  Role,
  Seq,
  Sync,
  SyncEntry,
  UserId,
  Visibility,
} from "../../src/protocol/types.js";
import { type Logged, type Membership, ModelLog } from "./log.js";
import { type Position, pageOf } from "./paging.js";
import type { Random } from "./random.js";

export type Fields = Record<string, unknown>;
export type Answer = { readonly ok: unknown } | { readonly error: ProtocolError };

export interface ServerListener {
  appended(log: ModelLog, event: Logged): void;
  marked(log: ModelLog, marked: Marked & { user: UserId }): void;
}

/** Chats in a batch of a sync; the server's own 50 would never be reached here. */
const BATCH = 3;
const KEY_AHEAD_MS_MAX = 5_000;
const KEY_AGE_MS_MAX = 30 * 86_400_000;
/** Keys older than this may be too old for a busy chat: soon, so that it comes about here. */
const LOOK_UP_MS = 3_000;

export class ModelServer {
  readonly chats = new Map<ChatId, ModelLog>();
  listener: ServerListener | null = null;
  /** How often what is random comes about; 0 when the world is healed. */
  trouble = 1;

  constructor(
    private readonly now: () => number,
    private readonly random: Random,
  ) {}

  append(user: UserId, operation: string, fields: Fields): Answer {
    if (operation === "create") return this.create(user, fields);
    const log = this.chats.get(fields.chat as ChatId);
    const key = fields.key as string;
    if (log === undefined || !log.members.has(user)) return refusal("not_found");
    const content = JSON.stringify({ operation, ...fields });
    const known = log.keys.get(`${user} ${key}`);
    const age = this.now() - keyTime(key);
    if (age > LOOK_UP_MS && this.random.chance(0.5 * this.trouble)) return refusal("sync_required");
    if (known !== undefined)
      return known.content === content ? appended(known.event, true) : refusal("key_reused");
    if (-age > KEY_AHEAD_MS_MAX) return refusal("key_in_future");
    if (age > KEY_AGE_MS_MAX) return refusal("key_expired");
    if (!log.isIn(user)) return refusal("forbidden");
    const refused = this.checked(log, user, operation, fields);
    if (refused !== null) return refused;
    return appended(this.add(log, user, key, contentOf(operation, fields, user), content), false);
  }

  mark(user: UserId, fields: Fields): Answer {
    const log = this.chats.get(fields.chat as ChatId);
    const member = log?.members.get(user);
    if (log === undefined || member === undefined || !log.isIn(user)) return refusal("not_found");
    const read = log.placeAt(user, (fields.read as EventId) ?? 0);
    const delivered = log.placeAt(user, (fields.delivered as EventId) ?? 0);
    const moves = read.id > member.read.id || delivered.id > member.delivered;
    if (read.id > member.read.id) member.read = read;
    member.delivered = Math.max(member.delivered, delivered.id);
    const at = log.placeAt(user, member.delivered);
    const marked = { chat: log.id, user, read: member.read, delivered: at };
    if (moves) this.listener?.marked(log, { ...marked, unread: log.unread(user) });
    return { ok: { chat: log.id, read: member.read, unread: log.unread(user) } };
  }

  /** Its head is looked up at once; the log is read when the answer is called for. */
  history(user: UserId, fields: Fields): () => Answer {
    const log = this.chats.get(fields.chat as ChatId);
    if (log === undefined || !log.members.has(user)) return () => refusal("not_found");
    const upTo = log.events.length;
    return () => ({ ok: this.page(log, user, fields, fields.limit as number, upTo) });
  }

  events(user: UserId, fields: Fields): Answer {
    const log = this.chats.get(fields.chat as ChatId);
    if (log === undefined || !log.members.has(user)) return refusal("not_found");
    const caughtUp = this.catchUp(log, user, fields.after as EventId, fields.limit as number);
    return { ok: { ...caughtUp, head: log.newest(user) } };
  }

  sync(user: UserId, fields: Fields): Answer {
    const named = fields.chats as Record<ChatId, { after: EventId }>;
    const cursor = fields.cursor as string | undefined;
    if (cursor !== undefined && this.random.chance(0.02 * this.trouble))
      return refusal("cursor_invalid");
    const entries: SyncEntry[] = [];
    const size = this.trouble > 0 ? BATCH : 50;
    let next: string | null = null;
    for (const chat of Object.keys(named).sort()) {
      if (cursor !== undefined && (cursor.startsWith("o") || chat <= cursor.slice(1))) continue;
      if (entries.length === size) break;
      entries.push(this.namedEntry(user, chat, named[chat]?.after ?? 0, fields.limit as number));
      next = `n${chat}`;
    }
    const names = Object.keys(named).sort();
    if (next !== null && next.slice(1) !== names.at(-1)) return { ok: { chats: entries, next } };
    const others = this.othersAfter(user, named, cursor?.startsWith("o") ? cursor : null);
    for (const log of others.slice(0, size - entries.length)) {
      entries.push({ ...this.entry(log, user), ...this.page(log, user, {}, 50) });
      next = `o${rankOf(log)}`;
    }
    const isAll = others.length === 0 || next === `o${rankOf(others.at(-1) as ModelLog)}`;
    const ok: Sync = { chats: entries, next: isAll ? null : (next ?? "o~") };
    return { ok };
  }

  /** What a chat list shows of the chats a user is in. */
  inbox(user: UserId): SyncEntry[] {
    const logs = [...this.chats.values()].filter((log) => log.isIn(user));
    return logs.map((log) => this.entry(log, user));
  }

  private othersAfter(user: UserId, named: object, cursor: string | null): ModelLog[] {
    return [...this.chats.values()]
      .filter((log) => log.isIn(user) && !(log.id in named))
      .filter((log) => cursor === null || rankOf(log) < cursor.slice(1))
      .sort((one, other) => (rankOf(one) < rankOf(other) ? 1 : -1));
  }

  private namedEntry(user: UserId, chat: ChatId, after: EventId, limit: number): SyncEntry {
    const log = this.chats.get(chat);
    if (log === undefined || !log.members.has(user)) return { chat, ...refusal("not_found") };
    const caughtUp = this.catchUp(log, user, after, limit);
    const left: Partial<SyncEntry> = log.isIn(user) ? {} : { left: true };
    return { ...this.entry(log, user), ...left, ...caughtUp };
  }

  private entry(log: ModelLog, user: UserId): SyncEntry {
    const member = log.members.get(user);
    return {
      chat: log.id,
      type: log.type,
      title: log.title,
      role: member?.role ?? null,
      head: log.newest(user),
      read: member?.read ?? { id: 0, seq: 0 },
      unread: log.unread(user),
    };
  }

  private page(
    log: ModelLog,
    user: UserId,
    position: Position,
    limit: number,
    upTo: Seq = log.events.length,
  ) {
    const scanMax = this.random.chance(0.1 * this.trouble) ? 12 : 5_000;
    return pageOf(log, user, position, limit, { upTo, foldedTo: log.events.length, scanMax });
  }

  private catchUp(
    log: ModelLog,
    user: UserId,
    after: EventId,
    limit: number,
  ): Pick<Events, "events" | "missing" | "complete"> {
    const visible = log.visible(user);
    const found = visible.filter(({ id }) => id > after).slice(0, limit);
    const [first, last] = [found[0], found.at(-1)];
    if (first === undefined || last === undefined)
      return { events: [], missing: [], complete: true };
    const below = log.events[first.seq - 2];
    const isInside = below !== undefined && !log.sees(user, below.seq) && after < below.id;
    const holeStart = (visible[visible.indexOf(first) - 1]?.seq ?? 0) + 1;
    return {
      events: found.map((event) => log.seenBy(user, event)),
      missing: log.holes(user, isInside ? holeStart : first.seq, last.seq),
      complete: last.seq >= log.newest(user).seq,
    };
  }

  private create(user: UserId, fields: Fields): Answer {
    const type = fields.type as "direct" | "group";
    const members = [user, ...((fields.members as UserId[]) ?? [])];
    const key = fields.key as string;
    const chat = type === "direct" ? `d-${[...members].sort().join("-")}` : `g-${user}-${key}`;
    const known = this.chats.get(chat)?.events[0];
    if (known !== undefined) return created(known, false);
    const visibility = (fields.visibility as Visibility) ?? "joined";
    const log = new ModelLog(chat, type, (fields.title as string) ?? "", visibility);
    this.chats.set(chat, log);
    for (const member of members) {
      const role: Role = type === "group" && member === user ? "owner" : "member";
      log.members.set(member, membership(role, 1));
    }
    const changes = { title: log.title };
    const content = { kind: "chat", created: true, type, changes, members } as const;
    return created(this.add(log, user, key, content, key), true);
  }

  private checked(log: ModelLog, user: UserId, operation: string, fields: Fields): Answer | null {
    if ("target" in fields) {
      const target = log.at(fields.target as EventId);
      if (target === null || !log.sees(user, target.seq)) return refusal("not_found");
      if (target.kind !== "message" || log.isDeleted(target.id)) return refusal("conflict");
      if (operation === "edit" && target.from !== user) return refusal("forbidden");
      if (
        operation === "delete" &&
        target.from !== user &&
        log.members.get(user)?.role === "member"
      )
        return refusal("forbidden");
    }
    const isRuling = ["invite", "remove", "update"].includes(operation);
    if (isRuling && log.members.get(user)?.role !== "owner") return refusal("forbidden");
    if (operation === "remove" && !log.isIn(fields.user as UserId)) return refusal("not_found");
    if (operation === "invite" && log.isIn((fields.users as UserId[])[0] ?? ""))
      return refusal("conflict");
    return null;
  }

  private add(log: ModelLog, from: UserId, key: string, content: object, known: string): Logged {
    const { head } = log;
    const id = Math.max(this.now() * 2048, head.id + 1);
    const seq = head.seq + 1;
    const place = { chat: log.id, id, seq, from, key, ts: Math.floor(id / 2048) };
    // The content is that of one kind of event, whole.
    const event = { ...place, ...content } as Logged;
    log.append(event);
    log.keys.set(`${from} ${key}`, { event, content: known });
    this.moveMembers(log, event);
    if (event.kind === "message") {
      const author = log.members.get(from);
      if (author !== undefined) author.read = { id, seq };
    }
    if (event.kind === "chat" && event.changes.title !== undefined) log.title = event.changes.title;
    this.listener?.appended(log, event);
    return event;
  }

  private moveMembers(log: ModelLog, event: Logged): void {
    if (event.kind !== "member") return;
    for (const user of event.users) {
      const member = log.members.get(user);
      if (event.change === "left" || event.change === "removed") {
        const stay = member?.stays.at(-1);
        if (stay !== undefined) stay.to = event.seq;
        if (member !== undefined) member.role = null;
      } else if (event.change === "joined") {
        rejoin(log, user, event.seq);
      }
    }
  }
}

function rejoin(log: ModelLog, user: UserId, seq: Seq): void {
  const from = log.visibility === "full" ? 1 : seq;
  const member = log.members.get(user);
  if (member === undefined) {
    log.members.set(user, membership("member", from));
    return;
  }
  member.role = "member";
  if (from === 1) member.stays.length = 0;
  const last = member.stays.at(-1);
  if (last !== undefined && last.to === seq - 1) last.to = null;
  else member.stays.push({ from, to: null });
}

function membership(role: Role, from: Seq): Membership {
  return { role, stays: [{ from, to: null }], read: { id: 0, seq: 0 }, delivered: 0 };
}

function contentOf(operation: string, fields: Fields, user: UserId): object {
  const { target, body, emoji, on, users } = fields;
  switch (operation) {
    case "send":
      return { kind: "message", body };
    case "edit":
      return { kind: "edit", target, body };
    case "delete":
      return { kind: "delete", target };
    case "react":
      return { kind: "react", target, emoji, on };
    case "update":
      return { kind: "chat", changes: { title: fields.title } };
    case "invite":
      return { kind: "member", users, change: "joined", role: "member" };
    case "remove":
      return { kind: "member", users: [fields.user], change: "removed" };
    case "leave":
      return { kind: "member", users: [user], change: "left" };
    default:
      throw new RangeError(`the model knows no ${operation}`);
  }
}

function appended({ chat, id, seq }: Logged, duplicate: boolean): Answer {
  return { ok: { chat, id, seq, duplicate } };
}

function created({ chat, id, seq }: Logged, isNew: boolean): Answer {
  return { ok: { chat, id, seq, created: isNew } };
}

export function refusal(code: ErrorCode, retry: number | null = null): { error: ProtocolError } {
  return { error: { code, message: `the model says ${code}`, field: null, retry_after_ms: retry } };
}

function keyTime(key: string): number {
  return Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16);
}

function rankOf(log: ModelLog): string {
  return `${String(log.head.id).padStart(17, "0")} ${log.id}`;
}

export type { Place };
