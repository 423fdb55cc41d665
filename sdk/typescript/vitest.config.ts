/** How the package's own tests run: on Node, beside the code and in test/. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    restoreMocks: true,
    retry: 0,
  },
});
