/**
 * The server's own account of things, over its REST calls: what the browsers' views are held
 * against, and how tests make others act who have no browser.
 */

import type {
  Body,
  ChatId,
  Created,
  Event,
  EventId,
  Events,
  Message,
  Page,
} from "../../../sdk/typescript/src/protocol/types.js";

/** A user who calls the REST side. */
export class Account {
  private constructor(
    private readonly url: string,
    readonly user: string,
    private readonly token: string,
  ) {}

  static async login(url: string, user: string): Promise<Account> {
    const response = await fetch(`${url}/v1/dev/login`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user }),
    });
    const { token }: { token: string } = await response.json();
    return new Account(url, user, token);
  }

  async createDirect(peer: string): Promise<ChatId> {
    const created = await this.call<Created>("POST", "/v1/chats", {
      type: "direct",
      members: [peer],
    });
    return created.chat;
  }

  async createGroup(title: string, members: readonly string[]): Promise<ChatId> {
    const created = await this.call<Created>("POST", "/v1/chats", {
      type: "group",
      title,
      members,
    });
    return created.chat;
  }

  /** Sends a text; answers the message's id. */
  async send(chat: ChatId, text: string, more: Partial<Body> = {}): Promise<EventId> {
    const body = { ...more, text };
    const sent = await this.call<{ id: EventId }>("POST", `/v1/chats/${chat}/messages`, { body });
    return sent.id;
  }

  async edit(chat: ChatId, id: EventId, text: string): Promise<void> {
    await this.call("PATCH", `/v1/chats/${chat}/messages/${id}`, { body: { text } });
  }

  async delete(chat: ChatId, id: EventId): Promise<void> {
    await this.call("DELETE", `/v1/chats/${chat}/messages/${id}`);
  }

  async react(chat: ChatId, id: EventId, emoji: string): Promise<void> {
    const path = `/v1/chats/${chat}/messages/${id}/reactions/${encodeURIComponent(emoji)}`;
    await this.call("PUT", path);
  }

  async markRead(chat: ChatId, read: EventId): Promise<void> {
    await this.call("PUT", `/v1/chats/${chat}/read`, { read });
  }

  /** Joins a joinable chat. */
  async join(chat: ChatId): Promise<void> {
    await this.call("PUT", `/v1/chats/${chat}/members/${encodeURIComponent(this.user)}`, {});
  }

  async remove(chat: ChatId, user: string): Promise<void> {
    await this.call("DELETE", `/v1/chats/${chat}/members/${encodeURIComponent(user)}`);
  }

  /** All that is said in a chat, the oldest first, by paging back from the newest. */
  async history(chat: ChatId): Promise<Message[]> {
    const pages: Message[][] = [];
    let before = "";
    for (;;) {
      const page = await this.call<Page>("GET", `/v1/chats/${chat}/messages?limit=200${before}`);
      pages.unshift(page.messages);
      if (page.prev === null) return pages.flat();
      before = `&before=${page.prev}`;
    }
  }

  /** What was said from a moment on (ms): a page of it. */
  async at(chat: ChatId, ms: number): Promise<Message[]> {
    const page = await this.call<Page>("GET", `/v1/chats/${chat}/messages?at=${ms}`);
    return page.messages;
  }

  /** A chat's whole log. */
  async events(chat: ChatId): Promise<Event[]> {
    const events: Event[] = [];
    for (;;) {
      const after = events.at(-1)?.id ?? 0;
      const path = `/v1/chats/${chat}/events?limit=200&after=${after}`;
      const answer = await this.call<Events>("GET", path);
      events.push(...answer.events);
      if (answer.complete) return events;
    }
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    // What the server answers is held to openapi.json by its own tests; here it is believed.
    return (await response.json()) as T;
  }
}
