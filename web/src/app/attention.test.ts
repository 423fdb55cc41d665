import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeClient } from "../testing/fake_client.js";
import { showAttention, titleFor } from "./attention.js";

beforeEach(() => {
  document.head.innerHTML = '<link rel="icon" href="/icon.svg">';
});

afterEach(() => {
  document.head.innerHTML = "";
});

const icon = () => document.querySelector("link[rel='icon']")?.getAttribute("href");

describe("titleFor", () => {
  it.each([
    [0, null, "Connect"],
    [0, "Tea", "Tea · Connect"],
    [3, null, "(3) Connect"],
    [100, "Tea", "(99+) Tea · Connect"],
  ])("of %i unread with %j open", (unread, chat, title) =>
    expect(titleFor(unread, chat)).toBe(title),
  );
});

describe("showAttention", () => {
  it("counts what is unread in all chats, in the title and by the icon", () => {
    const client = new FakeClient({
      chats: [
        { id: "a", type: "group", title: "A" },
        { id: "b", type: "group", title: "B" },
      ],
    });
    const attention = showAttention(client, document, () => null);
    expect(document.title).toBe("Connect");
    expect(icon()).toBe("/icon.svg");
    client.receive("a", "bob", "hi");
    client.receive("b", "bob", "hi");
    expect(document.title).toBe("(2) Connect");
    expect(icon()).toBe("/icon-unread.svg");
    attention.end();
    expect(document.title).toBe("Connect");
    expect(icon()).toBe("/icon.svg");
    client.receive("b", "bob", "hi");
    expect(document.title).toBe("Connect");
  });

  it("names the open chat when told to look again", () => {
    let open: string | null = null;
    const attention = showAttention(new FakeClient(), document, () => open);
    open = "Tea";
    attention.update();
    expect(document.title).toBe("Tea · Connect");
    attention.end();
  });
});
