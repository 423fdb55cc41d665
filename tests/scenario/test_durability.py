"""Nothing acknowledged is ever lost: kills, drains, torn files, backup and restore."""

import os
import signal
import subprocess
import threading

import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from driver import PATIENCE_S, eventually
from driver.live import Live
from driver.operations import Refused, new_key
from driver.rest import Rest
from driver.server import Server, run

SENDERS = 4
GONE = (ConnectionClosed, ConnectionError, EOFError, TimeoutError, InvalidHandshake,
        InvalidMessage, OSError)


class Sender(threading.Thread):
    """Sends messages one after the other, each until it is acknowledged, over crashes.

    A message keeps its key for every try. `acknowledged`: (key, id, seq, text) in order.
    """

    def __init__(self, user, chat, token, address):
        super().__init__()
        self.user, self.chat, self.token = user, chat, token
        self.address = address  # a function: where the server is now; None: nowhere
        self.acknowledged = []
        self.enough = threading.Event()
        self.failure = None

    def run(self):
        try:
            session, number = None, 0
            while not self.enough.is_set():
                number += 1
                key, text = new_key(), f"{self.user} {number}"
                session = self.send_until_acknowledged(session, key, text)
            if session:
                session.close()
        except Exception as error:  # shown by the test's own thread
            self.failure = error

    def send_until_acknowledged(self, session, key, text):
        while True:
            try:
                session = session or Live(self.address(), token=self.token)
                session.pushes.clear()
                place = session.send(self.chat, text, key=key)
                self.acknowledged.append((key, place["id"], place["seq"], text))
                return session
            except Refused as refused:
                assert refused.code in ("unavailable", "overloaded", "rate_limited"), refused
            except GONE:
                session = None
                if self.enough.wait(0.02) and self.address() is None:
                    return None


def judge(senders, events):
    """Rules of the log: dense, rising, exactly once, acknowledged places kept, own order kept."""
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    ids = [event["id"] for event in events]
    assert ids == sorted(set(ids))
    by_key = {}
    for event in events:
        assert (event["from"], event["key"]) not in by_key, "a message twice"
        by_key[event["from"], event["key"]] = event
    for sender in senders:
        assert sender.failure is None, sender.failure
        for key, event_id, seq, text in sender.acknowledged:
            event = by_key.get((sender.user, key))
            assert event is not None, f"lost: {text}"
            assert (event["id"], event["seq"], event["body"]["text"]) == (event_id, seq, text)
        own = [event["seq"] for event in events if event["from"] == sender.user
               and event["kind"] == "message"]
        texts = [int(event["body"]["text"].split()[1]) for event in events
                 if event["from"] == sender.user and event["kind"] == "message"]
        assert texts == sorted(texts) and len(own) >= len(sender.acknowledged)


class Stage:
    """A server that is killed and started again while senders go on."""

    def __init__(self, binary, data, *flags):
        self.binary, self.data, self.flags = binary, data, flags
        self.server = Server(binary, data, *flags)
        owner = Rest(self.server, "owner")
        users = [f"sender-{n}" for n in range(SENDERS)]
        self.chat = owner.create(users)["chat"]
        self.senders = [Sender(user, self.chat, self.server.token(user), self.address)
                        for user in users]
        self.owner_token = self.server.token("owner")
        for sender in self.senders:
            sender.start()

    def address(self):
        server = self.server
        if server is None:
            raise ConnectionError("between two lives")
        return server

    def acknowledged(self):
        return sum(len(sender.acknowledged) for sender in self.senders)

    def more_acknowledged(self, count):
        goal = self.acknowledged() + count
        eventually(lambda: self.acknowledged() >= goal
                   or any(sender.failure for sender in self.senders))

    def crash(self, change=lambda: None):
        old, self.server = self.server, None
        old.kill()
        change()
        self.server = Server(self.binary, self.data, *self.flags)

    def finish(self):
        """Ends the senders, then judges what is stored; afterwards the server is stopped."""
        for sender in self.senders:
            sender.enough.set()
        for sender in self.senders:
            sender.join(PATIENCE_S)
            assert not sender.is_alive()
        try:
            judge(self.senders, Rest(self.server, "owner", self.owner_token).all_events(self.chat))
        finally:
            self.server.stop()


