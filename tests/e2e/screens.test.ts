/**
 * Every screen, on a desktop and on a phone, in light and dark: nothing that axe-core finds wrong,
 * nothing outside the window. With SCREENSHOTS=1 the pictures are in build/screenshots.
 */

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { audit } from "./harness/audit.js";
import { staysInside } from "./harness/layout.js";
import { Person } from "./harness/person.js";
import type { Account } from "./harness/rest.js";
import { screenshot } from "./harness/screens.js";
import { useStage } from "./harness/stage.js";
import { NETWORK_TROUBLE } from "./harness/trouble.js";

const stage = useStage();

/** Looks at screens in both colour schemes, and tells at the end what is wrong with any of them. */
class Inspection {
  private readonly found: string[] = [];

  constructor(private readonly device: string) {}

  async look(page: Page, name: string): Promise<void> {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const where = `${name}-${this.device}-${colorScheme}`;
      for (const wrong of await audit(page)) this.found.push(`${where}: ${wrong}`);
      await staysInside(page).catch((error) => this.found.push(`${where}: ${error.message}`));
      await screenshot(page, where);
    }
  }

  end(): void {
    expect(this.found).toEqual([]);
  }
}

/** A group in which there is one of everything that a chat can show. */
async function furnish(host: Account, user: string): Promise<string> {
  const chat = await host.createGroup("Plans for the summer", [user, "cleo"]);
  const question = await host.send(chat, "Where do we go? https://example.org/places");
  await host.edit(chat, await host.send(chat, "The lake"), "The lake, or the sea");
  await host.delete(chat, await host.send(chat, "never mind"));
  const guest = await stage.account(user);
  const answer = await guest.send(chat, "The sea!", { reply_to: question });
  await host.react(chat, answer, "👍");
  await host.send(chat, "🎉");
  await host.send(chat, "A longer one. ".repeat(300));
  return chat;
}

for (const phone of [false, true]) {
  const kind = phone ? "phone" : "desktop";

  test(`before the chats, on a ${kind}`, async () => {
    const device = await stage.device(kind, { phone });
    const page = await device.tab();
    const inspection = new Inspection(kind);
    await page.goto("/");
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await inspection.look(page, "sign-in");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await inspection.look(page, "sign-in-refused");
    const person = new Person(`newcomer-${kind}`, device, page);
    await person.signIn();
    await page.getByText("No chats yet").waitFor();
    await inspection.look(page, "list-empty");
    inspection.end();
  });

  test(`the chats and all around them, on a ${kind}`, async () => {
    const user = `alice-${kind}`;
    const bob = await stage.account("bob");
    const chat = await furnish(bob, user);
    const direct = await bob.createDirect(user);
    const person = await stage.person(user, { at: kind, phone });
    await bob.send(direct, "Have you seen it?");
    await person.line(direct).getByText("Have you seen it?").waitFor();
    const { page } = person;
    const inspection = new Inspection(kind);
    await inspection.look(page, "list");
    const search = page.getByRole("textbox", { name: "Search chats" });
    await search.fill("summer");
    await inspection.look(page, "search");
    await search.fill("nothing like this");
    await page.getByText("No such chat").waitFor();
    await inspection.look(page, "search-nothing");
    await search.fill("");
    for (const name of ["New chat", "New group", "Settings"]) {
      await page.getByRole("button", { name, exact: true }).click();
      await page.getByRole("dialog").waitFor();
      await inspection.look(page, name.toLowerCase().replace(" ", "-"));
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await person.openChat(chat);
    await inspection.look(page, "chat");
    await person.openMenu("The sea!");
    await inspection.look(page, "chat-menu");
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").waitFor();
    await inspection.look(page, "chat-delete");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Emoji" }).click();
    await page.getByRole("dialog", { name: "Choose an emoji" }).getByText("Smileys").waitFor();
    await inspection.look(page, "chat-emoji");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "About this chat" }).click();
    await page.getByRole("dialog").getByText("cleo").waitFor();
    await inspection.look(page, "info");
    await page.keyboard.press("Escape");
    inspection.end();
  });

  test(`when something is wrong, on a ${kind}`, async () => {
    const user = `dora-${kind}`;
    const bob = await stage.account("bob");
    const chat = await bob.createDirect(user);
    await bob.send(chat, "hello");
    const person = await stage.person(user, { at: kind, phone });
    person.device.trouble.expect(NETWORK_TROUBLE);
    const { page } = person;
    const inspection = new Inspection(kind);
    await person.openChat(chat);
    await person.device.context.setOffline(true);
    await person.connection("offline");
    await person.send("to be sent later");
    await inspection.look(page, "chat-offline");
    await person.device.context.setOffline(false);
    await person.connection("online");
    await stage.server.kill();
    await person.connection("connecting");
    await page.getByText("No connection.").waitFor();
    await inspection.look(page, "chat-connecting");
    await stage.server.restart();
    await person.connection("online");
    await page.goto("/chat/g-of-somebody-else");
    await page.getByRole("button", { name: "Join" }).click();
    await page.getByRole("alert").waitFor();
    await inspection.look(page, "chat-unknown");
    await page.route("**/v1/dev/login", (route) =>
      route.fulfill({ json: { token: "not.a.token" } }),
    );
    await page.goto("/");
    await person.connection("stopped");
    await page.getByRole("button", { name: "Sign in again" }).waitFor();
    await inspection.look(page, "stopped");
    inspection.end();
  });
}
