import { describe, expect, it, vi } from "vitest";
import type { Client } from "./api.js";
import { createClient } from "./client.js";
import type { StoredChat, StoredOperation } from "./core/records.js";
import { MemoryDisk, MemoryStorage } from "./storage/memory.js";

const URL = "https://chat.example.org";
const CHAT = "g-1";
const place = { id: 2048, seq: 1 };

const kept: StoredChat = {
  chat: CHAT,
  type: "group",
  title: "Plans",
  peer: null,
  role: "member",
  last: null,
  read: place,
  unread: 0,
  tail: place,
  ranges: [],
  first: null,
  missing: [],
};

const unsent: StoredOperation = {
  localId: "left-behind",
  tab: "a tab that is gone",
  chat: CHAT,
  kind: "send",
  key: null,
  target: null,
  body: { text: "hi" },
  emoji: null,
  on: null,
  order: 1,
  ts: 1,
  failed: null,
};

/** A network without anybody in it. */
class NoServer {
  addEventListener(): void {}
  send(): void {}
  close(): void {}
}

async function disk(): Promise<MemoryDisk> {
  const made = new MemoryDisk();
  const storage = new MemoryStorage(made);
  await storage.open({ url: URL, user: "alice" });
  await storage.write([
    { type: "put_chat", chat: kept },
    { type: "put_operation", operation: unsent },
  ]);
  await storage.close();
  return made;
}

function client(storage: MemoryStorage): Client {
  return createClient({ url: URL, user: "alice", token: () => "t", storage, webSocket: NoServer });
}

describe("a client without a network", () => {
  it("shows what the device holds, also who has asked before it was read", async () => {
    const alice = client(new MemoryStorage(await disk()));
    const { summary } = alice.chat(CHAT);
    expect(summary.get()).toBeNull();
    expect(alice.chats.get()).toEqual([]);
    await vi.waitFor(() => expect(alice.ready.get()).toBe(true));
    expect(summary.get()?.title).toBe("Plans");
    expect(alice.chats.get().map(({ chat }) => chat)).toEqual([CHAT]);
    await alice.close();
  });

  it("has what a tab that is gone left unsent from the start on", async () => {
    const alice = client(new MemoryStorage(await disk()));
    await vi.waitFor(() => expect(alice.ready.get()).toBe(true));
    expect(alice.chat(CHAT).summary.get()?.lastPending?.localId).toBe("left-behind");
    await alice.close();
  });

  it("keeps what is written before the storage is open", async () => {
    const made = await disk();
    const alice = client(new MemoryStorage(made));
    const localId = alice.chat(CHAT).send({ text: "at once" });
    await vi.waitFor(() => expect(alice.ready.get()).toBe(true));
    await alice.close();
    const again = new MemoryStorage(made);
    await again.open({ url: URL, user: "alice" });
    const left = await again.loadOperations();
    expect(left.map((operation) => operation.localId)).toContain(localId);
  });

  it("keeps showing what it shows when a jump has to fail", async () => {
    const made = await disk();
    const storage = new MemoryStorage(made);
    await storage.open({ url: URL, user: "alice" });
    const tail = { id: 10_240, seq: 5 };
    const event = { kind: "message", from: "bob", ts: 5, key: "k", body: { text: "hi" } } as const;
    const message = { ...event, ...tail, chat: CHAT };
    const stored = { message, horizon: 5, reactors: {}, stale: false };
    await storage.write([
      { type: "put_chat", chat: { ...kept, tail, ranges: [{ from: 5, to: 5 }] } },
      { type: "put_messages", chat: CHAT, messages: [stored] },
    ]);
    await storage.close();
    const alice = client(new MemoryStorage(made));
    const timeline = alice.chat(CHAT).openTimeline();
    await vi.waitFor(() => expect(timeline.get().entries[0]?.type).toBe("message"));
    expect(await timeline.showAt(1)).toBeNull();
    expect(timeline.get()).toMatchObject({ older: "more", error: { code: "offline" } });
    expect(timeline.get().entries[0]).toMatchObject({ message });
    await timeline.loadOlder();
    expect(timeline.get().older).toBe("offline");
    await alice.close();
  });

  it("leaves nothing behind when it is forgotten", async () => {
    const made = await disk();
    const alice = client(new MemoryStorage(made));
    await alice.forget();
    const again = new MemoryStorage(made);
    await again.open({ url: URL, user: "alice" });
    expect(await again.loadChats()).toEqual([]);
    expect(await again.loadOperations()).toEqual([]);
  });
});
