"""Where revocation status comes from: OCSP and CRL over HTTP, files, and plug-ins.

A source answers with evidence, or with *why none may be had*: that is a value with a reason, not an error, since
JPKI's revocation data reaches only accredited verifiers and those who work through one.
Third parties add sources through the entry-point group ``signkit.revocation`` (docs/reference/plugins.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from signkit.errors import InputUnreadable, system_cause
from signkit.errors.service_causes import service_cause
from signkit.incoming import read_file
from signkit.jpki.certificates import issuer_kind
from signkit.limits import CRL_BYTES, OCSP_BYTES
from signkit.pki.addresses import AddressRule
from signkit.pki.http import HttpFailure, fetch
from signkit.pki.revocation.crl_index import CertificateStatus, Revoked
from signkit.pki.sharing import kept_by_thread
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import crl, ocsp, x509


@dataclass(frozen=True)
class OcspEvidence:
    """A DER OCSPResponse."""

    der: bytes


@dataclass(frozen=True)
class CrlEvidence:
    """A DER CertificateList."""

    der: bytes


@dataclass(frozen=True)
class NoEvidence:
    """Why there is none: it may not be handed out, is not published, did not come, is stale, or is a mere status;
    ``operator``: whoever was set to answer for JPKI did not."""

    kind: Literal["not-permitted", "not-published", "unreachable", "stale", "status-only", "operator"]
    reason: Text


@dataclass(frozen=True)
class IndexedStatus:
    """What an imported list says of one certificate; the list's signature was checked when it was imported.

    So is a platform operator's word, which is believed for whom it came from.  Both judge a certificate now, but are no
    evidence that a document could keep.

    Attributes:
        status: whether, and since when, the certificate is revoked.
        this_update: when the list was issued; of when the operator's word is.
        next_update: when the next one was due.
        crl_sha256: of the DER CertificateList; empty where it is not at hand.
        kept: where the list itself lies, if it was small enough to keep.
        said_by: an imported list, or an operator (`signkit.pki.revocation.operator`).
    """

    status: CertificateStatus
    this_update: datetime
    next_update: datetime
    crl_sha256: str
    kept: Path | None = None
    said_by: Literal["crl", "operator"] = "crl"

    def stale_at(self, moment: datetime) -> bool:
        """Whether the next list was due at ``moment``."""
        # At the very second of nextUpdate the list is still in date (RFC 5280 5.1.2.5: no later than).
        return self.next_update < moment

    def evidence(self, moment: datetime) -> CrlEvidence | NoEvidence:
        """Return the list itself if it is in date at ``moment`` and was kept, else why it cannot be had."""
        if self.stale_at(moment):
            return NoEvidence("stale", self.staleness())
        try:
            der = self.kept.read_bytes() if self.kept is not None else b""
        except OSError:
            der = b""
        # The kept file may have been exchanged: only the bytes that were checked at the import are evidence.
        return CrlEvidence(der) if hashlib.sha256(der).hexdigest() == self.crl_sha256 else STATUS_ONLY

    def staleness(self) -> Text:
        """Say of when the list is and when the next one was due."""
        issued, due = f"{self.this_update:%Y-%m-%d %H:%M:%S} UTC", f"{self.next_update:%Y-%m-%d %H:%M:%S} UTC"
        if self.said_by == "operator":
            return Text(
                f"the operator's word is of {issued}, and newer was due {due}",
                f"プラットフォーム事業者の回答は {issued} 時点のもので、次回更新予定 {due} を過ぎています",
            )
        return Text(
            f"the imported revocation list is of {issued} and the next one was due {due}; import the present one",
            f"取り込んだ失効リスト ({issued} 発行) は次回発行予定 {due} を過ぎています。最新のものを取り込んでください",
        )


RevocationAnswer: TypeAlias = OcspEvidence | CrlEvidence | IndexedStatus | NoEvidence
_ANSWER_TYPES = (OcspEvidence, CrlEvidence, IndexedStatus, NoEvidence)


class RevocationSource(Protocol):
    """Something that may know the revocation status of a certificate."""

    def look_up(
        self, certificate: x509.Certificate, issuer: x509.Certificate
    ) -> Sequence[RevocationAnswer] | RevocationAnswer:
        """Return all evidence on ``certificate`` (issued by ``issuer``) that it has, or why there is none.

        It does not judge and does not choose: a good answer must not hide a revocation, nor a forged one a good one.
        A single answer is taken as well.
        """
        ...


def all_answers(
    sources: Iterable[RevocationSource], certificate: x509.Certificate, issuer: x509.Certificate
) -> list[RevocationAnswer]:
    """Ask every source; return everything that they hand over, in the order asked."""
    found: list[RevocationAnswer] = []
    for source in sources:
        answer = source.look_up(certificate, issuer)
        found += [answer] if isinstance(answer, _ANSWER_TYPES) else list(answer)
    return found


NOT_PERMITTED = NoEvidence(
    "not-permitted",
    Text(
        "JPKI hands revocation data only to accredited verifiers (署名検証者) or through one of them",
        "公的個人認証サービスの失効情報は、署名検証者またはその仲介によってのみ得られます",
    ),
)
NOT_PUBLISHED = NoEvidence(
    "not-published",
    Text(
        "the certificate names neither an OCSP service nor a CRL that can be fetched",
        "証明書に、取得できる OCSP や CRL の場所が書かれていません",
    ),
)
STATUS_ONLY = NoEvidence(
    "status-only",
    Text(
        "a status without the list cannot be kept in the document",
        "失効リスト本体がないため、失効状態を文書内に保存できません",
    ),
)


class OnlineRevocation:
    """OCSP, and the lists, at the HTTP addresses that the certificate names.

    Lists may be large: they are fetched only where no OCSP response counts (`signkit.pki.revocation.acceptance`).

    Args:
        timeout: seconds.
        rule: which addresses are asked; None: all that are named.
    """

    def __init__(self, timeout: float = 10.0, rule: AddressRule | None = None) -> None:
        self._timeout = timeout
        self._rule = rule

    def look_up(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Sequence[RevocationAnswer]:
        """Return every answer had, else the last reason for having none; see `RevocationSource`."""
        # Asking is not harmless: the address is J-LIS's, and answers are for 署名検証者 alone.
        if issuer_kind(certificate) is not None:
            return [NOT_PERMITTED]
        failure: NoEvidence = NOT_PUBLISHED
        found: list[RevocationAnswer] = []
        # RFC 5280 4.2.2.1: several accessLocations may be given; the first that answers usefully ends the search.
        for url in _ocsp_urls(certificate):
            try:
                der = self._ask_ocsp(url, certificate, issuer)
            except HttpFailure as error:
                failure = _unreachable(url, error)
                continue
            if not _is_answer(der):
                failure = _unreachable(url, HttpFailure("the OCSP service did not answer the question"))
                continue
            found.append(OcspEvidence(der))
            # Only an answer that shows something saves the (large) lists: a forged or stale one must not hide them.
            if _counts(der, certificate, issuer):
                return found
        for url in _crl_urls(certificate):
            try:
                found.append(CrlEvidence(fetch(url, timeout=self._timeout, limit=CRL_BYTES, rule=self._rule)))
            except HttpFailure as error:
                failure = _unreachable(url, error)
        return found or [failure]

    def _ask_ocsp(self, url: str, certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
        request = build_ocsp_request(certificate, issuer)
        # RFC 6960 A.1: POST; the GET form would put the certificate's serial number into proxies' logs.
        return fetch(
            url,
            body=request,
            content_type="application/ocsp-request",
            timeout=self._timeout,
            limit=OCSP_BYTES,
            rule=self._rule,
        )


class FolderRevocation:
    """CRLs and OCSP responses kept as files (.crl, .ocsp): fetched earlier, or handed over by a verifier."""

    def __init__(self, folder: Path) -> None:
        self._crls: list[bytes] = []
        self._responses: list[bytes] = []
        try:
            files = sorted(folder.iterdir())
        except OSError as error:
            raise InputUnreadable(str(folder), system_cause(error)) from error
        for file in files:
            # By suffix only: what they are is found out on reading, and a file of another kind is an error, not
            # skipped.
            if file.suffix.lower() == ".crl":
                self._crls.append(_read_crl(file))
            elif file.suffix.lower() == ".ocsp":
                self._responses.append(_read_ocsp(file))

    def look_up(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Sequence[RevocationAnswer]:
        """Return every file that may speak of this certificate; see `RevocationSource`.

        Lists by other issuers may be indirect ones, and a response names the certificate by its serial number at least.
        """
        del issuer
        found: list[RevocationAnswer] = []
        found += [OcspEvidence(der) for der in self._responses if _names_serial(_response(der), certificate)]
        found += [CrlEvidence(der) for der in self._crls if _may_list(_list(der), certificate)]
        return found or [NOT_PUBLISHED]


def plugin_sources() -> tuple[RevocationSource, ...]:
    """Return one source for each entry point of the group ``signkit.revocation`` (a callable without arguments)."""
    return tuple(entry.load()() for entry in entry_points(group="signkit.revocation"))


def to_be_kept(answer: RevocationAnswer) -> RevocationAnswer:
    """Return what of an answer can go into a document: of a status without its list only a revocation counts."""
    # A status cannot be shown to a third person later; a revocation must stop the signing all the same.
    if isinstance(answer, IndexedStatus) and not isinstance(answer.status, Revoked):
        return answer.evidence(datetime.now(UTC))
    return answer


def most_telling(reasons: Sequence[NoEvidence], certificate: x509.Certificate) -> NoEvidence:
    """Return why there is no evidence on ``certificate``, out of what several sources said."""
    if told := next((reason for reason in reasons if reason.kind in ("stale", "status-only", "operator")), None):
        return told
    if issuer_kind(certificate) is not None:
        return NOT_PERMITTED
    return next((reason for reason in reasons if reason.kind != "not-published"), NOT_PUBLISHED)


def build_ocsp_request(certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """Return a DER OCSPRequest for one certificate (RFC 6960 4.1; SHA-1 names the issuer, as all services expect)."""
    from asn1crypto import ocsp

    # No nonce: most services answer with prepared responses and ignore it (RFC 5019 4, RFC 6960 4.4.1).
    request = ocsp.Request({"req_cert": certificate_id(certificate, issuer)})
    der: bytes = ocsp.OCSPRequest({"tbs_request": {"request_list": [request]}}).dump()
    return der


def certificate_id(certificate: x509.Certificate, issuer: x509.Certificate) -> object:
    """Return the OCSP CertID of ``certificate``."""
    from asn1crypto import ocsp

    return ocsp.CertId(
        {
            # RFC 6960 4.1.1; the key's hash is over its BIT STRING without tag, length and unused bits.
            "hash_algorithm": {"algorithm": "sha1"},
            "issuer_name_hash": certificate.issuer.sha1,
            "issuer_key_hash": issuer.public_key.sha1,
            "serial_number": certificate.serial_number,
        }
    )


def _is_answer(der: bytes) -> bool:
    """Return whether these bytes are an OCSP response that answers; "unauthorized" and the like are none."""
    from asn1crypto import ocsp

    # Unsigned states: "tryLater" or "unauthorized" is nobody's word on the certificate (RFC 6960 2.3).
    try:
        return bool(ocsp.OCSPResponse.load(der, strict=True)["response_status"].native == "successful")
    except (ValueError, TypeError, KeyError):
        return False


def _counts(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether a response that was just fetched shows anything of the certificate."""
    from signkit.pki.paths.known_certificates import known_certificate
    from signkit.pki.paths.pool import Pool
    from signkit.pki.policy import shipped_policy
    from signkit.pki.revocation.acceptance import Examination, standing

    known, authority, now = known_certificate(certificate.dump()), known_certificate(issuer.dump()), datetime.now(UTC)
    if known is None or authority is None:
        return False
    # A pool with the response alone: an appointed responder must bring its certificate (RFC 6960 4.2.2.2).
    examination = Examination(Pool.from_der((), [der], ()), shipped_policy("default").algorithms, now)
    return standing(examination.hear(known, authority), now).state in ("good", "revoked", "on-hold")


