/** What the tab says about unread messages: its title, its icon, and the app's badge. */

import type { ChatSummary, Client } from "@connect-chat/sdk";

/** A title is cut off soon: more than this many are "99+". */
const COUNT_SHOWN_MAX = 99;

export function unreadTotal(chats: readonly ChatSummary[]): number {
  return chats.reduce((total, chat) => total + chat.unread, 0);
}

export function titleFor(unread: number, chat: string | null): string {
  const name = chat === null ? "Connect" : `${chat} · Connect`;
  if (unread <= 0) return name;
  return `(${unread > COUNT_SHOWN_MAX ? `${COUNT_SHOWN_MAX}+` : unread}) ${name}`;
}

/**
 * Keeps the page's title, icon and badge in step with the client, until `end`. `update` is for what
 * the client does not tell: that another chat was opened.
 */
export function showAttention(client: Client, page: Document, openName: () => string | null) {
  const update = () => show(page, unreadTotal(client.chats.get()), openName());
  update();
  const unsubscribe = client.chats.subscribe(update);
  const end = () => {
    unsubscribe();
    show(page, 0, null);
  };
  return { update, end };
}

function show(page: Document, unread: number, chat: string | null): void {
  const title = titleFor(unread, chat);
  if (page.title === title) return;
  page.title = title;
  setIcon(page, unread > 0);
  void setBadge(unread);
}

function setIcon(page: Document, unread: boolean): void {
  const link = page.querySelector<HTMLLinkElement>("link[rel='icon']");
  const href = unread ? "/icon-unread.svg" : "/icon.svg";
  if (link !== null && link.getAttribute("href") !== href) link.setAttribute("href", href);
}

/** Of an installed app; browsers without it, or without permission, show none. */
async function setBadge(unread: number): Promise<void> {
  try {
    if (unread > 0) await navigator.setAppBadge?.(unread);
    else await navigator.clearAppBadge?.();
  } catch {
    // Not installed, or not allowed: the title says it.
  }
}
