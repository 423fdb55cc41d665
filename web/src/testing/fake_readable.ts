/** A `Readable` that tests and the playground set by hand. */

import type { Readable } from "@connect-chat/sdk";

export class FakeReadable<T> implements Readable<T> {
  private value: T;
  private readonly listeners = new Set<() => void>();

  constructor(value: T) {
    this.value = value;
  }

  get(): T {
    return this.value;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(value: T): void {
    this.value = value;
    for (const listener of [...this.listeners]) listener();
  }
}
