/**
 * A Vite plugin: builds the service worker as /sw.js and tells it what the build consists of, so
 * that it can keep all of it on the device, under a name that changes with any of it.
 */

import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const SOURCE = fileURLToPath(new URL("./worker.ts", import.meta.url));
const FILE = "sw.js";

/** The emoji's names are large, and the picker keeps them itself once it was opened. */
function isKept(name: string): boolean {
  return name !== FILE && name !== "index.html" && !name.startsWith("emoji/");
}

export function serviceWorker(): Plugin {
  let publicDir = "";
  return {
    name: "connect-service-worker",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      publicDir = config.publicDir;
    },
    buildStart() {
      this.emitFile({ type: "chunk", id: SOURCE, fileName: FILE });
    },
    generateBundle: {
      // After everything else has put its files into the bundle.
      order: "post",
      async handler(_options, bundle) {
        const worker = bundle[FILE];
        if (worker?.type !== "chunk") throw new Error(`${FILE} was not built`);
        if (worker.imports.length > 0) throw new Error(`${FILE} must stand alone`);
        const built = Object.keys(bundle).filter(isKept);
        const files = [...built, ...(await readdir(publicDir))].sort().map((name) => `/${name}`);
        const page = bundle["index.html"];
        const version = createHash("sha256")
          .update(JSON.stringify(files))
          .update(page?.type === "asset" ? page.source : "")
          .digest("hex")
          .slice(0, 12);
        worker.code = worker.code
          .replaceAll("__VERSION__", () => JSON.stringify(version))
          .replaceAll("__FILES__", () => JSON.stringify(files));
      },
    },
  };
}
