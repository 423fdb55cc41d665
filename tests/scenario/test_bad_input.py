"""What bad input gets: one test for each kind, mostly as bytes on a socket."""

import base64
import hashlib
import hmac
import json
import socket
import struct
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from driver.live import Live
from driver.operations import new_key
from driver.raw import UPGRADE, Raw, frame

pytestmark = pytest.mark.sanitizers

SECRET = "0123456789abcdef0123456789abcdef-scenario"


def error_of(body):
    return json.loads(body)["error"]


def ask(server, head, body=b""):
    """One request's bytes and its answer: (status, headers, body)."""
    with Raw(server) as raw:
        raw.send(head.encode() + body)
        status, headers, answer = raw.http_answer()
        return status, headers, answer


@pytest.fixture
def session(server, name):
    """An upgraded raw connection that has said hello."""
    with Raw(server) as raw:
        assert raw.upgrade(f"Authorization: Bearer {server.token(name('raw'))}")[0] == 101
        raw.send(frame(0x1, b'{"id":1,"hello":{}}'))
        assert b'"ok"' in raw.message()[1]
        yield raw


# Tokens

@pytest.fixture
def jwt_server(start, tmp_path):
    key = tmp_path / "secret"
    key.write_text(SECRET)
    key.chmod(0o600)
    return start("--jwt-key", str(key), "--jwt-audience", "connect", auth="jwt")


def claims(**changed):
    return {"sub": "alice", "aud": "connect", "exp": int(time.time()) + 600, **changed}


def unsigned(header, payload):
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
             for part in (header, payload)]
    return ".".join(parts) + "."


