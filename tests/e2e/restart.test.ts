/**
 * The server is killed and comes back while people write: no message is lost, none is there twice,
 * each one's stay in their order, and everybody sees the same.
 */

import { expect, test } from "vitest";
import type { Person } from "./harness/person.js";
import { useStage } from "./harness/stage.js";
import { NETWORK_TROUBLE } from "./harness/trouble.js";
import { agree, textOf } from "./harness/truth.js";

/** With the limit that servers have by default, since being put off is part of it. */
const stage = useStage({ rateSends: 20 });

const MESSAGES = 40;

async function writeAll(person: Person): Promise<string[]> {
  const texts = Array.from({ length: MESSAGES }, (_, n) => `${person.user} says ${n + 1}`);
  for (const text of texts) await person.send(text);
  return texts;
}

test("killed in the middle of sends from both, all arrive once and in order", async () => {
  const account = await stage.account("alice");
  const chat = await account.createDirect("bob");
  const alice = await stage.person("alice");
  const phone = await stage.person("alice", { at: "phone", phone: true });
  const bob = await stage.person("bob");
  const everybody = [alice, phone, bob];
  for (const person of everybody) {
    person.device.trouble.expect(NETWORK_TROUBLE);
    await person.openChat(chat);
  }
  const writing = Promise.all([writeAll(alice), writeAll(bob)]);
  await alice.timeline.row("bob says 10").waitFor();
  await stage.server.kill();
  await stage.server.restart();
  const written = await writing;
  const settled = async () => (await account.history(chat)).filter((m) => textOf(m)).length;
  await expect.poll(settled, { timeout: 30_000, interval: 200 }).toBe(2 * MESSAGES);
  const texts = (await agree(everybody, account, chat)).map(textOf);
  for (const [index, user] of ["alice", "bob"].entries())
    expect(texts.filter((text) => text?.startsWith(user))).toEqual(written[index]);
});
