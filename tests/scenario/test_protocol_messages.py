"""Sending, editing, deleting, reacting, marking: each over WebSocket and as REST."""

import time
from pathlib import Path

import pytest

from driver.operations import Refused, new_key
from driver.rest import Rest

pytestmark = pytest.mark.sanitizers


@pytest.fixture
def pair(api):
    """Two members of a new group: (alice, bob, chat)."""
    alice, bob = api("alice"), api("bob")
    chat = alice.create([bob.user], title="Two")["chat"]
    return alice, bob, chat


def message(user, chat, event_id):
    """The folded message with this id, as a page shows it to this user."""
    page = user.history(chat, around=event_id, limit=2)
    return next(entry for entry in page["messages"] if entry["id"] == event_id)


def refusal(call, *arguments, **fields):
    with pytest.raises(Refused) as refused:
        call(*arguments, **fields)
    return refused.value


def test_a_message_is_stored_and_read_back(pair):
    alice, bob, chat = pair
    key = new_key()
    sent = alice.send(chat, "Grüße 👋", key=key, meta={"a": [1, {"b": None}]},
                      attachments=[{"url": "https://example.org/a.png", "type": "image/png",
                                    "size": 12, "name": "a.png"}])
    assert sent["chat"] == chat and sent["duplicate"] is False
    for reader in pair[:2]:
        found = message(reader, chat, sent["id"])
        assert found["seq"] == sent["seq"] and found["kind"] == "message"
        assert found["from"] == alice.user and found["key"] == key
        assert found["ts"] == sent["id"] >> 11
        assert found["body"] == {
            "text": "Grüße 👋", "meta": {"a": [1, {"b": None}]},
            "attachments": [{"url": "https://example.org/a.png", "type": "image/png", "size": 12,
                             "name": "a.png"}]}
        assert "edited" not in found and "deleted" not in found and "reactions" not in found


def test_seq_is_dense_and_ids_rise(pair):
    alice, bob, chat = pair
    places = [user.send(chat, str(n)) for n in range(5) for user in (alice, bob)]
    assert [place["seq"] for place in places] == list(range(2, 12))
    ids = [place["id"] for place in places]
    assert ids == sorted(set(ids)) and all(0 < event_id < 2**53 for event_id in ids)


@pytest.mark.parametrize("text", [
    "NUL \u0000 inside", "bidi \u202eoverride\u202c", "x" * 16384, "👩‍👩‍👧‍👦" * 50,
    "line\nbreak\r\ttab", "\"quotes\" and \\ and /", "e\u0301 stays decomposed", "\u007f\u0080"])
def test_text_is_kept_byte_for_byte(pair, text):
    alice, bob, chat = pair
    sent = alice.send(chat, text)
    assert message(bob, chat, sent["id"])["body"]["text"] == text


def test_a_reply_names_its_message(pair):
    alice, bob, chat = pair
    first = alice.send(chat, "one")
    second = bob.send(chat, "two", reply_to=first["id"])
    assert message(alice, chat, second["id"])["body"]["reply_to"] == first["id"]


def test_text_may_be_empty_only_with_attachments(pair):
    alice, _, chat = pair
    assert refusal(alice.send, chat, "").code == "field_invalid"
    assert alice.send(chat, "", attachments=[{"url": "https://example.org/b"}])["seq"] == 2


@pytest.mark.parametrize("body, field", [
    ({"text": "x" * 16385}, "text"),
    ({"text": 5}, "text"),
    ({"text": "a", "reply_to": "b"}, "reply_to"),
    ({"text": "a", "attachments": [{"url": "u"}] * 11}, "attachments"),
    ({"text": "a", "attachments": [{"url": "u" * 2049}]}, "url"),
    ({"text": "a", "meta": {"a": "x" * 4096}}, "meta"),
    ({"text": "a", "meta": [1]}, "meta")])
def test_a_body_out_of_bounds_names_its_field(pair, body, field):
    alice, _, chat = pair
    refused = refusal(alice.send, chat, **body)
    assert refused.code == "field_invalid" and field in refused.field
    assert alice.events(chat)["head"]["seq"] == 1


def test_the_same_key_gives_the_same_event(pair):
    alice, bob, chat = pair
    key = new_key()
    first = alice.send(chat, "once", key=key)
    again = alice.send(chat, "once", key=key)
    assert again == {**first, "duplicate": True}
    assert bob.send(chat, "mine", key=key)["duplicate"] is False  # a key belongs to its user
    assert [entry["body"]["text"] for entry in bob.all_messages(chat)[1:]] == ["once", "mine"]


def test_the_same_key_for_other_content_is_refused(pair):
    alice, _, chat = pair
    key = new_key()
    alice.send(chat, "one", key=key)
    assert refusal(alice.send, chat, "other", key=key).code == "key_reused"


