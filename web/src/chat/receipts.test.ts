import type { Receipts } from "@connect-chat/sdk";
import { describe, expect, it } from "vitest";
import { nameList, receiptLabel, receiptOf } from "./receipts.js";

const receipts = (marks: Record<string, [read: number, delivered: number]>): Receipts => ({
  members: new Map(
    Object.entries(marks).map(([user, [read, delivered]]) => [user, { read, delivered }]),
  ),
});

describe("how far a message is", () => {
  const progress = (marks: Parameters<typeof receipts>[0]) =>
    receiptOf(10, receipts(marks), "alice").progress;

  it("is as far as the slowest of the others", () => {
    expect(progress({ bob: [9, 9] })).toBe("stored");
    expect(progress({ bob: [9, 10] })).toBe("delivered");
    expect(progress({ bob: [10, 10], carol: [0, 12] })).toBe("delivered");
    expect(progress({ bob: [10, 10], carol: [12, 12] })).toBe("read");
  });

  it("does not count oneself, nor anybody where nothing is known", () => {
    expect(progress({ alice: [10, 10] })).toBe("stored");
    expect(receiptOf(10, null, "alice").progress).toBe("stored");
  });
});

describe("what the ticks say", () => {
  it("is one word in a direct chat and names in a group", () => {
    const all = receiptOf(10, receipts({ bob: [10, 10], carol: [11, 11] }), "alice");
    expect(receiptLabel(all, true)).toBe("Read");
    expect(receiptLabel(all, false)).toBe("Read by bob and carol");
    const some = receiptOf(10, receipts({ bob: [0, 10], carol: [0, 0] }), "alice");
    expect(receiptLabel(some, false)).toBe("Delivered to bob");
    const none = receiptOf(10, receipts({ bob: [0, 0] }), "alice");
    expect(receiptLabel(none, false)).toBe("Sent");
  });

  it("counts the names that there is no room for", () => {
    const names = Array.from({ length: 10 }, (_, index) => `u${index}`);
    expect(nameList(names)).toMatch(/u7 and 2 others$/);
  });
});
