import { describe, expect, it } from "vitest";
import { shortMoment } from "./moment.js";

const NOW = new Date(2026, 4, 20, 12, 0).getTime();
const at = (...parts: [number, number, number, number?]) => new Date(...parts).getTime();

describe("shortMoment", () => {
  it("is a clock today, also just after midnight", () => {
    expect(shortMoment(at(2026, 4, 20, 0), NOW)).toMatch(/\d:\d\d|12/);
  });

  it("is a word for yesterday, also one minute before midnight", () => {
    expect(shortMoment(at(2026, 4, 20, 0) - 60_000, NOW)).toBe("Yesterday");
  });

  it("is a weekday this week, a day this year, and a date before", () => {
    const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
    expect(shortMoment(at(2026, 4, 16), NOW)).toBe(weekday.format(at(2026, 4, 16)));
    expect(shortMoment(at(2026, 1, 3), NOW)).not.toContain("26");
    expect(shortMoment(at(2024, 1, 3), NOW)).toContain("24");
  });

  it("is empty where there is no time", () => expect(shortMoment(0, NOW)).toBe(""));

  it("takes a server that is ahead as now", () => {
    expect(shortMoment(at(2026, 4, 21), NOW)).toMatch(/\d/);
  });
});
