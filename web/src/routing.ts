/**
 * Which screen is shown, by the page's address: `/` the list, `/chat/<id>` a chat, and
 * `/chat/<id>/<event id>` a chat at a message. Going back by the browser's button, by the app's and
 * by swiping is the same thing.
 */

import type { EventId, Readable } from "@connect-chat/sdk";
import { decoded, isChatId } from "./bounds.js";

/** The open chat, or null for the list. */
export type Route = string | null;

export function chatPath(chat: string, message?: EventId): string {
  const path = `/chat/${encodeURIComponent(chat)}`;
  return message === undefined ? path : `${path}/${message}`;
}

/** What an address shows; what cannot be read shows the list. */
export function routeOf(path: string): Route {
  const match = /^\/chat\/([^/]+)(?:\/\d*)?$/u.exec(path);
  const id = decoded(match?.[1] ?? "");
  return id !== null && isChatId(id) ? id : null;
}

/** The message that an address leads to, or null. */
export function messageOf(path: string): EventId | null {
  const id = Number(/^\/chat\/[^/]+\/(\d{1,16})$/u.exec(path)?.[1] ?? Number.NaN);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

/** A click that should open it here; others (new tab, download) are the browser's. */
export function isPlainClick(event: {
  readonly button: number;
  readonly metaKey: boolean;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}): boolean {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
  return event.button === 0;
}

/** Kept in the entries of the browser's history: this one was reached from within the app. */
const FROM_INSIDE = "connect-inside";
/** This one is a dialog or a panel over what the entry before it shows. */
export const OVER = "connect-over";

export class Router implements Readable<Route> {
  private route: Route;
  private readonly listeners = new Set<() => void>();
  private readonly page: Window;

  constructor(page: Window) {
    this.page = page;
    this.route = routeOf(page.location.pathname);
    page.addEventListener("popstate", () => this.set(routeOf(page.location.pathname)));
  }

  get(): Route {
    return this.route;
  }

  /** The message that the address names, of the open chat. */
  get message(): EventId | null {
    return messageOf(this.page.location.pathname);
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * From the list a step forward; from chat to chat in place, so that back leads to the list. From
   * what stands over either in its place, so that back leads there.
   */
  open(chat: string): void {
    const { history } = this.page;
    if (this.route === chat) {
      if (history.state === OVER) history.back();
      return;
    }
    if (history.state === OVER) {
      const state = this.route === null ? FROM_INSIDE : null;
      history.replaceState(state, "", chatPath(chat));
    } else if (this.route === null) this.page.history.pushState(FROM_INSIDE, "", chatPath(chat));
    else this.page.history.replaceState(this.page.history.state, "", chatPath(chat));
    this.set(chat);
  }

  /** To the list: back where one came from it, else in place of what is shown. */
  close(): void {
    if (this.route === null) return;
    if (this.page.history.state === FROM_INSIDE) this.page.history.back();
    else {
      this.page.history.replaceState(null, "", "/");
      this.set(null);
    }
  }

  private set(route: Route): void {
    if (route === this.route) return;
    this.route = route;
    for (const listener of [...this.listeners]) listener();
  }
}
