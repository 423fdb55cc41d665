import { beforeEach, describe, expect, it } from "vitest";
import { openSocket, socketUrl, type WebSocketConstructor } from "./socket.js";

/** A WebSocket whose events the test makes. */
class FakeWebSocket extends EventTarget {
  static last: FakeWebSocket | null = null;
  readonly sent: string[] = [];
  readonly closes: (number | undefined)[] = [];

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    super();
    FakeWebSocket.last = this;
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(code?: number): void {
    this.closes.push(code);
  }

  emit(type: string, fields: object = {}): void {
    this.dispatchEvent(Object.assign(new Event(type), fields));
  }
}

// EventTarget's own addEventListener takes any listener; the fields are put in by `emit`.
const Fake = FakeWebSocket as unknown as WebSocketConstructor;

let calls: string[] = [];
const listener = {
  opened: () => calls.push("opened"),
  message: (text: string) => calls.push(`message ${text}`),
  closed: (code: number, reason: string) => calls.push(`closed ${code} ${reason}`),
};

function opened() {
  const socket = openSocket("wss://chat.example.org/v1/ws", listener, Fake);
  if (FakeWebSocket.last === null) throw new Error("no socket was made");
  return { socket, web: FakeWebSocket.last };
}

beforeEach(() => {
  calls = [];
});

describe("socketUrl", () => {
  it("follows the server's address", () => {
    expect(socketUrl("https://chat.example.org")).toBe("wss://chat.example.org/v1/ws");
    expect(socketUrl("http://127.0.0.1:8080")).toBe("ws://127.0.0.1:8080/v1/ws");
    expect(socketUrl("https://http.example.org/chat")).toBe("wss://http.example.org/chat/v1/ws");
  });
});

describe("openSocket", () => {
  it("asks for the subprotocol", () => {
    const { web } = opened();
    expect(web.url).toBe("wss://chat.example.org/v1/ws");
    expect(web.protocol).toBe("connect.v1.json");
  });

  it("tells what happens, in its order", () => {
    const { socket, web } = opened();
    expect(calls).toEqual([]);
    web.emit("open");
    socket.send("one");
    web.emit("message", { data: "two" });
    web.emit("message", { data: new ArrayBuffer(1) });
    web.emit("error");
    web.emit("close", { code: 4429, reason: "1500" });
    expect(web.sent).toEqual(["one"]);
    expect(calls).toEqual(["opened", "message two", "closed 4429 1500"]);
  });

  it("tells nothing after the end", () => {
    const { socket, web } = opened();
    web.emit("close", { code: 1006, reason: "" });
    web.emit("message", { data: "late" });
    web.emit("close", { code: 1006, reason: "" });
    socket.send("late");
    socket.close();
    expect(calls).toEqual(["closed 1006 "]);
    expect(web.sent).toEqual([]);
    expect(web.closes).toEqual([]);
  });

  it("tells nothing after close, and closes once", () => {
    const { socket, web } = opened();
    socket.close(4000);
    socket.close();
    web.emit("open");
    web.emit("message", { data: "late" });
    web.emit("close", { code: 4000, reason: "" });
    expect(web.closes).toEqual([4000]);
    expect(calls).toEqual([]);
  });

  it("tells of an address that is refused as of one that does not answer, afterwards", async () => {
    class Refusing {
      constructor() {
        throw new SyntaxError("no such address");
      }
    }
    const Constructor = Refusing as unknown as WebSocketConstructor;
    openSocket("nowhere", listener, Constructor);
    expect(calls).toEqual([]);
    await Promise.resolve();
    expect(calls).toEqual(["closed 1006 "]);
    openSocket("nowhere", listener, Constructor).close();
    await Promise.resolve();
    expect(calls).toHaveLength(1);
  });
});
