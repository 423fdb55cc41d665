import { describe, expect, it } from "vitest";
import { cleanText, FOLD_LENGTH, foldAt, isBlank, safeHref, textParts } from "./text_parts.js";

const links = (text: string) => textParts(text).filter((part) => part.href !== null);
const joined = (text: string) =>
  textParts(text)
    .map((part) => part.text)
    .join("");

describe("links", () => {
  it("are found for http, https and mail", () => {
    expect(textParts("see https://example.org/a?b=1, or write to bob@example.org!")).toEqual([
      { text: "see ", href: null },
      { text: "https://example.org/a?b=1", href: "https://example.org/a?b=1" },
      { text: ", or write to ", href: null },
      { text: "bob@example.org", href: "mailto:bob@example.org" },
      { text: "!", href: null },
    ]);
  });

  it("are never made of other schemes", () => {
    for (const text of [
      "javascript:alert(1)",
      "data:text/html,<script>1</script>",
      "vbscript:msgbox(1)",
      "file:///etc/passwd",
      "ftp://example.org/x",
      "blob:https://example.org/1",
    ])
      for (const link of links(text)) expect(link.href).toMatch(/^(https?:|mailto:)/);
    expect(safeHref("javascript:alert(1)")).toBeNull();
    expect(safeHref("JAVASCRIPT:alert(1)")).toBeNull();
    expect(safeHref("//example.org")).toBeNull();
  });

  it("lose nothing of the text around them", () => {
    const text = "a https://x.example/ü b <b>c</b> d@e.example\nf";
    expect(joined(text)).toBe(text);
  });

  it("are bounded in number", () => {
    expect(links("https://a.example ".repeat(900))).toHaveLength(200);
    expect(joined("https://a.example ".repeat(900))).toHaveLength(900 * 18);
  });
});

describe("hostile text", () => {
  it("keeps its markup as text", () => {
    expect(textParts("<img src=x onerror=alert(1)>")).toEqual([
      { text: "<img src=x onerror=alert(1)>", href: null },
    ]);
  });

  it("shows control characters as marks and keeps tabs and line ends", () => {
    expect(cleanText("a\u0000b\u001b[31m\tc\r\nd\u2028e")).toBe("a\ufffdb\ufffd[31m\tc\nd\ne");
  });

  it("is blank when there is nothing to see", () => {
    for (const text of ["", " \n", "\u200b\u200d\u2060", "\u202e\u202c", "\u3164", "\u0007"])
      expect(isBlank(text)).toBe(true);
    for (const text of ["a", "👍", "\u202ea"]) expect(isBlank(text)).toBe(false);
  });
});

describe("folding", () => {
  it("leaves short and slightly long texts whole", () => {
    expect(foldAt("a".repeat(FOLD_LENGTH))).toBeNull();
    expect(foldAt("a".repeat(FOLD_LENGTH + 100))).toBeNull();
    expect(foldAt("a\n".repeat(26))).toBeNull();
  });

  it("cuts long texts before a word and many lines at a line", () => {
    const text = "word ".repeat(3_000);
    const at = foldAt(text) ?? 0;
    expect(at).toBeGreaterThan(FOLD_LENGTH - 100);
    expect(text[at]).toBe(" ");
    expect(foldAt("a\n".repeat(100))).toBe(47);
  });

  it("does not cut a character in halves", () => {
    const at = foldAt(`a${"😀".repeat(2_000)}`) ?? 0;
    expect(at % 2).toBe(1);
  });
});
