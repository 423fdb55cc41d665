/**
 * Which message counts as read: the newest that has really been on screen while somebody could look
 * at it. Pure; the page's state is handed in.
 */

import type { EventId } from "@connect-chat/sdk";
import type { Row } from "./rows.js";

export interface Watching {
  readonly visible: boolean;
  readonly focused: boolean;
}

/** Of a message taller than the screen, or cut by its edge, this much must have been seen. */
const SEEN_PART = 0.5;

export interface Span {
  readonly top: number;
  readonly bottom: number;
}

/** The newest message among `rows[0..last]`, which are those on screen. */
export function newestMessage(rows: readonly Row[], last: number): EventId | null {
  for (let index = Math.min(last, rows.length - 1); index >= 0; index--) {
    const row = rows[index];
    if (row?.type === "message") return row.message.id;
    if (row?.type === "system") return row.event.id;
  }
  return null;
}

/** Whether enough of a row is inside the view. */
export function isSeen(row: Span, view: Span): boolean {
  const height = row.bottom - row.top;
  const inside = Math.min(row.bottom, view.bottom) - Math.max(row.top, view.top);
  return inside > 0 && inside >= Math.min(height, view.bottom - view.top) * SEEN_PART;
}

/** Calls `mark` with rising ids only, and only while somebody is there. */
export class ReadMarks {
  private marked: EventId;
  private readonly mark: (id: EventId) => void;

  constructor(marked: EventId, mark: (id: EventId) => void) {
    this.marked = marked;
    this.mark = mark;
  }

  see(id: EventId | null, watching: Watching): void {
    if (id === null || id <= this.marked || !watching.visible || !watching.focused) return;
    this.marked = id;
    this.mark(id);
  }
}
