/** Turns of events that are rare, one at a time; test/model has all of them at once. */

import { describe, expect, it } from "vitest";
import { FakeOutside } from "../../test/fake_outside.js";
import type { Event, Message, SyncEntry } from "../protocol/types.js";
import { Engine } from "./engine.js";
import { fromEvent } from "./fold.js";
import type { StoredChat, StoredMessage } from "./records.js";
import { summaryOf, TimelineSnapshots } from "./snapshots.js";
import type { Window } from "./window.js";

const CHAT = "g-1";

function said(seq: number, from = "bob"): Message {
  const key = `019a8d2e-7c00-7abc-8def-${String(seq).padStart(12, "0")}`;
  const body = { text: `text ${seq}` };
  return { chat: CHAT, id: seq * 10, seq, ts: seq, key, kind: "message", from, body };
}

function event(seq: number, more: object): Event {
  const { body: _body, ...place } = said(seq) as Message & { body: unknown };
  // The rest is what the kind has.
  return { ...place, ...more } as Event;
}

function range(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, at) => said(from + at));
}

function held(from: number, to: number): StoredMessage[] {
  return range(from, to).flatMap((message) => fromEvent(message as Event) ?? []);
}

function kept(from: number, to: number): StoredChat {
  return {
    chat: CHAT,
    type: "group",
    title: "Plans",
    peer: null,
    role: "member",
    last: held(to, to)[0] ?? null,
    read: { id: to * 10, seq: to },
    unread: 0,
    tail: { id: to * 10, seq: to },
    ranges: [{ from, to }],
    first: null,
    missing: [],
  };
}

function page(from: number, to: number, headSeq = to) {
  return {
    messages: range(from, to),
    range: { from, to, complete: true },
    missing: [],
    head: { id: headSeq * 10, seq: headSeq },
    prev: from > 1 ? from * 10 : null,
    next: to < headSeq ? to * 10 : null,
  };
}

function world(chats: readonly StoredChat[] = [kept(1, 20)]) {
  const outside = new FakeOutside();
  const engine = new Engine(outside, { user: "me", device: "d", agent: "a" }, "tab");
  const tell = (message: object) => engine.session.socketMessage(JSON.stringify(message));
  const answer = (operation: string, ok: object) => {
    const request = outside.asked(operation).at(-1);
    if (request === undefined) throw new Error(`no ${operation} was asked`);
    tell({ id: request.id, ok });
  };
  const online = (entry: Partial<SyncEntry> = {}) => {
    outside.tokens.at(-1)?.done("token");
    engine.session.socketOpened();
    const limits = { message_bytes: 1, text_bytes: 1, sends_per_second: 1, page: 200 };
    answer("hello", { user: "me", session: "s", time: outside.time, ping_ms: 25_000, limits });
    const head = { id: 200, seq: 20 };
    const known = { chat: CHAT, type: "group", title: "Plans", role: "member", head, unread: 0 };
    const events = { events: [], missing: [], complete: true };
    answer("sync", { chats: [{ ...known, read: head, ...events, ...entry }], next: null });
  };
  const push = (...events: Event[]) => {
    for (const one of events) tell({ event: one });
  };
  const log = () => {
    const found = engine.log(CHAT);
    if (found === null) throw new Error("there is no such chat");
    return found;
  };
  const open = (): Window => {
    const window = engine.openWindow(log(), () => {});
    window.open(() => {});
    return window;
  };
  engine.loaded(chats, []);
  return { outside, engine, tell, answer, online, push, log, open };
}

function seqs(window: Window): number[] {
  return window.messages.map(({ message }) => message.seq);
}

