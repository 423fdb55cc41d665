import type { FoldedMessage, Receipts, TimelineEntry, TimelineState } from "@connect-chat/sdk";
import { describe, expect, it } from "vitest";
import { buildRows, GROUP_MS, type Row, type RowOptions } from "./rows.js";

const noon = new Date(2026, 2, 10, 12).getTime();
const minute = 60_000;
const options: RowOptions = { self: "alice", direct: false, receipts: null, readUpTo: null };

function message(id: number, from: string, ts: number, more: Partial<FoldedMessage> = {}) {
  const made: FoldedMessage = {
    chat: "g",
    id,
    seq: id,
    ts,
    from,
    key: `k${id}`,
    kind: "message",
    body: { text: `text ${id}` },
    ...more,
  };
  const entry: TimelineEntry = {
    type: "message",
    entryId: `m${id}`,
    message: made,
    own: from === "alice",
    changing: false,
  };
  return entry;
}

function joined(id: number, ts: number): TimelineEntry {
  return {
    type: "message",
    entryId: `m${id}`,
    own: false,
    changing: false,
    message: {
      chat: "g",
      id,
      seq: id,
      ts,
      from: "bob",
      key: `k${id}`,
      kind: "member",
      users: ["bob"],
      change: "joined",
    },
  };
}

function state(entries: TimelineEntry[], more: Partial<TimelineState> = {}): TimelineState {
  return { entries, loading: false, older: "more", newer: "end", error: null, ...more };
}

function groups(rows: readonly Row[]): string[] {
  return rows.map((row) => ("first" in row ? `${row.first ? "[" : ""}${row.last ? "]" : ""}` : ""));
}

describe("groups", () => {
  it("holds messages of one sender that follow within five minutes", () => {
    const rows = buildRows(
      state([
        message(1, "bob", noon),
        message(2, "bob", noon + GROUP_MS),
        message(3, "bob", noon + 2 * GROUP_MS + 1),
        message(4, "carol", noon + 2 * GROUP_MS + 2),
      ]),
      options,
    );
    expect(groups(rows)).toEqual(["[", "]", "[]", "[]"]);
  });

  it("ends at midnight", () => {
    const midnight = new Date(2026, 2, 11).getTime();
    const rows = buildRows(
      state([message(1, "bob", midnight - minute), message(2, "bob", midnight + minute)]),
      options,
    );
    expect(groups(rows)).toEqual(["[]", "[]"]);
  });

  it("ends where something happens to the chat", () => {
    const rows = buildRows(
      state([message(1, "bob", noon), joined(2, noon), message(3, "bob", noon)]),
      options,
    );
    expect(groups(rows)).toEqual(["[]", "", "[]"]);
  });

  it("holds an own message that is on its way", () => {
    const pending: TimelineEntry = {
      type: "pending",
      entryId: "local",
      pending: { localId: "local", body: { text: "hi" }, status: "sending", error: null, ts: noon },
    };
    const rows = buildRows(state([message(1, "alice", noon), pending]), options);
    expect(groups(rows)).toEqual(["[", "]"]);
  });
});

describe("days", () => {
  it("are told once, at their first message", () => {
    const next = new Date(2026, 2, 11, 9).getTime();
    const rows = buildRows(
      state([message(1, "bob", noon), message(2, "bob", noon), message(3, "bob", next)]),
      options,
    );
    expect(rows.map((row) => row.day)).toEqual([
      new Date(2026, 2, 10).getTime(),
      null,
      new Date(2026, 2, 11).getTime(),
    ]);
  });

  it("do not go back when a clock did", () => {
    const before = new Date(2026, 2, 9, 9).getTime();
    const rows = buildRows(state([message(1, "bob", noon), message(2, "carol", before)]), options);
    expect(rows[1]?.day).toBeNull();
  });
});

