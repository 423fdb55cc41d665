"""What else the system survives: crowds, clocks that are wrong, removals amid deliveries."""

import json
import platform
import resource
import struct
import threading
import time

import pytest

from driver import PATIENCE_S, keys
from driver.live import Live
from driver.operations import Refused, new_key
from driver.raw import Raw, frame
from driver.rest import Rest
from driver.server import Server

USERS, DEVICES = 20, 100


def ask_to_enter(server, token):
    """A connection that has asked for its upgrade and said hello, without waiting for either."""
    raw = Raw(server)
    raw.ask_upgrade()
    raw.send(frame(0x1, json.dumps({"id": 1, "hello": {"token": token}}).encode()))
    return raw


def turned_away(raw):
    """None for who was let in; else after how many ms to come again."""
    assert raw.http_answer()[0] == 101
    opcode, payload = raw.message()
    if opcode == 0x1:
        assert "ok" in json.loads(payload), payload
        return None
    code, reason = struct.unpack(">H", payload[:2])[0], payload[2:]
    assert (opcode, code) == (0x8, 4429)
    raw.socket.close()
    return int(reason)


def enter_all(server, tokens):
    """All at once; who is turned away comes again when it was told to. (connections, delays)"""
    inside, delays, waiting = [], [], tokens
    while waiting:
        asked = [(token, ask_to_enter(server, token)) for token in waiting]
        waiting, longest = [], 0
        for token, raw in asked:
            delay = turned_away(raw)
            if delay is None:
                inside.append(raw)
                continue
            waiting.append(token)
            delays.append(delay)
            longest = max(longest, delay)
        time.sleep(longest / 1000)
    return inside, delays


def test_a_crowd_comes_back_at_once(binary, tmp_path):
    """Beyond what is let in a second everybody is told a time of their own, and all get in."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = Server(binary, tmp_path / "data")
    try:
        tokens = [server.token(f"user-{n}") for n in range(USERS)] * DEVICES
        inside, _ = enter_all(server, tokens)
        assert len(inside) == len(tokens)
        server.kill()
        assert all(raw.at_end() for raw in inside)
        server = Server(binary, tmp_path / "data")
        inside, delays = enter_all(server, tokens)
        assert len(inside) == len(tokens)
        assert all(0 < delay <= 30_000 for delay in delays)
        assert len(set(delays)) >= min(len(delays), 10) / 2  # spread
        for raw in inside[::100]:
            raw.send(frame(0x1, b'{"id":2,"sync":{}}'))
            assert b'"ok"' in raw.message()[1]
        for raw in inside:
            raw.socket.close()
    finally:
        server.kill()


def test_a_member_is_removed_while_messages_fan_out(live):
    alice, bob, carol = live("alice"), live("bob"), live("carol")
    own = bob.create()["chat"]
    chat = alice.create([bob.user, carol.user])["chat"]

    def post(session, count):
        return [session.post("send", {"chat": chat, "key": new_key(), "body": {"text": str(n)}})
                for n in range(count)]

    others = threading.Thread(
        target=lambda: [carol.answer(number) for number in post(carol, 150)])
    others.start()
    before = post(alice, 100)
    removal = alice.post("remove", {"chat": chat, "key": new_key(), "user": bob.user})
    after = post(alice, 100)
    answers = [alice.answer(number) for number in before + [removal] + after]
    others.join(PATIENCE_S)
    removed, last = answers[len(before)]["seq"], 2 + 150 + len(before) + len(after)
    for session in (alice, carol):
        session.events_until(chat, last)
    seen = [push["event"]["seq"] for push in bob.pushed_before(own)
            if push.get("event", {}).get("chat") == chat]
    assert seen == list(range(1, removed + 1))
    assert [event["seq"] for event in bob.all_events(chat)] == seen


FAKETIME = "/usr/lib/{}-linux-gnu/faketime/libfaketime.so.1".format(platform.machine())
DAY_MS = 86_400_000


@pytest.mark.parametrize("days", [(1, 0), (-1, 0, -1), (0, -1, 1)])
def test_a_clock_that_is_a_day_off(binary, tmp_path, days):
    """From one life of the server to the next: order, keys and retries hold."""
    key = keys.private_key("HS256")
    flags = ["--jwt-key", str(keys.write_key(tmp_path / "key", key))]
    token = keys.token(key, "HS256", lifetime_s=7 * 86_400)
    expired = keys.token(key, "HS256", lifetime_s=-7 * 86_400)
    chat, sent = None, []
    for day in days:
        server = Server(binary, tmp_path / "data", *flags, auth="jwt", env={
            "LD_PRELOAD": FAKETIME, "FAKETIME": f"{day:+}d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        try:
            alice = Live(server, token=token)
            with pytest.raises(Refused):
                Rest(server, token=expired).me()
            now_ms = alice.welcome["time"]
            assert round((now_ms - time.time() * 1000) / DAY_MS) == day
            chat = chat or alice.create(key=new_key(now_ms))["chat"]
            for retried, place in sent[-3:]:
                again = alice.send(chat, "hi", key=retried)
                assert again == {**place, "duplicate": True}
            for _ in range(5):
                new = new_key(now_ms)
                sent.append((new, alice.send(chat, "hi", key=new)))
            alice.close()
        finally:
            server.kill()
    places = [place for _, place in sent]
    assert [place["seq"] for place in places] == list(range(2, len(places) + 2))
    assert [place["id"] for place in places] == sorted({place["id"] for place in places})


def test_a_tls_handshake_that_never_completes_is_ended(start, tmp_path):
    cert, key = keys.certificate(tmp_path)
    server = start("--tls-cert", str(cert), "--tls-key", str(key))
    silent, half = Raw(server), Raw(server)
    half.send(bytes.fromhex("16030100f8010000f40303"))
    for raw in (silent, half):
        with raw:
            assert raw.at_end() and not raw.rest
