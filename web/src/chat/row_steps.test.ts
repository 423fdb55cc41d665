import { describe, expect, it } from "vitest";
import { rowSteps } from "./row_steps.js";

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ id: `m${from + index}` }));
const span = (list: readonly { id: string }[]) => `${list[0]?.id}..${list[list.length - 1]?.id}`;
const told = (...args: Parameters<typeof rowSteps>) =>
  rowSteps(...args)?.map((step) => [span(step.rows), step.shift]);

describe("steps from rows to rows", () => {
  it("append and drop at the end without a shift", () => {
    expect(told(rows(0, 5), rows(0, 8))).toEqual([["m0..m7", false]]);
    expect(told(rows(0, 8), rows(0, 5))).toEqual([["m0..m4", false]]);
  });

  it("prepend with a shift", () => {
    expect(told(rows(5, 9), rows(0, 9))).toEqual([["m0..m8", true]]);
  });

  it("prepend first and drop at the end then, never both at once", () => {
    expect(told(rows(5, 10), rows(0, 5 + 2))).toEqual([
      ["m0..m9", true],
      ["m0..m6", false],
    ]);
  });

  it("drop at the start first and append then", () => {
    expect(told(rows(0, 10), rows(5, 15))).toEqual([
      ["m5..m9", true],
      ["m5..m14", false],
    ]);
  });

  it("keep what went at the start as far as they are told to", () => {
    expect(told(rows(0, 10), rows(5, 15), 5)).toEqual([["m0..m14", false]]);
    expect(told(rows(0, 10), rows(6, 15), 5)).toEqual([
      ["m6..m9", true],
      ["m6..m14", false],
    ]);
  });

  it("start afresh where nothing stays", () => {
    expect(rowSteps(rows(0, 5), rows(10, 15))).toBeNull();
    expect(rowSteps([], rows(0, 5))).toBeNull();
  });

  it("hand on what changed of a row that stays", () => {
    const before = [{ id: "a", text: "old" }];
    const after = [
      { id: "b", text: "b" },
      { id: "a", text: "new" },
    ];
    expect(rowSteps(before, after)).toEqual([{ rows: after, shift: true }]);
  });
});
