/**
 * `connect serve` as a process: on ports and a data directory of its own, which it keeps over
 * restarts. When the process of the tests dies, however it does, the kernel ends the server.
 */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { BINARY } from "./paths.js";
import { until } from "./until.js";

export interface ServerOptions {
  /** Sends a second and user; 0, the default here: no limit. */
  rateSends?: number;
}

/** Lines of log that are kept: at 200 bytes each, 2 MB. */
const LOG_LINES_MAX = 10_000;

export class ConnectServer {
  readonly url: string;
  private readonly log: string[] = [];
  private process: ChildProcess | null = null;

  private constructor(
    private readonly data: string,
    private readonly port: number,
    private readonly opsPort: number,
    private readonly options: ServerOptions,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** A new server with an empty data directory; it is ready. */
  static async start(options: ServerOptions = {}): Promise<ConnectServer> {
    const data = mkdtempSync(join(tmpdir(), "connect-e2e-"));
    const server = new ConnectServer(data, await freePort(), await freePort(), options);
    await server.restart();
    return server;
  }

  /** Starts it again on its ports and data; it is ready. */
  async restart(): Promise<void> {
    const flags = ["--data", join(this.data, "data"), "--auth", "dev"];
    flags.push("--listen", `127.0.0.1:${this.port}`, "--ops", `127.0.0.1:${this.opsPort}`);
    flags.push("--rate-sends", String(this.options.rateSends ?? 0));
    const command = ["--pdeathsig", "KILL", BINARY, "serve", ...flags];
    const started = spawn("setpriv", command, { stdio: ["ignore", "ignore", "pipe"] });
    this.process = started;
    let rest = "";
    started.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      this.log.push(...lines);
      this.log.splice(0, Math.max(0, this.log.length - LOG_LINES_MAX));
    });
    await until("the server is ready", () => this.isReady(started));
  }

  /** Ends it with SIGKILL: nothing is said to anybody. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Ends it as an operator would: it drains, and has to say that all went well. */
  async stop(): Promise<void> {
    const code = await this.end("SIGTERM");
    expect(code, this.logText().slice(-4000)).toBe(0);
  }

  /** Ends it and removes its data. */
  async dispose(): Promise<void> {
    await this.end("SIGKILL");
    rmSync(this.data, { recursive: true, force: true });
  }

  /** Imports logs of an IRC channel into a chat, while the server runs. */
  async importIrc(files: readonly string[], chat: string): Promise<void> {
    const ops = `127.0.0.1:${this.opsPort}`;
    const command = ["import", "irc", ...files, "--chat", chat, "--ops", ops];
    await promisify(execFile)(BINARY, command);
  }

  logText(): string {
    return this.log.join("\n");
  }

  private async isReady(started: ChildProcess): Promise<boolean> {
    if (started.exitCode !== null) throw new Error(`the server ended:\n${this.logText()}`);
    const answer = await fetch(`http://127.0.0.1:${this.opsPort}/readyz`).catch(() => null);
    return answer?.status === 200;
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const ending = this.process;
    this.process = null;
    if (ending === null || ending.exitCode !== null) return ending?.exitCode ?? 0;
    const ended = once(ending, "exit");
    ending.kill(signal);
    await ended;
    return ending.exitCode;
  }
}

/**
 * A port that nobody listens at, below 32,768, where Linux takes the ports of outgoing connections
 * from: so it is still free when the server comes back.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer();
    const listening = await new Promise<boolean>((resolve) => {
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!listening) continue;
    probe.close();
    await once(probe, "close");
    return port;
  }
}
