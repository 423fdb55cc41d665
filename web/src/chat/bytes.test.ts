import { expect, it } from "vitest";
import { isTooLong, limitMessage, TEXT_BYTES_MAX } from "./bytes.js";

it("counts bytes of UTF-8, as the server does", () => {
  expect(isTooLong("a".repeat(TEXT_BYTES_MAX))).toBe(false);
  expect(isTooLong("a".repeat(TEXT_BYTES_MAX + 1))).toBe(true);
  expect(isTooLong("é".repeat(TEXT_BYTES_MAX / 2))).toBe(false);
  expect(isTooLong("é".repeat(TEXT_BYTES_MAX / 2 + 1))).toBe(true);
  expect(isTooLong("😀".repeat(TEXT_BYTES_MAX / 4))).toBe(false);
  expect(isTooLong("😀".repeat(TEXT_BYTES_MAX / 4 + 1))).toBe(true);
});

it("says how much is left only when it is little, and by how much it is too long", () => {
  expect(limitMessage("hello")).toBeNull();
  expect(limitMessage("a".repeat(TEXT_BYTES_MAX - 1_025))).toBeNull();
  expect(limitMessage("a".repeat(TEXT_BYTES_MAX - 1))).toBe("1 byte left");
  expect(limitMessage("a".repeat(TEXT_BYTES_MAX + 2))).toBe(
    "Too long by 2 bytes: a message holds 16,384 bytes.",
  );
});
