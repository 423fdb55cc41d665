"""Pages, catching up, sync, the inbox, cursors."""

import pytest

from driver.operations import Refused, new_key

pytestmark = pytest.mark.sanitizers


@pytest.fixture
def chat_of_120(live):
    """(alice, chat, places): messages at seq 2 to 121, then a reaction to every tenth of them."""
    alice = live("alice")
    chat = alice.create()["chat"]
    numbers = [alice.post("send", {"chat": chat, "key": new_key(), "body": {"text": str(n)}})
               for n in range(120)]
    places = [alice.answer(number) for number in numbers]
    for place in places[::10]:
        alice.react(chat, place["id"], "👍")
    return alice, chat, places


@pytest.fixture(params=["websocket", "rest"])
def reading(request, chat_of_120, rest):
    alice, chat, places = chat_of_120
    user = alice if request.param == "websocket" else rest(user=alice.user)
    return user, chat, places


def ids(entries):
    return [entry["id"] for entry in entries]


def test_pages_backwards_meet_and_cover_everything(reading):
    user, chat, places = reading
    page = user.history(chat, limit=50)
    assert page["next"] is None and page["range"]["to"] == page["head"]["seq"] == 133
    seen = ids(page["messages"])
    while page["prev"] is not None:
        older = user.history(chat, before=page["prev"], limit=50)
        assert older["range"]["to"] + 1 == page["range"]["from"]
        seen = ids(older["messages"]) + seen
        page = older
    assert page["range"]["from"] == 1
    assert seen[1:] == ids(places)


def test_pages_forwards_meet_and_cover_everything(reading):
    user, chat, places = reading
    page = user.history(chat, after=0, limit=40)
    seen = ids(page["messages"])
    assert page["range"]["from"] == 1
    while page["next"] is not None:
        newer = user.history(chat, after=page["next"], limit=40)
        assert newer["range"] is None or newer["range"]["from"] == page["range"]["to"] + 1
        seen += ids(newer["messages"])
        page = newer
    assert seen[1:] == ids(places)


def test_before_and_after_exclude_their_id_and_around_includes_it(reading):
    user, chat, places = reading
    middle = places[60]["id"]
    assert ids(user.history(chat, before=middle, limit=3)["messages"]) == ids(places[57:60])
    assert ids(user.history(chat, after=middle, limit=3)["messages"]) == ids(places[61:64])
    assert ids(user.history(chat, around=middle, limit=5)["messages"]) == ids(places[58:63])
    assert ids(user.history(chat, around=middle, limit=4)["messages"]) == ids(places[58:62])
    assert ids(user.history(chat, around=middle, limit=1)["messages"]) == [middle]


def test_at_begins_with_the_first_of_that_millisecond(reading):
    user, chat, places = reading
    moment = places[60]["id"] >> 11
    expected = [place["id"] for place in places if place["id"] >> 11 >= moment][:5]
    assert ids(user.history(chat, at=moment, limit=5)["messages"]) == expected
    assert user.history(chat, at=moment + 10**9, limit=5)["messages"] == []


def test_an_id_need_not_exist(reading):
    user, chat, places = reading
    between = places[60]["id"] - 1
    page = user.history(chat, after=between, limit=2)
    assert ids(page["messages"]) == ids([place for place in places if place["id"] > between][:2])


def test_the_empty_page_at_the_end(reading):
    user, chat, _ = reading
    head = user.history(chat, limit=1)["head"]
    page = user.history(chat, after=head["id"])
    assert (page["messages"], page["range"], page["next"]) == ([], None, None)


def test_reactions_are_folded_into_every_page(reading):
    user, chat, places = reading
    page = user.history(chat, around=places[50]["id"], limit=3)
    with_reaction = [entry["id"] for entry in page["messages"] if "reactions" in entry]
    assert with_reaction == [places[50]["id"]]


@pytest.mark.parametrize("position, field", [
    ({"limit": 0}, "limit"), ({"limit": 201}, "limit"), ({"limit": -1}, "limit"),
    ({"before": -1}, "before"), ({"after": 2**53}, "after"), ({"around": "x"}, "around")])
def test_a_position_out_of_range_is_named(reading, position, field):
    user, chat, _ = reading
    with pytest.raises(Refused) as refused:
        user.history(chat, **position)
    assert (refused.value.code, refused.value.field) == ("field_invalid", field)


def test_two_positions_are_one_too_many(reading):
    user, chat, places = reading
    with pytest.raises(Refused) as refused:
        user.history(chat, before=places[1]["id"], after=places[0]["id"])
    assert refused.value.code == "field_invalid"


def test_events_are_the_raw_log_page_by_page(reading):
    user, chat, _ = reading
    events = user.all_events(chat, limit=50)
    assert [event["seq"] for event in events] == list(range(1, 134))
    assert [event["kind"] for event in events[121:]] == ["react"] * 12
    last = user.events(chat, after=events[-1]["id"])
    assert (last["events"], last["complete"]) == ([], True)


