"""Opening encrypted files that need no password to be read (ISO 32000-2 7.6.4, standard handler, empty user password).

Signatures are judged on the file's own bytes; decryption serves to read structure and evidence.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import cast

from signkit.validation.reading.syntax import Ref, Stream, Value

_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


@dataclass(frozen=True)
class Decryption:
    """The file key and how strings and streams are encrypted: ``rc4``, ``aes128``, ``aes256`` or ``none``."""

    key: bytes
    strings: str
    streams: str
    metadata: bool

    @classmethod
    def open(cls, settings: dict[str, Value], first_id: bytes) -> Decryption | None:
        """Try the empty user password on the encryption dictionary; None where that does not open the file."""
        version, revision = settings.get("/V"), settings.get("/R")
        if settings.get("/Filter") != "/Standard" or version not in (1, 2, 4, 5) or not isinstance(revision, int):
            return None
        metadata = settings.get("/EncryptMetadata") != "false"
        methods = [_method(settings, version, name) for name in ("/StrF", "/StmF")]
        key = (
            _key_256(settings, revision) if version == 5 else _key_128(settings, version, revision, first_id, metadata)
        )
        if key is None or None in methods:
            return None
        return cls(key, cast(str, methods[0]), cast(str, methods[1]), metadata)

    def decrypt(self, value: Value, ref: Ref) -> Value:
        """Decrypt all strings of an object, and its stream."""
        if isinstance(value, Stream):
            kind = value.entries.get("/Type")
            if kind == "/XRef":
                return value
            entries = cast(dict[str, Value], self._strings(value.entries, ref))
            plain = kind == "/Metadata" and not self.metadata
            raw = value.raw if plain else self._apply(self.streams, value.raw, ref)
            return Stream(entries, raw)
        return self._strings(value, ref)

    def _strings(self, value: Value, ref: Ref) -> Value:
        if isinstance(value, bytes):
            return self._apply(self.strings, value, ref)
        if isinstance(value, list):
            return [self._strings(item, ref) for item in value]
        if isinstance(value, dict):
            signature = "/ByteRange" in value
            return {
                key: item if signature and key == "/Contents" else self._strings(item, ref)
                for key, item in value.items()
            }
        return value

    def _apply(self, method: str, data: bytes, ref: Ref) -> bytes:
        if method == "none":
            return data
        if method == "aes256":
            return _aes(self.key, data)
        salt = ref.number.to_bytes(4, "little")[:3] + ref.generation.to_bytes(4, "little")[:2]
        suffix = b"sAlT" if method == "aes128" else b""
        key = hashlib.md5(self.key + salt + suffix, usedforsecurity=False).digest()[: min(16, len(self.key) + 5)]
        return _aes(key, data) if method == "aes128" else _rc4(key, data)


def _method(settings: dict[str, Value], version: int, name: str) -> str | None:
    if version < 4:
        return "rc4"
    chosen = settings.get(name, "/Identity")
    filters = settings.get("/CF")
    if chosen == "/Identity":
        return "none"
    entry = filters.get(chosen) if isinstance(filters, dict) else None
    method = entry.get("/CFM") if isinstance(entry, dict) else None
    return {"/V2": "rc4", "/AESV2": "aes128", "/AESV3": "aes256", "/None": "none"}.get(cast(str, method))


def _key_128(settings: dict[str, Value], version: int, revision: int, first_id: bytes, metadata: bool) -> bytes | None:
    """Algorithm 2, then the check of algorithms 4 and 5."""
    owner, user, permissions = settings.get("/O"), settings.get("/U"), settings.get("/P")
    length = settings.get("/Length", 40) if version != 1 else 40
    length = 128 if version == 4 else length
    if not (isinstance(owner, bytes) and isinstance(user, bytes) and isinstance(permissions, int)):
        return None
    if not isinstance(length, int) or not 40 <= length <= 128:
        return None
    size = 5 if revision == 2 else length // 8
    seed = _PADDING + owner[:32] + (permissions & 0xFFFFFFFF).to_bytes(4, "little") + first_id
    key = _md5(seed + (b"\xff" * 4 if revision >= 4 and not metadata else b""))
    for _ in range(50 if revision >= 3 else 0):
        key = _md5(key[:size])
    key = key[:size]
    if revision == 2:
        return key if _rc4(key, _PADDING) == user[:32] else None
    proof = _rc4(key, _md5(_PADDING + first_id))
    for step in range(1, 20):
        proof = _rc4(bytes(byte ^ step for byte in key), proof)
    return key if proof == user[:16] else None


def _key_256(settings: dict[str, Value], revision: int) -> bytes | None:
    """Algorithm 2.A with the empty user password."""
    user, wrapped = settings.get("/U"), settings.get("/UE")
    if not (isinstance(user, bytes) and len(user) >= 48 and isinstance(wrapped, bytes) and len(wrapped) >= 32):
        return None
    digest = _hash_2b if revision >= 6 else lambda salt: hashlib.sha256(salt).digest()
    if digest(user[32:40]) != user[:32]:
        return None
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    context = Cipher(algorithms.AES(digest(user[40:48])), modes.CBC(bytes(16))).decryptor()
    return context.update(wrapped[:32]) + context.finalize()


def _hash_2b(salt: bytes) -> bytes:
    """Algorithm 2.B for the empty password."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key, round_number = hashlib.sha256(salt).digest(), 0
    while True:
        context = Cipher(algorithms.AES(key[:16]), modes.CBC(key[16:32])).encryptor()
        block = context.update(key * 64)
        key = (hashlib.sha256, hashlib.sha384, hashlib.sha512)[sum(block[:16]) % 3](block).digest()
        round_number += 1
        if round_number >= 64 and block[-1] <= round_number - 32:
            return key[:32]


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
    from cryptography.hazmat.primitives.ciphers import Cipher

    return Cipher(ARC4(key), None).encryptor().update(data)


def _aes(key: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if len(data) < 32 or len(data) % 16:
        return b""
    context = Cipher(algorithms.AES(key), modes.CBC(data[:16])).decryptor()
    plain = context.update(data[16:]) + context.finalize()
    return plain[: -plain[-1]] if 1 <= plain[-1] <= 16 else plain
