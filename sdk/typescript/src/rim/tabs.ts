/**
 * The tabs of one browser that have the same account open, and so share one storage.
 *
 * Built on Web Locks, which a browser takes away from a tab that is closed or crashes:
 *
 *  - One tab at a time is the writer: it alone keeps the history in the storage. When it goes,
 *    the next one in the queue becomes it.
 *  - Each tab holds a lock of its own name, so that others can see whether it is still there. It is
 *    held before `openTabs` resolves: an operation that is stored under that name is never taken
 *    for one of a tab that is gone.
 *
 * Where there are no locks (Node, pages that are no secure context) a tab is always the writer, and
 * alone. The storage must not be shared then.
 */

import type { Readable } from "../api.js";
import type { Account } from "../storage/storage.js";
import { Source } from "./source.js";

export interface Tabs {
  /** This tab's name, which no other has. */
  readonly tab: string;
  /** Whether it is this tab that writes. Once true, it stays so. */
  readonly writer: Readable<boolean>;
  /** Whether the tab of that name is still open, as far as the browser knows now. */
  isAlive(tab: string): Promise<boolean>;
  /** Does something that no two tabs may do at the same time. */
  exclusively(work: () => Promise<void>): Promise<void>;
  /** Gives back both locks. */
  close(): void;
}

/** The part of `navigator.locks` that is used. */
export interface Locks {
  request(
    name: string,
    options: { signal: AbortSignal },
    callback: () => Promise<void>,
  ): Promise<unknown>;
  query(): Promise<{ held?: { name?: string }[] }>;
}

/** What the browser has; undefined where there is none. */
export function browserLocks(): Locks | undefined {
  return globalThis.navigator?.locks;
}

/** 128 random bits. (`crypto.randomUUID` is not there on pages that are no secure context.) */
export function newTabName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Never rejects: locks that fail are as good as none. */
export async function openTabs(
  account: Account,
  locks: Locks | undefined = browserLocks(),
  tab: string = newTabName(),
): Promise<Tabs> {
  if (locks === undefined) return alone(tab);
  const end = new AbortController();
  try {
    await hold(locks, tabLock(tab), end.signal);
  } catch {
    return alone(tab);
  }
  const writer = new Source(false);
  hold(locks, `connect writer ${account.url} ${account.user}`, end.signal).then(
    () => writer.set(!end.signal.aborted),
    // Closed while it waited, or the browser gave out: then this tab just never writes.
    () => {},
  );
  return {
    tab,
    writer,
    isAlive: (other) => isHeld(locks, tabLock(other)),
    exclusively: async (work) => {
      const name = `connect adopting ${account.url} ${account.user}`;
      await locks.request(name, { signal: end.signal }, work);
    },
    close: () => end.abort(),
  };
}

function alone(tab: string): Tabs {
  return {
    tab,
    writer: new Source(true),
    isAlive: async (other) => other === tab,
    exclusively: (work) => work(),
    close() {},
  };
}

function tabLock(tab: string): string {
  return `connect tab ${tab}`;
}

/** Resolves when the lock is held; it then is until the signal says that it is over. */
function hold(locks: Locks, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((held, failed) => {
    const request = locks.request(name, { signal }, () => {
      held();
      return new Promise((release) => {
        if (signal.aborted) release();
        else signal.addEventListener("abort", () => release(), { once: true });
      });
    });
    request.catch(failed);
  });
}

async function isHeld(locks: Locks, name: string): Promise<boolean> {
  try {
    const { held = [] } = await locks.query();
    return held.some((lock) => lock.name === name);
  } catch {
    // Not known: what might still be there is not taken from it.
    return true;
  }
}
