/**
 * A device without a network, while others go on: it shows what it had, also after a reload, takes
 * what is written, and afterwards has what everybody else has.
 */

import { expect, test } from "vitest";
import type { Account } from "./harness/rest.js";
import { useStage } from "./harness/stage.js";
import { NETWORK_TROUBLE } from "./harness/trouble.js";
import { agree, textOf } from "./harness/truth.js";

const stage = useStage();

/** 300 events: 260 messages, 26 of them edited, 13 deleted, and a reaction. */
async function goOn(account: Account, chat: string): Promise<void> {
  const ids: number[] = [];
  for (let n = 1; n <= 260; n += 1) ids.push(await account.send(chat, `meanwhile ${n}`));
  for (const [n, id] of ids.entries()) {
    if (n % 10 === 5) await account.edit(chat, id, `meanwhile ${n + 1}, mended`);
    if (n % 20 === 9) await account.delete(chat, id);
  }
  await account.react(chat, ids[0] ?? 0, "👍");
}

test("300 events later, a device that was offline has them all and sends its own once", async () => {
  const bob = await stage.account("bob");
  const chat = await bob.createGroup("Plans", ["alice"]);
  const before = await bob.send(chat, "said before");
  await bob.send(chat, "also before");
  const alice = await stage.person("alice");
  alice.device.trouble.expect(NETWORK_TROUBLE);
  await alice.openChat(chat);
  await alice.timeline.row("said before").waitFor();
  await alice.offlineReady();

  await alice.device.context.setOffline(true);
  await alice.connection("offline");
  await alice.send("mine 1");
  await goOn(bob, chat);
  await bob.edit(chat, before, "said before, mended");
  await alice.send("mine 2");
  await alice.page.reload();
  await alice.openChat(chat);
  await alice.send("mine 3");
  await alice.shows(["said before", "also before", "mine 1", "mine 2", "mine 3"]);
  expect((await bob.history(chat)).map(textOf)).not.toContain("mine 1");

  await alice.device.context.setOffline(false);
  await alice.connection("online");
  await expect
    .poll(async () => (await bob.history(chat)).map(textOf).slice(-3), { timeout: 20_000 })
    .toEqual(["mine 1", "mine 2", "mine 3"]);
  const texts = (await agree([alice], bob, chat)).map(textOf);
  expect(texts.filter((text) => text?.startsWith("mine"))).toHaveLength(3);
});

test("while the server is down, what was read is there and what is written waits", async () => {
  const erin = await stage.account("erin");
  const chat = await erin.createDirect("dora");
  await erin.send(chat, "before it went");
  const dora = await stage.person("dora");
  dora.device.trouble.expect(NETWORK_TROUBLE);
  await dora.openChat(chat);
  await dora.timeline.row("before it went").waitFor();
  await dora.offlineReady();
  await stage.server.kill();
  await dora.connection("connecting");
  await dora.send("while it is down");
  await dora.page.reload();
  await dora.openChat(chat);
  await dora.shows(["before it went", "while it is down"]);
  await stage.server.restart();
  await expect
    .poll(async () => (await erin.history(chat)).map(textOf).at(-1), { timeout: 30_000 })
    .toBe("while it is down");
  await agree([dora], erin, chat);
});
