/** The harness itself: it notices what goes wrong, and a server started again is the same one. */

import { expect, test } from "vitest";
import { audit } from "./harness/audit.js";
import { importLines, lineText } from "./harness/irc.js";
import { useStage } from "./harness/stage.js";
import { textOf } from "./harness/truth.js";

const stage = useStage();

const PAGE = `<!doctype html><html lang="en"><title>x</title>
  <meta http-equiv="Content-Security-Policy" content="script-src 'none'">
  <main><h1>x</h1><img src="/nothing.png"></main><script>1</script></html>`;

test("errors, violations and failed requests of a page are noticed", async () => {
  const device = await stage.device("any");
  const page = await device.tab();
  await device.context.route("**/page", (route) =>
    route.fulfill({ contentType: "text/html", body: PAGE }),
  );
  await page.goto("/page");
  await page.evaluate(() => setTimeout(() => Promise.reject(new Error("nobody catches this"))));
  const expected = [/policy violated: script-src/, /nothing.png: 404/, /nobody catches this/];
  for (const pattern of expected)
    await expect.poll(() => device.trouble.unexpected().join("\n")).toMatch(pattern);
  expect(await audit(page)).toContainEqual(expect.stringMatching(/^image-alt:/));
  device.trouble.expect(/./);
});

test("a server that was killed comes back with what it had", async () => {
  const alice = await stage.account("alice");
  const chat = await alice.createDirect("bob");
  await alice.send(chat, "before");
  await stage.server.kill();
  await stage.server.restart();
  await alice.send(chat, "after");
  expect((await alice.history(chat)).map(textOf).slice(-2)).toEqual(["before", "after"]);
  await stage.server.stop();
  await stage.server.restart();
});

test("imported logs can be read by whoever joins", async () => {
  await importLines(stage.server, "logs", 1_500);
  const reader = await stage.account("reader");
  await reader.join("logs");
  const texts = (await reader.history("logs")).map(textOf).filter((text) => text !== null);
  expect(texts).toHaveLength(1_500);
  expect(texts[1_234]).toBe(lineText(1_234));
});
