"""The commands: token, send, history, import, inspect."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from driver import PATIENCE_S
from driver import keys
from driver.live import Live
from driver.rest import Rest
from driver.server import run

DAY_ONE = b"""[23:58] <ann> good evening
[23:58]  * ben waves
=== carl [n=carl@example.org] has joined #town
[23:59] <carl> caf\xe9 in latin, \xff\xfe
[00:01] <ann> past midnight
"""
DAY_TWO = """[08:00] <ben> Grüße 👋
[08:00] <ben> second of the minute
this line is nothing known
[09:30] <ann> bye
""".encode()


def commands(binary, url):
    """A function that runs a client command against the server as a user."""
    def command(user, name, *arguments, **options):
        return run(binary, name, "--url", url, "--user", user, *arguments, **options)
    return command


def test_a_token_for_a_data_directory(start, binary, tmp_path):
    server = start()
    done = run(binary, "token", "--sub", "alice", "--ttl", "1h", "--data", tmp_path / "data")
    assert done.returncode == 0, done.stderr.decode()
    assert Rest(server, token=done.stdout.decode().strip()).me()["user"] == "alice"


def test_a_token_by_a_key_file(start, binary, tmp_path):
    key = keys.private_key("RS256")
    (tmp_path / "private.pem").write_bytes(keys.private_bytes(key))
    (tmp_path / "private.pem").chmod(0o600)
    keys.write_key(tmp_path / "public.pem", key)
    server = start("--jwt-key", str(tmp_path / "public.pem"), auth="jwt")
    done = run(binary, "token", "--sub", "bob", "--ttl", "5m", "--jwt-key",
               tmp_path / "private.pem")
    assert Rest(server, token=done.stdout.decode().strip()).me()["user"] == "bob"


def test_send_and_history(server, binary, name):
    command = commands(binary, server.url)
    alice = name("alice")
    chat = Rest(server, alice).create(title="CLI")["chat"]
    done = command(alice, "send", "--chat", chat, "hello", "from", "a", "shell")
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.split()[1] == b"2"
    lines = "".join(f"line {n}\n" for n in range(100)).encode()
    done = command(alice, "send", "--chat", chat, "-", stdin=lines)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 100
    done = command(alice, "history", chat, "--limit", "3")
    shown = done.stdout.decode()
    assert [f"line {n}" in shown for n in (96, 97, 98, 99)] == [False, True, True, True]
    done = command(alice, "history", chat, "--after", "0", "--all", "--json")
    texts = [entry["body"]["text"] for entry in map(json.loads, done.stdout.splitlines())
             if entry["kind"] == "message"]
    assert texts == ["hello from a shell"] + [f"line {n}" for n in range(100)]


def test_the_commands_speak_tls(start, binary, tmp_path):
    cert, key = keys.certificate(tmp_path)
    server = start("--tls-cert", str(cert), "--tls-key", str(key))
    chat = Live(server, token=server.token("alice")).create()["chat"]
    command = commands(binary, f"https://127.0.0.1:{server.port}")
    done = command("alice", "send", "--ca", cert, "--chat", chat, "sealed")
    assert done.returncode == 0, done.stderr.decode()
    done = command("alice", "history", "--ca", cert, chat)
    assert b"sealed" in done.stdout, done.stderr.decode()
    done = command("alice", "history", chat)
    assert done.returncode == 1 and not done.stdout


@pytest.fixture
def sealed(start, tmp_path):
    """A server with TLS, and the file of its certificate, for 127.0.0.1."""
    cert, key = keys.certificate(tmp_path)
    return start("--tls-cert", str(cert), "--tls-key", str(key)), cert


@pytest.mark.parametrize("identity", [("--user", "alice"), ("--token", "t")])
@pytest.mark.parametrize("command", [("send", "--chat", "c1", "hi"), ("history", "c1")])
def test_a_certificate_that_is_not_trusted_is_final(binary, sealed, command, identity):
    done = run(binary, *command, "--url", f"https://127.0.0.1:{sealed[0].port}", *identity)
    assert done.returncode == 1
    assert done.stderr.decode() == (
        f"connect {command[0]}: 127.0.0.1:{sealed[0].port}: the certificate is not trusted "
        "(self-signed certificate): give --ca FILE\n")


def test_a_port_with_tls_is_guessed(binary, sealed):
    done = run(binary, "history", "--user", "alice", "--url", f"http://127.0.0.1:{sealed[0].port}",
               "c1")
    assert done.returncode == 1 and b"use https://" in done.stderr
    done = run(binary, "send", "--token", "t", "--url", f"http://127.0.0.1:{sealed[0].port}",
               "--chat", "c1", "--give-up-after", "1", "hi")
    assert done.returncode == 1 and b"use https://" in done.stderr


def test_send_comes_back_to_a_server_that_was_away(start, binary, tmp_path):
    server = start()
    chat = Rest(server, "alice").create(title="Away")["chat"]
    server.stop()
    url = f"http://{server.address}"
    with subprocess.Popen([binary, "send", "--url", url, "--user", "alice", "--chat", chat, "hi"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as sending:
        try:
            assert sending.stderr.readline() == (
                f"trying again: {server.address}: Connection refused\n".encode())
            start(data=tmp_path / "data", listen=server.address)
            assert sending.wait(PATIENCE_S) == 0
        finally:
            sending.kill()


def test_send_gives_up_saying_why(binary):
    done = run(binary, "send", "--url", "http://127.0.0.1:1", "--user", "alice", "--chat", "c1",
               "--give-up-after", "1", "hi")
    assert done.returncode == 1
    assert done.stderr.decode().endswith(
        "connect send: gave up: 127.0.0.1:1: Connection refused\n")


def test_an_address_without_a_login_is_told_apart(start, server, binary, tmp_path):
    send = ("send", "--user", "alice", "--chat", "c1", "hi", "--url")
    done = run(binary, *send, server.ops_url)
    assert done.returncode == 1 and done.stderr.decode() == (
        f"connect send: {server.ops_url} does not look like Connect's address for clients\n")
    keys.write_key(tmp_path / "public.pem", keys.private_key("RS256"))
    strict = start("--jwt-key", str(tmp_path / "public.pem"), auth="jwt")
    done = run(binary, *send, strict.url)
    assert done.returncode == 1 and b"no development login" in done.stderr
    assert b"--token" in done.stderr


def test_what_the_server_refuses_is_told(server, binary, name):
    for words in (["send", "--chat", "g-unknown", "hi"], ["history", "g-unknown"]):
        done = commands(binary, server.url)(name("eve"), *words)
        assert done.returncode == 3
        assert done.stderr.decode().startswith(f"connect {words[0]}: ")
        assert done.stderr.decode().endswith(
            "no such chat, or not yours to see; if it is open to everybody, join it: "
            "connect chat --chat g-unknown\n")
    done = commands(binary, "http://127.0.0.1:1")(name("eve"), "history", "c1")
    assert done.returncode == 1 and done.stderr


def test_send_ends_when_its_token_is_refused_before_any_input(server, binary):
    with subprocess.Popen([binary, "send", "--url", server.url, "--token", "no-token", "--chat",
                           "c1", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as sending:
        try:
            assert sending.wait(PATIENCE_S) == 1  # while its input is still open
            assert b"token" in sending.stderr.read()
        finally:
            sending.kill()


def test_an_export_that_cannot_be_written_fails(server, binary, name):
    command = commands(binary, server.url)
    alice = name("alice")
    chat = Rest(server, alice).create(title="Export")["chat"]
    assert command(alice, "history", chat).returncode == 0
    with open("/dev/full", "wb") as full:
        done = subprocess.run([binary, "history", "--url", server.url, "--user", alice, chat,
                               "--all"], stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE_S,
                              check=False)
    assert done.returncode == 1 and b"output" in done.stderr


@pytest.fixture
def bench(binary, tmp_path):
    """A benchmark that has begun to measure messages, and the folder of its data."""
    command = [binary, "bench", "--directory", tmp_path, "--only", "messages", "--connections", "8"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        while b"connections: 8 of 8" not in process.stderr.readline():
            assert process.poll() is None
        yield process, tmp_path
        process.kill()


def test_an_interrupted_benchmark_leaves_nothing(bench):
    process, folder = bench
    assert list(folder.iterdir())
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_S) == -signal.SIGTERM
    assert not list(folder.iterdir())


def test_a_benchmark_fails_with_its_server(bench):
    process, folder = bench
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
    os.kill(int(children), signal.SIGKILL)
    assert process.wait(PATIENCE_S) == 1
    assert b"connections were lost" in process.stderr.read()
    assert not list(folder.iterdir())


@pytest.fixture
def logs(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "2004-07-05.txt").write_bytes(DAY_ONE)
    (folder / "2004-07-06.txt").write_bytes(DAY_TWO)
    return sorted(folder.iterdir())


def imported(server, chat):
    """The texts of the imported chat as one of its people reads them."""
    return [(entry["from"], entry["body"]["text"], entry["ts"])
            for entry in Rest(server, "ann").all_messages(chat) if entry["kind"] == "message"]


EXPECTED = [("ann", "good evening"), ("ben", "/me waves"), ("carl", "café in latin, ÿþ"),
            ("ann", "past midnight"), ("ben", "Grüße 👋"), ("ben", "second of the minute"),
            ("ann", "bye")]


def judge_import(server, chat):
    found = imported(server, chat)
    assert [(who, text) for who, text, _ in found] == EXPECTED
    minutes = [ts // 60_000 - 1088985600000 // 60_000 for _, _, ts in found]
    assert minutes == [1438, 1438, 1439, 1441, 1920, 1920, 2010]


def test_import_into_a_stopped_server(start, binary, tmp_path, logs):
    data = tmp_path / "data"
    start(data=data).stop()
    for _ in range(2):  # the second time adds nothing
        done = run(binary, "import", "irc", *logs, "--chat", "town", "--data", data)
        assert done.returncode == 0, done.stderr.decode()
    server = start(data=data)
    judge_import(server, "town")


def test_import_into_a_running_server(start, binary, tmp_path, logs):
    server = start()
    for _ in range(2):
        done = run(binary, "import", "irc", *logs, "--chat", "town", "--ops", server.ops_address)
        assert done.returncode == 0, done.stderr.decode()
    judge_import(server, "town")
    Rest(server, "ann").send("town", "still here")  # and the chat goes on
    assert imported(server, "town")[-1][1] == "still here"


@pytest.mark.parametrize("name, says", [("letter.txt", b"letter.txt"),
                                        ("2004-07-05.txt", b"[12:34] <nick> text")])
def test_import_of_what_is_no_log(start, binary, tmp_path, name, says):
    (tmp_path / name).write_text("Dear Sir")
    start(data=tmp_path / "data").stop()
    done = run(binary, "import", "irc", tmp_path / name, "--chat", "town", "--data",
               tmp_path / "data")
    assert done.returncode == 2 and says in done.stderr


def test_import_of_older_logs_later(start, binary, tmp_path, logs):
    data = tmp_path / "data"
    start(data=data).stop()
    run(binary, "import", "irc", logs[1], "--chat", "town", "--data", data)
    done = run(binary, "import", "irc", logs[0], "--chat", "town", "--data", data)
    assert done.returncode == 1 and b"import older logs first" in done.stderr


def test_inspect(start, binary, tmp_path):
    server = start()
    alice = Rest(server, "alice")
    chat = alice.create(["bob"], title="Looked at")["chat"]
    alice.send(chat, "hi")
    for where in (["--ops", server.ops_address], ["--data", tmp_path / "data"]):
        if where[0] == "--data":
            server.stop()
        listed = run(binary, "inspect", "chats", *where)
        assert listed.returncode == 0 and chat in listed.stdout.decode()
        one = run(binary, "inspect", "chat", chat, *where)
        assert one.returncode == 0 and "Looked at" in one.stdout.decode()
        member = run(binary, "inspect", "member", chat, "bob", *where)
        assert member.returncode == 0 and "member" in member.stdout.decode()
