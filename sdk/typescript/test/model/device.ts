/**
 * Devices of the simulated world: a disk that is slow and shared by the tabs of a device, a clock of
 * its own, and tabs, each with a whole client core in it. A tab dies at any moment, in the middle of
 * what it was doing, too; what it had written by then is there for the next.
 */

import type { TokenReason } from "../../src/api.js";
import { ClientChat } from "../../src/chat.js";
import { Engine } from "../../src/core/engine.js";
import type { Outside, Timer, Topic } from "../../src/core/outside.js";
import type { StoredChat, StoredMessage, StoredOperation } from "../../src/core/records.js";
import type { ChatId, UserId } from "../../src/protocol/types.js";
import type { Browser } from "../../src/rim/browser.js";
import { Changes } from "../../src/rim/changes.js";
import { MemoryDisk, MemoryStorage } from "../../src/storage/memory.js";
import type { StorageChange } from "../../src/storage/storage.js";
import type { SimulatedClock } from "./clock.js";
import type { Connection, ModelNetwork } from "./network.js";

/** How soon what a dead tab has left is taken over, as in rim/browser.ts. */
const ORPHANS_EVERY_MS = 5_000;

/** Thrown through the core when its tab dies. */
class Died extends Error {}

interface DiskWork {
  readonly tab: Tab;
  readonly run: () => void;
}

/** What a device holds; one thing after the other, as IndexedDB does it. */
export class Disk {
  readonly storage = new MemoryStorage(new MemoryDisk());
  /** Operations whose key is kept, by key. */
  readonly keptKeys = new Map<string, string>();
  readonly keptOperations = new Set<string>();
  private queue: DiskWork[] = [];

  constructor(
    private readonly network: ModelNetwork,
    user: UserId,
  ) {
    void this.storage.open({ url: "model", user });
  }

  get isIdle(): boolean {
    return this.queue.length === 0;
  }

  do(tab: Tab, run: () => void): void {
    this.queue.push({ tab, run });
    if (this.queue.length === 1) this.next();
  }

  write(tab: Tab, batch: readonly StorageChange[], done: () => void): void {
    this.do(tab, () => {
      void this.storage.write(batch);
      for (const change of batch) if (change.type === "put_operation") this.note(change.operation);
      tab.soon(done);
    });
  }

  /** Some of what a dead tab had under way is still done: the first of it. */
  lose(tab: Tab): void {
    const own = this.queue.filter((work) => work.tab === tab);
    const lost = new Set(own.slice(this.network.random.within(0, own.length)));
    const [first, ...rest] = this.queue;
    // The first one is under way; whether it counts is decided when its time comes.
    if (first !== undefined) this.queue = [first, ...rest.filter((work) => !lost.has(work))];
  }

  private note({ localId, key }: StoredOperation): void {
    this.keptOperations.add(localId);
    if (key !== null) this.keptKeys.set(key, localId);
  }

  private next(): void {
    const { clock, random } = this.network;
    const delay = random.chance(0.02 * this.network.trouble) ? random.within(100, 4_000) : 0;
    clock.after(delay + random.within(0, 8), () => {
      this.queue[0]?.run();
      this.queue.shift();
      if (this.queue.length > 0) this.next();
    });
  }
}

export class Device {
  readonly disk: Disk;
  readonly tabs: Tab[] = [];
  clockAhead = 0;
  hasNetwork = true;
  private made = 0;

  constructor(
    readonly network: ModelNetwork,
    readonly user: UserId,
    readonly name: string,
  ) {
    this.disk = new Disk(network, user);
  }

  open(): Tab {
    this.made += 1;
    const tab = new Tab(this, `${this.name}-${this.made}`);
    this.tabs.push(tab);
    tab.begin();
    return tab;
  }

  /** The longest open one writes. */
  get writer(): Tab | undefined {
    return this.tabs[0];
  }

  gone(tab: Tab): void {
    const was = this.writer;
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    this.disk.lose(tab);
    if (this.writer !== was) this.writer?.becomeWriter();
  }

  setNetwork(hasNetwork: boolean): void {
    this.hasNetwork = hasNetwork;
    for (const tab of [...this.tabs]) tab.networkChanged(hasNetwork);
  }
}

export class Tab implements Outside {
  readonly engine: Engine;
  readonly changes = new Changes();
  isDead = false;
  private readonly chats = new Map<ChatId, ClientChat>();
  private connection: Connection | null = null;
  private hasLoaded = false;
  /** How deep in a call of the core this is: only there a tab dies halfway. */
  private depth = 0;

  constructor(
    readonly device: Device,
    readonly name: string,
  ) {
    const { user } = device;
    this.engine = new Engine(this, { user, device: name, agent: "model" }, name);
  }

  get clock(): SimulatedClock {
    return this.device.network.clock;
  }

  /** Runs something of the core, unless the tab is dead; it may die while it runs. */
  run(action: () => void): void {
    if (this.isDead) return;
    this.depth += 1;
    try {
      action();
    } catch (error) {
      if (!(error instanceof Died)) throw error;
    } finally {
      this.depth -= 1;
    }
  }

  soon(action: () => void): void {
    this.clock.after(0, () => this.run(action));
  }