describe("the line above what is new", () => {
  const entries = [
    message(1, "bob", noon),
    message(2, "alice", noon),
    message(3, "bob", noon),
    message(4, "bob", noon),
  ];
  const lines = (rows: readonly Row[]) => rows.filter((row) => row.unreadLine).map((row) => row.id);

  it("stands above the first unread message of somebody else", () => {
    expect(lines(buildRows(state(entries), { ...options, readUpTo: 1 }))).toEqual(["m3"]);
  });

  it("begins a group", () => {
    const rows = buildRows(state(entries), { ...options, readUpTo: 3 });
    expect(groups(rows)).toEqual(["[]", "[]", "[]", "[]"]);
    expect(lines(rows)).toEqual(["m4"]);
  });

  it("is not shown when everything was read, nor when it is above the window", () => {
    expect(lines(buildRows(state(entries), { ...options, readUpTo: 4 }))).toEqual([]);
    expect(lines(buildRows(state(entries), { ...options, readUpTo: 0 }))).toEqual([]);
    const whole = state(entries, { older: "end" });
    expect(lines(buildRows(whole, { ...options, readUpTo: 0 }))).toEqual(["m1"]);
  });
});

describe("edges and gaps", () => {
  it("says where the chat begins and where this device knows no more", () => {
    const entries = [message(1, "bob", noon)];
    const types = (more: Partial<TimelineState>) =>
      buildRows(state(entries, more), options).map((row) => row.type);
    expect(types({ older: "end" })).toEqual(["start", "message"]);
    expect(types({ older: "offline" })).toEqual(["gap", "message"]);
    expect(types({ newer: "offline" })).toEqual(["message", "gap"]);
    expect(types({})).toEqual(["message"]);
  });

  it("says nothing twice where the window begins with a gap", () => {
    const gap: TimelineEntry = { type: "gap", entryId: "gap", why: "not_member" };
    const rows = buildRows(state([gap, message(1, "bob", noon)], { older: "end" }), options);
    expect(rows.map((row) => row.type)).toEqual(["gap", "message"]);
  });
});

describe("quotes and receipts", () => {
  it("finds the answered message in the timeline, or says only that there is one", () => {
    const rows = buildRows(
      state([
        message(1, "bob", noon),
        message(2, "alice", noon, { body: { text: "yes", reply_to: 1 } }),
        message(3, "alice", noon, { body: { text: "no", reply_to: 99 } }),
      ]),
      options,
    );
    const quotes = rows.map((row) => ("quoted" in row ? [row.replyTo, row.quoted?.id] : []));
    expect(quotes).toEqual([
      [null, undefined],
      [1, 1],
      [99, undefined],
    ]);
  });

  it("shows progress of own messages only", () => {
    const receipts: Receipts = { members: new Map([["bob", { read: 1, delivered: 2 }]]) };
    const rows = buildRows(
      state([message(1, "alice", noon), message(2, "bob", noon), message(3, "alice", noon)]),
      { ...options, receipts },
    );
    const progress = rows.map((row) => (row.type === "message" ? row.progress : null));
    expect(progress).toEqual(["read", null, "stored"]);
  });
});

describe("rows that say the same", () => {
  it("are the same objects, so that one new message renders one row", () => {
    const first = [message(1, "bob", noon), message(2, "carol", noon)];
    const before = buildRows(state(first), options);
    const after = buildRows(state([...first, message(3, "alice", noon)]), options, before);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBe(before[1]);
  });

  it("are the same list when nothing changed, also when there is nothing", () => {
    const entries = [message(1, "bob", noon)];
    const before = buildRows(state(entries), options);
    expect(buildRows(state([...entries]), options, before)).toBe(before);
    const none = buildRows(state([]), options);
    expect(buildRows(state([]), options, none)).toBe(none);
  });

  it("are new where a neighbour changes their place in a group", () => {
    const entries = [message(1, "bob", noon)];
    const before = buildRows(state(entries), options);
    const after = buildRows(state([...entries, message(2, "bob", noon)]), options, before);
    expect(groups(after)).toEqual(["[", "]"]);
  });
});
