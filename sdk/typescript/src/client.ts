/**
 * The client: an `Engine` with its outside (socket, clock, storage, tabs, network), under the
 * interfaces of `api.ts`.
 */

import type {
  Chat,
  Client,
  ClientOptions,
  ConnectionState,
  Incoming,
  NewGroup,
  Presence,
  Readable,
} from "./api.js";
import { type ChatDoor, ClientChat } from "./chat.js";
import { Engine } from "./core/engine.js";
import { errorOf, summaryOf } from "./core/snapshots.js";
import type { ChatId, Created, UserId } from "./protocol/types.js";
import { Browser } from "./rim/browser.js";
import { Changes } from "./rim/changes.js";

/** Makes a client and starts it. */
export function createClient(options: ClientOptions): Client {
  return new ConnectClient(options);
}

class ConnectClient implements Client {
  readonly user: UserId;
  readonly connection: Readable<ConnectionState>;
  readonly chats;
  readonly ready: Readable<boolean>;

  private readonly changes = new Changes();
  private readonly browser: Browser;
  private readonly engine: Engine;
  private readonly handles = new Map<ChatId, Chat>();
  private readonly presences = new Map<UserId, Readable<Presence | null>>();
  private readonly incomingListeners = new Set<(incoming: Incoming) => void>();
  private readonly door: ChatDoor;

  constructor(options: ClientOptions) {
    this.user = options.user;
    this.browser = new Browser(options, this.changes, (chat, message) => {
      const summary = summaryOf(this.engine, chat);
      if (summary === null) return;
      for (const listener of this.incomingListeners) listener({ chat: summary, message });
    });
    const { device, agent } = this.browser;
    this.engine = new Engine(this.browser, { user: options.user, device, agent }, this.browser.tab);
    this.door = { engine: this.engine, browser: this.browser, changes: this.changes };
    this.connection = this.changes.readable({ of: "connection" }, () => this.engine.session.state);
    this.ready = this.changes.readable({ of: "ready" }, () => this.engine.isReady);
    this.chats = this.changes.readable({ of: "chats" }, () => this.list());
    this.browser.start(this.engine);
  }

  chat(id: ChatId): Chat {
    const known = this.handles.get(id);
    if (known !== undefined) return known;
    const made = new ClientChat(id, this.door);
    this.handles.set(id, made);
    return made;
  }

  createDirect(user: UserId): Promise<ChatId> {
    return this.create({ type: "direct", members: [user] });
  }

  createGroup({ title, topic, members, visibility, joinable }: NewGroup): Promise<ChatId> {
    const optional = {
      ...(topic !== undefined && { topic }),
      ...(visibility !== undefined && { visibility }),
      ...(joinable !== undefined && { joinable }),
    };
    return this.create({ type: "group", title, members, ...optional });
  }

  join(chat: ChatId): Promise<void> {
    return new Promise((resolve, reject) => {
      this.engine.commands.run("join", { chat }, (result) => {
        if (result.type === "error") reject(errorOf(result.error));
        else this.engine.whenSynced(resolve);
      });
    });
  }

  presence(user: UserId): Readable<Presence | null> {
    const known = this.presences.get(user);
    if (known !== undefined) return known;
    const { watching } = this.engine;
    const made = this.changes.readable({ of: "presence", user }, () => watching.of(user), {
      first: () => watching.watch(user),
      last: () => watching.unwatch(user),
    });
    this.presences.set(user, made);
    return made;
  }

  onIncoming(listener: (incoming: Incoming) => void): () => void {
    this.incomingListeners.add(listener);
    return () => this.incomingListeners.delete(listener);
  }

  now(): number {
    return this.engine.session.now();
  }

  reconnect(): void {
    this.engine.session.reconnect();
  }

  async close(): Promise<void> {
    this.engine.stop("closed");
    await this.browser.close();
  }

  async forget(): Promise<void> {
    this.engine.stop("closed");
    await this.browser.forget();
  }

  private create(fields: object): Promise<ChatId> {
    return new Promise((resolve, reject) => {
      this.engine.commands.run<Created>("create", fields, (result) => {
        if (result.type === "error") reject(errorOf(result.error));
        else if (this.engine.log(result.value.chat) !== null) resolve(result.value.chat);
        else this.engine.whenSynced(() => resolve(result.value.chat));
      });
    });
  }

  private list() {
    return this.engine
      .logs()
      .map(({ id }) => this.chat(id).summary.get())
      .filter((summary) => summary !== null)
      .sort((one, other) => other.ts - one.ts);
  }
}
