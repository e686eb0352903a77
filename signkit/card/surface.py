"""券面入力補助AP and 券面事項確認AP: what is printed on the card, and proof that it is no copy.

**Not read, by design:** 個人番号 (券面入力補助AP EF 0001, 券面事項確認AP EF 0005), the digests of EF 0003 (twelve
digits are found again from a digest of them in seconds), and 照合番号A, which is the number itself.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from signkit.card import apdu, pin
from signkit.card.apdu import Command
from signkit.card.elementary_files import CardFiles
from signkit.card.keys import RsaCardKey, digest_info
from signkit.card.pin import BIRTH_DATE, SURFACE, PinSource, Secret, wiping
from signkit.card.tlv import Object, objects, only_object, pick
from signkit.card.transport import Connection
from signkit.errors import CardAnswerInvalid, CardNotGenuine

TEXT_AID = bytes.fromhex("D3921000310001010408")
FACE_AID = bytes.fromhex("D3921000310001010402")

#: In front of each challenge for internal authentication, so that what the card signs means nothing else.
CHALLENGE_DOMAIN = b"SignKit internal authentication, version 1\0"

_ATTRIBUTES_EF = 0x0002
_AGE_RECORD_EF = 0x0001
_CERTIFICATE_EF = 0x0004
_KEY_ID_SIZE = 16
_SIGNATURE_SIZE = 256

_ERAS = (
    (datetime.date(2019, 5, 1), 2019),  # 令和
    (datetime.date(1989, 1, 8), 1989),  # 平成
    (datetime.date(1926, 12, 25), 1926),  # 昭和
    (datetime.date(1912, 7, 30), 1912),  # 大正
    (datetime.date(1868, 1, 25), 1868),  # 明治
)


@dataclass(frozen=True)
class FourAttributes:
    """基本4情報, as the card writes them.

    Attributes:
        name: family and given name parted by U+3000.
        address: block numbers in full-width digits.
        birth_date: YYYYMMDD, Gregorian.
        sex: "1" male, "2" female, "9" not applicable, "0" not known.
    """

    name: str
    address: str
    birth_date: str
    sex: str


@dataclass(frozen=True)
class PublicNumbers:
    """An RSA public key as the card writes it: tag 90 the exponent, tag 91 the modulus."""

    exponent: int
    modulus: int


@dataclass(frozen=True)
class CardVerifiableCertificate:
    """A certificate of tag 7F21: key ``subject_key_id`` is ``public_key``, says the key ``issuer_key_id``.

    The issuer's key is not on the card and not shipped with SignKit; see docs/reference/card.md.
    """

    issuer_key_id: bytes
    subject_key_id: bytes
    public_key: PublicNumbers
    signed_bytes: bytes
    signature: bytes


@dataclass(frozen=True)
class AgeRecord:
    """The least a terminal can ask for: the birth date (YYYYMMDD), the card's key, and a signature over both."""

    birth_date: str
    public_key: PublicNumbers
    signed_bytes: bytes
    signature: bytes


@dataclass(frozen=True)
class Genuineness:
    """What ``prove_genuine`` has checked: the record is signed by the certified key, the card has the record's key."""

    age_record: AgeRecord
    certificate: CardVerifiableCertificate


def read_four_attributes(
    connection: Connection, secret: Secret, value: PinSource, *, use_last_try: bool = False
) -> FourAttributes:
    """Read name, address, birth date and sex after ``pin.SURFACE`` or ``pin.CODE_B``; wipes ``value``.

    They are not proven by anything; the signing certificate proves the same four.

    Raises:
        CardError("pin-format-invalid", "pin-last-try"), PinWrong, CardError("pin-outcome-unknown"), CardLocked: see
            ``pin.verify``.
        CardAnswerInvalid: not such a record.
    """
    with _unlock(connection, TEXT_AID, secret, value, use_last_try=use_last_try) as files:
        return parse_four_attributes(files.read_object(_ATTRIBUTES_EF))


def prove_genuine(connection: Connection, birth_date: PinSource, *, use_last_try: bool = False) -> Genuineness:
    """Have the card sign a fresh challenge with the key that its signed age record names; wipes ``birth_date``.

    ``birth_date`` is the birth date key: six digits, see ``era_date``.

    Raises:
        CardNotGenuine: a signature is false.
        CardError("pin-format-invalid", "pin-last-try"), PinWrong, CardError("pin-outcome-unknown"), CardLocked: see
            ``pin.verify``.
        CardAnswerInvalid: not such records.
    """
    with _unlock(connection, FACE_AID, BIRTH_DATE, birth_date, use_last_try=use_last_try) as files:
        record = parse_age_record(files.read_object(_AGE_RECORD_EF))
        certificate = parse_certificate(files.read_object(_CERTIFICATE_EF))
        challenge = CHALLENGE_DOMAIN + secrets.token_bytes(32)
        data = digest_info("sha256", hashlib.sha256(challenge).digest())
        # P2 = 00: the application's own key, which answers without a PIN (INTERNAL AUTHENTICATE in all but name).
        command = Command(0x80, apdu.COMPUTE_SIGNATURE, 0x00, 0x00, data, le=256)
        answer = connection.send(command).expect_ok("internal authentication")
    # The record is signed by the certified key, the challenge by the record's key: both, or it is a copy.
    _check(certificate.public_key, record.signed_bytes, record.signature, "age record")
    _check(record.public_key, challenge, answer, "challenge")
    return Genuineness(record, certificate)


def pin_tries_left(connection: Connection) -> int:
    """Ask how many tries ``pin.SURFACE`` has left; costs none.  0 means locked."""
    with connection.exclusive():
        return _tries_left(CardFiles(connection), TEXT_AID, SURFACE)


