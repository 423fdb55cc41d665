import { describe, expect, it } from "vitest";
import { byteLength, hueOf, initials, oneLine, shownName } from "./text.js";

describe("shownName", () => {
  it("leaves out what turns the direction or cannot be seen", () => {
    expect(shownName("a\u202Eb\u0000c\u200Bd\u2066e")).toBe("abcde");
  });

  it.each(["", "  ", "\u200B\u200D", "\u3164", "\u2800 \u202E"])(
    "names what shows nothing",
    (name) => expect(shownName(name)).toBe("(no name)"),
  );

  it("keeps the joiners that emoji and scripts are made of", () => {
    expect(shownName("👩‍🚀")).toBe("👩‍🚀");
  });
});

describe("oneLine", () => {
  it("puts a text on one line", () => expect(oneLine(" a\n\tb\u2028c ")).toBe("a b c"));
});

describe("initials", () => {
  it.each([
    ["alice", "A"],
    ["Zoë Washburne", "ZW"],
    ["a b c", "AC"],
    ["👩‍🚀 crew", "👩‍🚀C"],
    ["((( )))", "("],
    ["", "?"],
  ])("of %j are %j", (name, letters) => expect(initials(name)).toBe(letters));
});

describe("hueOf", () => {
  it("is the same for the same id, and differs among few people", () => {
    expect(hueOf("alice")).toBe(hueOf("alice"));
    const hues = new Set(["alice", "bob", "carol", "dave", "erin", "frank"].map(hueOf));
    expect(hues.size).toBeGreaterThan(3);
  });
});

describe("byteLength", () => {
  it("counts UTF-8", () => expect(byteLength("aß😀")).toBe(7));
});
