"""What an agent puts on each call, so that it is known by its key and no call can be changed or sent twice."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

#: So far the clocks of an agent and a server may differ; so long a nonce is remembered.
CLOCKS = timedelta(minutes=5)
_CONTEXT = "signkit-agent-v1"
_PREFIX = "signkit-agent-"
_FIELDS = ("id", "time", "nonce", "sha256", "signature")


@dataclass(frozen=True)
class CallProof:
    """The headers of one call.

    Attributes:
        id: ``TENANT.AGENT``.
        time: ISO 8601, in UTC.
        sha256: of the body.
        signature: over method, path with query, and the others; base64.
    """

    id: str
    time: str
    nonce: str
    sha256: str
    signature: str = ""

    def statement(self, method: str, path: str) -> bytes:
        """Return what is signed."""
        return "\n".join((_CONTEXT, method, path, self.id, self.time, self.nonce, self.sha256)).encode()

    def headers(self) -> dict[str, str]:
        """Return the headers that carry it."""
        return {_PREFIX + name: getattr(self, name) for name in _FIELDS}

    def is_of(self, key: bytes, method: str, path: str) -> bool:
        """Tell whether the holder of ``key`` (32 bytes) made this call, at whatever time."""
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(
                b64decode(self.signature, validate=True), self.statement(method, path)
            )
        except (InvalidSignature, ValueError):
            return False
        return True

    def is_made_at(self, now: datetime) -> bool:
        """Tell whether it says that it was made just now."""
        try:
            return abs(datetime.fromisoformat(self.time) - now) <= CLOCKS
        except (ValueError, TypeError):
            return False


def make_proof(key: Ed25519PrivateKey, id_: str, method: str, path: str, body: bytes, now: datetime) -> CallProof:
    """Return the proof of a call."""
    sha256 = hashlib.sha256(body).hexdigest()
    bare = CallProof(id_, now.isoformat(timespec="seconds"), secrets.token_hex(16), sha256)
    signature = b64encode(key.sign(bare.statement(method, path))).decode()
    return CallProof(bare.id, bare.time, bare.nonce, bare.sha256, signature)


def read_proof(headers: Mapping[str, str]) -> CallProof | None:
    """Return the proof that came with a call; None where a part is missing or longer than any is."""
    values = [headers.get(_PREFIX + name, "") for name in _FIELDS]
    return CallProof(*values) if all(0 < len(each) <= 128 for each in values) else None


def fingerprint(key: bytes) -> str:
    """Return what two people compare to know that they look at one key: the first 80 bits of its SHA-256."""
    digits = hashlib.sha256(key).hexdigest()[:20].upper()
    return " ".join(digits[start : start + 4] for start in range(0, 20, 4))
