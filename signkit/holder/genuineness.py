"""What the proof of 券面事項確認AP is worth: card, record, and the key that certified them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.card.keys import RsaCardKey
from signkit.card.surface import CardVerifiableCertificate, Genuineness
from signkit.errors import CardAnswerInvalid, CardError, CardNotGenuine, InputUnreadable, system_cause
from signkit.holder.judgement import CardJudgement, Finding, bad_finding, good_finding, open_finding
from signkit.limits import PUBLIC_KEYS_BYTES

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_PEM_END = b"-----END PUBLIC KEY-----"


def load_issuer_keys(paths: Iterable[Path]) -> tuple[RSAPublicKey, ...]:
    """Read RSA public keys (PEM ``PUBLIC KEY``) that are believed to certify the issuers of card faces.

    Raises:
        InputUnreadable: a file cannot be read.
        CardError("public-key-unreadable"): a file holds none, or another kind of key.
    """
    return tuple(key for path in paths for key in _keys_of(path))


def _keys_of(path: Path) -> Iterator[RSAPublicKey]:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        with path.open("rb") as file:
            blocks = file.read(PUBLIC_KEYS_BYTES).split(_PEM_END)[:-1]
    except OSError as error:
        raise InputUnreadable(str(path), system_cause(error)) from error
    if not blocks:
        raise CardError("public-key-unreadable", path=str(path))
    for block in blocks:
        try:
            key = load_pem_public_key(block + _PEM_END)
        except ValueError as error:
            raise CardError("public-key-unreadable", path=str(path)) from error
        if not isinstance(key, RSAPublicKey):
            raise CardError("public-key-unreadable", path=str(path))
        yield key


def judge_genuineness(proof: Genuineness | CardNotGenuine, keys: Iterable[RSAPublicKey]) -> CardJudgement:
    """Judge what ``signkit.card.surface.prove_genuine`` returned or raised.

    The issuer's keys (証明者鍵) are not published.  Without the right one among ``keys`` the whole stays INDETERMINATE:
    anyone can make a card whose records fit one another.
    """
    if isinstance(proof, CardNotGenuine):
        return CardJudgement((_NOT_GENUINE[proof.cause],))
    return CardJudgement((_RECORD, _CHALLENGE, _issuer(proof.certificate, keys)))


def _issuer(certificate: CardVerifiableCertificate, keys: Iterable[RSAPublicKey]) -> Finding:
    digest = hashlib.sha256(certificate.signed_bytes).digest()
    keys = tuple(keys)
    for key in keys:
        # Which key certified it is not named in a way that is published: each is tried.
        try:
            RsaCardKey(key).verify("sha256", digest, certificate.signature)
        except (ValueError, CardAnswerInvalid):
            continue
        return good_finding(
            "issuer", "a key that was named certified the record's issuer", "指定された鍵が発行者の鍵を証明しています"
        )
    if keys:
        return open_finding(
            "issuer",
            "none of the keys that were named certified the record's issuer",
            "指定された鍵の中に、発行者の鍵を証明したものがありません",
        )
    return open_finding(
        "issuer",
        "the key that certifies the record's issuer is not published and none was named: a forged card with "
        "records of its own would look the same",
        "発行者の鍵を証明する鍵は公開されておらず、指定もありません。独自の記録を持つ偽造カードと区別できません",
    )


def is_at_least(age: int, birth_date: str, today: date) -> bool | None:
    """Tell whether who was born on YYYYMMDD has reached ``age``; None where a part of the date is not known (zeros)."""
    year, month, day = int(birth_date[:4]), int(birth_date[4:6]), int(birth_date[6:])
    # Zeros stand for what the register does not know; a guess would let somebody in.
    if not (year and month and day):
        return None
    return (year + age, month, day) <= (today.year, today.month, today.day)


def judge_age(age: int, birth_date: str, today: date) -> Finding:
    """Return whether the holder has reached ``age``, without a word of the birth date."""
    reached = is_at_least(age, birth_date, today)
    if reached is None:
        return open_finding("age", "the card does not know the whole birth date", "生年月日の一部が不明です")
    if reached:
        return good_finding("age", f"the holder is {age} or over", f"名義人は{age}歳以上です")
    return bad_finding("age", f"the holder is under {age}", f"名義人は{age}歳未満です")


_RECORD = good_finding("record", "the issuer's certified key signed the age record", "年齢の記録の署名は正しいものです")
_CHALLENGE = good_finding(
    "challenge",
    "the card has the key that its record names: it is no copy of another card's files",
    "記録にある鍵をカード自身が持っています。データの写しではありません",
)
_NOT_GENUINE = {
    "age record": bad_finding("record", "the age record's signature is false", "年齢の記録の署名が正しくありません"),
    "challenge": bad_finding(
        "challenge",
        "the card does not have the key that its record names: it is a copy",
        "記録にある鍵をカードが持っていません。データの写しです",
    ),
}
