/** Accessibility: axe-core over what a page shows. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds wrong: a line for each rule and element. A good screen has none. */
export async function audit(page: Page): Promise<string[]> {
  await page.evaluate(SOURCE);
  const results = await page.evaluate(() => {
    // The script above has put it there.
    const { axe: injected } = window as unknown as { axe: typeof axe };
    return injected.run(document, { resultTypes: ["violations"] });
  });
  return results.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${violation.help}: ${node.html}`),
  );
}
