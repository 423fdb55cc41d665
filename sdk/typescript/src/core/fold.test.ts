import { describe, expect, it } from "vitest";
import type { Event, FoldedMessage } from "../protocol/types.js";
import { foldInto, fromEvent, fromPage } from "./fold.js";
import type { StoredMessage } from "./records.js";

const KEY = "019a8d2e-7c00-7abc-8def-0123456789ab";

function message(more: Partial<FoldedMessage> = {}): FoldedMessage {
  const place = { chat: "g", id: 10, seq: 1, ts: 5, key: KEY };
  return { ...place, kind: "message", from: "alice", body: { text: "hi" }, ...more };
}

function event(seq: number, from: string, more: object): Event {
  // The rest is what the kind has.
  return { chat: "g", id: seq * 10, seq, ts: seq, key: KEY, from, target: 10, ...more } as Event;
}

function react(seq: number, from: string, on = true, emoji = "👍"): Event {
  return event(seq, from, { kind: "react", emoji, on });
}

function live(): StoredMessage {
  const stored = fromEvent(message());
  if (stored === null) throw new Error("a message is one");
  return stored;
}

function folded(stored: StoredMessage, ...events: Event[]): StoredMessage {
  return events.reduce((sum, one) => foldInto(sum, one, "me"), stored);
}

const EDIT = event(2, "alice", { kind: "edit", body: { text: "ho" } });
const DELETE = event(3, "zed", { kind: "delete" });

describe("foldInto", () => {
  it("edits, each event once and in whatever way it comes", () => {
    const once = folded(live(), EDIT);
    expect(once.message).toEqual(message({ body: { text: "ho" }, edited: { id: 20, ts: 2 } }));
    expect(folded(once, EDIT)).toBe(once);
  });

  it("leaves what is folded up to the horizon already", () => {
    const page = fromPage(message(), 7, "me");
    expect(folded(page, EDIT, DELETE, react(7, "bob"))).toBe(page);
  });

  it("leaves other messages and hidden events", () => {
    const stored = live();
    expect(folded(stored, { ...EDIT, target: 11 } as Event)).toBe(stored);
    expect(folded(stored, { chat: "g", id: 20, seq: 2, ts: 2, kind: "hidden" })).toBe(stored);
  });

  it("deletes: the text and the reactions go, and nothing brings them back", () => {
    const gone = folded(live(), EDIT, react(2.5, "bob"), DELETE);
    const { body: _body, ...rest } = message();
    expect(gone.message).toEqual({ ...rest, deleted: { by: "zed", ts: 3 } });
    const later = event(4, "alice", { kind: "edit", body: { text: "back" } });
    expect(folded(gone, later, react(5, "bob")).message).toEqual(gone.message);
  });

  it("learns who deleted what came gone, from the delete itself", () => {
    const { body: _body, ...rest } = message();
    const gone = fromEvent({ ...rest, gone: true });
    expect(gone?.stale).toBe(true);
    expect(gone && folded(gone, DELETE)).toMatchObject({
      message: { deleted: { by: "zed", ts: 3 } },
      stale: false,
    });
  });

  it("leaves the text as it is by an edit whose text is gone", () => {
    const edit = event(2, "alice", { kind: "edit", gone: true });
    expect(folded(live(), edit).message).toEqual(message());
  });

  it("counts reactions of a message that it has seen from its beginning", () => {
    const stored = folded(live(), react(2, "bob"), react(3, "me"), react(4, "bob", true, "❤️"));
    expect(stored).toMatchObject({
      message: {
        reactions: [
          { emoji: "👍", count: 2, me: true },
          { emoji: "❤️", count: 1, me: false },
        ],
      },
      stale: false,
    });
    const off = folded(stored, react(5, "me", false), react(6, "bob", false));
    expect(off.message).toMatchObject({ reactions: [{ emoji: "❤️", count: 1, me: false }] });
    expect(folded(off, react(7, "bob", false, "❤️")).message).toEqual(message());
  });

  it("does not count twice who has reacted already", () => {
    const stored = folded(live(), react(2, "bob"), react(3, "bob"), react(4, "me"), react(5, "me"));
    expect(stored.message).toMatchObject({ reactions: [{ count: 2, me: true }] });
    expect(folded(live(), react(2, "bob", false)).message).toEqual(message());
  });

  it("is not certain of counts where it does not know who is in them", () => {
    const page = fromPage(message({ reactions: [{ emoji: "👍", count: 3, me: true }] }), 7, "me");
    expect(page.stale).toBe(false);
    expect(folded(page, react(8, "me", false))).toMatchObject({ stale: false });
    expect(folded(page, react(8, "bob"))).toMatchObject({
      message: { reactions: [{ count: 4 }] },
      stale: true,
    });
  });

  it("knows the only one who reacted when that is oneself", () => {
    const page = fromPage(message({ reactions: [{ emoji: "👍", count: 1, me: true }] }), 7, "me");
    expect(folded(page, react(8, "bob"))).toMatchObject({
      message: { reactions: [{ count: 2, me: true }] },
      stale: false,
    });
  });
});

describe("fromEvent", () => {
  it("makes a message of what pages list, and of nothing else", () => {
    const joined = event(2, "zed", { kind: "member", users: ["bob"], change: "joined" });
    expect(fromEvent(joined)?.message).toBe(joined);
    for (const other of [EDIT, DELETE, react(4, "bob")]) expect(fromEvent(other)).toBeNull();
  });
});
