/** Pictures of screens, for people to look at: taken only with SCREENSHOTS=1 in the environment. */

import { join } from "node:path";
import type { Page } from "playwright-core";
import { buildDirectory } from "./paths.js";

export async function screenshot(page: Page, name: string): Promise<void> {
  if (process.env.SCREENSHOTS !== "1") return;
  await page.screenshot({ path: join(buildDirectory("screenshots"), `${name}.png`) });
}
