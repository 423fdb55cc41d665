/** What a page fetched: how much, from where, and what the server said about it. */

import type { Page, Response } from "playwright-core";

export interface Load {
  readonly url: URL;
  readonly type: string;
  /** As transferred: compressed. */
  readonly bytes: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Collects what this page fetches from now on; its service worker is not the page. */
export class Loads {
  private readonly pending: Promise<Load | null>[] = [];
  readonly sockets: URL[] = [];

  constructor(page: Page) {
    page.on("requestfinished", (request) => {
      this.pending.push(request.response().then((response) => response && loadOf(response)));
    });
    page.on("websocket", (socket) => this.sockets.push(new URL(socket.url())));
  }

  async all(): Promise<Load[]> {
    return (await Promise.all(this.pending)).filter((load) => load !== null);
  }

  async scriptBytes(): Promise<number> {
    const scripts = (await this.all()).filter((load) => load.type === "script");
    return scripts.reduce((sum, script) => sum + script.bytes, 0);
  }
}

async function loadOf(response: Response): Promise<Load> {
  const request = response.request();
  const { responseBodySize } = await request.sizes();
  return {
    url: new URL(request.url()),
    type: request.resourceType(),
    bytes: responseBodySize,
    headers: await response.allHeaders(),
  };
}
