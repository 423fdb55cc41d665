/** What a client keeps: the records of `Storage`, which are also the core's own state. */

import type {
  Body,
  ChatId,
  EventId,
  Key,
  Message,
  Missing,
  Place,
  Role,
  Seq,
  UserId,
} from "../protocol/types.js";

/**
 * A message and how far it is folded: every event up to `horizon` is in it, so that an event is
 * folded into it once, however often and by whichever way it comes.
 */
export interface StoredMessage {
  readonly message: Message;
  readonly horizon: Seq;
  /**
   * Who has each reaction, where that is known whole: of a message that had none when it was first
   * seen. The server's pages say only how many; a reaction of somebody unknown then makes it `stale`.
   */
  readonly reactors: Readonly<Record<string, readonly UserId[]>>;
  /** The counts are no longer certain: fetch it again before relying on them. */
  readonly stale: boolean;
}

/** A stretch of the log of which every message is held; both ends included. */
export interface Range {
  readonly from: Seq;
  readonly to: Seq;
}

export interface StoredChat {
  readonly chat: ChatId;
  readonly type: "direct" | "group";
  readonly title: string;
  readonly peer: UserId | null;
  readonly role: Role | null;
  readonly last: StoredMessage | null;
  readonly read: Place;
  readonly unread: number;
  /** Every event up to here has been taken in. */
  readonly tail: Place;
  /** What is held, ascending, never touching; the newest one ends at the tail. */
  readonly ranges: readonly Range[];
  /** The seq of the first message this user may read, once a page reached it; else null. */
  readonly first: Seq | null;
  /** Parts of the log this user may not read, as far as met. */
  readonly missing: readonly Missing[];
}

/** An operation that appends, from the moment the user did it until it is settled. */
export interface StoredOperation {
  readonly localId: string;
  /** The tab that sends it: another one takes it over when that one is gone. */
  readonly tab: string;
  readonly chat: ChatId;
  readonly kind: "send" | "edit" | "delete" | "react";
  /** Minted when it is first put on the wire. Null before that. */
  readonly key: Key | null;
  readonly target: EventId | null;
  readonly body: Body | null;
  readonly emoji: string | null;
  readonly on: boolean | null;
  /** Local order: rising. */
  readonly order: number;
  /** Server time when the user did it; ms. */
  readonly ts: number;
  readonly failed: { readonly code: string; readonly message: string } | null;
}
