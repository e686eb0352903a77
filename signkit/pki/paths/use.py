"""Whose signature a certificate is for: a natural person's, an organisation's (a seal), or it does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from signkit.jpki.company import read_registration

if TYPE_CHECKING:
    from asn1crypto import x509

Use = Literal["sign", "seal", "signature", "timestamp"]

#: id-etsi-qcs-QcType with its values esign and eseal (ETSI EN 319 412-5 4.2.3).
_QC_STATEMENTS = "1.3.6.1.5.5.7.1.3"
_QC_TYPE = "0.4.0.1862.1.6"
_QC_USES: dict[str, Use] = {"0.4.0.1862.1.6.1": "sign", "0.4.0.1862.1.6.2": "seal"}
_PERSONAL = {"given_name", "surname", "pseudonym"}
#: organizationIdentifier (EN 319 412-3 4.2.1) stands in an organisation's own certificate.
_ORGANISATIONAL = {"organization_identifier", "2.5.4.97"}


def stated_use(certificate: x509.Certificate) -> Use:
    """Return what an anchor is asked for, for a certificate that signs."""
    try:
        return _stated_use(certificate)
    except (ValueError, TypeError, KeyError, IndexError):  # a subject or a statement that nobody can read says nothing
        return "signature"


def _stated_use(certificate: x509.Certificate) -> Use:
    stated = {_QC_USES[kind] for kind in _qc_types(certificate) if kind in _QC_USES}
    if len(stated) == 1:
        return stated.pop()
    if read_registration(certificate) is not None:  # it names a person, who signs as the company's representative
        return "signature"
    names = set(certificate.subject.native)
    if names & _PERSONAL:
        return "sign"
    return "seal" if names & _ORGANISATIONAL else "signature"


def _qc_types(certificate: x509.Certificate) -> list[str]:
    from asn1crypto.core import Any as Anything
    from asn1crypto.core import ObjectIdentifier, Sequence, SequenceOf

    oids = type("_Oids", (SequenceOf,), {"_child_spec": ObjectIdentifier})
    fields = [("id", ObjectIdentifier), ("info", Anything, {"optional": True})]
    statement_type = type("_Statement", (Sequence,), {"_fields": fields})
    statements_type: Any = type("_Statements", (SequenceOf,), {"_child_spec": statement_type})
    for extension in certificate["tbs_certificate"]["extensions"]:
        if extension["extn_id"].dotted == _QC_STATEMENTS:
            statements = statements_type.load(extension["extn_value"].contents)
            kinds = [item["info"].parse(oids) for item in statements if item["id"].dotted == _QC_TYPE]
            return [oid.dotted for kind in kinds for oid in kind]
    return []
