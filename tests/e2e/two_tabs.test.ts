/** Two tabs of one account in one browser: they show the same and share one outbox. */

import { expect, test } from "vitest";
import { PATIENCE_MS } from "./harness/paths.js";
import { useStage } from "./harness/stage.js";
import { NETWORK_TROUBLE } from "./harness/trouble.js";
import { agree, textOf } from "./harness/truth.js";

const stage = useStage();
const poll = { timeout: PATIENCE_MS, interval: 50 };

test("both are live, and what one sends the other shows once", async () => {
  const bob = await stage.account("bob");
  const chat = await bob.createDirect("alice");
  await bob.send(chat, "hello");
  const first = await stage.person("alice");
  const second = await first.anotherTab();
  for (const tab of [first, second]) await tab.openChat(chat);
  await first.send("from the first");
  await second.timeline.row("from the first").waitFor();
  await second.send("from the second");
  await bob.send(chat, "to both");
  await second.timeline.row("to both").waitFor();
  const texts = (await agree([first, second], bob, chat)).map(textOf);
  for (const text of ["from the first", "from the second", "to both"])
    expect(texts.filter((other) => other === text)).toHaveLength(1);
});

test("what a tab could not send before it was closed, the other sends, once", async () => {
  const dan = await stage.account("dan");
  const chat = await dan.createDirect("cleo");
  await dan.send(chat, "hello");
  const first = await stage.person("cleo");
  first.device.trouble.expect(NETWORK_TROUBLE);
  const second = await first.anotherTab();
  for (const tab of [first, second]) await tab.openChat(chat);
  await first.device.context.setOffline(true);
  await first.connection("offline");
  await second.connection("offline");
  for (const n of [1, 2, 3]) await first.send(`left behind ${n}`);
  await first.timeline.row("left behind 3").waitFor();
  await first.isKept("left behind 3");
  await first.page.close();
  await second.device.context.setOffline(false);
  await second.connection("online");
  const left = async () => {
    const texts = (await dan.history(chat)).map(textOf);
    return texts.filter((text) => text?.startsWith("left"));
  };
  const all = [1, 2, 3].map((n) => `left behind ${n}`);
  await expect.poll(left, poll).toEqual(all);
  await agree([second], dan, chat);
  expect(await left()).toEqual(all);
});

test("what is read in one tab is read in the other", async () => {
  const finn = await stage.account("finn");
  const chat = await finn.createDirect("eve");
  const first = await stage.person("eve");
  const second = await first.anotherTab();
  for (const text of ["a", "b"]) await finn.send(chat, text);
  for (const tab of [first, second]) await expect.poll(() => tab.unread(chat), poll).toBe(2);
  await first.openChat(chat);
  for (const tab of [first, second]) await expect.poll(() => tab.unread(chat), poll).toBe(0);
});
