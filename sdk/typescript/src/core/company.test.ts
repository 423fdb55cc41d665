import { describe, expect, it } from "vitest";
import { FakeOutside } from "../../test/fake_outside.js";
import { ReceiptBook, Typing, Watching } from "./company.js";
import type { Answer, Session } from "./session.js";

function world() {
  const outside = new FakeOutside();
  const asked: { fields: { users: string[] }; done: (answer: Answer<unknown>) => void }[] = [];
  const told: object[] = [];
  const session = {
    isOnline: true,
    request: (
      _operation: string,
      fields: { users: string[] },
      done: (answer: Answer<unknown>) => void,
    ) => asked.push({ fields, done }),
    tell: (operation: string, fields: object) => told.push({ operation, ...fields }),
  };
  // They use no more of it.
  return { outside, asked, told, session: session as unknown as Session };
}

function presence(user: string, online: boolean) {
  return { user, online, last_seen: 5 };
}

describe("Watching", () => {
  it("asks once for all that is looked at in a moment, 200 at the most", () => {
    const { outside, asked, session } = world();
    const watching = new Watching(outside, session);
    for (let i = 0; i < 300; i += 1) watching.watch(`user${i}`);
    watching.watch("user0");
    outside.pass(50);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.fields.users).toHaveLength(200);
  });

  it("knows of those who are looked at, and of nobody without a session", () => {
    const { outside, asked, session } = world();
    const watching = new Watching(outside, session);
    watching.watch("bob");
    outside.pass(50);
    asked[0]?.done({ type: "ok", value: { presence: [presence("bob", true)] } });
    watching.take(presence("carol", true));
    expect(watching.of("bob")).toEqual({ online: true, lastSeen: 5 });
    expect(watching.of("carol")).toBeNull();
    watching.ended();
    expect(watching.of("bob")).toBeNull();
  });

  it("looks until the last one looks away", () => {
    const { outside, asked, session } = world();
    const watching = new Watching(outside, session);
    watching.watch("bob");
    watching.watch("bob");
    outside.pass(50);
    watching.unwatch("bob");
    outside.pass(50);
    expect(asked).toHaveLength(1);
    watching.unwatch("bob");
    outside.pass(50);
    expect(asked[1]?.fields.users).toEqual([]);
  });

  it("asks again after a refusal, when it is told to", () => {
    const { outside, asked, session } = world();
    const watching = new Watching(outside, session);
    watching.watch("bob");
    outside.pass(50);
    const error = { code: "overloaded", message: "", field: null, retry_after_ms: 700 } as const;
    asked[0]?.done({ type: "error", error });
    outside.pass(699);
    expect(asked).toHaveLength(1);
    outside.pass(1);
    expect(asked).toHaveLength(2);
  });
});

describe("Typing", () => {
  it("shows who types until they are silent for six seconds, or have said it", () => {
    const { outside, session } = world();
    const typing = new Typing(outside, session);
    typing.take("g", "bob");
    outside.pass(5_000);
    typing.take("g", "bob");
    typing.take("g", "carol");
    outside.pass(5_000);
    expect(typing.of("g")).toEqual(["bob", "carol"]);
    typing.over("g", "carol");
    expect(typing.of("g")).toEqual(["bob"]);
    outside.pass(1_000);
    expect(typing.of("g")).toEqual([]);
    expect(outside.alarmsSet).toBe(0);
  });

  it("says that one types every three seconds, and anew after what was typed is sent", () => {
    const { outside, told, session } = world();
    const typing = new Typing(outside, session);
    for (let i = 0; i < 35; i += 1) {
      typing.say("g");
      outside.pass(100);
    }
    expect(told).toHaveLength(2);
    typing.sent("g");
    typing.say("g");
    expect(told).toHaveLength(3);
  });

  it("says so, too, when the clock has stepped back", () => {
    const { outside, told, session } = world();
    const typing = new Typing(outside, session);
    typing.say("g");
    outside.time -= 3_600_000;
    typing.say("g");
    expect(told).toHaveLength(2);
  });
});

describe("ReceiptBook", () => {
  it("moves up only, and who has read has received", () => {
    const { outside } = world();
    const book = new ReceiptBook(outside);
    book.open("g");
    book.take("g", "bob", { delivered: 5 });
    book.take("g", "bob", { read: 7 });
    book.take("g", "bob", { read: 3, delivered: 4 });
    expect(book.of("g")?.members.get("bob")).toEqual({ read: 7, delivered: 7 });
  });

  it("keeps nothing of chats that nobody looks at, and no more than a hundred members", () => {
    const { outside } = world();
    const book = new ReceiptBook(outside);
    book.take("g", "bob", { read: 1 });
    expect(book.of("g")).toBeNull();
    book.open("g");
    for (let i = 0; i < 500; i += 1) book.take("g", `user${i}`, { read: 1 });
    expect(book.of("g")?.members.size).toBe(100);
    book.close("g");
    expect(book.of("g")).toBeNull();
  });
});
