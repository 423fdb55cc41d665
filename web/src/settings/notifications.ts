/**
 * The browser's notifications of what comes in while nobody looks. Off until the user turns them on
 * by a click; the browser asks for its permission only then.
 */

import type { Client, Incoming, Readable } from "@connect-chat/sdk";
import { bodyText, chatName } from "../list/preview.js";
import { shownName } from "../text.js";

/** `blocked`: the browser was told no; only its own settings can change that. */
export type NotificationsState = "on" | "off" | "blocked" | "unsupported";

const KEY = "connect.notifications";

export interface Notice {
  readonly title: string;
  readonly body: string;
  /** A newer one of the same chat replaces the older, in all tabs together. */
  readonly tag: string;
  readonly chat: string;
}

/** The browser's part: permission, showing, and whether somebody looks at the page. */
export interface NotificationsHost {
  permission(): NotificationPermission | "unsupported";
  ask(): Promise<NotificationPermission>;
  show(notice: Notice, onClick: () => void): void;
  /** Takes away what is shown. */
  clear(): void;
  hidden(): boolean;
}

export class Notifications implements Readable<NotificationsState> {
  private readonly host: NotificationsHost;
  private readonly storage: Pick<globalThis.Storage, "getItem" | "setItem"> | null;
  private readonly listeners = new Set<() => void>();
  private wanted: boolean;

  constructor(
    host: NotificationsHost,
    storage: Pick<globalThis.Storage, "getItem" | "setItem"> | null,
  ) {
    this.host = host;
    this.storage = storage;
    this.wanted = storage?.getItem(KEY) === "on";
  }

  get(): NotificationsState {
    const permission = this.host.permission();
    if (permission === "unsupported") return "unsupported";
    if (permission === "denied") return "blocked";
    return this.wanted && permission === "granted" ? "on" : "off";
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** By a click of the user: browsers do not ask otherwise. */
  async turn(on: boolean): Promise<void> {
    if (on && this.host.permission() === "default") await this.host.ask();
    this.wanted = on && this.host.permission() === "granted";
    try {
      this.storage?.setItem(KEY, this.wanted ? "on" : "off");
    } catch {
      // The storage is full: the setting lasts as long as the page.
    }
    for (const listener of [...this.listeners]) listener();
  }

  /** Takes away what is shown: it is of an account that is left. */
  clear(): void {
    this.host.clear();
  }

  /** Shows what comes in until the answer is called. */
  watch(client: Client, open: (chat: string) => void): () => void {
    return client.onIncoming((incoming) => {
      if (this.get() !== "on" || !this.host.hidden()) return;
      const notice = noticeOf(incoming);
      if (notice !== null) this.host.show(notice, () => open(notice.chat));
    });
  }
}

/** What a notification says; null for what is no message of a person. */
export function noticeOf({ chat, message }: Incoming): Notice | null {
  if (message.kind !== "message" || message.deleted !== undefined) return null;
  const text = bodyText(message.body);
  const name = chatName(chat);
  const body = chat.type === "group" ? `${shownName(message.from)}: ${text}` : text;
  return { title: name, body, tag: `connect-${chat.chat}`, chat: chat.chat };
}

/** The browser this page is in. What it does not allow is not shown, and nothing else comes of it. */
export function browserNotifications(): NotificationsHost {
  /** Those shown without a worker, by their tag: one for each chat at the most. */
  const own = new Map<string, Notification>();
  return {
    permission: () => ("Notification" in window ? Notification.permission : "unsupported"),
    ask: () => Notification.requestPermission(),
    hidden: () => document.visibilityState === "hidden" || !document.hasFocus(),
    show: (notice, onClick) => void show(notice, onClick, own).catch(() => {}),
    clear: () => void clear(own).catch(() => {}),
  };
}

/** By the service worker where there is one: phones know no other way. It says then what was clicked. */
async function show(
  notice: Notice,
  onClick: () => void,
  own: Map<string, Notification>,
): Promise<void> {
  const { title, body, tag, chat } = notice;
  const options = { body, tag, icon: "/icon-192.png", badge: "/icon-192.png", data: { chat } };
  const registration = await navigator.serviceWorker?.getRegistration();
  if (registration?.active != null) return registration.showNotification(title, options);
  const shown = new Notification(title, options);
  own.set(tag, shown);
  shown.onclose = () => {
    if (own.get(tag) === shown) own.delete(tag);
  };
  shown.onclick = () => {
    window.focus();
    shown.close();
    onClick();
  };
}

async function clear(own: Map<string, Notification>): Promise<void> {
  for (const shown of own.values()) shown.close();
  own.clear();
  const registration = await navigator.serviceWorker?.getRegistration();
  for (const shown of (await registration?.getNotifications()) ?? []) shown.close();
}
