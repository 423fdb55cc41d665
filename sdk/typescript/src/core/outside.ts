/**
 * What the core asks of the outside. The core itself has no socket, clock, timer, storage or random
 * source: a simulator that implements this interface runs a whole client on one thread from a seed.
 *
 * Nothing here calls back before it returns, except where it says so.
 */

import type { TokenReason } from "../api.js";
import type { ChatId, Message, Seq } from "../protocol/types.js";
import type { StorageChange } from "../storage/storage.js";
import type { StoredChat, StoredMessage } from "./records.js";

export interface Timer {
  cancel(): void;
}

/** What has changed, for those who show it. */
export type Topic =
  | { readonly of: "connection" }
  | { readonly of: "ready" }
  | { readonly of: "chats" }
  | { readonly of: "chat"; readonly chat: ChatId }
  | { readonly of: "typing"; readonly chat: ChatId }
  | { readonly of: "receipts"; readonly chat: ChatId }
  | { readonly of: "presence"; readonly user: string };

export interface Outside {
  /** The local clock, ms. It may step. */
  now(): number;
  /** At least 0, below 1. */
  random(): number;
  /** For the names of operations. */
  randomBytes(count: number): Uint8Array;
  after(ms: number, callback: () => void): Timer;

  /** Opens a socket; `Session.socketOpened`, `socketMessage` and `socketClosed` tell what it does. */
  openSocket(): void;
  sendText(text: string): void;
  /** Ends the socket: nothing of it is told any more. */
  closeSocket(): void;
  /** Null: none is to be had now. */
  askToken(reason: TokenReason, done: (token: string | null) => void): void;

  /** Calls back when the batch is kept, or when it is known that it cannot be. */
  write(batch: readonly StorageChange[], done: () => void): void;
  /**
   * Null: the storage does not work. `kept` is the chat's record as it is after the messages were
   * read: another tab may have changed both.
   */
  load(
    chat: ChatId,
    range: { readonly from: Seq; readonly to: Seq },
    limit: number,
    end: "first" | "last",
    done: (messages: readonly StoredMessage[] | null, kept: StoredChat | null) => void,
  ): void;

  /** Finds who the other user of a direct chat is; `Engine.peerFound` tells. */
  findPeer(chat: ChatId): void;
  /** Finds how far everybody in a chat is; `ReceiptBook.take` tells. */
  findReceipts(chat: ChatId): void;
  changed(topic: Topic): void;
  incoming(chat: ChatId, message: Message): void;
}
