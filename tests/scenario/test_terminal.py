"""The terminal client, on a terminal."""

import re
import signal

import pytest

from driver import eventually
from driver.rest import Rest
from driver.terminal import Terminal


@pytest.fixture
def terminal(binary, server, tmp_path):
    opened = []

    def open_one(user, chat=None, at=None, **size):
        options = ["--url", (at or server).url, "--user", user, *(["--chat", chat] if chat else [])]
        opened.append(Terminal(tmp_path / f"tmux-{len(opened)}", binary, "chat", *options, **size,
                               env={"LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def test_two_terminals_talk(server, terminal, name):
    alice, bob = name("alice"), name("bob")
    rest = Rest(server, alice)
    chat = rest.create([bob], title="Terminal talk")["chat"]
    rest.send(chat, "from before")
    one, other = terminal(alice, chat), terminal(bob, chat)
    for screen in (one, other):
        assert "Terminal talk" in screen.wait_for("from before")
    one.type("Grüße from a terminal")
    one.press("Enter")
    other.wait_for("Grüße from a terminal")
    one.wait_for("Grüße from a terminal")
    other.type("and back")
    other.press("Enter")
    one.wait_for("and back")
    rest.send(chat, "and by REST")
    other.wait_for("and by REST")
    assert [entry["body"]["text"] for entry in rest.history(chat)["messages"][1:]] == [
        "from before", "Grüße from a terminal", "and back", "and by REST"]
    one.type("/quit")
    one.press("Enter")
    assert one.ended()


def texts(user, chat):
    return [entry["body"]["text"] for entry in user.history(chat)["messages"]
            if entry["kind"] == "message"]


def test_a_text_goes_to_the_chat_that_is_being_opened(start, terminal):
    server = start()
    alice = Rest(server, "alice")
    before = alice.create(title="Before")["chat"]
    screen = terminal("alice", before, at=server)
    screen.wait_for("connected")
    server.signal(signal.SIGSTOP)
    try:
        screen.enter("/dm bob")
        screen.enter("for bob alone")
        screen.enter("/leave")
        screen.wait_for("still opening bob")
        assert "opening bob …" in screen.screen() and "for bob alone … waiting" in screen.screen()
    finally:
        server.signal(signal.SIGCONT)
    screen.wait_for("for bob alone ✓")
    chats = [chat["chat"] for chat in Rest(server, "bob").inbox()["chats"]]
    assert [texts(alice, chat) for chat in chats] == [["for bob alone"]]
    assert texts(alice, before) == [] and alice.chat(before)["role"] == "owner"


def test_a_text_for_a_chat_that_is_refused_comes_back(start, terminal):
    server = start()
    before = Rest(server, "alice").create(title="Before")["chat"]
    screen = terminal("alice", before, at=server)
    screen.wait_for("connected")
    server.signal(signal.SIGSTOP)
    try:
        screen.enter("/join g-unknown")
        screen.enter("for the unknown")
        screen.wait_for("for the unknown … waiting")
    finally:
        server.signal(signal.SIGCONT)
    screen.wait_for("> for the unknown")
    assert texts(Rest(server, "alice"), before) == []


def test_a_text_without_a_chat_stays_in_the_input_line(server, terminal, name):
    screen = terminal(name("alone"))
    screen.wait_for("no chats yet")
    screen.enter("hello?")
    screen.wait_for("open a chat first")
    assert "> hello?" in screen.screen()


def test_who_is_in_a_chat_and_here(server, terminal, live, name):
    alice = name("alice")
    bob = live("bob")
    chat = Rest(server, alice).create([bob.user, name("carl")], title="Who")["chat"]
    screen = terminal(alice, chat)
    screen.wait_for("connected")
    screen.enter("/who")
    shown = screen.wait_for("here now: ")
    assert "3 members" in shown and f"{bob.user}" in shown


def test_a_small_terminal_shows_all_of_the_help(server, terminal, name):
    screen = terminal(name("small"), columns=40, rows=20)
    screen.wait_for("no chats yet")
    screen.enter("/help")
    assert "/who" not in screen.wait_for("/chats  ")
    screen.press("PageDown")
    screen.wait_for("/who")
    screen.press("PageDown")
    screen.wait_for("new elsewhere")
    screen.press("PageUp")
    screen.press("PageUp")
    screen.wait_for("/chats  ")


def test_the_date_of_what_is_scrolled_to_is_in_the_header(server, terminal, name):
    alice = name("alice")
    rest = Rest(server, alice)
    chat = rest.create(title="Long")["chat"]
    for number in range(40):
        rest.send(chat, f"line {number}")
    screen = terminal(alice, chat)
    screen.wait_for("line 39")
    day = re.compile(r"day, \d+ \w+ 20\d\d")
    assert not day.search(screen.screen().splitlines()[0])
    screen.press("PageUp")
    eventually(lambda: day.search(screen.screen().splitlines()[0]))


def test_what_is_new_in_other_chats_is_counted(server, terminal, name):
    alice, bob = name("alice"), name("bob")
    looked_at = Rest(server, alice).create(title="Looked at")["chat"]
    rest = Rest(server, bob)
    for text in ("one", "two"):
        rest.send(rest.create([alice], title=text)["chat"], text)
    terminal(alice, looked_at).wait_for("2 new elsewhere")
