"""Distinguished names: shown to people, and compared where they hold characters younger than the rules for comparing.

RFC 5280 7.1 compares names after a preparation (RFC 4518) that knows Unicode 3.2 and refuses every character assigned
later: asn1crypto raises ValueError on a CN with 辻 and its variation selector, and with it fails every certificate
path.  Such a value is compared as it stands; RFC 5280 allows the exact comparison, which can only find fewer names
equal, never more.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from asn1crypto import cms, x509

from signkit.words import printable

# asn1crypto's own preparation by RFC 4518, which RFC 5280 7.1 prescribes.
_prepare = x509.NameTypeAndValue._ldap_string_prep
#: What asn1crypto puts between the values and the parts of a name (1E, 1F), for what could stand in one.
_SEPARATORS = str.maketrans({"\x1d": "\x1d0", "\x1e": "\x1d1", "\x1f": "\x1d2"})
#: What a name begins with in its comparable form where it cannot be decoded.
UNDECODED = "undecoded:"
#: Longer values are prepared each time, so that strangers' names do not fill the memory.
_MAX_KEPT = 200


def _prepare_or_keep(_: x509.NameTypeAndValue, string: str) -> str:
    return _prepared_once(string) if len(string) <= _MAX_KEPT else _prepare_value(string)


def _prepare_value(string: str) -> str:
    try:
        prepared: str = _prepare(x509.NameTypeAndValue(), string)
    except ValueError:
        # The form of a prepared value: one space on either side, and none of what parts the values of a name.
        return f" {string.translate(_SEPARATORS)} "
    return prepared


#: The same authorities and countries are named in every certificate of a batch.
_prepared_once = lru_cache(maxsize=4_096)(_prepare_value)


def compare_new_characters_exactly() -> None:
    """Make asn1crypto (and pyHanko, which builds paths with it) accept such names; harmless when repeated."""
    x509.NameTypeAndValue._ldap_string_prep = _prepare_or_keep


def readable_name(name: x509.Name) -> str:
    """Return a name's values for people, the most particular first, without what could steer a terminal."""
    # RFC 4514 2.1 writes a name from its last RDN to its first; that is also the order in which people read one.
    values = [str(pair["value"].native) for pairs in reversed(list(name.chosen)) for pair in pairs]
    return printable(", ".join(values), "")


def labelled_name(name: x509.Name) -> str:
    """Return a name's values with what each is, without what could steer a terminal; its bytes where it is none."""
    try:
        shown = str(name.human_friendly)
    except Exception:  # hostile, or merely odd
        shown = f"{UNDECODED}{name.dump().hex()}"
    return printable(shown)


def comparable_name(name: x509.Name) -> str:
    """Return a name in the form in which names are compared (RFC 5280 7.1).

    One that cannot be decoded in a value (Shift_JIS in a T61String, an address that is a SEQUENCE) is compared by its
    bytes as they stand, which can only find fewer names equal.  So is one that has two values of one type in one part
    (X.501 9.3 has one): asn1crypto goes by the last of them.
    """
    try:
        if any(len({pair["type"].dotted for pair in part}) < len(part) for part in name.chosen):
            return f"{UNDECODED}{name.dump().hex()}"
        return str(name.hashable)
    except Exception:  # hostile, or merely odd
        return f"{UNDECODED}{name.dump().hex()}"


def same_name(a: x509.Name, b: x509.Name) -> bool:
    """Whether two names are one."""
    return a.dump() == b.dump() or comparable_name(a) == comparable_name(b)


def is_identified(identifier: cms.SignerIdentifier, certificate: x509.Certificate) -> bool:
    """Whether a SignerIdentifier names a certificate: by issuer and serial number, or by key identifier."""
    chosen = identifier.chosen
    # RFC 5652 10.2.4, 5.3: a serial number is unique under its issuer only, so both are compared.
    if identifier.name == "issuer_and_serial_number":
        der = chosen.dump()
        issuer, serial = _kept_issuer(der) if len(der) <= _MAX_KEPT_ISSUER else _issuer_and_serial(der)
        same_serial = serial == certificate.serial_number
        return bool(same_serial and (issuer == certificate.issuer.dump() or _is_issued_by(certificate, issuer)))
    # subjectKeyIdentifier is compared with the certificate's extension, never with a computed hash (RFC 5652 5.3).
    return certificate.key_identifier is not None and bool(chosen.native == certificate.key_identifier)


def _issuer_and_serial(der: bytes) -> tuple[bytes, int]:
    read = cms.IssuerAndSerialNumber.load(der)
    return read["issuer"].dump(), read["serial_number"].native


#: One service stamps all of a file, and most of a batch: how it is named is read once.
_MAX_KEPT_ISSUER = 1024
_kept_issuer = lru_cache(maxsize=500)(_issuer_and_serial)


def _is_issued_by(certificate: x509.Certificate, issuer: bytes) -> bool:
    return same_name(x509.Name.load(issuer), certificate.issuer)


def mail_addresses(certificate: x509.Certificate) -> frozenset[str]:
    """The mail addresses that a certificate names (RFC 8550 3, 4.4.3): in subjectAltName, and in the subject of old."""
    found: set[str] = set()
    try:
        names = certificate.subject_alt_name_value or ()
        found |= {str(item.native) for item in names if item.name == "rfc822_name"}
        pairs = [pair for part in certificate.subject.chosen for pair in part]
        found |= {str(pair["value"].native) for pair in pairs if pair["type"].native == "email_address"}
    except (ValueError, TypeError, KeyError):  # what cannot be read names nobody
        pass
    # Compared without case: the host never has one (RFC 5321 2.4), and no provider tells users apart by it.
    return frozenset(address.casefold() for address in found)


def common_name(certificate: x509.Certificate | None) -> str | None:
    """Return the one name of a certificate's subject; see `name_of`."""
    return None if certificate is None else name_of(certificate.subject)


def issuer_name(certificate: x509.Certificate | None) -> str | None:
    """Return the one name of a certificate's issuer; see `name_of`."""
    return None if certificate is None else name_of(certificate.issuer)


def name_of(name: Any) -> str | None:
    """Return the one name that people are shown: the last common name, else organisational unit, organisation, or all.

    Control characters are left out: the text reaches terminals and web pages.  None where it cannot be read.
    """
    try:
        native = name.native
        values = [native.get(key) for key in ("common_name", "organizational_unit_name", "organization_name")]
        value = next((value for value in values if value), None) or str(name.human_friendly)
        text = value[-1] if isinstance(value, list) else str(value)
        return printable(text, "") or None
    except Exception:  # hostile ASN.1, or one odd value: tell of the others
        return _name_for_people(name)


def _name_for_people(name: Any) -> str | None:
    """Return the common name, or else the last value, of those that can be decoded."""
    found: dict[str, str] = {}
    try:
        pairs = [pair for part in name.chosen for pair in part]
    except Exception:  # hostile ASN.1
        return None
    for pair in pairs:
        try:
            value = str(pair["value"].native)
        except Exception:  # noqa: S112  left out
            continue
        found[pair["type"].native] = printable(value, "")
    return found.get("common_name") or next(reversed(found.values()), None) or None
