/** An operation of the outbox: its record, and where it is on its way. */

import type { Place } from "../protocol/types.js";
import type { StoredOperation } from "./records.js";

export type Failure = { readonly code: string; readonly message: string };

export interface Operation {
  record: StoredOperation;
  /**
   * `waiting` for its turn; `keeping`: its key is being written; `sent`; `searching` the log for it;
   * `stored`: the server has it, the log here not yet.
   */
  state: "waiting" | "keeping" | "sent" | "searching" | "stored";
  /** Its key is in the storage. */
  isKept: boolean;
  /** Refusals of all kinds: the waits grow with them. */
  tries: number;
  /** Refusals that more tries are not likely to change: `TRIES_MAX` of them. */
  defects: number;
  place: Place | null;
  readonly done: (failure: Failure | null) => void;
}

/** What the server is asked for. */
export function fieldsOf(record: StoredOperation): object {
  const { chat, key, target, body, emoji, on } = record;
  switch (record.kind) {
    case "send":
      return { chat, key, body };
    case "edit":
      return { chat, key, target, body };
    case "delete":
      return { chat, key, target };
    case "react":
      return { chat, key, target, emoji, on };
  }
}