def test_tokens_that_are_not_believed(jwt_server):
    good = jwt.encode(claims(), SECRET, algorithm="HS256")
    tokens = {
        "expired": (jwt.encode(claims(exp=int(time.time()) - 60), SECRET, algorithm="HS256"),
                    "token_expired"),
        "foreign audience": (jwt.encode(claims(aud="other"), SECRET, algorithm="HS256"),
                             "token_invalid"),
        "no subject": (jwt.encode({"aud": "connect", "exp": claims()["exp"]}, SECRET,
                                  algorithm="HS256"), "token_invalid"),
        "no expiry": (jwt.encode({"aud": "connect", "sub": "alice"}, SECRET, algorithm="HS256"),
                      "token_invalid"),
        "alg none": (unsigned({"alg": "none", "typ": "JWT"}, claims()), "token_invalid"),
        "wrong key": (jwt.encode(claims(), "x" * 32, algorithm="HS256"), "token_invalid"),
        "other algorithm": (jwt.encode(claims(), SECRET * 2, algorithm="HS512"), "token_invalid"),
        "a path in kid": (jwt.encode(claims(), SECRET, algorithm="HS256",
                                     headers={"kid": "../../etc/passwd"}), "token_invalid"),
        "cut": (good[:-5], "token_invalid"), "nonsense": ("a.b.c", "token_invalid"),
        "not yet": (jwt.encode(claims(nbf=int(time.time()) + 3600), SECRET, algorithm="HS256"),
                    "token_invalid")}
    head = "GET /v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n"
    for what, (token, code) in tokens.items():
        status, _, body = ask(jwt_server, head.format(token))
        assert (status, error_of(body)["code"]) == (401, code), what
    status, _, body = ask(jwt_server, "GET /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (status, error_of(body)["code"]) == (401, "token_missing")
    assert ask(jwt_server, head.format(good))[0] == 200


@pytest.mark.parametrize("name", ["jku", "x5u"])
def test_what_a_token_names_is_not_fetched(jwt_server, name):
    """Though its signature is good."""
    with socket.create_server(("127.0.0.1", 0)) as keys:
        token = jwt.encode(claims(), SECRET, algorithm="HS256",
                           headers={name: f"http://127.0.0.1:{keys.getsockname()[1]}/keys"})
        status, _, body = ask(jwt_server, "GET /v1/me HTTP/1.1\r\nHost: localhost\r\n"
                                          f"Authorization: Bearer {token}\r\n\r\n")
        assert (status, error_of(body)["code"]) == (401, "token_invalid")
        keys.setblocking(False)
        with pytest.raises(BlockingIOError):
            keys.accept()


def test_hs_rs_confusion(start, tmp_path):
    """A token signed by HMAC with the public key's text as its secret."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.public_key().public_bytes(serialization.Encoding.PEM,
                                            serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "public.pem").write_bytes(pem)
    server = start("--jwt-key", str(tmp_path / "public.pem"), auth="jwt")
    signed = unsigned({"alg": "HS256", "typ": "JWT"}, claims())[:-1]
    mac = hmac.new(pem, signed.encode(), hashlib.sha256).digest()
    token = signed + "." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
    status, _, body = ask(server, "GET /v1/me HTTP/1.1\r\nHost: localhost\r\n"
                                  f"Authorization: Bearer {token}\r\n\r\n")
    assert (status, error_of(body)["code"]) == (401, "token_invalid")


def test_a_token_in_the_url(server):
    token = server.token("url-user")
    for name in ("token", "access_token", "%74oken"):
        status, _, body = ask(server, f"GET /v1/me?{name}={token} HTTP/1.1\r\n"
                                      "Host: localhost\r\n\r\n")
        assert (status, error_of(body)["field"]) == (400, "token")
        status, _, body = ask(server, UPGRADE.replace("/v1/ws", f"/v1/ws?{name}={token}")
                              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        assert (status, error_of(body)["field"]) == (400, "token")
    assert token not in server.log_text()


def test_a_foreign_origin(server):
    status, _, body = ask(server, "GET /v1/me HTTP/1.1\r\nHost: localhost\r\n"
                                  "Origin: https://evil.example\r\n\r\n")
    assert (status, error_of(body)["code"]) == (403, "origin_not_allowed")
    with Raw(server) as raw:
        status, _, body = raw.upgrade("Origin: https://evil.example")
        assert (status, error_of(body)["code"]) == (403, "origin_not_allowed")


# The handshake

@pytest.mark.parametrize("version, key, status", [
    ("12", "dGhlIHNhbXBsZSBub25jZQ==", 426), ("", "dGhlIHNhbXBsZSBub25jZQ==", 426),
    ("13", "c2hvcnQ=", 400), ("13", "not base64 at all 12345", 400), ("13", "", 400),
    ("13", "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", 400)])
def test_a_bad_handshake(server, version, key, status):
    answer = ask(server, "GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                         f"Connection: Upgrade\r\nSec-WebSocket-Version: {version}\r\n"
                         f"Sec-WebSocket-Key: {key}\r\n"
                         "Sec-WebSocket-Protocol: connect.v1.json\r\n\r\n")
    assert answer[0] == status
    if status == 426:
        assert answer[1].get("sec-websocket-version") == "13"


# Frames

HUGE = bytes([127]) + struct.pack(">Q", 2**63)
BROKEN_FRAMES = {
    "unmasked": (frame(0x1, b"{}", masked=False), 1002),
    "reserved bit": (frame(0x1, b"{}", reserved=4), 1002),
    "reserved opcode": (frame(0x3, b"{}"), 1002),
    "reserved control opcode": (frame(0xB, b""), 1002),
    "ping in fragments": (frame(0x9, b"", fin=False), 1002),
    "ping of 126 bytes": (frame(0x9, b"x" * 126), 1002),
    "length not minimal": (frame(0x1, b"x" * 5, length=bytes([126, 0, 5])), 1002),
    "length not minimal in 8": (frame(0x1, b"", length=bytes([127]) + struct.pack(">Q", 5)), 1002),
    "length 2^63": (frame(0x1, b"", length=HUGE), 1002),
    "continuation of nothing": (frame(0x0, b"x"), 1002),
    "a new message inside one": (frame(0x1, b"a", fin=False) + frame(0x1, b"b"), 1002),
    "over 64 KiB": (frame(0x1, b"x" * 65537), 1009),
    "over 64 KiB in fragments": (frame(0x1, b"x" * 60000, fin=False) + frame(0x0, b"x" * 6000),
                                 1009),
    "many tiny fragments": (frame(0x1, b"", fin=False) + frame(0x0, b"", fin=False) * 100_000,
                            1008),
    "a flood of pings": (frame(0x9, b"x") * 200_000, 1008),
    "binary": (frame(0x2, b"{}"), 1003),
    "invalid UTF-8": (frame(0x1, b'{"id":1,"x":"\xff"}'), 1007),
    "UTF-8 surrogate": (frame(0x1, b'"\xed\xa0\x80"'), 1007),
    "UTF-8 cut at the end": (frame(0x1, b'"\xe2\x82'), 1007),
    "close 999": (frame(0x8, struct.pack(">H", 999)), 1002),
    "close 1005": (frame(0x8, struct.pack(">H", 1005)), 1002),
    "close 1006": (frame(0x8, struct.pack(">H", 1006)), 1002),
    "close of one byte": (frame(0x8, b"\x03"), 1002),
    "close reason not UTF-8": (frame(0x8, struct.pack(">H", 1000) + b"\xff"), 1007)}


@pytest.mark.parametrize("what", BROKEN_FRAMES)
def test_a_broken_frame(session, what):
    sent, code = BROKEN_FRAMES[what]
    session.send(sent)
    assert session.close_code() == code
    assert session.at_end()


def test_a_proper_close_is_answered(session):
    session.send(frame(0x8, struct.pack(">H", 1000) + b"bye"))
    assert session.close_code() == 1000


def test_pings_and_fragments_are_fine(session):
    session.send(frame(0x1, b'{"id":2,', fin=False) + frame(0x9, b"mid")
                 + frame(0x0, b'"sync":{}', fin=False) + frame(0x0, b"}"))
    assert json.loads(session.message()[1])["id"] == 2


# Too slow

NEVER_COMPLETE = [
    "", "GET /v1/me HT", "GET /v1/me HTTP/1.1\r\nHost: localhost\r\nA: b",
    "POST /v1/dev/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    "Content-Length: 10\r\n\r\n{"]


def test_what_never_completes_is_ended(server):
    """All of them at once: each would take the server's 10 s."""
    connections = [Raw(server) for _ in NEVER_COMPLETE]
    silent = Raw(server)
    assert silent.upgrade()[0] == 101
    for raw, sent in zip(connections, NEVER_COMPLETE):
        raw.send(sent)
    for raw, sent in zip(connections, NEVER_COMPLETE):
        with raw:
            assert raw.http_answer()[0] in ((408,) if sent else (0, 408))
            assert raw.at_end()
    with silent:
        assert silent.close_code() == 4401  # it never said hello


# HTTP

JSON = "Content-Type: application/json\r\n"
POST = "POST /v1/sync HTTP/1.1\r\n"
SMUGGLING = {
    "both lengths": POST + "Host: a\r\n" + JSON + "Content-Length: 2\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "two lengths": POST + "Host: a\r\n" + JSON + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "negative length": POST + "Host: a\r\n" + JSON + "Content-Length: -2\r\n\r\n{}",
    "plus in length": POST + "Host: a\r\n" + JSON + "Content-Length: +2\r\n\r\n{}",
    "folded header": "GET /v1/me HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
    "space before colon": "GET /v1/me HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n",
    "no host": "GET /v1/me HTTP/1.1\r\nX: a\r\n\r\n",
    "two hosts": "GET /v1/me HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "bad chunk": POST + "Host: a\r\n" + JSON + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "NUL in a header": "GET /v1/me HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
    "no version": "GET /v1/me\r\nHost: a\r\n\r\n",
    "space in target": "GET /v1/ me HTTP/1.1\r\nHost: a\r\n\r\n"}


@pytest.mark.parametrize("what", SMUGGLING)
def test_ambiguous_http_is_refused_and_closed(server, what):
    with Raw(server) as raw:
        raw.send(SMUGGLING[what] + "GET /v1/me HTTP/1.1\r\nHost: a\r\n\r\n")
        assert raw.http_answer()[0] == 400
        assert raw.at_end() and b"HTTP/1.1" not in raw.rest


def test_headers_and_targets_too_long(server):
    head = "GET /v1/me HTTP/1.1\r\nHost: a\r\n"
    assert ask(server, head + "X: " + "x" * 17000 + "\r\n\r\n")[0] == 431
    assert ask(server, "GET /v1/" + "x" * 9000 + " HTTP/1.1\r\nHost: a\r\n\r\n")[0] == 414


def test_unknown_path_wrong_method_wrong_type(rest):
    alice = rest("alice")
    answer = alice.http("GET", "/v1/nowhere")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    answer = alice.http("PUT", "/v1/inbox")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]
    answer = alice.http("POST", "/v1/sync", data="{}", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "media_type")


