import type { ChatEvent, MemberEvent } from "@connect-chat/sdk";
import { describe, expect, it } from "vitest";
import { lineText, systemLine } from "./system_line.js";

const base = { chat: "g", id: 1, seq: 1, ts: 0, key: "k", from: "bob" };
const member = (change: MemberEvent["change"], users: string[], role?: MemberEvent["role"]) =>
  lineText(
    systemLine(
      { ...base, kind: "member", change, users, ...(role === undefined ? {} : { role }) },
      "alice",
    ),
  );
const chat = (event: Partial<ChatEvent>) =>
  lineText(systemLine({ ...base, kind: "chat", changes: {}, ...event }, "alice"));

describe("members", () => {
  it("join, are added, leave and are removed", () => {
    expect(member("joined", ["bob"])).toBe("bob joined");
    expect(member("joined", ["carol", "dan"])).toBe("bob added carol and dan");
    expect(member("joined", ["alice"])).toBe("bob added you");
    expect(member("left", ["bob"])).toBe("bob left");
    expect(member("removed", ["carol"])).toBe("bob removed carol");
  });

  it("get roles", () => {
    expect(member("role", ["carol"], "admin")).toBe("bob made carol an admin");
    expect(member("role", ["alice"], "member")).toBe("bob made you a member");
  });

  it("are counted where they are many", () => {
    const users = Array.from({ length: 100 }, (_, index) => `u${index}`);
    expect(member("joined", users)).toBe("bob added u0, u1, u2 and 97 others");
  });
});

describe("the chat", () => {
  it("is created, renamed and changed", () => {
    expect(chat({ created: true, type: "group", changes: { title: "Plans" } })).toBe(
      "bob created the group Plans",
    );
    expect(chat({ created: true, type: "direct" })).toBe("bob started the chat");
    expect(chat({ changes: { title: "Sea" } })).toBe("bob renamed the chat to Sea");
    expect(chat({ changes: { title: "", topic: "Boats" } })).toBe(
      "bob removed the title, set the topic to Boats",
    );
    expect(chat({ changes: { joinable: true } })).toBe("bob let everybody with the link join");
  });

  it("marks what others chose, so that it can be isolated", () => {
    const event: ChatEvent = { ...base, kind: "chat", changes: { title: "\u202eevil" } };
    expect(systemLine(event, "alice").filter((piece) => piece.quoted)).toEqual([
      { text: "bob", quoted: true },
      { text: "\u202eevil", quoted: true },
    ]);
  });
});
