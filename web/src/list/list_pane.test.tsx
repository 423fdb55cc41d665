import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { DesignProvider } from "../design/provider.js";
import { FakeClient, type FakeOptions } from "../testing/fake_client.js";
import { said } from "../testing/messages.js";
import { ListPane } from "./list_pane.js";

const CHATS = [
  { id: "g-1", type: "group" as const, title: "Plans", messages: [said(place(1, "bob"), "old")] },
  { id: "d-1", type: "direct" as const, peer: "Zoë", messages: [said(place(2, "Zoë"), "newer")] },
  { id: "g-2", type: "group" as const, title: "Tea", messages: [said(place(3, "bob"), "newest")] },
];

function place(seq: number, from: string) {
  return { seq, from, ts: seq * 1000 };
}

function show(options: FakeOptions = {}) {
  const client = new FakeClient({ chats: CHATS, now: 10_000, ...options });
  const onOpen = vi.fn();
  const onNewChat = vi.fn();
  const nothing = () => {};
  render(
    <DesignProvider>
      <ListPane
        client={client}
        open={null}
        onOpen={onOpen}
        onNewChat={onNewChat}
        onNewGroup={nothing}
        onSettings={nothing}
      />
    </DesignProvider>,
  );
  return { client, onOpen, onNewChat };
}

const rows = () => screen.getAllByRole("link").map((row) => row.getAttribute("data-chat"));
const focusedChat = () => document.activeElement?.getAttribute("data-chat");

describe("ListPane", () => {
  it("shows the latest chat first, and moves a chat up when something is said in it", () => {
    const { client } = show();
    expect(rows()).toEqual(["g-2", "d-1", "g-1"]);
    act(() => client.receive("g-1", "carol", "hello"));
    expect(rows()).toEqual(["g-1", "g-2", "d-1"]);
    expect(screen.getByText("hello")).toBeTruthy();
  });

  it("counts what is unread, up to 99", () => {
    const { client } = show();
    act(() => client.receive("g-1", "bob", "one"));
    const row = screen.getByRole("link", { name: /Plans/ });
    expect(row.getAttribute("data-unread")).toBe("1");
    expect(row.textContent).toContain("1 unread");
    act(() => {
      for (let count = 0; count < 120; count += 1) client.receive("g-1", "bob", "more");
    });
    expect(row.textContent).toContain("99+ unread");
  });

  it("shows who is typing instead of the preview", () => {
    const { client } = show();
    act(() => client.chat("g-1").typing.set(["carol"]));
    expect(screen.getByRole("link", { name: /Plans/ }).textContent).toContain("carol is typing…");
    act(() => client.chat("g-1").typing.set([]));
    expect(screen.getByRole("link", { name: /Plans/ }).textContent).toContain("old");
  });

  it("marks the peer who is there", () => {
    const { client } = show();
    act(() => client.setPresence("Zoë", true));
    expect(document.querySelector("[data-presence='online']")).not.toBeNull();
    act(() => client.setPresence("Zoë", false));
    expect(document.querySelector("[data-presence='online']")).toBeNull();
  });

  it("has one tab stop, and the arrows, Home and End move it", async () => {
    show();
    expect(document.querySelectorAll("[data-chat][tabindex='0']")).toHaveLength(1);
    act(() => screen.getByRole("link", { name: /Tea/ }).focus());
    await userEvent.keyboard("{ArrowDown}");
    expect(focusedChat()).toBe("d-1");
    await userEvent.keyboard("{End}");
    expect(focusedChat()).toBe("g-1");
    await userEvent.keyboard("{ArrowDown}");
    expect(focusedChat()).toBe("g-1");
    await userEvent.keyboard("{Home}");
    expect(focusedChat()).toBe("g-2");
    expect(document.querySelectorAll("[data-chat][tabindex='0']")).toHaveLength(1);
  });

  it("opens the focused chat by Enter and a clicked one, but leaves Ctrl to the browser", async () => {
    const { onOpen } = show();
    act(() => screen.getByRole("link", { name: /Tea/ }).focus());
    await userEvent.keyboard("{Enter}");
    expect(onOpen).toHaveBeenLastCalledWith("g-2");
    await userEvent.click(screen.getByRole("link", { name: /Plans/ }));
    expect(onOpen).toHaveBeenLastCalledWith("g-1");
    onOpen.mockClear();
    const user = userEvent.setup();
    await user.keyboard("{Control>}");
    await user.click(screen.getByRole("link", { name: /Plans/ }));
    expect(onOpen).not.toHaveBeenCalled();
  });

  it("finds by title and peer, without case and accents, and opens the first by Enter", async () => {
    const { onOpen } = show();
    await userEvent.type(screen.getByRole("textbox", { name: "Search chats" }), "ZOE");
    expect(rows()).toEqual(["d-1"]);
    await userEvent.keyboard("{Enter}");
    expect(onOpen).toHaveBeenCalledWith("d-1");
  });

  it("leads to the search by / and Ctrl+K, and empties it by Escape", async () => {
    show();
    const field = screen.getByRole("textbox", { name: "Search chats" });
    await userEvent.keyboard("/");
    expect(document.activeElement).toBe(field);
    await userEvent.type(field, "a/b");
    expect(field).toHaveProperty("value", "a/b");
    await userEvent.keyboard("{Escape}");
    expect(field).toHaveProperty("value", "");
    act(() => field.blur());
    await userEvent.keyboard("{Control>}k{/Control}");
    expect(document.activeElement).toBe(field);
  });

  it("offers a new chat where the search finds nothing", async () => {
    const { onNewChat } = show();
    await userEvent.type(screen.getByRole("textbox", { name: "Search chats" }), "nobody");
    await userEvent.click(screen.getByRole("button", { name: "Start a new chat" }));
    expect(onNewChat).toHaveBeenCalledOnce();
  });

  it("says what to do where there is no chat, but not before that is known", () => {
    const { client } = show({ chats: [], ready: false });
    expect(screen.getByText("Loading chats")).toBeTruthy();
    expect(screen.queryByText("No chats yet")).toBeNull();
    act(() => client.ready.set(true));
    expect(screen.getByText("No chats yet")).toBeTruthy();
  });
});
