import type { Role } from "@connect-chat/sdk";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { FakeClient } from "../testing/fake_client.js";
import { show } from "../testing/show.js";
import { ChatInfoDialog } from "./chat_info_dialog.js";

async function setUp(role: Role, more: { joinable?: boolean } = {}) {
  const members = [
    { user: "alice", role, since: 1 },
    { user: "bob", role: "admin" as const, since: 1 },
    { user: "carol", role: "member" as const, since: 1 },
  ];
  const client = new FakeClient({
    chats: [{ id: "g-1", type: "group", title: "Tea", topic: "Leaves", role, members, ...more }],
    online: ["carol"],
  });
  const onClose = vi.fn();
  show(
    <ChatInfoDialog
      client={client}
      chatId="g-1"
      shown={true}
      onClose={onClose}
      onOpen={() => {}}
    />,
  );
  await screen.findByText("3 members");
  return { client, chat: client.chat("g-1"), onClose };
}

const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));
const choose = async (name: string) =>
  userEvent.click(await screen.findByRole("menuitem", { name }));
const users = () =>
  [...document.querySelectorAll("[data-member]")].map((row) => row.getAttribute("data-member"));

describe("ChatInfoDialog", () => {
  it("lists owners, admins, then members, and who is there", async () => {
    await setUp("owner");
    expect(users()).toEqual(["alice", "bob", "carol"]);
    expect(document.querySelector("[data-member='carol']")?.getAttribute("data-presence")).toBe(
      "online",
    );
    expect(screen.getByText("Leaves")).toBeTruthy();
  });

  it("offers an ordinary member nothing that the server would refuse", async () => {
    await setUp("member");
    expect(screen.queryByRole("button", { name: "Edit group" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Add members" })).toBeNull();
    await press("Actions for carol");
    expect(await screen.findByRole("menuitem", { name: /Write to/ })).toBeTruthy();
    expect(screen.queryByRole("menuitem", { name: /Remove/ })).toBeNull();
    expect(screen.queryByRole("menuitem", { name: /Make/ })).toBeNull();
  });

  it("lets an admin remove members but not admins", async () => {
    const { chat } = await setUp("admin");
    await press("Actions for bob");
    await screen.findByRole("menuitem", { name: /Write to/ });
    expect(screen.queryByRole("menuitem", { name: /Remove/ })).toBeNull();
    await userEvent.keyboard("{Escape}");
    await press("Actions for carol");
    await choose("Remove from the group…");
    await press("Remove");
    await screen.findByText("2 members");
    expect(chat.memberList.map((member) => member.user)).toEqual(["alice", "bob"]);
  });

  it("lets an owner make others admins", async () => {
    const { chat } = await setUp("owner");
    await press("Actions for carol");
    await choose("Make admin");
    await waitFor(() => expect(chat.memberList[2]?.role).toBe("admin"));
  });

  it("adds members, and says in words when that is refused", async () => {
    const { client } = await setUp("owner");
    await press("Add members");
    await userEvent.type(screen.getByRole("textbox", { name: "Add members" }), "dave{Enter}");
    client.failNext("forbidden");
    await press("Add");
    expect((await screen.findByRole("alert")).textContent).toContain("not allowed");
    await press("Add");
    await screen.findByText("4 members");
    expect(users()).toContain("dave");
  });

  it("does not pass over a name that cannot be added", async () => {
    const { chat } = await setUp("owner");
    await press("Add members");
    const field = screen.getByRole("textbox", { name: "Add members" });
    expect(document.activeElement).toBe(field);
    await userEvent.type(field, `dave{Enter}${"é".repeat(80)}`);
    await press("Add");
    expect((await screen.findByRole("alert")).textContent).toContain("too long");
    expect(chat.memberList).toHaveLength(3);
  });

  it("sends only what was changed", async () => {
    const { chat } = await setUp("owner");
    const update = vi.spyOn(chat, "update");
    await press("Edit group");
    const name = screen.getByRole("textbox", { name: "Group name" });
    await userEvent.clear(name);
    await press("Save");
    expect(screen.getByRole("alert").textContent).toBe("Give the group a name.");
    await userEvent.type(name, "Coffee");
    await press("Save");
    expect(update).toHaveBeenCalledExactlyOnceWith({ title: "Coffee" });
    expect(await screen.findByText("Coffee")).toBeTruthy();
  });

  it("shows the invitation only where one can join by it", async () => {
    await setUp("member", { joinable: true });
    expect(screen.getByText(/\/chat\/g-1$/)).toBeTruthy();
  });

  it("asks before leaving, and explains to the last owner what to do first", async () => {
    const { client, chat, onClose } = await setUp("owner");
    await press("Leave group");
    client.failNext("conflict");
    await userEvent.click(await screen.findByRole("button", { name: "Leave" }));
    expect((await screen.findByRole("alert")).textContent).toContain("last owner");
    await press("Leave");
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(chat.summary.get()?.role).toBeNull();
  });
});
