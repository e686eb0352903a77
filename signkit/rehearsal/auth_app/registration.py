"""The one relying party that the test server knows, and the files by which its client knows the server."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from signkit.errors import FileUnusable, system_cause
from signkit.rehearsal.authority import new_rsa_key
from signkit.rehearsal.pki import load_key

#: The client's settings, below the folder of a kept rehearsal.
REGISTRATION_FILE = Path("auth-app") / "client.toml"
REDIRECT_PORT = 38_173
_CLIENT_ID = "signkit-rehearsal"
_SETTINGS = """\
# Written by: signkit rehearsal auth-app.  It opens the test server on this machine and nothing else.
environment = "rehearsal"
issuer = "{issuer}"
client_id = "{client_id}"
client_secret_file = "client-secret"
redirect_uri = "{redirect_uri}"
decryption_key_file = "decryption-key.pem"
"""


@dataclass(frozen=True)
class Registration:
    """A relying party.

    Attributes:
        client_id, secret: its name and what it proves that with.
        redirect_uris: where a browser may be sent back to, each compared whole (RFC 9700 2.1).
        encryption_key: what its results are encrypted for.
    """

    client_id: str
    secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    encryption_key: rsa.RSAPublicKey = field(repr=False)


def kept_registration(folder: Path, issuer: str) -> Registration:
    """Return the relying party of a kept rehearsal; write the client's files for the server at ``issuer``.

    Raises:
        FileUnusable("output-not-written"): the folder cannot be written, or what is in it cannot be read.
    """
    own = folder / REGISTRATION_FILE.parent
    redirect_uri = f"http://127.0.0.1:{REDIRECT_PORT}/signkit/callback"
    try:
        own.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret = _keep_key(own / "client-secret", lambda: secrets.token_urlsafe(32).encode()).decode("ascii")
        _keep_key(own / "decryption-key.pem", _new_key)
        key = load_key(own / "decryption-key.pem")
        text = _SETTINGS.format(issuer=issuer, client_id=_CLIENT_ID, redirect_uri=redirect_uri)
        (folder / REGISTRATION_FILE).write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise FileUnusable("output-not-written", path=str(own), cause=system_cause(error)) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise FileUnusable("output-not-written", path=str(own), cause=system_cause(ValueError("no RSA key")))
    return Registration(_CLIENT_ID, secret, (redirect_uri,), key.public_key())


def _keep_key(path: Path, make: Callable[[], bytes]) -> bytes:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(make())
    return path.read_bytes()


def _new_key() -> bytes:
    return new_rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
