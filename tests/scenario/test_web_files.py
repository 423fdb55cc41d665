"""The web app as browsers get it: its page, what the page loads, and nothing else."""

import gzip
import http.client
import re

import pytest

from driver import PATIENCE_S
from driver.raw import Raw

pytestmark = pytest.mark.sanitizers

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def get(server):
    """get("/path", method, **headers): status, headers in lower case, body as it came."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)

    def ask(path, method="GET", **headers):
        connection.request(method, path, headers={name.replace("_", "-"): value
                                                  for name, value in headers.items()})
        answer = connection.getresponse()
        return (answer.status, {name.lower(): value for name, value in answer.getheaders()},
                answer.read())

    yield ask
    connection.close()


@pytest.fixture
def loaded(get):
    """The paths that the page names, and what browsers look for besides."""
    paths = re.findall(r'(?:src|href)="(/[^"]*)"', get("/")[2].decode())
    assert "/manifest.webmanifest" in paths and any(path.endswith(".js") for path in paths), paths
    return [*paths, "/sw.js"]


def test_the_address_shows_the_app(get):
    status, headers, body = get("/")
    assert status == 200 and headers["content-type"] == "text/html; charset=utf-8"
    assert b'<div id="root">' in body and int(headers["content-length"]) == len(body)
    assert headers["cache-control"] == "no-cache" and headers["vary"] == "Accept-Encoding"
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'" and policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert get("/index.html")[2] == body


def test_the_page_keeps_to_its_policy(get):
    page = get("/")[2].decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page), page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page), page


def test_all_that_the_page_loads_is_there(get, loaded):
    types = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
             ".svg": "image/svg+xml", ".png": "image/png",
             ".webmanifest": "application/manifest+json"}
    for path in loaded:
        status, headers, body = get(path)
        assert status == 200 and body, path
        assert headers["content-type"] == types["." + path.rsplit(".", 1)[1]], path
        kept = "public, max-age=31536000, immutable" if path.startswith("/assets/") else "no-cache"
        assert headers["cache-control"] == kept, path


def test_each_coding_has_its_own_etag(get, loaded):
    script = next(path for path in loaded if path.startswith("/assets/") and path.endswith(".js"))
    _, plain_headers, plain = get(script)
    assert "content-encoding" not in plain_headers
    etags = {plain_headers["etag"]}
    for accepted, coding in [("br, gzip", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"),
                             ("br;q=0.1, gzip;q=0.9", "gzip")]:
        _, headers, body = get(script, Accept_Encoding=accepted)
        assert headers["content-encoding"] == coding and headers["vary"] == "Accept-Encoding"
        assert len(body) == int(headers["content-length"]) < len(plain)
        assert coding == "br" or gzip.decompress(body) == plain
        etags.add(headers["etag"])
    assert len(etags) == 3


def test_what_the_browser_has_is_not_sent_again(get, loaded):
    for path in ["/", *loaded]:
        _, headers, _ = get(path, Accept_Encoding="br")
        status, again, body = get(path, Accept_Encoding="br", If_None_Match=headers["etag"])
        assert (status, body) == (304, b"") and again["etag"] == headers["etag"], path
        assert get(path, If_None_Match='"other"')[0] == 200


def test_head_says_what_get_would(get):
    _, of_get, body = get("/", Accept_Encoding="gzip")
    status, of_head, nothing = get("/", "HEAD", Accept_Encoding="gzip")
    assert (status, nothing) == (200, b"") and of_head == of_get
    assert int(of_head["content-length"]) == len(body)
    status, headers, _ = get("/", "POST")
    assert status == 405 and headers["allow"] == "GET, HEAD"


def test_a_link_to_a_chat_shows_the_app(get):
    page = get("/")[2]
    for path in ("/chat/g-5c", "/chat/d-alice~bob?at=5", "/chat/a%2Fb/c"):
        status, headers, body = get(path, **PAGE)
        assert (status, body) == (200, page) and "Accept" in headers["vary"].split(", "), path
    status, headers, _ = get("/chat/g-5c", Accept="application/json")
    assert status == 404 and headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/nothing", "/chat", "/assets/", "/assets/nothing.js",
                                  "/v1/nothing", "/v1/chat/x", "/v1/", "/v1"])
def test_an_unknown_path_is_refused_in_json(get, path):
    status, headers, body = get(path, **PAGE)
    assert status == 404 and headers["content-type"] == "application/json"
    assert b'"not_found"' in body


@pytest.mark.parametrize("path", [
    "/../index.html", "/assets/../index.html", "/assets/../../../etc/passwd", "/./index.html",
    "/%2e%2e/%2e%2e/etc/passwd", "/assets/%2e%2e/index.html", "//etc/passwd", "/..%2findex.html",
    "/assets/..%5cindex.html", "/index.html%00", "/index.html/", "/assets/index.html"])
def test_nothing_is_reached_by_detours(server, path):
    with Raw(server) as raw:
        raw.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n")
        status, headers, body = raw.http_answer()
    assert status == 404 and headers["content-type"] == "application/json", body
    assert b"root:" not in body
