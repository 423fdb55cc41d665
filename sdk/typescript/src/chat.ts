/** A chat of a client, and the windows onto its history. */

import type { Chat, ChatSummary, Readable, Receipts, Timeline, TimelineState } from "./api.js";
import { ConnectError } from "./api.js";
import type { ChatLog } from "./core/chat_log.js";
import type { Engine } from "./core/engine.js";
import type { StoredMessage, StoredOperation } from "./core/records.js";
import { errorOf, summaryOf, TimelineSnapshots } from "./core/snapshots.js";
import type { Window } from "./core/window.js";
import type {
  Body,
  ChatId,
  ChatInfo,
  EventId,
  Member,
  Role,
  UserId,
  Visibility,
} from "./protocol/types.js";
import type { Browser } from "./rim/browser.js";
import type { Changes, Value } from "./rim/changes.js";

/** What the handles of a client share. */
export interface ChatDoor {
  readonly engine: Engine;
  readonly browser: Browser;
  readonly changes: Changes;
}

export class ClientChat implements Chat {
  readonly summary: Readable<ChatSummary | null>;
  readonly typing: Readable<readonly UserId[]>;
  readonly receipts: Readable<Receipts | null>;

  private readonly engine: Engine;

  constructor(
    readonly id: ChatId,
    private readonly door: ChatDoor,
  ) {
    const { engine, changes } = door;
    this.engine = engine;
    this.summary = changes.readable({ of: "chat", chat: id }, () => summaryOf(engine, id));
    this.typing = changes.readable({ of: "typing", chat: id }, () => engine.typing.of(id));
    this.receipts = changes.readable({ of: "receipts", chat: id }, () => engine.receipts.of(id), {
      first: () => engine.receipts.open(id),
      last: () => engine.receipts.close(id),
    });
  }

  openTimeline(): Timeline {
    return new ClientTimeline(this.id, this.door);
  }

  send(body: Body): string {
    const localId = this.engine.operate({ chat: this.id, kind: "send", body }, () => {});
    if (localId === null) throw full();
    return localId;
  }

  retry(localId: string): void {
    this.engine.outbox.retry(localId);
  }

  drop(localId: string): void {
    this.engine.outbox.drop(localId);
  }

  edit(target: EventId, body: Body): Promise<void> {
    return this.operate({ kind: "edit", target, body });
  }

  delete(target: EventId): Promise<void> {
    return this.operate({ kind: "delete", target });
  }

  react(target: EventId, emoji: string, on: boolean): Promise<void> {
    return this.operate({ kind: "react", target, emoji, on });
  }

  markRead(message: EventId): void {
    this.engine.markRead(this.id, message);
  }

  sendTyping(): void {
    this.engine.typing.say(this.id);
  }

  info(): Promise<ChatInfo> {
    return this.door.browser.http.info(this.id);
  }

  members(): Promise<readonly Member[]> {
    return this.door.browser.http.members(this.id);
  }

  update(changes: {
    title?: string;
    topic?: string;
    visibility?: Visibility;
    joinable?: boolean;
  }): Promise<void> {
    return this.command("update", changes);
  }

  invite(users: readonly UserId[], role?: Role): Promise<void> {
    return this.command("invite", { users, ...(role !== undefined && { role }) });
  }

  remove(user: UserId): Promise<void> {
    return this.command("remove", { user });
  }

  setRole(user: UserId, role: Role): Promise<void> {
    return this.command("set_role", { user, role });
  }

  leave(): Promise<void> {
    return this.command("leave", {});
  }

  forget(): void {
    this.engine.forgetChat(this.id);
  }

  private command(operation: string, fields: object): Promise<void> {
    return new Promise((resolve, reject) => {
      this.engine.commands.run(operation, { chat: this.id, ...fields }, (result) => {
        if (result.type === "ok") resolve();
        else reject(errorOf(result.error));
      });
    });
  }

  private operate(what: Pick<StoredOperation, "kind"> & Partial<StoredOperation>): Promise<void> {
    return new Promise((resolve, reject) => {
      const localId = this.engine.operate({ chat: this.id, ...what }, (failure) => {
        if (failure === null) resolve();
        else reject(errorOf(failure));
      });
      if (localId === null) reject(full());
    });
  }
}

function full(): ConnectError {
  return new ConnectError("overloaded", "too much waits to be sent already");
}

class ClientTimeline implements Timeline {
  private log: ChatLog | null = null;
  private window: Window | null = null;
  private isClosed = false;
  private readonly snapshots: TimelineSnapshots;
  private readonly state: Value<TimelineState>;
  private readonly stopWatching: () => void;
  private readonly opened: (() => void)[] = [];

  constructor(
    private readonly chat: ChatId,
    private readonly door: ChatDoor,
  ) {
    const { engine, changes } = door;
    this.snapshots = new TimelineSnapshots(engine, chat);
    this.state = changes.readable({ of: "chat", chat }, () => this.snapshots.of(this.window));
    // A chat that is not known yet is opened once it is; one that was left and joined anew, too.
    this.stopWatching = this.state.subscribe(() => this.follow());
    this.follow();
  }

  get(): TimelineState {
    return this.state.get();
  }

  subscribe(listener: () => void): () => void {
    return this.state.subscribe(listener);
  }

  loadOlder(): Promise<void> {
    return this.load("older");
  }

  loadNewer(): Promise<void> {
    return this.load("newer");
  }

  async showNewest(): Promise<void> {
    await this.show("newest");
  }

  showAround(id: EventId): Promise<string | null> {
    const shown = this.window?.messages.find(({ message }) => message.id === id);
    if (shown !== undefined) return Promise.resolve(this.snapshots.entryId(shown));
    return this.show({ around: id });
  }

  showAt(ms: number): Promise<string | null> {
    return this.show({ at: ms });
  }

  close(): void {
    this.isClosed = true;
    this.stopWatching();
    this.state.close();
    this.leave();
  }

  private follow(): void {
    const { engine } = this.door;
    const log = engine.log(this.chat);
    if (this.isClosed || log === this.log) return;
    this.leave();
    this.log = log;
    this.window = log === null ? null : engine.openWindow(log, () => this.state.changed());
    this.state.changed();
    this.window?.open(() => {
      for (const resolve of this.opened.splice(0)) resolve();
    });
  }

  private leave(): void {
    if (this.log !== null && this.window !== null)
      this.door.engine.closeWindow(this.log, this.window);
    this.window = null;
  }

  private load(side: "older" | "newer"): Promise<void> {
    return new Promise((resolve) => {
      if (this.window === null) resolve();
      else this.window.loadMore(side, resolve);
    });
  }

  /** A timeline of a chat that is not known yet shows what is asked for once it is. */
  private async show(position: Parameters<Window["show"]>[0]): Promise<string | null> {
    if (this.window === null) await new Promise<void>((resolve) => this.opened.push(resolve));
    return new Promise((resolve) => {
      const done = (found: StoredMessage | null) =>
        resolve(found === null ? null : this.snapshots.entryId(found));
      if (this.window === null) resolve(null);
      else this.window.show(position, done);
    });
  }
}
