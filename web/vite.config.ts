/**
 * How the web app is built: hashed files under assets/, nothing inline, so that the server can
 * forbid inline scripts and styles altogether. The result goes to ../build/web, where the server's
 * build takes it from.
 */

import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { emojiData } from "./src/chat/emoji_data_plugin.js";
import { serviceWorker } from "./src/offline/service_worker_plugin.js";

export const alias = {
  "@connect-chat/sdk": fileURLToPath(new URL("../sdk/typescript/src/index.ts", import.meta.url)),
};

export default defineConfig({
  plugins: [react(), emojiData(), serviceWorker()],
  resolve: { alias },
  build: {
    outDir: "../build/web",
    emptyOutDir: true,
    assetsDir: "assets",
    assetsInlineLimit: 0,
    // React, Base UI and the SDK together; 200 kB compressed is the bound that counts.
    chunkSizeWarningLimit: 650,
    modulePreload: { polyfill: false },
  },
  server: {
    host: "127.0.0.1",
    // Of a server that `make run` started, or another one.
    proxy: { "/v1": { target: process.env.CONNECT_URL ?? "http://127.0.0.1:8080", ws: true } },
  },
});
