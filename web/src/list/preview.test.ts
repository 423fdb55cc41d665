import type { ChatSummary, Message } from "@connect-chat/sdk";
import { describe, expect, it } from "vitest";
import { attached, changedChat, deleted, membership, said } from "../testing/messages.js";
import { avatarName, chatName, previewOf } from "./preview.js";

function chat(last: Message | null, more: Partial<ChatSummary> = {}): ChatSummary {
  return {
    chat: "g-1",
    type: "group",
    title: "Plans",
    peer: null,
    role: "member",
    last,
    lastPending: null,
    unread: 0,
    read: { id: 0, seq: 0 },
    ts: 1,
    ...more,
  };
}

const bob = { seq: 1, from: "bob", ts: 1 };
const alice = { seq: 1, from: "alice", ts: 1 };

function words(summary: ChatSummary): string {
  const { who, text } = previewOf(summary, "alice");
  return who === null ? text : `${who}: ${text}`;
}

describe("previewOf", () => {
  it("names the sender in groups", () => expect(words(chat(said(bob, "hi")))).toBe("bob: hi"));

  it("names nobody but oneself in direct chats", () => {
    expect(words(chat(said(bob, "hi"), { type: "direct", peer: "bob" }))).toBe("hi");
    expect(words(chat(said(alice, "hi"), { type: "direct", peer: "bob" }))).toBe("You: hi");
  });

  it("puts many lines on one, and leaves out what cannot be seen", () => {
    expect(words(chat(said(bob, "a\n\n b\u202E\u0007c")))).toBe("bob: a bc");
  });

  it("says that a message was deleted", () => {
    expect(words(chat(deleted(bob)))).toBe("bob: Deleted message");
  });

  it("says what is attached where there is no text", () => {
    const file = { url: "https://x.test/a", type: "application/pdf", name: "a.pdf" };
    expect(words(chat(attached(bob, [file])))).toBe("bob: a.pdf");
    expect(words(chat(attached(bob, [{ ...file, type: "image/png" }])))).toBe("bob: Picture");
    expect(words(chat(attached(bob, [file, file])))).toBe("bob: 2 attachments");
  });

  it("puts events into words", () => {
    expect(words(chat(membership(bob, "joined", ["bob"])))).toMatch(/^bob joined/);
    expect(words(chat(changedChat(bob, { title: "Tea" })))).toMatch(/^bob .*Tea/);
  });

  it("shows the own message that is on its way before the newest stored one", () => {
    const lastPending = {
      localId: "1",
      body: { text: "later" },
      status: "failed" as const,
      error: null,
      ts: 2,
    };
    const preview = previewOf(chat(said(bob, "hi"), { lastPending }), "alice");
    expect(preview).toEqual({ who: "You", text: "later", quiet: false, status: "failed" });
  });

  it("cuts a long text between characters", () => {
    const { text } = previewOf(chat(said(bob, `${"x".repeat(159)}😀😀`)), "alice");
    expect(text).toBe(`${"x".repeat(159)}…`);
  });
});

describe("chatName", () => {
  it("is the peer of a direct chat, the title of a group, and never empty", () => {
    expect(chatName({ type: "direct", title: "", peer: "bob" })).toBe("bob");
    expect(chatName({ type: "direct", title: "", peer: null })).toBe("Direct chat");
    expect(chatName({ type: "group", title: "\u200B\u202E", peer: null })).toBe("Group");
  });

  it("leaves a group without a title without letters", () => {
    expect(avatarName({ type: "group", title: "", peer: null })).toBe("");
  });
});
