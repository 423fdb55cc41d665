/** What must hold: all the time, and once the world is healed. */

import { isDeepStrictEqual } from "node:util";
import type { Timeline, TimelineEntry } from "../../src/api.js";
import { TIMELINE_MESSAGES_MAX } from "../../src/core/window.js";
import type { ChatId, Message } from "../../src/protocol/types.js";
import type { Device, Tab } from "./device.js";
import type { ModelLog } from "./log.js";
import { isMessage } from "./paging.js";
import type { World } from "./world.js";

/** Loads that reach the end of any history here, 60 messages each. */
const LOADS_MAX = 200;

/** What a user may be refused here, with good reason. */
const REFUSALS = ["forbidden", "not_found", "conflict"];

/** Windows show neighbours: ascending, no hole, nothing twice, and not too many. */
export function checkWindows(world: World, tab: Tab, timeline: Timeline): void {
  timeline.get();
  for (const { id, record, windows } of tab.engine.logs())
    for (const window of windows) {
      const log = world.network.server.chats.get(id);
      if (log === undefined || window.to < window.from) continue;
      const shown = window.messages.map(({ message }) => message.seq);
      const there = log
        .visible(tab.device.user, window.to)
        .filter((event) => event.seq >= window.from && isMessage(event))
        .map(({ seq }) => seq);
      same(`${tab.name} ${id}: neighbours`, shown, there);
      if (shown.length > TIMELINE_MESSAGES_MAX) throw new Error(`${shown.length} are shown`);
      if (window.isAtTail) same(`${tab.name} ${id}: tail`, [window.to], [record.tail.seq]);
    }
}

/** Everything, once all is well again. */
export async function checkConverged(world: World): Promise<void> {
  for (const tab of world.tabs) {
    same(tab.name, [tab.engine.session.state], [{ state: "online", syncing: false }]);
    dropFailed(tab);
    same(`${tab.name}: pending`, [tab.engine.outbox.size], [0]);
    checkList(world, tab);
    for (const chat of chatsOf(tab)) await checkHistory(world, tab, chat);
  }
  checkSent(world);
  for (const device of world.devices) await checkRestart(world, device);
}

function chatsOf(tab: Tab): ChatId[] {
  return tab.engine
    .logs()
    .filter(({ record }) => record.role !== null)
    .map(({ id }) => id);
}

/** What a user may read of a log, folded; made once for a log that does not grow any more. */
const folded = new WeakMap<ModelLog, Map<string, readonly Message[]>>();

function messagesOf(log: ModelLog, tab: Tab, from = 1, to = log.events.length): Message[] {
  const { user } = tab.device;
  const name = `${user} ${log.events.length}`;
  const known = folded.get(log) ?? new Map<string, readonly Message[]>();
  folded.set(log, known);
  const all =
    known.get(name) ??
    log
      .visible(user)
      .map((event) => log.folded(user, event))
      .filter((message) => message !== null);
  known.set(name, all);
  return all.filter(({ seq }) => from <= seq && seq <= to);
}

function dropFailed(tab: Tab): void {
  for (const chat of tab.engine.outbox.chats)
    for (const { record } of [...tab.engine.outbox.of(chat)])
      if (record.failed !== null) {
        const { code } = record.failed;
        if (!REFUSALS.includes(code)) throw new Error(`${record.body?.text} failed: ${code}`);
        tab.engine.outbox.drop(record.localId);
      }
}

function checkList(world: World, tab: Tab): void {
  const { user } = tab.device;
  const inbox = world.network.server.inbox(user).map((entry) => {
    const { chat, type, title = "", role, read, unread } = entry;
    const log = world.network.server.chats.get(chat);
    const last = log === undefined ? undefined : messagesOf(log, tab).at(-1);
    return { chat, type, title, role, read, unread, last: comparable(last, log, tab) };
  });
  const list = chatsOf(tab).map((chat) => {
    const summary = tab.chat(chat).summary.get();
    const { type, title, role, read, unread, last } = summary ?? {};
    const log = world.network.server.chats.get(chat);
    return { chat, type, title, role, read, unread, last: comparable(last ?? undefined, log, tab) };
  });
  const byName = (one: { chat: string }, other: { chat: string }) =>
    one.chat < other.chat ? -1 : 1;
  same(`${tab.name}: the chat list`, list.sort(byName), inbox.sort(byName));
}

/** The server leaves out reactions of an earlier stay that went on after it: so does this. */
function comparable(message: Message | undefined, log: ModelLog | undefined, tab: Tab): unknown {
  if (message === undefined || message.kind !== "message") return message;
  const current = log?.stays(tab.device.user).at(-1);
  if (current !== undefined && message.seq >= current.from) return message;
  const { reactions: _reactions, ...rest } = message;
  return rest;
}

async function checkHistory(world: World, tab: Tab, chat: ChatId): Promise<void> {
  const log = world.network.server.chats.get(chat);
  if (log === undefined) throw new Error(`the server has no ${chat}`);
  const timeline = world.openTimeline(tab, chat);
  await world.settled(timeline.showNewest());
  const shown = await scrolled(world, tab, timeline);
  same(`${tab.name} ${chat}: the oldest`, [timeline.get().older], ["end"]);
  // What nobody was certain of is looked up once it is on show.
  await world.clock.runUntil(world.clock.now + 20_000);
  const there = messagesOf(log, tab);
  same(
    `${tab.name} ${chat}: all of it`,
    shown.map(({ seq }) => seq),
    there.map(({ seq }) => seq),
  );
  await checkShown(world, tab, chat, timeline);
  timeline.close();
}

