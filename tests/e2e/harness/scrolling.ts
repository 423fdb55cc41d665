/** Scrolling back through a long history by the wheel, and what is seen on the way. */

import type { Page } from "playwright-core";
import { expect } from "vitest";
import { PATIENCE_MS } from "./paths.js";

/** What the window onto the history shows at a moment, by the numbers of the events. */
export interface View {
  readonly lowest: number;
  readonly highest: number;
  /** Rows that do not follow the one above them. */
  readonly holes: readonly string[];
  /** The highest stretch without any row, in parts of the window's height. */
  readonly blank: number;
  readonly top: number;
  /** The chat's beginning is shown. */
  readonly start: boolean;
}

/** What is visible, once the page has drawn what was last done to it. */
export function view(page: Page): Promise<View | null> {
  return page.getByRole("log", { name: "Messages" }).evaluate(async (scroller) => {
    for (let frame = 0; frame < 2; frame += 1)
      await new Promise((resolve) => requestAnimationFrame(resolve));
    const port = scroller.getBoundingClientRect();
    const visible = [...scroller.querySelectorAll("article[data-seq]")]
      .map((row) => ({
        seq: Number(row.getAttribute("data-seq")),
        at: row.getBoundingClientRect(),
      }))
      .filter(({ at }) => at.bottom > port.top && at.top < port.bottom)
      .sort((a, b) => a.at.top - b.at.top);
    const [first, last] = [visible[0], visible.at(-1)];
    if (first === undefined || last === undefined) return null;
    const holes: string[] = [];
    let drawn = port.top;
    let blank = 0;
    for (const [index, row] of visible.entries()) {
      const above = visible[index - 1];
      if (above && row.seq !== above.seq + 1) holes.push(`${row.seq} below ${above.seq}`);
      blank = Math.max(blank, row.at.top - drawn);
      drawn = row.at.bottom;
    }
    return {
      lowest: first.seq,
      highest: last.seq,
      holes,
      blank: Math.max(blank, port.bottom - drawn) / port.height,
      top: scroller.scrollTop,
      start: scroller.querySelector("[data-entry=start]") !== null,
    };
  });
}

/** Day dividers and what stands above the chat's beginning take less of the window than this. */
const BLANK_MAX = 1 / 3;

/** Looks at two frames each, after which what a turn of the wheel uncovered has to be drawn. */
const LOOKS_MAX = 5;

/** What is visible; fails when there is nothing at any moment, or a hole or emptiness that stays. */
export async function wholeView(page: Page): Promise<View> {
  for (let looks = 1; ; looks += 1) {
    const now = await view(page);
    if (now === null) throw new Error("the window shows no message at all");
    if (now.holes.length === 0 && now.blank < BLANK_MAX) return now;
    if (looks < LOOKS_MAX) continue;
    expect(now.holes).toEqual([]);
    throw new Error(`blank beside ${now.lowest} to ${now.highest}`);
  }
}

/** Turns the wheel by most of a window's height, and waits until the view has moved. */
export async function wheelUp(page: Page, before: View, height: number): Promise<View> {
  await page.mouse.wheel(0, -0.8 * height);
  let now = await wholeView(page);
  const end = Date.now() + PATIENCE_MS;
  while (now.lowest === before.lowest && now.top === before.top && !(now.start && now.top <= 0)) {
    if (Date.now() > end) throw new Error(`stuck at ${before.lowest}`);
    now = await wholeView(page);
  }
  return now;
}

/** The bytes of JavaScript's heap in use, once what nobody needs is gone. */
export async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}
