/**
 * Where the view of a timeline is, and what follows from it: whether it sticks to the newest message,
 * when more is to be loaded, which day stands on top, what has been seen. Pure.
 */

import type { Edge } from "@connect-chat/sdk";
import { isSeen, newestMessage } from "./read_marks.js";
import type { Row } from "./rows.js";
import { dayStart } from "./times.js";

/** The list's geometry, in pixels from its first row. */
export interface Geometry {
  readonly top: number;
  readonly height: number;
  readonly total: number;
  findIndex(offset: number): number;
  offsetOf(index: number): number;
  sizeOf(index: number): number;
}

/** Loading begins this many screens before the edge: enough at a fast scroll for one round trip. */
const AHEAD_SCREENS = 1.5;

/** Rounding and zooming move the bottom by a few pixels. */
const BOTTOM_SLACK = 8;

/** From here on the way back to the newest is offered. */
const AWAY_PIXELS = 240;

export interface ScrollPlace {
  readonly atBottom: boolean;
  readonly away: boolean;
  readonly wantsOlder: boolean;
  readonly wantsNewer: boolean;
  /** The day to show on top, null where its divider is in view there. */
  readonly day: number | null;
  readonly seen: number | null;
}

export function scrollPlace(
  rows: readonly Row[],
  at: Geometry,
  edges: { readonly older: Edge; readonly newer: Edge },
): ScrollPlace {
  const below = at.total - at.top - at.height;
  const newest = edges.newer === "end";
  const ahead = at.height * AHEAD_SCREENS;
  return {
    atBottom: newest && below <= BOTTOM_SLACK,
    away: !newest || below > AWAY_PIXELS,
    wantsOlder: edges.older === "more" && at.top < ahead,
    wantsNewer: edges.newer === "more" && below < ahead,
    day: topDay(rows, at),
    seen: seenMessage(rows, at),
  };
}

/** Where a pinned day's lower edge is: a divider above it says its day itself. */
const DAY_HEIGHT = 44;

function topDay(rows: readonly Row[], at: Geometry): number | null {
  if (at.total <= at.height) return null;
  const index = at.findIndex(at.top);
  const row = rows[index];
  if (row === undefined || row.ts === null) return null;
  const begun = at.top - at.offsetOf(index);
  if (row.day !== null && begun < DAY_HEIGHT / 2) return null;
  const next = rows[index + 1];
  if (next !== undefined && next.day !== null && at.offsetOf(index + 1) < at.top + DAY_HEIGHT)
    return null;
  return dayStart(row.ts);
}

function seenMessage(rows: readonly Row[], at: Geometry): number | null {
  if (rows.length === 0 || at.height === 0) return null;
  if (at.total <= at.height) return newestMessage(rows, rows.length - 1);
  const view = { top: at.top, bottom: at.top + at.height };
  const last = at.findIndex(view.bottom - 1);
  const top = at.offsetOf(last);
  const seen = isSeen({ top, bottom: top + at.sizeOf(last) }, view);
  return newestMessage(rows, seen ? last : last - 1);
}
