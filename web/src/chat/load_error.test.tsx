import { ConnectError, type Timeline, type TimelineState } from "@connect-chat/sdk";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { LoadError } from "./load_error.js";

afterEach(cleanup);

function show(state: Partial<TimelineState>) {
  const whole: TimelineState = {
    entries: [{ type: "gap", entryId: "g", why: "offline" }],
    loading: false,
    older: "more",
    newer: "end",
    error: new ConnectError("overloaded", "busy"),
    ...state,
  };
  const timeline: Timeline = {
    get: () => whole,
    subscribe: () => () => undefined,
    loadOlder: vi.fn(async () => undefined),
    loadNewer: vi.fn(async () => undefined),
    showNewest: vi.fn(async () => undefined),
    showAround: async () => null,
    showAt: async () => null,
    close: () => undefined,
  };
  render(<LoadError state={whole} timeline={timeline} />);
  return timeline;
}

const again = () => userEvent.click(screen.getByRole("button", { name: "Try again" }));

it("says why and tries again where it failed", async () => {
  const older = show({});
  expect(screen.getByRole("alert").textContent).toContain("The server is busy");
  await again();
  expect(older.loadOlder).toHaveBeenCalledOnce();
  cleanup();
  const newer = show({ older: "end", newer: "more" });
  await again();
  expect(newer.loadNewer).toHaveBeenCalledOnce();
  cleanup();
  const first = show({ entries: [] });
  await again();
  expect(first.showNewest).toHaveBeenCalledOnce();
});

it("says nothing without an error, nor of being offline, which the edge says", () => {
  show({ error: null });
  show({ older: "offline", error: new ConnectError("offline", "no session") });
  expect(screen.queryByRole("alert")).toBeNull();
});

it("says that what was jumped to is not on the device", () => {
  show({ error: new ConnectError("offline", "no session") });
  expect(screen.getByRole("alert").textContent).toContain("not on your device");
});
