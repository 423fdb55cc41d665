import { describe, expect, it } from "vitest";
import { withText } from "./content.js";

describe("withText", () => {
  it("keeps what else the body carries", () => {
    const attachments = [{ url: "https://example.com/a.png", type: "image/png" }];
    const body = { text: "before", reply_to: 1024, attachments, meta: { mood: "good" } };
    expect(withText(body, "after")).toEqual({ ...body, text: "after" });
  });

  it("makes a body where there was none", () => {
    expect(withText(undefined, "after")).toEqual({ text: "after" });
  });
});
