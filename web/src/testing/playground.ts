/**
 * The app without a server, for looking at it: `vite` and then `/?fake`, `/?fake=empty`,
 * `/?fake=offline`, `/?fake=connecting`, `/?fake=stopped`, `/?fake=many`, `/?fake=signed-out`. Not
 * part of a build.
 */

import type { ConnectionState, Message } from "@connect-chat/sdk";
import { Session } from "../session/session.js";
import type { FakeChatSeed } from "./fake_chat.js";
import { FakeClient } from "./fake_client.js";
import { changedChat, deleted, membership, said } from "./messages.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const CONNECTIONS: Readonly<Record<string, ConnectionState>> = {
  offline: { state: "offline" },
  connecting: { state: "connecting", attempt: 3, retryAt: Date.now() + 20_000 },
  stopped: { state: "stopped", reason: "token_refused" },
};

export function fakeSession(search: string): Session {
  const which = new URLSearchParams(search).get("fake") ?? "";
  const account = which === "signed-out" ? null : { user: "alice", token: null };
  const store = { load: () => account, save() {}, clear() {}, onOther: () => () => {} };
  const freshToken = async () => "fake";
  return new Session({ store, freshToken, createClient: () => fakeClient(which) });
}

function fakeClient(which: string): FakeClient {
  const connection = CONNECTIONS[which] ?? { state: "online", syncing: false };
  const chats = which === "empty" || which === "loading" ? [] : seeds(Date.now());
  if (which === "many") chats.push(...manySeeds(Date.now()));
  const online = ["bob", "Zoë Washburne"];
  return new FakeClient({ chats, connection, ready: which !== "loading", online });
}

function talk(from: string, other: string, start: number, count: number): Message[] {
  const lines = ["Are we still on for tonight?", "Yes! 19:30 at the usual place", "👍", LONG];
  return Array.from({ length: count }, (_, index) =>
    said(
      { seq: index + 1, from: index % 3 === 0 ? from : other, ts: start + index * 7 * MINUTE },
      lines[index % lines.length] ?? "",
    ),
  );
}

const LONG =
  "I looked at the tickets: the early train is cheaper, but we would have to leave at six, " +
  "and nobody here wakes up at six on a Saturday. Shall we take the one at nine?";

function seeds(now: number): FakeChatSeed[] {
  const members = [
    { user: "alice", role: "owner" as const, since: 1 },
    { user: "bob", role: "admin" as const, since: 1 },
    { user: "carol", role: "member" as const, since: 1 },
    { user: "Zoë Washburne", role: "member" as const, since: 1 },
  ];
  const group = { type: "group" as const, role: "owner" as const, members };
  const direct = { type: "direct" as const, members: [] };
  const from = (user: string, ago: number) => ({ seq: 400, from: user, ts: now - ago });
  return [
    {
      ...group,
      id: "g-weekend",
      title: "Weekend in the mountains",
      topic: "Trains, huts, and who brings the stove",
      joinable: true,
      messages: talk("bob", "carol", now - 300 * 7 * MINUTE, 300),
      unread: 3,
      typing: ["carol"],
    },
    { ...direct, id: "d-bob", peer: "bob", messages: talk("bob", "alice", now - 90 * MINUTE, 12) },
    {
      ...direct,
      id: "d-zoe",
      peer: "Zoë Washburne",
      messages: talk("alice", "Zoë Washburne", now - DAY - 90 * MINUTE, 10),
      pending: [
        {
          localId: "p1",
          body: { text: "On my way, five minutes" },
          status: "sending",
          error: null,
          ts: now - 2 * MINUTE,
        },
      ],
    },
    {
      ...group,
      id: "g-long",
      title: `A group whose name is rather long ${"and goes on ".repeat(8)}`,
      messages: [said(from("bob", 3 * 60 * MINUTE), `${LONG} ${LONG}`)],
      unread: 128,
    },
    {
      ...direct,
      id: "d-rtl",
      peer: "سارة أحمد",
      messages: [said(from("سارة أحمد", DAY), "صباح الخير! هل نلتقي غداً؟")],
      unread: 1,
    },
    { ...group, id: "g-untitled", title: "", messages: [deleted(from("carol", 2 * DAY))] },
    {
      ...group,
      id: "g-events",
      title: "Design reviews",
      messages: [membership(from("bob", 4 * DAY), "joined", ["dave", "erin"])],
    },
    {
      ...group,
      id: "g-renamed",
      title: "Book club",
      messages: [changedChat(from("carol", 40 * DAY), { title: "Book club" })],
    },
  ];
}

function manySeeds(now: number): FakeChatSeed[] {
  return Array.from({ length: 500 }, (_, index) => ({
    id: `g-many-${index}`,
    type: "group" as const,
    title: `Group number ${index + 1}`,
    messages: [said({ seq: 1, from: "bob", ts: now - (index + 60) * DAY }, "An old message")],
  }));
}
