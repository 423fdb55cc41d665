import { describe, expect, it } from "vitest";
import { rangeAt, spanOf, withRange } from "./ranges.js";

const range = (from: number, to: number) => ({ from, to });

describe("withRange", () => {
  it.each([
    ["the first", [], range(3, 5), [range(3, 5)]],
    ["apart below", [range(10, 12)], range(3, 5), [range(3, 5), range(10, 12)]],
    ["apart above", [range(3, 5)], range(7, 9), [range(3, 5), range(7, 9)]],
    ["touching above", [range(3, 5)], range(6, 9), [range(3, 9)]],
    ["touching below", [range(6, 9)], range(3, 5), [range(3, 9)]],
    ["between two", [range(1, 2), range(5, 6)], range(3, 4), [range(1, 6)]],
    ["inside", [range(1, 9)], range(3, 4), [range(1, 9)]],
    ["around all", [range(2, 3), range(5, 6)], range(1, 9), [range(1, 9)]],
    ["over an edge", [range(1, 5), range(8, 9)], range(4, 6), [range(1, 6), range(8, 9)]],
    ["nothing", [range(1, 5)], range(7, 6), [range(1, 5)]],
  ])("adds %s", (_what, ranges, added, joined) => {
    expect(withRange(ranges, added)).toEqual(joined);
  });

  it("holds what was added, and nothing else, in whatever order it comes", () => {
    let state = 7;
    const next = (below: number) => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.floor((state / 2147483648) * below);
    };
    for (let run = 0; run < 100; run += 1) {
      const held = new Set<number>();
      let ranges: { from: number; to: number }[] = [];
      for (let i = 0; i < 12; i += 1) {
        const from = next(60);
        const to = from + next(8) - 1;
        for (let seq = from; seq <= to; seq += 1) held.add(seq);
        ranges = withRange(ranges, { from, to });
      }
      for (let seq = 0; seq < 70; seq += 1)
        expect(rangeAt(ranges, seq) !== null).toBe(held.has(seq));
      expect(spanOf(ranges)).toBe(held.size);
      for (const [index, { from }] of ranges.entries())
        expect(from).toBeGreaterThan((ranges[index - 1]?.to ?? -2) + 1);
    }
  });
});
