/**
 * What a file of tests plays on: one server and one browser for the file, devices for each test.
 *
 * After each test its devices are closed. A test that failed, or in whose browsers something went
 * wrong that it did not expect, leaves pictures and logs in build/test-logs/e2e.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { Device, type DeviceOptions } from "./device.js";
import { buildDirectory, PATIENCE_MS } from "./paths.js";
import { Person } from "./person.js";
import { Account } from "./rest.js";
import { ConnectServer, type ServerOptions } from "./server.js";

export class Stage {
  private browser: Browser | null = null;
  private started: ConnectServer | null = null;
  private devices: Device[] = [];

  constructor(private readonly serverOptions: ServerOptions) {}

  get server(): ConnectServer {
    if (this.started === null) throw new Error("the stage is not open");
    return this.started;
  }

  async open(): Promise<void> {
    this.started = await ConnectServer.start(this.serverOptions);
    const options = { executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] };
    this.browser = await chromium.launch(options);
  }

  async close(): Promise<void> {
    await this.browser?.close();
    await this.started?.dispose();
  }

  /** A new device with nothing on it. */
  async device(name: string, options: DeviceOptions = {}): Promise<Device> {
    if (this.browser === null) throw new Error("the stage is not open");
    const device = await Device.open(this.browser, name, this.server.url, options);
    device.context.setDefaultTimeout(PATIENCE_MS);
    this.devices.push(device);
    return device;
  }

  /** A user at a new device, signed in, with the chat list before them. */
  async person(user: string, options: DeviceOptions & { at?: string } = {}): Promise<Person> {
    const device = await this.device(options.at ?? user, options);
    const person = new Person(user, device, await device.tab());
    await person.signIn();
    return person;
  }

  /** A user without a browser. */
  account(user: string): Promise<Account> {
    return Account.login(this.server.url, user);
  }

  /** Ends a test: closes its devices; what went wrong in them unexpectedly is its failure. */
  async clear(test: string, failed: boolean): Promise<void> {
    const { devices } = this;
    this.devices = [];
    const troubles = devices.flatMap((device) => device.trouble.unexpected());
    if (failed || troubles.length > 0) await this.keepArtefacts(test, devices);
    await Promise.all(devices.map((device) => device.context.close()));
    expect(troubles, "nothing went wrong in the browsers").toEqual([]);
  }

  private async keepArtefacts(test: string, devices: readonly Device[]): Promise<void> {
    const directory = buildDirectory(
      "test-logs",
      "e2e",
      test.replace(/[^\w]+/g, "_").slice(0, 100),
    );
    writeFileSync(join(directory, "server.log"), this.server.logText());
    for (const device of devices) {
      writeFileSync(join(directory, `${device.name}.log`), device.trouble.text());
      for (const [at, page] of device.pages.entries())
        if (!page.isClosed())
          await page
            .screenshot({ path: join(directory, `${device.name}-${at}.png`) })
            .catch(() => {});
    }
  }
}

/** A stage for all tests of the file. */
export function useStage(serverOptions: ServerOptions = {}): Stage {
  const stage = new Stage(serverOptions);
  beforeAll(() => stage.open());
  afterEach(({ task }) => stage.clear(task.name, task.result?.state === "fail"));
  afterAll(() => stage.close());
  return stage;
}
