/**
 * The connection to the server: token, socket, `hello`, requests and their answers, and coming back
 * after every way in which it can end. It knows nothing of chats.
 *
 *     stopped <- (start) -> connecting -> online -> connecting ...
 *                               ^ |
 *                               | v
 *                             offline
 *
 * Pure: it decides; `Outside` does.
 */

import type { ConnectionState, StopReason, TokenReason } from "../api.js";
import type { Limits, ProtocolError, UserId } from "../protocol/types.js";
import { delayIn, expiryOf, numberIn, parsed } from "./foreign.js";
import type { Outside, Timer } from "./outside.js";

/** An answer that does not come within this time is of a dead connection. */
const ANSWER_MS_MAX = 30_000;
/** From opening the socket to the answer to `hello`. */
const OPENING_MS_MAX = 20_000;
/** Waits double from half a second to half a minute: 0.5, 1, 2, 4, 8, 16, 30, 30 ... */
const RETRY_MS_FIRST = 500;
const RETRY_MS_MAX = 30_000;
/** A server that asks for a longer absence than this gets five minutes. */
const AWAY_MS_MAX = 300_000;
/** Tokens that were refused in a row, after which the app's callback has nothing better to give. */
const REFUSALS_MAX = 2;
/** A token is renewed this long before its end. */
const RENEW_MS = 60_000;
/** The longest a timer can be: 2^31 - 1 ms. */
const TIMER_MS_MAX = 2_147_483_647;

export interface HelloAnswer {
  readonly user: UserId;
  readonly session: string;
  readonly time: number;
  readonly ping_ms: number;
  readonly limits: Limits;
}

/** `lost`: the session ended before the answer came, so the outcome is unknown. */
export type Answer<T> =
  | { readonly type: "ok"; readonly value: T }
  | { readonly type: "error"; readonly error: ProtocolError }
  | { readonly type: "lost" };

export interface SessionOptions {
  readonly user: UserId;
  readonly device: string;
  readonly agent: string;
}

export interface SessionListener {
  /** `hello` was answered: everything may be requested. */
  online(hello: HelloAnswer): void;
  /** The session is over; what was requested has been answered as lost. */
  ended(): void;
  push(name: string, value: unknown): void;
  changed(): void;
  /** A request that changes nothing, to see whether the other side is still there. */
  probe(): { readonly operation: string; readonly fields: object };
}

interface Waiting {
  readonly since: number;
  readonly done: (answer: Answer<unknown>) => void;
}

export class Session {
  state: ConnectionState = { state: "connecting", attempt: 0, retryAt: null };

  private token: string | null = null;
  private tokenReason: TokenReason = "start";
  private refusals = 0;
  private attempt = 0;
  /** Told by the server before it went away. */
  private awayMs: number | null = null;
  private helloError: ProtocolError | null = null;
  private offsetMs = 0;
  private heardAt = 0;
  private nextId = 1;
  private readonly waiting = new Map<number, Waiting>();
  /** Of this attempt; cancelled together. */
  private readonly timers = new Set<Timer>();
  /** Rises with every attempt, so that a late token does not serve a later one. */
  private epoch = 0;
  private hasNetwork = true;

  constructor(
    private readonly outside: Outside,
    private readonly options: SessionOptions,
    private readonly listener: SessionListener,
  ) {}

  get isOnline(): boolean {
    return this.state.state === "online";
  }

  /** The server's clock, as `hello` told it. */
  now(): number {
    return this.outside.now() + this.offsetMs;
  }

  start(): void {
    this.connect();
  }

  /** Ends it for good. */
  stop(reason: StopReason): void {
    this.end();
    this.outside.closeSocket();
    this.become({ state: "stopped", reason });
  }

  /** Tries now what would be tried later; also after a stop. */
  reconnect(): void {
    if (this.isOnline || (this.state.state === "connecting" && this.state.retryAt === null)) return;
    if (this.state.state === "stopped") this.refusals = 0;
    this.hasNetwork = true;
    this.attempt = 0;
    this.connect();
  }

