"""Bytes on a socket: for what no well-behaved client would send."""

import base64
import os
import socket
import struct

from driver import PATIENCE_S

MASK = b"\x11\x22\x33\x44"
UPGRADE = ("GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
           "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Protocol: connect.v1.json\r\n")


def frame(opcode, payload=b"", fin=True, masked=True, reserved=0, length=None):
    """One frame. `length`: the bytes of the length field, when they should lie."""
    head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
    bit = 0x80 if masked else 0
    if length is not None:
        head += bytes([bit | length[0]]) + length[1:]
    elif len(payload) < 126:
        head += bytes([bit | len(payload)])
    elif len(payload) < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", len(payload))
    if not masked:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[i % 4] for i, byte in enumerate(payload))


class Raw:
    """One TCP connection."""

    def __init__(self, server):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """Everything, or as much as the peer takes before it closes."""
        try:
            self.socket.sendall(data.encode() if isinstance(data, str) else data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def read_more(self):
        """False at the end."""
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            return False
        self.rest += data
        return bool(data)

    def read(self, size):
        while len(self.rest) < size:
            if not self.read_more():
                raise EOFError
        data, self.rest = self.rest[:size], self.rest[size:]
        return data

    def http_answer(self):
        """(status, headers in lower case, body) of one answer; status 0 when there was none."""
        while b"\r\n\r\n" not in self.rest:
            if not self.read_more():
                return 0, {}, b""
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = self.read(int(headers.get("content-length", 0)))
        return int(lines[0].split()[1]), headers, body

    def ask_upgrade(self, *extra):
        key = base64.b64encode(os.urandom(16)).decode()
        lines = "".join(line + "\r\n" for line in extra)
        self.send(UPGRADE + f"Sec-WebSocket-Key: {key}\r\n{lines}\r\n")

    def upgrade(self, *extra):
        self.ask_upgrade(*extra)
        return self.http_answer()

    def message(self):
        """(opcode, payload) of the next frame that is no ping or pong; (None, b"") at the end."""
        while True:
            try:
                first, second = self.read(2)
                size = second & 0x7F
                if size == 126:
                    size = struct.unpack(">H", self.read(2))[0]
                elif size == 127:
                    size = struct.unpack(">Q", self.read(8))[0]
                payload = self.read(size)
            except EOFError:
                return None, b""
            if first & 0xF not in (0x9, 0xA):
                return first & 0xF, payload

    def close_code(self):
        """The code of the close frame that ends it all, whatever comes before; None without one."""
        while True:
            opcode, payload = self.message()
            if opcode is None:
                return None
            if opcode == 0x8:
                return struct.unpack(">H", payload[:2])[0] if payload else 1005

    def at_end(self):
        """True once the peer has closed."""
        while self.read_more():
            pass
        return True
