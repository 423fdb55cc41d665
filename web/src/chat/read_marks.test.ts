import { describe, expect, it } from "vitest";
import { isSeen, ReadMarks } from "./read_marks.js";

const there = { visible: true, focused: true };

describe("what counts as read", () => {
  it("rises only, and only what is new is marked", () => {
    const marked: number[] = [];
    const marks = new ReadMarks(5, (id) => marked.push(id));
    for (const id of [3, 5, 7, 6, 7, 9]) marks.see(id, there);
    expect(marked).toEqual([7, 9]);
  });

  it("is nothing while nobody looks", () => {
    const marked: number[] = [];
    const marks = new ReadMarks(0, (id) => marked.push(id));
    marks.see(1, { visible: false, focused: true });
    marks.see(1, { visible: true, focused: false });
    marks.see(null, there);
    expect(marked).toEqual([]);
    marks.see(1, there);
    expect(marked).toEqual([1]);
  });

  it("needs half of a message on screen, or of the screen for a tall one", () => {
    const view = { top: 0, bottom: 100 };
    expect(isSeen({ top: 60, bottom: 100 }, view)).toBe(true);
    expect(isSeen({ top: 85, bottom: 125 }, view)).toBe(false);
    expect(isSeen({ top: 40, bottom: 4_000 }, view)).toBe(true);
    expect(isSeen({ top: 90, bottom: 4_000 }, view)).toBe(false);
    expect(isSeen({ top: 100, bottom: 120 }, view)).toBe(false);
  });
});
