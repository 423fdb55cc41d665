/**
 * A device: a browser context with what it keeps, and tabs. Phones touch and are narrow.
 */

import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { TroubleLog } from "./trouble.js";

export interface DeviceOptions {
  phone?: boolean;
  dark?: boolean;
}

const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 640 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
};

export class Device {
  readonly pages: Page[] = [];

  private constructor(
    readonly name: string,
    readonly context: BrowserContext,
    readonly trouble: TroubleLog,
    readonly isPhone: boolean,
  ) {}

  static async open(
    browser: Browser,
    name: string,
    url: string,
    options: DeviceOptions = {},
  ): Promise<Device> {
    const context = await browser.newContext({
      ...(options.phone ? PHONE : DESKTOP),
      baseURL: url,
      colorScheme: options.dark ? "dark" : "light",
      // Movement would have every screenshot and click wait for it.
      reducedMotion: "reduce",
      locale: "en-GB",
      timezoneId: "UTC",
    });
    const trouble = new TroubleLog(name);
    await trouble.watch(context);
    return new Device(name, context, trouble, options.phone ?? false);
  }

  /** A new tab with nothing in it. */
  async tab(): Promise<Page> {
    const page = await this.context.newPage();
    this.pages.push(page);
    return page;
  }
}
