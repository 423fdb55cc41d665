import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Router } from "../routing.js";
import { useOver } from "./use_over.js";

beforeEach(() => history.replaceState(null, "", "/"));
afterEach(() => {
  vi.restoreAllMocks();
  history.replaceState(null, "", "/");
});

function setUp() {
  const router = new Router(window);
  router.open("one");
  const back = vi.spyOn(history, "back").mockImplementation(() => {});
  const { result } = renderHook(() => useOver(router));
  return { router, back, now: () => result.current };
}

/** What the browser does when its button is pressed: it shows the entry before, and tells. */
function pressBack(): void {
  history.replaceState("connect-inside", "");
  act(() => void window.dispatchEvent(new PopStateEvent("popstate")));
}

describe("useOver", () => {
  it("is a step of its own, which going back closes without leaving the chat", () => {
    const { router, now } = setUp();
    const steps = history.length;
    act(() => now().show("info"));
    expect(now().over).toBe("info");
    expect(history.length).toBe(steps + 1);
    pressBack();
    expect(now().over).toBeNull();
    expect(router.get()).toBe("one");
  });

  it("takes its step back when it is closed, once", () => {
    const { back, now } = setUp();
    act(() => now().show("info"));
    act(() => now().close());
    expect(now().over).toBeNull();
    pressBack();
    act(() => now().close());
    expect(back).toHaveBeenCalledOnce();
  });

  it("gives its step to the chat that is opened from it", () => {
    const { router, back, now } = setUp();
    act(() => now().show("new_chat"));
    const steps = history.length;
    act(() => now().openChat("two"));
    expect(now().over).toBeNull();
    expect(router.get()).toBe("two");
    expect(history.length).toBe(steps);
    expect(history.state).not.toBe("connect-over");
    expect(back).not.toHaveBeenCalled();
  });

  it("only goes away for the chat that is open already", () => {
    const { router, back, now } = setUp();
    act(() => now().show("info"));
    act(() => now().openChat("one"));
    expect(router.get()).toBe("one");
    expect(back).toHaveBeenCalledOnce();
  });
});