  networkChanged(hasNetwork: boolean): void {
    if (this.state.state === "stopped" || hasNetwork === this.hasNetwork) return;
    this.hasNetwork = hasNetwork;
    if (hasNetwork) {
      this.attempt = 0;
      this.connect();
      return;
    }
    this.end();
    this.outside.closeSocket();
    this.become({ state: "offline" });
  }

  /** Asks, when online; the answer comes exactly once, and at the latest when the session ends. */
  request<T>(operation: string, fields: object, done: (answer: Answer<T>) => void): void {
    if (!this.isOnline) {
      done({ type: "lost" });
      return;
    }
    this.ask(operation, fields, done);
  }

  /** Says something that has no answer. */
  tell(operation: string, fields: object): void {
    if (this.isOnline) this.outside.sendText(JSON.stringify({ [operation]: fields }));
  }

  /** Learns the server's clock anew: the own one has stepped. */
  correctClock(done: () => void): void {
    const { token } = this;
    if (!this.isOnline || token === null) {
      done();
      return;
    }
    this.ask<HelloAnswer>("hello", this.helloFields(token), (answer) => {
      if (answer.type === "ok") this.offsetMs = answer.value.time - this.outside.now();
      done();
    });
  }

  socketOpened(): void {
    const { token } = this;
    if (token === null) return;
    this.ask<HelloAnswer>("hello", this.helloFields(token), (answer) => this.helloAnswered(answer));
  }

  socketMessage(text: string): void {
    this.heardAt = this.outside.now();
    const message = parsed(text);
    if (message === null) return;
    const id = message.id;
    if (typeof id === "number") this.answered(id, message);
    else for (const [name, value] of Object.entries(message)) this.pushed(name, value);
  }

  socketClosed(code: number, reason: string): void {
    this.end();
    if (code === 4503) this.become({ state: "stopped", reason: "token_revoked" });
    else if (code === 4509) this.become({ state: "stopped", reason: "replaced" });
    else if (code >= 4500 && code <= 4999) this.tokenRefused();
    else if (code === 4402) this.renewAndConnect("expired");
    else this.retryAfter(this.awayMs ?? delayIn(code, reason));
  }

  private connect(): void {
    this.end();
    this.outside.closeSocket();
    this.helloError = null;
    if (!this.hasNetwork) {
      this.become({ state: "offline" });
      return;
    }
    this.become({ state: "connecting", attempt: this.attempt, retryAt: null });
    this.withToken(this.tokenReason, () => {
      this.later(OPENING_MS_MAX, () => this.dropped());
      this.outside.openSocket();
    });
  }

  private withToken(reason: TokenReason, then: () => void): void {
    if (this.token !== null) {
      then();
      return;
    }
    const epoch = this.epoch;
    this.outside.askToken(reason, (token) => {
      if (epoch !== this.epoch) return;
      this.token = token;
      if (token === null) this.retryAfter(null);
      else then();
    });
  }

  private helloFields(token: string): object {
    return { token, device: this.options.device, agent: this.options.agent };
  }

  private helloAnswered(answer: Answer<HelloAnswer>): void {
    if (answer.type === "lost") return;
    if (answer.type === "error") {
      // The close that follows says that it is over; this says why.
      this.helloError = answer.error;
      if (answer.error.retry_after_ms !== null) this.awayMs = answer.error.retry_after_ms;
      return;
    }
    const hello = answer.value;
    if (hello.user !== this.options.user) {
      this.stop("wrong_user");
      return;
    }
    this.offsetMs = hello.time - this.outside.now();
    this.attempt = 0;
    this.refusals = 0;
    this.tokenReason = "expired";
    this.cancelTimers();
    this.become({ state: "online", syncing: true });
    this.watchOver(hello.ping_ms);
    this.renewInTime();
    this.listener.online(hello);
  }

  setSyncing(syncing: boolean): void {
    if (this.state.state === "online" && this.state.syncing !== syncing)
      this.become({ state: "online", syncing });
  }

