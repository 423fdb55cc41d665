"""Keys and certificates, made on the spot."""

import datetime
import ipaddress
import time

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

SECRET = "a secret of at least thirty-two bytes"


def private_key(algorithm):
    """A fresh signing key as PyJWT takes it."""
    if algorithm == "HS256":
        return SECRET
    if algorithm == "RS256":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate()


def public_bytes(key):
    """What the server is given to trust the key by."""
    if isinstance(key, str):
        return key.encode()
    return key.public_key().public_bytes(serialization.Encoding.PEM,
                                         serialization.PublicFormat.SubjectPublicKeyInfo)


def private_bytes(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def write_key(path, key):
    path.write_bytes(public_bytes(key))
    path.chmod(0o600)
    return path


def token(key, algorithm, user="alice", lifetime_s=600, headers=None, **claims):
    claims = {"sub": user, "exp": int(time.time()) + lifetime_s, **claims}
    return jwt.encode(claims, key, algorithm=algorithm, headers=headers)


def certificate(directory, name="localhost"):
    """A self-signed certificate for 127.0.0.1: (cert.pem, key.pem) in the directory."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
                critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256()))
    cert_file, key_file = directory / "cert.pem", directory / "key.pem"
    for path, content in ((key_file, private_bytes(key)),
                          (cert_file, made.public_bytes(serialization.Encoding.PEM))):
        beside = path.with_suffix(".new")
        beside.write_bytes(content)
        beside.chmod(0o600)
        beside.rename(path)  # a reader sees the old file or the new one, never half of one
    return cert_file, key_file
