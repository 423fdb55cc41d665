/**
 * Everything temporary of a run, servers' data and browsers' profiles, lies in one directory, which
 * is removed at its end, however the tests ended.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function setup(): void {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), "connect-e2e-"));
}

export function teardown(): void {
  if (process.env.TMPDIR !== undefined)
    rmSync(process.env.TMPDIR, { recursive: true, force: true, maxRetries: 5 });
}
