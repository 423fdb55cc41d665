/** Where things are, seen from the root of the repository. */

import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The program under test. */
export const BINARY = resolve(ROOT, process.env.CONNECT_BINARY ?? "build/release/connect");

/** Waiting for longer than this means that it never comes. It only turns a hang into a failure. */
export const PATIENCE_MS = 20_000;

/** A directory below build/, made when there is none. */
export function buildDirectory(...names: string[]): string {
  const path = join(ROOT, "build", ...names);
  mkdirSync(path, { recursive: true });
  return path;
}
