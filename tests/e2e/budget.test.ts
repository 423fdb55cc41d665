/**
 * What the first load costs and where it comes from, and that all can be done by the keyboard alone.
 */

import { expect, test } from "vitest";
import { getsFocus, tabTo } from "./harness/keyboard.js";
import { Loads } from "./harness/loads.js";
import { Person } from "./harness/person.js";
import { useStage } from "./harness/stage.js";

const stage = useStage();

const SCRIPT_BYTES_MAX = 200 * 1024;

test("the first load is small, safe and from here alone", async () => {
  const device = await stage.device("newcomer");
  const page = await device.tab();
  const loads = new Loads(page);
  const answer = await page.goto("/");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  expect(await loads.scriptBytes()).toBeGreaterThan(0);
  expect(await loads.scriptBytes()).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
  await new Person("newcomer", device, page).signIn();
  expect(await loads.scriptBytes()).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);

  const { host } = new URL(stage.server.url);
  const all = await loads.all();
  expect(
    [...all.map((load) => load.url), ...loads.sockets].filter((url) => url.host !== host),
  ).toEqual([]);
  const assets = all.filter((load) => load.url.pathname.startsWith("/assets/"));
  expect(assets.length).toBeGreaterThan(0);
  for (const { headers } of assets) expect(headers["cache-control"]).toMatch(/immutable/);
  const policy = (await answer?.headerValue("content-security-policy")) ?? "";
  expect(policy).toMatch(/default-src 'self'|script-src 'self'/);
  expect(policy).not.toMatch(/unsafe/);
});

test("with nothing but a keyboard: sign in, make a group, send, react, leave", async () => {
  const device = await stage.device("keys");
  const page = await device.tab();
  const person = new Person("kim", device, page);
  await page.goto("/");
  await getsFocus(page.getByRole("textbox", { name: "User name" }));
  await page.keyboard.type("kim");
  await page.keyboard.press("Enter");
  await person.seesList();

  await tabTo(page, page.getByRole("button", { name: "New group" }));
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await getsFocus(dialog.getByRole("textbox", { name: "Group name" }));
  await page.keyboard.type("Keys");
  await tabTo(page, dialog.getByRole("button", { name: "Create group" }));
  await page.keyboard.press("Enter");

  await getsFocus(person.composer);
  await page.keyboard.type("hello");
  await page.keyboard.press("Enter");
  await person.timeline.row("hello").waitFor();
  await tabTo(page, person.timeline.row("hello"));
  await page.keyboard.press("Enter");
  await page.getByRole("menu").waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect.poll(() => person.reactions("hello")).toEqual({ "👍": 1 });

  await tabTo(page, page.getByRole("button", { name: "About this chat" }));
  await page.keyboard.press("Enter");
  await tabTo(page, dialog.getByRole("button", { name: "Leave group" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: "Leave", exact: true }));
  await page.keyboard.press("Enter");
  await page.getByText("You can still read").waitFor();
});