def test_sync_brings_what_was_missed(reading):
    user, chat, places = reading
    entry = user.sync(chats={chat: {"after": places[100]["id"]}}, limit=10)["chats"][0]
    assert entry["chat"] == chat and entry["type"] == "group" and entry["role"] == "owner"
    assert entry["head"]["seq"] == 133 and entry["complete"] is False
    assert ids(entry["events"]) == ids(places[101:111])
    entry = user.sync(chats={chat: {"after": places[119]["id"]}})["chats"][0]
    assert entry["complete"] is True and len(entry["events"]) == 12


def test_sync_of_an_unnamed_chat_brings_its_newest_page(api):
    alice, bob = api("alice"), api("bob")
    chat = alice.create([bob.user], title="New")["chat"]
    alice.send(chat, "one")
    answer = bob.sync(chats={})
    entry = next(entry for entry in answer["chats"] if entry["chat"] == chat)
    assert entry["title"] == "New" and entry["unread"] >= 1 and "events" not in entry
    page = bob.history(chat)
    assert page["messages"][-1]["body"]["text"] == "one"
    assert {name: entry[name] for name in page} == page


def test_sync_of_a_foreign_chat_says_so(api):
    alice, eve = api("alice"), api("eve")
    chat = alice.create()["chat"]
    entry = eve.sync(chats={chat: {"after": 0}})["chats"][0]
    assert entry["chat"] == chat and entry["error"]["code"] == "not_found"


def test_sync_in_batches(rest):
    alice = rest("alice")
    chats = [alice.create(title=str(n))["chat"] for n in range(60)]
    named = chats[5]
    first = alice.sync(chats={named: {"after": 0}})
    assert first["chats"][0]["chat"] == named and len(first["chats"]) == 50
    second = alice.sync(chats={named: {"after": 0}}, cursor=first["next"])
    assert second["next"] is None
    seen = [entry["chat"] for entry in first["chats"] + second["chats"]]
    assert sorted(seen) == sorted(chats)


def test_the_inbox_is_latest_first(rest):
    alice, bob = rest("alice"), rest("bob")
    chats = [alice.create([bob.user], title=str(n))["chat"] for n in range(5)]
    for chat in (chats[3], chats[0], chats[4]):
        alice.send(chat, "to " + chat)
    answer = bob.inbox(limit=3)
    assert [entry["chat"] for entry in answer["chats"]] == [chats[4], chats[0], chats[3]]
    top = answer["chats"][0]
    assert top["last"]["body"]["text"] == "to " + chats[4] and top["role"] == "member"
    assert top["head"]["seq"] == 2 and top["unread"] >= 1
    rest_of_it = bob.inbox(limit=3, cursor=answer["next"])
    assert [entry["chat"] for entry in rest_of_it["chats"]] == [chats[2], chats[1]]
    assert rest_of_it["next"] is None


def test_a_cursor_of_another_user_or_call_is_refused(rest):
    alice, bob = rest("alice"), rest("bob")
    chats = [alice.create([bob.user, "carol"])["chat"] for n in range(3)]
    inbox = alice.inbox(limit=1)["next"]
    members = alice.members(chats[0], limit=1)["next"]

    def code(call, *arguments, **fields):
        with pytest.raises(Refused) as refused:
            call(*arguments, **fields)
        return refused.value.code

    assert code(bob.inbox, cursor=inbox) == "cursor_invalid"
    assert code(alice.inbox, cursor=members) == "cursor_invalid"
    assert code(alice.members, chats[1], cursor=members) == "cursor_invalid"
    assert code(alice.sync, cursor=inbox) == "cursor_invalid"
    forged = ("A" if inbox[0] != "A" else "B") + inbox[1:]
    for wrong in (forged, "x", "%%%", inbox[:-1], inbox + "A"):
        assert code(alice.inbox, cursor=wrong) == "cursor_invalid"


def test_me(rest):
    alice = rest("alice")
    answer = alice.me()
    assert answer["user"] == alice.user and answer["time"] > 1_600_000_000_000
    assert answer["limits"]["page"] == 200 and answer["limits"]["text_bytes"] == 16384


def test_both_transports_and_all_members_read_the_same(live, rest):
    alice, bob = live("alice"), live("bob")
    chat = alice.create([bob.user])["chat"]
    for n in range(5):
        target = alice.send(chat, f"a{n}")["id"]
        bob.send(chat, f"b{n}", reply_to=target)
    alice.edit(chat, target, "edited")
    views = [user.events(chat) for user in
             (alice, bob, rest(user=alice.user), rest(user=bob.user))]
    assert all(view == views[0] for view in views)
    pages = [user.history(chat) for user in
             (alice, bob, rest(user=alice.user), rest(user=bob.user))]
    assert all(page == pages[0] for page in pages)
