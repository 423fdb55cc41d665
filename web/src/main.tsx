/** Where the app starts: everything is built here and handed down. */

import { createClient } from "@connect-chat/sdk";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { Updates } from "./offline/updates.js";
import { Router } from "./routing.js";
import { browserAccountStore } from "./session/account_store.js";
import { Session } from "./session/session.js";
import { freshToken } from "./session/sign_in.js";
import { browserNotifications, Notifications } from "./settings/notifications.js";
import { localStorageIfAny, ThemeSetting } from "./settings/theme.js";
import "./design/tokens.css";
import "./design/base.css";

async function openSession(): Promise<Session> {
  // With `?fake` a development server shows the app without a server; builds do not have this.
  if (import.meta.env.DEV && new URLSearchParams(location.search).has("fake"))
    return (await import("./testing/playground.js")).fakeSession(location.search);
  return new Session({ store: browserAccountStore(), createClient, freshToken });
}

async function start(root: HTMLElement): Promise<void> {
  const storage = localStorageIfAny();
  const theme = new ThemeSetting(document.documentElement, storage);
  const notifications = new Notifications(browserNotifications(), storage);
  const router = new Router(window);
  const updates = new Updates();
  if (import.meta.env.PROD && "serviceWorker" in navigator)
    void updates.start(navigator.serviceWorker, (chat) => router.open(chat));
  const parts = { session: await openSession(), router, theme, notifications, updates };
  createRoot(root).render(
    <StrictMode>
      <App {...parts} />
    </StrictMode>,
  );
}

const root = document.getElementById("root");
if (root !== null) void start(root);
