import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { FakeClient, type FakeOptions } from "../testing/fake_client.js";
import { show } from "../testing/show.js";
import { ChatPlace } from "./chat_place.js";

const gone = vi.fn();

function setUp(options: FakeOptions = {}) {
  gone.mockClear();
  const client = new FakeClient(options);
  show(
    <ChatPlace
      client={client}
      chatId="g-far"
      onBack={undefined}
      onOpenInfo={() => {}}
      onGone={gone}
      showMessage={null}
    />,
  );
  return client;
}

describe("ChatPlace", () => {
  it("offers to join a chat that one is not in, and says why that cannot be", async () => {
    const client = setUp();
    client.failNext("not_found");
    await userEvent.click(screen.getByRole("button", { name: "Join" }));
    expect(screen.getByRole("alert").textContent).toContain("no group with this id");
    await userEvent.click(screen.getByRole("button", { name: "Join" }));
    expect(client.calls).toEqual(["join g-far", "join g-far"]);
    expect(screen.queryByText("You are not in this chat")).toBeNull();
  });

  it("waits with that until everything was fetched", () => {
    setUp({ connection: { state: "online", syncing: true } });
    expect(screen.queryByRole("button", { name: "Join" })).toBeNull();
    expect(screen.getByText("Opening the chat")).toBeTruthy();
  });

  it("says while offline that the chat is not on this device", () => {
    setUp({ connection: { state: "offline" } });
    expect(screen.getByText("Not on this device")).toBeTruthy();
  });

  it("is left when the chat is put away", () => {
    const chat = { id: "g-far", type: "group", title: "Far", role: null } as const;
    const client = setUp({ chats: [chat] });
    expect(gone).not.toHaveBeenCalled();
    act(() => client.chat("g-far").forget());
    expect(gone).toHaveBeenCalledOnce();
  });
});
