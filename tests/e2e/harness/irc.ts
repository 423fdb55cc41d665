/** Old IRC logs, made up: a file a day, as `connect import irc` reads them. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectServer } from "./server.js";

const NICKS = ["ann", "ben", "cleo", "dan", "eve"];
const FIRST_DAY = Date.UTC(2008, 0, 1);
const DAY_MS = 24 * 60 * 60_000;

/** How many lines a day has: one a minute for 1,000 minutes. */
export const LINES_A_DAY = 1_000;

/** The n-th line's text: its number first, then a length that differs from line to line. */
export function lineText(n: number): string {
  return `line ${n}${" and so on".repeat((n * 7) % 23)}`;
}

/** Imports so many lines into a chat; four in a row are by the same nick. */
export async function importLines(server: ConnectServer, chat: string, lines: number) {
  const directory = mkdtempSync(join(tmpdir(), "connect-e2e-irc-"));
  try {
    const files: string[] = [];
    for (let from = 0; from < lines; from += LINES_A_DAY) {
      const day = new Date(FIRST_DAY + (from / LINES_A_DAY) * DAY_MS).toISOString().slice(0, 10);
      const file = join(directory, `${day}.txt`);
      writeFileSync(file, dayOf(from, Math.min(lines, from + LINES_A_DAY)));
      files.push(file);
    }
    await server.importIrc(files, chat);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function dayOf(from: number, to: number): string {
  let text = "";
  for (let n = from; n < to; n += 1) {
    const minute = n - from;
    const clock = [Math.floor(minute / 60), minute % 60].map((part) => `${part}`.padStart(2, "0"));
    text += `[${clock.join(":")}] <${NICKS[Math.floor(n / 4) % NICKS.length]}> ${lineText(n)}\n`;
  }
  return text;
}
