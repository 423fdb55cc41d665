import { describe, expect, it, vi } from "vitest";
import { Updates } from "./updates.js";

interface FakeWorker {
  state: string;
  readonly postMessage: ReturnType<typeof vi.fn>;
}

class FakeContainer extends EventTarget {
  controller: object | null = {};
  readonly registration = Object.assign(new EventTarget(), {
    waiting: null as FakeWorker | null,
    installing: null as EventTarget | null,
    update: async () => {},
  });
  register = vi.fn(async () => this.registration);

  /** A new version is being fetched. */
  find(): void {
    this.registration.installing = new EventTarget();
    this.registration.dispatchEvent(new Event("updatefound"));
  }

  /** It is there, and waits. */
  finish(): FakeWorker {
    const waiting = { state: "installed", postMessage: vi.fn() };
    this.registration.waiting = waiting;
    this.registration.installing?.dispatchEvent(new Event("statechange"));
    return waiting;
  }

  install(): FakeWorker {
    this.find();
    return this.finish();
  }

  as(): ServiceWorkerContainer {
    // Only what is used is faked.
    return this as unknown as ServiceWorkerContainer;
  }
}

describe("Updates", () => {
  it("tells when a newer version waits, and reloads once that has taken over", async () => {
    const container = new FakeContainer();
    const updates = new Updates();
    const listener = vi.fn();
    updates.subscribe(listener);
    await updates.start(container.as(), () => {});
    expect(updates.get()).toBe(false);
    const { postMessage } = container.install();
    expect(updates.get()).toBe(true);
    expect(listener).toHaveBeenCalled();
    const reload = vi.fn();
    updates.apply(reload);
    expect(postMessage).toHaveBeenCalledWith("take_over");
    expect(reload).not.toHaveBeenCalled();
    container.dispatchEvent(new Event("controllerchange"));
    expect(reload).toHaveBeenCalledOnce();
  });

  it("reloads at once where another tab has let the newer version take over", async () => {
    const container = new FakeContainer();
    const updates = new Updates();
    await updates.start(container.as(), () => {});
    const worker = container.install();
    worker.state = "activated";
    container.dispatchEvent(new Event("controllerchange"));
    const reload = vi.fn();
    updates.apply(reload);
    expect(reload).toHaveBeenCalledOnce();
    expect(worker.postMessage).not.toHaveBeenCalled();
  });

  it("hears of a version that was being fetched before it listened", async () => {
    const container = new FakeContainer();
    container.find();
    const updates = new Updates();
    await updates.start(container.as(), () => {});
    expect(updates.get()).toBe(false);
    container.finish();
    expect(updates.get()).toBe(true);
  });

  it("says nothing of the first version", async () => {
    const container = new FakeContainer();
    container.controller = null;
    const updates = new Updates();
    await updates.start(container.as(), () => {});
    container.install();
    expect(updates.get()).toBe(false);
  });

  it("opens the chat whose notification was clicked, and nothing else", async () => {
    const container = new FakeContainer();
    const open = vi.fn();
    await new Updates().start(container.as(), open);
    for (const data of [null, "x", { open: 7 }, { open: "g-1" }])
      container.dispatchEvent(new MessageEvent("message", { data }));
    expect(open).toHaveBeenCalledExactlyOnceWith("g-1");
  });

  it("does without a service worker where the browser allows none", async () => {
    const container = new FakeContainer();
    container.register.mockRejectedValueOnce(new Error("not here"));
    await expect(new Updates().start(container.as(), () => {})).resolves.toBeUndefined();
  });
});
