"""What is live: pushes, several devices, presence, typing, resync, closing and coming back."""

import time

import jwt
import pytest
from websockets.exceptions import InvalidStatus

from driver.live import Live
from driver.operations import Refused, new_key

pytestmark = pytest.mark.sanitizers


def test_hello_tells_who_and_the_limits(live):
    alice = live("alice")
    welcome = alice.welcome
    assert welcome["user"] == alice.user and welcome["session"]
    assert welcome["time"] > 1_600_000_000_000 and welcome["ping_ms"] == 25000
    assert welcome["limits"]["message_bytes"] == 65536 and welcome["limits"]["page"] == 200
    assert welcome["limits"]["text_bytes"] == 16384
    assert alice.socket.subprotocol == "connect.v1.json"


def test_the_token_may_come_with_the_upgrade(live):
    assert live("alice", in_header=True).welcome["user"].startswith("alice")


def test_the_sender_is_answered_before_its_push(live):
    alice = live("alice")
    chat = alice.create()["chat"]
    number = alice.post("send", {"chat": chat, "key": new_key(), "body": {"text": "hi"}})
    alice.answer(number)
    assert not [push for push in alice.pushes if push.get("event", {}).get("seq") == 2]
    event = alice.push("event", chat=chat, seq=2)
    assert event["body"] == {"text": "hi"} and event["from"] == alice.user


def test_all_devices_of_all_members_see_one_order(live):
    alice = live("alice")
    phone = live(user=alice.user, device="phone")
    bob, carol = live("bob"), live("carol")
    chat = alice.create([bob.user, carol.user])["chat"]
    posted = []
    sessions = (alice, phone, bob, carol)
    for n in range(20):
        for which, user in enumerate(sessions):
            posted.append((user, user.post("send", {"chat": chat, "key": new_key(),
                                                    "body": {"text": f"{which} {n}"}})))
    for user, number in posted:
        user.answer(number)
    seen = [user.events_until(chat, 81) for user in sessions]
    assert [event["seq"] for event in seen[0]] == list(range(1, 82))
    assert all(view == seen[0] for view in seen)
    assert bob.all_events(chat) == seen[0]
    texts = [event["body"]["text"].split() for event in seen[0][1:]]
    for which in range(len(sessions)):
        own = [int(n) for session, n in texts if session == str(which)]
        assert own == list(range(20))


def test_every_kind_of_event_is_pushed(live, rest):
    alice, bob = live("alice"), live("bob")
    chat = alice.create([bob.user], title="A")["chat"]
    target = alice.send(chat, "one")["id"]
    alice.edit(chat, target, "two")
    bob.react(chat, target, "👍")
    alice.delete(chat, target)
    alice.update(chat, topic="B")
    alice.invite(chat, "carol")
    rest(user=alice.user).send(chat, "by REST")
    pushed = bob.events_until(chat, 8)
    kinds = [event["kind"] for event in pushed]
    assert kinds == ["chat", "message", "edit", "react", "delete", "chat", "member", "message"]
    assert pushed[3]["emoji"] == "👍" and pushed[3]["on"] is True
    assert pushed[3]["target"] == pushed[4]["target"] == target
    assert pushed[5]["changes"] == {"topic": "B"}
    assert (pushed[6]["change"], pushed[6]["users"]) == ("joined", ["carol"])


def test_a_reaction_to_what_one_may_not_see_is_pushed_as_hidden(live):
    alice, bob = live("alice"), live("bob")
    chat = alice.create()["chat"]
    target = alice.send(chat, "before bob")["id"]
    alice.invite(chat, bob.user)
    alice.edit(chat, target, "edited")
    assert bob.events_until(chat, 4)[-1].keys() == {"chat", "id", "seq", "ts", "kind"}
    assert alice.events_until(chat, 4)[-1]["kind"] == "edit"


def test_marks_are_pushed_to_the_other_devices_and_the_members(live):
    alice, bob = live("alice"), live("bob")
    tablet = live(user=bob.user, device="tablet")
    chat = alice.create([bob.user])["chat"]
    places = [{"id": sent["id"], "seq": sent["seq"]} for sent in
              (alice.send(chat, "one"), alice.send(chat, "two"))]
    nowhere = {"id": 0, "seq": 0}
    bob.mark(chat, delivered=places[0]["id"])
    bob.mark(chat, read=places[0]["id"], delivered=places[1]["id"])
    for user in (tablet, alice):
        common = {"chat": chat, "user": bob.user}
        assert user.push("marked") == {**common, "read": nowhere, "delivered": places[0]}
        assert user.push("marked") == {**common, "read": places[0], "delivered": places[1]}
    assert not [push for push in bob.pushed_before(bob.create()["chat"]) if "marked" in push]


def test_typing_reaches_the_others(live):
    alice, bob, eve = live("alice"), live("bob"), live("eve")
    chat, private = alice.create([bob.user])["chat"], eve.create()["chat"]
    alice.typing(chat)
    assert bob.push("typing", chat=chat) == {"chat": chat, "user": alice.user}
    assert not [push for push in alice.pushes if "typing" in push]
    eve.typing(chat)  # not a member: nobody hears it, nothing is answered
    assert not [push for push in eve.pushed_before(private) if "typing" in push]
    assert [event["kind"] for event in bob.events(chat)["events"]] == ["chat"]


