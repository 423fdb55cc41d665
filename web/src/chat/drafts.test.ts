import { beforeEach, describe, expect, it } from "vitest";
import { DRAFTS_MAX, openDrafts } from "./drafts.js";

beforeEach(() => localStorage.clear());

describe("drafts", () => {
  it("are there after a reload, each for its chat and account", () => {
    openDrafts("alice", localStorage).set("a", "half a");
    const again = openDrafts("alice", localStorage);
    expect(again.get("a")).toBe("half a");
    expect(again.get("b")).toBe("");
    expect(openDrafts("bob", localStorage).get("a")).toBe("");
  });

  it("leave nothing behind when they are emptied", () => {
    const drafts = openDrafts("alice", localStorage);
    drafts.set("a", "x");
    drafts.set("a", "");
    expect(openDrafts("alice", localStorage).get("a")).toBe("");
    expect(localStorage.getItem("connect/draft/alice/a")).toBeNull();
  });

  it("are bounded: the oldest goes", () => {
    const drafts = openDrafts("alice", localStorage);
    for (let index = 0; index <= DRAFTS_MAX; index++) drafts.set(`c${index}`, "x");
    expect(drafts.get("c0")).toBe("");
    expect(drafts.get("c1")).toBe("x");
    expect(localStorage.length).toBe(DRAFTS_MAX + 1);
  });

  it("live as long as the page where nothing can be kept", () => {
    const full: Storage = Object.assign(Object.create(localStorage), {
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
      getItem: () => null,
      removeItem: () => undefined,
    });
    for (const storage of [full, null]) {
      const drafts = openDrafts("alice", storage);
      drafts.set("a", "x");
      expect(drafts.get("a")).toBe("x");
    }
  });

  it("survive what else lies in the storage", () => {
    localStorage.setItem("connect/drafts/alice", "{not json");
    expect(openDrafts("alice", localStorage).get("a")).toBe("");
    localStorage.setItem("connect/drafts/alice", "[1,null]");
    expect(openDrafts("alice", localStorage).get("a")).toBe("");
  });
});
