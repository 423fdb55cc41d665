"""Chats, members, roles, and who may read what."""

import pytest

from driver.operations import Refused, new_key

pytestmark = pytest.mark.sanitizers


def refusal(call, *arguments, **fields):
    with pytest.raises(Refused) as refused:
        call(*arguments, **fields)
    return refused.value.code


def texts(user, chat):
    return [entry["body"]["text"] for entry in user.all_messages(chat)
            if entry["kind"] == "message" and "body" in entry]


def test_a_group_begins_with_its_settings_and_members(api):
    alice, bob = api("alice"), api("bob")
    made = alice.create([bob.user], title="Plans", topic="May", visibility="full", joinable=True)
    assert made["created"] is True and made["seq"] == 1
    first = bob.history(made["chat"])["messages"][0]
    assert first["kind"] == "chat" and first["from"] == alice.user
    assert first["created"] is True and first["type"] == "group"
    assert first["members"] == [alice.user, bob.user]
    changes = first["changes"]
    assert changes["title"] == "Plans" and changes["topic"] == "May"
    assert changes["visibility"] == "full" and changes["joinable"] is True


def test_the_same_creation_gives_the_same_chat(api):
    alice, bob = api("alice"), api("bob")
    key = new_key()
    made = alice.create([bob.user], key=key)
    assert alice.create([bob.user], key=key) == {**made, "created": False}
    assert alice.create([bob.user])["chat"] != made["chat"]


def test_a_direct_chat_is_the_same_from_both_sides(api):
    alice, bob = api("alice"), api("bob")
    made = alice.create([bob.user], kind="direct")
    again = bob.create([alice.user], kind="direct")
    assert again["chat"] == made["chat"] and again["created"] is False
    bob.send(made["chat"], "hello")
    assert texts(alice, made["chat"]) == ["hello"]


def test_a_direct_chat_has_exactly_two(api):
    alice = api("alice")
    for members in ([], [alice.user], ["b", "c"]):
        assert refusal(alice.create, members, kind="direct") == "field_invalid"
    chat = alice.create(["somebody"], kind="direct")["chat"]
    assert refusal(alice.invite, chat, "third") == "forbidden"
    assert refusal(alice.remove, chat, "somebody") == "forbidden"
    assert refusal(alice.update, chat, title="Us") == "forbidden"
    assert refusal(alice.leave, chat) == "forbidden"


def test_the_chat_tells_its_settings(rest):
    alice = rest("alice")
    chat = alice.create(["bob", "carol"], title="Plans")["chat"]
    answer = alice.chat(chat)
    assert (answer["type"], answer["title"], answer["role"]) == ("group", "Plans", "owner")
    assert (answer["visibility"], answer["joinable"], answer["members"]) == ("joined", False, 3)
    assert answer["head"]["seq"] == 1


def test_update_changes_only_what_it_names(api, rest):
    alice, bob = api("alice"), api("bob")
    chat = alice.create([bob.user], title="Old", topic="Same")["chat"]
    alice.update(chat, title="New")
    event = bob.events(chat)["events"][-1]
    assert event["kind"] == "chat" and event["changes"] == {"title": "New"}
    answer = rest(user=alice.user).chat(chat)
    assert (answer["title"], answer["topic"]) == ("New", "Same")
    assert refusal(bob.update, chat, title="Mine") == "forbidden"


def test_an_unknown_chat_and_a_foreign_one_answer_alike(api):
    alice, eve = api("alice"), api("eve")
    chat = alice.create()["chat"]
    target = alice.send(chat, "private")["id"]
    for other in (chat, "g-" + "0" * 32):
        assert refusal(eve.history, other) == "not_found"
        assert refusal(eve.events, other) == "not_found"
        assert refusal(eve.send, other, "hi") == "not_found"
        assert refusal(eve.edit, other, target, "hi") == "not_found"
        assert refusal(eve.react, other, target, "👍") == "not_found"
        assert refusal(eve.mark, other, read=target) == "not_found"
        assert refusal(eve.invite, other, eve.user) == "not_found"
        assert refusal(eve.leave, other) == "not_found"
        assert refusal(eve.join, other) == "not_found"


