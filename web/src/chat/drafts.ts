/**
 * What was written and not sent, kept for each chat across reloads, until
 * the user signs out.
 *
 * Bounded: the latest DRAFTS_MAX chats, each up to a message's text; at 16 Ki units that is 100 x
 * 32 KiB = 3.2 MB of the 5 MB a browser gives. A storage that is full or forbidden costs only the
 * keeping: the drafts of this page's life stay in memory.
 */

import type { ChatId, UserId } from "@connect-chat/sdk";

export const DRAFTS_MAX = 100;

/** Longer than any message may be: cut, so that a paste cannot fill the storage. */
const DRAFT_LENGTH_MAX = 16_384;

export interface Drafts {
  get(chat: ChatId): string;
  /** An empty text removes it. */
  set(chat: ChatId, text: string): void;
}

/** One for each account: panes come and go. */
const opened = new Map<UserId, Drafts>();

/** The drafts of this browser, the same ones each time. */
export function draftsOf(user: UserId): Drafts {
  const known = opened.get(user);
  if (known !== undefined) return known;
  const drafts = openDrafts(user, browserStorage());
  opened.set(user, drafts);
  return drafts;
}

/** Lets go of what this page holds of them; what the browser keeps stays. */
export function closeDrafts(user: UserId): void {
  opened.delete(user);
}

/** Removes what this page and the browser hold of them. */
export function clearDrafts(user: UserId): void {
  closeDrafts(user);
  const storage = browserStorage();
  // All that is there and not what the order lists: another tab may have written that anew.
  for (const key of keysOf(storage)) if (key.startsWith(prefixOf(user))) remove(storage, key);
  remove(storage, orderKeyOf(user));
}

const prefixOf = (user: UserId) => `connect/draft/${user}/`;
const orderKeyOf = (user: UserId) => `connect/drafts/${user}`;

export function openDrafts(user: UserId, storage: Storage | null): Drafts {
  const prefix = prefixOf(user);
  const orderKey = orderKeyOf(user);
  const texts = new Map<ChatId, string>();
  const order = readOrder(storage, orderKey);
  for (const chat of order) texts.set(chat, read(storage, prefix + chat) ?? "");

  function set(chat: ChatId, text: string): void {
    texts.delete(chat);
    const kept = text.slice(0, DRAFT_LENGTH_MAX);
    if (kept.trim() === "") remove(storage, prefix + chat);
    else {
      texts.set(chat, kept);
      write(storage, prefix + chat, kept);
    }
    for (const oldest of [...texts.keys()].slice(0, Math.max(0, texts.size - DRAFTS_MAX))) {
      texts.delete(oldest);
      remove(storage, prefix + oldest);
    }
    write(storage, orderKey, JSON.stringify([...texts.keys()]));
  }

  return { get: (chat) => texts.get(chat) ?? "", set };
}

/** Where cookies are blocked, even to look at it throws. */
function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function keysOf(storage: Storage | null): readonly string[] {
  const keys = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index));
  return keys.filter((key) => typeof key === "string");
}

function readOrder(storage: Storage | null, key: string): readonly ChatId[] {
  try {
    const value: unknown = JSON.parse(read(storage, key) ?? "[]");
    if (!Array.isArray(value)) return [];
    return value.filter((chat) => typeof chat === "string").slice(-DRAFTS_MAX);
  } catch {
    return [];
  }
}

function read(storage: Storage | null, key: string): string | null {
  try {
    return storage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

function write(storage: Storage | null, key: string, value: string): void {
  try {
    storage?.setItem(key, value);
  } catch {
    // Full or forbidden: the draft lives as long as the page.
  }
}

function remove(storage: Storage | null, key: string): void {
  try {
    storage?.removeItem(key);
  } catch {
    // As above.
  }
}
