"""What may be said of one certificate, for somebody who asks: whether it is revoked now, and by which evidence.

The answer is by the one rule (`signkit.pki.revocation.acceptance`), over all that the sources at hand say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from signkit.errors import SignKitError
from signkit.pki.paths.known_certificates import KnownCertificate, fits, known_certificate
from signkit.pki.paths.pool import Pool
from signkit.pki.policy import Algorithms
from signkit.pki.revocation.acceptance import Examination, Standing, Word, revoked_since, standing
from signkit.pki.revocation.crl_index import CrlIndex, Revoked
from signkit.pki.revocation.crl_scope import issuer_digests
from signkit.pki.revocation.evidence import ListedCertificate
from signkit.pki.revocation.indexed import is_local
from signkit.validation.evidence_pool import REASONS, said_by_distant, said_on_machine
from signkit.words import Text

if TYPE_CHECKING:
    from pathlib import Path

    from asn1crypto import x509

    from signkit.pki.revocation.sources import RevocationSource


@dataclass(frozen=True)
class CertificateStatus:
    """What is said of a certificate.

    Attributes:
        state: ``good``, ``revoked``, or ``unknown``: nothing at hand shows either.
        revoked_at: since when, also where it is only to come.
        word: the newest word that shows it.
        why: a code and its words where it is unknown.
        words: all that show it.
    """

    state: Literal["good", "revoked", "unknown"]
    revoked_at: datetime | None = None
    word: Word | None = None
    why: tuple[str, Text] | None = None
    words: tuple[Word, ...] = ()


def issuer_of(certificate: KnownCertificate, anchors: Iterable[x509.Certificate]) -> KnownCertificate | None:
    """Return the trusted authority that made this certificate; None: none of them did, whatever it says."""
    known = (known_certificate(each.dump()) for each in anchors)
    named = (each for each in known if each is not None and each.subject == certificate.issuer)
    return next((each for each in named if fits(certificate, each)), None)


def certificate_status(
    der: bytes,
    anchors: Sequence[x509.Certificate],
    sources: Sequence[RevocationSource],
    algorithms: Algorithms,
    now: datetime,
) -> CertificateStatus:
    """Return what the sources show of a certificate (DER) at this moment."""
    certificate = known_certificate(der)
    if certificate is None:
        return _unknown("unreadable")
    issuer = issuer_of(certificate, anchors)
    if issuer is None:
        return _unknown("issuer-unknown")
    pool = _all_said(certificate, issuer, sources, now)
    shown = standing(Examination(pool, algorithms, now).hear(certificate, issuer), now)
    found = _status_of(shown)
    causes = [each.cause for each in pool.unheard]
    if found.why is not None and found.why[0] == "missing" and causes:
        return CertificateStatus("unknown", why=("operator-silent", causes[0]))
    return found


def _all_said(
    certificate: KnownCertificate, issuer: KnownCertificate, sources: Sequence[RevocationSource], now: datetime
) -> Pool:
    local = [each for each in sources if is_local(each)]
    distant = [each for each in sources if not is_local(each)]
    found = said_on_machine(local, certificate.certificate, issuer.certificate, now)
    return found + said_by_distant(distant, certificate.certificate, issuer.certificate, now)


def _status_of(shown: Standing) -> CertificateStatus:
    word = shown.words[-1] if shown.words else None
    if shown.state == "good":
        return CertificateStatus("good", shown.since, word, None, shown.words)
    if shown.state == "revoked":
        return CertificateStatus("revoked", shown.since, word, None, shown.words)
    return _unknown(shown.state)


def status_by_number(
    issuer: x509.Certificate, serial: int, indexes: Iterable[Path], now: datetime
) -> CertificateStatus:
    """Return what imported lists say of a number of an authority, for who does not hand over the certificate.

    Without it nobody knows which partition of the lists (RFC 5280 5.2.5) speaks of it: a list that is not partitioned
    is needed to say that it is good, while any list tells that it is revoked.
    """
    words = []
    for file in indexes:
        try:
            with CrlIndex.open(file) as index:
                header = index.header
                if (header.issuer_key_sha256, header.issuer_name_sha256) != issuer_digests(issuer):
                    continue
                status = index.status(serial)
        except SignKitError:
            return _unknown("refused")  # it might name this very number
        word = Word("crl", header.this_update, header.next_update)
        # RFC 5280 5.3.1: a hold may be lifted again, and removeFromCRL lifts it.
        if isinstance(status, Revoked) and status.reason not in ("certificateHold", "removeFromCRL"):
            since = revoked_since(ListedCertificate(status.date, REASONS.get(status.reason)), word.issued)
            if since > now and word.due is not None and word.due < now:
                return _unknown("stale")
            return CertificateStatus("revoked" if since <= now else "good", since, word, None, (word,))
        if isinstance(status, Revoked):
            return _unknown("on-hold")
        if not header.names and header.certificates == "all":
            words.append(word)
    newest = max(words, key=lambda each: each.issued, default=None)
    if newest is None:
        return _unknown("list-unknown")
    if newest.due is not None and newest.due < now:
        return _unknown("stale")
    return CertificateStatus("good", None, newest, None, (newest,))


def _unknown(code: str) -> CertificateStatus:
    return CertificateStatus("unknown", why=(code, _WHY[code]))


_WHY = {
    "unreadable": Text("it is no certificate that can be read", "証明書として読み取れません"),
    "issuer-unknown": Text(
        "none of the authorities that are trusted here made it", "ここで信頼する認証局が発行したものではありません"
    ),
    "missing": Text(
        "no revocation data on it is at hand", "この証明書についての失効情報がありません"
    ),
    "stale": Text("the revocation data at hand is out of date", "手元の失効情報が古くなっています"),
    "refused": Text("the revocation data at hand does not count", "手元の失効情報は根拠になりません"),
    "on-hold": Text("it is suspended", "効力を停止されています"),
    "list-unknown": Text(
        "the number alone does not tell which of the partitioned lists speaks of it; send the certificate",
        "発行番号だけでは、どの (市区町村ごとの) 失効リストの対象か分かりません。証明書を送ってください",
    ),
}  # fmt: skip
