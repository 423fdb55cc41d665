/** The contract of `Storage`, run against every implementation, and what IndexedDB adds to it. */

import "fake-indexeddb/auto";
import { forceCloseDatabase } from "fake-indexeddb";
import { deleteDB, openDB } from "idb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fromEvent } from "../core/fold.js";
import type { StoredChat, StoredMessage, StoredOperation } from "../core/records.js";
import type { Event, MessageEvent } from "../protocol/types.js";
import { databaseName, IndexedDbStorage } from "./indexeddb.js";
import { MemoryDisk, MemoryStorage } from "./memory.js";
import type { Account, Storage } from "./storage.js";

const CHAT = "g-1";
const OTHER = "g-10";
const ALL = { from: 0, to: Number.MAX_SAFE_INTEGER };
const ACCOUNT: Account = { url: "https://chat.example.org", user: "alice" };

function storedChat(chat: string, unread = 0): StoredChat {
  const nothing = { id: 0, seq: 0 };
  return {
    chat,
    type: "group",
    title: "Plans",
    peer: null,
    role: "member",
    last: null,
    read: nothing,
    unread,
    tail: nothing,
    ranges: [],
    first: null,
    missing: [],
  };
}

function event(chat: string, seq: number, text = `text ${seq}`): MessageEvent {
  const key = "019a8d2e-7c00-7abc-8def-0123456789ab";
  return { chat, id: seq * 2048, seq, kind: "message", from: "bob", ts: seq, key, body: { text } };
}

function edit(chat: string, seq: number, target: number, text: string): Event {
  const { body: _body, ...common } = event(chat, seq);
  return { ...common, kind: "edit", target: target * 2048, body: { text } };
}

function stored(chat: string, seq: number, text?: string, horizon = seq): StoredMessage {
  const message = fromEvent(event(chat, seq, text));
  if (message === null) throw new Error("a message event is a message");
  return { ...message, horizon };
}

function operation(localId: string, order: number, tab = "tab-1"): StoredOperation {
  return {
    localId,
    tab,
    chat: CHAT,
    kind: "send",
    key: null,
    target: null,
    body: { text: localId },
    emoji: null,
    on: null,
    order,
    ts: order,
    failed: null,
  };
}

function put(chat: string, ...messages: StoredMessage[]) {
  return { type: "put_messages", chat, messages } as const;
}

function text({ message }: StoredMessage): string | undefined {
  return message.kind === "message" ? message.body?.text : undefined;
}

async function texts(storage: Storage, chat = CHAT): Promise<(string | undefined)[]> {
  return (await storage.loadMessages(chat, ALL, 1000, "first")).map(text);
}

async function seqs(storage: Storage, chat = CHAT): Promise<number[]> {
  const messages = await storage.loadMessages(chat, ALL, 1000, "first");
  return messages.map(({ message }) => message.seq);
}

const opened: Storage[] = [];
let disk = new MemoryDisk();

const IMPLEMENTATIONS: Record<string, () => Storage> = {
  MemoryStorage: () => new MemoryStorage(disk),
  IndexedDbStorage: () => new IndexedDbStorage(),
};

beforeEach(() => {
  disk = new MemoryDisk();
});

afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
  for (const { name } of await indexedDB.databases()) if (name !== undefined) await deleteDB(name);
});

async function open(storage: Storage, account = ACCOUNT): Promise<Storage> {
  opened.push(storage);
  await storage.open(account);
  return storage;
}

