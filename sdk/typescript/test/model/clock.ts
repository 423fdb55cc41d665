/** Simulated time: what is to happen, in its order, on one thread. */

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class SimulatedClock {
  now: number;
  private order = 0;
  /** A binary heap, the next one first. */
  private readonly heap: Happening[] = [];
  /** What has been asked of something that answers by a promise: answered before time goes on. */
  private readonly promises: Promise<void>[] = [];

  constructor(start: number) {
    this.now = start;
  }

  /** The answer takes it back. */
  after(ms: number, run: () => void): () => void {
    let isOn = true;
    this.order += 1;
    this.push({ at: this.now + Math.max(0, ms), order: this.order, run: () => isOn && run() });
    return () => {
      isOn = false;
    };
  }

  await(promise: Promise<void>): void {
    this.promises.push(promise);
  }

  async runUntil(end: number): Promise<void> {
    for (let next = this.heap[0]; next !== undefined && next.at <= end; next = this.heap[0]) {
      this.pop();
      this.now = next.at;
      next.run();
      // What hangs on promises happens at the same moment.
      await null;
      while (this.promises.length > 0) await this.promises.shift();
    }
    this.now = end;
  }

  private push(happening: Happening): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(happening);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, happening)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = happening;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const isRight = right !== undefined && left !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || isBefore(last, child)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = last;
  }
}

function isBefore(one: Happening, other: Happening): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
