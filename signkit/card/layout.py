"""How an emulated card lays its contents out in files, and what opens each (docs/reference/card.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from signkit.card import jpki, pin, surface
from signkit.card.contents import CardContents, FaceContents
from signkit.card.face import (
    FACE_CODE_A,
    FACE_CODE_B,
    face_basic_information,
    face_record,
    text_basic_information,
)
from signkit.card.keys import digest_info
from signkit.card.tlv import encode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

#: Stands where a real card has 個人番号, so that the files are all there; its check digit is wrong, so it is nobody's.
NO_INDIVIDUAL_NUMBER = "999999999999"
#: 照合番号A of 券面入力補助AP, which is 個人番号 itself: strangers' tools ask for its tries.  It is not among
#: the secrets of `signkit.card.pin`, so that nothing of ours presents it to a card.
CODE_A = pin.Secret("code-a", 0x0014, 15, rb"[0-9]{12}")
#: The secrets that are 個人番号: always the value above, and never changed.
NUMBER_SECRETS = (CODE_A, FACE_CODE_A)

_TEXT_ISSUER, _FACE_ISSUER = b"0000033", b"0000023"
# jpki/myna's older Go program reads 256 bytes of this file and takes no fewer.
_BASIC_INFORMATION_SIZE = 256


@dataclass(frozen=True)
class DataFile:
    """A transparent file.  ``opened_by``: any one of these secrets; empty: free."""

    content: bytes
    opened_by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SecretFile:
    """A file that holds a secret with its retry counter."""

    secret: pin.Secret


@dataclass(frozen=True)
class KeyFile:
    """A private key (PKCS #8 DER), used after ``opened_by`` (None: freely)."""

    private_key: bytes = field(repr=False)
    opened_by: str | None

    def compute(self, data: bytes) -> bytes:
        """Return what COMPUTE DIGITAL SIGNATURE answers to ``data``: see ``signkit.card.keys`` for both kinds."""
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo

        key = _load(self.private_key)
        if isinstance(key, RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), NoDigestInfo())
        return _ecdsa_numbers(key, data)

    def public_object(self) -> bytes:
        """Return an RSA key's public half as the card writes it."""
        numbers = _load(self.private_key).public_key().public_numbers()
        return encode(0x90, numbers.e.to_bytes(3, "big")) + encode(0x91, numbers.n.to_bytes(256, "big"))  # type: ignore[union-attr]


@cache
def _load(private_key: bytes) -> RSAPrivateKey | EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    return load_der_private_key(private_key, None)  # type: ignore[return-value]


def _ecdsa_numbers(key: EllipticCurvePrivateKey, digest: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

    signature = key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA384())))
    size = (key.curve.key_size + 7) // 8
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(signature))


File = DataFile | SecretFile | KeyFile


@dataclass(frozen=True)
class Application:
    """One application: its files by identifier, and the key that signs with P2 = 00, if any."""

    aid: bytes
    files: dict[int, File]
    own_key: KeyFile | None = None


def applications(
    contents: CardContents, label: str, *, certificate_needs_pin: bool, filler: bytes
) -> Iterator[Application]:
    """Lay out every application of a card.

    Args:
        contents: what is personal.
        label: the token label of EF 0006.
        certificate_needs_pin: whether the authentication certificate opens only after its PIN, as on a smartphone.
        filler: bytes that follow each object in its file.
    """
    yield _jpki(contents, label, certificate_needs_pin, filler)
    if contents.face:
        yield _text_input(contents.face, filler)
        yield _card_face(contents.face, filler)


def _jpki(contents: CardContents, label: str, certificate_needs_pin: bool, filler: bytes) -> Application:
    secret = pin.AUTHENTICATION.key
    files: dict[int, File] = {
        0x0006: DataFile(_token_info(label)),
        0x0008: DataFile(b"\x8f\x8f\x00" if contents.sign else b"\x00\x8f\x00"),
        0x000A: DataFile(contents.auth.certificate + filler, frozenset({secret} if certificate_needs_pin else ())),
        0x000B: DataFile(contents.auth.ca_certificate + filler),
        0x0017: KeyFile(contents.auth.private_key, secret),
        pin.AUTHENTICATION.ef: SecretFile(pin.AUTHENTICATION),
        pin.SIGNATURE.ef: SecretFile(pin.SIGNATURE),
    }
    if contents.sign:
        secret = pin.SIGNATURE.key
        files[0x0001] = DataFile(contents.sign.certificate + filler, frozenset({secret}))
        files[0x0002] = DataFile(contents.sign.ca_certificate + filler)
        files[0x001A] = KeyFile(contents.sign.private_key, secret)
    return Application(jpki.AID, files)


