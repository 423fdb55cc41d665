/**
 * A simulated world: users with devices and tabs, one server, one clock, one seed. People write,
 * edit, delete, react, read, scroll and jump; lines are cut, tabs die, clocks step. Then all of it is
 * healed, and time passes.
 */

import type { Timeline } from "../../src/api.js";
import type { StoredOperation } from "../../src/core/records.js";
import { mintKey } from "../../src/protocol/ids.js";
import type { ChatId, UserId } from "../../src/protocol/types.js";
import { checkWindows } from "./checks.js";
import { SimulatedClock } from "./clock.js";
import { Device, type Tab } from "./device.js";
import { ModelNetwork } from "./network.js";
import { Random } from "./random.js";
import type { Fields } from "./server.js";

const START = 1_795_000_000_000;
/** How long it goes wrong, and how long after it is healed everything has settled. */
const TROUBLE_MS = 90_000;
const HEALED_MS = 400_000;
const OWNER = "zed";

export interface Sent {
  readonly text: string;
  readonly chat: ChatId;
  readonly tab: Tab;
  readonly localId: string;
  isRetried: boolean;
  isDropped: boolean;
}

export class World {
  readonly random: Random;
  readonly clock = new SimulatedClock(START);
  readonly network: ModelNetwork;
  readonly devices: Device[] = [];
  readonly chatIds: ChatId[] = [];
  readonly sent: Sent[] = [];
  readonly timelines = new Map<Tab, { readonly chat: ChatId; readonly timeline: Timeline }[]>();
  /** With more history than a page, a ring or a catch-up holds: that takes longer to run. */
  private readonly isLong: boolean;
  private texts = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.network = new ModelNetwork(this.clock, this.random);
    this.isLong = this.random.chance(0.1);
    const users = ["alice", "bob", "carol"].slice(0, this.random.within(2, 3));
    this.makeChats(users);
    for (const user of users) this.makeDevices(user);
  }

  get tabs(): Tab[] {
    return this.devices.flatMap(({ tabs }) => tabs);
  }

  /** Trouble, then none: what is to be found out is found out by `checks.ts` after it. */
  async run(): Promise<void> {
    for (const device of this.devices) this.live(device);
    this.owner();
    this.breakThings();
    await this.clock.runUntil(START + TROUBLE_MS);
    this.heal();
    await this.clock.runUntil(START + TROUBLE_MS + HEALED_MS);
  }

  /** Waits for something that the world's time brings about. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    const done = promise.finally(() => {
      isDone = true;
    });
    for (let rounds = 0; !isDone && rounds < 600; rounds += 1)
      await this.clock.runUntil(this.clock.now + 100);
    if (!isDone) throw new Error("something was never answered");
    return done;
  }

  openTimeline(tab: Tab, chat: ChatId): Timeline {
    const timeline = tab.chat(chat).openTimeline();
    const open = this.timelines.get(tab) ?? [];
    this.timelines.set(tab, open);
    open.push({ chat, timeline });
    return timeline;
  }

  private get isHealed(): boolean {
    return this.network.trouble === 0;
  }

  private makeChats(users: readonly UserId[]): void {
    const groups = this.random.within(1, 6);
    for (let i = 0; i < groups; i += 1) {
      const visibility = this.random.chance(0.3) ? "full" : "joined";
      const members = users.filter(() => this.random.chance(0.8));
      this.byOwner("create", { type: "group", title: `group ${i}`, members, visibility });
    }
    if (this.random.chance(0.7))
      this.asUser("alice", "create", { type: "direct", members: ["bob"] });
    this.chatIds.push(...this.network.server.chats.keys());
    const many = this.isLong ? this.random.within(100, 900) : this.random.within(0, 80);
    for (let i = 0; i < many; i += 1) this.history();
  }

  private makeDevices(user: UserId): void {
    const count = this.random.within(1, 2);
    for (let i = 0; i < count; i += 1) {
      const device = new Device(this.network, user, `${user}${i}`);
      device.clockAhead = this.random.of([0, 0, 0, 1_500, -3_000, 60_000, -3_600_000]);
      this.devices.push(device);
    }
  }

  private asUser(user: UserId, operation: string, fields: Fields) {
    const bytes = Uint8Array.from({ length: 10 }, () => this.random.within(0, 255));
    const key = mintKey(Math.floor(this.clock.now), bytes);
    return this.network.server.append(user, operation, { ...fields, key });
  }

  private byOwner(operation: string, fields: Fields) {
    return this.asUser(OWNER, operation, fields);
  }

  /** Something is said or done by somebody outside of the clients that are watched. */
  private history(chat: ChatId = this.random.of(this.chatIds)): void {
    const log = this.network.server.chats.get(chat);
    if (log === undefined) return;
    const user = log.type === "direct" ? this.random.of(["alice", "bob"]) : OWNER;
    const target = this.random.of(log.events).id;
    const chance = this.random.next();
    this.texts += 1;
    const body = { text: `said ${this.texts}` };
    if (chance < 0.7) this.asUser(user, "send", { chat, body });
    else if (chance < 0.85) this.asUser(user, "react", { chat, target, ...this.reaction() });
    else if (chance < 0.95) this.asUser(user, "edit", { chat, target, body });
    else this.asUser(user, "delete", { chat, target });
  }

  private reaction() {
    return { emoji: this.random.of(["👍", "❤️"]), on: this.random.chance(0.65) };
  }

  // What people do.

  private live(device: Device): void {
    this.clock.after(this.random.within(0, 10_000), () => device.open());
    const step = () => {
      if (this.isHealed) return;
      this.clock.after(this.random.within(100, 3_000), step);
      const tab = device.tabs.length > 0 ? this.random.of(device.tabs) : undefined;
      if (tab === undefined) device.open();
      else tab.run(() => this.act(tab));
    };
    step();
  }

  private act(tab: Tab): void {
    if (!tab.engine.isReady) return;
    const chat = tab.chat(this.random.of(this.chatIds));
    const open = (this.timelines.get(tab) ?? []).filter(() => !tab.isDead);
    const chance = this.random.next();
    if (chance < 0.3) this.send(tab, chat.id);
    else if (chance < 0.45 || open.length === 0) this.openTimeline(tab, chat.id);
    else if (chance < 0.75) this.scroll(tab, this.random.of(open));
    else if (chance < 0.95) this.change(tab, this.random.of(open));
    else if (chance < 0.99) this.settleFailed(tab);
    else tab.engine.forgetChat(chat.id);
    for (const { timeline } of open) checkWindows(this, tab, timeline);
  }

  private send(tab: Tab, chat: ChatId): void {
    const count = this.random.chance(0.1) ? this.random.within(5, 30) : 1;
    for (let i = 0; i < count; i += 1) {
      this.texts += 1;
      const text = `${tab.name} ${this.texts}`;
      const localId = tab.engine.operate({ chat, kind: "send", body: { text } }, () => {});
      if (localId === null) return;
      this.sent.push({ text, chat, tab, localId, isRetried: false, isDropped: false });
    }
  }

  private scroll(tab: Tab, { chat, timeline }: { chat: ChatId; timeline: Timeline }): void {
    const chance = this.random.next();
    const log = this.network.server.chats.get(chat);
    const event = log === undefined ? undefined : this.random.of(log.events);
    // A tab may die in the middle of it.
    const ignore = (asked: Promise<unknown>) => void asked.catch(() => {});
    if (chance < 0.4) ignore(timeline.loadOlder());
    else if (chance < 0.6) ignore(timeline.loadNewer());
    else if (chance < 0.75) ignore(timeline.showNewest());
    else if (chance < 0.85) ignore(timeline.showAround(event?.id ?? 1));
    else if (chance < 0.95) ignore(timeline.showAt(event?.ts ?? 1));
    else {
      timeline.close();
      const open = this.timelines.get(tab) ?? [];
      this.timelines.set(
        tab,
        open.filter((one) => one.timeline !== timeline),
      );
    }
  }

  private change(tab: Tab, { chat, timeline }: { chat: ChatId; timeline: Timeline }): void {
    const shown = timeline.get().entries.filter((entry) => entry.type === "message");
    if (shown.length === 0) return;
    const entry = this.random.of(shown);
    const target = entry.message.id;
    const chance = this.random.next();
    this.texts += 1;
    const body = { text: `edit ${this.texts}` };
    if (chance < 0.35) this.operate(tab, chat, { kind: "react", target, ...this.reaction() });
    else if (chance < 0.65) tab.chat(chat).markRead(target);
    else if (entry.own && chance < 0.9) this.operate(tab, chat, { kind: "edit", target, body });
    else if (entry.own) this.operate(tab, chat, { kind: "delete", target });
  }

  private operate(
    tab: Tab,
    chat: ChatId,
    what: Pick<StoredOperation, "kind"> & Partial<StoredOperation>,
  ): void {
    tab.engine.operate({ chat, ...what }, () => {});
  }

  private settleFailed(tab: Tab): void {
    for (const chat of this.chatIds)
      for (const { record } of tab.engine.outbox.of(chat)) {
        if (record.failed === null) continue;
        const sent = this.sent.find(({ localId }) => localId === record.localId);
        const isRetry = this.random.chance(0.5);
        if (sent !== undefined) sent[isRetry ? "isRetried" : "isDropped"] = true;
        if (isRetry) tab.chat(chat).retry(record.localId);
        else tab.chat(chat).drop(record.localId);
      }
  }

  // What happens by itself.

  private owner(): void {
    if (this.isHealed) return;
    this.clock.after(this.random.within(200, 8_000), () => this.owner());
    const chat = this.random.of(this.chatIds);
    const log = this.network.server.chats.get(chat);
    const user = this.random.of(["alice", "bob", "carol"]);
    const chance = this.random.next();
    if (chance < 0.1) this.byOwner("remove", { chat, user });
    else if (chance < 0.24) this.byOwner("invite", { chat, users: [user] });
    else if (chance < 0.27) this.asUser(user, "leave", { chat });
    else if (chance < 0.3) this.byOwner("update", { chat, title: `title ${this.random.next()}` });
    else if (chance < 0.32) this.burst(chat, this.isLong ? this.random.of([350, 2_300]) : 20);
    else if (log !== undefined) this.history(chat);
  }

  private burst(chat: ChatId, count: number): void {
    for (let i = 0; i < count; i += 1) this.history(chat);
  }

  private breakThings(): void {
    if (this.isHealed) return;
    this.clock.after(this.random.within(100, 6_000), () => this.breakThings());
    const device = this.random.of(this.devices);
    const chance = this.random.next();
    const tab = device.tabs.length > 0 ? this.random.of(device.tabs) : undefined;
    if (chance < 0.35) tab?.dropConnection();
    else if (chance < 0.45) tab?.die();
    else if (chance < 0.6 && device.tabs.length < 3) device.open();
    else if (chance < 0.75) device.setNetwork(!device.hasNetwork);
    else if (chance < 0.8) this.network.restart();
    else if (chance < 0.85) device.clockAhead += this.random.of([7_000, -7_000, 90_000, -90_000]);
    else if (chance < 0.88) device.setNetwork(false);
  }

  private heal(): void {
    this.network.server.trouble = 0;
    for (const device of this.devices) {
      if (device.tabs.length === 0) device.open();
      device.setNetwork(true);
    }
  }
}
