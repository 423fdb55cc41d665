"""The server is held to api/openapi.json by requests that schemathesis makes up from it."""

import json
import re
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance, negative_data_rejection, response_headers_conformance,
    response_schema_conformance, status_code_conformance)

from driver.operations import new_key
from driver.rest import Rest

FILE = Path(__file__).resolve().parent.parent.parent / "api" / "openapi.json"
DOCUMENT = json.loads(FILE.read_text(encoding="utf-8"))
CALLS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods
         if path not in ("/v1/openapi.json", "/v1/asyncapi.json")]
VALID = {"chat": r"[A-Za-z0-9._:-]{1,64}", "id": r"\d{1,15}"}
EXAMPLES = 30
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance,
          response_headers_conformance, response_schema_conformance, negative_data_rejection]


@pytest.fixture(scope="module")
def world(server):
    """Things that exist, so that made-up requests meet them: a token, a chat, a message."""
    alice = Rest(server, "alice")
    chat = alice.create(["bob"], title="World")["chat"]
    target = alice.send(chat, "hello")["id"]
    alice.react(chat, target, "👍")
    return {"token": server.token("alice"), "chat": chat, "id": target}


@pytest.fixture(scope="module")
def schema(server):
    loaded = schemathesis.openapi.from_dict(DOCUMENT)
    loaded.config.update(base_url=server.url)
    # Bytes are what the server bounds and characters what a schema can: ASCII makes them equal.
    loaded.config.generation.update(codec="ascii", allow_x00=False)
    return loaded


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
                         ids=["valid", "invalid"])
@pytest.mark.parametrize("path, method", CALLS, ids=[" ".join(call) for call in CALLS])
def test_every_call_keeps_to_the_document(schema, world, path, method, mode):
    strategy = schema[path][method].as_strategy(generation_mode=mode)

    @hypothesis.settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
                         phases=[hypothesis.Phase.generate],
                         suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(case=strategy, real=strategies.booleans())
    def call(case, real):
        if real:  # half of the calls meet what exists, unless the path is what is wrong with them
            case.path_parameters = {
                name: world[name] if re.fullmatch(VALID.get(name, "$."), str(value)) else value
                for name, value in (case.path_parameters or {}).items()}
        if mode is GenerationMode.POSITIVE and "Idempotency-Key" in (case.headers or {}):
            case.headers["Idempotency-Key"] = new_key()  # a key is of its moment
        case.call_and_validate(headers={"Authorization": "Bearer " + world["token"]},
                               checks=CHECKS)

    call()


def test_the_document_is_served(rest):
    answer = rest("alice").http("GET", "/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == DOCUMENT


def test_every_code_of_the_document_is_in_the_protocol(root):
    """The document and docs/protocol.md name the same error codes."""
    codes = DOCUMENT["components"]["schemas"]["Error"]["properties"]["code"]["enum"]
    text = (root / "docs" / "protocol.md").read_text()
    assert [code for code in codes if f"`{code}`" not in text] == []
