/** An outside that does nothing by itself: the test is the socket, the clock and the storage. */

import type { TokenReason } from "../src/api.js";
import type { Outside, Timer, Topic } from "../src/core/outside.js";
import type { StoredChat, StoredMessage } from "../src/core/records.js";
import type { StorageChange } from "../src/storage/storage.js";

interface Request {
  readonly id: number;
  readonly operation: string;
  readonly fields: Record<string, unknown>;
}

interface Alarm {
  readonly at: number;
  readonly callback: () => void;
}

type Loaded = (messages: readonly StoredMessage[] | null, kept: StoredChat | null) => void;

export class FakeOutside implements Outside {
  time = 1_795_000_000_000;
  chance = 0.5;
  isSocketOpen = false;
  opened = 0;
  readonly sent: Request[] = [];
  readonly told: Request[] = [];
  readonly tokens: {
    readonly reason: TokenReason;
    readonly done: (token: string | null) => void;
  }[] = [];
  readonly writes: { readonly batch: readonly StorageChange[]; readonly done: () => void }[] = [];
  readonly loads: { readonly limit: number; readonly done: Loaded }[] = [];
  readonly topics: Topic[] = [];
  private readonly alarms = new Set<Alarm>();
  private bytes = 0;

  /** Lets time pass, and what was to happen in it happen. */
  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.alarms].filter(({ at }) => at <= end);
      const next = due.sort((one, other) => one.at - other.at)[0];
      if (next === undefined) break;
      this.alarms.delete(next);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = end;
  }

  get alarmsSet(): number {
    return this.alarms.size;
  }

  /** The latest request. */
  get last(): Request {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error("nothing was asked");
    return last;
  }

  asked(operation: string): Request[] {
    return this.sent.filter((request) => request.operation === operation);
  }

  now(): number {
    return this.time;
  }

  random(): number {
    return this.chance;
  }

  randomBytes(count: number): Uint8Array {
    this.bytes += 1;
    return Uint8Array.from({ length: count }, (_, at) => (at === 0 ? this.bytes : 0));
  }

  after(ms: number, callback: () => void): Timer {
    const alarm = { at: this.time + ms, callback };
    this.alarms.add(alarm);
    return { cancel: () => void this.alarms.delete(alarm) };
  }

  openSocket(): void {
    this.isSocketOpen = true;
    this.opened += 1;
  }

  sendText(text: string): void {
    const { id, ...rest } = JSON.parse(text) as Record<string, unknown>;
    for (const [operation, fields] of Object.entries(rest))
      if (typeof id === "number")
        this.sent.push({ id, operation, fields: fields as Record<string, unknown> });
      else this.told.push({ id: 0, operation, fields: fields as Record<string, unknown> });
  }

  closeSocket(): void {
    this.isSocketOpen = false;
  }

  askToken(reason: TokenReason, done: (token: string | null) => void): void {
    this.tokens.push({ reason, done });
  }

  write(batch: readonly StorageChange[], done: () => void): void {
    this.writes.push({ batch, done });
  }

  load(_chat: string, _range: object, limit: number, _end: string, done: Loaded): void {
    this.loads.push({ limit, done });
  }

  findReceipts(): void {}

  findPeer(): void {}

  changed(topic: Topic): void {
    this.topics.push(topic);
  }

  incoming(): void {}
}
