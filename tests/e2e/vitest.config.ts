/**
 * How the end-to-end tests run: one file after the other, since each has a server and a browser of
 * its own and the machine may have two cores only; nothing is tried twice.
 */

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.test.ts"],
    globalSetup: "harness/temporary.ts",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: 0,
  },
});
