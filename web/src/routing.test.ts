import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chatPath, messageOf, Router, routeOf } from "./routing.js";

beforeEach(() => history.replaceState(null, "", "/"));
afterEach(() => history.replaceState(null, "", "/"));

describe("routeOf", () => {
  it("reads what chatPath writes", () => expect(routeOf(chatPath("d:a.b_c-1"))).toBe("d:a.b_c-1"));

  it.each([
    "/",
    "/chat/",
    "/chat/a%20b",
    "/chat/%E0%A4%A",
    "/chat/a/b",
    "/chat/a/1/2",
    `/chat/${"x".repeat(65)}`,
  ])("shows the list for %s", (path) => expect(routeOf(path)).toBeNull());
});

describe("messageOf", () => {
  it("reads what chatPath writes", () => {
    expect(messageOf(chatPath("a", 3676160000002048))).toBe(3676160000002048);
    expect(routeOf(chatPath("a", 3676160000002048))).toBe("a");
  });

  it.each(["/chat/a", "/chat/a/0", "/chat/a/x", "/chat/a/99999999999999999"])(
    "is null for %s",
    (path) => expect(messageOf(path)).toBeNull(),
  );
});

describe("Router", () => {
  it("opens a chat a step forward and another one in its place", () => {
    const router = new Router(window);
    const steps = history.length;
    const listener = vi.fn();
    router.subscribe(listener);
    router.open("one");
    expect(location.pathname).toBe("/chat/one");
    router.open("two");
    expect(location.pathname).toBe("/chat/two");
    expect(history.length).toBe(steps + 1);
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it("follows the browser's back", () => {
    const router = new Router(window);
    router.open("one");
    history.replaceState(null, "", "/");
    window.dispatchEvent(new PopStateEvent("popstate"));
    expect(router.get()).toBeNull();
  });

  it("goes back by the browser's history where it came from the list", () => {
    const router = new Router(window);
    router.open("one");
    const back = vi.spyOn(history, "back").mockImplementation(() => {});
    router.close();
    expect(back).toHaveBeenCalledOnce();
  });

  it("does not leave the app from a chat that was opened by its address", () => {
    history.replaceState(null, "", "/chat/one");
    const router = new Router(window);
    const back = vi.spyOn(history, "back").mockImplementation(() => {});
    router.close();
    expect(back).not.toHaveBeenCalled();
    expect(location.pathname).toBe("/");
    expect(router.get()).toBeNull();
  });
});
