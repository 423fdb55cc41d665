/**
 * The reads that are calls over HTTPS only: a chat's settings, its members and its receipts. Each has
 * a deadline; what fails rejects with a `ConnectError` that has the protocol's code, or `offline`.
 */

import { ConnectError } from "../api.js";
import type {
  ChatId,
  ChatInfo,
  Member,
  Members,
  ProtocolError,
  ReceiptList,
  UserId,
} from "../protocol/types.js";

/** A page of members takes milliseconds; what takes this long is lost. */
const ANSWER_MS_MAX = 20_000;
/** 100,000 members are 500 pages of 200. */
const PAGES_MAX = 500;

/** The protocol's bound of chats that have receipts. */
const RECEIPTS_MEMBERS_MAX = 100;

export class Http {
  constructor(
    private readonly url: string,
    private readonly token: () => string | null,
    private readonly fetcher: typeof fetch = (...request) => fetch(...request),
  ) {}

  info(chat: ChatId): Promise<ChatInfo> {
    return this.get<ChatInfo>(pathOf(chat));
  }

  async members(chat: ChatId): Promise<readonly Member[]> {
    const members: Member[] = [];
    let cursor: string | null = null;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const from: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page: Members = await this.get(`${pathOf(chat)}/members?limit=200${from}`);
      members.push(...page.members);
      cursor = page.next;
      if (cursor === null) break;
    }
    return members;
  }

  /**
   * How far everybody is, also those who have never marked anything; null in a chat that is too large
   * for receipts. Its size is asked first: a refused call would be an error in the browser's console.
   */
  async receipts(chat: ChatId): Promise<(ReceiptList & { members: UserId[] }) | null> {
    const info = await this.info(chat);
    if (info.members > RECEIPTS_MEMBERS_MAX) return null;
    const [list, members] = await Promise.all([
      this.get<ReceiptList>(`${pathOf(chat)}/receipts?id=0`),
      this.members(chat),
    ]);
    return { ...list, members: members.map(({ user }) => user) };
  }

  private async get<T>(path: string): Promise<T> {
    const token = this.token();
    if (token === null) throw new ConnectError("offline", "there is no connection");
    const { ok, body } = await this.ask(path, token);
    // The server's own shape, checked by its tests against the schema.
    if (ok) return body as T;
    throw refusalIn(body);
  }

  private async ask(path: string, token: string): Promise<{ ok: boolean; body: unknown }> {
    try {
      const answer = await this.fetcher(this.url + path, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      return { ok: answer.ok, body: await answer.json() };
    } catch {
      throw new ConnectError("offline", "the server does not answer");
    }
  }
}

/** A chat's id may come from a link, hence be anything. */
function pathOf(chat: ChatId): string {
  return `/v1/chats/${encodeURIComponent(chat)}`;
}

function refusalIn(body: unknown): ConnectError {
  const found = typeof body === "object" && body !== null ? Reflect.get(body, "error") : null;
  if (typeof found !== "object" || found === null)
    return new ConnectError("internal", "an answer that is none of the protocol");
  // The server's own shape, as above.
  const { code, message, field } = found as ProtocolError;
  return new ConnectError(code, message, field ?? undefined);
}