describe("a log that lacks something", () => {
  it("fetches what a hole hides, and drops what comes twice", () => {
    const { outside, answer, online, push, log } = world();
    online();
    push(said(22), said(20), said(21));
    expect(outside.asked("events")).toHaveLength(1);
    answer("events", { events: [said(21), said(22)], missing: [], complete: true, head: {} });
    push(said(22), said(23));
    expect(log().record.tail.seq).toBe(23);
    expect(log().record.unread).toBe(3);
  });

  it("asks again when the stream was cut while an answer was on its way", () => {
    const { outside, tell, answer, online, push, log } = world();
    online();
    push(said(22));
    tell({ resync: { chat: CHAT } });
    answer("events", { events: [said(21), said(22)], missing: [], complete: true });
    expect(outside.asked("events").map(({ fields }) => fields.after)).toEqual([200, 220]);
    answer("events", { events: [said(23)], missing: [], complete: true });
    expect(log().record.tail.seq).toBe(23);
    expect(outside.asked("events")).toHaveLength(2);
  });

  it("starts over from the newest page after 2,000 events, and goes on from there", () => {
    const { outside, answer, online, push, log } = world();
    online();
    push(said(3_000));
    for (let read = 0; read < 10; read += 1) {
      const from = 21 + read * 200;
      answer("events", { events: range(from, from + 199), missing: [], complete: false });
    }
    expect(outside.last.operation).toBe("history");
    push(said(3_001));
    answer("history", page(2_941, 3_000));
    expect(log().record.tail.seq).toBe(3_000);
    answer("events", { events: [said(3_001)], missing: [], complete: true });
    expect(log().record).toMatchObject({ tail: { seq: 3_001 }, ranges: [] });
  });

  it("keeps a removal that was pushed before a sync that is older", () => {
    const { online, push, log, engine, outside, answer } = world();
    online();
    engine.whenSynced(() => {});
    push(event(21, { kind: "member", from: "zed", users: ["me"], change: "removed" }));
    const head = { id: 200, seq: 20 };
    answer("sync", {
      chats: [{ chat: CHAT, title: "Old", role: "member", head, read: head, unread: 0 }],
      next: null,
    });
    expect(log().record).toMatchObject({ role: null, title: "Plans", tail: { seq: 21 } });
    expect(outside.asked("events")).toHaveLength(0);
  });

  it("lets go of what it held when the user is back after a time outside", () => {
    const { outside, engine, answer, online, push, log } = world();
    engine.becameWriter([kept(1, 20)]);
    online();
    push(event(30, { kind: "member", from: "zed", users: ["me"], change: "joined" }));
    const joined = event(30, { kind: "member", from: "zed", users: ["me"], change: "joined" });
    const missing = [{ from: 21, to: 29, why: "not_member" }];
    answer("events", { events: [joined], missing, complete: true });
    expect(outside.last.operation).toBe("history");
    answer("history", { ...page(1, 20, 30), next: null, range: { from: 1, to: 30 }, missing });
    expect(log().record).toMatchObject({ ranges: [{ from: 1, to: 30 }], missing });
    const stored = outside.writes.at(-1)?.batch.map(({ type }) => type);
    expect(stored).toEqual(expect.arrayContaining(["drop_messages", "put_messages", "put_chat"]));
  });
});

describe("becoming the writer", () => {
  it("writes what has changed since it was read, and nothing else", () => {
    const other = { ...kept(1, 20), chat: "g-2" };
    const unread = { ...kept(1, 20), read: { id: 50, seq: 5 }, unread: 3 };
    const { outside, tell, online, engine } = world([unread, other]);
    online({ read: unread.read, unread: 3 });
    const before = outside.writes.length;
    tell({ marked: { chat: CHAT, user: "me", read: { id: 200, seq: 20 } } });
    engine.becameWriter([unread, other]);
    const written = outside.writes.slice(before).flatMap(({ batch }) => batch);
    expect(written).toMatchObject([{ type: "put_chat", chat: { chat: CHAT, unread: 0 } }]);
  });
});

describe("unread", () => {
  it("does not count what was read elsewhere before it came here", () => {
    const { tell, online, push, log } = world();
    online();
    tell({ marked: { chat: CHAT, user: "me", read: { id: 220, seq: 22 } } });
    push(said(21), said(22), said(23));
    expect(log().record).toMatchObject({ read: { seq: 22 }, unread: 1 });
  });

  it("asks the server where this device cannot count", () => {
    const { outside, tell, answer, online, log } = world([
      { ...kept(1, 20), unread: 9, read: { id: 50, seq: 5 } },
    ]);
    online({ read: { id: 50, seq: 5 }, unread: 9 });
    tell({ marked: { chat: CHAT, user: "me", read: { id: 100, seq: 10 } } });
    outside.pass(300);
    answer("mark", { chat: CHAT, read: { id: 100, seq: 10 }, unread: 4 });
    expect(log().record).toMatchObject({ read: { seq: 10 }, unread: 4 });
  });
});

