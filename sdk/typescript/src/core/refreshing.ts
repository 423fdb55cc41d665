/**
 * Looks up again, one after the other, the messages on show whose counts are no longer certain: a
 * reaction came from somebody of whom it is not known whether they had it already.
 */

import type { EventId, Page } from "../protocol/types.js";
import type { ChatLog } from "./chat_log.js";
import type { Outside } from "./outside.js";
import type { Session } from "./session.js";

/** Many react at once to what is new: five looks a second are enough for all of them. */
const EVERY_MS = 200;
/** A look is at its neighbours, too: a busy stretch is certain again after a few. */
const LOOK_MESSAGES = 50;

export class Refreshing {
  private isUnderWay = false;

  constructor(
    private readonly outside: Outside,
    private readonly session: Session,
    /** The chats that are shown. */
    private readonly shown: Iterable<ChatLog>,
  ) {}

  ended(): void {
    this.isUnderWay = false;
  }

  start(): void {
    if (this.isUnderWay || !this.session.isOnline) return;
    const found = this.firstStale();
    if (found === null) return;
    this.isUnderWay = true;
    const { log, id } = found;
    const fields = { chat: log.id, around: id, limit: LOOK_MESSAGES };
    this.session.request<Page>("history", fields, (answer) => {
      if (answer.type === "lost") return;
      if (answer.type === "ok") log.refresh(log.takePage(answer.value) ?? []);
      this.outside.after(EVERY_MS, () => {
        this.isUnderWay = false;
        this.start();
      });
    });
  }

  private firstStale(): { log: ChatLog; id: EventId } | null {
    for (const log of this.shown)
      for (const window of log.windows)
        for (const stored of window.messages)
          if (stored.stale) return { log, id: stored.message.id };
    return null;
  }
}
