"""The fixtures every scenario builds on."""

import itertools
from pathlib import Path

import pytest

from driver.live import Live
from driver.rest import Rest
from driver.server import Server

ROOT = Path(__file__).resolve().parent.parent.parent


def pytest_addoption(parser):
    parser.addoption("--binary", default=str(ROOT / "build" / "release" / "connect"),
                     help="the program to drive")


@pytest.fixture(scope="session")
def binary(request):
    path = Path(request.config.getoption("--binary")).resolve()
    assert path.exists(), f"{path} does not exist: make build"
    return path


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture
def start(binary, tmp_path):
    """Starts servers; stops what still runs at the end, cleanly. Flags as of `Server`."""
    servers = []

    def start_one(*flags, data=None, **options):
        servers.append(Server(binary, data or tmp_path / "data", *flags, **options))
        return servers[-1]

    yield start_one
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def server(binary, tmp_path_factory):
    """One server for a file of tests, without rate limits: each test uses users of its own."""
    running = Server(binary, tmp_path_factory.mktemp("server") / "data")
    yield running
    running.stop()


_names = itertools.count(1)


@pytest.fixture
def name():
    """A user name that no other test uses."""
    return lambda stem="user": f"{stem}-{next(_names)}"


@pytest.fixture
def live(server, name):
    """Sessions on the file's server: live("alice") is a new user whose name begins so."""
    opened = []

    def open_one(stem="user", **options):
        user = options.pop("user", None) or name(stem)
        opened.append(Live(options.pop("at", server), user, **options))
        return opened[-1]

    yield open_one
    for session in opened:
        session.close()


@pytest.fixture
def rest(server, name):
    def open_one(stem="user", user=None):
        return Rest(server, user or name(stem))
    return open_one


@pytest.fixture(params=["websocket", "rest"])
def api(request, live, rest):
    """A user over either transport: tests with it run twice."""
    return live if request.param == "websocket" else rest
