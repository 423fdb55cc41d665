"""The REST side of the same operations."""

from urllib.parse import quote

import requests

from driver import PATIENCE_S
from driver.operations import Operations, Refused


class Rest(Operations):
    def __init__(self, server, user=None, token=None):
        self.user = user
        self.server = server
        self.session = requests.Session()
        self.session.verify = False
        token = token or (server.token(user) if user else None)
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"
        self.status = None

    def http(self, method, path, **options):
        """The bare answer to a call."""
        return self.session.request(method, self.server.url + path, timeout=PATIENCE_S, **options)

    def call(self, method, path, key=None, **options):
        """The answer's JSON, or Refused."""
        headers = {"Idempotency-Key": key} if key else {}
        answer = self.http(method, path, headers=headers, **options)
        self.status = answer.status_code
        assert answer.headers["Cache-Control"] == "no-store"
        if answer.status_code >= 400:
            raise Refused(answer.json()["error"], answer.status_code)
        return answer.json()

    def perform(self, operation, fields):
        method, path, body, query = route(operation, dict(fields), self.user)
        key = fields.get("key")
        if method in ("GET", "DELETE") or body is None:
            return self.call(method, path, key, params=query)
        return self.call(method, path, key, json=body)

    def inbox(self, **query):
        return self.call("GET", "/v1/inbox", params=query)

    def chat(self, chat):
        return self.call("GET", f"/v1/chats/{chat}")

    def members(self, chat, **query):
        return self.call("GET", f"/v1/chats/{chat}/members", params=query)

    def receipts(self, chat, event_id):
        return self.call("GET", f"/v1/chats/{chat}/receipts", params={"id": event_id})

    def me(self):
        return self.call("GET", "/v1/me")


def route(operation, fields, me):
    """(method, path, body, query) of an operation."""
    fields.pop("key", None)
    if operation == "sync":
        return "POST", "/v1/sync", fields, None
    if operation == "create":
        return "POST", "/v1/chats", fields, None
    chat = "/v1/chats/" + quote(fields.pop("chat"), safe="")
    if operation == "update":
        return "PATCH", chat, fields, None
    if operation in ("history", "events"):
        return "GET", chat + ("/messages" if operation == "history" else "/events"), None, fields
    if operation == "mark":
        return "PUT", chat + "/read", fields, None
    if operation == "send":
        return "POST", chat + "/messages", fields, None
    if operation in ("edit", "delete"):
        path = f"{chat}/messages/{fields.pop('target')}"
        return ("PATCH" if operation == "edit" else "DELETE"), path, fields, None
    if operation == "react":
        emoji = quote(fields["emoji"], safe="")
        path = f"{chat}/messages/{fields['target']}/reactions/{emoji}"
        return ("PUT" if fields["on"] else "DELETE"), path, None, None
    return route_member(operation, chat, fields, me)


def route_member(operation, chat, fields, me):
    if operation == "invite":
        user, body = fields["users"][0], {"role": fields["role"]}
    elif operation == "set_role":
        user, body = fields["user"], {"role": fields["role"]}
    elif operation == "join":
        user, body = me, {}
    else:
        user, body = fields.get("user", me), None
    path = f"{chat}/members/{quote(user, safe='')}"
    return ("DELETE" if body is None else "PUT"), path, body, None