def test_roles(api):
    alice, bob, carol = api("alice"), api("bob"), api("carol")
    chat = alice.create([bob.user, carol.user])["chat"]
    assert refusal(bob.invite, chat, "dave") == "forbidden"
    assert refusal(bob.set_role, chat, carol.user, "admin") == "forbidden"
    alice.set_role(chat, bob.user, "admin")
    event = carol.events(chat)["events"][-1]
    assert (event["kind"], event["change"], event["role"]) == ("member", "role", "admin")
    assert event["users"] == [bob.user]
    bob.invite(chat, "dave")
    bob.update(chat, title="By an admin")
    assert refusal(bob.set_role, chat, carol.user, "owner") == "forbidden"
    bob.remove(chat, carol.user)
    assert refusal(carol.send, chat, "still here?") == "not_found"
    assert refusal(alice.leave, chat) == "conflict"  # the last owner, and others are in it
    alice.set_role(chat, bob.user, "owner")
    alice.leave(chat)


def test_members_are_listed_page_by_page(rest):
    alice = rest("alice")
    invited = [f"member-{n:02}" for n in range(7)]
    chat = alice.create(invited)["chat"]
    found, cursor, pages = [], None, 0
    while True:
        answer = alice.members(chat, limit=3, **({"cursor": cursor} if cursor else {}))
        found += answer["members"]
        pages += 1
        cursor = answer["next"]
        if cursor is None:
            break
    assert sorted(entry["user"] for entry in found) == sorted(invited + [alice.user])
    assert {entry["role"] for entry in found} == {"owner", "member"} and pages >= 3
    assert all(entry["since"] > 0 for entry in found)


def test_who_joins_sees_from_then_on(api):
    alice, bob = api("alice"), api("bob")
    chat = alice.create()["chat"]
    before = alice.send(chat, "before")["id"]
    alice.invite(chat, bob.user)
    alice.send(chat, "after")
    assert texts(bob, chat) == ["after"]
    assert [event["seq"] for event in bob.all_events(chat)] == [3, 4]
    page = bob.history(chat)
    assert page["prev"] is None and page["messages"][0]["kind"] == "member"
    reacted = alice.react(chat, before, "👍")  # its target is hidden from bob, and so is it
    hidden = bob.events(chat)["events"][-1]
    assert hidden == {"chat": chat, "id": reacted["id"], "seq": reacted["seq"],
                      "ts": reacted["id"] >> 11, "kind": "hidden"}
    assert refusal(bob.react, chat, before, "👍") == "not_found"


def test_full_visibility_shows_what_was_before(api):
    alice, bob = api("alice"), api("bob")
    chat = alice.create(visibility="full")["chat"]
    alice.send(chat, "before")
    alice.invite(chat, bob.user)
    assert texts(bob, chat) == ["before"]


def test_a_member_who_left_reads_up_to_it(api):
    alice, bob = api("alice"), api("bob")
    chat = alice.create([bob.user])["chat"]
    alice.send(chat, "one")
    left = bob.leave(chat)
    alice.send(chat, "two")
    assert texts(bob, chat) == ["one"]
    page = bob.history(chat)
    assert page["head"] == {"id": left["id"], "seq": left["seq"]} and page["next"] is None
    assert refusal(bob.send, chat, "three") == "not_found"
    entry = bob.sync(chats={chat: {"after": 0}})["chats"][0]
    assert entry["left"] is True and entry["events"][-1]["seq"] == left["seq"]