def test_a_body_too_large(rest):
    alice = rest("alice")
    chat = alice.create()["chat"]
    answer = alice.http("POST", f"/v1/chats/{chat}/messages",
                        json={"body": {"text": "x"}, "more": "x" * 70_000})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


# JSON

BROKEN_JSON = {  # and the byte at which it is
    "10,000 deep": ('{"chats":' + "[" * 10_000 + "]" * 10_000 + "}", 40),
    "duplicate names": ('{"limit":1,"limit":2}', 11), "NaN": ('{"limit":NaN}', 9),
    "1e400": ('{"limit":1e400}', 9), "truncated": ('{"limit":1', 10), "no JSON": ("hello", 0),
    "trailing": ('{"limit":1} x', 12), "lone surrogate": ('{"cursor":"\\ud800"}', 11),
    "comma": ('{"limit":1,}', 11), "single quotes": ("{'a':1}", 1),
    "control character": ('{"cursor":"a\nb"}', 12), "not UTF-8": (b'{"cursor":"\xff"}', 11),
    "a mark in front": ("\ufeff{}", 0), "nothing": ("", 0)}


@pytest.mark.parametrize("what", BROKEN_JSON)
def test_broken_json(rest, live, what):
    """Told with its position, over both transports; the session goes on."""
    alice = rest("alice")
    text, byte = BROKEN_JSON[what]
    answer = alice.http("POST", "/v1/sync", headers={"Content-Type": "application/json"},
                        data=text if isinstance(text, bytes) else text.encode())
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "json_invalid")
    assert f"at byte {byte}: " in answer.json()["error"]["message"]
    if isinstance(text, bytes):
        return  # a WebSocket is closed with 1007 for that
    before = '{"id":7,"sync":'
    session = live(user=alice.user)
    session.socket.send(before + text + ("" if what == "truncated" else "}"))
    answer = session.receive()
    assert answer["error"]["code"] == "json_invalid"
    # One level more around it: what is too deep is one byte earlier.
    byte += len(before) - (what == "10,000 deep")
    assert f"at byte {byte}: " in answer["error"]["message"]
    assert session.create()["seq"] == 1


