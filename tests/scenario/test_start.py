"""Starting: what is mistyped is named, and the exit code says so."""

import socket

import pytest

from driver import PATIENCE_S
from driver.rest import Rest
from driver.server import Server, run

pytestmark = pytest.mark.sanitizers


def serve(binary, tmp_path, *flags, **options):
    return run(binary, "serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0", "--ops",
               "127.0.0.1:0", *flags, **options)


def test_help_lists_the_commands_and_their_options(binary):
    done = run(binary, "--help")
    assert done.returncode == 0
    for command in ("serve", "token", "send", "history", "chat", "import", "inspect", "backup",
                    "restore", "bench"):
        assert command in done.stdout.decode()
        of_it = run(binary, command, "--help")
        assert of_it.returncode == 0 and len(of_it.stdout) > 40
    for option in ("--data", "--listen", "--ops", "--auth", "--jwt-key", "--durability",
                   "--config"):
        assert option in run(binary, "serve", "--help").stdout.decode()


def test_the_version(binary, root):
    declared = (root / "CMakeLists.txt").read_text().split("VERSION ")[2].split()[0]
    done = run(binary, "--version")
    assert done.returncode == 0 and declared in done.stdout.decode()


@pytest.mark.parametrize("flags, named", [
    (["--adress", "x"], "--adress"),
    (["--auth", "none"], "--auth"),
    (["--durability", "sometimes"], "--durability"),
    (["--listen", "nowhere"], "--listen"),
    (["--listen", "127.0.0.1:99999"], "--listen"),
    (["--rate-sends", "many"], "--rate-sends"),
    (["--auth", "jwt"], "--jwt-key"),
    (["--auth", "jwt", "--jwt-key", "/nowhere/key"], "/nowhere/key"),
    (["--auth", "dev", "--tls-cert", "/nowhere/cert"], "--tls-key"),
    (["--auth", "dev", "--config", "/nowhere/connect.toml"], "/nowhere/connect.toml"),
    (["--auth", "dev", "--tls-cert", "/nowhere/cert", "--tls-key", "/nowhere/key"],
     "/nowhere/cert")])
def test_what_is_wrong_is_named(binary, tmp_path, flags, named):
    arguments = ["serve", "--data", tmp_path / "data", "--ops", "127.0.0.1:0"]
    if "--listen" not in flags:
        arguments += ["--listen", "127.0.0.1:0"]
    done = run(binary, *arguments, *flags)
    assert done.returncode != 0 and named in done.stderr.decode(), done.stderr.decode()


def test_no_command_or_an_unknown_one(binary):
    assert run(binary).returncode != 0
    done = run(binary, "explode")
    assert done.returncode != 0 and done.stderr


def test_too_few_descriptors_are_named(binary, tmp_path):
    done = run("/bin/sh", "-c", f"ulimit -n 1024; exec {binary} serve --data {tmp_path / 'data'} "
               "--listen 127.0.0.1:0 --ops 127.0.0.1:0")
    assert done.returncode != 0 and b"open files" in done.stderr and b"1024" in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("option", ["--listen", "--ops"])
def test_a_port_in_use(binary, tmp_path, option):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = "--ops" if option == "--listen" else "--listen"
        done = run(binary, "serve", "--data", tmp_path / "data", "--auth", "dev", option,
                   f"127.0.0.1:{port}", other, "127.0.0.1:0")
    assert done.returncode != 0 and str(port) in done.stderr.decode()


def test_a_configuration_file(start, tmp_path):
    config = tmp_path / "connect.toml"
    config.write_text('origin = ["https://chat.example.org"]\nlog-level = "debug"\n')
    server = start("--config", str(config))
    answer = Rest(server, "alice").http("GET", "/v1/me",
                                        headers={"Origin": "https://chat.example.org"})
    assert answer.status_code == 200


def test_a_mistyped_name_in_the_file_is_named(binary, tmp_path):
    config = tmp_path / "connect.toml"
    config.write_text('lissten = "127.0.0.1:0"\n')
    done = serve(binary, tmp_path, "--auth", "dev", "--config", config)
    assert done.returncode != 0 and b"lissten" in done.stderr


def test_the_environment(binary, tmp_path):
    server = Server(binary, tmp_path / "data", env={
        "CONNECT_ORIGIN": "https://chat.example.org"})
    answer = Rest(server, "alice").http("GET", "/v1/me",
                                        headers={"Origin": "https://chat.example.org"})
    assert answer.status_code == 200
    server.stop()
    done = serve(binary, tmp_path, "--auth", "dev", env={"CONNECT_DURABILITY": "sometimes"})
    assert done.returncode != 0


def test_a_flag_beats_the_environment_and_the_file(start, tmp_path):
    config = tmp_path / "connect.toml"
    config.write_text('log-level = "error"\n')
    server = start("--config", str(config), "--log-level", "info",
                   env={"CONNECT_LOG_LEVEL": "warning"})
    assert '"level":"info"' in server.log_text().replace(" ", "")


def test_it_leaves_nothing_behind(binary, tmp_path):
    server = Server(binary, tmp_path / "data")
    Rest(server, "alice").create()
    log = server.stop()
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert {path.name for path in (tmp_path / "data").iterdir()} == {"FORMAT", "LOCK", "db",
                                                                     "secret"}
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o777 == 0o600
    assert "alice" not in log
