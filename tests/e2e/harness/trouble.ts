/**
 * What goes wrong in a browser while a test runs: errors on the console or uncaught, violations of
 * the content security policy, requests that fail or are refused. A test that did not say that it
 * expects such a thing fails by it.
 */

import type { BrowserContext, Page } from "playwright-core";

/** Lines that are kept of a page's console. */
const LINES_MAX = 2_000;

export class TroubleLog {
  private readonly lines: string[] = [];
  private readonly troubles: string[] = [];
  private readonly expected: RegExp[] = [];

  constructor(private readonly name: string) {}

  /** What matches is no failure in this test. */
  expect(...patterns: readonly RegExp[]): void {
    this.expected.push(...patterns);
  }

  /** What went wrong and was not expected. */
  unexpected(): string[] {
    const isExpected = (line: string) => this.expected.some((pattern) => pattern.test(line));
    return this.troubles.filter((line) => !isExpected(line));
  }

  text(): string {
    return this.lines.join("\n");
  }

  /** Watches a context and all its pages, workers included. */
  async watch(context: BrowserContext): Promise<void> {
    context.on("console", (message) => this.note(message.type(), message.text()));
    context.on("weberror", (error) => this.trouble(`uncaught: ${describe(error.error())}`));
    context.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "unknown";
      this.trouble(`request failed: ${request.method()} ${request.url()}: ${why}`);
    });
    context.on("response", (response) => {
      if (response.status() >= 400)
        this.trouble(
          `refused: ${response.request().method()} ${response.url()}: ${response.status()}`,
        );
    });
    context.on("page", (page: Page) => page.on("crash", () => this.trouble("the page crashed")));
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        const what = `${event.effectiveDirective} ${event.blockedURI}`;
        console.error(`policy violated: ${what} at ${event.sourceFile}:${event.lineNumber}`);
      });
    });
  }

  private note(type: string, text: string): void {
    if (type === "error") this.trouble(`console: ${text}`);
    else this.line(`${type}: ${text}`);
  }

  private trouble(what: string): void {
    this.troubles.push(`${this.name}: ${what}`);
    this.line(what);
  }

  private line(what: string): void {
    this.lines.push(`${new Date().toISOString()} ${this.name} ${what}`);
    if (this.lines.length > LINES_MAX) this.lines.shift();
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** What the network says while there is none, or while the server is away. */
export const NETWORK_TROUBLE =
  /ERR_(INTERNET_DISCONNECTED|CONNECTION_\w+|FAILED|ABORTED|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/;
