import { describe, expect, it } from "vitest";
import { FakeOutside } from "../../test/fake_outside.js";
import { expiryOf } from "./foreign.js";
import { type Answer, Session } from "./session.js";

const LIMITS = { message_bytes: 65536, text_bytes: 16384, sends_per_second: 20, page: 200 };

function world() {
  const outside = new FakeOutside();
  const told: string[] = [];
  const pushes: unknown[] = [];
  const session = new Session(
    outside,
    { user: "alice", device: "phone", agent: "test" },
    {
      online: () => told.push("online"),
      ended: () => told.push("ended"),
      push: (name, value) => pushes.push({ name, value }),
      changed: () => {},
      probe: () => ({ operation: "watch", fields: { users: [] } }),
    },
  );
  const giveToken = (token: string | null) => outside.tokens.at(-1)?.done(token);
  const answer = (value: object) =>
    session.socketMessage(JSON.stringify({ id: outside.last.id, ...value }));
  const hello = (more: object = {}) =>
    answer({
      ok: {
        user: "alice",
        session: "s",
        time: outside.time,
        ping_ms: 25_000,
        limits: LIMITS,
        ...more,
      },
    });
  const connect = (token = "token") => {
    giveToken(token);
    session.socketOpened();
    hello();
  };
  return { outside, session, told, pushes, giveToken, answer, hello, connect };
}

function online() {
  const made = world();
  made.session.start();
  made.connect();
  return made;
}

/** A JWT that ends then. */
function tokenUntil(ms: number): string {
  return `x.${btoa(JSON.stringify({ exp: ms / 1000 }))}.x`;
}

function refusedHello(made: ReturnType<typeof world>, code: string): void {
  made.session.socketOpened();
  made.answer({ error: { code, message: "", field: null, retry_after_ms: null } });
  made.session.socketClosed(4501, "");
}

