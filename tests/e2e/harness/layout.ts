/** Whether what a page shows stays inside its window. */

import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Nothing stands outside the window to the left or right, nor can one scroll there. */
export async function staysInside(page: Page): Promise<void> {
  const overflow = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const isClipped = (element: Element): boolean => {
      for (let at = element.parentElement; at !== null; at = at.parentElement) {
        const { overflowX } = getComputedStyle(at);
        const box = at.getBoundingClientRect();
        if (overflowX !== "visible" && box.left >= -1 && box.right <= width + 1) return true;
      }
      return false;
    };
    const outside = [...document.querySelectorAll("body *")].filter((element) => {
      const box = element.getBoundingClientRect();
      // What is a pixel wide is there for screen readers only.
      return box.width > 1 && (box.left < -1 || box.right > width + 1) && !isClipped(element);
    });
    const scrolling = [...document.querySelectorAll("body, body *")].filter((element) => {
      const scrolls = /auto|scroll/.test(getComputedStyle(element).overflowX);
      return scrolls && element.scrollWidth > element.clientWidth;
    });
    const describe = (element: Element) => element.outerHTML.slice(0, 200);
    return {
      scrolls: document.documentElement.scrollWidth - width,
      outside: outside.slice(0, 5).map(describe),
      scrolling: scrolling.slice(0, 5).map(describe),
    };
  });
  expect(overflow).toEqual({ scrolls: 0, outside: [], scrolling: [] });
}
