"""Whom a card's certificate may be believed to belong to: issuer, purpose, validity, revocation.

Mostly 利用者証明用電子証明書; 署名用電子証明書 too where both are bound.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.errors import CertificateRevoked, EvidenceMissing
from signkit.holder.judgement import Finding, bad_finding, good_finding, open_finding
from signkit.jpki.authorities import Usage, certification_authorities
from signkit.jpki.certificates import is_authentication_certificate, issuer_kind
from signkit.pki.anchors import Anchor, AnchorLabel, load_anchors
from signkit.pki.chains import find_issuer
from signkit.pki.revocation.collecting import Evidence, collect_evidence
from signkit.pki.revocation.crl_index import Revoked
from signkit.pki.revocation.sources import IndexedStatus, RevocationAnswer, RevocationSource, all_answers

if TYPE_CHECKING:
    from asn1crypto import x509

#: Revocation evidence older than this says nothing of the present: JPKI's lists are issued daily and good for two days.
MAX_EVIDENCE_AGE = timedelta(days=2)

#: How far the clocks of two machines may lie apart.
CLOCK_SKEW = timedelta(minutes=1)

_FINGERPRINT_SALT = b"SignKit card fingerprint, version 1\0"
_FINGERPRINT_DIGITS = 12


def authentication_anchors(paths: Iterable[Path] = ()) -> tuple[Anchor, ...]:
    """Return the JPKI authentication CAs and the certificates in ``paths`` (files or folders).

    A rehearsal's CA is believed only when it is named here, and keeps the label ``rehearsal``.  Imported lists say
    nothing of user authentication.

    Raises:
        InputUnreadable, TrustError("trust-anchor-unreadable"): see ``load_anchors``.
    """
    return _anchors("authentication", paths)


def signing_anchors(paths: Iterable[Path] = ()) -> tuple[Anchor, ...]:
    """Return the JPKI signing CAs and the certificates in ``paths``; see `authentication_anchors`."""
    return _anchors("signature", paths)


def _anchors(usage: Usage, paths: Iterable[Path]) -> tuple[Anchor, ...]:
    shipped = (
        Anchor(authority.certificate, AnchorLabel("jpki", authority.name), frozenset())
        for authority in certification_authorities(usage)
    )
    named = (anchor for path in paths for anchor in load_anchors(path))
    return (*shipped, *(anchor for anchor in named if anchor.service is None))


def fingerprint(certificate: bytes) -> str:
    """Return twelve hex digits by which the owner of a card can tell it from others, for the tests on hardware.

    A salted, cut hash: it is no 発行番号, and none can be found from it.  Who holds the certificate can recompute it,
    so it is shown only where it is asked for.
    """
    return hashlib.sha256(_FINGERPRINT_SALT + certificate).hexdigest()[:_FINGERPRINT_DIGITS]


def judge_certificate(
    certificate: bytes,
    anchors: Sequence[Anchor],
    sources: Sequence[RevocationSource],
    now: datetime,
    usage: Usage = "authentication",
) -> Iterator[Finding]:
    """Judge a card's certificate (DER) for ``usage`` at the time ``now``; yields one finding a question."""
    from asn1crypto import x509

    try:
        # strict: bytes behind the certificate belong to nobody.
        parsed = x509.Certificate.load(certificate, strict=True)
        yield _purpose(parsed) if usage == "authentication" else _signing_purpose(parsed)
        issuer, issued_by = _issuer(parsed, anchors, now, usage)
        yield issued_by
        yield validity(parsed, now)
        yield revocation(parsed, issuer, sources, now)
    except (ValueError, TypeError, KeyError, AttributeError):  # the parser has no root of errors
        yield bad_finding("certificate", "the certificate cannot be read", "証明書を読み取れません")


def _purpose(certificate: x509.Certificate) -> Finding:
    usage = certificate.key_usage_value.native if certificate.key_usage_value else set()
    # RFC 5280 4.2.1.3: authentication has digitalSignature alone; nonRepudiation is a signing key's.
    if certificate.ca or "digital_signature" not in usage or "non_repudiation" in usage:
        return bad_finding(
            "certificate",
            "the certificate is not for user authentication",
            "利用者証明用の証明書ではありません",
        )
    return good_finding("certificate", "the certificate is for user authentication", "利用者証明用の証明書です")


def _signing_purpose(certificate: x509.Certificate) -> Finding:
    usage = certificate.key_usage_value.native if certificate.key_usage_value else set()
    if certificate.ca or "non_repudiation" not in usage or is_authentication_certificate(certificate):
        return bad_finding("certificate", "the certificate is not for signatures", "署名用の証明書ではありません")
    return good_finding("certificate", "the certificate is for signatures", "署名用の証明書です")


