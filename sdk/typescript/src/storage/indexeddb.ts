/**
 * A storage in the browser's IndexedDB: what the tabs of one browser share.
 *
 * A database per account, with three stores: `chats` by chat, `messages` by chat and seq (and, for
 * folding, by chat and id), `operations` by localId (and in their order). Every batch is one
 * transaction, and one that fails leaves nothing behind. A batch of operations only does not wait
 * behind history, and is on the disk before it is answered: what is unsent is nowhere else. Apart
 * from that, batches of one connection take effect in the order of the calls.
 *
 * A connection that the browser takes away is opened again when it is needed. A tab with a newer schema is not held up: this connection closes for it, and what is called
 * afterwards rejects. The other way round `open` rejects, when older tabs do not make way.
 */

import {
  type DBSchema,
  type IDBPDatabase,
  type IDBPObjectStore,
  type IDBPTransaction,
  openDB,
} from "idb";
import { foldInto, targetOf } from "../core/fold.js";
import type { StoredChat, StoredMessage, StoredOperation } from "../core/records.js";
import type { ChatId, Event, EventId, Seq, UserId } from "../protocol/types.js";
import type { Account, Storage, StorageChange } from "./storage.js";

interface Schema extends DBSchema {
  chats: { key: ChatId; value: StoredChat };
  messages: {
    key: [ChatId, Seq];
    value: StoredMessage;
    indexes: { by_id: [ChatId, EventId] };
  };
  operations: {
    key: string;
    value: StoredOperation;
    indexes: { by_order: [number, string] };
  };
}

type StoreName = "chats" | "messages" | "operations";
type Database = IDBPDatabase<Schema>;
type Transaction = IDBPTransaction<Schema, StoreName[], "readwrite">;
type Messages = IDBPObjectStore<Schema, StoreName[], "messages", "readwrite">;

const STORES: StoreName[] = ["chats", "messages", "operations"];
const OPERATIONS: StoreName[] = ["operations"];

/** Rises when the stores change; `createStores` then says what becomes of older data. */
const SCHEMA_VERSION = 1;

/** What the account's database is called. A URL holds no blank, so the name is unambiguous. */
export function databaseName(account: Account): string {
  return `connect ${account.url} ${account.user}`;
}

export class IndexedDbStorage implements Storage {
  /** Null: closed, or made way for a newer version. */
  #account: Account | null = null;
  #database: Database | null = null;
  #reopening: Promise<Database> | null = null;

  async open(account: Account): Promise<void> {
    this.#account = account;
    this.#database = await this.#connect(account);
  }

  async loadChats(): Promise<readonly StoredChat[]> {
    return (this.#database ?? (await this.#reopen())).getAll("chats");
  }

  async loadChat(chat: ChatId): Promise<StoredChat | null> {
    return (await (this.#database ?? (await this.#reopen())).get("chats", chat)) ?? null;
  }

  async loadMessages(
    chat: ChatId,
    range: { readonly from: Seq; readonly to: Seq },
    limit: number,
    end: "first" | "last",
  ): Promise<readonly StoredMessage[]> {
    const database = this.#database ?? (await this.#reopen());
    // IndexedDB takes a range that is the wrong way round for a mistake, and 0 for no limit.
    if (limit < 1 || range.from > range.to) return [];
    const transaction = database.transaction("messages", "readonly");
    const from =
      end === "first" ? range.from : await startOfLast(transaction.store, chat, range, limit);
    return transaction.store.getAll(IDBKeyRange.bound([chat, from], [chat, range.to]), limit);
  }

  async loadOperations(): Promise<readonly StoredOperation[]> {
    return (this.#database ?? (await this.#reopen())).getAllFromIndex("operations", "by_order");
  }

  async write(batch: readonly StorageChange[]): Promise<void> {
    const user = this.#account?.user ?? "";
    const stores = batch.every(isOfOperations) ? OPERATIONS : STORES;
    await this.#transact(stores, async (transaction) => {
      // One after the other: a fold reads what the changes before it wrote.
      for (const change of batch) await apply(transaction, change, user);
    });
  }

  async clear(): Promise<void> {
    await this.#transact(STORES, async (transaction) => {
      await Promise.all(STORES.map((store) => transaction.objectStore(store).clear()));
    });
  }

  async close(): Promise<void> {
    const database = this.#database;
    this.#account = null;
    this.#database = null;
    // Transactions that have begun are finished, as IndexedDB promises.
    database?.close();
  }

