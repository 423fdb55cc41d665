import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SignInScreen } from "./sign_in_screen.js";

const fetched = vi.fn<typeof fetch>();
const signedIn = vi.fn();

beforeEach(() => {
  fetched.mockReset();
  signedIn.mockReset();
  vi.stubGlobal("fetch", fetched);
  render(<SignInScreen lastUser="" onSignedIn={signedIn} />);
});

afterEach(() => vi.unstubAllGlobals());

async function signInAs(name: string) {
  await userEvent.type(screen.getByRole("textbox", { name: "User name" }), name);
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
}

describe("SignInScreen", () => {
  it("signs in by name, without the spaces around it", async () => {
    fetched.mockResolvedValueOnce(new Response('{"token":"t"}'));
    await signInAs(" alice ");
    expect(signedIn).toHaveBeenCalledWith({ user: "alice", token: null });
  });

  it("asks for a name where there is none, and asks no server", async () => {
    await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(screen.getByRole("alert").textContent).toBe("Enter a name.");
    expect(fetched).not.toHaveBeenCalled();
  });

  it("says that the server cannot be reached, and lets one try again", async () => {
    fetched.mockRejectedValueOnce(new TypeError("network"));
    await signInAs("alice");
    expect(screen.getByRole("alert").textContent).toContain("cannot be reached");
    fetched.mockResolvedValueOnce(new Response('{"token":"t"}'));
    await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(signedIn).toHaveBeenCalledOnce();
  });

  it("offers to paste a token where there is no login by name", async () => {
    fetched.mockResolvedValueOnce(new Response("{}", { status: 404 }));
    await signInAs("alice");
    await userEvent.type(screen.getByLabelText("Token"), "no token");
    await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(screen.getByRole("alert").textContent).toContain("no token");
    await userEvent.clear(screen.getByLabelText("Token"));
    await userEvent.type(screen.getByLabelText("Token"), "e30.eyJzdWIiOiJib2IifQ.c2ln");
    await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(signedIn).toHaveBeenCalledWith({ user: "bob", token: "e30.eyJzdWIiOiJib2IifQ.c2ln" });
  });
});