describe("a window", () => {
  it("shows what the storage holds and what has come in meanwhile, without a server", () => {
    const { outside, engine, online, push, open } = world();
    engine.becameWriter([kept(1, 20)]);
    const window = open();
    online();
    push(said(21));
    outside.loads[0]?.done(held(1, 20), kept(1, 20));
    expect(seqs(window).at(0)).toBe(1);
    expect(seqs(window).at(-1)).toBe(21);
    expect(outside.asked("history")).toHaveLength(0);
  });

  it("asks the server when another tab has let go of what the storage held", () => {
    const { outside, answer, online, open } = world();
    const window = open();
    outside.loads[0]?.done([], { ...kept(1, 20), ranges: [{ from: 18, to: 20 }] });
    expect(window.edge("older")).toBe("end");
    online();
    answer("history", page(1, 20));
    expect(seqs(window)).toHaveLength(20);
  });

  it("asks the server, too, when it has become the writer meanwhile", () => {
    const { outside, engine, answer, online, open } = world();
    online();
    const window = open();
    const others = { ...kept(1, 20), tail: { id: 300, seq: 30 }, ranges: [{ from: 18, to: 30 }] };
    engine.becameWriter([others]);
    outside.loads[0]?.done(held(18, 20), others);
    answer("history", page(1, 20));
    expect(seqs(window)).toHaveLength(20);
  });

  it("asks the server when what the storage holds at the end are no messages", () => {
    const { outside, engine, answer, online, open } = world();
    engine.becameWriter([kept(20, 20)]);
    online();
    const window = open();
    outside.loads[0]?.done([], kept(20, 20));
    answer("history", page(1, 20));
    expect(seqs(window)).toHaveLength(20);
  });

  it("shows the newest messages for a time or an id that is still to come", () => {
    const { outside, answer, online, open } = world([{ ...kept(1, 20), ranges: [] }]);
    online();
    const window = open();
    answer("history", page(1, 20));
    for (const position of [{ at: 5_000 }, { around: 5_000 }]) {
      let found: StoredMessage | null = null;
      window.show(position, (message) => {
        found = message;
      });
      const nothing = { messages: [], range: null, missing: [], prev: 50_001, next: null };
      answer("history", { ...nothing, head: { id: 200, seq: 20 } });
      answer("history", page(1, 20));
      expect(seqs(window)).toHaveLength(20);
      expect(found).toMatchObject({ message: { seq: 20 } });
    }
    expect(outside.asked("history")).toHaveLength(5);
  });

  it("goes on from where a page ended that lists nothing", () => {
    const { outside, answer, online, open } = world([{ ...kept(1, 20), ranges: [] }]);
    online();
    const window = open();
    const reactions = { messages: [], range: { from: 11, to: 20, complete: true }, missing: [] };
    answer("history", { ...reactions, prev: 110, next: null, head: { id: 200, seq: 20 } });
    expect(window.edge("older")).toBe("more");
    window.loadMore("older", () => {});
    expect(outside.last.fields).toMatchObject({ before: 110 });
    answer("history", page(1, 10, 20));
    expect(seqs(window)).toHaveLength(10);
    expect(window.edge("older")).toBe("end");
  });

  it("holds 400 messages: what is loaded at one end pushes out what is at the other", () => {
    const { answer, online, open } = world([{ ...kept(1, 1_000), ranges: [] }]);
    online({ head: { id: 10_000, seq: 1_000 } });
    const window = open();
    answer("history", page(941, 1_000));
    for (let from = 881; from > 400; from -= 60) {
      window.loadMore("older", () => {});
      answer("history", page(from, from + 59, 1_000));
    }
    expect(window.messages).toHaveLength(400);
    expect(window.edge("newer")).toBe("more");
    expect(window.isAtTail).toBe(false);
  });

  it("does not join a load to what was let go of meanwhile", () => {
    const { outside, tell, answer, online, open } = world([{ ...kept(1, 1_000), ranges: [] }]);
    online({ head: { id: 10_000, seq: 1_000 } });
    const window = open();
    answer("history", page(941, 1_000));
    window.show({ around: 3_300 }, () => {});
    answer("history", page(301, 360, 1_000));
    window.loadMore("older", () => {});
    const late = outside.last.id;
    for (let from = 361; from < 781; from += 60) {
      window.loadMore("newer", () => {});
      answer("history", page(from, from + 59, 1_000));
    }
    tell({ id: late, ok: page(241, 300, 1_000) });
    expect(seqs(window)).toEqual(range(381, 780).map(({ seq }) => seq));
    expect(window.edge("older")).toBe("more");
  });

  it("says that there is no connection, and goes on with the next", () => {
    const { answer, online, open } = world([{ ...kept(1, 20), ranges: [] }]);
    const window = open();
    expect(window.error).toBe("offline");
    expect(window.isOpening).toBe(false);
    online();
    answer("history", page(1, 20));
    expect(window.error).toBeNull();
    expect(seqs(window)).toHaveLength(20);
  });
});