def _issuer(
    certificate: x509.Certificate, anchors: Sequence[Anchor], now: datetime, usage: Usage
) -> tuple[x509.Certificate | None, Finding]:
    from asn1crypto import x509

    parsed = [x509.Certificate.load(anchor.certificate) for anchor in anchors]
    # Three generations of one CA share a name: the signature decides (`find_issuer`).
    issuer = find_issuer(certificate, parsed)
    if issuer is None:
        return None, _unknown_issuer(certificate, usage)
    label = next(anchor.label for anchor, item in zip(anchors, parsed, strict=True) if item is issuer)
    # A CA past its end signs nothing that is still worth believing.
    if not issuer.not_valid_before <= now <= issuer.not_valid_after:
        return issuer, bad_finding(
            "issuer", f"the CA {label.name} is outside its validity", f"認証局 {label.name} は有効期間外です"
        )
    if label.source == "rehearsal":
        return issuer, good_finding(
            "issuer",
            f"issued by a rehearsal CA that was named: it proves nothing ({label.name})",
            f"指定されたリハーサル用の認証局が発行しました。証明力はありません ({label.name})",
        )
    return issuer, good_finding("issuer", f"issued by {label.name}", f"{label.name} が発行しました")


def _unknown_issuer(certificate: x509.Certificate, usage: Usage) -> Finding:
    # All of JPKI's CAs for signatures are shipped.
    if usage == "authentication" and issuer_kind(certificate) == "jpki":
        return open_finding(
            "issuer",
            "the certificate names the JPKI, but none of the shipped CA certificates made its signature "
            "(that of 2019, for certificates issued from 2019-09 to 2023-07, is not shipped: no copy is published; "
            "it stands on the card: signkit trust add --from-card, with the fingerprint that J-LIS publishes)",
            "発行者は公的個人認証と書かれていますが、同梱の認証局の署名ではありません "
            "(2019年9月から2023年7月までに発行された証明書の認証局の証明書は公開されておらず、同梱していません。"
            "カードに入っているので、J-LIS が公表するフィンガープリントを用意し、signkit trust add --from-card で"
            "追加してください)",
        )
    return open_finding("issuer", "issued by nobody who is trusted here", "信頼する認証局が発行したものではありません")


def validity(certificate: x509.Certificate, now: datetime) -> Finding:
    """Judge the period of validity."""
    start, end = certificate.not_valid_before, certificate.not_valid_after
    if now < start:
        return bad_finding("validity", f"not valid before {start:%Y-%m-%d}", f"{start:%Y-%m-%d} より前は無効です")
    if now > end:
        return bad_finding("validity", f"expired on {end:%Y-%m-%d}", f"{end:%Y-%m-%d} に有効期限が切れています")
    return good_finding("validity", f"valid until {end:%Y-%m-%d}", f"{end:%Y-%m-%d} まで有効です")


def revocation(
    certificate: x509.Certificate,
    issuer: x509.Certificate | None,
    sources: Sequence[RevocationSource],
    now: datetime,
) -> Finding:
    """Judge revocation by evidence that is signed and recent; without any it stays undecided."""
    if issuer is None:
        return open_finding("revocation", "not looked for: the issuer is unknown", "発行者が不明なため確認していません")
    answers = all_answers(sources, certificate, issuer)
    imported = [answer for answer in answers if isinstance(answer, IndexedStatus)]
    try:
        # First all that is signed: a good list that was imported hides nothing that tells of a revocation.
        evidence = collect_evidence([certificate], [issuer], [_Given(answers)], "authentication")
        found = _freshness(evidence, now)
    except CertificateRevoked as error:
        return _revocation(error.when)
    except EvidenceMissing as error:
        reason = error.certificates[0][1]
        found = open_finding("revocation", reason.en, reason.ja)
    if not imported:
        return found
    # A revocation on any of the lists counts, else the newest list does.
    return _judge_by_index(max(imported, key=lambda item: (isinstance(item.status, Revoked), item.this_update)), now)


@dataclass(frozen=True)
class _Given:
    """A source that has been asked already."""

    answers: list[RevocationAnswer]

    def look_up(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Sequence[RevocationAnswer]:  # noqa: ARG002
        """Return the answers; see `signkit.pki.revocation.sources.RevocationSource`."""
        return self.answers


def _judge_by_index(answer: IndexedStatus, now: datetime) -> Finding:
    """Judge by an imported list; its signature was checked when it was imported."""
    if isinstance(answer.status, Revoked):
        return _revocation(str(answer.status.date))
    # "Not on the list" is worth as much as the list is fresh (RFC 5280 6.3.3 a).
    if answer.stale_at(now) or answer.this_update > now + CLOCK_SKEW:
        reason = answer.staleness()
        return open_finding("revocation", reason.en, reason.ja)
    return _not_revoked(answer.this_update)


def _revocation(when: str) -> Finding:
    return bad_finding("revocation", f"revoked at {when}", f"{when} に失効しています")


def _not_revoked(as_of: datetime) -> Finding:
    moment = f"{as_of:%Y-%m-%d %H:%M} UTC"
    return good_finding("revocation", f"not revoked as of {moment}", f"{moment} 現在、失効していません")


def _freshness(evidence: Evidence, now: datetime) -> Finding:
    # Of several pieces the oldest decides how fresh the answer is.
    oldest = min(evidence.issued, default=datetime.min.replace(tzinfo=UTC))
    if not now - MAX_EVIDENCE_AGE <= oldest <= now + CLOCK_SKEW:
        return open_finding(
            "revocation", "the revocation evidence at hand is not recent", "手元の失効情報が最新ではありません"
        )
    return _not_revoked(oldest)
