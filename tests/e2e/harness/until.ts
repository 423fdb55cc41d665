/** Waiting for what comes by itself. */

import { setTimeout as delay } from "node:timers/promises";
import { PATIENCE_MS } from "./paths.js";

/** Looks until the condition holds; fails, saying what it waited for, when it never does. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await delay(20);
  }
}