def test_two_stays_leave_a_hole_that_is_named(api):
    alice, bob = api("alice"), api("bob")
    chat = alice.create([bob.user])["chat"]
    alice.send(chat, "first stay")
    alice.remove(chat, bob.user)  # seq 3
    alice.send(chat, "not for bob")
    alice.send(chat, "nor this")
    alice.invite(chat, bob.user)  # seq 6
    alice.send(chat, "second stay")
    assert texts(bob, chat) == ["first stay", "second stay"]
    page = bob.history(chat)
    assert page["range"] == {"from": 1, "to": 7, "complete": False}
    assert page["missing"] == [{"from": 4, "to": 5, "why": "not_member"}]
    answer = bob.events(chat)
    assert [event["seq"] for event in answer["events"]] == [1, 2, 3, 6, 7]
    assert answer["missing"] == [{"from": 4, "to": 5, "why": "not_member"}]
    assert texts(alice, chat) == ["first stay", "not for bob", "nor this", "second stay"]


def test_joining_needs_a_joinable_chat(api):
    alice, bob = api("alice"), api("bob")
    chat = alice.create(joinable=True)["chat"]
    joined = bob.join(chat)
    event = alice.events(chat)["events"][-1]
    assert (event["id"], event["change"], event["users"]) == (joined["id"], "joined", [bob.user])
    bob.send(chat, "here")
    alice.update(chat, joinable=False)
    assert refusal(api("carol").join, chat) == "not_found"
    bob.leave(chat)
    assert refusal(bob.join, chat) == "forbidden"


def test_a_joinable_chat_shows_its_settings_and_nothing_else(rest):
    alice, eve = rest("alice"), rest("eve")
    chat = alice.create(joinable=True, title="Open")["chat"]
    answer = eve.chat(chat)
    assert (answer["title"], answer["role"], answer["members"]) == ("Open", None, 1)
    assert answer["head"] == {"id": 0, "seq": 0}
    assert refusal(eve.history, chat) == refusal(eve.members, chat) == "not_found"
    assert refusal(eve.receipts, chat, 1) == "not_found"
    alice.update(chat, joinable=False)
    assert refusal(eve.chat, chat) == "not_found"


def test_members_and_receipts_are_for_those_who_are_in(rest):
    alice, bob = rest("alice"), rest("bob")
    chat = alice.create([bob.user])["chat"]
    sent = alice.send(chat, "one")
    assert bob.members(chat)["members"] and bob.receipts(chat, sent["id"])
    bob.leave(chat)
    assert refusal(bob.members, chat) == refusal(bob.receipts, chat, sent["id"]) == "forbidden"


def test_receipts_are_of_chats_of_up_to_a_hundred(live, rest):
    alice = live("alice")
    chat = alice.create([f"guest-{n}" for n in range(99)])["chat"]
    sent = alice.send(chat, "one")
    reader = rest(user=alice.user)
    assert reader.receipts(chat, sent["id"])["read"] == [{"user": alice.user, "id": sent["id"]}]
    alice.invite(chat, "one more")
    assert refusal(reader.receipts, chat, sent["id"]) == "too_large"
    assert reader.status == 413


def test_many_are_invited_at_once(live):
    alice = live("alice")
    chat = alice.create()["chat"]
    users = [f"guest-{n}" for n in range(100)]
    alice.perform("invite", {"chat": chat, "key": new_key(), "users": users, "role": "member"})
    event = alice.events(chat)["events"][-1]
    assert event["seq"] == 2 and sorted(event["users"]) == sorted(users)
    for wrong in ([], users + ["one more"]):
        with pytest.raises(Refused) as refused:
            alice.perform("invite", {"chat": chat, "key": new_key(), "users": wrong,
                                     "role": "member"})
        assert refused.value.field == "users"


def test_nothing_reaches_who_was_removed(live):
    alice, bob, carol = live("alice"), live("bob"), live("carol")
    own = bob.create()["chat"]
    chat = alice.create([bob.user, carol.user])["chat"]
    removed = alice.remove(chat, bob.user)
    for n in range(10):
        last = alice.send(chat, str(n))
    carol.events_until(chat, last["seq"])
    seen = [push["event"]["seq"] for push in bob.pushed_before(own)
            if push.get("event", {}).get("chat") == chat]
    assert seen == [1, removed["seq"]]  # his own removal is the last thing that he is told
