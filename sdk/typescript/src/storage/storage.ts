/**
 * Where a client keeps what it has read and what it has yet to send, for one account.
 *
 * A storage holds, for each chat, one record and the messages it has (folded: edits, deletes and
 * reactions are in them), and the outbox. It is a cache of the server's truth: losing it loses
 * nothing but unsent messages. Implementations: `MemoryStorage`, `IndexedDbStorage`; one contract
 * suite runs against both.
 *
 * Every method may reject; the client then goes on without storage. Writes are atomic: a batch is
 * there whole or not at all, and batches take effect in the order of the calls.
 */

import type { StoredChat, StoredMessage, StoredOperation } from "../core/records.js";
import type { ChatId, Event, Seq, UserId } from "../protocol/types.js";

/** Whose data it is. Each account has its own, apart from all others. */
export interface Account {
  /** The server's address, without a slash at its end. */
  readonly url: string;
  readonly user: UserId;
}

/** One change of a batch. */
export type StorageChange =
  /** Writes the chat's record. */
  | { readonly type: "put_chat"; readonly chat: StoredChat }
  /** Removes a chat with its messages. */
  | { readonly type: "drop_chat"; readonly chat: ChatId }
  /** Removes a chat's messages; its record stays. */
  | { readonly type: "drop_messages"; readonly chat: ChatId }
  /** Writes messages; one that is there at a later `horizon` stays as it is. */
  | {
      readonly type: "put_messages";
      readonly chat: ChatId;
      readonly messages: readonly StoredMessage[];
    }
  /** Folds an edit, a delete or a reaction into its target, if that is there: `foldInto` of the core. */
  | { readonly type: "fold"; readonly chat: ChatId; readonly event: Event }
  | { readonly type: "put_operation"; readonly operation: StoredOperation }
  | { readonly type: "drop_operation"; readonly localId: string };

export interface Storage {
  /** Opens it for an account; creates what is missing. Called before anything else. */
  open(account: Account): Promise<void>;
  /** All chat records. */
  loadChats(): Promise<readonly StoredChat[]>;
  /** One of them; null when there is none of that name. */
  loadChat(chat: ChatId): Promise<StoredChat | null>;
  /** Messages with `from <= seq <= to`, ascending: at most `limit`, from the start or up to the end. */
  loadMessages(
    chat: ChatId,
    range: { readonly from: Seq; readonly to: Seq },
    limit: number,
    end: "first" | "last",
  ): Promise<readonly StoredMessage[]>;
  /** The outbox of all tabs, ascending by `order`, and by `localId` where that is the same. */
  loadOperations(): Promise<readonly StoredOperation[]>;
  write(batch: readonly StorageChange[]): Promise<void>;
  /** Removes everything of the account; it stays open. */
  clear(): Promise<void>;
  /** Resolves when what was written before is kept. What is called after it rejects. */
  close(): Promise<void>;
}
