import { expect, it } from "vitest";
import { dateInputValue, dayLabel, dayStart, fullTime, parseDateInput } from "./times.js";

const now = new Date(2026, 2, 10, 12).getTime();

it("calls the last days by their names", () => {
  const label = (year: number, month: number, day: number) =>
    dayLabel(new Date(year, month, day).getTime(), now);
  expect(label(2026, 2, 10)).toBe("Today");
  expect(label(2026, 2, 9)).toBe("Yesterday");
  expect(label(2026, 2, 6)).toMatch(/Friday/);
  expect(label(2025, 2, 6)).toMatch(/2025/);
});

it("knows the day that summer time begins", () => {
  const after = new Date(2026, 2, 30, 1).getTime();
  expect(dayLabel(dayStart(new Date(2026, 2, 29, 23).getTime()), after)).toBe("Yesterday");
});

it("reads and writes days as a date input does", () => {
  expect(dateInputValue(now)).toBe("2026-03-10");
  expect(parseDateInput("2026-03-10")).toBe(dayStart(now));
  expect(parseDateInput("")).toBeNull();
  expect(parseDateInput("10.3.2026")).toBeNull();
});

it("does not throw on times that are none", () => {
  expect(() => fullTime(9e15)).not.toThrow();
  expect(() => dayLabel(dayStart(-9e15), now)).not.toThrow();
});
