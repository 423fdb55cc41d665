// Two users talk over npm's ws: node conversation.mjs WS_URL < {"user": "token", "user": "token"}
// Prints {chat, sent: [text…], seen: {user: [text…]}} once each has seen everything.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import WebSocket from "ws";

const MESSAGES = 10;

function newKey() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
    .join("-");
}

class Session {
  constructor(url, token) {
    this.socket = new WebSocket(url, "connect.v1.json");
    this.waiting = new Map();
    this.number = 0;
    this.events = [];
    this.onEvent = () => {};
    this.socket.on("message", (data) => this.receive(JSON.parse(data)));
    this.ready = new Promise((resolve, reject) => {
      this.socket.on("open", resolve);
      this.socket.on("error", reject);
    }).then(() => this.call("hello", { token, agent: "ws" }));
  }

  receive(message) {
    if (message.event) {
      this.events.push(message.event);
      this.onEvent();
      return;
    }
    const { resolve, reject } = this.waiting.get(message.id) ?? {};
    this.waiting.delete(message.id);
    if (message.error) reject?.(new Error(message.error.code));
    else resolve?.(message.ok);
  }

  call(operation, fields) {
    const id = ++this.number;
    this.socket.send(JSON.stringify({ id, [operation]: fields }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  send(chat, text) {
    return this.call("send", { chat, key: newKey(), body: { text } });
  }

  texts() {
    return this.events.filter((event) => event.kind === "message").map((event) => event.body.text);
  }

  async seen(count) {
    while (this.texts().length < count) {
      await new Promise((resolve) => { this.onEvent = resolve; });
    }
    return this.texts();
  }
}

const tokens = JSON.parse(readFileSync(0, "utf8"));
const url = process.argv[2];
const [one, other] = Object.keys(tokens);
const sessions = { [one]: new Session(url, tokens[one]), [other]: new Session(url, tokens[other]) };
await Promise.all(Object.values(sessions).map((session) => session.ready));
const { chat } = await sessions[one].call(
  "create", { key: newKey(), type: "group", members: [other] });
const sent = [];
for (let n = 0; n < MESSAGES; n++) {
  const user = n % 2 ? one : other;
  sent.push(`${n} from ${user} 👋`);
  await sessions[user].send(chat, sent.at(-1));
}
const seen = {};
for (const [user, session] of Object.entries(sessions)) {
  seen[user] = await session.seen(MESSAGES);
  session.socket.close();
}
console.log(JSON.stringify({ chat, sent, seen }));
