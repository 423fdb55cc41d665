"""The operations port: health, readiness, metrics."""

import re

import pytest
import requests

from driver import PATIENCE_S, eventually

pytestmark = pytest.mark.sanitizers


def get(server, path):
    return requests.get(server.ops_url + path, timeout=PATIENCE_S)


def metrics(server):
    """{name with labels: value}, from the text exposition format."""
    answer = get(server, "/metrics")
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain")
    values = {}
    for line in answer.text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            values[name] = float(value)
    return values



def test_health_and_readiness(server):
    assert get(server, "/healthz").status_code == 200
    assert get(server, "/readyz").status_code == 200
    assert get(server, "/nowhere").status_code == 404


def test_the_operations_are_not_on_the_client_port(server):
    for path in ("/metrics", "/healthz", "/readyz"):
        assert requests.get(server.url + path, timeout=PATIENCE_S).status_code == 404
    assert get(server, "/v1/me").status_code == 404


def test_metrics_are_well_formed_and_named_by_one_rule(server, live):
    live("alice").create()
    text = get(server, "/metrics").text
    names = set(re.findall(r"^# TYPE (\S+) (?:counter|gauge|histogram)$", text, re.MULTILINE))
    assert len(names) >= 10
    assert all(re.fullmatch(r"connect_[a-z0-9_]+", name) for name in names), names
    helped = set(re.findall(r"^# HELP (\S+) \S", text, re.MULTILINE))
    assert names <= helped


def test_metrics_move(server, live):
    before = metrics(server)
    alice = live("alice")
    chat = alice.create()["chat"]
    for n in range(5):
        alice.send(chat, str(n))
    moved = {name for name, value in metrics(server).items() if value != before.get(name, 0)}
    assert len(moved) >= 5


def test_metrics_never_name_users_or_chats(server, live):
    alice = live("alice-secret-name")
    chat = alice.create()["chat"]
    text = get(server, "/metrics").text
    assert alice.user not in text and chat not in text


def test_not_ready_while_draining(start, live):
    server = start()
    alice = live("alice", at=server)
    assert get(server, "/readyz").status_code == 200
    server.signal()

    def gone_or_not_ready():
        try:
            return get(server, "/readyz").status_code == 503
        except requests.ConnectionError:
            return True
    eventually(gone_or_not_ready)
    assert alice.closed()[0] in (1000, 1001, 1012)
