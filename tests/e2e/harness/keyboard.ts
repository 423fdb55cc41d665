/** Getting about with nothing but a keyboard. */

import type { Locator, Page } from "playwright-core";
import { until } from "./until.js";

/** More stops than any screen has: then it cannot be reached. */
const STOPS_MAX = 100;

/** Presses Tab until the element has the focus. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let stops = 0; stops < STOPS_MAX; stops += 1) {
    if (await hasFocus(target)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key does not lead to ${target}`);
}

export async function getsFocus(target: Locator): Promise<void> {
  await target.waitFor();
  await until(`${target} has the focus`, () => hasFocus(target));
}

async function hasFocus(target: Locator): Promise<boolean> {
  if ((await target.count()) !== 1) return false;
  return await target.evaluate((element) => element === document.activeElement);
}
