"""The operations port: health, readiness, metrics."""

import re

import pytest
import requests

from driver import PATIENCE_S, eventually
from driver.operations import Refused, new_key

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


def test_the_guide_names_every_metric_and_no_other(server, root):
    text = get(server, "/metrics").text
    served = set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))
    guide = (root / "docs" / "operating.md").read_text()
    table = [line for line in guide.splitlines() if line.startswith("| `connect_")]
    named = {name for line in table for name in re.findall(r"`(connect_\w+)", line.split("|")[1])}
    assert named == served


def test_metrics_count_what_happens(server, live, rest):
    before = metrics(server)
    alice, bob = live("alice"), live("bob")
    chat = alice.create([bob.user])["chat"]
    keys = [new_key() for _ in range(5)]
    for key in keys + keys[:1]:  # the last one is a retry
        alice.send(chat, "hello", key=key)
    bob.history(chat)
    for user in (live("eve"), rest("eve")):
        with pytest.raises(Refused):
            user.history(chat)
    after = metrics(server)

    def grown(name, labels=""):
        return after[name + labels] - before.get(name + labels, 0)

    assert grown("connect_accepts_total") >= 3
    assert grown("connect_requests_total", '{operation="send"}') == 6
    assert grown("connect_refusals_total", '{code="not_found"}') == 2
    assert grown("connect_sends_total") == 5
    assert grown("connect_acks_total") == 7  # the creation and the retry, too
    assert grown("connect_ack_seconds_count") == 7
    assert grown("connect_ack_seconds_bucket", '{le="+Inf"}') == 7
    assert grown("connect_deliveries_total") >= 12
    assert grown("connect_dedup_lookups_total", '{where="memory"}') >= 6
    assert grown("connect_reads_total", '{call="history"}') == 3
    assert grown("connect_read_seconds_count") == 3
    assert 0 < grown("connect_store_commit_seconds_count") <= 6
    assert grown("connect_store_commit_batch_size_sum") >= 6
    assert after["connect_store_writable"] == 1
    assert after["connect_poisoned_records_total"] == 0
    for queue in ("connect_store_queue_depth", "connect_queue_bytes", "connect_commands_open",
                  'connect_bus_depth{topic="commands"}', 'connect_bus_depth{topic="deliveries"}'):
        assert after[queue] >= 0
    eventually(lambda: metrics(server)["connect_connections"] >= 3)


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
