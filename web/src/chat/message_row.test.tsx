import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { attached, deleted, said } from "../testing/messages.js";
import { type ChatActions, ChatActionsProvider } from "./chat_actions.js";
import { MessageRowView } from "./message_row.js";
import type { MessageRow, PendingRow } from "./rows.js";

afterEach(cleanup);

const ts = new Date(2026, 2, 10, 12).getTime();
const place = { seq: 7, from: "bob", ts };

function row(message: MessageRow["message"], more: Partial<MessageRow> = {}): MessageRow {
  return {
    type: "message",
    id: `m${message.id}`,
    day: null,
    unreadLine: false,
    ts,
    own: false,
    from: message.from,
    first: true,
    last: true,
    quoted: null,
    replyTo: null,
    message,
    changing: false,
    progress: null,
    progressLabel: "",
    ...more,
  };
}

function pendingRow(pending: Partial<PendingRow["pending"]>): PendingRow {
  const { message: _message, changing: _changing, ...grouped } = row(said(place, ""));
  const { progress: _progress, progressLabel: _label, ...rest } = grouped;
  return {
    ...rest,
    type: "pending",
    own: true,
    pending: {
      localId: "l1",
      body: { text: "hi" },
      status: "sending",
      error: null,
      ts,
      ...pending,
    },
  };
}

function show(shown: MessageRow | PendingRow, readOnly = false) {
  const actions: ChatActions = {
    reply: vi.fn(),
    edit: vi.fn(),
    askDelete: vi.fn(),
    react: vi.fn(),
    pickReaction: vi.fn(),
    openMenu: vi.fn(),
    jumpTo: vi.fn(),
    retry: vi.fn(),
    drop: vi.fn(),
  };
  const view = render(
    <ChatActionsProvider value={actions}>
      <MessageRowView
        row={shown}
        direct={false}
        readOnly={readOnly}
        highlighted={false}
        active={false}
      />
    </ChatActionsProvider>,
  );
  return { actions, article: view.getByRole("article"), user: userEvent.setup() };
}

describe("a message", () => {
  it("has its places for tests and lists", () => {
    const { article } = show(row(said(place, "hi")));
    expect(article.dataset.seq).toBe("7");
    expect(article.dataset.entry).toMatch(/^m/);
  });

  it("shows markup as text and makes links that tell nothing", () => {
    const { article } = show(row(said(place, "<b>x</b> https://example.org/a")));
    expect(article.querySelector("b")).toBeNull();
    const link = within(article).getByRole("link");
    expect(link.getAttribute("href")).toBe("https://example.org/a");
    expect(link.getAttribute("rel")).toBe("noopener noreferrer nofollow");
    expect(link.getAttribute("target")).toBe("_blank");
  });

  it("keeps its text in a direction of its own", () => {
    show(row(said(place, "\u202eevil")));
    expect(screen.getByTestId("text").getAttribute("dir")).toBe("auto");
  });

  it("is folded when it is very long and unfolds", async () => {
    const text = "word ".repeat(3_000);
    const { user } = show(row(said({ ...place, seq: 8 }, text)));
    expect(screen.getByTestId("text").textContent?.length).toBeLessThan(2_000);
    await user.click(screen.getByRole("button", { name: "Show more" }));
    expect(screen.getByTestId("text").textContent).toBe(text);
  });

  it("says that it was deleted and offers nothing more", () => {
    const { article } = show(row(deleted(place)));
    expect(article.textContent).toContain("This message was deleted");
    expect(screen.queryByRole("toolbar")).toBeNull();
  });

  it("shows attachments as links with their size and loads nothing of them", () => {
    const url = "https://files.example/a.png";
    const { article } = show(
      row(attached(place, [{ url, name: "a.png", size: 1_234_567, type: "image/png" }])),
    );
    expect(article.querySelector("img")).toBeNull();
    expect(within(article).getByRole("link").textContent).toContain("1.2 MB");
  });

  it("does not link to an attachment of another scheme", () => {
    const { article } = show(row(attached(place, [{ url: "javascript:alert(1)", name: "x" }])));
    expect(within(article).queryByRole("link")).toBeNull();
    expect(article.textContent).toContain("x");
  });
});

describe("reactions", () => {
  const reactions = [
    { emoji: "👍", count: 2, me: true },
    { emoji: "🎉", count: 1, me: false },
  ];

  it("toggle", async () => {
    const message = said(place, "hi", { reactions });
    const { actions, user } = show(row(message));
    const mine = screen.getByRole("button", { name: /👍, 2/ });
    expect(mine.getAttribute("aria-pressed")).toBe("true");
    await user.click(mine);
    expect(actions.react).toHaveBeenLastCalledWith(message.id, "👍", false);
    await user.click(screen.getByRole("button", { name: /🎉, 1/ }));
    expect(actions.react).toHaveBeenLastCalledWith(message.id, "🎉", true);
  });

  it("are only looked at in a chat that was left", () => {
    show(row(said(place, "hi", { reactions })), true);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: /👍/ }).disabled).toBe(true);
    expect(screen.queryByRole("button", { name: "Reply" })).toBeNull();
  });
});

describe("own messages", () => {
  it("say how far they are", () => {
    const { article } = show(
      row(said(place, "hi"), { own: true, progress: "read", progressLabel: "Read by bob" }),
    );
    expect(article.querySelector("[data-state]")?.getAttribute("data-state")).toBe("read");
    expect(article.textContent).toContain("Read by bob");
  });

  it("that failed say why and can be tried again or dropped", async () => {
    const error = Object.assign(new Error("too many of them"), {
      code: "forbidden" as const,
      field: undefined,
    });
    const { actions, user } = show(pendingRow({ status: "failed", error }));
    expect(screen.getByRole("alert").textContent).toContain("Not sent");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(actions.retry).toHaveBeenCalledWith("l1");
    await user.click(screen.getByRole("button", { name: "Delete" }));
    expect(actions.drop).toHaveBeenCalledWith("l1");
  });

  it("on their way say so", () => {
    const { article } = show(pendingRow({}));
    expect(article.querySelector("[data-state]")?.getAttribute("data-state")).toBe("sending");
  });
});

describe("a quote", () => {
  it("shows the answered message and leads to it", async () => {
    const quoted = said({ seq: 3, from: "carol", ts }, "what was asked");
    const message = said(place, "the answer");
    const { actions, user } = show(row(message, { quoted, replyTo: quoted.id }));
    await user.click(screen.getByRole("button", { name: /carol.*what was asked/ }));
    expect(actions.jumpTo).toHaveBeenCalledWith(quoted.id, message.id);
  });

  it("leads to a message that is not in the timeline as well", async () => {
    const { actions, user } = show(row(said(place, "the answer"), { replyTo: 12 }));
    await user.click(screen.getByRole("button", { name: /Earlier message/ }));
    expect(actions.jumpTo).toHaveBeenCalledWith(12, expect.any(Number));
  });
});
