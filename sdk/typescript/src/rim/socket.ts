/**
 * A WebSocket, cut down to what the core asks of one: text in, text out, its end.
 *
 * Nothing calls back before `openSocket` has returned, and nothing after `close()`; otherwise
 * `closed` is called exactly once, also when there never was a connection, and nothing after it.
 */

/** The version of the protocol. */
const SUBPROTOCOL = "connect.v1.json";

/** What RFC 6455 calls a connection that ended without a close. */
const ABNORMAL = 1006;

/** What is needed of a WebSocket: the browser's own has it, and that of the package `ws`. */
export interface WebSocketLike {
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(
    type: "close",
    listener: (event: { code: number; reason: string }) => void,
  ): void;
  send(text: string): void;
  close(code?: number): void;
}

export type WebSocketConstructor = new (url: string, protocol: string) => WebSocketLike;

export interface SocketListener {
  opened(): void;
  message(text: string): void;
  closed(code: number, reason: string): void;
}

export interface Socket {
  /** Of an open socket only. What cannot be sent any more is dropped: `closed` follows. */
  send(text: string): void;
  close(code?: number): void;
}

/** Where the WebSocket of a server is, whose address begins with `http`. */
export function socketUrl(url: string): string {
  return `${url.replace(/^http/, "ws")}/v1/ws`;
}

export function openSocket(
  url: string,
  listener: SocketListener,
  webSocket: WebSocketConstructor,
): Socket {
  let over = false;
  const closed = (code: number, reason: string): void => {
    if (over) return;
    over = true;
    listener.closed(code, reason);
  };
  let socket: WebSocketLike;
  try {
    socket = new webSocket(url, SUBPROTOCOL);
  } catch {
    // An address that the browser refuses, by its form or its policy, is one that does not answer.
    queueMicrotask(() => closed(ABNORMAL, ""));
    return { send: () => {}, close: () => (over = true) };
  }
  socket.addEventListener("open", () => {
    if (!over) listener.opened();
  });
  socket.addEventListener("message", ({ data }) => {
    // The server sends text only; a binary message would not be of this protocol.
    if (!over && typeof data === "string") listener.message(data);
  });
  socket.addEventListener("close", ({ code, reason }) => closed(code, reason));
  // `close` follows and says what is to be known; `ws` throws an error that nobody listens for.
  socket.addEventListener("error", () => {});
  return {
    send: (text) => {
      if (!over) socket.send(text);
    },
    close: (code = 1000) => {
      if (over) return;
      over = true;
      socket.close(code);
    },
  };
}
