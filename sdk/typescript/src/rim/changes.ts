/**
 * Tells those who look at something that it has changed: snapshots are made when they are asked for,
 * and kept until the topic changes; listeners are called once for all that changed in one turn.
 */

import type { Readable } from "../api.js";
import type { Topic } from "../core/outside.js";

/** What happens when the first one begins to look, and when the last one is gone. */
export interface Attention {
  first(): void;
  last(): void;
}

export interface Value<T> extends Readable<T> {
  /** It has changed for another reason than its topic. */
  changed(): void;
  /** Nobody looks at it any more. */
  close(): void;
}

interface Entry {
  isStale: boolean;
  readonly listeners: Set<() => void>;
}

export class Changes {
  private readonly entries = new Map<string, Set<Entry>>();
  private readonly waiting = new Set<Entry>();

  changed(topic: Topic): void {
    for (const entry of this.entries.get(nameOf(topic)) ?? []) this.mark(entry);
  }

  /** A value that is made anew when one of its topics has changed. */
  readable<T>(
    topic: Topic,
    make: () => T,
    attention: Attention = { first() {}, last() {} },
  ): Value<T> {
    const entry: Entry = { isStale: true, listeners: new Set() };
    const name = nameOf(topic);
    const entries = this.entries.get(name) ?? new Set();
    this.entries.set(name, entries.add(entry));
    let value: T;
    return {
      get: () => {
        if (entry.isStale) {
          entry.isStale = false;
          value = make();
        }
        return value;
      },
      subscribe: (listener) => {
        const called = () => listener();
        entry.listeners.add(called);
        if (entry.listeners.size === 1) attention.first();
        return () => {
          if (entry.listeners.delete(called) && entry.listeners.size === 0) attention.last();
        };
      },
      changed: () => this.mark(entry),
      close: () => entries.delete(entry),
    };
  }

  private mark(entry: Entry): void {
    entry.isStale = true;
    if (entry.listeners.size === 0) return;
    if (this.waiting.size === 0) queueMicrotask(() => this.tell());
    this.waiting.add(entry);
  }

  private tell(): void {
    const entries = [...this.waiting];
    this.waiting.clear();
    for (const { listeners } of entries) for (const listener of [...listeners]) listener();
  }
}

function nameOf(topic: Topic): string {
  if ("chat" in topic) return `${topic.of} ${topic.chat}`;
  return "user" in topic ? `${topic.of} ${topic.user}` : topic.of;
}
