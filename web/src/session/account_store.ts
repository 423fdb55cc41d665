/**
 * The account that this browser remembers. All tabs share it: signing in or out in one is seen by
 * the others. Where the browser allows no storage, it is remembered for as long as the page is open.
 */

import type { Account } from "./sign_in.js";

const KEY = "connect.account";

export interface AccountStore {
  load(): Account | null;
  save(account: Account): void;
  clear(): void;
  /** Calls back when another tab has changed it. The answer ends it. */
  onOther(listener: (account: Account | null) => void): () => void;
}

export function browserAccountStore(): AccountStore {
  return {
    load: () => parse(read()),
    save: (account) => write(JSON.stringify(account)),
    clear: () => write(null),
    onOther(listener) {
      const changed = (event: StorageEvent) => {
        if (event.key === KEY || event.key === null) listener(parse(event.newValue));
      };
      window.addEventListener("storage", changed);
      return () => window.removeEventListener("storage", changed);
    },
  };
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function write(value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, value);
  } catch {
    // No storage, or it is full: the account lasts as long as the page.
  }
}

function parse(text: string | null): Account | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("user" in value)) return null;
    if (typeof value.user !== "string" || value.user === "") return null;
    const token = "token" in value && typeof value.token === "string" ? value.token : null;
    return { user: value.user, token };
  } catch {
    return null;
  }
}
