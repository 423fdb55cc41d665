import { describe, expect, it } from "vitest";
import type { StorageChange } from "../storage/storage.js";
import { Batch } from "./batch.js";
import { recordOf } from "./chat_facts.js";

function put(chat: string, title: string): StorageChange {
  return { type: "put_chat", chat: recordOf({ chat, title }) };
}

describe("Batch", () => {
  it("has of a chat's records the last one only, and all else in its order", () => {
    const batch = new Batch();
    const drop: StorageChange = { type: "drop_messages", chat: "a" };
    for (const change of [put("a", "1"), put("b", "1"), drop, put("a", "2")]) batch.add(change);
    expect(batch.take()).toEqual([put("b", "1"), drop, put("a", "2")]);
    expect(batch.take()).toEqual([]);
  });
});
