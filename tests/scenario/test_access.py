"""Who gets in: keys, rotation, development login, origins, rate limits, TLS."""

import json
import socket
import ssl

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from driver import PATIENCE_S, eventually, keys
from driver.live import Live, tls_context
from driver.operations import Refused, new_key
from driver.rest import Rest
from driver.server import run

ALGORITHMS = ["HS256", "RS256", "ES256", "EdDSA"]


def get_me(server, token, **options):
    return requests.get(f"{server.url}/v1/me", headers={"Authorization": f"Bearer {token}"},
                        timeout=PATIENCE_S, **options)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_tokens_of_each_algorithm(start, tmp_path, algorithm):
    key = keys.private_key(algorithm)
    server = start("--jwt-key", str(keys.write_key(tmp_path / "key", key)), auth="jwt")
    token = keys.token(key, algorithm, "alice")
    assert get_me(server, token).json()["user"] == "alice"
    session = Live(server, token=token)
    assert session.welcome["user"] == "alice"
    session.close()
    other = keys.token("x" * 40 if algorithm == "HS256" else keys.private_key(algorithm), algorithm)
    assert get_me(server, other).status_code == 401


def test_a_key_set_chooses_by_kid(start, tmp_path):
    one, two = keys.private_key("RS256"), keys.private_key("RS256")
    entries = [{**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())), "kid": kid,
                "alg": "RS256", "use": "sig"} for key, kid in ((one, "one"), (two, "two"))]
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": entries}))
    server = start("--jwt-key", str(path), auth="jwt")
    assert get_me(server, keys.token(one, "RS256", headers={"kid": "one"})).status_code == 200
    assert get_me(server, keys.token(two, "RS256", headers={"kid": "two"})).status_code == 200
    assert get_me(server, keys.token(two, "RS256", headers={"kid": "one"})).status_code == 401


def test_issuer_and_audience(start, tmp_path):
    key = keys.private_key("HS256")
    server = start("--jwt-key", str(keys.write_key(tmp_path / "key", key)), "--jwt-issuer", "us",
                   "--jwt-audience", "chat", auth="jwt")
    assert get_me(server, keys.token(key, "HS256", iss="us", aud=["x", "chat"])).status_code == 200
    for wrong in ({"iss": "them", "aud": "chat"}, {"iss": "us", "aud": "x"}, {"iss": "us"}):
        assert get_me(server, keys.token(key, "HS256", **wrong)).status_code == 401


def test_a_rotated_key_ends_the_sessions_of_the_old_one(start, tmp_path):
    old, new = keys.private_key("ES256"), keys.private_key("ES256")
    first, second = tmp_path / "first", tmp_path / "second"
    keys.write_key(first, old)
    keys.write_key(second, new)
    server = start("--jwt-key", str(first), "--jwt-key", str(second), auth="jwt")
    kept = Live(server, token=keys.token(new, "ES256", "bob"))
    revoked = Live(server, token=keys.token(old, "ES256", "alice"))
    keys.write_key(tmp_path / "other", keys.private_key("ES256")).rename(first)
    server.signal(1)  # SIGHUP: read the files again now
    assert revoked.closed()[0] == 4503
    assert get_me(server, keys.token(old, "ES256")).status_code == 401
    assert kept.create()["seq"] == 1
    kept.close()


def test_a_broken_rotation_keeps_the_old_keys(start, tmp_path):
    key = keys.private_key("RS256")
    path = keys.write_key(tmp_path / "key", key)
    server = start("--jwt-key", str(path), auth="jwt")
    path.write_text("-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----\n")
    server.signal(1)
    assert get_me(server, keys.token(key, "RS256")).status_code == 200


def test_weak_keys_are_refused(binary, tmp_path):
    weak_rsa = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    for name, content in {"short": b"too short", "empty": b"", "rsa": keys.public_bytes(weak_rsa)
                          }.items():
        path = tmp_path / name
        path.write_bytes(content)
        done = run(binary, "serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0", "--ops",
                   "127.0.0.1:0", "--auth", "jwt", "--jwt-key", path)
        assert done.returncode != 0 and str(path) in done.stderr.decode(), name


