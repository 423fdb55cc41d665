import { describe, expect, it } from "vitest";
import { FakeOutside } from "../../test/fake_outside.js";
import type { ErrorCode, Event, Place } from "../protocol/types.js";
import type { StorageChange } from "../storage/storage.js";
import type { Failure } from "./operation.js";
import { Outbox } from "./outbox.js";
import type { StoredOperation } from "./records.js";
import type { Answer, Session } from "./session.js";

const CHAT = "g-1";

interface Asked {
  readonly operation: string;
  readonly fields: Record<string, unknown>;
  readonly done: (answer: Answer<unknown>) => void;
}

/** An outbox whose session and storage the test plays. */
function world({ keepsAtOnce = true } = {}) {
  const outside = new FakeOutside();
  const asked: Asked[] = [];
  const corrections: (() => void)[] = [];
  const kept: (() => void)[] = [];
  const stored = new Map<string, StoredOperation>();
  const session = {
    isOnline: true,
    now: () => outside.time,
    request: (operation: string, fields: Record<string, unknown>, done: Asked["done"]) => {
      if (session.isOnline) asked.push({ operation, fields, done });
      else done({ type: "lost" });
    },
    correctClock: (done: () => void) => corrections.push(done),
  };
  let tail: Place | null = { id: 0, seq: 0 };
  const owner = {
    tail: () => tail,
    write: (changes: readonly StorageChange[], done: () => void) => {
      for (const change of changes)
        if (change.type === "put_operation") stored.set(change.operation.localId, change.operation);
        else if (change.type === "drop_operation") stored.delete(change.localId);
      if (keepsAtOnce) done();
      else kept.push(done);
    },
    changed: () => {},
  };
  // Of the session it uses no more.
  const outbox = new Outbox(outside, session as unknown as Session, owner, "tab");
  const failures: (Failure | null)[] = [];
  const say = (text: string) =>
    outbox.add({ chat: CHAT, kind: "send", body: { text } }, (failure) => failures.push(failure));
  const at = (index: number): Asked => {
    const found = asked.at(index);
    if (found === undefined) throw new Error("that was not asked");
    return found;
  };
  const advance = (seq: number) => {
    tail = { id: seq, seq };
    outbox.advanced(CHAT, tail);
  };
  const forget = () => {
    tail = null;
  };
  const texts = () => asked.map(({ fields }) => (fields.body as { text: string }).text);
  return {
    outside,
    asked,
    at,
    corrections,
    kept,
    stored,
    session,
    outbox,
    failures,
    say,
    advance,
    forget,
    texts,
  };
}

function ok(seq: number): Answer<unknown> {
  return { type: "ok", value: { chat: CHAT, id: seq, seq, duplicate: false } };
}

function refusal(code: ErrorCode, retryAfterMs: number | null = null): Answer<unknown> {
  return { type: "error", error: { code, message: "", field: null, retry_after_ms: retryAfterMs } };
}

