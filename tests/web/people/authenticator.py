"""An authenticator in software: makes keys and signs challenges as a person's device does (WebAuthn 6)."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Device:
    """One device with one key.

    Attributes:
        flags: what it says of the person: there, and verified.
    """

    origin: str = "https://desk.example.jp"
    rp_id: str = "desk.example.jp"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: os.urandom(32))
    user: str = ""

    def make(self, options) -> str:
        """Answer ``navigator.credentials.create``."""
        asked = options["publicKey"]
        self.user = asked["user"]["id"]
        public = cbor.encode(ES256.from_cryptography_key(self.key.public_key()))
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(ATTESTED) + attested
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer("create", asked, attestationObject=websafe_encode(made))

    def sign(self, options) -> str:
        """Answer ``navigator.credentials.get``."""
        asked = options["publicKey"]
        data = self._data()
        told = self._client_data("webauthn.get", asked)
        signature = self.key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            "get", asked, authenticatorData=websafe_encode(data), signature=websafe_encode(signature),
            userHandle=self.user,
        )  # fmt: skip

    def _data(self, flags: int = 0) -> bytes:
        self.count += 1
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(">BI", self.flags | flags, self.count)

    def _client_data(self, kind: str, asked) -> bytes:
        return json.dumps({"type": kind, "challenge": asked["challenge"], "origin": self.origin}).encode()

    def _answer(self, kind: str, asked, **response) -> str:
        told = self._client_data(f"webauthn.{kind}", asked)
        id_ = websafe_encode(self.id)
        response = {"clientDataJSON": websafe_encode(told), **response}
        return json.dumps({"id": id_, "rawId": id_, "type": "public-key", "response": response})
