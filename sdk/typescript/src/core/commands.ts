/**
 * Operations that are answered and not shown beforehand: create, update, invite ... Each has one key,
 * with which it is tried again when the session ends before the answer, or the server cannot now.
 */

import { KEY_RANDOM_BYTES, mintKey } from "../protocol/ids.js";
import type { Failure } from "./operation.js";
import type { Outside } from "./outside.js";
import type { Session } from "./session.js";

/** After a refusal that passes, where the server names no delay. */
const WAIT_MS = 1_000;
/** Nobody waits longer for a dialog: 30 tries, a second apart at the least. */
const TRIES_MAX = 30;
const CLOSED = { code: "closed", message: "the client was closed" };
const PASSING = ["rate_limited", "overloaded", "unavailable", "retry_in_order"];

export type Result<T> =
  | { readonly type: "ok"; readonly value: T }
  | { readonly type: "error"; readonly error: Failure & { readonly field?: string | null } };

export class Commands {
  /** What has no answer yet: asked again in the next session, or ended with the client. */
  private readonly open = new Map<() => void, () => void>();

  constructor(
    private readonly outside: Outside,
    private readonly session: Session,
  ) {}

  /** Answers `offline` at once when there is no session; else once, after however many tries. */
  run<T>(operation: string, fields: object, done: (result: Result<T>) => void): void {
    if (!this.session.isOnline) {
      done({ type: "error", error: { code: "offline", message: "there is no connection" } });
      return;
    }
    const key = mintKey(this.session.now(), this.outside.randomBytes(KEY_RANDOM_BYTES));
    let tries = 0;
    const finish = (result: Result<T>) => {
      if (this.open.delete(attempt)) done(result);
    };
    const attempt = () => {
      this.session.request<T>(operation, { ...fields, key }, (answer) => {
        if (answer.type === "lost") return;
        tries += 1;
        if (answer.type === "ok") finish({ type: "ok", value: answer.value });
        else if (PASSING.includes(answer.error.code) && tries < TRIES_MAX)
          this.outside.after(answer.error.retry_after_ms ?? WAIT_MS, attempt);
        else finish({ type: "error", error: answer.error });
      });
    };
    this.open.set(attempt, () => finish({ type: "error", error: CLOSED }));
    attempt();
  }

  online(): void {
    for (const attempt of [...this.open.keys()]) attempt();
  }

  /** The client is closed: nothing is asked again. */
  stop(): void {
    for (const end of [...this.open.values()]) end();
  }
}