def _may_list(revocation_list: Any, certificate: x509.Certificate) -> bool:
    try:
        point = revocation_list.issuing_distribution_point_value
        return bool(
            revocation_list.issuer == certificate.issuer or (point is not None and point["indirect_crl"].native)
        )
    except (ValueError, TypeError, KeyError):
        return False


def _ocsp_urls(certificate: x509.Certificate) -> list[str]:
    try:
        return _http_urls(certificate.ocsp_urls)
    except (ValueError, TypeError, KeyError):  # an address that is none
        return []


def _http_urls(urls: Iterable[str]) -> list[str]:
    # ldap addresses are left out: RFC 5280 4.2.1.13 allows them, and no client of the open network reaches them.
    return [url for url in urls if url.startswith(("http://", "https://"))]


def _crl_urls(certificate: x509.Certificate) -> list[str]:
    try:
        return _http_urls([url for point in certificate.crl_distribution_points for url in [point.url] if url])
    except (ValueError, TypeError, KeyError):
        return []


def _unreachable(url: str, error: HttpFailure) -> NoEvidence:
    cause = service_cause(error.cause)
    return NoEvidence("unreachable", Text(f"{url}: {cause.en}", f"{url}: {cause.ja}"))


def _read_crl(file: Path) -> bytes:
    from asn1crypto import pem

    data = read_file(file, CRL_BYTES)
    try:
        der: bytes = pem.unarmor(data)[2] if pem.detect(data) else data
        _list(der)
    except (ValueError, TypeError) as error:
        raise InputUnreadable(str(file), Text("not a CRL", "CRL ではありません")) from error
    return der


def _read_ocsp(file: Path) -> bytes:
    der = read_file(file, OCSP_BYTES)
    try:
        _response(der)
    except (ValueError, TypeError) as error:
        raise InputUnreadable(str(file), Text("not an OCSP response", "OCSP 応答ではありません")) from error
    return der


@kept_by_thread(maxsize=256)
def _list(der: bytes) -> crl.CertificateList:
    from asn1crypto import crl

    return crl.CertificateList.load(der, strict=True)


@kept_by_thread(maxsize=256)
def _response(der: bytes) -> ocsp.OCSPResponse:
    from asn1crypto import ocsp

    return ocsp.OCSPResponse.load(der, strict=True)


def _names_serial(response, certificate: x509.Certificate) -> bool:  # type: ignore[no-untyped-def]
    try:
        # A response may be about several certificates (RFC 6960 4.2.1).
        singles = response.response_data["responses"]
        return any(single["cert_id"]["serial_number"].native == certificate.serial_number for single in singles)
    except (ValueError, TypeError, AttributeError):
        return False
