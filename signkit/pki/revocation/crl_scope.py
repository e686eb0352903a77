"""Which certificates a revocation list speaks of: its issuer's key, its distribution point, users or authorities.

A list with an issuing distribution point answers only for certificates that name the same point (RFC 5280 5.2.5 and
6.3.3 b 2); JPKI's lists are partitioned so by municipality.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signkit.pki.distinguished_names import comparable_name, compare_new_characters_exactly, labelled_name
from signkit.pki.revocation.crl_index import CertificateKind
from signkit.pki.revocation.crl_list import ListMalformed, ListUnsupported
from signkit.words import printable

if TYPE_CHECKING:
    from asn1crypto import x509

# Each name makes one index file; JPKI's lists have one or two (a directory name and an address).
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
    """Return the scope that a list's issuingDistributionPoint (RFC 5280 5.2.5) states; None: it has none.

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
    shown = " / ".join(_words_of(name) for name in names) or None
    return Scope(tuple(sorted(comparable)), shown, _kind(point))


def _refuse_special(values: dict[str, Any]) -> None:
    # RFC 5280 5.2.5: at most one of the onlyContains… may be TRUE, and an indirect list speaks of others' certificates.
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


#: The reasons that a list may be limited to (RFC 5280 4.2.1.13).
ALL_REASONS = frozenset(
    {
        "key_compromise", "ca_compromise", "affiliation_changed", "superseded", "cessation_of_operation",
        "certificate_hold", "privilege_withdrawn", "aa_compromise",
    }
)  # fmt: skip


def covered_reasons(issuing_point: bytes | None, list_issuer: str, certificate: x509.Certificate) -> frozenset[str]:
    """Return the reasons that a list tells of ``certificate``; none: it is not about it (RFC 5280 6.3.3 b, d).

    Args:
        issuing_point: DER of the list's issuingDistributionPoint.
        list_issuer: the list's issuer in the form in which names are compared.
        certificate: the certificate in question.
    """
    from asn1crypto import crl

    try:
        stated = None if issuing_point is None else crl.IssuingDistributionPoint.load(issuing_point, strict=True)
        if stated is not None and not _of_this_kind(stated, certificate):
            return frozenset()
        found: frozenset[str] = frozenset()
        for point in _points(certificate, list_issuer, indirect=stated is not None and stated["indirect_crl"].native):
            if stated is None or _same_point(stated, point, certificate.issuer):
                found |= _reasons(stated and stated["only_some_reasons"]) & _reasons(point and point["reasons"])
        return found
    except (ValueError, TypeError, KeyError):  # what cannot be read speaks of nothing
        return frozenset()


def _of_this_kind(stated: Any, certificate: x509.Certificate) -> bool:
    values = stated.native
    if values["only_contains_attribute_certs"]:
        return False
    if values["only_contains_user_certs"] and values["only_contains_ca_certs"]:
        return False
    return _kind(stated) in ("all", certificate_kind(certificate))


def _points(certificate: x509.Certificate, list_issuer: str, *, indirect: bool) -> Iterator[Any]:
    """Yield the certificate's points for which this issuer's lists count; None is the one that all of them have.

    The last paragraph of RFC 5280 6.3.3: any list of the certificate's own issuer counts, as if a point named it.
    """
    own = list_issuer == comparable_name(certificate.issuer)
    # The certificate's issuer itself; a point that it does not name is found by that rule.
    if own:
        yield None
    for point in list(certificate.crl_distribution_points_value or ())[: 4 * _MAX_NAMES]:
        named = [item for item in point["crl_issuer"] or () if item.name == "directory_name"]
        # A cRLIssuer makes the point the business of an indirect list alone (RFC 5280 6.3.3 b 1).
        if not _is_given(point["crl_issuer"]):
            if own:
                yield point
        elif indirect and any(comparable_name(item.chosen) == list_issuer for item in named):
            yield point


def _same_point(stated: Any, point: Any, issuer: x509.Name) -> bool:
    """Whether the names of the list's point and of the certificate's meet (RFC 5280 6.3.3 b 2 i)."""
    if not _is_given(stated["distribution_point"]):
        return True
    wanted = {_comparable(item) for item in _point_names(stated["distribution_point"], issuer)} - {None}
    # With no point in the certificate, the list's point must bear the issuer's own name.
    if point is None:
        return f"directory:{comparable_name(issuer)}" in wanted
    # cRLIssuer stands in for a distribution point that is left out (RFC 5280 4.2.1.13).
    names = list(_point_names(point["distribution_point"], issuer)) or list(point["crl_issuer"] or ())
    return any(_comparable(item) in wanted for item in names)


def _reasons(flags: Any) -> frozenset[str]:
    """Return the reasons of ReasonFlags; without any, all."""
    if flags is None or flags.native is None:
        return ALL_REASONS
    # ReasonFlags has "unused" at bit 0 (RFC 5280 4.2.1.13): it is no reason.
    return frozenset(flags.native) & ALL_REASONS


def certificate_points(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the names of the certificate's own distribution points (RFC 5280 4.2.1.13), as they are compared.

    Points of indirect lists and of some reasons only are left out: no index holds such lists.  What cannot be read
    names nothing.
    """
    try:
        points = certificate.crl_distribution_points_value or ()
        # Only plain points: an index answers for whole lists of the certificate's own issuer.
        plain = [item for item in points if not _is_given(item["reasons"]) and not _is_given(item["crl_issuer"])]
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
    return key, hashlib.sha256(comparable_name(issuer.subject).encode("utf-8", "surrogatepass")).hexdigest()


def _is_given(value: Any) -> bool:
    return value.native is not None


def _point_names(point: Any, issuer: x509.Name) -> Iterator[x509.GeneralName]:
    """Yield the names of a DistributionPointName; a relative one is put behind the issuer's (RFC 5280 4.2.1.13)."""
    from asn1crypto import x509

    if point.native is None:
        return
    if point.name == "full_name":
        yield from point.chosen
        return
    # nameRelativeToCRLIssuer is one RDN, appended to the issuer's name (RFC 5280 4.2.1.13).
    parts: Iterable[Any] = [*issuer.chosen, point.chosen]
    yield x509.GeneralName("directory_name", x509.Name("", x509.RDNSequence(list(parts))))


def _comparable(name: x509.GeneralName) -> str | None:
    if name.name == "directory_name":
        return f"directory:{comparable_name(name.chosen)}"
    # Names of other kinds (an e-mail address, an IP address) cannot be the place of a list.
    return f"uri:{name.native}" if name.name == "uniform_resource_identifier" else None


def _words_of(name: x509.GeneralName) -> str:
    return labelled_name(name.chosen) if name.name == "directory_name" else printable(str(name.native))
