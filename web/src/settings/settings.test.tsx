import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeClient } from "../testing/fake_client.js";
import { show } from "../testing/show.js";
import { Notifications, type NotificationsHost } from "./notifications.js";
import { SettingsDialog } from "./settings_dialog.js";
import { ThemeSetting } from "./theme.js";

afterEach(() => localStorage.clear());

function fakeHost(permission: NotificationPermission | "unsupported") {
  const host = {
    answer: "granted" as NotificationPermission,
    now: permission,
    isHidden: true,
    permission: () => host.now,
    ask: vi.fn(async () => {
      host.now = host.answer;
      return host.answer;
    }),
    show: vi.fn<NotificationsHost["show"]>(),
    clear: vi.fn(),
    hidden: () => host.isHidden,
  };
  return host;
}

describe("ThemeSetting", () => {
  it("is the system's until another is chosen, which it remembers", () => {
    const root = document.createElement("html");
    const theme = new ThemeSetting(root, localStorage);
    expect(root.hasAttribute("data-theme")).toBe(false);
    theme.set("dark");
    expect(root.getAttribute("data-theme")).toBe("dark");
    const next = document.createElement("html");
    expect(new ThemeSetting(next, localStorage).get()).toBe("dark");
    expect(next.getAttribute("data-theme")).toBe("dark");
    theme.set("system");
    expect(root.hasAttribute("data-theme")).toBe(false);
  });

  it("does without storage", () => {
    const root = document.createElement("html");
    new ThemeSetting(root, null).set("light");
    expect(root.getAttribute("data-theme")).toBe("light");
  });
});

describe("Notifications", () => {
  let client: FakeClient;

  beforeEach(() => {
    client = new FakeClient({
      chats: [
        { id: "g", type: "group", title: "Tea" },
        { id: "d", type: "direct", peer: "bob" },
      ],
    });
  });

  it("shows nothing until they are turned on, and asks only then", async () => {
    const host = fakeHost("default");
    const notifications = new Notifications(host, localStorage);
    notifications.watch(client, () => {});
    client.receive("g", "bob", "one");
    expect(host.ask).not.toHaveBeenCalled();
    await notifications.turn(true);
    expect(host.ask).toHaveBeenCalledOnce();
    client.receive("g", "bob", "two");
    expect(host.show).toHaveBeenCalledOnce();
    expect(host.show.mock.calls[0]?.[0]).toMatchObject({ title: "Tea", body: "bob: two" });
    expect(new Notifications(host, localStorage).get()).toBe("on");
  });

  it("shows nothing while somebody looks, and opens the chat when clicked", async () => {
    const host = fakeHost("granted");
    const notifications = new Notifications(host, localStorage);
    await notifications.turn(true);
    const open = vi.fn();
    const end = notifications.watch(client, open);
    host.isHidden = false;
    client.receive("d", "bob", "seen");
    expect(host.show).not.toHaveBeenCalled();
    host.isHidden = true;
    client.receive("d", "bob", "hello");
    expect(host.show.mock.calls[0]?.[0]).toMatchObject({ title: "bob", body: "hello" });
    host.show.mock.calls[0]?.[1]();
    expect(open).toHaveBeenCalledWith("d");
    end();
    client.receive("d", "bob", "more");
    expect(host.show).toHaveBeenCalledOnce();
  });

  it("stays off when the browser is told no", async () => {
    const host = fakeHost("default");
    host.answer = "denied";
    const notifications = new Notifications(host, localStorage);
    await notifications.turn(true);
    expect(notifications.get()).toBe("blocked");
  });
});

describe("SettingsDialog", () => {
  function setUp() {
    const onSignOut = vi.fn();
    show(
      <SettingsDialog
        client={new FakeClient()}
        theme={new ThemeSetting(document.documentElement, localStorage)}
        notifications={new Notifications(fakeHost("unsupported"), localStorage)}
        shown={true}
        onClose={() => {}}
        onSignOut={onSignOut}
      />,
    );
    return onSignOut;
  }

  it("changes the theme at once", async () => {
    setUp();
    await userEvent.click(screen.getByRole("radio", { name: "Dark" }));
    expect(document.documentElement.getAttribute("data-theme")).toBe("dark");
    await userEvent.click(screen.getByRole("radio", { name: "As the device" }));
  });

  it("signs out only when asked twice, and warns of what is not sent", async () => {
    const onSignOut = setUp();
    await userEvent.click(screen.getByRole("button", { name: "Sign out" }));
    expect(screen.getByRole("alert").textContent).toContain("What is not sent yet is lost");
    expect(onSignOut).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole("button", { name: "Sign out" }));
    expect(onSignOut).toHaveBeenCalledOnce();
  });
});
