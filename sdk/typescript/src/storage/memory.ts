/**
 * A storage in memory: for Node, for tests, and for browsers that keep nothing.
 *
 * Several `MemoryStorage` on one `MemoryDisk` are like the tabs of one browser: what one writes, the
 * others read. Records are immutable, so they are handed out as they are. Each batch is applied
 * inside one call, hence atomic.
 */

import { foldInto, targetOf } from "../core/fold.js";
import type { StoredChat, StoredMessage, StoredOperation } from "../core/records.js";
import type { ChatId, Event, Seq } from "../protocol/types.js";
import type { Account, Storage, StorageChange } from "./storage.js";

/** What one account has. */
class MemoryDatabase {
  readonly chats = new Map<ChatId, StoredChat>();
  readonly messages = new Map<ChatId, Map<Seq, StoredMessage>>();
  readonly operations = new Map<string, StoredOperation>();
}

/** What outlives the storages that are opened on it. */
export class MemoryDisk {
  readonly #databases = new Map<string, MemoryDatabase>();

  /**
   * The account's data; made when it is not there.
   * @internal
   */
  database(account: Account): MemoryDatabase {
    // A URL holds no blank, so that the name is unambiguous.
    const name = `${account.url} ${account.user}`;
    const database = this.#databases.get(name) ?? new MemoryDatabase();
    this.#databases.set(name, database);
    return database;
  }
}

interface Opened {
  readonly account: Account;
  readonly database: MemoryDatabase;
}

export class MemoryStorage implements Storage {
  readonly #disk: MemoryDisk;
  #opened: Opened | null = null;

  constructor(disk: MemoryDisk = new MemoryDisk()) {
    this.#disk = disk;
  }

  async open(account: Account): Promise<void> {
    this.#opened = { account, database: this.#disk.database(account) };
  }

  async loadChats(): Promise<readonly StoredChat[]> {
    return [...this.#use().database.chats.values()];
  }

  async loadChat(chat: ChatId): Promise<StoredChat | null> {
    return this.#use().database.chats.get(chat) ?? null;
  }

  async loadMessages(
    chat: ChatId,
    range: { readonly from: Seq; readonly to: Seq },
    limit: number,
    end: "first" | "last",
  ): Promise<readonly StoredMessage[]> {
    if (limit < 1) return [];
    const held = [...(this.#use().database.messages.get(chat)?.values() ?? [])]
      .filter(({ message }) => range.from <= message.seq && message.seq <= range.to)
      .sort((left, right) => left.message.seq - right.message.seq);
    return end === "first" ? held.slice(0, limit) : held.slice(-limit);
  }

  async loadOperations(): Promise<readonly StoredOperation[]> {
    return [...this.#use().database.operations.values()].sort(
      (left, right) => left.order - right.order || (left.localId < right.localId ? -1 : 1),
    );
  }

  async write(batch: readonly StorageChange[]): Promise<void> {
    const opened = this.#use();
    for (const change of batch) apply(opened, change);
  }

  async clear(): Promise<void> {
    const { database } = this.#use();
    database.chats.clear();
    database.messages.clear();
    database.operations.clear();
  }

  async close(): Promise<void> {
    this.#opened = null;
  }

  #use(): Opened {
    if (this.#opened === null) throw new Error("the storage is not open");
    return this.#opened;
  }
}

function apply({ account, database }: Opened, change: StorageChange): void {
  switch (change.type) {
    case "put_chat":
      database.chats.set(change.chat.chat, change.chat);
      break;
    case "drop_chat":
      database.chats.delete(change.chat);
      database.messages.delete(change.chat);
      break;
    case "drop_messages":
      database.messages.delete(change.chat);
      break;
    case "put_messages":
      putMessages(database, change.chat, change.messages);
      break;
    case "fold":
      fold(database, change.chat, change.event, account);
      break;
    case "put_operation":
      database.operations.set(change.operation.localId, change.operation);
      break;
    case "drop_operation":
      database.operations.delete(change.localId);
      break;
  }
}

function putMessages(
  database: MemoryDatabase,
  chat: ChatId,
  messages: readonly StoredMessage[],
): void {
  const held = database.messages.get(chat) ?? new Map<Seq, StoredMessage>();
  database.messages.set(chat, held);
  for (const stored of messages) {
    const before = held.get(stored.message.seq);
    if (before === undefined || before.horizon <= stored.horizon)
      held.set(stored.message.seq, stored);
  }
}

function fold(database: MemoryDatabase, chat: ChatId, event: Event, account: Account): void {
  const id = targetOf(event);
  const held = database.messages.get(chat);
  if (id === null || held === undefined) return;
  // A map by id would be a second truth; a chat holds a few thousand messages, and folds are rare.
  for (const stored of held.values())
    if (stored.message.id === id)
      held.set(stored.message.seq, foldInto(stored, event, account.user));
}
