import { describe, expect, it } from "vitest";
import { Commands, type Result } from "./commands.js";
import type { Outside } from "./outside.js";
import type { Answer, Session } from "./session.js";

/** A session that takes requests down, to be answered by the test. */
function world() {
  const asked: { fields: object; done: (answer: Answer<unknown>) => void }[] = [];
  const waiting: (() => void)[] = [];
  const session = {
    isOnline: true,
    now: () => 1_795_000_000_000,
    request: (_operation: string, fields: object, done: (answer: Answer<unknown>) => void) => {
      if (session.isOnline) asked.push({ fields, done });
      else done({ type: "lost" });
    },
  };
  const outside = {
    randomBytes: (count: number) => new Uint8Array(count),
    after: (_ms: number, callback: () => void) => {
      waiting.push(callback);
      return { cancel: () => {} };
    },
  };
  // Commands use no more of either.
  const commands = new Commands(outside as unknown as Outside, session as unknown as Session);
  return { asked, waiting, session, commands };
}

function refusal(code: "overloaded" | "forbidden"): Answer<unknown> {
  return { type: "error", error: { code, message: "", field: null, retry_after_ms: null } };
}

describe("Commands", () => {
  it("asks again with the same key in the next session", () => {
    const { asked, commands } = world();
    const results: Result<unknown>[] = [];
    commands.run("leave", { chat: "g-1" }, (result) => results.push(result));
    asked[0]?.done({ type: "lost" });
    commands.online();
    expect(asked[1]?.fields).toEqual(asked[0]?.fields);
    asked[1]?.done({ type: "ok", value: { seq: 2 } });
    commands.online();
    expect(asked).toHaveLength(2);
    expect(results).toEqual([{ type: "ok", value: { seq: 2 } }]);
  });

  it("tries again what passes, and answers a definite refusal", () => {
    const { asked, waiting, commands } = world();
    const results: Result<unknown>[] = [];
    commands.run("leave", { chat: "g-1" }, (result) => results.push(result));
    asked[0]?.done(refusal("overloaded"));
    expect(results).toEqual([]);
    waiting[0]?.();
    asked[1]?.done(refusal("forbidden"));
    expect(results).toMatchObject([{ type: "error", error: { code: "forbidden" } }]);
  });

  it("answers once when the client is closed, also what waits for its next try", () => {
    const { asked, waiting, commands, session } = world();
    const results: Result<unknown>[] = [];
    commands.run("leave", { chat: "g-1" }, (result) => results.push(result));
    asked[0]?.done(refusal("overloaded"));
    session.isOnline = false;
    commands.stop();
    waiting[0]?.();
    expect(results).toMatchObject([{ type: "error", error: { code: "closed" } }]);
  });

  it("does not wait for a session", () => {
    const { commands, session } = world();
    session.isOnline = false;
    const results: Result<unknown>[] = [];
    commands.run("leave", { chat: "g-1" }, (result) => results.push(result));
    expect(results).toMatchObject([{ type: "error", error: { code: "offline" } }]);
  });
});
