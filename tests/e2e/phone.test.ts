/** The app on a phone: 360 by 640, by touch, one pane at a time. */

import { expect, test } from "vitest";
import { staysInside } from "./harness/layout.js";
import { useStage } from "./harness/stage.js";

const stage = useStage();
const LONG = "A message that is long enough for several lines on a narrow screen, and then some. ";

test("from the list to a chat and back, by the app's button and by the browser's", async () => {
  const bob = await stage.account("bob");
  const chat = await bob.createGroup(LONG.slice(0, 80), ["alice"]);
  for (let n = 0; n < 30; n += 1) await bob.send(chat, `${n} ${LONG.repeat(n % 4)}`);
  const alice = await stage.person("alice", { phone: true });
  await staysInside(alice.page);
  await alice.openChat(chat);
  expect(await alice.line(chat).isVisible()).toBe(false);
  await staysInside(alice.page);
  await alice.page.getByRole("button", { name: "Back to the chats" }).tap();
  await alice.line(chat).waitFor();
  expect(await alice.composer.isVisible()).toBe(false);
  await alice.openChat(chat);
  await alice.page.getByRole("button", { name: "About this chat" }).tap();
  await alice.page.getByRole("dialog").waitFor();
  await alice.page.goBack();
  await alice.page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await alice.composer.isVisible()).toBe(true);
  await alice.page.goBack();
  await alice.line(chat).waitFor();
});

test("writing, answering and deleting by touch", async () => {
  const dan = await stage.account("dan");
  const chat = await dan.createDirect("cleo");
  await dan.send(chat, "hello");
  const cleo = await stage.person("cleo", { phone: true });
  await cleo.openChat(chat);
  await cleo.longPress("hello");
  await staysInside(cleo.page);
  await cleo.page.getByRole("menuitem", { name: "Reply" }).tap();
  await cleo.send("hello to you");
  await cleo.timeline.comesIntoView("hello to you");
  await staysInside(cleo.page);
  await cleo.longPress("hello to you");
  await cleo.page.getByRole("menuitem", { name: "Delete" }).tap();
  await staysInside(cleo.page);
  await cleo.page.getByRole("dialog").getByRole("button", { name: "Delete" }).tap();
  await cleo.timeline.row("hello to you").waitFor({ state: "detached" });
  const tall = Array.from({ length: 20 }, (_, line) => `line ${line}`).join("\n");
  await cleo.composer.fill(tall);
  await staysInside(cleo.page);
  await cleo.page.getByRole("button", { name: "Send" }).tap();
  await cleo.timeline.row(tall).waitFor();
  await staysInside(cleo.page);
});

test("every dialog fits", async () => {
  const erin = await stage.account("erin");
  const chat = await erin.createGroup("Plans", ["finn"]);
  await erin.send(chat, "hello");
  const finn = await stage.person("finn", { phone: true });
  for (const name of ["New chat", "New group", "Settings"]) {
    await finn.page.getByRole("button", { name }).tap();
    await finn.fitsAndCloses();
  }
  await finn.openChat(chat);
  await finn.page.getByRole("button", { name: "About this chat" }).tap();
  await finn.fitsAndCloses();
});
