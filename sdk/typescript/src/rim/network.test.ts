import { describe, expect, it, vi } from "vitest";
import { watchNetwork } from "./network.js";

function browser() {
  const navigator = { onLine: true };
  const page = Object.assign(new EventTarget(), {
    visibilityState: "visible" as DocumentVisibilityState,
  });
  return Object.assign(new EventTarget(), { navigator, document: page });
}

describe("watchNetwork", () => {
  it("follows the browser", () => {
    const window = browser();
    const network = watchNetwork(window);
    const listener = vi.fn();
    network.online.subscribe(listener);
    network.visible.subscribe(listener);
    expect([network.online.get(), network.visible.get()]).toEqual([true, true]);

    window.navigator.onLine = false;
    window.dispatchEvent(new Event("offline"));
    expect(network.online.get()).toBe(false);
    window.navigator.onLine = true;
    window.dispatchEvent(new Event("online"));
    expect(network.online.get()).toBe(true);
    window.document.visibilityState = "hidden";
    window.document.dispatchEvent(new Event("visibilitychange"));
    expect(network.visible.get()).toBe(false);
    expect(listener).toHaveBeenCalledTimes(3);
  });

  it("begins with what is so", () => {
    const window = browser();
    window.navigator.onLine = false;
    expect(watchNetwork(window).online.get()).toBe(false);
  });

  it("stops following when it is closed", () => {
    const window = browser();
    const network = watchNetwork(window);
    network.close();
    window.navigator.onLine = false;
    window.dispatchEvent(new Event("offline"));
    window.document.visibilityState = "hidden";
    window.document.dispatchEvent(new Event("visibilitychange"));
    expect([network.online.get(), network.visible.get()]).toEqual([true, true]);
  });

  it("takes the network for there and the page for seen where nothing says so", () => {
    for (const network of [watchNetwork({}), watchNetwork()]) {
      expect([network.online.get(), network.visible.get()]).toEqual([true, true]);
      network.close();
    }
  });
});
