import { ConnectError, type ConnectionState } from "@connect-chat/sdk";
import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactElement } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DesignProvider } from "../design/provider.js";
import type { FakeChatSeed } from "../testing/fake_chat.js";
import { FakeClient } from "../testing/fake_client.js";
import { said } from "../testing/messages.js";
import { ChatPane } from "./chat_pane.js";

/** Without a browser nothing has a size: the list draws all of its rows. */
vi.mock("virtua", () => ({
  Virtualizer: (props: { data: unknown[]; children: (row: unknown) => ReactElement }) => (
    <div>{props.data.map((row) => props.children(row))}</div>
  ),
}));

afterEach(cleanup);
beforeEach(() => localStorage.clear());

const now = new Date(2026, 2, 10, 12).getTime();
const messages = [
  said({ seq: 1, from: "bob", ts: now - 60_000 }, "the question"),
  said({ seq: 2, from: "alice", ts: now - 50_000 }, "my answer"),
  said({ seq: 3, from: "bob", ts: now - 40_000 }, "thanks"),
];

let made = 0;

const OPENING: ConnectionState = { state: "connecting", attempt: 0, retryAt: null };

function show(
  seed: Partial<FakeChatSeed> = {},
  showMessage: number | null = null,
  connection: ConnectionState = { state: "online", syncing: false },
) {
  // Drafts live as long as the page: each test has an account of its own.
  made += 1;
  const client = new FakeClient({
    user: "alice",
    now,
    chats: [
      { id: `chat-${made}`, type: "group", title: "Plans", role: "owner", messages, ...seed },
    ],
  });
  client.setConnection(connection);
  const chat = client.chat(`chat-${made}`);
  const view = render(
    <DesignProvider>
      <ChatPane
        client={client}
        chatId={chat.id}
        onOpenInfo={() => undefined}
        showMessage={showMessage}
      />
    </DesignProvider>,
  );
  return { client, chat, view, user: userEvent.setup() };
}

const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
const article = (text: string) => {
  const found = screen.getAllByRole("article").find((one) => one.textContent?.includes(text));
  if (found === undefined) throw new Error(`no message says ${text}`);
  return found;
};

