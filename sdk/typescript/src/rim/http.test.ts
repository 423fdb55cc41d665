import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Http } from "./http.js";

const HEAD = { id: 2048, seq: 1 };
const INFO = { chat: "g-1", type: "group", title: "Plans", members: 2, head: HEAD };

/** Answers each call with the next of these; what it was asked stands in `asked`. */
let answers: (() => Response)[] = [];
let asked: Request[] = [];

const fetcher: typeof fetch = async (input, init) => {
  asked.push(new Request(input, init));
  const answer = answers.shift();
  if (answer === undefined) throw new TypeError("fetch failed");
  return answer();
};

function http(token: string | null = "a.b.c"): Http {
  return new Http("https://chat.example.org", () => token, fetcher);
}

function answer(body: unknown, status = 200): void {
  answers.push(() => Response.json(body, { status }));
}

function refuse(code: string, status: number, field: string | null = null): void {
  answer({ error: { code, field, message: `it is ${code}`, retry_after_ms: null } }, status);
}

beforeEach(() => {
  answers = [];
  asked = [];
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("Http", () => {
  it("reads a chat's settings with the token", async () => {
    answer(INFO);
    expect(await http().info("g-1")).toEqual(INFO);
    expect(asked[0]?.url).toBe("https://chat.example.org/v1/chats/g-1");
    expect(asked[0]?.headers.get("authorization")).toBe("Bearer a.b.c");
  });

  it("asks for nothing but the chat, whatever its id is", async () => {
    refuse("not_found", 404);
    await expect(http().info("../me?x#y")).rejects.toMatchObject({ code: "not_found" });
    expect(asked[0]?.url).toBe("https://chat.example.org/v1/chats/..%2Fme%3Fx%23y");
  });

  it("reads all pages of the members", async () => {
    const [alice, bob] = ["alice", "bob"].map((user) => ({ user, role: "member", since: 1 }));
    answer({ members: [alice], next: "a&b" });
    answer({ members: [bob], next: null });
    expect(await http().members("g-1")).toEqual([alice, bob]);
    expect(asked.map(({ url }) => new URL(url).search)).toEqual([
      "?limit=200",
      "?limit=200&cursor=a%26b",
    ]);
  });

  it("ends after as many pages as a chat can have", async () => {
    answers = Array.from({ length: 600 }, () => () => Response.json({ members: [], next: "x" }));
    expect(await http().members("g-1")).toEqual([]);
    expect(asked).toHaveLength(500);
  });

  it("reads the receipts, and has none of a large chat", async () => {
    const receipts = { read: [{ user: "bob", id: 2048 }], delivered: [] };
    answer(INFO);
    answer(receipts);
    answer({ members: [{ user: "bob" }, { user: "carol" }], next: null });
    expect(await http().receipts("g-1")).toEqual({ ...receipts, members: ["bob", "carol"] });
    expect(asked[1]?.url).toBe("https://chat.example.org/v1/chats/g-1/receipts?id=0");
    answer({ ...INFO, members: 101 });
    expect(await http().receipts("g-1")).toBeNull();
    expect(asked).toHaveLength(4);
    refuse("forbidden", 403);
    await expect(http().receipts("g-1")).rejects.toMatchObject({ code: "forbidden" });
  });

  it("rejects with the server's code, words and field", async () => {
    refuse("field_invalid", 400, "limit");
    await expect(http().members("g-1")).rejects.toMatchObject({
      name: "ConnectError",
      code: "field_invalid",
      field: "limit",
      message: "it is field_invalid",
    });
    refuse("unavailable", 503);
    await expect(http().info("g-1")).rejects.toMatchObject({ field: undefined });
  });

  it("takes a refusal that is not of the protocol for an internal one", async () => {
    answer({ detail: "no upstream" }, 502);
    await expect(http().info("g-1")).rejects.toMatchObject({ code: "internal" });
    answer(null, 500);
    await expect(http().info("g-1")).rejects.toMatchObject({ code: "internal" });
  });

  it("is offline without a token, without a network, and behind what answers with a page", async () => {
    await expect(http(null).info("g-1")).rejects.toMatchObject({ code: "offline" });
    expect(asked).toEqual([]);
    await expect(http().info("g-1")).rejects.toMatchObject({ code: "offline" });
    answers.push(() => new Response("<html>Sign in to this network</html>"));
    await expect(http().info("g-1")).rejects.toMatchObject({ code: "offline" });
  });

  it("gives up at its deadline", async () => {
    const deadline = new AbortController();
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(deadline.signal);
    const silent: typeof fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(new Error("the deadline")));
      });
    const reading = new Http("https://chat.example.org", () => "a.b.c", silent).info("g-1");
    deadline.abort();
    await expect(reading).rejects.toMatchObject({ code: "offline" });
    expect(timeout).toHaveBeenCalledWith(20_000);
  });
});
