/**
 * What an app works with: a `Client` for an account, its chats, and windows onto their history.
 *
 * Everything that changes is a `Readable`: `get()` answers an immutable snapshot, which stays the
 * same object until something in it changes, and `subscribe()` calls back after it has. That is the
 * contract of React's `useSyncExternalStore`, and easily bent to any other framework.
 *
 * One JavaScript thread; nothing here blocks. Promises reject with `ConnectError` only.
 */

import type {
  Body,
  ChatId,
  ChatInfo,
  ErrorCode,
  EventId,
  Member,
  Message,
  Place,
  Role,
  UserId,
  Visibility,
} from "./protocol/types.js";
import type { WebSocketConstructor } from "./rim/socket.js";
import type { Storage } from "./storage/storage.js";

export interface Readable<T> {
  get(): T;
  /** Calls back after each change. The answer ends it. */
  subscribe(listener: () => void): () => void;
}

/** A refusal by the server, with the code of the protocol, or by the client itself. */
export class ConnectError extends Error {
  /** `offline`: not tried, since there is no session. `closed`: the client was closed. */
  readonly code: ErrorCode | "offline" | "closed";
  /** The field that is wrong, where the server named one. */
  readonly field: string | undefined;

  constructor(code: ErrorCode | "offline" | "closed", message: string, field?: string) {
    super(message);
    this.name = "ConnectError";
    this.code = code;
    this.field = field;
  }
}

/**
 * Why a token is asked for. `start`: the first one. `expired`: the last one's time is over.
 * `refused`: the server did not take it; a callback that answers the same one again is not asked a
 * third time.
 */
export type TokenReason = "start" | "expired" | "refused";

export interface ClientOptions {
  /** The server's address, as `https://chat.example.org`. In browsers by default the page's own. */
  url?: string;
  /** Whose account it is: the token's `sub`. Known beforehand, so that history opens offline. */
  user: UserId;
  /** Gives a token; called at the start and whenever a new one is needed. */
  token: (reason: TokenReason) => Promise<string> | string;
  /** What the device calls itself; tabs of one browser need no different names. */
  device?: string;
  /** The program's name and version, for the server's log. */
  agent?: string;
  /** Where history and unsent messages are kept. By default IndexedDB where there is one, else memory. */
  storage?: Storage;
  /** For surroundings without a `WebSocket` of their own: that of `ws`, say, on Node 20. */
  webSocket?: WebSocketConstructor;
}

/**
 * `connecting`: on the way, or waiting for `retryAt` (ms of the local clock).
 * `online`: a session, and everything missed has been fetched or is being fetched (`syncing`).
 * `offline`: the browser says that there is no network; it goes on by itself.
 * `stopped`: it does not come back by itself. `reason` says why: `token_refused`, `token_revoked`,
 * `replaced` (the same device has a newer session), `closed` by the app, `wrong_user` (the token is
 * somebody else's).
 */
export type ConnectionState =
  | { readonly state: "connecting"; readonly attempt: number; readonly retryAt: number | null }
  | { readonly state: "online"; readonly syncing: boolean }
  | { readonly state: "offline" }
  | { readonly state: "stopped"; readonly reason: StopReason };

export type StopReason = "token_refused" | "token_revoked" | "replaced" | "closed" | "wrong_user";

/** A line of the chat list. */
export interface ChatSummary {
  readonly chat: ChatId;
  readonly type: "direct" | "group";
  /** Empty for a group without one, and for direct chats: show `peer`. */
  readonly title: string;
  /** The other user of a direct chat, once known. */
  readonly peer: UserId | null;
  /** Null when the user has left or was removed. */
  readonly role: Role | null;
  /** The newest message, edits folded in; null when none is known. */
  readonly last: Message | null;
  /** An own message that is on its way and newer than `last`. */
  readonly lastPending: PendingMessage | null;
  readonly unread: number;
  readonly read: Place;
  /** When something was last said: what the list is ordered by. Server time, ms. */
  readonly ts: number;
}

/**
 * The state of an own message. `sending`: in the queue or on the wire, also while offline.
 * `failed`: the server refused it for good; it stays until it is retried or dropped.
 */
export interface PendingMessage {
  /** Names it in `retry` and `drop`; stays the same from the first show to the settled message. */
  readonly localId: string;
  readonly body: Body;
  readonly status: "sending" | "failed";
  readonly error: ConnectError | null;
  /** When it was written; server time, ms. */
  readonly ts: number;
}

/** A message of a timeline. */
export interface TimelineMessage {
  readonly type: "message";
  /** Stays the same while an own message settles: what lists key by. */
  readonly entryId: string;
  /** Own edits, deletes and reactions that are on their way are applied already. */
  readonly message: Message;
  readonly own: boolean;
  /** An own edit, delete or reaction of it is on its way. */
  readonly changing: boolean;
}

/** An own message that the server has not stored yet; these stand at the end. */
export interface TimelinePending {
  readonly type: "pending";
  readonly entryId: string;
  readonly pending: PendingMessage;
}

/** Part of the log this user may not see, or that has not been fetched and cannot be now. */
export interface TimelineGap {
  readonly type: "gap";
  readonly entryId: string;
  readonly why: "not_member" | "expired" | "offline";
}

export type TimelineEntry = TimelineMessage | TimelinePending | TimelineGap;