describe("Outbox", () => {
  it("sends nothing before its key is kept", () => {
    const { asked, kept, say, stored } = world({ keepsAtOnce: false });
    const localId = say("one");
    for (const done of kept.splice(0, 1)) done();
    expect(asked).toHaveLength(0);
    const key = stored.get(localId)?.key;
    expect(key).not.toBeNull();
    for (const done of kept.splice(0)) done();
    expect(asked[0]).toMatchObject({ operation: "send", fields: { chat: CHAT, key } });
  });

  it("sends one until the first answer, then two, four ... up to sixteen, in order", () => {
    const { asked, at, say, texts } = world();
    for (let i = 0; i < 60; i += 1) say(String(i));
    const inFlight = [1];
    let answered = 0;
    for (let i = 0; i < 6; i += 1) {
      const upTo = asked.length;
      for (; answered < upTo; answered += 1) at(answered).done(ok(answered + 1));
      inFlight.push(asked.length - answered);
    }
    expect(inFlight.slice(0, 2)).toEqual([1, 2]);
    expect(Math.max(...inFlight)).toBe(16);
    expect(texts()).toEqual(texts().map((_, index) => String(index)));
  });

  it.each(["rate_limited", "overloaded", "unavailable", "retry_in_order"] as const)(
    "resends with the same key after %s, when it is told to",
    (code) => {
      const { outside, asked, at, say } = world();
      say("one");
      at(0).done(refusal(code, 700));
      outside.pass(699);
      expect(asked).toHaveLength(1);
      outside.pass(1);
      expect(at(1).fields).toEqual(at(0).fields);
    },
  );

  it("waits 0.5, 1, 2 ... 30 s where no delay is named", () => {
    const { outside, asked, at, say } = world();
    say("one");
    for (const wait of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const before = asked.length;
      at(-1).done(refusal("overloaded"));
      outside.pass(wait - 1);
      expect(asked).toHaveLength(before);
      outside.pass(1);
      expect(asked).toHaveLength(before + 1);
    }
  });

  it("goes on with the first alone after it was put off", () => {
    const { outside, asked, at, say, texts } = world();
    for (const text of ["a", "b", "c"]) say(text);
    at(0).done(ok(1));
    at(1).done(refusal("rate_limited", 100));
    at(2).done(refusal("retry_in_order", 100));
    outside.pass(100);
    expect(texts()).toEqual(["a", "b", "c", "b"]);
    at(3).done(ok(2));
    expect(texts()).toEqual(["a", "b", "c", "b", "c"]);
    expect(asked).toHaveLength(5);
  });

  it("fails at the sixth `internal`, however often it was put off before", () => {
    const { outside, at, say, failures } = world();
    say("one");
    for (let i = 0; i < 10; i += 1) {
      at(-1).done(refusal("rate_limited"));
      outside.pass(30_000);
    }
    for (let i = 0; i < 5; i += 1) {
      at(-1).done(refusal("internal"));
      outside.pass(30_000);
    }
    expect(failures).toEqual([]);
    at(-1).done(refusal("internal"));
    expect(failures).toMatchObject([{ code: "internal" }]);
  });

  it.each([
    "forbidden",
    "not_found",
    "conflict",
    "key_reused",
    "key_invalid",
    "too_large",
    "field_invalid",
    "field_missing",
    "field_unknown_type",
    "unknown_operation",
  ] as const)("fails a message for good by %s, and goes on with the next", (code) => {
    const { at, say, failures, outbox, stored, texts } = world();
    const localId = say("one");
    say("two");
    at(0).done(refusal(code));
    expect(failures).toMatchObject([{ code }]);
    expect(outbox.of(CHAT)[0]?.record.failed).toMatchObject({ code });
    expect(stored.get(localId)?.failed).toMatchObject({ code });
    expect(texts()).toEqual(["one", "two"]);
  });

  it("sends a failed message anew at the end, or forgets it", () => {
    const { at, say, outbox, stored } = world();
    const retried = say("one");
    const dropped = say("two");
    at(0).done(refusal("forbidden"));
    at(1).done(refusal("forbidden"));
    outbox.drop(dropped);
    expect(stored.has(dropped)).toBe(false);
    outbox.retry(retried);
    expect(at(2).fields.body).toEqual({ text: "one" });
    expect(at(2).fields.key).not.toBe(at(0).fields.key);
    outbox.drop(retried);
    expect(outbox.of(CHAT)).toHaveLength(1);
  });

  it.each(["sync_required", "key_expired"] as const)("looks through the log after %s", (code) => {
    const { at, say, advance, failures, outbox } = world();
    say("one");
    const { key } = at(0).fields;
    at(0).done(refusal(code));
    expect(at(1).operation).toBe("events");
    const other = { kind: "message", key: "other", id: 1, seq: 1 };
    at(1).done({ type: "ok", value: { events: [other], complete: false } });
    expect(at(2).fields.after).toBe(1);
    at(2).done({
      type: "ok",
      value: { events: [{ kind: "message", key, id: 2, seq: 2 }], complete: true },
    });
    advance(2);
    expect(failures).toEqual([null]);
    expect(outbox.size).toBe(0);
  });

  it("sends as new what the log does not have", () => {
    const { at, say } = world();
    say("one");
    at(0).done(refusal("sync_required"));
    at(1).done({ type: "ok", value: { events: [], complete: true } });
    expect(at(2)).toMatchObject({ operation: "send", fields: { body: { text: "one" } } });
    expect(at(2).fields.key).not.toBe(at(0).fields.key);
  });

  it("keeps the key when the log could not be read to its end", () => {
    const { outside, at, say } = world();
    say("one");
    at(0).done(refusal("sync_required"));
    at(1).done(refusal("overloaded", 100));
    outside.pass(100);
    expect(at(2).fields).toEqual(at(0).fields);
  });

  it("corrects the clock and mints anew when a key is of the future", () => {
    const { outside, at, say, corrections } = world();
    say("one");
    at(0).done(refusal("key_in_future"));
    outside.time -= 60_000;
    corrections[0]?.();
    const keys = [at(1), at(0)].map(({ fields }) => String(fields.key));
    expect(keys).toEqual(keys.toSorted());
    expect(keys[0]).not.toBe(keys[1]);
  });

  it.each(["token_missing", "token_invalid", "token_expired"] as const)(
    "leaves %s to the next session",
    (code) => {
      const { at, say, outbox, failures } = world();
      say("one");
      at(0).done(refusal(code));
      outbox.online();
      expect(at(1).fields).toEqual(at(0).fields);
      expect(failures).toEqual([]);
    },
  );

  it("resends what was lost with the session, one first, with the same keys", () => {
    const { asked, at, say, session, outbox, texts } = world();
    for (const text of ["a", "b", "c"]) say(text);
    at(0).done(ok(1));
    session.isOnline = false;
    at(1).done({ type: "lost" });
    at(2).done({ type: "lost" });
    session.isOnline = true;
    outbox.online();
    expect(texts()).toEqual(["a", "b", "c", "b"]);
    expect(at(3).fields).toEqual(at(1).fields);
    at(3).done(ok(2));
    expect(asked.at(4)?.fields).toEqual(at(2).fields);
  });

  it("is done once the log has it, by its place or by its key", () => {
    const { at, say, advance, outbox, failures } = world();
    const one = say("one");
    say("two");
    at(0).done(ok(1));
    expect(failures).toEqual([]);
    advance(1);
    const { key } = at(1).fields;
    // The event came, and its answer does not.
    outbox.ownEvent(CHAT, { kind: "message", key } as Event);
    expect(failures).toEqual([null, null]);
    expect(outbox.size).toBe(0);
    expect(outbox.nameOf(String(at(0).fields.key))).toBe(one);
    at(1).done(ok(2));
    expect(failures).toHaveLength(2);
  });

  it("takes over what another life has left, once, in its order, with the keys", () => {
    const before = world();
    before.session.isOnline = false;
    for (const text of ["a", "b"]) before.say(text);
    const records = [...before.stored.values()].reverse();
    const { at, outbox, texts } = world();
    const [b, a] = records;
    const key = "019a8d2e-7c00-7abc-8def-0123456789ab";
    const adopted = [b, a === undefined ? a : { ...a, key }].filter((one) => one !== undefined);
    outbox.adopt(adopted);
    outbox.adopt(adopted);
    at(0).done(ok(1));
    expect(texts()).toEqual(["a", "b"]);
    expect(at(0).fields.key).toBe(key);
    expect(outbox.size).toBe(2);
  });

  it("is done at once in a chat that has no log here", () => {
    const { at, say, forget, outbox, failures } = world();
    forget();
    say("one");
    at(0).done(ok(1));
    expect(failures).toEqual([null]);
    expect(outbox.size).toBe(0);
  });

  it("tells those who wait when the client is closed, and keeps what they wait for", () => {
    const { say, outbox, failures, stored } = world();
    say("one");
    outbox.stop();
    expect(failures).toMatchObject([{ code: "closed" }]);
    expect(stored.size).toBe(1);
  });

  it("has no queue and no timer for a chat in which nothing waits", () => {
    const { outside, at, say, advance, outbox } = world();
    say("one");
    at(0).done(refusal("overloaded"));
    outside.pass(500);
    at(1).done(ok(1));
    advance(1);
    expect(outbox.chats).toEqual([]);
    expect(outside.alarmsSet).toBe(0);
  });
});
