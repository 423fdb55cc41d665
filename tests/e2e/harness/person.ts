/**
 * Somebody at a tab: does what people do, by what they see (roles and names), and reads what the
 * page shows. Where the page's marks for tests are used (`data-…`), it is here.
 */

import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { Device } from "./device.js";
import { staysInside } from "./layout.js";
import { PATIENCE_MS } from "./paths.js";
import { Timeline } from "./timeline.js";
import { until } from "./until.js";

export class Person {
  readonly timeline: Timeline;

  constructor(
    readonly user: string,
    readonly device: Device,
    readonly page: Page,
  ) {
    this.timeline = new Timeline(page);
  }

  /** Opens the app, says who it is, and waits for the chat list. */
  async signIn(): Promise<void> {
    await this.page.goto("/");
    await this.page.getByRole("textbox", { name: "User name" }).fill(this.user);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.seesList();
  }

  async seesList(): Promise<void> {
    await this.page.getByRole("button", { name: "New chat" }).waitFor();
    await this.connection("online");
  }

  /** The same account in another tab of the same browser. */
  async anotherTab(): Promise<Person> {
    const person = new Person(this.user, this.device, await this.device.tab());
    await person.page.goto("/");
    await person.seesList();
    return person;
  }

  async connection(state: string): Promise<void> {
    await this.page.locator(`[data-connection="${state}"]`).waitFor({ state: "attached" });
  }

  /** Opens a chat with somebody by their name, by way of the button above the list. */
  async startDirect(user: string): Promise<void> {
    await this.page.getByRole("button", { name: "New chat" }).click();
    const dialog = this.page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name" }).fill(user);
    await dialog.getByRole("button", { name: "Start chat" }).click();
    await this.composer.waitFor();
  }

  /** Shows what was said on a day (as `2008-07-03`), by way of the button in the chat's head. */
  async jumpToDate(day: string): Promise<void> {
    await this.page.getByRole("button", { name: "Jump to a date" }).click();
    const popover = this.page.getByRole("dialog", { name: "Jump to a date" });
    await popover.getByLabel("Show what was said on").fill(day);
    await popover.getByRole("button", { name: "Show", exact: true }).click();
  }

  /** The chat's line in the list. */
  line(chat: string): Locator {
    return this.page.locator(`[data-chat="${chat}"]`);
  }

  async unread(chat: string): Promise<number> {
    return Number(await this.line(chat).getAttribute("data-unread"));
  }

  async openChat(chat: string): Promise<void> {
    await this.line(chat).click();
    await this.composer.waitFor();
    await this.timeline.loaded();
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: "Message" });
  }

  /** Writes a message, or a change of one, and sends it: by Enter, or on phones by the button. */
  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    if (this.device.isPhone) await this.page.getByRole("button", { name: /^(Send|Save)$/ }).tap();
    else await this.composer.press("Enter");
  }

  /** Holds a finger on a message until its menu opens. */
  async longPress(text: string): Promise<void> {
    await this.timeline.reach(text);
    const box = await this.timeline.row(text).getByTestId("text").boundingBox();
    if (box === null) throw new Error(`${text} is not shown`);
    const touch = await this.page.context().newCDPSession(this.page);
    const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
    await this.page.getByRole("menu").waitFor();
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await touch.detach();
  }

  /** The open dialog stands inside the window, all of it can be reached, and Escape closes it. */
  async fitsAndCloses(): Promise<void> {
    const dialog = this.page.getByRole("dialog");
    await dialog.waitFor();
    await staysInside(this.page);
    const close = dialog.getByRole("button", { name: "Close" });
    await close.tap();
    await dialog.waitFor({ state: "detached" });
  }

  /** Opens the menu of the message with this text and chooses. */
  async choose(text: string, action: string): Promise<void> {
    await this.openMenu(text);
    await this.page.getByRole("menuitem", { name: action }).click();
  }

  /** Opens a message's menu: by its button, or on phones by a long press. */
  async openMenu(text: string): Promise<void> {
    if (this.device.isPhone) await this.longPress(text);
    else await this.press(text, "More");
    await this.page.getByRole("menu").waitFor();
  }

  /** Presses a button of the bar that a message has while one points at it. */
  async press(text: string, button: string): Promise<void> {
    await this.timeline.reach(text);
    const row = this.timeline.row(text);
    await row.hover();
    await row.getByRole("button", { name: button, exact: true }).click();
  }

  async edit(text: string, to: string): Promise<void> {
    await this.choose(text, "Edit");
    await until("the text is there to be edited", async () => {
      return (await this.composer.inputValue()) === text;
    });
    await this.send(to);
  }

  async delete(text: string): Promise<void> {
    await this.choose(text, "Delete");
    const dialog = this.page.getByRole("alertdialog").or(this.page.getByRole("dialog"));
    await dialog.getByRole("button", { name: "Delete" }).click();
  }

  async react(text: string, emoji: string): Promise<void> {
    await this.choose(text, `React with ${emoji}`);
  }

  /** How many have reacted to a message, by emoji. */
  async reactions(text: string): Promise<Record<string, number>> {
    const buttons = this.timeline.row(text).getByRole("group", { name: "Reactions" });
    const labels = await buttons
      .getByRole("button")
      .evaluateAll((all) => all.map((button) => button.getAttribute("aria-label") ?? ""));
    const parsed = labels.map((label) => /^(.+?), (\d+)/.exec(label));
    return Object.fromEntries(parsed.map((found) => [found?.[1] ?? "", Number(found?.[2])]));
  }

  /** Waits until the list tells that the other one of a direct chat is there, or is not. */
  async seesPresence(chat: string, state: "online" | "offline"): Promise<void> {
    await this.line(chat).locator(`[data-presence=${state}]`).waitFor();
  }

  /** Waits until the open chat tells that somebody is typing, or no longer tells so. */
  async seesTyping(typing: boolean): Promise<void> {
    const words = this.page.locator("main header").getByText("typing");
    await words.waitFor({ state: typing ? "visible" : "hidden" });
  }

  /** Waits until the app could be opened without a network. */
  async offlineReady(): Promise<void> {
    await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
  }

  /** Waits until this text is in the browser's database. */
  async isKept(text: string): Promise<void> {
    await until(`${text} is kept`, () => this.page.evaluate(databaseHolds, text));
  }

  /** Waits until the view says so; with what it said last when it never does. */
  async shows(texts: readonly string[]): Promise<void> {
    await expect
      .poll(() => this.timeline.texts(), { timeout: PATIENCE_MS, interval: 50 })
      .toEqual(texts);
  }
}

/** Whether some record of the page's databases has the text. Runs in the page. */
async function databaseHolds(text: string): Promise<boolean> {
  const answer = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  for (const { name } of await indexedDB.databases()) {
    const database = await answer(indexedDB.open(name ?? ""));
    for (const store of database.objectStoreNames) {
      const records = await answer(database.transaction(store).objectStore(store).getAll());
      if (JSON.stringify(records).includes(text)) return true;
    }
    database.close();
  }
  return false;
}
