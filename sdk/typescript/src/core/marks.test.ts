import { describe, expect, it } from "vitest";
import { FakeOutside } from "../../test/fake_outside.js";
import { Marks } from "./marks.js";
import type { Answer, Session } from "./session.js";

function world() {
  const outside = new FakeOutside();
  const asked: { fields: object; done: (answer: Answer<unknown>) => void }[] = [];
  const marked: object[] = [];
  const session = {
    isOnline: true,
    request: (_operation: string, fields: object, done: (answer: Answer<unknown>) => void) =>
      asked.push({ fields, done }),
  };
  // Marks use no more of it.
  const marks = new Marks(outside, session as unknown as Session, (chat, read, unread) =>
    marked.push({ chat, read, unread }),
  );
  return { outside, asked, marked, session, marks };
}

const OK: Answer<unknown> = { type: "ok", value: { read: { id: 9, seq: 3 }, unread: 1 } };

describe("Marks", () => {
  it("puts together what is marked within a moment", () => {
    const { outside, asked, marked, marks } = world();
    for (const id of [5, 9, 7]) marks.read("g", id);
    marks.delivered("g", 8);
    outside.pass(300);
    expect(asked.map(({ fields }) => fields)).toEqual([{ chat: "g", read: 9, delivered: 8 }]);
    asked[0]?.done(OK);
    expect(marked).toEqual([{ chat: "g", read: { id: 9, seq: 3 }, unread: 1 }]);
    expect(outside.alarmsSet).toBe(0);
  });

  it("has one mark of a chat on the wire, and of four chats", () => {
    const { outside, asked, marks } = world();
    for (let i = 0; i < 10; i += 1) marks.read(`g${i}`, 1);
    outside.pass(300);
    marks.read("g0", 2);
    outside.pass(300);
    expect(asked).toHaveLength(4);
    for (const { done } of asked.slice()) done(OK);
    outside.pass(300);
    expect(asked).toHaveLength(8);
  });

  it("keeps what was lost for the next session", () => {
    const { outside, asked, session, marks } = world();
    marks.read("g", 5);
    outside.pass(300);
    session.isOnline = false;
    asked[0]?.done({ type: "lost" });
    outside.pass(10_000);
    expect(asked).toHaveLength(1);
    session.isOnline = true;
    marks.online();
    expect(asked[1]?.fields).toEqual({ chat: "g", read: 5 });
  });

  it.each(["rate_limited", "overloaded", "unavailable"] as const)(
    "asks again after %s, when it is told to",
    (code) => {
      const { outside, asked, marks } = world();
      marks.read("g", 5);
      outside.pass(300);
      const error = { code, message: "", field: null, retry_after_ms: 900 };
      asked[0]?.done({ type: "error", error });
      outside.pass(899);
      expect(asked).toHaveLength(1);
      outside.pass(1);
      expect(asked[1]?.fields).toEqual(asked[0]?.fields);
    },
  );

  it("lets go of what is refused, and of chats that are gone", () => {
    const { outside, asked, marks } = world();
    marks.read("g", 5);
    outside.pass(300);
    const error = { code: "not_found", message: "", field: null, retry_after_ms: null } as const;
    asked[0]?.done({ type: "error", error });
    marks.read("h", 5);
    marks.forget("h");
    outside.pass(10_000);
    expect(asked).toHaveLength(1);
  });
});
