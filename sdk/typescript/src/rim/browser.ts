/**
 * The outside of a client: socket, clock, timers, storage, tabs, network and HTTPS, as a browser or
 * Node has them. It decides nothing; what happens it tells the `Engine`.
 */

import type { ClientOptions, TokenReason } from "../api.js";
import type { Engine } from "../core/engine.js";
import type { Outside, Timer, Topic } from "../core/outside.js";
import type { StoredChat, StoredMessage, StoredOperation } from "../core/records.js";
import type { ChatId, Message, Seq, UserId } from "../protocol/types.js";
import { IndexedDbStorage } from "../storage/indexeddb.js";
import { MemoryStorage } from "../storage/memory.js";
import type { Account, Storage, StorageChange } from "../storage/storage.js";
import type { Changes } from "./changes.js";
import { Http } from "./http.js";
import { type Network, watchNetwork } from "./network.js";
import { openSocket, type Socket, socketUrl, type WebSocketConstructor } from "./socket.js";
import { browserLocks, newTabName, openTabs, type Tabs } from "./tabs.js";

/** A storage opens in milliseconds; one that hangs is not waited for. */
const OPENING_MS_MAX = 5_000;
/** How soon what a closed tab has left unsent is taken over. */
const ORPHANS_EVERY_MS = 5_000;
/** Members of direct chats that are looked up at a time. */
const PEERS_AT_ONCE = 2;

export class Browser implements Outside {
  readonly tab: string = newTabName();
  readonly device: string;
  readonly agent: string;
  readonly http: Http;

  private readonly url: string;
  private readonly storage: Storage;
  private readonly network: Network = watchNetwork();
  private readonly peers: ChatId[] = [];
  private peersUnderWay = 0;
  private socket: Socket | null = null;
  private token: string | null = null;
  private tabs: Tabs | null = null;
  private engine: Engine | null = null;
  private isOver = false;
  /** The storage is open, or it is known that it does not open. */
  private tellOpened: () => void = () => {};
  private readonly opened = new Promise<void>((resolve) => {
    this.tellOpened = resolve;
  });
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(
    private readonly options: ClientOptions,
    private readonly changes: Changes,
    private readonly heard: (chat: ChatId, message: Message) => void,
  ) {
    this.url = (options.url ?? globalThis.location?.origin ?? "").replace(/\/+$/, "");
    // A session replaces an older one of the same device: each tab is one of its own.
    this.device = `${options.device ?? "web"} ${this.tab.slice(0, 8)}`;
    this.agent = options.agent ?? "connect-sdk";
    this.storage = options.storage ?? defaultStorage();
    this.http = new Http(this.url, () => this.token);
  }

  start(engine: Engine): void {
    this.engine = engine;
    void this.begin(engine);
  }

  async close(): Promise<void> {
    this.end();
    this.tabs?.close();
    await this.storage.close().catch(() => {});
  }

  async forget(): Promise<void> {
    this.end();
    await this.opened;
    await this.storage.clear().catch(() => {});
    await this.close();
  }

  findReceipts(chat: ChatId): void {
    this.http.receipts(chat).then(
      (receipts) => {
        const book = this.engine?.receipts;
        for (const user of receipts?.members ?? []) book?.take(chat, user, {});
        for (const { user, id } of receipts?.read ?? []) book?.take(chat, user, { read: id });
        for (const { user, id } of receipts?.delivered ?? [])
          book?.take(chat, user, { delivered: id });
      },
      () => {}, // Asked again with the next session; marks that come in are shown all the same.
    );
  }

  now(): number {
    return Date.now();
  }

  random(): number {
    return Math.random();
  }

