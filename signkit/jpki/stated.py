"""What certificates of Japanese CAs state beside the subject: the directory names in subjectAltName.

認定認証業務 put the Japanese name, organisation and office there, and a 電子委任状 of the certificate kind the mandator
and the extent of the power (電子委任状法2条1項).  It is shown as it is written: whether the issuer is an
accredited one, and whether the power covers an act, no certificate says in a form that a program could judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509

#: What an attribute is called, by asn1crypto's names; others go by their object identifier.
_LABELS = {
    "common_name": Text("Name", "氏名"),
    "surname": Text("Family name", "姓"),
    "given_name": Text("Given name", "名"),
    "organization_name": Text("Organization", "団体の名称"),
    "organizational_unit_name": Text("Unit", "部署等"),
    "organization_identifier": Text("Organization's number", "団体の番号"),
    "title": Text("Office", "役職等"),
    "description": Text("Description", "記載事項"),
    "street_address": Text("Address", "所在地"),
    "locality_name": Text("Municipality", "市区町村"),
    "state_or_province_name": Text("Prefecture", "都道府県"),
    "country_name": Text("Country", "国"),
    "2.5.4.13": Text("Description", "記載事項"),
    "2.5.4.97": Text("Organization's number", "団体の番号"),
}


def stated_beside(certificate: x509.Certificate) -> tuple[tuple[Text, str], ...]:
    """Return label and value of each attribute of the directory names in subjectAltName, in their order."""
    try:
        return tuple(_attributes(certificate))
    except (ValueError, TypeError, KeyError):
        return ()


def _attributes(certificate: x509.Certificate) -> Iterator[tuple[Text, str]]:
    for name in certificate.subject_alt_name_value or ():
        if name.name != "directory_name":
            continue
        for relative in name.chosen.chosen:
            for item in relative:
                kind = item["type"].native
                value = item["value"].native
                yield _LABELS.get(kind) or Text(kind, kind), value if isinstance(value, str) else str(value)