  /** Runs the work in a transaction; whatever goes wrong undoes it and rejects. */
  async #transact(
    stores: StoreName[],
    work: (transaction: Transaction) => Promise<void>,
  ): Promise<void> {
    const durability = stores === OPERATIONS ? "strict" : "default";
    const transaction = (this.#database ?? (await this.#reopen())).transaction(
      stores,
      "readwrite",
      { durability },
    );
    const done = transaction.done.then(
      () => null,
      (error: unknown) => ({ error }),
    );
    try {
      await work(transaction);
    } catch (error) {
      abort(transaction);
      await done;
      throw error;
    }
    const failure = await done;
    if (failure !== null) throw failure.error ?? new Error("the storage undid a write");
  }

  /** What is open is used at once, so that calls take effect in their order. */
  async #reopen(): Promise<Database> {
    if (this.#account === null) throw new Error("the storage is not open");
    this.#reopening ??= this.#connect(this.#account).finally(() => {
      this.#reopening = null;
    });
    const database = await this.#reopening;
    this.#database = this.#account === null ? null : database;
    return database;
  }

  #connect(account: Account): Promise<Database> {
    return openDatabase(databaseName(account), {
      terminated: () => {
        this.#database = null;
      },
      makesWay: () => {
        this.#account = null;
        this.#database = null;
      },
    });
  }
}

/** What ends a connection other than we. */
interface Ends {
  /** The browser took it away. */
  terminated(): void;
  /** A tab has a newer version of the storage. */
  makesWay(): void;
}

function openDatabase(name: string, ends: Ends): Promise<Database> {
  return new Promise((resolve, reject) => {
    let late = false;
    const opening = openDB<Schema>(name, SCHEMA_VERSION, {
      upgrade: createStores,
      blocked() {
        late = true;
        reject(new Error("another tab holds an older version of the storage open"));
      },
      blocking(_current, _blocked, event) {
        ends.makesWay();
        // The event's target is typed as an EventTarget; IndexedDB says that it is the database.
        (event.target as IDBDatabase).close();
      },
      terminated: () => ends.terminated(),
    });
    opening.then((database) => {
      if (late) database.close();
      else resolve(database);
    }, reject);
  });
}

function createStores(database: Database): void {
  database.createObjectStore("chats", { keyPath: "chat" });
  const messages = database.createObjectStore("messages", {
    keyPath: ["message.chat", "message.seq"],
  });
  messages.createIndex("by_id", ["message.chat", "message.id"]);
  const operations = database.createObjectStore("operations", { keyPath: "localId" });
  operations.createIndex("by_order", ["order", "localId"]);
}

/** The seq at which the last `limit` messages of the range begin: two requests, however many. */
async function startOfLast(
  messages: IDBPObjectStore<Schema, ["messages"], "messages", "readonly">,
  chat: ChatId,
  range: { readonly from: Seq; readonly to: Seq },
  limit: number,
): Promise<Seq> {
  const within = IDBKeyRange.bound([chat, range.from], [chat, range.to]);
  const last = await messages.openKeyCursor(within, "prev");
  const first = limit === 1 ? last : await last?.advance(limit - 1);
  return first?.primaryKey[1] ?? range.from;
}

async function apply(
  transaction: Transaction,
  change: StorageChange,
  user: UserId,
): Promise<unknown> {
  switch (change.type) {
    case "put_chat":
      return transaction.objectStore("chats").put(change.chat);
    case "drop_chat":
      await transaction.objectStore("chats").delete(change.chat);
      return transaction.objectStore("messages").delete(allOf(change.chat));
    case "drop_messages":
      return transaction.objectStore("messages").delete(allOf(change.chat));
    case "put_messages":
      return putMessages(transaction.objectStore("messages"), change.messages);
    case "fold":
      return fold(transaction.objectStore("messages"), change.chat, change.event, user);
    case "put_operation":
      return transaction.objectStore("operations").put(change.operation);
    case "drop_operation":
      return transaction.objectStore("operations").delete(change.localId);
  }
}

function isOfOperations({ type }: StorageChange): boolean {
  return type === "put_operation" || type === "drop_operation";
}

/** The keys of a chat's messages: an array sorts behind every number. */
function allOf(chat: ChatId): IDBKeyRange {
  return IDBKeyRange.bound([chat], [chat, []]);
}

async function putMessages(
  messages: Messages,
  written: readonly StoredMessage[],
): Promise<unknown> {
  const held = await Promise.all(
    written.map(({ message }) => messages.get([message.chat, message.seq])),
  );
  const latest = new Map<Seq, StoredMessage>();
  for (const stored of [...held, ...written]) {
    if (stored === undefined) continue;
    const before = latest.get(stored.message.seq);
    if (before === undefined || before.horizon <= stored.horizon)
      latest.set(stored.message.seq, stored);
  }
  return Promise.all([...latest.values()].map((stored) => messages.put(stored)));
}

async function fold(
  messages: Messages,
  chat: ChatId,
  event: Event,
  user: UserId,
): Promise<unknown> {
  const id = targetOf(event);
  if (id === null) return;
  const stored = await messages.index("by_id").get([chat, id]);
  if (stored === undefined) return;
  const folded = foldInto(stored, event, user);
  return folded === stored ? undefined : messages.put(folded);
}

/** Aborts it, unless it is over already. */
function abort(transaction: Transaction): void {
  try {
    transaction.abort();
  } catch {
    // It was undone before, by the same failure that brought us here.
  }
}