describe("snapshots", () => {
  function shown() {
    const made = world();
    made.engine.becameWriter([kept(1, 20)]);
    made.online();
    const window = made.open();
    made.outside.loads[0]?.done(held(1, 20), kept(1, 20));
    return { ...made, window, snapshots: new TimelineSnapshots(made.engine, CHAT) };
  }

  it("keep the objects of what has not changed", () => {
    const { push, window, snapshots } = shown();
    const before = snapshots.of(window).entries;
    push(event(21, { kind: "edit", from: "bob", target: 50, body: { text: "new" } }), said(22));
    const after = snapshots.of(window).entries;
    expect(after).toHaveLength(21);
    for (const [at, entry] of before.entries())
      if (at === 4) expect(after[at]).toMatchObject({ message: { body: { text: "new" } } });
      else expect(after[at]).toBe(entry);
  });

  it("show an own message at once, under a name that stays", () => {
    const { engine, outside, answer, push, window, snapshots } = shown();
    const name = engine.operate({ chat: CHAT, kind: "send", body: { text: "mine" } }, () => {});
    const pending = snapshots.of(window).entries.at(-1);
    expect(pending).toMatchObject({ type: "pending", entryId: name });
    expect(snapshots.of(window).entries.at(-1)).toMatchObject({ pending: { status: "sending" } });
    expect(summaryOf(engine, CHAT)?.lastPending?.localId).toBe(name);
    for (const { done } of outside.writes) done();
    const key = outside.asked("send")[0]?.fields.key;
    answer("send", { chat: CHAT, id: 210, seq: 21, duplicate: false });
    push({ ...said(21, "me"), key } as Event);
    expect(snapshots.of(window).entries.at(-1)).toMatchObject({
      type: "message",
      entryId: name,
      own: true,
      changing: false,
    });
    expect(summaryOf(engine, CHAT)?.lastPending).toBeNull();
  });

  it("apply what is on its way, and take it back when it is refused", () => {
    const { engine, outside, tell, window, snapshots } = shown();
    const failures: unknown[] = [];
    const what = { chat: CHAT, kind: "react", target: 50, emoji: "👍", on: true } as const;
    engine.operate(what, (failure) => failures.push(failure));
    expect(snapshots.of(window).entries[4]).toMatchObject({
      message: { reactions: [{ emoji: "👍", count: 1, me: true }] },
      changing: true,
    });
    for (const { done } of outside.writes) done();
    const id = outside.asked("react")[0]?.id;
    const error = { code: "conflict", message: "", field: null, retry_after_ms: null };
    tell({ id, error });
    expect(failures).toMatchObject([{ code: "conflict" }]);
    expect(snapshots.of(window).entries[4]).toMatchObject({ changing: false });
    expect(snapshots.of(window).entries[4]).not.toHaveProperty("message.reactions");
  });
});
