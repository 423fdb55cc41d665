import { describe, expect, it, vi } from "vitest";
import { type Locks, openTabs } from "./tabs.js";

const ACCOUNT = { url: "https://chat.example.org", user: "alice" };

/** Exclusive locks, granted in the order in which they were asked for, and never at once. */
class FakeLocks implements Locks {
  readonly #queues = new Map<string, object[]>();
  readonly #waiting = new Map<object, () => void>();

  async request(
    name: string,
    { signal }: { signal: AbortSignal },
    callback: () => Promise<void>,
  ): Promise<void> {
    signal.throwIfAborted();
    const place = {};
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    queue.push(place);
    try {
      if (queue[0] !== place) await this.#turn(place, signal);
      await settled();
      await callback();
    } finally {
      queue.splice(queue.indexOf(place), 1);
      const next = queue[0];
      if (next !== undefined) this.#waiting.get(next)?.();
    }
  }

  async query() {
    const held = [...this.#queues].filter(([, queue]) => queue.length > 0);
    return { held: held.map(([name]) => ({ name })) };
  }

  #turn(place: object, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(place, resolve);
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  }
}

/** Lets everything that is under way come to its end. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("openTabs", () => {
  it("has one writer at a time, and the next one in the queue after it", async () => {
    const locks = new FakeLocks();
    const first = await openTabs(ACCOUNT, locks);
    const second = await openTabs(ACCOUNT, locks);
    const third = await openTabs(ACCOUNT, locks);
    const told = vi.fn();
    third.writer.subscribe(told);
    const writers = () => [first, second, third].map(({ writer }) => writer.get());
    await settled();
    expect(writers()).toEqual([true, false, false]);

    second.close();
    await settled();
    expect(writers()).toEqual([true, false, false]);
    expect(told).not.toHaveBeenCalled();

    first.close();
    await vi.waitFor(() => expect(third.writer.get()).toBe(true));
    expect(told).toHaveBeenCalledOnce();
    expect(second.writer.get()).toBe(false);
  });

  it("does not become the writer by a lock that comes when it is closed already", async () => {
    const locks = new FakeLocks();
    const tabs = await openTabs(ACCOUNT, locks);
    tabs.close();
    await settled();
    expect(tabs.writer.get()).toBe(false);
    const next = await openTabs(ACCOUNT, locks);
    await vi.waitFor(() => expect(next.writer.get()).toBe(true));
  });

  it("keeps accounts apart", async () => {
    const locks = new FakeLocks();
    const alice = await openTabs(ACCOUNT, locks);
    const bob = await openTabs({ ...ACCOUNT, user: "bob" }, locks);
    await settled();
    expect([alice.writer.get(), bob.writer.get()]).toEqual([true, true]);
  });

  it("sees which tabs are there, at once when they are open", async () => {
    const locks = new FakeLocks();
    const first = await openTabs(ACCOUNT, locks, "one");
    const second = await openTabs(ACCOUNT, locks, "two");
    expect([first.tab, second.tab]).toEqual(["one", "two"]);
    expect(await second.isAlive("one")).toBe(true);
    expect(await second.isAlive("two")).toBe(true);
    expect(await second.isAlive("three")).toBe(false);
    first.close();
    first.close();
    await settled();
    expect(await second.isAlive("one")).toBe(false);
  });

  it("names tabs differently", async () => {
    const locks = new FakeLocks();
    expect((await openTabs(ACCOUNT, locks)).tab).not.toBe((await openTabs(ACCOUNT, locks)).tab);
  });

  it("is the writer and alone where there are no locks, or none that work", async () => {
    const broken: Locks = {
      request: () => Promise.reject(new Error("not in this origin")),
      query: () => Promise.reject(new Error("not in this origin")),
    };
    for (const tabs of [await openTabs(ACCOUNT), await openTabs(ACCOUNT, broken)]) {
      expect(tabs.writer.get()).toBe(true);
      expect(await tabs.isAlive(tabs.tab)).toBe(true);
      expect(await tabs.isAlive("another")).toBe(false);
      tabs.close();
    }
  });

  it("takes a tab for alive when the browser does not say", async () => {
    const locks = new FakeLocks();
    const tabs = await openTabs(ACCOUNT, locks);
    vi.spyOn(locks, "query").mockRejectedValue(new Error("not now"));
    expect(await tabs.isAlive("another")).toBe(true);
  });
});