  /** A dead connection is noticed by an answer that does not come; a quiet one is asked something. */
  private watchOver(pingMs: number): void {
    this.later(pingMs, () => {
      const now = this.outside.now();
      const oldest = [...this.waiting.values()][0];
      if (oldest !== undefined && now - oldest.since > ANSWER_MS_MAX) {
        this.dropped();
        return;
      }
      if (now - this.heardAt >= pingMs) {
        const { operation, fields } = this.listener.probe();
        this.ask(operation, fields, () => {});
      }
      this.watchOver(pingMs);
    });
  }

  private renewInTime(): void {
    const { token } = this;
    const end = token === null ? null : expiryOf(token);
    if (end === null) return;
    const inMs = Math.min(Math.max(end - RENEW_MS - this.now(), 1_000), TIMER_MS_MAX);
    this.later(inMs, () => {
      const epoch = this.epoch;
      this.outside.askToken("expired", (renewed) => {
        if (epoch !== this.epoch || renewed === null || renewed === this.token) return;
        this.token = renewed;
        this.correctClock(() => {});
        this.renewInTime();
      });
    });
  }

  private dropped(): void {
    this.end();
    this.outside.closeSocket();
    this.retryAfter(null);
  }

  private tokenRefused(): void {
    this.refusals += 1;
    this.token = null;
    const expired = this.helloError?.code === "token_expired";
    if (this.refusals >= REFUSALS_MAX + (expired ? 1 : 0))
      this.become({ state: "stopped", reason: "token_refused" });
    else this.renewAndConnect(expired ? "expired" : "refused");
  }

  private renewAndConnect(reason: TokenReason): void {
    this.token = null;
    this.tokenReason = reason;
    this.connect();
  }

  private retryAfter(delayMs: number | null): void {
    const wait = Math.min(RETRY_MS_FIRST * 2 ** this.attempt, RETRY_MS_MAX);
    const inMs = Math.min(delayMs ?? wait / 2 + (wait / 2) * this.outside.random(), AWAY_MS_MAX);
    this.attempt += 1;
    this.awayMs = null;
    if (!this.hasNetwork) {
      this.become({ state: "offline" });
      return;
    }
    const retryAt = this.outside.now() + inMs;
    this.become({ state: "connecting", attempt: this.attempt, retryAt });
    this.later(inMs, () => this.connect());
  }

  private ask<T>(operation: string, fields: object, done: (answer: Answer<T>) => void): void {
    const id = this.nextId;
    this.nextId += 1;
    // The caller names the answer's type: the protocol ties it to the operation.
    this.waiting.set(id, { since: this.outside.now(), done: done as Waiting["done"] });
    this.outside.sendText(JSON.stringify({ id, [operation]: fields }));
  }

  private answered(id: number, message: Record<string, unknown>): void {
    const waiting = this.waiting.get(id);
    if (waiting === undefined) return;
    this.waiting.delete(id);
    const { error } = message;
    if (error === undefined) waiting.done({ type: "ok", value: message.ok });
    // The server's own shape, checked by its tests against the schema.
    else waiting.done({ type: "error", error: error as ProtocolError });
  }

  private pushed(name: string, value: unknown): void {
    if (name === "reconnect") this.awayMs = numberIn(value, "after_ms");
    else if (name !== "error") this.listener.push(name, value);
  }

  /** What belongs to one attempt ends with it. */
  private end(): void {
    this.epoch += 1;
    this.cancelTimers();
    const lost = [...this.waiting.values()];
    this.waiting.clear();
    const wasOnline = this.isOnline;
    if (wasOnline) this.state = { state: "connecting", attempt: 0, retryAt: null };
    for (const { done } of lost) done({ type: "lost" });
    if (wasOnline) this.listener.ended();
  }

  private later(ms: number, callback: () => void): void {
    const timer = this.outside.after(ms, () => {
      this.timers.delete(timer);
      callback();
    });
    this.timers.add(timer);
  }

  private cancelTimers(): void {
    for (const timer of this.timers) timer.cancel();
    this.timers.clear();
  }

  private become(state: ConnectionState): void {
    this.state = state;
    this.listener.changed();
  }
}
