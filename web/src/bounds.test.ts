import { describe, expect, it } from "vitest";
import { chatIdIn, titleProblem, userProblem } from "./bounds.js";

describe("userProblem", () => {
  it("takes names of up to 128 bytes", () => {
    expect(userProblem("a".repeat(128))).toBeNull();
    expect(userProblem("a".repeat(129))).not.toBeNull();
    expect(userProblem("ß".repeat(65))).not.toBeNull();
  });

  it.each(["", "a\nb", "a\0"])("refuses %j", (name) => expect(userProblem(name)).not.toBeNull());
});

describe("titleProblem", () => {
  it("takes 256 bytes", () => {
    expect(titleProblem("a".repeat(256))).toBeNull();
    expect(titleProblem("a".repeat(257))).not.toBeNull();
  });
});

describe("chatIdIn", () => {
  it.each([
    ["g-1", "g-1"],
    [" https://chat.example.org/chat/g-1 ", "g-1"],
    ["https://chat.example.org/chat/d%3Aa?x=1#y", "d:a"],
    ["", null],
    ["https://chat.example.org/", null],
    ["two words", null],
    ["%E0%A4%A", null],
  ])("finds in %j the id %j", (text, id) => expect(chatIdIn(text)).toBe(id));
});
