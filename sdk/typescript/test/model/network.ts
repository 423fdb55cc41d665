/**
 * The way between clients and the model of the server, and the sessions at its end: what is slow,
 * cut, refused, doubled or answered with an outcome that nobody knows.
 */

import type { ErrorCode, Event, Marked, UserId } from "../../src/protocol/types.js";
import type { SimulatedClock } from "./clock.js";
import type { Logged, ModelLog } from "./log.js";
import type { Random } from "./random.js";
import { type Answer, type Fields, ModelServer, refusal } from "./server.js";

export interface ClientEnd {
  opened(): void;
  message(text: string): void;
  closed(code: number, reason: string): void;
}

const APPENDING = [
  "send",
  "edit",
  "delete",
  "react",
  "create",
  "update",
  "invite",
  "remove",
  "leave",
];
/** How long a session's later operations wait for the first that was put off. */
const IN_ORDER_MS = 25_000;

export class ModelNetwork {
  readonly server: ModelServer;
  readonly connections = new Set<Connection>();
  /** Texts whose sending was definitely refused. */
  readonly refused = new Set<string>();
  /** Texts that were refused by a code behind which the session's later ones go on. */
  readonly overtaken = new Set<string>();

  constructor(
    readonly clock: SimulatedClock,
    readonly random: Random,
  ) {
    this.server = new ModelServer(() => Math.floor(clock.now), random);
    this.server.listener = {
      appended: (log, event) => this.appended(log, event),
      marked: (log, marked) => this.marked(log, marked),
    };
  }

  get trouble(): number {
    return this.server.trouble;
  }

  happens(probability: number): boolean {
    return this.random.chance(probability * this.trouble);
  }

  connect(end: ClientEnd): Connection {
    const connection = new Connection(this, end);
    this.connections.add(connection);
    return connection;
  }

  /** The server goes away and is back at once. */
  restart(): void {
    for (const connection of this.connections) connection.leave(this.random.within(0, 2_000));
  }

  private appended(log: ModelLog, event: Logged): void {
    for (const connection of this.connections) {
      const { user } = connection;
      if (user === null) continue;
      const isOut = event.kind === "member" && event.users.includes(user);
      if (log.isIn(user) || isOut) connection.pushEvent(log.seenBy(user, event));
    }
  }

  private marked(log: ModelLog, marked: Marked & { user: UserId }): void {
    const { chat, user, read, delivered } = marked as Marked & { user: UserId; delivered: unknown };
    for (const connection of this.connections)
      if (connection.user !== null && log.isIn(connection.user))
        connection.push({ marked: { chat, user, read, delivered } });
  }
}

export class Connection {
  user: UserId | null = null;
  /** Nothing reaches the client any more. */
  private isDeaf = false;
  /** Nothing reaches the server any more. */
  private isMute = false;
  private upAt = 0;
  private downAt = 0;
  /** Who said `hello`, also once the line is cut. */
  private userOfHello = "";
  /** Pushes that wait for the answer that goes before them. */
  private held: object[] | null = null;
  /** Chats whose live stream is cut just now. */
  private readonly cut = new Set<string>();
  private readonly putOff = new Map<string, { readonly key: unknown; readonly until: number }>();

  constructor(
    private readonly network: ModelNetwork,
    private readonly end: ClientEnd,
  ) {
    this.down(() => this.end.opened());
  }

  /** From the client. */
  send(text: string): void {
    const { clock, random } = this.network;
    this.upAt = Math.max(this.upAt, clock.now + random.within(1, 80));
    clock.after(this.upAt - clock.now, () => {
      if (!this.isMute) this.handle(JSON.parse(text) as Fields);
    });
  }

  /** The client has closed it; what is on its way to the server may still come. */
  abandon(): void {
    this.isDeaf = true;
    this.sever();
  }

  /** The line is cut, and sooner or later the client hears of it. */
  drop(): void {
    this.sever();
    const { clock, random } = this.network;
    const after = random.chance(0.2) ? random.within(5_000, 90_000) : random.within(0, 500);
    clock.after(after, () => {
      if (this.isDeaf) return;
      this.isDeaf = true;
      this.end.closed(1006, "");
    });
  }

  leave(afterMs: number): void {
    this.push({ reconnect: { after_ms: afterMs } });
    this.down(() => {
      this.isDeaf = true;
      this.end.closed(1012, "");
    });
    this.sever();
  }

  pushEvent(event: Event): void {
    const { network } = this;
    if (this.cut.has(event.chat)) return;
    if (network.happens(0.01)) {
      this.cut.add(event.chat);
      network.clock.after(network.random.within(10, 3_000), () => {
        this.cut.delete(event.chat);
        this.push({ resync: { chat: event.chat } });
      });
      return;
    }
    this.push({ event });
    if (network.happens(0.02)) this.push({ event });
  }

  push(message: object): void {
    if (this.held !== null) this.held.push(message);
    else this.down(() => this.end.message(JSON.stringify(message)));
  }

