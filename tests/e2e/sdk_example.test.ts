/** The SDK as an app outside of browsers has it: the package as it is published, on plain Node. */

import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { PATIENCE_MS, ROOT } from "./harness/paths.js";
import { Account } from "./harness/rest.js";
import { ConnectServer } from "./harness/server.js";
import { textOf } from "./harness/truth.js";
import { until } from "./harness/until.js";

const SDK = `${ROOT}/sdk/typescript`;

let server: ConnectServer;
let running: Example[] = [];

/** The example, run by a user in a terminal. */
class Example {
  output = "";
  private readonly process: ChildProcessWithoutNullStreams;

  constructor(user: string, chat: string) {
    const args = ["examples/chat.mjs", user, chat, server.url];
    this.process = spawn(process.execPath, args, { cwd: SDK });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    running.push(this);
  }

  type(line: string): void {
    this.process.stdin.write(`${line}\n`);
  }

  async prints(line: string): Promise<void> {
    await until(`${line} in ${this.output}`, () => this.output.split("\n").includes(line));
  }

  /** Ends the input; answers the exit code. */
  async end(): Promise<number | null> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const exited = once(this.process, "exit", { signal });
    this.process.stdin.end();
    await exited;
    return this.process.exitCode;
  }

  kill(): void {
    this.process.kill("SIGKILL");
  }
}

beforeAll(async () => {
  execFileSync("npm", ["run", "build", "--silent"], { cwd: SDK });
  server = await ConnectServer.start();
});

afterEach(() => {
  for (const example of running) example.kill();
  running = [];
});

afterAll(() => server?.dispose());

test("the example prints what is said and sends what is typed, each once", async () => {
  const account = await Account.login(server.url, "alice");
  const chat = await account.createGroup("Plans", ["bob"]);
  await account.send(chat, "from before");
  const alice = new Example("alice", chat);
  const bob = new Example("bob", chat);
  await bob.prints("alice: from before");
  alice.type("hello");
  await bob.prints("alice: hello");
  bob.type("hi");
  await alice.prints("bob: hi");

  bob.type("the last line");
  expect(await bob.end(), bob.output).toBe(0);
  expect(await alice.end(), alice.output).toBe(0);
  const said = ["from before", "hello", "hi", "the last line"];
  expect((await account.history(chat)).map(textOf).filter((text) => text !== null)).toEqual(said);
  const lines = bob.output.split("\n").filter((line) => line.includes(": "));
  expect(lines.map((line) => line.slice(line.indexOf(": ") + 2))).toEqual(["chat", ...said]);
});

test("what is typed while the server is away is sent when it is back", async () => {
  const account = await Account.login(server.url, "alice");
  const chat = await account.createGroup("Plans", ["bob"]);
  const bob = new Example("bob", chat);
  await bob.prints("alice: chat");
  await server.kill();
  bob.type("one");
  bob.type("two");
  await server.restart();
  expect(await bob.end(), bob.output).toBe(0);
  expect((await account.history(chat)).map(textOf).filter((text) => text !== null)).toEqual([
    "one",
    "two",
  ]);
});

test("the package holds what it says, and nothing else", () => {
  const answer = execFileSync("npm", ["pack", "--dry-run", "--json"], {
    cwd: SDK,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [pack]: { files: { path: string }[] }[] = JSON.parse(answer);
  const paths = pack?.files.map(({ path }) => path) ?? [];
  for (const path of ["README.md", "package.json", "dist/index.js", "dist/index.d.ts"])
    expect(paths).toContain(path);
  const known = /^(README\.md|package\.json|dist\/.*(\.js|\.d\.ts|\.js\.map))$/;
  expect(paths.filter((path) => !known.test(path) || path.includes(".test."))).toEqual([]);
});
