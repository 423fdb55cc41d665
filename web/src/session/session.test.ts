import type { ClientOptions } from "@connect-chat/sdk";
import { describe, expect, it, vi } from "vitest";
import { draftsOf } from "../chat/drafts.js";
import { FakeClient } from "../testing/fake_client.js";
import type { AccountStore } from "./account_store.js";
import { Session } from "./session.js";
import type { Account } from "./sign_in.js";

const ALICE: Account = { user: "alice", token: null };

function setUp(remembered: Account | null) {
  let other: (account: Account | null) => void = () => {};
  const store = {
    load: () => remembered,
    save: vi.fn(),
    clear: vi.fn(),
    onOther(listener: (account: Account | null) => void) {
      other = listener;
      return () => {};
    },
  } satisfies AccountStore;
  const made: { client: FakeClient; options: ClientOptions }[] = [];
  const freshToken = vi.fn(async (account: Account) => `token of ${account.user}`);
  const createClient = (options: ClientOptions) => {
    const client = new FakeClient({ user: options.user });
    made.push({ client, options });
    return client;
  };
  const session = new Session({ store, createClient, freshToken });
  return { session, store, made, tell: (account: Account | null) => other(account) };
}

describe("Session", () => {
  it("opens the remembered account's client once", () => {
    const { session, made } = setUp(ALICE);
    expect(session.get()?.client.user).toBe("alice");
    expect(made).toHaveLength(1);
  });

  it("gives the client a token of its account each time it asks", async () => {
    const { made } = setUp(ALICE);
    expect(await made[0]?.options.token("start")).toBe("token of alice");
    expect(await made[0]?.options.token("expired")).toBe("token of alice");
  });

  it("remembers who signs in, and tells its listeners", () => {
    const { session, store } = setUp(null);
    const listener = vi.fn();
    session.subscribe(listener);
    session.signIn(ALICE);
    expect(store.save).toHaveBeenCalledWith(ALICE);
    expect(listener).toHaveBeenCalledOnce();
    expect(session.get()?.account).toEqual(ALICE);
  });

  it("removes what the device holds when the user signs out", async () => {
    const { session, store, made } = setUp(ALICE);
    await session.signOut();
    expect(made[0]?.client.calls).toEqual(["forget"]);
    expect(store.clear).toHaveBeenCalled();
    expect(session.get()).toBeNull();
    expect(session.lastUser).toBe("");
  });

  it("removes the user's drafts with it, and nobody else's", async () => {
    localStorage.clear();
    draftsOf("alice").set("g-1", "half of it");
    // As another tab left it: not in the order that this tab wrote.
    localStorage.setItem("connect/draft/alice/g-2", "more");
    draftsOf("bob").set("g-1", "of bob");
    await setUp(ALICE).session.signOut();
    expect(draftsOf("alice").get("g-1")).toBe("");
    const keys = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index));
    expect(keys.sort()).toEqual(["connect/draft/bob/g-1", "connect/drafts/bob"]);
  });

  it("keeps the drafts when only the sign-in is renewed", async () => {
    draftsOf("alice").set("g-1", "half of it");
    await setUp(ALICE).session.signInAgain();
    expect(draftsOf("alice").get("g-1")).toBe("half of it");
  });

  it("lets go of drafts that another tab has removed", () => {
    const { tell } = setUp(ALICE);
    draftsOf("alice").set("g-1", "half of it");
    localStorage.clear();
    tell(null);
    expect(draftsOf("alice").get("g-1")).toBe("");
  });

  it("keeps what the device holds when only the sign-in is renewed", async () => {
    const { session, made } = setUp(ALICE);
    await session.signInAgain();
    expect(made[0]?.client.calls).toEqual(["close"]);
    expect(session.lastUser).toBe("alice");
  });

  it("makes a new client when it restarts, after the old one is closed", async () => {
    const { session, made } = setUp(ALICE);
    await session.restart();
    expect(made[0]?.client.calls).toEqual(["close"]);
    expect(session.get()?.client).toBe(made[1]?.client);
  });

  it("follows another tab that signs out", () => {
    const { session, made, tell } = setUp(ALICE);
    tell(null);
    expect(session.get()).toBeNull();
    expect(made[0]?.client.calls).toEqual(["close"]);
  });

  it("stays when another tab signs in as the same user", () => {
    const { session, made, tell } = setUp(ALICE);
    tell({ user: "alice", token: "new" });
    expect(session.get()?.client).toBe(made[0]?.client);
  });
});