  private sever(): void {
    this.user = null;
    this.network.connections.delete(this);
    // What is on its way may come through in part.
    const until = this.network.random.within(0, 100);
    this.network.clock.after(until, () => {
      this.isMute = true;
    });
    this.network.clock.after(this.network.random.within(0, 100), () => {
      this.downAt = Infinity;
    });
  }

  /** To the client, in order. */
  private down(run: () => void): void {
    const { clock, random } = this.network;
    this.downAt = Math.max(this.downAt, clock.now + random.within(1, 60));
    if (this.downAt === Infinity) return;
    clock.after(this.downAt - clock.now, () => {
      if (!this.isDeaf && this.downAt !== Infinity) run();
    });
  }

  private handle(message: Fields): void {
    const { id, ...rest } = message;
    const [[operation, fields] = ["", {}]] = Object.entries(rest) as [string, Fields][];
    if (operation === "hello") this.hello(id, fields);
    else if (APPENDING.includes(operation)) this.append(id, operation, fields);
    else if (operation === "mark") this.mark(id, fields);
    else if (operation !== "typing") this.read(id, operation, fields);
  }

  private hello(id: unknown, { token }: Fields): void {
    const user = String(token);
    if (this.network.happens(0.03)) {
      this.answer(id, refusal("rate_limited", 700));
      this.down(() => {
        this.isDeaf = true;
        this.end.closed(4429, "700");
      });
      return;
    }
    if (this.network.connections.has(this)) this.user = user;
    const time = Math.floor(this.network.clock.now);
    const limits = { message_bytes: 65536, text_bytes: 16384, sends_per_second: 20, page: 200 };
    this.answer(id, { ok: { user, session: "s", time, ping_ms: 25_000, limits } });
    this.userOfHello = user;
  }

  private append(id: unknown, operation: string, fields: Fields): void {
    const { server, clock } = this.network;
    const chat = String(fields.chat);
    const putOff = this.putOff.get(chat);
    if (putOff !== undefined && putOff.key !== fields.key && clock.now < putOff.until) {
      this.answer(id, refusal("retry_in_order", 100));
      return;
    }
    this.putOff.delete(chat);
    const code = this.network.happens(0.1)
      ? this.network.random.of(["rate_limited", "overloaded", "unavailable", "internal"] as const)
      : null;
    if (code !== null && code !== "internal")
      this.putOff.set(chat, { key: fields.key, until: clock.now + IN_ORDER_MS });
    const isDone = code === null || (code !== "rate_limited" && code !== "overloaded");
    const isTaken = isDone && (code === null || this.network.random.chance(0.5));
    if (isTaken)
      this.run(() => server.append(this.userOfHello, operation, fields), id, fields, code);
    else {
      const answer = refusal(code ?? "unavailable", 150);
      this.note(fields, answer);
      this.answer(id, answer);
    }
  }

  /** The session that sent something gets its answer before the event. */
  private run(append: () => Answer, id: unknown, fields: Fields, code: ErrorCode | null): void {
    const pushes: object[] = [];
    this.held = pushes;
    const taken = append();
    this.held = null;
    const answer = code === null ? taken : refusal(code, 150);
    this.note(fields, answer);
    this.answer(id, answer);
    for (const message of pushes) this.push(message);
  }

  private note(fields: Fields, answer: Answer): void {
    const text = (fields.body as { text?: string } | undefined)?.text;
    if (text === undefined || !("error" in answer)) return;
    const { code } = answer.error;
    if (["internal", "sync_required", "key_expired", "key_in_future"].includes(code))
      this.network.overtaken.add(text);
    else if (code !== "rate_limited" && code !== "overloaded" && code !== "unavailable")
      this.network.refused.add(text);
  }

  /** Answered in order with what is appended. */
  private mark(id: unknown, fields: Fields): void {
    const { server } = this.network;
    const isRefused = this.network.happens(0.05);
    this.answer(id, isRefused ? refusal("overloaded", 200) : server.mark(this.userOfHello, fields));
  }

  private read(id: unknown, operation: string, fields: Fields): void {
    const { clock, random, server } = this.network;
    const user = this.userOfHello;
    const run = {
      history: server.history(user, fields),
      events: () => server.events(user, fields),
      sync: () => server.sync(user, fields),
      watch: () => ({ ok: { presence: [] } }),
    }[operation];
    if (run === undefined) throw new RangeError(`the model knows no ${operation}`);
    clock.after(random.within(0, 50), () => {
      const code = random.of(["rate_limited", "overloaded", "unavailable"] as const);
      const answer = this.network.happens(0.05) ? refusal(code, 200) : run();
      // Reads overtake each other, and what is pushed meanwhile.
      clock.after(random.within(1, 150), () => {
        if (!this.isDeaf && this.downAt !== Infinity)
          this.end.message(JSON.stringify({ id, ...answer }));
      });
    });
  }

  private answer(id: unknown, answer: Answer): void {
    this.down(() => this.end.message(JSON.stringify({ id, ...answer })));
  }
}