def test_every_kind_of_event_is_deduplicated(pair):
    alice, _, chat = pair
    target = alice.send(chat, "a")["id"]
    edit, react, delete = new_key(), new_key(), new_key()
    for _ in range(2):
        edited = alice.edit(chat, target, "b", key=edit)
        reacted = alice.react(chat, target, "👍", key=react)
    for _ in range(2):
        deleted = alice.delete(chat, target, key=delete)
    assert (edited["seq"], reacted["seq"], deleted["seq"]) == (3, 4, 5)
    assert edited["duplicate"] and reacted["duplicate"] and deleted["duplicate"]
    assert alice.edit(chat, target, "b", key=edit)["seq"] == 3  # although it is deleted by now


@pytest.mark.parametrize("age_ms, code", [(31 * 24 * 3600 * 1000, "key_expired"),
                                          (-60_000, "key_in_future")])
def test_a_key_of_another_time_is_refused(pair, age_ms, code):
    alice, _, chat = pair
    key = new_key(int(time.time() * 1000) - age_ms)
    assert refusal(alice.send, chat, "late", key=key).code == code


@pytest.mark.parametrize("key", ["", "x", "01890a5d-ac96-4b7c-8a3c-3f1e6b1f0a11",
                                 "01890A5D-AC96-7B7C-8A3C-3F1E6B1F0A11",
                                 "01890a5dac967b7c8a3c3f1e6b1f0a11"])
def test_a_key_that_is_no_uuid7_is_refused(live, rest, key):
    alice = live("alice")
    chat = alice.create()["chat"]
    with pytest.raises(Refused) as refused:
        alice.perform("send", {"chat": chat, "key": key, "body": {"text": "a"}})
    assert refused.value.code == "key_invalid"
    answer = rest(user=alice.user).http("POST", f"/v1/chats/{chat}/messages",
                                        json={"body": {"text": "a"}},
                                        headers={"Idempotency-Key": key})
    if key:
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "key_invalid")


def test_rest_tells_new_from_known_by_its_status(rest):
    alice = rest("alice")
    key = new_key()
    statuses = []
    for _ in range(2):
        chat = alice.create(["bob"], key=key)["chat"]
        statuses.append(alice.status)
    send_key = new_key()
    for _ in range(2):
        alice.send(chat, "hi", key=send_key)
        statuses.append(alice.status)
    sent = alice.call("POST", f"/v1/chats/{chat}/messages", json={"body": {"text": "no key"}})
    statuses.append(alice.status)
    alice.edit(chat, sent["id"], "edited")
    assert statuses + [alice.status] == [201, 200, 201, 200, 201, 200]


def test_accepted_is_answered_as_stored_on_one_machine(live):
    alice = live("alice")
    chat = alice.create()["chat"]
    answer = alice.perform("send", {"chat": chat, "key": new_key(), "ack": "accepted",
                                    "body": {"text": "a"}})
    assert answer["seq"] == 2
    with pytest.raises(Refused) as refused:
        alice.perform("send", {"chat": chat, "key": new_key(), "ack": "never",
                               "body": {"text": "a"}})
    assert refused.value.field == "ack"


def test_an_edit_replaces_the_body(pair):
    alice, bob, chat = pair
    target = alice.send(chat, "first", meta={"v": 1})["id"]
    alice.edit(chat, target, "second")
    last = alice.edit(chat, target, "third")
    found = message(bob, chat, target)
    assert found["body"] == {"text": "third"}
    assert found["edited"] == {"id": last["id"], "ts": last["id"] >> 11}
    texts = [event["body"]["text"] for event in bob.events(chat)["events"] if "body" in event]
    assert texts == ["first", "second", "third"]


def test_only_the_author_edits(pair):
    alice, bob, chat = pair
    target = bob.send(chat, "bob's")["id"]
    assert refusal(alice.edit, chat, target, "not mine").code == "forbidden"
    assert refusal(bob.edit, chat, target + 1, "nothing there").code == "not_found"


def test_a_delete_leaves_a_tombstone(pair):
    alice, bob, chat = pair
    target = alice.send(chat, "to go")["id"]
    alice.edit(chat, target, "to go too")
    alice.react(chat, target, "👍")
    deleted = alice.delete(chat, target)
    found = message(bob, chat, target)
    assert "body" not in found
    assert found["deleted"] == {"by": alice.user, "ts": deleted["id"] >> 11}
    for event in bob.events(chat)["events"]:
        if event["kind"] in ("message", "edit"):
            assert event["gone"] is True and "body" not in event
    assert refusal(alice.edit, chat, target, "back").code == "conflict"
    assert refusal(bob.react, chat, target, "👍").code == "conflict"


def test_owners_delete_what_members_wrote_and_not_the_reverse(pair):
    alice, bob, chat = pair
    owners, members = alice.send(chat, "owner's")["id"], bob.send(chat, "member's")["id"]
    assert refusal(bob.delete, chat, owners).code == "forbidden"
    alice.delete(chat, members)
    assert message(bob, chat, members)["deleted"]["by"] == alice.user


