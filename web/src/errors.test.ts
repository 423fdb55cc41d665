import { ConnectError } from "@connect-chat/sdk";
import { describe, expect, it } from "vitest";
import { describeError } from "./errors.js";

describe("describeError", () => {
  it("has words for a code, better ones for a field, and the best where it was tried", () => {
    expect(describeError(new ConnectError("forbidden", "x"))).toContain("not allowed");
    expect(describeError(new ConnectError("field_invalid", "x", "users"))).toContain("names");
    const special = { forbidden: "Only owners do that." };
    expect(describeError(new ConnectError("forbidden", "x"), special)).toBe("Only owners do that.");
  });

  it("never shows what the server or a bug says", () => {
    expect(describeError(new ConnectError("internal", "ref 123"))).not.toContain("123");
    expect(describeError(new TypeError("x is undefined"))).not.toContain("undefined");
  });
});
