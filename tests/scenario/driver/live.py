"""A session over WebSocket, one thread: requests, their answers, and the pushes in between."""

import json
import ssl
from collections import deque

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from driver import PATIENCE_S
from driver.operations import Operations, Refused

SUBPROTOCOL = "connect.v1.json"
PUSHES = ("event", "rejected", "marked", "typing", "presence", "resync", "reconnect")


def tls_context(cafile=None):
    """For `websockets`, which reads in one thread while it writes in another. In TLS 1.3 the first
    read takes the server's session tickets and changes what the write works on: the request is
    lost, or Python crashes. The other clients, curl and our own, speak TLS 1.3."""
    context = ssl.create_default_context(cafile=cafile)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    if cafile is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class Live(Operations):
    def __init__(self, server, user=None, token=None, device=None, hello=True, in_header=False,
                 **options):
        self.user = user
        token = token or (server.token(user) if user else None)
        headers = dict(options.pop("headers", {}))
        if in_header:
            headers["Authorization"] = f"Bearer {token}"
        scheme = "wss" if server.scheme == "https" else "ws"
        if scheme == "wss":
            options.setdefault("ssl", tls_context())
        self.socket = connect(f"{scheme}://{server.address}/v1/ws", subprotocols=[SUBPROTOCOL],
                              additional_headers=headers, compression=None, ping_interval=None,
                              open_timeout=PATIENCE_S, max_size=None, **options)
        self.pushes = deque()
        self.number = 0
        self.welcome = None
        if hello:
            self.welcome = self.hello(token=None if in_header else token, device=device)

    def hello(self, token=None, device=None):
        fields = {"token": token, "device": device, "agent": "scenario/1"}
        return self.perform("hello", {name: value for name, value in fields.items() if value})

    def perform(self, operation, fields):
        return self.answer(self.post(operation, fields))

    def post(self, operation, fields):
        """Sends a request without waiting; `answer` takes the number that this returns."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, operation: fields}))
        return self.number

    def answer(self, number):
        while True:
            message = self.receive()
            if message.get("id") == number:
                if "error" in message:
                    raise Refused(message["error"])
                return message["ok"]
            self.pushes.append(message)

    def receive(self):
        return json.loads(self.socket.recv(timeout=PATIENCE_S))

    def watch(self, *users):
        return self.perform("watch", {"users": list(users)})["presence"]

    def typing(self, chat):
        self.socket.send(json.dumps({"typing": {"chat": chat}}))

    def push(self, kind, **wanted):
        """The next push of the kind with these fields; others stay for later calls."""
        def fits(message):
            content = message.get(kind)
            return isinstance(content, dict) and wanted.items() <= content.items()
        for message in self.pushes:
            if fits(message):
                self.pushes.remove(message)
                return message[kind]
        while True:
            message = self.receive()
            if fits(message):
                return message[kind]
            self.pushes.append(message)

    def events_until(self, chat, seq):
        """Event pushes of the chat in the order they came, up to and with this seq."""
        found = []
        while not found or found[-1]["seq"] < seq:
            found.append(self.push("event", chat=chat))
        return found

    def pushed_before(self, barrier_chat):
        """Everything pushed up to now: a send of our own to `barrier_chat` draws the line."""
        end = self.send(barrier_chat, "barrier")
        self.push("event", chat=barrier_chat, seq=end["seq"])
        found = list(self.pushes)
        self.pushes.clear()
        return found

    def closed(self):
        """(code, reason) of the close that the server sends; pushes before it are kept."""
        try:
            while True:
                self.pushes.append(self.receive())
        except ConnectionClosed as end:
            return (end.rcvd.code, end.rcvd.reason) if end.rcvd else (1006, "")

    def close(self):
        self.socket.close()
