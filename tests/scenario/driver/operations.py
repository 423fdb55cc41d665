"""The protocol's operations, the same over both transports: what tests call."""

import os
import time


class Refused(Exception):
    """An error answer: its code, and the rest of it."""

    def __init__(self, error, status=None):
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.error = error
        self.code = error["code"]
        self.field = error.get("field")
        self.status = status


def new_key(at_ms=None):
    """A UUIDv7 for now, or for the given moment."""
    at_ms = int(time.time() * 1000) if at_ms is None else at_ms
    number = at_ms << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    text = f"{number:032x}"
    return "-".join([text[:8], text[8:12], text[12:16], text[16:20], text[20:]])


class Operations:
    """Each method is one operation; `perform` puts it on the wire and returns `ok` or raises."""

    def perform(self, operation, fields):
        raise NotImplementedError

    def _append(self, operation, key, **fields):
        return self.perform(operation, {"key": key or new_key(), **fields})

    def create(self, members=(), kind="group", key=None, **settings):
        return self._append("create", key, type=kind, members=list(members), **settings)

    def update(self, chat, key=None, **settings):
        return self._append("update", key, chat=chat, **settings)

    def send(self, chat, text="hi", key=None, **body):
        return self._append("send", key, chat=chat, body={"text": text, **body})

    def edit(self, chat, target, text, key=None):
        return self._append("edit", key, chat=chat, target=target, body={"text": text})

    def delete(self, chat, target, key=None):
        return self._append("delete", key, chat=chat, target=target)

    def react(self, chat, target, emoji, on=True, key=None):
        return self._append("react", key, chat=chat, target=target, emoji=emoji, on=on)

    def invite(self, chat, user, role="member", key=None):
        return self._append("invite", key, chat=chat, users=[user], role=role)

    def remove(self, chat, user, key=None):
        return self._append("remove", key, chat=chat, user=user)

    def set_role(self, chat, user, role, key=None):
        return self._append("set_role", key, chat=chat, user=user, role=role)

    def join(self, chat, key=None):
        return self._append("join", key, chat=chat)

    def leave(self, chat, key=None):
        return self._append("leave", key, chat=chat)

    def mark(self, chat, **marks):
        return self.perform("mark", {"chat": chat, **marks})

    def history(self, chat, **position):
        return self.perform("history", {"chat": chat, **position})

    def events(self, chat, after=0, **fields):
        return self.perform("events", {"chat": chat, "after": after, **fields})

    def sync(self, **fields):
        return self.perform("sync", fields)

    def all_events(self, chat, limit=200):
        """The whole log that this user may read, paged through `events`."""
        found, after = [], 0
        while True:
            answer = self.events(chat, after=after, limit=limit)
            found += answer["events"]
            if answer["complete"]:
                return found
            assert answer["events"], "an incomplete answer with nothing in it"
            after = answer["events"][-1]["id"]

    def all_messages(self, chat, limit=50):
        """The whole folded history, paged backwards from the newest page."""
        page = self.history(chat, limit=limit)
        found = page["messages"]
        while page["prev"] is not None:
            page = self.history(chat, before=page["prev"], limit=limit)
            found = page["messages"] + found
        return found
