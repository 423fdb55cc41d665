/** Two people on three devices: what one does is seen by all, at once and alike. */

import { expect, test } from "vitest";
import { PATIENCE_MS } from "./harness/paths.js";
import { useStage } from "./harness/stage.js";
import { agree } from "./harness/truth.js";

const stage = useStage();
const poll = { timeout: PATIENCE_MS, interval: 50 };

/** One person at a laptop and a phone, another at one device; their chat is open on all three. */
async function threeDevices(alice: string, bob: string) {
  const account = await stage.account(alice);
  const chat = await account.createDirect(bob);
  const laptop = await stage.person(alice, { at: "laptop" });
  const phone = await stage.person(alice, { at: "phone", phone: true });
  const other = await stage.person(bob);
  for (const person of [laptop, phone, other]) await person.openChat(chat);
  return { account, chat, laptop, phone, other };
}

test("a chat that somebody starts appears everywhere without a reload", async () => {
  const laptop = await stage.person("ann", { at: "laptop" });
  const phone = await stage.person("ann", { at: "phone", phone: true });
  const ben = await stage.person("ben");
  const account = await stage.account("ann");
  await laptop.startDirect("ben");
  await laptop.send("hello ben");
  const chat = await account.createDirect("ben");
  for (const person of [phone, ben]) {
    await person.line(chat).getByText("hello ben").waitFor();
    await person.openChat(chat);
  }
  await agree([laptop, phone, ben], account, chat);
});

test("what is said, edited, deleted and reacted to is the same on all devices", async () => {
  const { account, chat, laptop, phone, other } = await threeDevices("cleo", "dan");
  await laptop.send("one");
  await other.timeline.row("one").waitFor();
  await other.send("two");
  await phone.timeline.row("two").waitFor();
  await phone.send("three");
  await laptop.timeline.row("three").waitFor();
  await laptop.edit("one", "one, mended");
  await other.react("one, mended", "👍");
  await other.delete("two");
  for (const person of [laptop, phone, other]) {
    await person.shows(["one, mended", "three"]);
    await expect.poll(() => person.reactions("one, mended"), poll).toEqual({ "👍": 1 });
  }
  await agree([laptop, phone, other], account, chat);
});

test("own messages tell whether they were delivered and read, on both own devices", async () => {
  const account = await stage.account("eve");
  const chat = await account.createDirect("finn");
  const laptop = await stage.person("eve", { at: "laptop" });
  const phone = await stage.person("eve", { at: "phone", phone: true });
  for (const person of [laptop, phone]) await person.openChat(chat);
  await laptop.send("are you there?");
  const statuses = () =>
    Promise.all([laptop, phone].map((person) => person.timeline.status("are you there?")));
  await expect.poll(statuses, poll).toEqual(["stored", "stored"]);
  const finn = await stage.person("finn");
  await expect.poll(statuses, poll).toEqual(["delivered", "delivered"]);
  await finn.openChat(chat);
  await expect.poll(statuses, poll).toEqual(["read", "read"]);
});

test("who is there and who is typing is shown while it is so", async () => {
  const { chat, laptop, other } = await threeDevices("gina", "hans");
  await laptop.seesPresence(chat, "online");
  await other.composer.pressSequentially("I am wri");
  await laptop.seesTyping(true);
  await other.composer.fill("");
  await laptop.seesTyping(false);
  await other.page.close();
  await laptop.seesPresence(chat, "offline");
});

test("reading on one device clears the badge on the other", async () => {
  const account = await stage.account("jo");
  const chat = await account.createDirect("ida");
  const laptop = await stage.person("ida", { at: "laptop" });
  const tablet = await stage.person("ida", { at: "tablet" });
  for (const text of ["a", "b", "c"]) await account.send(chat, text);
  for (const person of [laptop, tablet]) await expect.poll(() => person.unread(chat), poll).toBe(3);
  await laptop.openChat(chat);
  for (const person of [laptop, tablet]) await expect.poll(() => person.unread(chat), poll).toBe(0);
});
