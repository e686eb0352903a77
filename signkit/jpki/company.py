"""What a 商業登記電子証明書 says: the company and its representative as the commercial register has them.

The certificate's subject is in Latin letters or nearly empty; name, head office and representative stand in Japanese in
the extension registeredCorporationInfo (1.2.392.100300.1.1.3, docs/reference/company-certificates.md).  Until 2026-02
such a certificate has no KeyUsage and names no revocation list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asn1crypto import x509

OID_REGISTRAR = "1.2.392.100300.1.1.2"
OID_REGISTRATION = "1.2.392.100300.1.1.3"
#: Fields of the extension by their context tag; each is an explicit DirectoryString.
TAGS = {0: "name", 1: "number", 2: "head_office", 3: "representative", 4: "title", 6: "registry_office"}
_REQUIRED = {"name", "head_office", "representative", "title"}
#: UTF8String, PrintableString, TeletexString, BMPString by their tags (X.520 DirectoryString), with their codecs.
_STRINGS = {12: "utf-8", 19: "ascii", 20: "latin-1", 30: "utf-16-be"}


@dataclass(frozen=True)
class CompanyRegistration:
    """A company as its certificate has it; all of it stands in the public register.

    Attributes:
        head_office: 本店, or the business office of a manager (支配人).
        number: 会社法人等番号, twelve digits; None where the certificate gives none.
        title: 代表取締役, 支配人, …
    """

    name: str
    head_office: str
    representative: str
    title: str
    number: str | None = None
    registry_office: str | None = None


def read_registration(certificate: x509.Certificate) -> CompanyRegistration | None:
    """Return what the extension says; None where there is none, or nobody can read it in one way."""
    try:
        values = [
            extension["extn_value"].contents
            for extension in certificate["tbs_certificate"]["extensions"]
            if extension["extn_id"].dotted == OID_REGISTRATION
        ]
        fields = _fields(values[0]) if len(values) == 1 else {}
    except (ValueError, TypeError, KeyError, IndexError):
        return None
    if not fields.keys() >= _REQUIRED or not all(fields[name].strip() for name in _REQUIRED):
        return None
    return CompanyRegistration(**fields)


def _fields(der: bytes) -> dict[str, str]:
    """Read the SEQUENCE; a field that stands twice makes it unreadable, an unknown one is passed over."""
    from asn1crypto import parser

    fields: dict[str, str] = {}
    for tag, content in _children(der):
        name = TAGS.get(tag)
        if name is None:
            continue
        if name in fields:
            raise ValueError(f"{name} stands twice")
        _, _, kind, _, text, _ = parser.parse(content, strict=True)
        if kind not in _STRINGS:
            raise ValueError(f"{name} is no string")
        fields[name] = text.decode(_STRINGS[kind])
    return fields


def _children(der: bytes) -> list[tuple[int, bytes]]:
    """Return tag number and content of each context-specific member of a SEQUENCE."""
    from asn1crypto import parser

    members: list[tuple[int, bytes]] = []
    _, _, kind, _, content, _ = parser.parse(der, strict=True)
    if kind != 16:
        raise ValueError("no SEQUENCE")
    while content:
        member: Any = parser.parse(content)
        klass, _, tag, header, inner, trailer = member
        if klass != 2:
            raise ValueError("no context tag")
        members.append((tag, inner))
        content = content[len(header) + len(inner) + len(trailer) :]
    return members
