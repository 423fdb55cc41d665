import { expect, it } from "vitest";
import { emojiOnly } from "./emoji_only.js";

it("counts emoji of all kinds as people do", () => {
  expect(emojiOnly("👍")).toBe(1);
  expect(emojiOnly(" 😀 😃\n")).toBe(2);
  expect(emojiOnly("👨‍👩‍👧‍👦")).toBe(1);
  expect(emojiOnly("👍🏽❤️")).toBe(2);
  expect(emojiOnly("🇩🇪🇫🇷")).toBe(2);
  expect(emojiOnly("1️⃣")).toBe(1);
  expect(emojiOnly("🏴󠁧󠁢󠁥󠁮󠁧󠁿")).toBe(1);
});

it("is 0 where there is text, or too much", () => {
  for (const text of ["", "a", "👍 ok", "12", "©", "👍".repeat(6), "👍".repeat(8_000)])
    expect(emojiOnly(text)).toBe(0);
});