describe("writing", () => {
  it("sends by Enter, empties the field and shows the message at once", async () => {
    const { chat, user } = show();
    await user.type(field(), "hello{Enter}");
    expect(field().value).toBe("");
    expect(article("hello")).toBeTruthy();
    await waitFor(() => expect(chat.log).toHaveLength(4));
  });

  it("does not send what has nothing to see, or is too long", async () => {
    const { chat, user } = show();
    await user.type(field(), "  {Enter}");
    fireEvent.change(field(), { target: { value: "a".repeat(16_385) } });
    await user.keyboard("{Enter}");
    expect(chat.pending).toHaveLength(0);
    expect(screen.getByText(/Too long by 1 byte/)).toBeTruthy();
    expect(field().getAttribute("aria-invalid")).toBe("true");
  });

  it("tells the others that it goes on", async () => {
    const { chat, user } = show();
    await user.type(field(), "hi");
    expect(chat.typingSent).toBe(2);
  });

  it("keeps what was not sent for when the chat is opened again", async () => {
    const { client, chat, view, user } = show();
    await user.type(field(), "half of it");
    view.unmount();
    render(<ChatPane client={client} chatId={chat.id} onOpenInfo={() => undefined} />);
    expect(field().value).toBe("half of it");
  });

  it("answers a message, until it is sent or put away", async () => {
    const { chat, user } = show();
    await user.click(within(article("the question")).getByRole("button", { name: "Reply" }));
    expect(screen.getByText(/Reply to/)).toBeTruthy();
    await user.keyboard("{Escape}");
    await user.click(field());
    await user.keyboard("{Escape}");
    expect(screen.queryByText(/Reply to/)).toBeNull();
    await user.click(within(article("the question")).getByRole("button", { name: "Reply" }));
    await user.type(field(), "yes{Enter}");
    await waitFor(() => expect(chat.log).toHaveLength(4));
    expect(chat.log[3]).toMatchObject({ body: { text: "yes", reply_to: messages[0]?.id } });
  });

  it("keeps the text and what it answers when no more can wait to be sent", async () => {
    const { chat, user } = show();
    vi.spyOn(chat, "send").mockImplementationOnce(() => {
      throw new ConnectError("overloaded", "too much waits to be sent already");
    });
    await user.click(within(article("the question")).getByRole("button", { name: "Reply" }));
    await user.type(field(), "yes{Enter}");
    expect(screen.getByRole("alert").textContent).toContain("Too many messages wait to be sent");
    expect(field().value).toBe("yes");
    expect(screen.getByText(/Reply to/)).toBeTruthy();
    await user.type(field(), "{Enter}");
    expect(screen.queryByRole("alert")).toBeNull();
    expect(field().value).toBe("");
    await waitFor(() => expect(chat.log[3]).toMatchObject({ body: { reply_to: messages[0]?.id } }));
  });

  it("edits the own last message by ArrowUp and keeps the draft by Escape", async () => {
    const { chat, user } = show();
    await user.click(field());
    await user.keyboard("{ArrowUp}");
    expect(field().value).toBe("my answer");
    await user.clear(field());
    await user.type(field(), "my better answer{Enter}");
    await waitFor(() => expect(chat.log[1]).toMatchObject({ body: { text: "my better answer" } }));
    expect(field().value).toBe("");
  });

  it("is not possible in a chat that was left, which can be put away", async () => {
    const { client, user } = show({ role: null });
    expect(screen.queryByRole("textbox")).toBeNull();
    expect(screen.getByText(/can still read/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Remove from my chats" }));
    expect(client.chats.get()).toEqual([]);
  });
});

describe("messages", () => {
  it("say why an own one failed, and go again", async () => {
    const { client, chat, user } = show();
    client.failNext("forbidden", "you may not write here");
    await user.type(field(), "hello{Enter}");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("Not sent: you may not write here.");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(chat.log).toHaveLength(4));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("are deleted after a question", async () => {
    const { chat, user } = show();
    await user.click(within(article("my answer")).getByRole("button", { name: "More" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete…" }));
    const dialog = await screen.findByRole("dialog");
    expect(chat.log[1]).not.toHaveProperty("deleted");
    await user.click(within(dialog).getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(chat.log[1]).toHaveProperty("deleted"));
    await waitFor(() => expect(document.activeElement).toBe(article("This message was deleted")));
  });

  it("of others can be deleted by those who run the chat only", async () => {
    const { user } = show({ role: "member" });
    await user.click(within(article("thanks")).getByRole("button", { name: "More" }));
    expect(await screen.findByRole("menuitem", { name: "Reply" })).toBeTruthy();
    expect(screen.queryByRole("menuitem", { name: "Delete…" })).toBeNull();
    expect(screen.queryByRole("menuitem", { name: "Edit" })).toBeNull();
  });

  it("get reactions from the menu, and say so when that is refused", async () => {
    const { client, chat, user } = show();
    await user.click(within(article("thanks")).getByRole("button", { name: "More" }));
    await user.click(await screen.findByRole("menuitem", { name: "React with 👍" }));
    await waitFor(() => expect(chat.log[2]).toMatchObject({ reactions: [{ emoji: "👍" }] }));
    client.failNext("forbidden");
    await user.click(await screen.findByRole("button", { name: /👍, 1/ }));
    expect(await screen.findByText(/The reaction was not saved/)).toBeTruthy();
  });

  it("that come in are read out, and nothing else", async () => {
    const { client, chat } = show();
    const live = document.querySelector("[aria-live=polite]");
    expect(live?.textContent).toBe("");
    await act(async () => client.receive(chat.id, "bob", "one more"));
    expect(live?.textContent).toBe("bob: one more");
  });
});

describe("the header", () => {
  it("says who is typing, and how many are in", async () => {
    const member = (user: string) => ({ user, role: "member" as const, since: 1 });
    const { chat } = show({ members: [member("alice"), member("bob")] });
    expect(await screen.findByText("2 members")).toBeTruthy();
    act(() => chat.typing.set(["bob"]));
    expect(screen.getByText("bob is typing …")).toBeTruthy();
  });

  it("says how many are in once there is a session", async () => {
    const { client } = show(
      { members: [{ user: "alice", role: "owner", since: 1 }] },
      null,
      OPENING,
    );
    expect(screen.queryByText("1 member")).toBeNull();
    act(() => client.setConnection({ state: "online", syncing: false }));
    expect(await screen.findByText("1 member")).toBeTruthy();
  });

  it("says whether the other one is there", () => {
    const { client } = show({ type: "direct", title: "", peer: "bob" });
    act(() => client.setPresence("bob", true));
    expect(screen.getByText("online")).toBeTruthy();
    act(() => client.setPresence("bob", false, now - 60_000));
    expect(screen.getByText(/last seen at/)).toBeTruthy();
  });
});

describe("the line above what is new", () => {
  it("stays where it was when the chat was opened", async () => {
    const { client, chat } = show({ unread: 1 });
    const above = () => screen.getByTestId("unread-line").parentElement?.textContent;
    expect(above()).toContain("thanks");
    await act(async () => client.receive(chat.id, "bob", "one more"));
    expect(above()).toContain("thanks");
  });
});

describe("a link to a message", () => {
  it("opens the chat around it", async () => {
    const many = Array.from({ length: 300 }, (_, index) =>
      said({ seq: index + 1, from: "bob", ts: now - 300_000 + index }, `text ${index + 1}.`),
    );
    show({ messages: many }, many[99]?.id);
    await waitFor(() => expect(article("text 100.")).toBeTruthy());
    expect(screen.queryByText("text 300.")).toBeNull();
  });
});
