"""User authentication with the Individual Number Card, for the side that asks: a web service, a counter, a gate.

The one who asks makes a challenge and keeps it, the card's holder answers with a proof
(``signkit.card.session.authenticate``), the one who asked verifies it::

    challenge = new_challenge(now)            # keep it in the session; hand out challenge.value
    judgement = verify_authentication(proof, challenge, authentication_anchors(), now=later)
    if judgement.conclusion is Conclusion.PASSED: ...

A challenge must be used once: forget it when its proof has come.  The proof's certificate tells the same holder again
until it is renewed; keep only a keyed hash of it (``signkit.holder.touch``), never its serial number (発行番号).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from signkit.card.key_proof import CHALLENGE_SIZES, Authentication, check_authentication
from signkit.card.keys import HashName
from signkit.errors import CardAnswerInvalid, CardError
from signkit.holder.card_certificate import CLOCK_SKEW, judge_certificate
from signkit.holder.judgement import CardJudgement, Finding, bad_finding, good_finding, open_finding
from signkit.limits import PROOF_BYTES
from signkit.pki.anchors import Anchor
from signkit.pki.revocation.sources import RevocationSource
from signkit.words import Text

#: How long a challenge may wait for its proof.
#: Long enough to type a PIN, too short to have somebody else answer by mail.
WINDOW = timedelta(minutes=5)

_CHALLENGE = "signkit-challenge/1"
_PROOF = "signkit-authentication/1"
_SIZE = 32
_HASHES = ("sha256", "sha384", "sha512")


@dataclass(frozen=True)
class Challenge:
    """What the holder's card signs, and when it was given out (with its time zone)."""

    value: bytes
    issued_at: datetime


def new_challenge(now: datetime) -> Challenge:
    """Make a challenge of 32 random bytes."""
    return Challenge(secrets.token_bytes(_SIZE), now)


def verify_authentication(
    proof: Authentication,
    challenge: Challenge | None,
    anchors: Sequence[Anchor],
    *,
    now: datetime,
    window: timedelta = WINDOW,
    sources: Sequence[RevocationSource] = (),
) -> CardJudgement:
    """Judge a proof.

    Args:
        proof: what the holder sent.
        challenge: the one that was given out for it; None where nobody remembers, which stays INDETERMINATE.
        anchors: see ``authentication_anchors``.
        now: the time to judge at.
        window: how long the challenge was good for.
        sources: where revocation evidence is looked for.
    """
    return CardJudgement(
        (*_answers(proof, challenge, now, window), *judge_certificate(proof.certificate, anchors, sources, now))
    )


def _answers(proof: Authentication, challenge: Challenge | None, now: datetime, window: timedelta) -> Iterator[Finding]:
    if challenge is None:
        yield open_finding(
            "challenge",
            "the proof brought its own challenge: it may be a repetition of an older one",
            "チャレンジが検証側のものではないため、過去の証明の再利用を否定できません",
        )
    # In constant time; and against the one that was kept, never against the one that the proof brings.
    elif not hmac.compare_digest(proof.challenge, challenge.value):
        yield bad_finding("challenge", "the proof answers another challenge", "別のチャレンジに対する証明です")
    else:
        yield good_finding("challenge", "the proof answers the challenge", "チャレンジと一致します")
        yield _in_time(challenge, now, window)
    # Also where the challenge is wrong: people are told of everything that is.
    yield _signature(proof)


def _in_time(challenge: Challenge, now: datetime, window: timedelta) -> Finding:
    age = now - challenge.issued_at
    if age < -CLOCK_SKEW:
        return bad_finding("time", "the challenge is of the future", "チャレンジの発行時刻が未来です")
    seconds = max(0, int(age.total_seconds()))
    if age > window:
        return bad_finding(
            "time",
            f"the challenge is {seconds} s old: too late",
            f"チャレンジの発行から {seconds} 秒経過し、期限切れです",
        )
    return good_finding("time", f"the challenge is {seconds} s old", f"チャレンジの発行から {seconds} 秒です")


def _signature(proof: Authentication) -> Finding:
    try:
        check_authentication(proof, proof.challenge)
    except (ValueError, CardAnswerInvalid):
        return bad_finding("signature", "the signature does not hold", "署名が正しくありません")
    return good_finding("signature", "the certificate's key signed the challenge", "証明書の鍵による署名です")


def write_challenge(challenge: Challenge) -> bytes:
    """Return the challenge as JSON."""
    return _json(
        {"schema": _CHALLENGE, "challenge": _text(challenge.value), "issued_at": challenge.issued_at.isoformat()}
    )


def read_challenge(data: bytes, name: str = "challenge") -> Challenge:
    """Read what ``write_challenge`` wrote.

    Raises:
        CardError("authentication-file-invalid"): anything else.
    """
    raw = _table(data, _CHALLENGE, name)
    try:
        issued_at = datetime.fromisoformat(str(raw["issued_at"]))
        if issued_at.tzinfo is None:
            raise ValueError("issued_at has no time zone")
        return Challenge(_challenge_bytes(raw), issued_at)
    except (KeyError, ValueError) as error:
        raise CardError("authentication-file-invalid", path=name, cause=_NOT_WHOLE) from error


def write_proof(proof: Authentication) -> bytes:
    """Return the proof as JSON.  It holds the authentication certificate: no name, but its serial number."""
    return _json(
        {
            "schema": _PROOF,
            "challenge": _text(proof.challenge),
            "certificate": _text(proof.certificate),
            "hash": proof.hash_name,
            "signature": _text(proof.signature),
        }
    )


def read_proof(data: bytes, name: str = "proof") -> Authentication:
    """Read what ``write_proof`` wrote; judges nothing.

    Raises:
        CardError("authentication-file-invalid"): anything else.
    """
    raw = _table(data, _PROOF, name)
    try:
        if raw["hash"] not in _HASHES:
            raise ValueError("unknown hash")
        hash_name = cast(HashName, raw["hash"])
        return Authentication(_bytes(raw["certificate"]), _challenge_bytes(raw), hash_name, _bytes(raw["signature"]))
    except (KeyError, TypeError, ValueError) as error:
        raise CardError("authentication-file-invalid", path=name, cause=_NOT_WHOLE) from error


def _challenge_bytes(raw: Mapping[str, Any]) -> bytes:
    value = _bytes(raw["challenge"])
    # The holder's card refuses other sizes: a challenge large enough to be a document is none.
    if len(value) not in CHALLENGE_SIZES:
        raise ValueError("a challenge of this size is not signed")
    return value


def _table(data: bytes, schema: str, name: str) -> Mapping[str, Any]:
    try:
        # Before it is parsed: the file is a stranger's.
        raw = json.loads(data) if len(data) <= PROOF_BYTES else None
    except (ValueError, RecursionError) as error:
        raise CardError("authentication-file-invalid", path=name, cause=_NOT_JSON) from error
    if not isinstance(raw, dict) or raw.get("schema") != schema:
        raise CardError(
            "authentication-file-invalid", path=name, cause=Text(f"it is no {schema}", f"{schema} 形式ではありません")
        )
    return raw


def _json(raw: Mapping[str, Any]) -> bytes:
    return (json.dumps(raw, indent=2) + "\n").encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError("not a text")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


_NOT_JSON = Text("it is not JSON", "JSON ではありません")
_NOT_WHOLE = Text("an item is missing or of the wrong form", "項目が足りないか、形式が正しくありません")