describe.each(Object.entries(IMPLEMENTATIONS))("%s", (_name, make) => {
  it("is empty at first", async () => {
    const storage = await open(make());
    expect(await storage.loadChats()).toEqual([]);
    expect(await storage.loadOperations()).toEqual([]);
    expect(await seqs(storage)).toEqual([]);
  });

  it("keeps what was written over closing and opening", async () => {
    const storage = await open(make());
    await storage.write([
      { type: "put_chat", chat: storedChat(CHAT, 3) },
      put(CHAT, stored(CHAT, 1)),
      { type: "put_operation", operation: operation("a", 1) },
    ]);
    await storage.close();
    const again = await open(make());
    expect(await again.loadChats()).toEqual([storedChat(CHAT, 3)]);
    expect(await again.loadChat(CHAT)).toEqual(storedChat(CHAT, 3));
    expect(await again.loadChat(OTHER)).toBeNull();
    expect(await again.loadMessages(CHAT, ALL, 10, "first")).toEqual([stored(CHAT, 1)]);
    expect(await again.loadOperations()).toEqual([operation("a", 1)]);
  });

  it("rejects before it is open and after it was closed", async () => {
    const storage = make();
    await expect(storage.loadChats()).rejects.toThrow("not open");
    await open(storage);
    await storage.close();
    await expect(storage.write([])).rejects.toThrow("not open");
    await expect(storage.loadMessages(CHAT, ALL, 1, "last")).rejects.toThrow("not open");
    await expect(storage.loadOperations()).rejects.toThrow("not open");
    await expect(storage.clear()).rejects.toThrow("not open");
  });

  it("applies the changes of a batch in their order", async () => {
    const storage = await open(make());
    await storage.write([
      { type: "put_chat", chat: storedChat(CHAT, 1) },
      put(CHAT, stored(CHAT, 1), stored(CHAT, 2)),
      { type: "drop_messages", chat: CHAT },
      put(CHAT, stored(CHAT, 3)),
      { type: "fold", chat: CHAT, event: edit(CHAT, 4, 3, "edited") },
      { type: "put_chat", chat: storedChat(CHAT, 2) },
      { type: "put_operation", operation: operation("a", 1) },
      { type: "drop_operation", localId: "a" },
    ]);
    expect(await texts(storage)).toEqual(["edited"]);
    expect(await storage.loadChats()).toEqual([storedChat(CHAT, 2)]);
    expect(await storage.loadOperations()).toEqual([]);
  });

  it("applies batches in the order of the calls, and reads see what was written before", async () => {
    const storage = await open(make());
    const writes = [1, 2, 3, 4, 5].map((unread) =>
      storage.write([
        // Every other batch touches other records: it must not overtake.
        unread % 2 === 0
          ? { type: "put_operation", operation: operation("a", unread) }
          : put(CHAT, stored(CHAT, unread)),
        { type: "put_chat", chat: storedChat(CHAT, unread) },
      ]),
    );
    const read = storage.loadChats();
    await Promise.all(writes);
    expect(await read).toEqual([storedChat(CHAT, 5)]);
    expect(await storage.loadOperations()).toEqual([operation("a", 4)]);
  });

  it("puts a message only over one that is not folded further", async () => {
    const storage = await open(make());
    await storage.write([put(CHAT, stored(CHAT, 1, "later", 9), stored(CHAT, 2, "older", 2))]);
    await storage.write([put(CHAT, stored(CHAT, 1, "stale", 8), stored(CHAT, 2, "newer", 3))]);
    expect(await texts(storage)).toEqual(["later", "newer"]);
  });

  it("keeps the later of one message that is twice in a batch", async () => {
    const storage = await open(make());
    await storage.write([put(CHAT, stored(CHAT, 1, "later", 9), stored(CHAT, 1, "stale", 8))]);
    expect(await texts(storage)).toEqual(["later"]);
  });

  it("folds an event into its target once, and into nothing when that is not there", async () => {
    const storage = await open(make());
    await storage.write([put(CHAT, stored(CHAT, 1), stored(CHAT, 2))]);
    await storage.write([
      { type: "fold", chat: CHAT, event: edit(CHAT, 5, 1, "second") },
      { type: "fold", chat: CHAT, event: edit(CHAT, 4, 1, "first") },
      { type: "fold", chat: CHAT, event: edit(CHAT, 6, 3, "of one that is not held") },
      { type: "fold", chat: OTHER, event: edit(OTHER, 6, 1, "of another chat") },
      { type: "fold", chat: CHAT, event: event(CHAT, 7) },
    ]);
    expect(await texts(storage)).toEqual(["second", "text 2"]);
    expect(await seqs(storage, OTHER)).toEqual([]);
  });

  it("folds for the account's own user", async () => {
    const storage = await open(make());
    const { body: _body, ...common } = event(CHAT, 2);
    const reaction = { ...common, kind: "react", target: 2048, emoji: "👍", on: true } as const;
    await storage.write([
      put(CHAT, stored(CHAT, 1)),
      { type: "fold", chat: CHAT, event: { ...reaction, from: "alice" } },
      { type: "fold", chat: CHAT, event: { ...reaction, seq: 3, from: "bob" } },
    ]);
    const [message] = await storage.loadMessages(CHAT, ALL, 1, "first");
    expect(message?.message).toMatchObject({ reactions: [{ emoji: "👍", count: 2, me: true }] });
  });

  it("loads the first or the last messages of a range, ascending", async () => {
    const storage = await open(make());
    const written = [7, 3, 20, 100, 1, 5, 12].map((seq) => stored(CHAT, seq));
    await storage.write([put(CHAT, ...written), put(OTHER, stored(OTHER, 4))]);
    async function load(from: number, to: number, limit: number, end: "first" | "last") {
      const messages = await storage.loadMessages(CHAT, { from, to }, limit, end);
      return messages.map(({ message }) => message.seq);
    }
    expect(await load(3, 20, 3, "first")).toEqual([3, 5, 7]);
    expect(await load(3, 20, 3, "last")).toEqual([7, 12, 20]);
    expect(await load(3, 20, 1, "last")).toEqual([20]);
    expect(await load(4, 19, 50, "last")).toEqual([5, 7, 12]);
    expect(await load(4, 19, 3, "last")).toEqual([5, 7, 12]);
    expect(await load(4, 19, 50, "first")).toEqual([5, 7, 12]);
    expect(await load(21, 99, 5, "last")).toEqual([]);
    expect(await load(20, 3, 5, "last")).toEqual([]);
    expect(await load(1, 100, 0, "first")).toEqual([]);
    expect(await load(1, 100, 0, "last")).toEqual([]);
  });

  it("drops a chat's messages and leaves all else", async () => {
    const storage = await open(make());
    await storage.write([
      { type: "put_chat", chat: storedChat(CHAT) },
      put(CHAT, stored(CHAT, 1), stored(CHAT, Number.MAX_SAFE_INTEGER)),
      put(OTHER, stored(OTHER, 1)),
      { type: "put_operation", operation: operation("a", 1) },
    ]);
    await storage.write([{ type: "drop_messages", chat: CHAT }]);
    expect(await seqs(storage)).toEqual([]);
    expect(await seqs(storage, OTHER)).toEqual([1]);
    expect(await storage.loadChats()).toHaveLength(1);
    expect(await storage.loadOperations()).toHaveLength(1);
  });

  it("drops a chat with its messages", async () => {
    const storage = await open(make());
    await storage.write([
      { type: "put_chat", chat: storedChat(CHAT) },
      { type: "put_chat", chat: storedChat(OTHER) },
      put(CHAT, stored(CHAT, 1)),
      put(OTHER, stored(OTHER, 1)),
    ]);
    await storage.write([{ type: "drop_chat", chat: CHAT }]);
    expect(await storage.loadChats()).toEqual([storedChat(OTHER)]);
    expect(await seqs(storage)).toEqual([]);
    expect(await seqs(storage, OTHER)).toEqual([1]);
  });

  it("lists operations by their order, and equal ones by their localId", async () => {
    const storage = await open(make());
    for (const [localId, order] of [
      ["c", 10],
      ["b", 9],
      ["e", 11],
      ["d", 11],
    ] as const)
      await storage.write([{ type: "put_operation", operation: operation(localId, order) }]);
    await storage.write([{ type: "put_operation", operation: operation("c", 10, "tab-2") }]);
    const operations = await storage.loadOperations();
    expect(operations.map(({ localId }) => localId)).toEqual(["b", "c", "d", "e"]);
    expect(operations[1]?.tab).toBe("tab-2");
  });

  it("clears everything and stays open", async () => {
    const storage = await open(make());
    await storage.write([
      { type: "put_chat", chat: storedChat(CHAT) },
      put(CHAT, stored(CHAT, 1)),
      { type: "put_operation", operation: operation("a", 1) },
    ]);
    await storage.clear();
    expect(await storage.loadChats()).toEqual([]);
    expect(await seqs(storage)).toEqual([]);
    expect(await storage.loadOperations()).toEqual([]);
    await storage.write([put(CHAT, stored(CHAT, 2))]);
    expect(await seqs(storage)).toEqual([2]);
  });

  it("keeps accounts apart", async () => {
    const alice = await open(make());
    const bob = await open(make(), { ...ACCOUNT, user: "bob" });
    const elsewhere = await open(make(), { ...ACCOUNT, url: "https://elsewhere.example.org" });
    await alice.write([put(CHAT, stored(CHAT, 1))]);
    await bob.write([put(CHAT, stored(CHAT, 2))]);
    await elsewhere.clear();
    expect(await seqs(alice)).toEqual([1]);
    expect(await seqs(bob)).toEqual([2]);
    expect(await seqs(elsewhere)).toEqual([]);
  });

  it("shows one tab what another one wrote", async () => {
    const [one, other] = [await open(make()), await open(make())];
    await one.write([put(CHAT, stored(CHAT, 1))]);
    await other.write([put(CHAT, stored(CHAT, 2))]);
    await one.close();
    expect(await seqs(other)).toEqual([1, 2]);
  });
});

