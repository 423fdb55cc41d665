/**
 * A `Client` in memory: for tests of views, and for looking at them without a server. Tests say what
 * comes in (`receive`), how the connection is (`setConnection`) and what fails next (`failNext`).
 */

import {
  type ChatId,
  type ChatSummary,
  type Client,
  ConnectError,
  type ConnectionState,
  type Incoming,
  type Member,
  type NewGroup,
  type Presence,
  type UserId,
} from "@connect-chat/sdk";
import { FakeChat, type FakeChatSeed } from "./fake_chat.js";
import { FakeReadable } from "./fake_readable.js";

export interface FakeOptions {
  readonly user?: UserId;
  readonly chats?: readonly FakeChatSeed[];
  readonly connection?: ConnectionState;
  readonly ready?: boolean;
  readonly online?: readonly UserId[];
  /** A fixed clock; by default the real one. */
  readonly now?: number;
}

export class FakeClient implements Client {
  readonly user: UserId;
  readonly connection: FakeReadable<ConnectionState>;
  readonly chats: FakeReadable<readonly ChatSummary[]>;
  readonly ready: FakeReadable<boolean>;
  /** What was called, for tests: "reconnect", "close", "forget", "createDirect bob" and so on. */
  readonly calls: string[] = [];
  private readonly handles = new Map<ChatId, FakeChat>();
  private readonly present = new Map<UserId, FakeReadable<Presence | null>>();
  private readonly incoming = new Set<(incoming: Incoming) => void>();
  private readonly fixedNow: number | undefined;
  private failures: ConnectError[] = [];

  constructor(options: FakeOptions = {}) {
    this.user = options.user ?? "alice";
    this.fixedNow = options.now;
    this.connection = new FakeReadable(options.connection ?? { state: "online", syncing: false });
    this.ready = new FakeReadable(options.ready ?? true);
    this.chats = new FakeReadable<readonly ChatSummary[]>([]);
    for (const seed of options.chats ?? []) this.chat(seed.id).become(seed);
    for (const user of options.online ?? []) this.setPresence(user, true);
  }

  chat(id: ChatId): FakeChat {
    const known = this.handles.get(id);
    if (known !== undefined) return known;
    const made = new FakeChat(this.host(), id);
    this.handles.set(id, made);
    return made;
  }

  async createDirect(user: UserId): Promise<ChatId> {
    this.calls.push(`createDirect ${user}`);
    await this.attempt();
    const id = `d-${[this.user, user].sort().join("-")}`;
    if (this.handles.get(id)?.summary.get() == null)
      this.add({ id, type: "direct", peer: user, members: [this.me(), memberOf(user)] });
    return id;
  }

  async createGroup(group: NewGroup): Promise<ChatId> {
    this.calls.push(`createGroup ${group.title}`);
    await this.attempt();
    const id = `g-${this.handles.size + 1}`;
    const members = [this.me(), ...group.members.map(memberOf)];
    this.add({ ...group, id, type: "group", role: "owner", members });
    return id;
  }

  async join(chat: ChatId): Promise<void> {
    this.calls.push(`join ${chat}`);
    await this.attempt();
    this.add({ id: chat, type: "group", title: chat, members: [memberOf(this.user)] });
  }

  presence(user: UserId): FakeReadable<Presence | null> {
    const known = this.present.get(user);
    if (known !== undefined) return known;
    const made = new FakeReadable<Presence | null>(null);
    this.present.set(user, made);
    return made;
  }

  onIncoming(listener: (incoming: Incoming) => void): () => void {
    this.incoming.add(listener);
    return () => this.incoming.delete(listener);
  }

  now(): number {
    return this.fixedNow ?? Date.now();
  }

  reconnect(): void {
    this.calls.push("reconnect");
  }

  async close(): Promise<void> {
    this.calls.push("close");
  }

  async forget(): Promise<void> {
    this.calls.push("forget");
  }

  // What tests do.

  add(seed: FakeChatSeed): FakeChat {
    const chat = this.chat(seed.id);
    chat.become({ ts: this.now(), ...seed });
    return chat;
  }

  /** Somebody says something, live. */
  receive(chat: ChatId, from: UserId, text: string): void {
    const handle = this.chat(chat);
    const message = handle.append(from, { text });
    const summary = handle.summary.get();
    if (summary === null) return;
    for (const listener of [...this.incoming]) listener({ chat: summary, message });
  }

  setConnection(state: ConnectionState): void {
    this.connection.set(state);
  }

  setPresence(user: UserId, online: boolean, lastSeen: number | null = null): void {
    this.presence(user).set({ online, lastSeen });
  }

  /** The next call that goes to the server is refused. */
  failNext(code: ConnectError["code"], message = "refused", field?: string): void {
    this.failures.push(new ConnectError(code, message, field));
  }

  private host() {
    return {
      user: this.user,
      now: () => this.now(),
      online: () => this.connection.get().state === "online",
      attempt: () => this.attempt(),
      changed: () => this.chats.set(this.list()),
    };
  }

  private async attempt(): Promise<void> {
    const [failure, ...others] = this.failures;
    this.failures = others;
    if (failure !== undefined) throw failure;
    if (this.connection.get().state !== "online") throw new ConnectError("offline", "no session");
  }

  private list(): ChatSummary[] {
    return [...this.handles.values()]
      .map((chat) => chat.summary.get())
      .filter((summary) => summary !== null)
      .sort((one, other) => other.ts - one.ts);
  }

  private me(): Member {
    return { user: this.user, role: "owner", since: 1 };
  }
}

function memberOf(user: UserId): Member {
  return { user, role: "member", since: 1 };
}
