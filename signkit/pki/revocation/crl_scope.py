"""Which certificates a revocation list speaks of: its issuer's key, its distribution point, users or authorities.

A list with an issuing distribution point answers only for certificates that name the same point (RFC 5280 5.2.5 and
6.3.3 b 2); JPKI's lists are partitioned so by municipality.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signkit.pki.names import compare_new_characters_exactly
from signkit.pki.revocation.crl_index import CertificateKind
from signkit.pki.revocation.crl_list import ListMalformed, ListUnsupported

if TYPE_CHECKING:
    from asn1crypto import x509

_MAX_NAMES = 16

compare_new_characters_exactly()


@dataclass(frozen=True)
class Scope:
    """What a list is about.

    Attributes:
        names: the distribution point's names in the form in which names are compared, sorted; none: no partition.
        partition: the same for people.
        certificates: whether it is about users' certificates alone, or authorities' alone.
    """

    names: tuple[str, ...] = ()
    partition: str | None = None
    certificates: CertificateKind = "all"


def list_scope(issuing_point: bytes | None, issuer: x509.Name) -> Scope:
    """Return the scope that a list's issuingDistributionPoint extension states (None: it has none).

    Raises:
        ListMalformed: it cannot be read.
        ListUnsupported: an indirect list, one of some reasons only, or of attribute certificates.
    """
    from asn1crypto import crl

    if issuing_point is None:
        return Scope()
    try:
        point = crl.IssuingDistributionPoint.load(issuing_point, strict=True)
        _refuse_special(point.native)
        names = list(_point_names(point["distribution_point"], issuer))
        comparable = {text for name in names if (text := _comparable(name)) is not None}
    except (ValueError, TypeError, KeyError) as error:
        raise ListMalformed("its distribution point cannot be read", "配布点を読めません") from error
    if len(comparable) > _MAX_NAMES or len(comparable) < len(names):
        raise ListUnsupported(
            "its distribution point has names of a kind that is not known", "配布点に解釈できない種類の名前があります"
        )
    shown = " / ".join(_shown(name) for name in names) or None
    return Scope(tuple(sorted(comparable)), shown, _kind(point))


def _refuse_special(values: dict[str, Any]) -> None:
    if values["indirect_crl"]:
        raise ListUnsupported("it is an indirect list", "間接 CRL です")
    if values["only_contains_attribute_certs"]:
        raise ListUnsupported("it is about attribute certificates", "属性証明書の失効リストです")
    if values["only_some_reasons"] is not None:
        raise ListUnsupported("it covers only some reasons of revocation", "一部の失効理由だけを対象としています")
    if values["only_contains_user_certs"] and values["only_contains_ca_certs"]:
        raise ListMalformed("its distribution point contradicts itself", "配布点の記載が矛盾しています")


def _kind(point: Any) -> CertificateKind:
    if point["only_contains_user_certs"].native:
        return "user"
    return "ca" if point["only_contains_ca_certs"].native else "all"


def covers(issuing_point: bytes | None, certificate: x509.Certificate) -> bool:
    """Return whether a list with this issuingDistributionPoint extension speaks of ``certificate``.

    A list that cannot be read, or of a kind that is not supported, speaks of nothing.
    """
    try:
        scope = list_scope(issuing_point, certificate.issuer)
    except (ListMalformed, ListUnsupported):
        return False
    if scope.certificates not in ("all", certificate_kind(certificate)):
        return False
    return not scope.names or not set(scope.names).isdisjoint(certificate_points(certificate))


def certificate_points(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the names of the certificate's own distribution points in the form in which names are compared.

    Points of indirect lists and of some reasons only are left out: no index holds such lists.  What cannot be read
    names nothing.
    """
    try:
        points = certificate.crl_distribution_points_value or ()
        plain = [item for item in points if not _given(item["reasons"]) and not _given(item["crl_issuer"])]
        names = [name for item in plain for name in _point_names(item["distribution_point"], certificate.issuer)]
        found = [text for name in names[: 4 * _MAX_NAMES] if (text := _comparable(name)) is not None]
    except (ValueError, TypeError, KeyError):
        return ()
    return tuple(dict.fromkeys(found))[:_MAX_NAMES]


def certificate_kind(certificate: x509.Certificate) -> CertificateKind:
    """Return ``ca`` for an authority's certificate, else ``user`` (RFC 5280 4.2.1.9)."""
    constraints = certificate.basic_constraints_value
    return "ca" if constraints is not None and constraints["ca"].native else "user"


def index_name(key_sha256: str, name_sha256: str, certificates: CertificateKind, point: str | None) -> str:
    """Return the file name of the index for an issuer's key and name, a kind of certificates and a point's name.

    A lookup so finds its index without looking into any other.
    """
    text = "\0".join([key_sha256, name_sha256, certificates, point or ""])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40] + ".crlindex"


def issuer_digests(issuer: x509.Certificate) -> tuple[str, str]:
    """Return SHA-256 of an authority's key (DER SubjectPublicKeyInfo) and of its name as names are compared."""
    key = hashlib.sha256(issuer.public_key.dump()).hexdigest()
    return key, hashlib.sha256(issuer.subject.hashable.encode("utf-8", "surrogatepass")).hexdigest()


def _given(value: Any) -> bool:
    return value.native is not None


def _point_names(point: Any, issuer: x509.Name) -> Iterator[x509.GeneralName]:
    """Yield the names of a DistributionPointName; a relative one is put behind the issuer's (RFC 5280 4.2.1.13)."""
    from asn1crypto import x509

    if point.native is None:
        return
    if point.name == "full_name":
        yield from point.chosen
        return
    parts: Iterable[Any] = [*issuer.chosen, point.chosen]
    yield x509.GeneralName("directory_name", x509.Name("", x509.RDNSequence(list(parts))))


def _comparable(name: x509.GeneralName) -> str | None:
    if name.name == "directory_name":
        return f"directory:{name.chosen.hashable}"
    return f"uri:{name.native}" if name.name == "uniform_resource_identifier" else None


def _shown(name: x509.GeneralName) -> str:
    return str(name.chosen.human_friendly if name.name == "directory_name" else name.native)
