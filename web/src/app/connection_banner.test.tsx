import type { ConnectionState } from "@connect-chat/sdk";
import { act, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeClient } from "../testing/fake_client.js";
import { show } from "../testing/show.js";
import { ConnectionBanner } from "./connection_banner.js";

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => vi.useRealTimers());

function setUp(connection: ConnectionState) {
  const client = new FakeClient({ connection });
  const onSignInAgain = vi.fn();
  const onRestart = vi.fn();
  show(<ConnectionBanner client={client} onSignInAgain={onSignInAgain} onRestart={onRestart} />);
  return { client, onSignInAgain, onRestart };
}

const page = () => document.body.textContent ?? "";

describe("ConnectionBanner", () => {
  it("is silent while all is well", () => {
    setUp({ state: "online", syncing: true });
    expect(page()).toBe("");
  });

  it("does not mention a short connecting", () => {
    const { client } = setUp({ state: "connecting", attempt: 0, retryAt: null });
    act(() => vi.advanceTimersByTime(1000));
    expect(page()).toBe("");
    act(() => client.setConnection({ state: "online", syncing: false }));
    act(() => vi.advanceTimersByTime(5000));
    expect(page()).toBe("");
  });

  it("counts down to the next try, and tries now when asked to", () => {
    const { client } = setUp({ state: "connecting", attempt: 2, retryAt: 1_010_000 });
    act(() => vi.advanceTimersByTime(2000));
    expect(page()).toContain("Next try in 8 s.");
    act(() => vi.advanceTimersByTime(3000));
    expect(page()).toContain("Next try in 5 s.");
    fireEvent.click(screen.getByRole("button", { name: "Try now" }));
    expect(client.calls).toEqual(["reconnect"]);
    act(() => vi.advanceTimersByTime(6000));
    expect(page()).toContain("Connecting…");
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("announces the connecting without the seconds", () => {
    setUp({ state: "connecting", attempt: 2, retryAt: 1_010_000 });
    act(() => vi.advanceTimersByTime(2000));
    expect(screen.getByRole("status").textContent).toBe("Connecting.");
  });

  it("says that what is written offline is not lost", () => {
    setUp({ state: "offline" });
    expect(page()).toContain("You are offline. What you write is sent when you are back.");
  });

  it.each(["token_refused", "token_revoked", "wrong_user"] as const)(
    "lets one sign in again after %s",
    (reason) => {
      const { onSignInAgain, onRestart } = setUp({ state: "stopped", reason });
      fireEvent.click(screen.getByRole("button", { name: "Sign in again" }));
      expect(onSignInAgain).toHaveBeenCalledOnce();
      expect(onRestart).not.toHaveBeenCalled();
    },
  );

  it.each([
    ["replaced", "Use it here"],
    ["closed", "Connect again"],
  ] as const)("after %s it starts again by “%s”", (reason, button) => {
    const { onRestart } = setUp({ state: "stopped", reason });
    fireEvent.click(screen.getByRole("button", { name: button }));
    expect(onRestart).toHaveBeenCalledOnce();
  });
});
