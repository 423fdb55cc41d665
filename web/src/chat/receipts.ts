/** How far an own message has come, from how far the others are. Pure. */

import type { EventId, Receipts, UserId } from "@connect-chat/sdk";

/** `stored`: on the server. `delivered`, `read`: by all others. */
export type Progress = "stored" | "delivered" | "read";

export interface Receipt {
  readonly progress: Progress;
  readonly readBy: readonly UserId[];
  readonly deliveredTo: readonly UserId[];
}

const stored: Receipt = { progress: "stored", readBy: [], deliveredTo: [] };

export function receiptOf(id: EventId, receipts: Receipts | null, self: UserId): Receipt {
  if (receipts === null) return stored;
  const readBy: UserId[] = [];
  const deliveredTo: UserId[] = [];
  let others = 0;
  for (const [user, marks] of receipts.members) {
    if (user === self) continue;
    others++;
    if (marks.read >= id) readBy.push(user);
    else if (marks.delivered >= id) deliveredTo.push(user);
  }
  return { progress: progressOf(others, readBy.length, deliveredTo.length), readBy, deliveredTo };
}

function progressOf(others: number, read: number, delivered: number): Progress {
  if (others === 0) return "stored";
  if (read === others) return "read";
  return read + delivered === others ? "delivered" : "stored";
}

/** As many names as a label has room for; the others are counted. */
const NAMES_MAX = 8;

/** The names in words: "alice, bob and 3 others". */
export function nameList(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? "";
  if (names.length > NAMES_MAX)
    return `${names.slice(0, NAMES_MAX).join(", ")} and ${names.length - NAMES_MAX} others`;
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/** What the ticks say in words. */
export function receiptLabel(receipt: Receipt, direct: boolean): string {
  if (direct) return { stored: "Sent", delivered: "Delivered", read: "Read" }[receipt.progress];
  if (receipt.readBy.length > 0) return `Read by ${nameList(receipt.readBy)}`;
  if (receipt.progress === "delivered") return "Delivered to all";
  return receipt.deliveredTo.length > 0 ? `Delivered to ${nameList(receipt.deliveredTo)}` : "Sent";
}
