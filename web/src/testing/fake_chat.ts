/**
 * A chat in memory, with the behaviour that views rely on: sending shows at once and settles at the
 * next turn while online, edits and reactions fold in, marks move up only.
 */

import {
  type Body,
  type Chat,
  type ChatInfo,
  type ChatSummary,
  ConnectError,
  type EventId,
  type FoldedMessage,
  type Member,
  type Message,
  type PendingMessage,
  type Receipts,
  type Role,
  type Timeline,
  type UserId,
  type Visibility,
} from "@connect-chat/sdk";
import { FakeReadable } from "./fake_readable.js";
import { FakeTimeline } from "./fake_timeline.js";

/** What a fake chat begins as; everything else follows from it. */
export interface FakeChatSeed {
  readonly id: string;
  readonly type: "direct" | "group";
  readonly title?: string;
  readonly topic?: string;
  readonly peer?: UserId;
  readonly role?: Role | null;
  readonly joinable?: boolean;
  readonly visibility?: Visibility;
  readonly members?: readonly Member[];
  readonly messages?: readonly Message[];
  readonly unread?: number;
  readonly typing?: readonly UserId[];
  readonly pending?: readonly PendingMessage[];
  readonly ts?: number;
}

/** What a chat needs of its client. */
export interface FakeHost {
  readonly user: UserId;
  now(): number;
  online(): boolean;
  /** Rejects with what the test said should fail next. */
  attempt(): Promise<void>;
  changed(): void;
}

export class FakeChat implements Chat {
  readonly id: string;
  readonly user: UserId;
  readonly summary = new FakeReadable<ChatSummary | null>(null);
  readonly typing = new FakeReadable<readonly UserId[]>([]);
  readonly receipts = new FakeReadable<Receipts | null>(null);
  log: Message[] = [];
  pending: PendingMessage[] = [];
  memberList: Member[] = [];
  typingSent = 0;
  private details: ChatInfo | null = null;
  private role: Role | null = "member";
  private unread = 0;
  private read: { id: EventId; seq: number } = { id: 0, seq: 0 };
  private seed: FakeChatSeed | null = null;
  private readonly host: FakeHost;
  private readonly listeners = new Set<(appended: boolean) => void>();
  private readonly localIds = new Map<EventId, string>();
  private made = 0;

  constructor(host: FakeHost, id: string) {
    this.host = host;
    this.id = id;
    this.user = host.user;
  }

  /** The chat becomes known: until then its summary is null. */
  become(seed: FakeChatSeed): void {
    this.seed = seed;
    this.log = [...(seed.messages ?? [])];
    this.pending = [...(seed.pending ?? [])];
    this.memberList = [...(seed.members ?? [])];
    this.typing.set(seed.typing ?? []);
    if (seed.role !== undefined) this.role = seed.role;
    this.unread = seed.unread ?? 0;
    this.read = placeOf(this.log[this.log.length - 1 - this.unread]);
    this.details = infoOf(seed, this.memberList.length);
    this.touched(false);
  }