def test_deleted_text_is_nowhere_in_what_is_read(live, rest, server):
    alice, bob = live("alice"), rest("bob")
    chat = alice.create([bob.user])["chat"]
    secret = "s3cret-" + new_key()
    target = alice.send(chat, secret)["id"]
    alice.edit(chat, target, secret + " again")
    alice.delete(chat, target)
    answers = [bob.history(chat), bob.events(chat), bob.inbox(), bob.sync(),
               bob.sync(chats={chat: {"after": 0}}), alice.history(chat), alice.sync()]
    assert secret not in repr(answers)
    assert secret not in server.log_text()


def test_reactions_are_counted(pair):
    alice, bob, chat = pair
    target = alice.send(chat, "nice")["id"]
    alice.react(chat, target, "👍")
    bob.react(chat, target, "👍")
    bob.react(chat, target, "🎉")
    assert message(alice, chat, target)["reactions"] == [
        {"emoji": "👍", "count": 2, "me": True}, {"emoji": "🎉", "count": 1, "me": False}]
    bob.react(chat, target, "👍", on=False)
    bob.react(chat, target, "🎉", on=False)
    assert message(bob, chat, target)["reactions"] == [{"emoji": "👍", "count": 1, "me": False}]
    alice.react(chat, target, "👍")  # on again, although it is on: stored, and counted once
    assert message(alice, chat, target)["reactions"] == [{"emoji": "👍", "count": 1, "me": True}]


@pytest.mark.parametrize("emoji", ["x" * 33, "/", "a/b", "?", "%41", "👍🏽", ":+1:"])
def test_any_short_text_is_a_reaction(pair, emoji):
    alice, _, chat = pair
    target = alice.send(chat, "a")["id"]
    if len(emoji) > 32:
        assert refusal(alice.react, chat, target, emoji).code == "field_invalid"
    else:
        alice.react(chat, target, emoji)
        assert message(alice, chat, target)["reactions"][0]["emoji"] == emoji


def test_marks_move_up_only_and_count_messages(pair):
    alice, bob, chat = pair
    sent = [alice.send(chat, str(n)) for n in range(4)]
    alice.react(chat, sent[0]["id"], "👍")  # no message: does not count as unread
    assert bob.mark(chat, read=sent[1]["id"]) == {
        "chat": chat, "read": {"id": sent[1]["id"], "seq": sent[1]["seq"]}, "unread": 2}
    assert bob.mark(chat, read=sent[0]["id"])["unread"] == 2
    assert bob.mark(chat, read=2**53 - 1)["unread"] == 0
    assert bob.mark(chat, delivered=sent[3]["id"])["unread"] == 0


def test_what_was_never_marked_is_the_place_before_the_first_event(pair):
    """Wherever a mark is told, in every answer alike."""
    alice, bob, chat = pair
    sent = alice.send(chat, "one")
    nowhere = {"id": 0, "seq": 0}
    assert bob.mark(chat, delivered=sent["id"])["read"] == nowhere
    assert bob.mark(chat, read=0) == {"chat": chat, "read": nowhere, "unread": 1}
    answers = [bob.sync(), bob.sync(chats={chat: {"after": 0}})]
    if hasattr(bob, "inbox"):
        answers.append(bob.inbox())
    for answer in answers:
        entry = next(entry for entry in answer["chats"] if entry["chat"] == chat)
        assert (entry["read"], entry["unread"]) == (nowhere, 1)


def test_sending_reads_up_to_it(pair):
    alice, bob, chat = pair
    alice.send(chat, "one")
    own = bob.send(chat, "two")
    entry = next(entry for entry in bob.sync()["chats"] if entry["chat"] == chat)
    assert entry["unread"] == 0 and entry["read"] == {"id": own["id"], "seq": own["seq"]}


def test_receipts_tell_who_is_there(rest):
    alice, bob = rest("alice"), rest("bob")
    chat = alice.create([bob.user])["chat"]
    first, second = alice.send(chat, "one"), alice.send(chat, "two")
    bob.mark(chat, read=first["id"], delivered=second["id"])
    answer = alice.receipts(chat, second["id"])
    assert bob.user not in [entry["user"] for entry in answer["read"]]
    assert {"user": bob.user, "id": second["id"]} in answer["delivered"]
    assert {"user": bob.user, "id": first["id"]} in alice.receipts(chat, first["id"])["read"]


def test_deleted_text_leaves_the_events_before_the_answer(start, tmp_path):
    """After a delete and a restart nothing that is read from disk says the text."""
    data = tmp_path / "data"
    server = start(data=data)
    alice = Rest(server, "alice")
    chat = alice.create()["chat"]
    secret = "s3cret-" + new_key()
    target = alice.send(chat, secret)["id"]
    alice.delete(chat, target)
    server.stop()
    alice = Rest(start(data=data), "alice")
    assert secret not in repr([alice.history(chat), alice.events(chat), alice.inbox()])
    assert all(secret.encode() not in path.read_bytes()
               for path in Path(data).rglob("*.sst"))
