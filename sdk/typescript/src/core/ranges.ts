/** Stretches of a chat's log, kept ascending and apart: no two of them overlap or touch. Pure. */

import type { Seq } from "../protocol/types.js";
import type { Range } from "./records.js";

/** With one more stretch, joined to those that it touches. */
export function withRange(ranges: readonly Range[], added: Range): Range[] {
  if (added.to < added.from) return [...ranges];
  const apart = ranges.filter((range) => range.to + 1 < added.from || added.to + 1 < range.from);
  const joined = ranges
    .filter((range) => !apart.includes(range))
    .reduce(
      (sum, range) => ({ from: Math.min(sum.from, range.from), to: Math.max(sum.to, range.to) }),
      added,
    );
  return [...apart, joined].sort((one, other) => one.from - other.from);
}

/** The stretch that holds a seq. */
export function rangeAt(ranges: readonly Range[], seq: Seq): Range | null {
  return ranges.find((range) => range.from <= seq && seq <= range.to) ?? null;
}

/** How many seqs they hold together. */
export function spanOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, range) => sum + range.to - range.from + 1, 0);
}
