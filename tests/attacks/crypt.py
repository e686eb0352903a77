"""Encryption for an empty password, from ISO 32000-2 7.6 and not from SignKit: AES-256 (R6, R5) and RC4 (R3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from tests.attacks import syntax

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_IV = bytes(range(16))
#: Objects that are never encrypted (7.6.2): the cross-reference, and /Contents of signatures, whose whole dictionary
#: our writer leaves alone.
_PLAIN_TYPES = (b"/XRef", b"/Sig", b"/DocTimeStamp")


@dataclass(frozen=True)
class Crypt:
    """One file's key, and its encryption dictionary."""

    key: bytes
    dictionary: bytes
    aes: bool

    def _of_object(self, number: int, generation: int) -> bytes:
        salt = number.to_bytes(3, "little") + generation.to_bytes(2, "little")
        return hashlib.md5(self.key + salt).digest()[: min(16, len(self.key) + 5)]

    def encrypt(self, number: int, plain: bytes, generation: int = 0) -> bytes:
        if not self.aes:
            return _rc4(self._of_object(number, generation), plain)
        padder = PKCS7(128).padder()
        return self.sealed(padder.update(plain) + padder.finalize())

    def sealed(self, blocks: bytes) -> bytes:
        """Return whole blocks encrypted (AES-256), after their vector."""
        encryptor = Cipher(algorithms.AES(self.key), modes.CBC(_IV)).encryptor()
        return _IV + encryptor.update(blocks) + encryptor.finalize()

    @property
    def leaves_metadata(self) -> bool:
        """Whether metadata stays as it is (table 21)."""
        return b"/EncryptMetadata false" in self.dictionary

    def decrypt(self, number: int, secret: bytes) -> bytes:
        if not self.aes:
            return _rc4(self._of_object(number, 0), secret)
        decryptor = Cipher(algorithms.AES(self.key), modes.CBC(secret[:16])).decryptor()
        unpadder = PKCS7(128).unpadder()
        return unpadder.update(decryptor.update(secret[16:]) + decryptor.finalize()) + unpadder.finalize()

    def encrypted(self, number: int, body: bytes, generation: int = 0) -> bytes:
        """Return an object's body as it stands in the file; one that is out of shape stays as it is."""
        try:
            return self._mapped(body, lambda plain: self.encrypt(number, plain, generation))
        except (ValueError, RecursionError):
            return body

    def decrypted(self, number: int, body: bytes) -> bytes:
        try:
            return self._mapped(body, lambda secret: self.decrypt(number, secret))
        except (ValueError, RecursionError):
            return body  # the encryption dictionary itself

    def _mapped(self, body, change) -> bytes:
        if syntax.entries(body).get(b"/Type") in _PLAIN_TYPES or b"/Filter /Standard" in body:
            return body
        raw, body = syntax.data(body), syntax.map_strings(body, change)
        plain = self.leaves_metadata and syntax.entries(body).get(b"/Type") == b"/Metadata"
        if raw is None or plain or b"/Identity" in body:
            return body
        told = {key: value for key, value in syntax.entries(body).items() if key != b"/Length"}
        return syntax.stream(told, change(raw))


def _rc4(key: bytes, text: bytes) -> bytes:
    return Cipher(ARC4(key), None).encryptor().update(text)


def rc4(identifier: bytes, *, metadata: bool = True) -> Crypt:
    """RC4 with 128 bits for an empty user password (algorithms 2, 3 and 5 of ISO 32000-1).

    Args:
        metadata: whether it is encrypted too; if not, by a crypt filter (7.6.6).
    """
    digest = hashlib.md5(_PADDING).digest()
    for _ in range(50):
        digest = hashlib.md5(digest).digest()
    owner = _rounds(digest, _PADDING)
    left_out = b"" if metadata else b"\xff" * 4
    key = hashlib.md5(_PADDING + owner + (0xFFFFFFFC).to_bytes(4, "little") + identifier + left_out).digest()
    for _ in range(50):
        key = hashlib.md5(key).digest()
    user = _rounds(key, hashlib.md5(_PADDING + identifier).digest()).ljust(32, b"\0")
    said = b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <%s> /U <%s> >>"
    if not metadata:
        said = said.replace(b"/V 2 /R 3", b"/V 4 /R 4 /EncryptMetadata false /StmF /StdCF /StrF /StdCF"
                            b" /CF << /StdCF << /CFM /V2 /AuthEvent /DocOpen /Length 16 >> >>")  # fmt: skip
    return Crypt(key, said % (owner.hex().encode(), user.hex().encode()), aes=False)


def _rounds(key: bytes, text: bytes) -> bytes:
    for number in range(20):
        text = _rc4(bytes(byte ^ number for byte in key), text)
    return text


def aes256(revision: int = 6, owners: bytes | None = None) -> Crypt:
    """AES-256 for empty passwords (algorithms 8, 9 and 10; with ``revision`` 5 those of Adobe's supplement).

    Args:
        owners: the key that the owner's password opens, where it is another than the user's.
    """
    key, digest = hashlib.sha256(b"a file key").digest(), _hash if revision == 6 else _plain_hash
    user = digest(b"12345678") + b"12345678" + b"87654321"
    user_key = _sealed(digest(b"87654321"), key)
    owner = digest(b"abcdefgh", user) + b"abcdefgh" + b"hgfedcba"
    owner_key = _sealed(digest(b"hgfedcba", user), owners or key)
    permissions = (0xFFFFFFFC).to_bytes(4, "little") + b"\xff" * 4 + b"Tadb" + b"1234"
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    strings = (user, user_key, owner, owner_key, encryptor.update(permissions))
    said = (
        b"<< /Filter /Standard /V 5 /R %d /Length 256 /P -4 /CF << /StdCF << /CFM /AESV3 /AuthEvent /DocOpen"
        b" /Length 32 >> >> /StmF /StdCF /StrF /StdCF /U <%s> /UE <%s> /O <%s> /OE <%s> /Perms <%s> >>"
    )
    return Crypt(key, said % (revision, *(text.hex().encode() for text in strings)), aes=True)


def _sealed(key: bytes, text: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor().update(text)


def _plain_hash(salt: bytes, user: bytes = b"") -> bytes:
    return hashlib.sha256(salt + user).digest()


def _hash(salt: bytes, user: bytes = b"") -> bytes:
    """Algorithm 2.B for an empty password."""
    key, number, last = hashlib.sha256(salt + user).digest(), 0, 0
    while number < 64 or last > number - 32:
        block = (key + user) * 64
        sealed = Cipher(algorithms.AES(key[:16]), modes.CBC(key[16:32])).encryptor().update(block)
        name = ("sha256", "sha384", "sha512")[sum(sealed[:16]) % 3]
        key, last, number = hashlib.new(name, sealed).digest(), sealed[-1], number + 1
    return key[:32]
