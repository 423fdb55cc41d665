/**
 * The page's side of the service worker: registers it, tells when a newer version of the app is
 * there, and hears which chat a clicked notification leads to.
 */

import type { Readable } from "@connect-chat/sdk";

/** How often an open page looks for a newer version: browsers do so only when a page is opened. ms */
const LOOK_EVERY = 60 * 60_000;

/** True once a newer version waits. */
export class Updates implements Readable<boolean> {
  private waiting: ServiceWorker | null = null;
  /** What is to be done once the newer version has taken over. */
  private reload: (() => void) | null = null;
  private readonly listeners = new Set<() => void>();

  get(): boolean {
    return this.waiting !== null;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Registers the worker. Without it (private windows, say) the app works, but only online. */
  async start(container: ServiceWorkerContainer, open: (chat: string) => void): Promise<void> {
    container.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (typeof data === "object" && data !== null && "open" in data)
        if (typeof data.open === "string") open(data.open);
    });
    container.addEventListener("controllerchange", () => {
      this.reload?.();
      this.reload = null;
    });
    try {
      this.follow(await container.register("/sw.js"), container);
    } catch {
      // The browser allows none here.
    }
  }

  /**
   * Lets the newer version take over, and reloads the page with it. Where another tab has let it
   * do so already there is nothing left to wait for.
   */
  apply(reload: () => void): void {
    if (this.waiting?.state === "installed") {
      this.reload = reload;
      this.waiting.postMessage("take_over");
    } else reload();
  }

  private follow(registration: ServiceWorkerRegistration, container: ServiceWorkerContainer) {
    const look = () => {
      // Without a controller this is the first version, which waits for nobody.
      if (container.controller !== null && registration.waiting !== null)
        this.set(registration.waiting);
    };
    const lookOnceInstalled = () => registration.installing?.addEventListener("statechange", look);
    look();
    // It may have been found before anybody listened.
    lookOnceInstalled();
    registration.addEventListener("updatefound", lookOnceInstalled);
    setInterval(() => registration.update().catch(() => {}), LOOK_EVERY);
  }

  private set(waiting: ServiceWorker): void {
    this.waiting = waiting;
    for (const listener of [...this.listeners]) listener();
  }
}
