/** Accessibility: axe-core over what a page shows. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds wrong: a line for each rule and element. A good screen has none. */
export async function audit(page: Page): Promise<string[]> {
  // Colours that are still changing from one to another have no contrast to speak of.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => Number.isFinite(animation.effect?.getComputedTiming().endTime))
        .map((animation) => animation.finished),
    ),
  );
  await page.evaluate(SOURCE);
  const results = await page.evaluate(() => {
    // The script above has put it there.
    const { axe: injected } = window as unknown as { axe: typeof axe };
    // The library of menus and dialogs leads the focus back by these; nobody ever stops at them.
    const context = { exclude: ["[data-base-ui-focus-guard]"] };
    return injected.run(context, { resultTypes: ["violations"] });
  });
  return results.violations.flatMap((violation) =>
    violation.nodes
      .filter((node) => !isMenu(violation.id, node.html))
      .map((node) => {
        const why = node.any.map((check) => check.message).join(" ") || violation.help;
        return `${violation.id}: ${why}: ${node.html}`;
      }),
  );
}

/** A menu stands over the page as a dialog does; axe-core lets dialogs be outside of landmarks only. */
function isMenu(rule: string, html: string): boolean {
  return rule === "region" && html.includes('role="menu"');
}
