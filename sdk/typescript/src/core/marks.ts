/**
 * Read and delivered marks on their way to the server. They only move up, so what waits is put
 * together: at most one mark of a chat is on the wire, and at most one waits.
 */

import type { ChatId, EventId, Marked, Place } from "../protocol/types.js";
import type { Outside, Timer } from "./outside.js";
import type { Session } from "./session.js";

/** Scrolling through a screen of messages is one mark. */
const GATHER_MS = 300;
/** Chats whose marks are on the wire at a time, so that a sync of many does not fill the session. */
const IN_FLIGHT_MAX = 4;

interface Wanted {
  read: EventId;
  delivered: EventId;
}

export class Marks {
  private readonly wanted = new Map<ChatId, Wanted>();
  private readonly inFlight = new Set<ChatId>();
  private timer: Timer | null = null;

  constructor(
    private readonly outside: Outside,
    private readonly session: Session,
    private readonly marked: (chat: ChatId, read: Place, unread: number) => void,
  ) {}

  read(chat: ChatId, id: EventId): void {
    this.want(chat, { read: id, delivered: 0 });
  }

  delivered(chat: ChatId, id: EventId): void {
    this.want(chat, { read: 0, delivered: id });
  }

  /** A session has begun: what is wanted goes out. */
  online(): void {
    this.inFlight.clear();
    this.flush();
  }

  forget(chat: ChatId): void {
    this.wanted.delete(chat);
  }

  private want(chat: ChatId, { read, delivered }: Wanted, afterMs: number | null = null): void {
    const before = this.wanted.get(chat) ?? { read: 0, delivered: 0 };
    this.wanted.set(chat, {
      read: Math.max(before.read, read),
      delivered: Math.max(before.delivered, delivered),
    });
    this.timer ??= this.outside.after(Math.max(afterMs ?? 0, GATHER_MS), () => this.flush());
  }

  private flush(): void {
    this.timer?.cancel();
    this.timer = null;
    for (const [chat, wanted] of this.wanted) {
      if (!this.session.isOnline || this.inFlight.size >= IN_FLIGHT_MAX) return;
      if (!this.inFlight.has(chat)) this.send(chat, wanted);
    }
  }

  private send(chat: ChatId, wanted: Wanted): void {
    this.wanted.delete(chat);
    this.inFlight.add(chat);
    const { read, delivered } = wanted;
    const fields = { chat, ...(read > 0 && { read }), ...(delivered > 0 && { delivered }) };
    this.session.request<Marked>("mark", fields, (answer) => {
      this.inFlight.delete(chat);
      if (answer.type === "ok") this.marked(chat, answer.value.read, answer.value.unread);
      else if (answer.type === "lost") this.want(chat, wanted);
      else if (isPassing(answer.error.code)) this.want(chat, wanted, answer.error.retry_after_ms);
      if (this.wanted.size > 0) this.timer ??= this.outside.after(GATHER_MS, () => this.flush());
    });
  }
}

function isPassing(code: string): boolean {
  return code === "rate_limited" || code === "overloaded" || code === "unavailable";
}
