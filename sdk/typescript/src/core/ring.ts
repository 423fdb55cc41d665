/** The latest events of a log, in their order: what a page that was on its way meanwhile lacks. */

import type { Event, Seq } from "../protocol/types.js";

/** 256 of some 400 bytes are 100 KB. */
const EVENTS_MAX = 256;

export class Ring {
  private events: Event[] = [];

  /** It holds every event above `from`, up to the log's tail. */
  constructor(public from: Seq) {}

  add(event: Event): void {
    this.events.push(event);
    if (this.events.length > EVENTS_MAX) this.from = this.events.shift()?.seq ?? this.from;
  }

  /** Begins anew above a seq. */
  clear(from: Seq): void {
    this.events = [];
    this.from = from;
  }

  above(seq: Seq): Event[] {
    return this.events.filter((event) => event.seq > seq);
  }
}
