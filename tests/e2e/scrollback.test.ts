/** A chat of 20,000 messages: all of it can be scrolled through, and the page does not grow. */

import { expect, test } from "vitest";
import { importLines, LINES_A_DAY, lineText } from "./harness/irc.js";
import { heapBytes, wheelUp, wholeView } from "./harness/scrolling.js";
import { useStage } from "./harness/stage.js";
import { textOf } from "./harness/truth.js";

const stage = useStage();

const MESSAGES = 20_000;
const HEAP_EVERY = 2_000;

/**
 * A timeline holds 500 messages. 20,000 that were kept at 500 bytes each, which is little for a
 * parsed message of up to 200 characters, were 10 MB. The heights of all rows that were ever shown
 * may take 20,000 * 16 bytes, and the collector leaves a few hundred kilobytes either way.
 */
const HEAP_RISE_MAX = 4 * 1024 * 1024;

test("scrolling back meets every message, once and in order, and memory stays level", async () => {
  await importLines(stage.server, "logs", MESSAGES);
  await (await stage.account("reader")).join("logs");
  const reader = await stage.person("reader");
  // A window as high as four screens, so that there are fewer turns of the wheel.
  await reader.page.setViewportSize({ width: 1280, height: 3_000 });
  await reader.openChat("logs");
  await reader.timeline.scroller.hover();
  const height = await reader.timeline.scroller.evaluate((scroller) => scroller.clientHeight);
  let seen = await wholeView(reader.page);
  const newest = seen.highest;
  const heaps: number[] = [];
  while (!(seen.start && seen.top <= 0)) {
    const next = await wheelUp(reader.page, seen, height);
    expect(next.highest, "nothing is skipped").toBeGreaterThanOrEqual(seen.lowest - 1);
    expect(next.highest, "nothing comes again").toBeLessThanOrEqual(seen.highest);
    seen = next;
    if (newest - seen.lowest >= HEAP_EVERY * (heaps.length + 1))
      heaps.push(await heapBytes(reader.page));
  }
  expect(newest).toBeGreaterThanOrEqual(MESSAGES);
  expect(seen.lowest).toBe(1);
  const [first = 0, ...later] = heaps;
  expect(later).toHaveLength(MESSAGES / HEAP_EVERY - 1);
  expect(Math.max(...later) - first, heaps.join(", ")).toBeLessThan(HEAP_RISE_MAX);
}, 300_000);

test("one can go to a day, to a message that is answered, and back to the newest", async () => {
  await importLines(stage.server, "jumps", 12 * LINES_A_DAY);
  const account = await stage.account("jumper");
  await account.join("jumps");
  const early = await account.at("jumps", Date.UTC(2008, 0, 1));
  const seventh = early.find((message) => textOf(message) === lineText(7));
  await account.send("jumps", "about an old one", { reply_to: seventh?.id ?? 0 });
  const reader = await stage.person("jumper");
  await reader.openChat("jumps");
  await reader.jumpToDate("2008-01-06");
  await reader.timeline.comesIntoView(lineText(5 * LINES_A_DAY));
  const { lowest } = await wholeView(reader.page);
  // The chat's own first event comes before line 0; a line of the day before may show above.
  expect(lowest - 2).toBeGreaterThanOrEqual(5 * LINES_A_DAY - 2);

  await reader.page.getByRole("button", { name: /^To the newest message/ }).click();
  await reader.timeline.comesIntoView("about an old one");
  await reader.timeline.row("about an old one").getByRole("button", { name: "Show it" }).click();
  await reader.timeline.comesIntoView(lineText(7));
  await reader.page.getByRole("button", { name: "Back to where you were" }).click();
  await reader.timeline.comesIntoView("about an old one");
});
