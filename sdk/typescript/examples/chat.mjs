/**
 * A chat in the terminal: prints what is said, sends what is typed. For a server with --auth dev.
 *
 *     node examples/chat.mjs alice g-5c… [http://127.0.0.1:8080]
 */

import { createInterface } from "node:readline";
import { createClient } from "@connect-chat/sdk";
import { WebSocket } from "ws";

const [user, chatId, url = "http://127.0.0.1:8080"] = process.argv.slice(2);
if (chatId === undefined) throw new Error("usage: node examples/chat.mjs USER CHAT [URL]");

/** Your own server would give this out to whoever has signed in. */
async function token() {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ user });
  const answer = await fetch(`${url}/v1/dev/login`, { method: "POST", headers, body });
  return (await answer.json()).token;
}

const client = createClient({ url, user, token, webSocket: WebSocket });
client.connection.subscribe(() => console.error(client.connection.get().state));
const chat = client.chat(chatId);
const timeline = chat.openTimeline();
const printed = new Set();

function print() {
  for (const { type, entryId, message } of timeline.get().entries) {
    if (type !== "message" || printed.has(entryId)) continue;
    printed.add(entryId);
    const said = message.kind === "message" ? (message.body?.text ?? "(deleted)") : message.kind;
    console.log(`${message.from}: ${said}`);
  }
}

timeline.subscribe(print);
print();
for await (const text of createInterface({ input: process.stdin })) chat.send({ text });

// At the end of the input: what was typed is sent before the program ends.
function isSent({ loading, entries }) {
  return !loading && entries.every(({ type }) => type !== "pending");
}
while (!isSent(timeline.get())) await new Promise((changed) => timeline.subscribe(changed));
await client.close();