def test_development_login_is_for_loopback_only(binary, tmp_path):
    done = run(binary, "serve", "--data", tmp_path / "data", "--listen", "0.0.0.0:0", "--ops",
               "127.0.0.1:0", "--auth", "dev")
    assert done.returncode != 0 and b"loopback" in done.stderr


def test_no_development_login_without_its_flag(start, tmp_path):
    path = keys.write_key(tmp_path / "key", keys.SECRET)
    server = start("--jwt-key", str(path), auth="jwt")
    answer = requests.post(f"{server.url}/v1/dev/login", json={"user": "eve"}, timeout=PATIENCE_S)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_origins(start):
    server = start("--origin", "https://chat.example.org")
    token = server.token("alice")
    for origin, status in (("https://chat.example.org", 200), ("https://evil.example", 403),
                           ("https://chat.example.org.evil.example", 403), ("null", 403)):
        answer = requests.get(f"{server.url}/v1/me", timeout=PATIENCE_S,
                              headers={"Authorization": f"Bearer {token}", "Origin": origin})
        assert answer.status_code == status, origin
    allowed = Live(server, token=token, headers={"Origin": "https://chat.example.org"})
    allowed.close()


@pytest.mark.parametrize("transport", [Live, Rest])
def test_more_than_the_rate(start, transport):
    server = start(rate="5")
    alice, bob = transport(server, "alice"), transport(server, "bob")
    chat = alice.create([bob.user])["chat"]
    with pytest.raises(Refused) as refused:
        for n in range(200):
            alice.send(chat, str(n))
    assert refused.value.code == "rate_limited"
    assert 0 < refused.value.error["retry_after_ms"] <= 60_000
    assert refused.value.status == (429 if transport is Rest else None)
    assert bob.send(chat, "others may")["duplicate"] is False
    assert alice.history(chat)["messages"]  # reading goes on


def test_the_rate_is_of_the_user_not_of_the_connection(start):
    server = start(rate="5")
    sessions = [Live(server, "alice", device=f"d{n}") for n in range(3)]
    chat = sessions[0].create()["chat"]
    limited = 0
    for n in range(60):
        try:
            sessions[n % 3].send(chat, str(n))
        except Refused as refused:
            assert refused.code in ("rate_limited", "retry_in_order")
            limited += 1
    assert limited > 0
    for session in sessions:
        session.close()


def test_tls(start, tmp_path):
    cert, key = keys.certificate(tmp_path)
    server = start("--tls-cert", str(cert), "--tls-key", str(key))
    token = server.token("alice")
    assert get_me(server, token, verify=str(cert)).json()["user"] == "alice"
    session = Live(server, token=token, ssl=tls_context(str(cert)))
    chat = session.create()["chat"]
    text = "x" * 16000
    for _ in range(20):
        sent = session.send(chat, text)
    assert session.events_until(chat, sent["seq"])[-1]["body"]["text"] == text
    session.close()
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as plain:
        plain.sendall(b"GET /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" not in plain.recv(4096)


def test_a_renewed_certificate_is_served_without_a_restart(start, tmp_path):
    cert, key = keys.certificate(tmp_path)
    server = start("--tls-cert", str(cert), "--tls-key", str(key))
    token = server.token("alice")
    session = Live(server, token=token)
    keys.certificate(tmp_path)
    server.signal(1)
    renewed = ssl.PEM_cert_to_DER_cert(cert.read_text())
    eventually(lambda: served_certificate(server) == renewed)
    assert session.perform("create", {"key": new_key(), "type": "group", "members": []})["created"]
    session.close()


def served_certificate(server):
    context = ssl._create_unverified_context()
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as plain:
        with context.wrap_socket(plain) as wrapped:
            return wrapped.getpeercert(binary_form=True)
