/**
 * What was written and not sent, kept for each chat across reloads.
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

export function openDrafts(user: UserId, storage: Storage | null): Drafts {
  const prefix = `connect/draft/${user}/`;
  const orderKey = `connect/drafts/${user}`;
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
