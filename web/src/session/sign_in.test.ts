import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accountOfToken, freshToken, signIn } from "./sign_in.js";

const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
});

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: unknown = {}) {
  fetched.mockResolvedValueOnce(new Response(JSON.stringify(body), { status }));
}

function tokenOf(claims: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const payload = btoa(String.fromCharCode(...bytes));
  return `e30.${payload.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.c2ln`;
}

describe("signIn", () => {
  it("asks the server's development login for a token of the name", async () => {
    answer(200, { token: "t", expires: 1 });
    expect(await signIn("alice")).toEqual({ user: "alice", token: null });
    expect(fetched.mock.calls[0]?.[0]).toBe("/v1/dev/login");
    expect(fetched.mock.calls[0]?.[1]?.body).toBe('{"user":"alice"}');
  });

  it.each([
    [404, "no_login"],
    [403, "no_login"],
    [400, "refused"],
    [429, "busy"],
    [500, "unreachable"],
  ])("answers %i with %s", async (status, why) => {
    answer(status);
    await expect(signIn("alice")).rejects.toMatchObject({ why });
  });

  it("is unreachable when nothing answers", async () => {
    fetched.mockRejectedValueOnce(new TypeError("network"));
    await expect(signIn("alice")).rejects.toMatchObject({ why: "unreachable" });
  });

  it("refuses an answer without a token", async () => {
    answer(200, { token: 7 });
    await expect(signIn("alice")).rejects.toMatchObject({ why: "refused" });
  });
});

describe("freshToken", () => {
  it("logs in again where there is a development login", async () => {
    answer(200, { token: "new" });
    expect(await freshToken({ user: "alice", token: null })).toBe("new");
  });

  it("answers the pasted token, asking nobody", async () => {
    expect(await freshToken({ user: "alice", token: "pasted" })).toBe("pasted");
    expect(fetched).not.toHaveBeenCalled();
  });
});

describe("accountOfToken", () => {
  it("reads the user out of a token, whatever their name is written in", () => {
    const token = tokenOf({ sub: "Zoë 👩‍🚀" });
    expect(accountOfToken(` Bearer ${token}\n`)).toEqual({ user: "Zoë 👩‍🚀", token });
  });

  it.each(["", "abc", "a.b.c", tokenOf({}), tokenOf({ sub: 7 }), tokenOf(null)])(
    "is null for %j",
    (text) => expect(accountOfToken(text)).toBeNull(),
  );
});
