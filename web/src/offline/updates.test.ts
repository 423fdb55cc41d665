import { describe, expect, it, vi } from "vitest";
import { Updates } from "./updates.js";

class FakeContainer extends EventTarget {
  controller: object | null = {};
  readonly registration = Object.assign(new EventTarget(), {
    waiting: null as { postMessage: ReturnType<typeof vi.fn> } | null,
    installing: null as EventTarget | null,
    update: async () => {},
  });
  register = vi.fn(async () => this.registration);

  /** A new version is fetched, and waits. */
  install(): ReturnType<typeof vi.fn> {
    const installing = new EventTarget();
    this.registration.installing = installing;
    this.registration.dispatchEvent(new Event("updatefound"));
    const postMessage = vi.fn();
    this.registration.waiting = { postMessage };
    installing.dispatchEvent(new Event("statechange"));
    return postMessage;
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
    const postMessage = container.install();
    expect(updates.get()).toBe(true);
    expect(listener).toHaveBeenCalled();
    const reload = vi.fn();
    updates.apply(container.as(), reload);
    expect(postMessage).toHaveBeenCalledWith("take_over");
    expect(reload).not.toHaveBeenCalled();
    container.dispatchEvent(new Event("controllerchange"));
    expect(reload).toHaveBeenCalledOnce();
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