  randomBytes(count: number): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(count));
  }

  after(ms: number, callback: () => void): Timer {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      callback();
    }, ms);
    this.timers.add(timer);
    return {
      cancel: () => {
        this.timers.delete(timer);
        clearTimeout(timer);
      },
    };
  }

  openSocket(): void {
    const session = this.engine?.session;
    if (session === undefined) return;
    const listener = {
      opened: () => session.socketOpened(),
      message: (text: string) => session.socketMessage(text),
      closed: (code: number, reason: string) => session.socketClosed(code, reason),
    };
    this.socket = openSocket(socketUrl(this.url), listener, this.webSocket());
  }

  sendText(text: string): void {
    this.socket?.send(text);
  }

  closeSocket(): void {
    this.socket?.close();
    this.socket = null;
  }

  askToken(reason: TokenReason, done: (token: string | null) => void): void {
    Promise.resolve()
      .then(() => this.options.token(reason))
      .then(
        (token) => {
          this.token = token;
          done(token);
        },
        () => done(null),
      );
  }

  write(batch: readonly StorageChange[], done: () => void): void {
    // What cannot be kept is only not there after a restart; the session goes on.
    this.opened.then(() => this.storage.write(batch)).then(done, done);
  }

  load(
    chat: ChatId,
    range: { readonly from: Seq; readonly to: Seq },
    limit: number,
    end: "first" | "last",
    done: (messages: readonly StoredMessage[] | null, kept: StoredChat | null) => void,
  ): void {
    const { storage } = this;
    const read = async () => {
      const messages = await storage.loadMessages(chat, range, limit, end);
      return { messages, kept: await storage.loadChat(chat) };
    };
    read().then(
      ({ messages, kept }) => done(messages, kept),
      () => done(null, null),
    );
  }

  findPeer(chat: ChatId): void {
    if (!this.peers.includes(chat)) this.peers.push(chat);
    this.findPeers();
  }

  changed(topic: Topic): void {
    this.changes.changed(topic);
  }

  incoming(chat: ChatId, message: Message): void {
    this.heard(chat, message);
  }

  private async begin(engine: Engine): Promise<void> {
    const account = { url: this.url, user: this.options.user };
    const tabs = await openTabs(account, browserLocks(), this.tab);
    this.tabs = tabs;
    const chats = await this.loadChats(account);
    const left = await this.takeOrphans(tabs);
    if (this.isOver) {
      tabs.close();
      return;
    }
    engine.loaded(chats, left);
    this.watch(engine);
    const becomeWriter = () => void this.becomeWriter(engine, tabs);
    if (tabs.writer.get()) becomeWriter();
    else tabs.writer.subscribe(becomeWriter);
  }

  /** A storage that does not open, or not in time, is one that holds nothing. */
  private async loadChats(account: Account): Promise<readonly StoredChat[]> {
    const opened = await within(OPENING_MS_MAX, this.storage.open(account));
    this.tellOpened();
    return opened ? this.storage.loadChats().catch(() => []) : [];
  }

  private end(): void {
    this.isOver = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.network.close();
  }

  private watch({ session }: Engine): void {
    const { online, visible } = this.network;
    session.networkChanged(online.get());
    online.subscribe(() => session.networkChanged(online.get()));
    // Whoever looks at the page does not want to wait for the next try.
    visible.subscribe(() => {
      if (visible.get() && session.state.state === "connecting") session.reconnect();
    });
  }

  private async becomeWriter(engine: Engine, tabs: Tabs): Promise<void> {
    const chats = await this.storage.loadChats().catch(() => null);
    if (this.isOver || chats === null) return;
    engine.becameWriter(chats);
    this.adoptLater(engine, tabs);
  }

  /** As long as this tab writes, it takes over what others leave. */
  private adoptLater(engine: Engine, tabs: Tabs): void {
    this.after(ORPHANS_EVERY_MS, async () => {
      const left = await this.takeOrphans(tabs);
      if (this.isOver) return;
      if (left.length > 0) engine.adopt(left);
      this.adoptLater(engine, tabs);
    });
  }

  /**
   * Takes over, in the storage, what tabs that are gone have left unsent: it is this one's then, and
   * no other tab's.
   */
  private async takeOrphans(tabs: Tabs): Promise<readonly StoredOperation[]> {
    let taken: readonly StoredOperation[] = [];
    const take = async () => {
      const gone = await this.goneTabs(tabs, await this.storage.loadOperations());
      if (gone.size === 0) return;
      // One may have sent and closed since: what is there now is what is left.
      const left = (await this.storage.loadOperations()).filter(({ tab }) => gone.has(tab));
      const own = left.map((operation) => ({ ...operation, tab: this.tab }));
      await this.storage.write(own.map((operation) => ({ type: "put_operation", operation })));
      taken = own;
    };
    // What cannot be read now is there later.
    await tabs.exclusively(take).catch(() => {});
    return taken;
  }

  private async goneTabs(
    tabs: Tabs,
    operations: readonly StoredOperation[],
  ): Promise<ReadonlySet<string>> {
    const gone = new Set<string>();
    for (const tab of new Set(operations.map((operation) => operation.tab)))
      if (tab !== this.tab && !(await tabs.isAlive(tab))) gone.add(tab);
    return gone;
  }

  private findPeers(): void {
    const chat = this.peersUnderWay < PEERS_AT_ONCE ? this.peers.shift() : undefined;
    if (chat === undefined) return;
    this.peersUnderWay += 1;
    const isPeer = ({ user }: { user: UserId }) => user !== this.options.user;
    this.http.members(chat).then(
      (members) => {
        this.peersUnderWay -= 1;
        const peer = members.find(isPeer);
        if (peer !== undefined) this.engine?.peerFound(chat, peer.user);
        this.findPeers();
      },
      () => {
        // Asked again with the next sync.
        this.peersUnderWay -= 1;
        this.findPeers();
      },
    );
    this.findPeers();
  }

  private webSocket(): WebSocketConstructor {
    const given = this.options.webSocket ?? globalThis.WebSocket;
    if (given === undefined)
      throw new TypeError(
        "there is no WebSocket here: give one in the options, such as that of `ws`",
      );
    return given;
  }
}

function defaultStorage(): Storage {
  const isShareable = globalThis.indexedDB !== undefined && browserLocks() !== undefined;
  return isShareable ? new IndexedDbStorage() : new MemoryStorage();
}

/** Whether it comes to a good end in time. */
function within(ms: number, work: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    const end = (isGood: boolean) => {
      clearTimeout(timer);
      resolve(isGood);
    };
    work.then(
      () => end(true),
      () => end(false),
    );
  });
}