  /** Calls back after each change; true when a message was put at the end. */
  onChange(listener: (appended: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  entryIdOf(message: Message): string {
    return this.localIds.get(message.id) ?? `m${message.id}`;
  }

  /** A message of somebody, as if it came in live; an own one keeps the entry that it was sent as. */
  append(from: UserId, body: Body, localId?: string): FoldedMessage {
    const { id, seq, ts } = this.nextPlace();
    if (localId !== undefined) this.localIds.set(id, localId);
    const message: FoldedMessage = {
      chat: this.id,
      id,
      seq,
      ts,
      from,
      key: `key-${seq}`,
      kind: "message",
      body,
    };
    this.log = [...this.log, message];
    if (from === this.user) this.read = placeOf(message);
    else this.unread += 1;
    this.touched(true);
    return message;
  }

  openTimeline(): Timeline {
    return new FakeTimeline(this);
  }

  send(body: Body): string {
    this.made += 1;
    const localId = `local-${this.made}`;
    const pending: PendingMessage = {
      localId,
      body,
      status: "sending",
      error: null,
      ts: this.host.now(),
    };
    this.pending = [...this.pending, pending];
    this.touched(false);
    if (this.host.online()) this.settle(pending);
    return localId;
  }

  retry(localId: string): void {
    const again = this.pending.find((pending) => pending.localId === localId);
    if (again === undefined) return;
    this.drop(localId);
    this.send(again.body);
  }

  drop(localId: string): void {
    this.pending = this.pending.filter((pending) => pending.localId !== localId);
    this.touched(false);
  }

  async edit(id: EventId, body: Body): Promise<void> {
    await this.host.attempt();
    this.fold(id, (message) => ({ ...message, body, edited: { id, ts: this.host.now() } }));
  }

  async delete(id: EventId): Promise<void> {
    await this.host.attempt();
    this.fold(id, ({ body: _body, edited: _edited, reactions: _reactions, ...rest }) => ({
      ...rest,
      deleted: { by: this.user, ts: this.host.now() },
    }));
  }

  async react(id: EventId, emoji: string, on: boolean): Promise<void> {
    await this.host.attempt();
    this.fold(id, (message) => ({ ...message, reactions: reacted(message, emoji, on) }));
  }

  markRead(id: EventId): void {
    const index = this.log.findIndex((message) => message.id === id);
    if (index < 0 || id <= this.read.id) return;
    this.read = placeOf(this.log[index]);
    this.unread = this.log.slice(index + 1).filter((one) => one.from !== this.user).length;
    this.touched(false);
  }

  sendTyping(): void {
    this.typingSent += 1;
  }

  async info(): Promise<ChatInfo> {
    await this.host.attempt();
    if (this.details === null) throw new ConnectError("not_found", "there is no such chat");
    return { ...this.details, role: this.role, members: this.memberList.length };
  }

  async members(): Promise<readonly Member[]> {
    await this.host.attempt();
    return this.memberList;
  }

  async update(changes: Partial<Pick<ChatInfo, "title" | "topic" | "joinable" | "visibility">>) {
    await this.host.attempt();
    if (this.details !== null) this.details = { ...this.details, ...changes };
    this.touched(false);
  }

  async invite(users: readonly UserId[], role: Role = "member"): Promise<void> {
    await this.host.attempt();
    const added = users.map((user) => ({ user, role, since: this.nextPlace().id }));
    this.memberList = [...this.memberList.filter((one) => !users.includes(one.user)), ...added];
    this.touched(false);
  }

  async remove(user: UserId): Promise<void> {
    await this.host.attempt();
    this.memberList = this.memberList.filter((member) => member.user !== user);
    this.touched(false);
  }

  async setRole(user: UserId, role: Role): Promise<void> {
    await this.host.attempt();
    this.memberList = this.memberList.map((one) => (one.user === user ? { ...one, role } : one));
    this.touched(false);
  }

  async leave(): Promise<void> {
    await this.host.attempt();
    this.memberList = this.memberList.filter((member) => member.user !== this.user);
    this.role = null;
    this.touched(false);
  }

  forget(): void {
    this.summary.set(null);
    this.host.changed();
  }

  /** Says to everybody that something changed. */
  touched(appended: boolean): void {
    this.summary.set(this.build());
    for (const listener of [...this.listeners]) listener(appended);
    this.host.changed();
  }

  /** What is sent while online is stored at the next turn, or fails as the test said. */
  private settle(pending: PendingMessage): void {
    this.host.attempt().then(
      () => {
        this.pending = this.pending.filter((one) => one.localId !== pending.localId);
        this.append(this.user, pending.body, pending.localId);
      },
      (error: unknown) => {
        const failed = { ...pending, status: "failed" as const, error: asConnectError(error) };
        this.pending = this.pending.map((one) => (one.localId === pending.localId ? failed : one));
        this.touched(false);
      },
    );
  }

  private nextPlace(): { id: EventId; seq: number; ts: number } {
    const newest = this.log[this.log.length - 1];
    const ts = this.host.now();
    const id = Math.max((newest?.id ?? 0) + 1, ts * 2048);
    return { id, seq: (newest?.seq ?? 0) + 1, ts };
  }

  private fold(id: EventId, change: (message: FoldedMessage) => FoldedMessage): void {
    this.log = this.log.map((one) => (one.id === id && one.kind === "message" ? change(one) : one));
    this.touched(false);
  }

  private build(): ChatSummary | null {
    if (this.details === null || this.seed === null) return null;
    const last = this.log[this.log.length - 1] ?? null;
    const lastPending = this.pending[this.pending.length - 1] ?? null;
    return {
      chat: this.id,
      type: this.seed.type,
      title: this.details.title,
      peer: this.seed.peer ?? null,
      role: this.role,
      last,
      lastPending,
      unread: this.unread,
      read: this.read,
      ts: lastPending?.ts ?? last?.ts ?? this.seed.ts ?? 0,
    };
  }
}

function placeOf(message: Message | undefined): { id: EventId; seq: number } {
  return message === undefined ? { id: 0, seq: 0 } : { id: message.id, seq: message.seq };
}

function infoOf(seed: FakeChatSeed, members: number): ChatInfo {
  return {
    chat: seed.id,
    type: seed.type,
    title: seed.title ?? "",
    topic: seed.topic ?? "",
    visibility: seed.visibility ?? "joined",
    joinable: seed.joinable ?? false,
    role: seed.role ?? "member",
    members,
    head: { id: 0, seq: 0 },
  };
}

function reacted(message: FoldedMessage, emoji: string, on: boolean) {
  const before = message.reactions ?? [];
  const known = before.find((reaction) => reaction.emoji === emoji);
  if (known === undefined) return on ? [...before, { emoji, count: 1, me: true }] : before;
  if (known.me === on) return before;
  const after = { emoji, count: known.count + (on ? 1 : -1), me: on };
  return before.map((one) => (one === known ? after : one)).filter((one) => one.count > 0);
}

function asConnectError(error: unknown): ConnectError {
  return error instanceof ConnectError ? error : new ConnectError("internal", String(error));
}