def change_pin(connection: Connection, old: PinSource, new: bytearray, *, use_last_try: bool = False) -> None:
    """Replace ``pin.SURFACE``; wipes both.  That this application changes its PIN as JPKI's does is an assumption.

    Raises:
        CardRefused: the card does not accept the new one, or does not change it this way; the old one stays.
        CardError("pin-format-invalid", "pin-last-try"), PinWrong, CardError("pin-outcome-unknown"), CardLocked: see
            ``pin.verify``.
    """
    with wiping(new), _hold(connection, TEXT_AID, SURFACE, old, use_last_try=use_last_try) as (files, value):
        pin.change(files, SURFACE, value, new, use_last_try=use_last_try)


@contextmanager
def _unlock(
    connection: Connection, aid: bytes, secret: Secret, value: PinSource, *, use_last_try: bool
) -> Iterator[CardFiles]:
    """Hold the card and present a secret of one application."""
    with _hold(connection, aid, secret, value, use_last_try=use_last_try) as (files, known):
        pin.verify(files, secret, known, use_last_try=use_last_try)
        yield files


@contextmanager
def _hold(
    connection: Connection, aid: bytes, secret: Secret, value: PinSource, *, use_last_try: bool
) -> Iterator[tuple[CardFiles, PinSource]]:
    """Hold the card with one application selected; give its files, and the secret, asked for by now if it has to be."""
    files = CardFiles(connection)
    with wiping(value):
        known = pin.ask_ahead(
            connection, secret, value, lambda: _tries_left(files, aid, secret), use_last_try=use_last_try
        )
        with wiping(known), connection.exclusive():
            files.select_application(aid)
            yield files, known


def _tries_left(files: CardFiles, aid: bytes, secret: Secret) -> int:
    files.select_application(aid)
    return pin.tries_left(files, secret)


def era_date(birth_date: str) -> bytearray:
    """Return the birth date key for YYYYMMDD: YYMMDD with the year in the Japanese era; to be wiped as a PIN is.

    Raises:
        ValueError: no such date, or before 1868-01-25.
    """
    date = datetime.datetime.strptime(birth_date, "%Y%m%d").date()
    for first_day, first_year in _ERAS:
        if date >= first_day:
            return bytearray(f"{date.year - first_year + 1:02}{date:%m%d}".encode())
    raise ValueError("before the Meiji era")


def parse_four_attributes(record: bytes) -> FourAttributes:
    """Parse 券面入力補助AP EF 0002 (FF20).

    Raises:
        CardAnswerInvalid: not such a record.
    """
    step = "four attributes"
    fields = objects(only_object(record, 0xFF20, step), step)
    name, address, birth_date, sex = (_text(pick(fields, tag, step)) for tag in (0xDF22, 0xDF23, 0xDF24, 0xDF25))
    if not re.fullmatch("[0-9]{8}", birth_date) or not re.fullmatch("[0-9]", sex):
        raise CardAnswerInvalid(step, "form")
    return FourAttributes(name, address, birth_date, sex)


def parse_age_record(record: bytes) -> AgeRecord:
    """Parse 券面事項確認AP EF 0001 (FF10); its signature covers all objects before it, as written.

    Raises:
        CardAnswerInvalid: not such a record.
    """
    step = "age record"
    fields = objects(only_object(record, 0xFF10, step), step)
    birth_date, key, signature = (pick(fields, tag, step) for tag in (0xDF11, 0xDF12, 0xDF13))
    digits = _text(birth_date)
    # The signature comes last: what stood behind it would not be covered.
    if not re.fullmatch("[0-9]{8}", digits) or list(fields)[-1] != signature.tag:
        raise CardAnswerInvalid(step, "form")
    signed = b"".join(field.raw for field in fields.values() if field is not signature)
    return AgeRecord(digits, _public_numbers(key.value), signed, signature.value)


def parse_certificate(record: bytes) -> CardVerifiableCertificate:
    """Parse EF 0004 of either application (7F21); its signature covers the value of 5F4E.

    Raises:
        CardAnswerInvalid: not such a certificate.
    """
    step = "card-verifiable certificate"
    fields = objects(only_object(record, 0x7F21, step), step)
    body, signature = pick(fields, 0x5F4E, step).value, pick(fields, 0x5F37, step).value
    issuer, subject = body[:_KEY_ID_SIZE], body[_KEY_ID_SIZE : 2 * _KEY_ID_SIZE]
    return CardVerifiableCertificate(issuer, subject, _public_numbers(body[2 * _KEY_ID_SIZE :]), body, signature)


def _public_numbers(data: bytes) -> PublicNumbers:
    fields = objects(data, "public key")
    exponent, modulus = (int.from_bytes(pick(fields, tag, "public key").value, "big") for tag in (0x90, 0x91))
    # RSA-2048, as every card has it; another size is another record.
    if modulus.bit_length() != 8 * _SIGNATURE_SIZE:
        raise CardAnswerInvalid("public key", f"{modulus.bit_length()} bits")
    return PublicNumbers(exponent, modulus)


def _text(field: Object) -> str:
    try:
        return field.value.decode("utf-8")
    except UnicodeDecodeError:
        raise CardAnswerInvalid(f"object {field.tag:X}", "not UTF-8") from None


def _check(key: PublicNumbers, message: bytes, signature: bytes, what: str) -> None:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    try:
        public_key = RSAPublicNumbers(key.exponent, key.modulus).public_key()
        RsaCardKey(public_key).verify("sha256", hashlib.sha256(message).digest(), signature)
    except (ValueError, CardAnswerInvalid):
        raise CardNotGenuine(what) from None
