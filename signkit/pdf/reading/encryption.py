"""Opening encrypted files with a password, or with the empty one (ISO 32000-2 7.6.4, standard security handler).

Signatures are judged on the file's own bytes; decryption serves to read structure and evidence.  pyHanko makes the
file's key of the password; what the key decrypts is found here, object by object.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from signkit.pdf.reading.syntax import Ref, Stream, Value
from signkit.pdf.reading.unlocking import unlock

_REVISION_5 = 5
#: /V and /R that go together (tables 20, 21); others are not opened.
_REVISIONS = [(1, 2), (1, 3), (2, 2), (2, 3), (4, 4), (5, 5), (5, 6)]
#: The ciphers of crypt filters (table 25) by /V: one of another version readers take each for another.
_CIPHERS = ((4, "/V2", "rc4"), (4, "/AESV2", "aes128"), (5, "/AESV3", "aes256"))
#: The /V whose key is one of 256 bits, which writers count as bits or as bytes; readers cut it off where another length
#: stands, and for a shorter one no check fails.
_AES_256 = 5
_AES_256_LENGTHS = (256, 32)
#: An entry for the owner that no password opens.
_NOBODY = bytes(48)


class CannotDecrypt(Exception):
    """Why an encrypted file does not open: a reason's code (docs/reference/report.md), and a detail."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Decryption:
    """The file key and how strings and streams are encrypted, both alike: ``rc4``, ``aes128``, ``aes256`` or ``none``.

    ``flaws`` names objects of which something was not encrypted as it should be, which readers mend as they like.
    """

    key: bytes
    method: str
    metadata: bool
    flaws: set[Ref] = field(default_factory=set)

    @classmethod
    def open(cls, settings: Value, first_id: bytes, password: str | None) -> Decryption:
        """Open a file by its encryption dictionary, with the password or without one.

        Raises:
            CannotDecrypt: a password is needed, or another one, or the encryption is not known.
        """
        if not isinstance(settings, dict):
            raise CannotDecrypt("malformed", "encryption")
        version, revision = settings.get("/V"), settings.get("/R")
        known = settings.get("/Filter") == "/Standard" and (version, revision) in _REVISIONS
        method = _method(settings, cast(int, version)) if known else None
        if method is None:
            raise CannotDecrypt("encryption-unknown")
        # Table 21: true where it is absent.
        metadata = settings.get("/EncryptMetadata") != "false"
        key = _file_key(settings, first_id, password, metadata=metadata)
        return cls(key, method, metadata)

    def decrypt(self, value: Value, ref: Ref) -> Value:
        """Decrypt all strings of an object, and its stream."""
        if isinstance(value, Stream):
            kind = value.entries.get("/Type")
            if kind == "/XRef":
                return value
            entries = cast(dict[str, Value], self._strings(value.entries, ref))
            plain = kind in self.plain_types or names_identity(value.entries)
            raw = value.raw if plain else self._apply(value.raw, ref)
            return Stream(entries, raw)
        return self._strings(value, ref)

    @property
    def plain_types(self) -> tuple[str, ...]:
        """The types of streams that are not encrypted: cross-references (7.5.8.2), and perhaps metadata (table 21)."""
        return ("/XRef",) if self.metadata else ("/XRef", "/Metadata")

    def _strings(self, value: Value, ref: Ref) -> Value:
        if isinstance(value, bytes):
            return self._apply(value, ref)
        if isinstance(value, list):
            return [self._strings(item, ref) for item in value]
        if isinstance(value, dict):
            # 7.6.2: the /Contents of a signature stands outside the encryption, as it stands outside the digest.
            signature = "/ByteRange" in value
            return {
                key: item if signature and key == "/Contents" else self._strings(item, ref)
                for key, item in value.items()
            }
        return value

    def _apply(self, data: bytes, ref: Ref) -> bytes:
        if self.method == "none":
            return data
        key = self._key_for(ref)
        return _rc4(key, data) if self.method == "rc4" else self._aes(key, data, ref)

    def _key_for(self, ref: Ref) -> bytes:
        # Algorithm 1.A (7.6.3.3): the file's key, for every object alike.
        if self.method == "aes256":
            return self.key
        # Algorithm 1 (7.6.3.2): the low three bytes of the number, the low two of the generation.
        salt = ref.number.to_bytes(4, "little")[:3] + ref.generation.to_bytes(4, "little")[:2]
        # Algorithm 1, step b: four more bytes for AES.
        suffix = b"sAlT" if self.method == "aes128" else b""
        # Algorithm 1, steps c and d: n + 5 bytes of the digest, sixteen at most.
        return hashlib.md5(self.key + salt + suffix, usedforsecurity=False).digest()[: min(16, len(self.key) + 5)]

    def encrypts_zeros(self, data: bytes, start: int, ref: Ref) -> bool:
        """Whether a string of ``ref``, overwritten up to ``start``, was a run of zeros that somebody encrypted.

        With AES the two blocks that the overwritten bytes reach cannot be told.
        """
        if self.method == "rc4":
            left = _rc4(self._key_for(ref), data)[start:]
        elif self.method.startswith("aes") and _is_cbc(data):
            plain = _cbc(self._key_for(ref), data[:16], data[16:])
            padding = plain[-1]  # 7.6.3.1: the last bytes count themselves, sixteen at most
            left = plain[(start + 15) // 16 * 16 : -padding] if 1 <= padding <= 16 else b""
        else:
            return False
        return bool(left) and not any(left)

    def _aes(self, key: bytes, data: bytes, ref: Ref) -> bytes:
        plain = _cbc(key, data[:16], data[16:]) if _is_cbc(data) else b""
        count = plain[-1] if plain else 0
        # 7.6.3.1: all bytes of the padding count it.  Of another one some readers cut off a block, others nothing.
        if data and not (1 <= count <= 16 and plain.endswith(bytes([count]) * count)):
            self.flaws.add(ref)
        return plain[:-count] if 1 <= count <= 16 else plain


def names_identity(entries: dict[str, Value]) -> bool:
    """Whether a stream says that it is not encrypted (7.4.10): its first filter is /Crypt with /Identity."""
    filters, parameters = (
        value[0] if isinstance(value, list) and value else value
        for value in (entries.get("/Filter"), entries.get("/DecodeParms"))
    )
    named = parameters.get("/Name", "/Identity") if isinstance(parameters, dict) else "/Identity"
    return filters == "/Crypt" and named == "/Identity"


def _method(settings: dict[str, Value], version: int) -> str | None:
    """Return how the file is encrypted, where all readers take that alike; None: another way, or unknown."""
    if version in (1, 2):
        return "rc4"
    filters, chosen = settings.get("/CF"), settings.get("/StmF", "/Identity")
    named = filters if isinstance(filters, dict) else {}
    # Strings and streams in different ways are legal (table 20), but PDFium opens no such file, and poppler decrypts
    # nothing.  /Identity lets pass as it is and is nobody's to define (7.6.6); mupdf and pdf.js go by who does.
    if settings.get("/StrF", "/Identity") != chosen or "/Identity" in named:
        return None
    if chosen == "/Identity":
        return "none"
    entry = named.get(chosen) if isinstance(chosen, str) else None
    if not isinstance(entry, dict):
        return None
    lengths = [each.get("/Length", 256) for each in (settings, entry)]
    if version == _AES_256 and any(length not in _AES_256_LENGTHS for length in lengths):
        return None
    return next((own for of, name, own in _CIPHERS if (of, name) == (version, entry.get("/CFM"))), None)


def _file_key(settings: dict[str, Value], first_id: bytes, password: str | None, *, metadata: bool) -> bytes:
    """Find the key that all else is encrypted with (7.6.4.3).

    With /V 5 the key is stored twice, once for the user and once for the owner.  Readers take the one or the other
    where a password opens both, so that of two keys each would show another document.

    Raises:
        CannotDecrypt: the password does not open the file, or its encryption dictionary is none.
    """
    version, revision = settings["/V"], settings["/R"]
    # Table 21: 32 bytes, with /V 5 48 bytes; writers pad them.
    owner, user = (_bytes(settings, key)[: 48 if version == _AES_256 else 32] for key in ("/O", "/U"))
    if revision == _REVISION_5:
        keys = set(_keys_of_revision_5(settings, owner, user, password))
    else:
        # Up to /V 4 the key depends on /O, and there is one.
        owners = (owner, _NOBODY) if version == _AES_256 else (owner,)
        tried = [(each, typed) for typed in dict.fromkeys((password or None, None)) for each in owners]
        found = (_unlocked_key(settings, each, user, first_id, typed, metadata=metadata) for each, typed in tried)
        keys = {key for key in found if key is not None}
    if not keys:
        raise CannotDecrypt("password-wrong" if password else "encrypted")
    if len(keys) > 1:
        raise CannotDecrypt("malformed", "encryption: two keys")
    return keys.pop()


def _unlocked_key(
    settings: dict[str, Value], owner: bytes, user: bytes, first_id: bytes, password: str | None, *, metadata: bool
) -> bytes | None:
    from pyhanko.pdf_utils.crypt import StandardSecurityHandler
    from pyhanko.pdf_utils.crypt.api import SecurityHandlerVersion
    from pyhanko.pdf_utils.crypt.permissions import StandardPermissions
    from pyhanko.pdf_utils.crypt.standard import StandardSecuritySettingsRevision
    from pyhanko.pdf_utils.misc import PdfError

    version, revision = settings["/V"], settings["/R"]
    try:
        handler = StandardSecurityHandler(
            # which cipher the key is for does not matter to its making
            version=SecurityHandlerVersion(2 if version == 4 else version),
            revision=StandardSecuritySettingsRevision(revision),
            legacy_keylen=_key_bytes(settings, version),
            perm_flags=StandardPermissions.from_sint32(_integer(settings, "/P")),
            odata=owner,
            udata=user,
            oeseed=settings.get("/OE"),
            ueseed=settings.get("/UE"),
            encrypted_perms=settings.get("/Perms"),
            encrypt_metadata=metadata,
        )
        return None if unlock(handler, first_id, password) is None else handler.get_file_encryption_key()
    except (PdfError, ValueError, TypeError, AssertionError) as error:
        raise CannotDecrypt("malformed", f"encryption: {error}") from error


def _keys_of_revision_5(settings: dict[str, Value], owner: bytes, user: bytes, password: str | None) -> Iterator[bytes]:
    """The forerunner of AES-256 (Adobe Supplement to ISO 32000, extension level 3, algorithm 3.2a)."""
    for typed in ((password or "").encode()[:127], b""):
        for entry, extra, wrapped in ((owner, user, "/OE"), (user, b"", "/UE")):
            # 32 bytes of digest, then 8 of the validation salt and 8 of the key salt.
            if hashlib.sha256(typed + entry[32:40] + extra).digest() == entry[:32]:
                key = hashlib.sha256(typed + entry[40:48] + extra).digest()
                yield _cbc(key, bytes(16), _bytes(settings, wrapped)[:32])


def _key_bytes(settings: dict[str, Value], version: int) -> int:
    length = settings.get("/Length", 40)
    # Table 20: in bits, 40 where it is absent.
    return 16 if version == 4 else length // 8 if isinstance(length, int) else 5


def _bytes(settings: dict[str, Value], key: str) -> bytes:
    value = settings.get(key)
    if not isinstance(value, bytes) or len(value) < 32:
        raise CannotDecrypt("malformed", f"encryption: {key}")
    return value


def _integer(settings: dict[str, Value], key: str) -> int:
    value = settings.get(key)
    if not isinstance(value, int):
        raise CannotDecrypt("malformed", f"encryption: {key}")
    return value


def _rc4(key: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
    from cryptography.hazmat.primitives.ciphers import Cipher

    return Cipher(ARC4(key), None).encryptor().update(data)


def _is_cbc(data: bytes) -> bool:
    """A vector, and at least one block, since there is always padding (7.6.3.1)."""
    return len(data) >= 32 and len(data) % 16 == 0


def _cbc(key: bytes, start: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    context = Cipher(algorithms.AES(key), modes.CBC(start)).decryptor()
    return context.update(data) + context.finalize()