@pytest.mark.parametrize("body, code, field", [
    ({}, "field_missing", "type"),
    ({"type": "circle"}, ("field_invalid", "field_unknown_type"), "type"),
    ({"type": 5}, "field_invalid", "type"),
    ({"type": "group", "members": "bob"}, "field_invalid", "members"),
    ({"type": "group", "members": [""]}, "field_invalid", "members"),
    ({"type": "group", "members": ["x" * 129]}, "field_invalid", "members"),
    ({"type": "group", "members": ["a\0b"]}, "field_invalid", "members"),
    ({"type": "group", "title": "x" * 257}, "field_invalid", "title"),
    ({"type": "group", "topic": "x" * 1025}, "field_invalid", "topic"),
    ({"type": "group", "joinable": "yes"}, "field_invalid", "joinable"),
    ({"type": "group", "visibility": "none"}, "field_unknown_type", "visibility")])
def test_fields_that_are_wrong_are_named(rest, body, code, field):
    answer = rest("alice").http("POST", "/v1/chats", json=body)
    error = answer.json()["error"]
    assert answer.status_code == 400 and error["code"] in code
    assert field in error["field"] and len(error["message"]) > 5


def test_messages_never_echo_what_was_sent(rest, server):
    alice = rest("alice")
    secret = "echo-" + new_key()
    answers = [alice.http("POST", "/v1/chats", json={"type": secret}),
               alice.http("GET", f"/v1/inbox?cursor={secret}"),
               alice.http("GET", f"/v1/chats/{secret}!/messages")]
    assert all(400 <= answer.status_code < 500 and secret not in answer.text for answer in answers)
    assert secret not in server.log_text()


def test_a_websocket_to_another_path(server):
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://{server.address}/v1/nowhere")
    assert refused.value.response.status_code == 404


def test_the_server_is_well_after_all_that(server, name):
    session = Live(server, name("after"))
    assert session.create()["seq"] == 1
    session.close()