/** What a timeline shows at a moment: neighbours in the log, ascending, without a hole. */
export interface TimelineState {
  readonly entries: readonly TimelineEntry[];
  /** Nothing could be shown yet. */
  readonly loading: boolean;
  readonly older: Edge;
  readonly newer: Edge;
  /** The last load's failure; the next load clears it. */
  readonly error: ConnectError | null;
}

/**
 * One end of what is shown. `end`: the log's first message that this user may read, or the newest
 * one, where new messages appear by themselves. `more`: call `loadOlder()` / `loadNewer()`.
 * `loading`: on its way. `offline`: there is more, and it is not on this device.
 */
export type Edge = "end" | "more" | "loading" | "offline";

/**
 * A window onto a chat's history. It holds at most `TIMELINE_MESSAGES_MAX` messages: what is loaded
 * at one end pushes out what is at the other, so that memory stays level however far one scrolls.
 * Opened at the newest messages.
 */
export interface Timeline extends Readable<TimelineState> {
  /** Resolves once more is there, or nothing can be had (see `error`); never rejects. */
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** Shows the newest messages. */
  showNewest(): Promise<void>;
  /** Shows what is around a message; answers its entryId, or that of the next one after it. */
  showAround(id: EventId): Promise<string | null>;
  /** Shows what was said from a moment on (ms); answers the first such message's entryId. */
  showAt(ms: number): Promise<string | null>;
  /** Ends it. */
  close(): void;
}

/** How far each other member is; direct chats and groups of up to 100. Null above, and until known. */
export interface Receipts {
  readonly members: ReadonlyMap<UserId, { readonly read: EventId; readonly delivered: EventId }>;
}

export interface Presence {
  readonly online: boolean;
  /** ms; null when not known. */
  readonly lastSeen: number | null;
}

export interface Chat {
  readonly id: ChatId;
  /** Null while it is not known whether there is such a chat. */
  readonly summary: Readable<ChatSummary | null>;
  /** Who is typing now, without oneself. */
  readonly typing: Readable<readonly UserId[]>;
  /** Kept up to date while somebody is subscribed. */
  readonly receipts: Readable<Receipts | null>;

  openTimeline(): Timeline;

  /** Queues a message and shows it at once; answers its localId. Goes out once, in order, also later. */
  send(body: Body): string;
  /** Sends a failed message again, as a new one at the end. */
  retry(localId: string): void;
  /** Forgets a failed message. */
  drop(localId: string): void;
  /** Queued and shown at once, like `send`. Reject when the server refuses; the view is as before then. */
  edit(message: EventId, body: Body): Promise<void>;
  delete(message: EventId): Promise<void>;
  react(message: EventId, emoji: string, on: boolean): Promise<void>;

  /** Everything up to this message was read. Cheap to call often: it is put together and only moves up. */
  markRead(message: EventId): void;
  /** The user is typing; cheap to call at each key. */
  sendTyping(): void;

  /** These need a session and reject with `offline` without one. */
  info(): Promise<ChatInfo>;
  members(): Promise<readonly Member[]>;
  update(changes: {
    title?: string;
    topic?: string;
    visibility?: Visibility;
    joinable?: boolean;
  }): Promise<void>;
  invite(users: readonly UserId[], role?: Role): Promise<void>;
  remove(user: UserId): Promise<void>;
  setRole(user: UserId, role: Role): Promise<void>;
  /** The chat stays, as far as it was read, with a role of null. */
  leave(): Promise<void>;
  /** Takes a chat that one is no longer in off the list and off this device. */
  forget(): void;
}

export interface NewGroup {
  title: string;
  topic?: string;
  /** Without oneself; up to 99. */
  members: readonly UserId[];
  visibility?: Visibility;
  joinable?: boolean;
}

/** A message of somebody else that has just come in live: what notifications are made from. */
export interface Incoming {
  readonly chat: ChatSummary;
  readonly message: Message;
}

export interface Client {
  readonly user: UserId;
  readonly connection: Readable<ConnectionState>;
  /** All chats, the latest first; from the storage at once, then kept up to date. */
  readonly chats: Readable<readonly ChatSummary[]>;
  /** False until what the device holds has been read and shown. */
  readonly ready: Readable<boolean>;

  /** The handle of a chat; the same object for the same id. */
  chat(id: ChatId): Chat;
  /** Resolves to the chat's id; creating a direct chat again gives the same one. */
  createDirect(user: UserId): Promise<ChatId>;
  createGroup(group: NewGroup): Promise<ChatId>;
  /** Joins a joinable chat by its id. */
  join(chat: ChatId): Promise<void>;

  /** Whether somebody is there; watched while somebody is subscribed (200 users at a time). */
  presence(user: UserId): Readable<Presence | null>;
  /** Calls back for each message of somebody else that comes in live. The answer ends it. */
  onIncoming(listener: (incoming: Incoming) => void): () => void;

  /** The server's clock now, as far as it is known; ms. */
  now(): number;
  /** Tries to connect now instead of at `retryAt`. */
  reconnect(): void;
  /** Ends the session, keeps what the device holds. */
  close(): Promise<void>;
  /** `close()`, and removes what the device holds: signing out. Unsent messages go, too. */
  forget(): Promise<void>;
}
