/** What is to be stored at the end of a turn: of a chat's records only the last one. */

import type { StorageChange } from "../storage/storage.js";

export class Batch {
  private changes: StorageChange[] = [];

  add(change: StorageChange): void {
    this.changes.push(change);
  }

  /** All of it, in its order; nothing is left. */
  take(): StorageChange[] {
    const { changes } = this;
    this.changes = [];
    // A catch-up of 200 events writes its chat's record 200 times.
    const written = new Set<string>();
    return changes
      .toReversed()
      .filter((change) => {
        if (change.type !== "put_chat") return true;
        const { chat } = change.chat;
        const isLast = !written.has(chat);
        written.add(chat);
        return isLast;
      })
      .toReversed();
  }
}
