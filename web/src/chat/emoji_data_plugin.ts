/**
 * A Vite plugin: the emoji picker's names and search words come from our own origin, out of the
 * package emojibase-data, at /emoji/en/{data,messages}.json.
 */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

const FILES = ["data.json", "messages.json"];
const require = createRequire(import.meta.url);

function load(file: string): Promise<Buffer> {
  return readFile(require.resolve(`emojibase-data/en/${file}`));
}

export function emojiData(): Plugin {
  return {
    name: "connect-emoji-data",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const file = FILES.find((name) => request.url === `/emoji/en/${name}`);
        if (file === undefined) return next();
        response.setHeader("Content-Type", "application/json");
        load(file).then((content) => response.end(content), next);
      });
    },
    async generateBundle() {
      for (const file of FILES)
        this.emitFile({ type: "asset", fileName: `emoji/en/${file}`, source: await load(file) });
    },
  };
}