describe("IndexedDbStorage", () => {
  it("leaves nothing of a batch that fails, and goes on", async () => {
    const storage = await open(new IndexedDbStorage());
    // A function cannot be stored.
    const unclonable = Object.assign(operation("bad", 2), { ts: () => 0 });
    const failing = storage.write([
      { type: "put_chat", chat: storedChat(CHAT) },
      put(CHAT, stored(CHAT, 1)),
      { type: "put_operation", operation: unclonable },
    ]);
    await expect(failing).rejects.toThrow();
    expect(await storage.loadChats()).toEqual([]);
    expect(await seqs(storage)).toEqual([]);
    await storage.write([put(CHAT, stored(CHAT, 2))]);
    expect(await seqs(storage)).toEqual([2]);
  });

  it("rejects when the browser undoes a transaction at its end", async () => {
    const storage = await open(new IndexedDbStorage());
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function undone(this: IDBObjectStore, value: unknown) {
      const request = put.call(this, value);
      // As when the quota is reached: the requests succeed, and committing fails.
      request.addEventListener("success", () => this.transaction.abort());
      return request;
    };
    try {
      const write = storage.write([{ type: "put_chat", chat: storedChat(CHAT) }]);
      await expect(write).rejects.toThrow();
    } finally {
      IDBObjectStore.prototype.put = put;
    }
    expect(await storage.loadChats()).toEqual([]);
  });

  it("finishes what was written before it was closed", async () => {
    const storage = await open(new IndexedDbStorage());
    const write = storage.write([put(CHAT, stored(CHAT, 1))]);
    await storage.close();
    await write;
    expect(await seqs(await open(new IndexedDbStorage()))).toEqual([1]);
  });

  it("opens a connection again that the browser took away", async () => {
    const storage = await open(new IndexedDbStorage());
    const transactions = vi.spyOn(IDBDatabase.prototype, "transaction");
    await storage.write([put(CHAT, stored(CHAT, 1))]);
    // The package types the connection as its constructor.
    forceCloseDatabase(transactions.mock.contexts[0] as never);
    transactions.mockRestore();
    expect(await seqs(storage)).toEqual([1]);
  });

  it("makes way for a newer version, and rejects from then on", async () => {
    const storage = await open(new IndexedDbStorage());
    const newer = await openDB(databaseName(ACCOUNT), 1000);
    await expect(storage.loadChats()).rejects.toThrow("not open");
    newer.close();
  });

  it("does not open what a newer version has written", async () => {
    (await openDB(databaseName(ACCOUNT), 1000)).close();
    await expect(open(new IndexedDbStorage())).rejects.toThrow();
  });

  it("rejects when an older version does not make way, and holds nothing afterwards", async () => {
    const real = IDBFactory.prototype.open;
    // The schema's first version has none before it: the storage asks for one more.
    const older = await openDB(databaseName(ACCOUNT), 1);
    IDBFactory.prototype.open = function newer(name: string) {
      return real.call(this, name, 2);
    };
    try {
      await expect(open(new IndexedDbStorage())).rejects.toThrow("another tab");
    } finally {
      IDBFactory.prototype.open = real;
    }
    older.close();
    await deleteDB(databaseName(ACCOUNT));
    expect(await indexedDB.databases()).toEqual([]);
  });
});