/** Scrolls up to the first message; what was shown on the way. */
async function scrolled(world: World, tab: Tab, timeline: Timeline): Promise<Message[]> {
  const seen = new Map<number, Message>();
  for (let loads = 0; loads < LOADS_MAX; loads += 1) {
    checkWindows(world, tab, timeline);
    const { entries, older } = timeline.get();
    for (const message of messagesIn(entries)) seen.set(message.seq, message);
    if (older !== "more") break;
    await world.settled(timeline.loadOlder());
  }
  return [...seen.values()].sort((one, other) => one.seq - other.seq);
}

/** From the first to the last message: each is as the server has it. */
async function checkShown(world: World, tab: Tab, chat: ChatId, timeline: Timeline): Promise<void> {
  const log = world.network.server.chats.get(chat);
  for (let loads = 0; loads < LOADS_MAX; loads += 1) {
    const shown = messagesIn(timeline.get().entries);
    const [first, last] = [shown[0]?.seq ?? 1, shown.at(-1)?.seq ?? 0];
    const there = log === undefined ? [] : messagesOf(log, tab, first, last);
    same(
      `${tab.name} ${chat}: folded`,
      shown.map((one) => comparable(one, log, tab)),
      there.map((one) => comparable(one, log, tab)),
    );
    if (timeline.get().newer === "end") return;
    await world.settled(timeline.loadNewer());
    await world.clock.runUntil(world.clock.now + 20_000);
  }
  throw new Error(`${tab.name} ${chat}: the newest message is never reached`);
}

function messagesIn(entries: readonly TimelineEntry[]): Message[] {
  return entries.filter((entry) => entry.type === "message").map(({ message }) => message);
}

/** Each message that was sent is there once, and a tab's are in its order. */
function checkSent(world: World): void {
  const places = new Map<string, number[]>();
  for (const log of world.network.server.chats.values())
    for (const event of log.events)
      if (event.kind === "message" && event.body?.text !== undefined) {
        const { text } = event.body;
        places.set(text, [...(places.get(text) ?? []), event.seq]);
      }
  const last = new Map<string, number>();
  for (const { text, chat, tab, localId, isRetried, isDropped } of world.sent) {
    const found = places.get(text) ?? [];
    if (found.length > 1) throw new Error(`"${text}" is there ${found.length} times`);
    const isLost = tab.isDead && !tab.device.disk.keptOperations.has(localId);
    const isRefused = world.network.refused.has(text);
    if (found.length === 0 && !isLost && !isRefused && !isDropped)
      throw new Error(`"${text}" was lost`);
    const [seq] = found;
    if (seq === undefined || isRetried || isRefused || world.network.overtaken.has(text)) continue;
    const queue = `${tab.name} ${chat}`;
    if (seq < (last.get(queue) ?? 0)) throw new Error(`"${text}" is out of order`);
    last.set(queue, seq);
  }
}

/** A device that starts without a network shows what it holds, and it is the truth. */
async function checkRestart(world: World, device: Device): Promise<void> {
  for (let waits = 0; waits < 1_000 && (waits === 0 || !device.disk.isIdle); waits += 1)
    await world.clock.runUntil(world.clock.now + 10_000 + waits);
  same(`${device.name}: writes that wait`, [device.disk.isIdle], [true]);
  for (const tab of [...device.tabs]) tab.die();
  device.setNetwork(false);
  const tab = device.open();
  await world.clock.runUntil(world.clock.now + 2_000);
  checkList(world, tab);
  for (const chat of chatsOf(tab)) {
    const log = world.network.server.chats.get(chat);
    const timeline = world.openTimeline(tab, chat);
    await world.clock.runUntil(world.clock.now + 1_000);
    const shown = await scrolled(world, tab, timeline);
    const [first, last] = [shown[0]?.seq ?? 1, log?.events.length ?? 0];
    const there = log === undefined ? [] : messagesOf(log, tab, first, last);
    same(
      `${tab.name} ${chat}: kept`,
      shown.map((one) => settledPart(one)),
      there.map((one) => settledPart(one)),
    );
    if (shown.length === 0) throw new Error(`${tab.name} ${chat}: nothing is kept`);
    timeline.close();
  }
}

/** Without the reactions: counts that are not certain are looked up when there is a network. */
function settledPart(message: Message): unknown {
  if (message.kind !== "message") return message;
  const { reactions: _reactions, ...rest } = message;
  return rest;
}

/** Throws where two lists differ first. */
function same(what: string, got: readonly unknown[], wanted: readonly unknown[]): void {
  const length = Math.max(got.length, wanted.length);
  for (let at = 0; at < length; at += 1) {
    if (got[at] === wanted[at] || isDeepStrictEqual(got[at], wanted[at])) continue;
    const [one, other] = [text(got[at]), text(wanted[at])];
    let same = 0;
    while (one[same] === other[same]) same += 1;
    const part = (whole: string) => whole.slice(Math.max(0, same - 60), same + 60);
    throw new Error(
      `${what}: ${at} of ${got.length} is ${part(one)}, not ${part(other)} of ${wanted.length}`,
    );
  }
}

/** As JSON, whatever the order of the fields. */
function text(value: unknown): string {
  if (value === undefined) return "none";
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
