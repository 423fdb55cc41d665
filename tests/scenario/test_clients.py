"""Clients that are not ours: npm's ws and curl hold a conversation."""

import json
import subprocess
from pathlib import Path

from driver import PATIENCE_S
from driver.operations import new_key
from driver.rest import Rest

NODE = Path(__file__).parent / "node"


def test_npm_ws_holds_a_conversation(server, name):
    alice, bob = name("alice"), name("bob")
    done = subprocess.run(
        ["node", str(NODE / "conversation.mjs"), f"ws://{server.address}/v1/ws"],
        input=json.dumps({user: server.token(user) for user in (alice, bob)}), text=True,
        capture_output=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["seen"] == {alice: said["sent"], bob: said["sent"]}
    page = Rest(server, alice).history(said["chat"])
    assert [entry["body"]["text"] for entry in page["messages"][1:]] == said["sent"]


def curl(server, method, path, token=None, body=None, *more):
    """(status, JSON) of a call made by curl."""
    command = ["curl", "-sS", "-X", method, "-w", "\n%{http_code}", f"{server.url}{path}", *more]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    if body is not None:
        command += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    done = subprocess.run(command, text=True, capture_output=True, timeout=PATIENCE_S, check=True)
    text, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(text)


def test_curl_holds_a_conversation(server, name):
    alice, bob = name("alice"), name("bob")
    tokens = {}
    for user in (alice, bob):
        status, answer = curl(server, "POST", "/v1/dev/login", body={"user": user})
        assert status == 200
        tokens[user] = answer["token"]
    status, made = curl(server, "POST", "/v1/chats", tokens[alice],
                        {"type": "direct", "members": [bob]})
    assert status == 201
    messages = f"/v1/chats/{made['chat']}/messages"
    key = f"Idempotency-Key: {new_key()}"
    for expected in (201, 200):
        status, sent = curl(server, "POST", messages, tokens[alice],
                            {"body": {"text": "hi from curl"}}, "-H", key)
        assert status == expected and sent["seq"] == 2
    assert curl(server, "PUT", f"{messages}/{sent['id']}/reactions/%F0%9F%91%8D",
                tokens[bob])[0] == 200
    status, page = curl(server, "GET", messages + "?limit=1", tokens[bob])
    assert status == 200 and page["messages"][0]["body"]["text"] == "hi from curl"
    assert page["messages"][0]["reactions"] == [{"emoji": "👍", "count": 1, "me": True}]
    status, inbox = curl(server, "GET", "/v1/inbox", tokens[bob])
    assert status == 200 and inbox["chats"][0]["unread"] == 1
    status, error = curl(server, "GET", "/v1/inbox")
    assert status == 401 and error["error"]["code"] == "token_missing"