def test_killed_again_and_again_under_load(binary, tmp_path):
    stage = Stage(binary, tmp_path / "data")
    for _ in range(8):
        stage.more_acknowledged(60)
        stage.crash()
    stage.more_acknowledged(20)
    stage.finish()


@pytest.mark.sanitizers
def test_killed_once_under_load(binary, tmp_path):
    stage = Stage(binary, tmp_path / "data")
    stage.more_acknowledged(40)
    stage.crash()
    stage.more_acknowledged(20)
    stage.finish()


def test_killed_under_load_with_process_durability(binary, tmp_path):
    """The process's death loses nothing even when the disk is not waited for."""
    stage = Stage(binary, tmp_path / "data", "--durability", "process")
    for _ in range(3):
        stage.more_acknowledged(100)
        stage.crash()
    stage.finish()


def newest_wal(data):
    logs = sorted(data.rglob("*.log"), key=lambda path: path.stat().st_mtime)
    return [path for path in logs if path.name[:-4].isdigit()][-1]


def test_a_torn_end_of_the_log_is_dropped(binary, tmp_path):
    """Half a record behind what was acknowledged, as a crash in the middle of a write leaves it."""
    data = tmp_path / "data"
    stage = Stage(binary, data)
    stage.more_acknowledged(40)

    def tear():
        with open(newest_wal(data), "ab") as log:
            log.write(os.urandom(3) + b"\x40\x00\x01half of a record")

    stage.crash(tear)
    stage.more_acknowledged(20)
    stage.finish()


def test_a_drain_under_load_loses_nothing(binary, tmp_path):
    data = tmp_path / "data"
    stage = Stage(binary, data)
    witness = Live(stage.server, "owner", device="witness")
    stage.more_acknowledged(60)
    old, stage.server = stage.server, None
    old.signal()
    assert witness.push("reconnect")["after_ms"] >= 0
    assert witness.closed()[0] in (1000, 1001, 1012)
    assert old.wait() == 0
    stage.server = Server(binary, data)
    stage.more_acknowledged(20)
    stage.finish()


@pytest.mark.sanitizers
def test_a_second_signal_ends_it_at_once(binary, tmp_path):
    server = Server(binary, tmp_path / "data")
    idle = Live(server, "alice")
    server.signal()
    try:
        server.signal()
        server.signal(signal.SIGINT)
    except ProcessLookupError:
        pass  # the drain was quicker
    assert server.wait() in (0, 1)
    idle.close()
    again = Server(binary, tmp_path / "data")
    again.stop()


def test_a_live_backup_holds_what_was_acknowledged(binary, tmp_path):
    data, copy, restored = tmp_path / "data", tmp_path / "copy", tmp_path / "restored"
    stage = Stage(binary, data)
    stage.more_acknowledged(60)
    before = [list(sender.acknowledged) for sender in stage.senders]
    done = run(binary, "backup", copy, "--ops", stage.server.ops_address)
    assert done.returncode == 0, done.stderr.decode()
    stage.finish()
    done = run(binary, "restore", copy, "--data", restored)
    assert done.returncode == 0, done.stderr.decode()
    server = Server(binary, restored)
    for sender, acknowledged in zip(stage.senders, before):
        sender.acknowledged = acknowledged
    judge(stage.senders, Rest(server, "owner").all_events(stage.chat))
    server.stop()


def test_a_backup_of_a_stopped_server(start, binary, tmp_path):
    server = start()
    alice = Rest(server, "alice")
    chat = alice.create(title="Kept")["chat"]
    alice.send(chat, "kept")
    server.stop()
    done = run(binary, "backup", tmp_path / "copy", "--data", tmp_path / "data")
    assert (done.returncode, done.stderr.decode()) == (0, f"backed up to {tmp_path / 'copy'}\n")
    done = run(binary, "restore", tmp_path / "copy", "--data", tmp_path / "new")
    assert (done.returncode, done.stderr.decode()) == (
        0, f"restored {tmp_path / 'copy'} to {tmp_path / 'new'}\n")
    again = Rest(start(data=tmp_path / "new"), "alice")
    assert again.history(chat)["messages"][-1]["body"]["text"] == "kept"
    # A directory that holds data is not overwritten.
    done = run(binary, "restore", tmp_path / "copy", "--data", tmp_path / "data")
    assert done.returncode != 0 and str(tmp_path / "data") in done.stderr.decode()


