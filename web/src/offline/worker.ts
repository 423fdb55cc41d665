/**
 * The service worker: keeps the built app on the device, so that it opens without a network. It
 * never touches /v1: messages are the SDK's to keep.
 *
 * Pages come from the network, and from the device when there is none or it takes too long; files
 * of the build, whose names change with their content, come from the device. A new version is
 * fetched beside the old one and takes over when the page says so, or when no page is left.
 *
 * It stands alone: the build refuses it if it imports anything.
 */

/** Put in by the build: see service_worker_plugin.ts. */
declare const __VERSION__: string;
declare const __FILES__: readonly string[];

interface LastingEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends LastingEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

interface NotificationEvent extends LastingEvent {
  readonly notification: { readonly data: unknown; close(): void };
}

interface Page {
  focus(): Promise<unknown>;
  postMessage(message: unknown): void;
}

interface Worker {
  readonly location: Location;
  readonly clients: {
    matchAll(options: { type: "window"; includeUncontrolled: boolean }): Promise<readonly Page[]>;
    openWindow(url: string): Promise<unknown>;
    claim(): Promise<void>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: LastingEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  addEventListener(type: "notificationclick", listener: (event: NotificationEvent) => void): void;
}

// The page's types and a worker's cannot be loaded together: this file is a worker's.
const worker = self as unknown as Worker;

const CACHE = `connect-${__VERSION__}`;
const FILES: ReadonlySet<string> = new Set(__FILES__);
/** The page, whatever its address: the app reads the address itself. */
const PAGE = "/";
/** A network that has not answered by then counts as none; ms. */
const PAGE_TIMEOUT = 4000;

worker.addEventListener("install", (event) => {
  const fresh = [PAGE, ...FILES].map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOldVersions().then(() => worker.clients.claim()));
});

worker.addEventListener("message", (event) => {
  if (event.data === "take_over") void worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (url.pathname === "/v1" || url.pathname.startsWith("/v1/")) return;
  if (request.mode === "navigate") event.respondWith(answerPage(request));
  else if (FILES.has(url.pathname)) event.respondWith(answerFile(request));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openChat(event.notification.data));
});

async function dropOldVersions(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("connect-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function answerPage(request: Request): Promise<Response> {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PAGE_TIMEOUT) });
    if (response.status < 500) return response;
  } catch {
    // No network: the page on the device is the same app.
  }
  return (await fromCache(PAGE)) ?? Response.error();
}

async function answerFile(request: Request): Promise<Response> {
  return (await fromCache(new URL(request.url).pathname)) ?? (await fetch(request));
}

async function fromCache(path: string): Promise<Response | undefined> {
  const cache = await caches.open(CACHE);
  return await cache.match(path);
}

/** A clicked notification leads to a page that is open, else to a new one. */
async function openChat(data: unknown): Promise<void> {
  const chat = typeof data === "object" && data !== null && "chat" in data ? data.chat : null;
  if (typeof chat !== "string") return;
  const [page] = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (page === undefined) await worker.clients.openWindow(`/chat/${encodeURIComponent(chat)}`);
  else {
    page.postMessage({ open: chat });
    await page.focus();
  }
}