  die(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.connection?.abandon();
    this.device.gone(this);
  }

  chat(id: ChatId): ClientChat {
    const known = this.chats.get(id);
    if (known !== undefined) return known;
    // Of the browser it takes what is read over HTTPS, which the world does not do.
    const browser = { findReceipts() {} } as unknown as Browser;
    const made = new ClientChat(id, { engine: this.engine, browser, changes: this.changes });
    this.chats.set(id, made);
    return made;
  }

  // As rim/browser.ts does it.

  begin(): void {
    this.device.disk.do(this, () => {
      this.ask(this.device.disk.storage.loadChats(), (chats) => {
        this.engine.loaded(chats, []);
        this.hasLoaded = true;
        this.engine.session.networkChanged(this.device.hasNetwork);
        if (this.device.writer === this) this.becomeWriter();
      });
    });
  }

  becomeWriter(): void {
    if (!this.hasLoaded) return;
    this.device.disk.do(this, () => {
      this.ask(this.device.disk.storage.loadChats(), (chats) => {
        this.engine.becameWriter(chats);
        this.adoptOrphans();
      });
    });
  }

  networkChanged(hasNetwork: boolean): void {
    if (!hasNetwork) this.connection?.drop();
    if (this.hasLoaded) this.run(() => this.engine.session.networkChanged(hasNetwork));
  }

  dropConnection(): void {
    this.connection?.drop();
  }

  private adoptOrphans(): void {
    this.device.disk.do(this, () => {
      this.ask(this.device.disk.storage.loadOperations(), (operations) => {
        const alive = new Set(this.device.tabs.map(({ name }) => name));
        for (const operation of operations)
          if (!alive.has(operation.tab)) this.engine.adopt([operation]);
        this.after(ORPHANS_EVERY_MS, () => this.adoptOrphans());
      });
    });
  }

  // Outside

  now(): number {
    return Math.floor(this.clock.now) + this.device.clockAhead;
  }

  random(): number {
    return this.device.network.random.next();
  }

  randomBytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.device.network.random.within(0, 255));
  }

  after(ms: number, callback: () => void): Timer {
    if (this.isDead) return { cancel() {} };
    return { cancel: this.clock.after(ms, () => this.run(callback)) };
  }

  openSocket(): void {
    if (this.isDead) return;
    const { session } = this.engine;
    const { network, hasNetwork } = this.device;
    if (!hasNetwork) {
      this.after(20, () => session.socketClosed(1006, ""));
      return;
    }
    const connection = network.connect({
      opened: () => this.run(() => session.socketOpened()),
      message: (text) => this.run(() => session.socketMessage(text)),
      closed: (code, reason) => this.run(() => session.socketClosed(code, reason)),
    });
    this.connection = connection;
  }

  sendText(text: string): void {
    if (this.isDead) return;
    this.checkKept(text);
    this.perhapsDie();
    this.connection?.send(text);
    this.perhapsDie();
  }

  closeSocket(): void {
    this.connection?.abandon();
    this.connection = null;
  }

  askToken(_reason: TokenReason, done: (token: string | null) => void): void {
    this.after(this.device.network.random.within(1, 30), () => done(this.device.user));
  }

  write(batch: readonly StorageChange[], done: () => void): void {
    if (this.isDead) return;
    this.perhapsDie();
    this.device.disk.write(this, batch, done);
    this.perhapsDie();
  }

  load(
    chat: ChatId,
    range: { readonly from: number; readonly to: number },
    limit: number,
    end: "first" | "last",
    done: (messages: readonly StoredMessage[] | null, kept: StoredChat | null) => void,
  ): void {
    const { disk } = this.device;
    const { storage } = disk;
    if (this.isDead) return;
    disk.do(this, () =>
      this.ask(storage.loadMessages(chat, range, limit, end), (messages) =>
        disk.do(this, () => this.ask(storage.loadChat(chat), (kept) => done(messages, kept))),
      ),
    );
  }

  findReceipts(): void {}

  findPeer(chat: ChatId): void {
    const other = chat.split("-").find((user) => user !== "d" && user !== this.device.user);
    this.after(40, () => this.engine.peerFound(chat, other ?? ""));
  }

  changed(topic: Topic): void {
    this.changes.changed(topic);
  }

  incoming(): void {}

  private ask<T>(promise: Promise<T>, done: (value: T) => void): void {
    const { clock, random } = this.device.network;
    const delay = random.within(0, 10);
    clock.await(
      promise.then((value) => void clock.after(delay, () => this.run(() => done(value)))),
    );
  }

  private perhapsDie(): void {
    if (this.depth === 0 || !this.device.network.happens(0.0005)) return;
    this.die();
    throw new Died();
  }

  /** A key is on the wire only once it would be found again after a crash. */
  private checkKept(text: string): void {
    const [[operation, fields] = ["", {}]] = Object.entries(JSON.parse(text)).filter(
      ([name]) => name !== "id",
    ) as [string, { key?: string }][];
    if (!["send", "edit", "delete", "react"].includes(operation)) return;
    if (!this.device.disk.keptKeys.has(fields.key ?? ""))
      throw new Error(`${this.name} sends ${operation} ${fields.key} before its key is kept`);
  }
}
