import { describe, expect, it } from "vitest";
import type { Row } from "./rows.js";
import { type Geometry, scrollPlace } from "./scroll_place.js";

const day = new Date(2026, 2, 10).getTime();
const nextDay = new Date(2026, 2, 11).getTime();

/** Rows of 50 pixels: the second day begins with row 20. */
const rows: readonly Row[] = Array.from({ length: 40 }, (_, index) => ({
  type: "system",
  id: `m${index}`,
  day: index === 0 ? day : index === 20 ? nextDay : null,
  unreadLine: false,
  ts: (index < 20 ? day : nextDay) + index,
  event: {
    chat: "g",
    id: index + 1,
    seq: index + 1,
    ts: day,
    from: "bob",
    key: "k",
    kind: "chat",
    changes: {},
  },
}));

const at = (top: number, height = 400): Geometry => ({
  top,
  height,
  total: 2_000,
  findIndex: (offset) => Math.floor(offset / 50),
  offsetOf: (index) => index * 50,
  sizeOf: () => 50,
});
const more = { older: "more", newer: "more" } as const;
const ends = { older: "end", newer: "end" } as const;

describe("loading", () => {
  it("begins one and a half screens before an edge", () => {
    expect(scrollPlace(rows, at(599), more).wantsOlder).toBe(true);
    expect(scrollPlace(rows, at(601), more).wantsOlder).toBe(false);
    expect(scrollPlace(rows, at(1_001), more).wantsNewer).toBe(true);
    expect(scrollPlace(rows, at(999), more).wantsNewer).toBe(false);
  });

  it("does not ask where there is nothing, or what is under way", () => {
    expect(scrollPlace(rows, at(0), ends).wantsOlder).toBe(false);
    const loading = { older: "loading", newer: "offline" } as const;
    expect(scrollPlace(rows, at(0), loading).wantsOlder).toBe(false);
    expect(scrollPlace(rows, at(1_600), loading).wantsNewer).toBe(false);
  });
});

describe("the bottom", () => {
  it("is where the newest message ends, within rounding", () => {
    expect(scrollPlace(rows, at(1_596), ends).atBottom).toBe(true);
    expect(scrollPlace(rows, at(1_500), ends).atBottom).toBe(false);
    expect(scrollPlace(rows, at(1_600), more).atBottom).toBe(false);
  });

  it("is away from a screen's part on", () => {
    expect(scrollPlace(rows, at(1_500), ends).away).toBe(false);
    expect(scrollPlace(rows, at(1_200), ends).away).toBe(true);
  });
});

describe("the day on top", () => {
  it("is that of the first row, unless a divider is there", () => {
    expect(scrollPlace(rows, at(300), ends).day).toBe(day);
    expect(scrollPlace(rows, at(1_100), ends).day).toBe(nextDay);
    expect(scrollPlace(rows, at(1_000), ends).day).toBeNull();
    expect(scrollPlace(rows, at(970), ends).day).toBeNull();
  });
});

describe("what was seen", () => {
  it("ends with the last row of which enough is in view", () => {
    expect(scrollPlace(rows, at(0), ends).seen).toBe(8);
    expect(scrollPlace(rows, at(20), ends).seen).toBe(8);
    expect(scrollPlace(rows, at(30), ends).seen).toBe(9);
  });

  it("is everything where everything fits", () => {
    expect(scrollPlace(rows, at(0, 3_000), ends).seen).toBe(40);
  });
});