def test_a_directory_in_use_is_refused(start, binary, tmp_path):
    start()
    done = run(binary, "serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0",
               "--ops", "127.0.0.1:0", "--auth", "dev")
    assert done.returncode != 0 and str(tmp_path / "data") in done.stderr.decode()


@pytest.mark.parametrize("content", [b"999\n", b"not a number\n", b""])
def test_a_directory_of_another_format_is_refused(start, binary, tmp_path, content):
    start().stop()
    (tmp_path / "data" / "FORMAT").write_bytes(content)
    done = run(binary, "serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0",
               "--ops", "127.0.0.1:0", "--auth", "dev")
    assert done.returncode != 0 and b"format" in done.stderr.lower()


def test_a_directory_without_its_secret_is_refused(start, binary, tmp_path):
    start().stop()
    (tmp_path / "data" / "secret").unlink()
    done = run(binary, "serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0",
               "--ops", "127.0.0.1:0", "--auth", "dev")
    assert done.returncode != 0 and b"secret" in done.stderr


def test_a_directory_of_something_else_is_refused(binary, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "letter.txt").write_text("Dear Sir")
    done = run(binary, "serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0",
               "--ops", "127.0.0.1:0", "--auth", "dev")
    assert done.returncode != 0 and str(tmp_path / "data") in done.stderr.decode()
    assert os.listdir(tmp_path / "data") == ["letter.txt"]


def test_a_flipped_bit_is_never_served_as_data(start, tmp_path):
    data = tmp_path / "data"
    server = start(data=data)
    alice = Rest(server, "alice")
    chat = alice.create()["chat"]
    for n in range(50):
        alice.send(chat, f"{n} " + os.urandom(400).hex())
    server.stop()
    start(data=data).stop()  # what it finds in the log it writes out as tables
    table = max(data.rglob("*.sst"), key=lambda path: path.stat().st_size)
    content = bytearray(table.read_bytes())
    content[len(content) // 3] ^= 0x10  # amid the texts, which are most of it
    table.write_bytes(content)
    damaged = Server(server.binary, data)
    try:
        with pytest.raises(Refused) as refused:
            Rest(damaged, "alice").all_events(chat)
        assert refused.value.code == "internal"
        why = damaged.wait_log("a read failed")["why"]
        assert "corrupt" in why.lower() and table.name in why
    finally:
        damaged.kill()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, of 300 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m", "none", str(disk)],
                             capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("this user may not mount a file system")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_unavailable_until_there_is_room(binary, small_disk):
    ballast = small_disk / "ballast"
    with open(ballast, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 290 << 20)
    server = Server(binary, small_disk / "data")
    try:
        alice = Rest(server, "alice")
        chat, acknowledged = alice.create()["chat"], []

        def send():
            acknowledged.append(alice.send(chat, "x" * 16000, key=key)["seq"])
            return True

        with pytest.raises(Refused) as refused:
            while True:
                key = new_key()
                send()
        assert refused.value.code == "unavailable" and refused.value.status == 503
        ready = requests.get(server.ops_url + "/readyz", timeout=PATIENCE_S)
        assert ready.status_code == 503 and "no writes" in ready.text
        assert "disk is full" in server.wait_log("chat database takes no writes")["why"]
        assert [event["seq"] for event in alice.all_events(chat)][-1] == acknowledged[-1]
        ballast.unlink()
        while True:  # the same key: it may have been stored
            try:
                send()
                break
            except Refused as again:
                assert again.code == "unavailable"
        assert requests.get(server.ops_url + "/readyz", timeout=PATIENCE_S).status_code == 200
        events = alice.all_events(chat)
        assert [event["seq"] for event in events] == list(range(1, acknowledged[-1] + 1))
        assert acknowledged == list(range(2, acknowledged[-1] + 1))
        assert len({event["key"] for event in events}) == len(events)
    finally:
        server.kill()


def test_a_retry_after_a_restart_is_known(start, tmp_path):
    server = start()
    alice = Rest(server, "alice")
    key, chat = new_key(), alice.create()["chat"]
    first = alice.send(chat, "once", key=key)
    server.kill()
    alice = Rest(start(data=tmp_path / "data"), "alice")
    assert alice.send(chat, "once", key=key) == {**first, "duplicate": True}