def test_presence_of_whom_one_watches(live, server):
    alice, bob = live("alice"), live("bob")
    before, = alice.watch(bob.user)
    assert (before["user"], before["online"]) == (bob.user, True)
    second = live(user=bob.user, device="second")
    bob.close()
    assert alice.watch(bob.user)[0]["online"] is True
    second.close()
    push = alice.push("presence", user=bob.user, online=False)
    assert push["last_seen"] > 1_600_000_000_000
    live(user=bob.user)
    alice.push("presence", user=bob.user, online=True)
    assert {entry["user"]: entry["online"] for entry in alice.watch("nobody", alice.user)} == {
        "nobody": False, alice.user: True}
    with pytest.raises(Refused):
        alice.watch(*[f"user-{n}" for n in range(201)])


def test_a_newer_session_of_the_same_device_replaces_the_older(live):
    alice = live("alice", device="phone")
    other = live(user=alice.user, device="tablet")
    again = live(user=alice.user, device="phone")
    assert alice.closed()[0] == 4509
    chat = again.create()["chat"]
    assert other.push("event", chat=chat)["seq"] == 1


def test_what_was_missed_comes_by_sync(live):
    alice, bob = live("alice"), live("bob")
    chat = alice.create([bob.user])["chat"]
    known = bob.events_until(chat, 1)[-1]["id"]
    bob.close()
    for n in range(7):
        last = alice.send(chat, str(n))
    bob = live(user=bob.user)
    entry = bob.sync(chats={chat: {"after": known}})["chats"][0]
    assert [event["seq"] for event in entry["events"]] == list(range(2, 9))
    assert entry["complete"] is True and entry["head"]["seq"] == last["seq"]
    after = alice.send(chat, "live again")
    assert bob.events_until(chat, after["seq"])[-1]["body"]["text"] == "live again"


def test_a_reader_that_does_not_read_is_cut_and_catches_up(live, server):
    """Its queue is bounded: it is told to resync, or closed; and it gets everything by reading."""
    alice = live("alice")
    slow = live("slow", max_queue=1)
    chat = alice.create([slow.user])["chat"]
    text = "x" * 16000
    for _ in range(30):
        numbers = [alice.post("send", {"chat": chat, "key": new_key(), "body": {"text": text}})
                   for _ in range(40)]
        for number in numbers:
            last = alice.answer(number)
        alice.pushes.clear()
    resynced, code = False, None
    try:
        while not resynced:
            resynced = slow.receive().get("resync", {}).get("chat") == chat
    except Exception:  # the other permitted end: closed as too slow
        code = slow.closed()[0]
    assert resynced or code == 4408
    again = live(user=slow.user)
    assert [event["seq"] for event in again.all_events(chat, limit=50)] == list(
        range(1, last["seq"] + 1))


def test_hello_is_refused_without_a_token_that_is_believed(server):
    session = Live(server, token="nonsense", hello=False)
    with pytest.raises(Refused) as refused:
        session.hello(token="nonsense")
    assert refused.value.code == "token_invalid"
    assert session.closed()[0] == 4501


def test_an_operation_before_hello_is_refused(server):
    session = Live(server, token="none", hello=False)
    with pytest.raises(Refused) as refused:
        session.history("c1")
    assert refused.value.code == "token_missing"
    session.close()


def test_the_upgrade_refuses_a_bad_token_in_the_header(server):
    with pytest.raises((InvalidStatus, Refused)) as refused:
        Live(server, token="nonsense", in_header=True)
    if isinstance(refused.value, InvalidStatus):
        assert refused.value.response.status_code == 401


def test_hello_again_with_another_user_is_refused(live, server):
    alice = live("alice")
    assert alice.hello(token=server.token(alice.user))["user"] == alice.user
    with pytest.raises(Refused):
        alice.hello(token=server.token("somebody-else"))


@pytest.mark.parametrize("text, code", [
    ("nonsense", "json_invalid"), ("[1]", "json_invalid"), ('"a"', "json_invalid"),
    ('{"id":1', "json_invalid"), ("", "json_invalid")])
def test_text_that_is_no_object_is_answered_and_the_session_stays(live, text, code):
    alice = live("alice")
    alice.socket.send(text)
    answer = alice.receive()
    assert answer["error"]["code"] == code and "id" not in answer
    assert alice.create()["seq"] == 1


def test_an_unknown_operation_is_refused_and_unknown_fields_are_ignored(live):
    alice = live("alice")
    with pytest.raises(Refused) as refused:
        alice.perform("explode", {})
    assert refused.value.code == "unknown_operation"
    made = alice.perform("create", {"key": new_key(), "type": "group", "members": [],
                                    "colour": "green"})
    assert made["created"] is True


def test_an_expired_token_closes_the_session(start, tmp_path):
    secret = tmp_path / "key.txt"
    secret.write_text("0123456789abcdef0123456789abcdef")
    secret.chmod(0o600)
    server = start("--jwt-key", str(secret), auth="jwt")
    token = jwt.encode({"sub": "alice", "exp": int(time.time()) + 3}, secret.read_text(),
                       algorithm="HS256")
    session = Live(server, token=token)
    assert session.closed()[0] == 4402


def test_a_draining_server_says_reconnect(start):
    server = start()
    alice = Live(server, "alice")
    chat = alice.create()["chat"]
    alice.push("event", chat=chat)
    server.signal()
    assert alice.push("reconnect")["after_ms"] >= 0
    assert alice.closed()[0] in (1000, 1001, 1012)
    assert server.wait() == 0
