// @vitest-environment node
// Of the built worker: the build puts into it what it keeps.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { serviceWorker } from "./service_worker_plugin.js";

const ORIGIN = "https://chat.test";
let root = "";
let code = "";
let script = "";

/** Builds a page of one script with the plugin, as the app is built. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "connect-worker-"));
  await writeFile(join(root, "index.html"), '<script type="module" src="/main.js"></script>');
  await writeFile(join(root, "main.js"), "document.title = 'x';");
  const publicDir = await mkdtemp(join(root, "public-"));
  await writeFile(join(publicDir, "icon.svg"), "<svg/>");
  const built = await build({
    root,
    publicDir,
    configFile: false,
    logLevel: "silent",
    build: { write: false },
    plugins: [serviceWorker()],
  });
  const output = Array.isArray(built) ? built[0]?.output : "output" in built ? built.output : [];
  for (const file of output ?? []) {
    if (file.type !== "chunk") continue;
    if (file.fileName === "sw.js") code = file.code;
    else script = `/${file.fileName}`;
  }
}, 30_000);

afterAll(() => rm(root, { recursive: true }));

type Listener = (event: object) => void;

/** Runs the built worker with a faked browser around it. */
class Host {
  readonly listeners = new Map<string, Listener>();
  readonly stored = new Map<string, Map<string, string>>();
  readonly pages: { postMessage: ReturnType<typeof vi.fn>; focus: ReturnType<typeof vi.fn> }[] = [];
  readonly openWindow = vi.fn(async () => {});
  readonly skipWaiting = vi.fn(async () => {});
  network = vi.fn(async (_request: unknown): Promise<Response> => new Response("network"));

  constructor() {
    const self = {
      location: new URL(ORIGIN),
      clients: {
        matchAll: async () => this.pages,
        openWindow: this.openWindow,
        claim: async () => {},
      },
      skipWaiting: this.skipWaiting,
      addEventListener: (type: string, listener: Listener) => this.listeners.set(type, listener),
    };
    class FakeRequest {
      readonly url: string;
      constructor(path: string) {
        this.url = path;
      }
    }
    const run = new Function("self", "caches", "fetch", "Request", code);
    run(self, this.caches(), (request: unknown) => this.network(request), FakeRequest);
  }

  async lasting(type: string, more: object = {}): Promise<void> {
    let work: Promise<unknown> = Promise.resolve();
    const waitUntil = (promise: Promise<unknown>) => {
      work = promise;
    };
    this.listeners.get(type)?.({ waitUntil, ...more });
    await work;
  }

  /** What the worker answers; null where it leaves the request to the browser. */
  async get(path: string, mode = "cors", method = "GET"): Promise<string | null> {
    const answers: Promise<Response>[] = [];
    const respondWith = (response: Promise<Response>) => answers.push(response);
    const url = new URL(path, ORIGIN).href;
    this.listeners.get("fetch")?.({ request: { url, mode, method }, respondWith });
    const response = await answers[0];
    return response === undefined ? null : await response.text();
  }

  private caches() {
    return {
      open: async (name: string) => {
        const files = this.stored.get(name) ?? new Map<string, string>();
        this.stored.set(name, files);
        return {
          addAll: async (requests: readonly { url: string }[]) => {
            for (const { url } of requests) files.set(url, `kept ${url}`);
          },
          match: async (path: string) => {
            const kept = files.get(path);
            return kept === undefined ? undefined : new Response(kept);
          },
        };
      },
      keys: async () => [...this.stored.keys()],
      delete: async (name: string) => this.stored.delete(name),
    };
  }
}

describe("the service worker", () => {
  let host: Host;

  beforeEach(async () => {
    host = new Host();
    await host.lasting("install");
  });

  it("keeps the page, the build and the icons, under a name of this version", () => {
    const [[name, files] = ["", new Map()]] = [...host.stored];
    expect(name).toMatch(/^connect-[0-9a-f]{12}$/);
    expect([...files.keys()].sort()).toEqual(["/", script, "/icon.svg"].sort());
  });

  it("answers files of the build from the device, and pages from the network", async () => {
    expect(await host.get(script)).toBe(`kept ${script}`);
    expect(host.network).not.toHaveBeenCalled();
    expect(await host.get("/chat/g-1", "navigate")).toBe("network");
  });

  it("opens any page of the app without a network, and while the server is broken", async () => {
    host.network.mockRejectedValueOnce(new TypeError("no network"));
    expect(await host.get("/chat/g-1", "navigate")).toBe("kept /");
    host.network.mockResolvedValueOnce(new Response("bad gateway", { status: 502 }));
    expect(await host.get("/", "navigate")).toBe("kept /");
  });

  it.each([
    ["/v1/inbox", "cors", "GET"],
    ["/v1", "navigate", "GET"],
    ["/v1/openapi.json", "navigate", "GET"],
    ["https://elsewhere.test/", "cors", "GET"],
    ["/", "cors", "POST"],
    ["/unknown", "cors", "GET"],
  ])("leaves %s (%s, %s) alone", async (path, mode, method) => {
    expect(await host.get(path, mode, method)).toBeNull();
  });

  it("removes older versions, and nothing of others, when it takes over", async () => {
    host.stored.set("connect-old", new Map());
    host.stored.set("other", new Map());
    await host.lasting("activate");
    const names = [...host.stored.keys()];
    expect(names).toHaveLength(2);
    expect(names).toContain("other");
    expect(names).not.toContain("connect-old");
  });

  it("takes over only when the page says so", () => {
    expect(host.skipWaiting).not.toHaveBeenCalled();
    host.listeners.get("message")?.({ data: "take_over" });
    expect(host.skipWaiting).toHaveBeenCalledOnce();
  });

  it("leads a clicked notification to an open page, else to a new one", async () => {
    const notification = { data: { chat: "g:1" }, close: vi.fn() };
    await host.lasting("notificationclick", { notification });
    expect(host.openWindow).toHaveBeenCalledWith("/chat/g%3A1");
    const page = { postMessage: vi.fn(), focus: vi.fn(async () => {}) };
    host.pages.push(page);
    await host.lasting("notificationclick", { notification });
    expect(page.postMessage).toHaveBeenCalledWith({ open: "g:1" });
    expect(page.focus).toHaveBeenCalledOnce();
    expect(notification.close).toHaveBeenCalledTimes(2);
  });
});
