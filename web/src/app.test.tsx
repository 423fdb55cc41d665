import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "./app.js";
import { Updates } from "./offline/updates.js";
import { Router } from "./routing.js";
import { Session } from "./session/session.js";
import { browserNotifications, Notifications } from "./settings/notifications.js";
import { ThemeSetting } from "./settings/theme.js";
import { FakeClient } from "./testing/fake_client.js";
import { said } from "./testing/messages.js";

vi.mock("./chat/chat_pane.js", () => ({
  ChatPane: (props: { chatId: string; onBack?: () => void; showMessage: number | null }) => (
    <section aria-label="pane">
      {props.chatId} at {props.showMessage ?? "the newest"}
      {props.onBack !== undefined && (
        <button type="button" onClick={props.onBack}>
          Back
        </button>
      )}
    </section>
  ),
}));

const CHATS = ["one", "two"].map((id, index) => ({
  id,
  type: "group" as const,
  title: `Group ${id}`,
  messages: [said({ seq: 1, from: "bob", ts: 1000 - index }, "hi")],
}));

beforeEach(() => history.replaceState(null, "", "/"));

afterEach(() => {
  history.replaceState(null, "", "/");
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function setUp(width: number, path = "/") {
  history.replaceState(null, "", path);
  const wide = width >= 800;
  vi.spyOn(window, "matchMedia").mockImplementation((query) =>
    Object.assign(new EventTarget(), {
      matches: query.includes("800px") ? wide : false,
      media: query,
      onchange: null,
      addListener() {},
      removeListener() {},
    }),
  );
  const client = new FakeClient({ chats: CHATS });
  const account = { user: "alice", token: null };
  const store = { load: () => account, save() {}, clear() {}, onOther: () => () => {} };
  const session = new Session({
    store,
    createClient: () => client,
    freshToken: async () => "t",
  });
  const router = new Router(window);
  const host = { ...browserNotifications(), clear: vi.fn() };
  render(
    <App
      session={session}
      router={router}
      theme={new ThemeSetting(document.documentElement, null)}
      notifications={new Notifications(host, null)}
      updates={new Updates()}
    />,
  );
  return { client, session, router, host };
}

const pane = () => screen.queryByRole("region", { name: "pane" });

describe("App", () => {
  it("opens the clicked chat beside the list, and says so in the address and the title", async () => {
    setUp(1280);
    expect(screen.getByText("Choose a chat")).toBeTruthy();
    await userEvent.click(screen.getByRole("link", { name: /Group two/ }));
    expect(pane()?.textContent).toContain("two at the newest");
    expect(location.pathname).toBe("/chat/two");
    expect(document.title).toBe("Group two · Connect");
    expect(screen.getByRole("link", { name: /Group two/ }).getAttribute("aria-current")).toBe(
      "page",
    );
    expect(screen.queryByRole("button", { name: "Back" })).toBeNull();
  });

  it("opens what the address says, at the message that it names", () => {
    setUp(1280, "/chat/one/2048");
    expect(pane()?.textContent).toContain("one at 2048");
  });

  it("has one pane on a phone: the list is out of reach under the chat until one goes back", async () => {
    setUp(360, "/chat/one");
    const list = screen.getByRole("region", { name: "Your chats", hidden: true });
    expect(list.closest("[inert]")).not.toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Back" }));
    expect(pane()).toBeNull();
    expect(list.closest("[inert]")).toBeNull();
    await waitFor(() => expect(document.activeElement?.getAttribute("data-chat")).toBe("one"));
  });

  it("says for tests and styles how the connection is", () => {
    const { client } = setUp(1280);
    const state = () =>
      document.querySelector("[data-connection]")?.getAttribute("data-connection");
    expect(state()).toBe("online");
    act(() => client.setConnection({ state: "online", syncing: true }));
    expect(state()).toBe("syncing");
    act(() => client.setConnection({ state: "offline" }));
    expect(state()).toBe("offline");
  });

  it("reads out what comes in to other chats than the open one", () => {
    const { client } = setUp(1280, "/chat/one");
    act(() => client.receive("one", "bob", "here"));
    expect(screen.queryByText(/New message/)).toBeNull();
    act(() => client.receive("two", "bob", "there"));
    expect(screen.getByText("New message from bob in Group two")).toBeTruthy();
  });

  it("shows the sign-in screen once signed out, with nothing of the account", async () => {
    const { session, client, host } = setUp(1280);
    expect(host.clear).not.toHaveBeenCalled();
    await act(() => session.signOut());
    expect(host.clear).toHaveBeenCalledOnce();
    expect(client.calls).toEqual(["forget"]);
    expect(screen.getByRole("textbox", { name: "User name" })).toHaveProperty("value", "");
    expect(screen.queryByText("Group one")).toBeNull();
  });

  it("opens a dialog when it is asked for, and gives the focus back", async () => {
    setUp(1280);
    const button = screen.getByRole("button", { name: "New chat" });
    await userEvent.click(button);
    await screen.findByRole("dialog", { name: "New chat" });
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(document.activeElement).toBe(button);
  });

  it("says when a dialog cannot be loaded, and goes on with the others", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    vi.doMock("./dialogs/new_group_dialog.js", () => Promise.reject(new Error("404")));
    setUp(1280);
    await userEvent.click(screen.getByRole("button", { name: "New group" }));
    const failed = await screen.findByRole("dialog", { name: "This could not be opened" });
    expect(within(failed).getByRole("button", { name: "Reload" })).toBeTruthy();
    await userEvent.click(within(failed).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await userEvent.click(screen.getByRole("button", { name: "New chat" }));
    expect(await screen.findByRole("dialog", { name: "New chat" })).toBeTruthy();
    vi.doUnmock("./dialogs/new_group_dialog.js");
  });
});