def _token_info(label: str) -> bytes:
    """EF 0006: PKCS #11 CK_TOKEN_INFO, 160 bytes, numbers in four bytes, big-endian."""
    texts = label.encode("ascii").ljust(32) + b"JPKI".ljust(32) + b"EMULATED".ljust(16) + b"0".ljust(16)
    numbers = b"".join(number.to_bytes(4, "big") for number in (0x0D, 0, 0, 0, 0, 16, 4, 0, 0, 0, 0))
    return (texts + numbers + b"03" + b"01").ljust(160)


def _text_input(face: FaceContents, filler: bytes) -> Application:
    number = encode(0xFF10, NO_INDIVIDUAL_NUMBER.encode()) + filler
    fields = _attribute_fields(face.attributes)
    offsets = b"".join(offset.to_bytes(2, "big") for offset in _offsets(fields))
    record = encode(0xFF20, encode(0xDF21, offsets) + b"".join(fields))
    digests = b"".join(
        encode(tag, hashlib.sha256(data).digest()) for tag, data in ((0xDF31, number), (0xDF32, b"".join(fields)))
    )
    everyone = frozenset({pin.SURFACE.key, pin.CODE_B.key})
    files: dict[int, File] = {
        0x0001: DataFile(number, frozenset({pin.SURFACE.key, CODE_A.key})),
        0x0002: DataFile(record + filler, everyone),
        0x0003: DataFile(encode(0xFF30, digests + _signature_object(face, 0xDF33, digests)) + filler, everyone),
        0x0004: DataFile(_certificate(face, _TEXT_ISSUER) + filler),
        0x0005: DataFile(text_basic_information(_key_id(_TEXT_ISSUER)).ljust(_BASIC_INFORMATION_SIZE, b"\xff")),
        pin.SURFACE.ef: SecretFile(pin.SURFACE),
        CODE_A.ef: SecretFile(CODE_A),
        pin.CODE_B.ef: SecretFile(pin.CODE_B),
    }
    return Application(surface.TEXT_AID, files, KeyFile(face.own_key, None))


def _attribute_fields(attributes: surface.FourAttributes) -> list[bytes]:
    texts = (attributes.name, attributes.address, attributes.birth_date, attributes.sex)
    return [encode(0xDF22 + index, text.encode()) for index, text in enumerate(texts)]


def _offsets(fields: list[bytes]) -> Iterator[int]:
    """Where each field starts, counted from the start of the file."""
    table = len(encode(0xDF21, bytes(2 * len(fields))))
    size = table + sum(map(len, fields))
    position = len(encode(0xFF20, bytes(size))) - size + table
    for field_ in fields:
        yield position
        position += len(field_)


def _card_face(face: FaceContents, filler: bytes) -> Application:
    own_key = KeyFile(face.own_key, None)
    record = encode(0xDF11, face.attributes.birth_date.encode()) + encode(0xDF12, own_key.public_object())
    signed, unsigned = face_record(face, own_key.public_object())
    files: dict[int, File] = {
        0x0001: DataFile(
            encode(0xFF10, record + _signature_object(face, 0xDF13, record)) + filler, frozenset({pin.BIRTH_DATE.key})
        ),
        0x0002: DataFile(
            encode(0xFF20, signed + _signature_object(face, 0xDF28, signed) + unsigned) + filler,
            frozenset({FACE_CODE_A.key, FACE_CODE_B.key}),
        ),
        0x0003: DataFile(face_basic_information(_key_id(_FACE_ISSUER)) + filler),
        0x0004: DataFile(_certificate(face, _FACE_ISSUER) + filler),
        pin.BIRTH_DATE.ef: SecretFile(pin.BIRTH_DATE),
        FACE_CODE_A.ef: SecretFile(FACE_CODE_A),
        FACE_CODE_B.ef: SecretFile(FACE_CODE_B),
    }
    return Application(surface.FACE_AID, files, own_key)


def _certificate(face: FaceContents, issuer: bytes) -> bytes:
    """A card-verifiable certificate of the issuer's key; key numbers that begin with 0 belong to no hierarchy known."""
    key_ids = _key_id(issuer) + _key_id(b"0000001")
    body = key_ids + KeyFile(face.issuer_key, None).public_object()
    return encode(0x7F21, encode(0x5F4E, body) + encode(0x5F37, _sign(face.ca_key, body)))


def _key_id(number: bytes) -> bytes:
    return number + b"\x08\x05" + b"001" + bytes(4)


def _signature_object(face: FaceContents, tag: int, message: bytes) -> bytes:
    return encode(tag, _sign(face.issuer_key, message))


def _sign(key: bytes, message: bytes) -> bytes:
    return KeyFile(key, None).compute(digest_info("sha256", hashlib.sha256(message).digest()))