describe("Session", () => {
  it("says hello with the token, and is online with its answer", () => {
    const { outside, session, told } = online();
    expect(outside.sent[0]).toMatchObject({
      operation: "hello",
      fields: { token: "token", device: "phone", agent: "test" },
    });
    expect(session.state).toEqual({ state: "online", syncing: true });
    expect(told).toEqual(["online"]);
  });

  it.each([
    [1000, "", 375],
    [1001, "", 375],
    [1006, "", 375],
    [1008, "", 375],
    [1009, "", 375],
    [1012, "", 375],
    [4401, "", 375],
    [4408, "", 375],
    [4408, "later", 375],
    [4429, "700", 700],
    [4499, "900000", 300_000],
  ])("comes back after %i with reason %j", (code, reason, ms) => {
    const { outside, session } = online();
    session.socketClosed(code, reason);
    const retryAt = outside.time + ms;
    expect(session.state).toEqual({ state: "connecting", attempt: 1, retryAt });
    outside.pass(ms - 1);
    expect(outside.opened).toBe(1);
    outside.pass(1);
    expect(outside.opened).toBe(2);
  });

  it.each([
    [4503, "token_revoked"],
    [4509, "replaced"],
  ])("stays away after %i", (code, reason) => {
    const { outside, session } = online();
    session.socketClosed(code, "");
    expect(session.state).toEqual({ state: "stopped", reason });
    outside.pass(10_000_000);
    expect(outside.opened).toBe(1);
  });

  it("asks for a new token at once when the old one's time is over", () => {
    const { outside, session } = online();
    session.socketClosed(4402, "");
    expect(outside.tokens.map(({ reason }) => reason)).toEqual(["start", "expired"]);
    outside.tokens[1]?.done("new");
    session.socketOpened();
    expect(outside.last.fields.token).toBe("new");
  });

  it("stops at the second token that is refused, and goes on when the app says so", () => {
    const made = world();
    made.session.start();
    made.giveToken("bad");
    refusedHello(made, "token_invalid");
    expect(made.outside.tokens.at(-1)?.reason).toBe("refused");
    made.giveToken("bad, too");
    refusedHello(made, "token_invalid");
    expect(made.session.state).toEqual({ state: "stopped", reason: "token_refused" });
    expect(made.outside.tokens).toHaveLength(2);
    made.session.reconnect();
    made.connect("good");
    expect(made.session.isOnline).toBe(true);
  });

  it("takes a token that came expired for that, and asks once more", () => {
    const made = world();
    made.session.start();
    for (let i = 0; i < 3; i += 1) {
      made.giveToken("old");
      refusedHello(made, "token_expired");
    }
    expect(made.outside.tokens.map(({ reason }) => reason)).toEqual([
      "start",
      "expired",
      "expired",
    ]);
    expect(made.session.state).toEqual({ state: "stopped", reason: "token_refused" });
  });

  it("does not take the next refusal for an expiry because an earlier one was", () => {
    const made = world();
    made.session.start();
    made.giveToken("old");
    refusedHello(made, "token_expired");
    made.giveToken("other");
    made.session.socketOpened();
    made.session.socketClosed(4501, "");
    expect(made.session.state).toEqual({ state: "stopped", reason: "token_refused" });
  });

  it("tries again later when no token is to be had", () => {
    const { outside, session, giveToken } = world();
    session.start();
    giveToken(null);
    expect(session.state).toMatchObject({ state: "connecting", attempt: 1 });
    outside.pass(375);
    expect(outside.tokens).toHaveLength(2);
  });

  it("stops when the token is somebody else's", () => {
    const { session, giveToken, hello, told } = world();
    session.start();
    giveToken("token");
    session.socketOpened();
    hello({ user: "bob" });
    expect(session.state).toEqual({ state: "stopped", reason: "wrong_user" });
    expect(told).toEqual([]);
  });

  it.each([
    [0, [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]],
    [1, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
  ])("waits between half and all of a doubling time, by chance %d", (chance, waits) => {
    const { outside, session } = online();
    outside.chance = chance;
    for (const wait of waits) {
      session.socketClosed(1006, "");
      expect(session.state).toMatchObject({ retryAt: outside.time + wait });
      outside.pass(wait);
    }
  });

  it("begins with short waits again after a session", () => {
    const { outside, session, hello } = online();
    for (let i = 0; i < 5; i += 1) {
      session.socketClosed(1006, "");
      outside.pass(30_000);
    }
    session.socketOpened();
    hello();
    session.socketClosed(1006, "");
    expect(session.state).toMatchObject({ retryAt: outside.time + 375 });
  });

  it("stays away as long as a server that goes away says", () => {
    const { outside, session } = online();
    session.socketMessage('{"reconnect":{"after_ms":1234}}');
    session.socketClosed(1012, "");
    expect(session.state).toMatchObject({ retryAt: outside.time + 1_234 });
    outside.pass(1_234);
    session.socketClosed(1006, "");
    expect(session.state).not.toMatchObject({ retryAt: outside.time + 1_234 });
  });

  it("stays away as long as a refused hello says", () => {
    const { outside, session, giveToken, answer } = world();
    session.start();
    giveToken("token");
    session.socketOpened();
    answer({
      error: { code: "rate_limited", message: "", field: null, retry_after_ms: 4_321 },
    });
    session.socketClosed(4429, "");
    expect(session.state).toMatchObject({ retryAt: outside.time + 4_321 });
  });

  it("gives up a connection that is not open in 20 s", () => {
    const { outside, session, giveToken } = world();
    session.start();
    giveToken("token");
    outside.pass(20_000);
    expect(outside.isSocketOpen).toBe(false);
    expect(session.state).toMatchObject({ state: "connecting", attempt: 1 });
  });

  it("asks something of a quiet connection, and drops one that does not answer", () => {
    const { outside, session, told } = online();
    outside.pass(25_000);
    expect(outside.last.operation).toBe("watch");
    outside.pass(60_000);
    expect(session.state).toMatchObject({ state: "connecting" });
    expect(told).toEqual(["online", "ended"]);
  });

  it("keeps a quiet connection that answers, with no more alarms set than at first", () => {
    const { outside, session } = online();
    const before = outside.alarmsSet;
    for (let i = 0; i < 100; i += 1) {
      outside.pass(25_000);
      session.socketMessage(JSON.stringify({ id: outside.last.id, ok: { presence: [] } }));
    }
    expect(session.isOnline).toBe(true);
    expect(outside.alarmsSet).toBe(before);
  });

  it("renews a token before it ends, in the session", () => {
    const made = world();
    made.session.start();
    const end = made.outside.time + 600_000;
    made.connect(tokenUntil(end));
    // Heard of all the time, so that nothing else is asked.
    for (let i = 0; i < 27; i += 1) {
      made.outside.pass(20_000);
      made.session.socketMessage("{}");
    }
    expect(made.outside.tokens.map(({ reason }) => reason)).toEqual(["start", "expired"]);
    made.outside.tokens[1]?.done("next");
    expect(made.outside.last).toMatchObject({ operation: "hello", fields: { token: "next" } });
    made.hello();
    expect(made.told).toEqual(["online"]);
    expect(made.outside.opened).toBe(1);
  });

  it("goes off and on with the network", () => {
    const { outside, session, told } = online();
    session.networkChanged(false);
    expect(session.state).toEqual({ state: "offline" });
    expect(outside.isSocketOpen).toBe(false);
    outside.pass(1_000_000);
    expect(outside.opened).toBe(1);
    session.networkChanged(true);
    expect(outside.opened).toBe(2);
    expect(told).toEqual(["online", "ended"]);
  });

  it("corrects its clock by that of the server", () => {
    const { outside, session, giveToken, hello } = world();
    session.start();
    giveToken("token");
    session.socketOpened();
    hello({ time: outside.time + 5_000 });
    expect(session.now()).toBe(outside.time + 5_000);
    outside.time -= 60_000;
    session.correctClock(() => {});
    hello({ time: outside.time + 65_000 });
    expect(session.now()).toBe(outside.time + 65_000);
  });

  it("calls back when there is no session to correct the clock by", () => {
    const { session } = world();
    let isDone = false;
    session.correctClock(() => {
      isDone = true;
    });
    expect(isDone).toBe(true);
  });

  it("answers each request once, as lost when the session ends", () => {
    const { outside, session, answer } = online();
    const answers: Answer<unknown>[] = [];
    session.request("history", {}, (one) => answers.push(one));
    answer({ ok: 1 });
    answer({ ok: 2 });
    session.request("history", {}, (one) => answers.push(one));
    session.socketClosed(1006, "");
    session.request("history", {}, (one) => answers.push(one));
    expect(answers).toEqual([{ type: "ok", value: 1 }, { type: "lost" }, { type: "lost" }]);
    expect(outside.asked("history")).toHaveLength(2);
  });

  it("hands on what is pushed, and nothing that is no message", () => {
    const { session, pushes } = online();
    session.socketMessage('{"event":{"seq":1}}');
    session.socketMessage("not json");
    session.socketMessage("3");
    session.socketMessage('{"error":{"code":"json_invalid"}}');
    expect(pushes).toEqual([{ name: "event", value: { seq: 1 } }]);
  });

  it("leaves nothing behind when it is stopped", () => {
    const { outside, session } = online();
    session.stop("closed");
    expect(outside.alarmsSet).toBe(0);
    expect(outside.isSocketOpen).toBe(false);
    session.networkChanged(false);
    session.networkChanged(true);
    expect(session.state).toEqual({ state: "stopped", reason: "closed" });
  });

  it("does not serve a later attempt with a token that comes late", () => {
    const { outside, session } = world();
    session.start();
    session.networkChanged(false);
    session.networkChanged(true);
    outside.tokens[0]?.done("late");
    expect(outside.opened).toBe(0);
    outside.tokens[1]?.done("right");
    expect(outside.opened).toBe(1);
  });
});

describe("expiryOf", () => {
  it("reads the end of a JWT, and nothing of anything else", () => {
    expect(expiryOf(tokenUntil(5_000))).toBe(5_000);
    for (const token of ["", "x", "a.b", "a.!.c", `a.${btoa("[]")}.c`, `a.${btoa("null")}.c`])
      expect(expiryOf(token)).toBeNull();
  });
});
