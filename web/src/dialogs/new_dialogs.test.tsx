import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { FakeClient } from "../testing/fake_client.js";
import { show } from "../testing/show.js";
import { NewChatDialog } from "./new_chat_dialog.js";
import { NewGroupDialog } from "./new_group_dialog.js";

function setUp(Dialog: typeof NewChatDialog) {
  const client = new FakeClient();
  const onOpen = vi.fn();
  show(<Dialog client={client} shown={true} onClose={() => {}} onOpen={onOpen} />);
  return { client, onOpen };
}

const field = (name: string) => screen.getByRole("textbox", { name });
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));
const problem = () => screen.getByRole("alert").textContent;

describe("NewChatDialog", () => {
  it("begins in the field, and opens the chat with who is named", async () => {
    const { client, onOpen } = setUp(NewChatDialog);
    await vi.waitFor(() => expect(document.activeElement).toBe(field("Name")));
    await userEvent.keyboard(" bob {Enter}");
    expect(client.calls).toEqual(["createDirect bob"]);
    expect(onOpen).toHaveBeenCalledWith("d-alice-bob");
  });

  it("takes neither nobody nor oneself, and asks no server", async () => {
    const { client } = setUp(NewChatDialog);
    await press("Start chat");
    expect(problem()).toBe("Enter a name.");
    await userEvent.type(field("Name"), "alice{Enter}");
    expect(problem()).toContain("That is you");
    expect(client.calls).toEqual([]);
  });

  it("says in words what the server refuses, and lets one try again", async () => {
    const { client, onOpen } = setUp(NewChatDialog);
    client.failNext("field_invalid", "x", "members");
    await userEvent.type(field("Name"), "bob{Enter}");
    expect(problem()).toContain("does not accept");
    expect(field("Name").getAttribute("aria-invalid")).toBe("true");
    await press("Start chat");
    expect(onOpen).toHaveBeenCalledOnce();
  });

  it("says that one is offline", async () => {
    const { client } = setUp(NewChatDialog);
    client.setConnection({ state: "offline" });
    await userEvent.type(field("Name"), "bob{Enter}");
    expect(problem()).toContain("You are offline");
  });

  it("joins a group by its link", async () => {
    const { client, onOpen } = setUp(NewChatDialog);
    await press("Join a group by its link or id");
    expect(document.activeElement).toBe(field("Link or id of the group"));
    await userEvent.type(field("Link or id of the group"), "not one");
    await press("Join");
    expect(problem()).toContain("link or the id");
    await userEvent.clear(field("Link or id of the group"));
    await userEvent.type(field("Link or id of the group"), "http://x.test/chat/g-7");
    client.failNext("forbidden");
    await press("Join");
    expect(problem()).toContain("cannot be joined");
    await press("Join");
    expect(onOpen).toHaveBeenCalledWith("g-7");
  });
});

describe("NewGroupDialog", () => {
  it("needs a name for the group", async () => {
    const { client } = setUp(NewGroupDialog);
    await press("Create group");
    expect(problem()).toBe("Give the group a name.");
    expect(client.calls).toEqual([]);
  });

  it("creates the group with those who are named, the last one without Enter", async () => {
    const { client, onOpen } = setUp(NewGroupDialog);
    await userEvent.type(field("Group name"), "Tea");
    await userEvent.type(field("Members"), "bob,carol{Enter}bob{Enter}dave");
    await userEvent.click(screen.getByRole("radio", { name: "Everything from the beginning" }));
    await press("Create group");
    const chat = onOpen.mock.calls[0]?.[0];
    const members = await client.chat(chat).members();
    expect(members.map((member) => member.user)).toEqual(["alice", "bob", "carol", "dave"]);
    expect((await client.chat(chat).info()).visibility).toBe("full");
  });

  it("takes a member out by Backspace and by the chip's button, and nobody twice", async () => {
    setUp(NewGroupDialog);
    await userEvent.type(field("Members"), "bob,carol,dave,");
    await press("Remove bob");
    expect(screen.queryByText("bob")).toBeNull();
    await userEvent.keyboard("{Backspace}");
    expect(screen.queryByText("dave")).toBeNull();
    expect(screen.getByText("carol")).toBeTruthy();
    await userEvent.keyboard("alice{Enter}");
    expect(problem()).toContain("alice is in already");
  });

  it("splits what is pasted", async () => {
    setUp(NewGroupDialog);
    await userEvent.click(field("Members"));
    await userEvent.paste("bob; carol\ndave");
    for (const name of ["bob", "carol", "dave"]) expect(screen.getByText(name)).toBeTruthy();
  });
});
