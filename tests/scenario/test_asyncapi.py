"""The server's WebSocket is held to api/websocket.json: every message that goes either way in a day
of a chat fits the document, has no field that is not in it, and every message of it is met."""

import json
import re
from pathlib import Path

import jsonschema_rs  # schemathesis brings it along
import pytest

from driver.live import Live
from driver.operations import Refused, new_key

API = Path(__file__).resolve().parent.parent.parent / "api"
DOCUMENT = json.loads((API / "websocket.json").read_text(encoding="utf-8"))
MESSAGES = DOCUMENT["channels"]["session"]["messages"]
# A server on one machine never rejects what it accepted; nobody reads slowly here.
NEVER_MET = {"rejected_push", "resync_push"}


def closed(value):
    """The schemas with every object closed: an unknown field does not fit."""
    if isinstance(value, list):
        return [closed(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    result = {name: closed(entry) for name, entry in value.items()}
    if value.get("type") == "object" and isinstance(value.get("properties"), dict):
        result.setdefault("additionalProperties", False)
    return result


REGISTRY = jsonschema_rs.Registry([
    (f"https://api.invalid/{name}", closed(json.loads((API / name).read_text(encoding="utf-8"))))
    for name in ("websocket.json", "openapi.json")], draft=jsonschema_rs.Draft202012)


def validator(message):
    place = f"https://api.invalid/websocket.json#/channels/session/messages/{message}/payload"
    return jsonschema_rs.Draft202012Validator({"$ref": place}, registry=REGISTRY)


VALIDATORS = {name: validator(name) for name in MESSAGES}


class Described(Live):
    """A session that fails on what the document does not describe."""

    def __init__(self, server, user, met, **options):
        self.met = met
        self.asked = {}
        super().__init__(server, user, **options)

    def post(self, operation, fields):
        number = super().post(operation, fields)
        self.asked[number] = operation
        self.check(f"{operation}_request", {"id": number, operation: fields})
        return number

    def typing(self, chat):
        super().typing(chat)
        self.check("typing_request", {"typing": {"chat": chat}})

    def receive(self):
        message = super().receive()
        if "id" in message:
            answered = f"{self.asked[message['id']]}_reply" if "ok" in message else "refusal"
            self.check(answered, message)
        elif "error" in message:
            self.check("complaint", message)
        else:
            self.check(f"{next(iter(message))}_push", message)
        return message

    def check(self, name, message):
        errors = [str(error) for error in VALIDATORS[name].iter_errors(message)]
        assert errors == [], f"{name}: {message}"
        self.met.add(name)


@pytest.fixture
def met():
    return set()


@pytest.fixture
def described(start, met):
    server = start()
    sessions = []

    def open_one(user, **options):
        sessions.append(Described(server, user, met, **options))
        return sessions[-1]

    open_one.server = server
    yield open_one
    for session in sessions:
        session.close()


def talk(alice, bob):
    """Messages and everything that becomes of them."""
    chat = alice.create(["bob"], title="Plans", topic="May")["chat"]
    attachment = {"url": "https://files.invalid/a", "type": "image/png", "size": 1, "name": "a"}
    first = alice.send(chat, "hi", meta={"any": 1}, attachments=[attachment])
    second = bob.send(chat, "hello", reply_to=first["id"])
    alice.edit(chat, first["id"], "hi all")
    bob.react(chat, first["id"], "👍")
    bob.react(chat, first["id"], "👍", on=False)
    alice.react(chat, first["id"], "🎉")
    bob.delete(chat, second["id"])
    bob.mark(chat, read=second["id"], delivered=second["id"])
    bob.typing(chat)
    alice.push("typing", chat=chat, user="bob")
    alice.push("marked", chat=chat, user="bob")
    return chat


def come_and_go(alice, bob, carol, chat):
    """Members and settings."""
    alice.update(chat, title="Plans for May", joinable=True, visibility="full")
    carol.join(chat)
    alice.set_role(chat, "carol", "admin")
    carol.leave(chat)
    alice.invite(chat, "carol", "member")
    alice.remove(chat, "carol")
    direct = alice.create(["bob"], kind="direct")["chat"]
    assert bob.create(["alice"], kind="direct", key=new_key())["chat"] == direct
    return direct


def read_all(session, chat, other):
    for position in ({}, {"before": 1}, {"after": 0}, {"around": 2048}, {"at": 0}):
        session.history(chat, limit=2, **position)
    session.events(chat, limit=200)
    session.events(chat, after=2048)
    known = {chat: {"after": 0}, other: {"after": 0}, "g-nowhere": {"after": 0}}
    session.sync(chats=known, limit=200)
    session.sync()


def be_refused(session, chat):
    for operation, fields in (("history", {"chat": "g-nowhere"}), ("events", {"chat": "g-nowhere"}),
                              ("react", {"chat": chat, "key": new_key(), "target": 1, "emoji": "x",
                                         "on": True})):
        with pytest.raises(Refused):
            session.perform(operation, fields)
    session.socket.send("no object")
    assert session.receive()["error"]["code"] == "json_invalid"


def test_a_day_of_a_chat_fits_the_document(described, met):
    alice, bob, carol = described("alice"), described("bob", device="phone-7"), described("carol")
    assert {entry["user"]: entry["online"] for entry in alice.watch("bob", "dave")} == {
        "bob": True, "dave": False}
    chat = talk(alice, bob)
    direct = come_and_go(alice, bob, carol, chat)
    for session in (alice, carol):
        read_all(session, chat, direct)
    be_refused(alice, chat)
    bob.close()
    alice.push("presence", user="bob", online=False)
    described.server.signal()
    alice.push("reconnect")
    assert set(MESSAGES) - met == NEVER_MET


def test_the_document_is_served(rest):
    answer = rest("alice").http("GET", "/v1/asyncapi.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == DOCUMENT


def test_the_other_pushes_are_as_the_server_writes_them(root):
    """What cannot be brought about on one machine is held to the words of the protocol."""
    text = (root / "docs" / "protocol.md").read_text()
    pushes = {name.removesuffix("_push") for name in MESSAGES if name.endswith("_push")}
    assert pushes == set(re.findall(r"^\| `(\w+)` \| ", text.split("## Pushes")[1]
                                    .split("## Closing")[0], re.MULTILINE))


def test_the_document_has_the_operations_and_close_codes_of_the_protocol(root):
    text = (root / "docs" / "protocol.md").read_text()
    rows = text.split("## Operations")[1].split("## Pushes")[0]
    named = {name for row in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", rows, re.MULTILINE)
             for name in re.findall(r"\w+", row)}
    assert {name.removesuffix("_request") for name in MESSAGES if "_request" in name} == named
    rows = text.split("## Closing")[1].split("## REST")[0]
    codes = {int(code) for row in re.findall(r"^\| ([\d, ]+) \|", rows, re.MULTILINE)
             for code in row.split(", ")}
    listed = DOCUMENT["channels"]["session"]["x-close-codes"]["codes"]
    assert {entry["code"] for entry in listed} == codes
