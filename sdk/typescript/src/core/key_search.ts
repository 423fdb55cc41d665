/**
 * Looks through a chat's log for the event of an operation whose key is too old, or the chat too
 * busy, for the server to look: every event from the key's own time on.
 */

import { idAt } from "../protocol/ids.js";
import type { EventId, Events, Place } from "../protocol/types.js";
import type { StoredOperation } from "./records.js";
import type { Session } from "./session.js";

/** An event's id is at most this much older than its key. */
const KEY_TOLERANCE_MS = 5_000;

export type Found =
  | { readonly type: "found"; readonly place: Place }
  /** It is certain that the server does not have it. */
  | { readonly type: "absent" }
  /** The log could not be read to its end; null: no delay was named. */
  | { readonly type: "unknown"; readonly retryAfterMs: number | null };

/** Calls back once; `unknown` also when the session ends. */
export function searchKey(
  session: Session,
  { chat, key }: StoredOperation,
  done: (found: Found) => void,
): void {
  const search = (after: EventId) => {
    session.request<Events>("events", { chat, after, limit: 200 }, (answer) => {
      if (answer.type !== "ok") {
        const retryAfterMs = answer.type === "error" ? answer.error.retry_after_ms : null;
        done({ type: "unknown", retryAfterMs });
        return;
      }
      const { events, complete } = answer.value;
      const place = events.find((event) => "key" in event && event.key === key);
      const last = events.at(-1);
      if (place !== undefined) done({ type: "found", place });
      else if (complete) done({ type: "absent" });
      else if (last === undefined) done({ type: "unknown", retryAfterMs: null });
      else search(last.id);
    });
  };
  search(idAt(Math.max(keyTime(key) - KEY_TOLERANCE_MS, 0)));
}

/** The time in a UUIDv7: its first 48 bits, ms. */
function keyTime(key: string | null): number {
  return key === null ? 0 : Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16);
}
