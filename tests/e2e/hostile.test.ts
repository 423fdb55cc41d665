/** Texts and names made to do harm: they are shown as what they are, and nothing else happens. */

import { expect, test } from "vitest";
import { staysInside } from "./harness/layout.js";
import type { Person } from "./harness/person.js";
import { useStage } from "./harness/stage.js";

const stage = useStage();

const PAYLOAD = "globalThis.harmed = true";

const TEXTS: Readonly<Record<string, string>> = {
  script: `<script>${PAYLOAD}</script>`,
  image: `<img src=x onerror="${PAYLOAD}">`,
  "javascript link": `javascript:${PAYLOAD}`,
  "link in markup": `<a href="javascript:${PAYLOAD}">https://example.org</a>`,
  "markdown link": `[click](javascript:${PAYLOAD})`,
  "data link": `data:text/html,<script>${PAYLOAD}</script>`,
  template: `{{constructor.constructor('${PAYLOAD}')()}} $\{${PAYLOAD}}`,
  "turned around": "safe \u202Egnp.exe\u202C \u2066\u2067not closed",
  "link turned around": "https://example.org/\u202Emoc.live",
  "zero width": "a\u200Bb\u200Cc\u200Dd\uFEFFe\u2060f",
  controls: "bell \u0007 escape \u001B[31m null-ish \u0001 end",
  "many marks": `Z${"\u0300\u0301\u0302".repeat(300)}algo`,
  "one long word": "w".repeat(10_000),
  "as long as can be": "sixteen KiB of text. ".repeat(800).slice(0, 16 * 1024),
  "many lines": "line\n".repeat(2_000),
  "right to left": "مرحبا بالعالم שלום עולם",
  family: "👨‍👩‍👧‍👦🏳️‍🌈👩🏽‍🚀🇺🇳".repeat(40),
  "lone surrogate escape": "\\ud800 \\u0000",
  prototype: "__proto__ constructor toString",
};

/** As it is shown: control characters are marks that can be seen. */
function visible(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, "\uFFFD");
}

async function isUnharmed(person: Person): Promise<void> {
  expect(await person.page.evaluate(() => "harmed" in globalThis)).toBe(false);
  const links = await person.page
    .locator("article[data-entry] a")
    .evaluateAll((all) =>
      all.map((link) => (link instanceof HTMLAnchorElement ? link.protocol : "")),
    );
  expect(links.filter((protocol) => !/^(https?|mailto):$/.test(protocol))).toEqual([]);
}

for (const phone of [false, true])
  test(`texts made to do harm are only text, on a ${phone ? "phone" : "desktop"}`, async () => {
    const mallory = await stage.account("mallory");
    const alice = `alice ${phone}`;
    const chat = await mallory.createGroup("Plans", [alice]);
    const reader = await stage.person(alice, { at: "reader", phone });
    await mallory.send(chat, "hello");
    await reader.openChat(chat);
    for (const [what, text] of Object.entries(TEXTS)) {
      await mallory.send(chat, text);
      const seq = (await mallory.history(chat)).at(-1)?.seq ?? 0;
      const row = reader.timeline.at(seq);
      await reader.timeline.scrollDown();
      await row.waitFor();
      expect(await reader.timeline.wholeText(seq), what).toBe(visible(text));
      await staysInside(reader.page);
      await isUnharmed(reader);
    }
  });

test("names and titles made to do harm are only text", async () => {
  const name = `<img src=x onerror="${PAYLOAD}">\u202E eman`;
  const mallory = await stage.account(name);
  const reader = await stage.person("bob");
  const title = `<script>${PAYLOAD}</script> ${"\u202E".repeat(20)} title ${"w".repeat(120)}`;
  const group = await mallory.createGroup(title, ["bob"]);
  const direct = await mallory.createDirect("bob");
  for (const chat of [group, direct]) {
    await mallory.send(chat, "hello");
    await reader.openChat(chat);
    await staysInside(reader.page);
    await isUnharmed(reader);
  }
});
