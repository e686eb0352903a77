"""The right person: does the signer's certificate name the party that the contract names?

A valid signature proves that a key signed, not that the key is the party's.  Name and address in the certificate are
compared with name and address in the contract: match, mismatch or cannot-tell, with reasons that never repeat either.
What is decided and why: docs/concepts/party-match.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from signkit.jpki.attributes import read_attributes
from signkit.jpki.certificates import issuer_kind
from signkit.jpki.company import CompanyRegistration, read_registration
from signkit.jpki.corporate_number import base_number, base_numbers_of
from signkit.jpki.match_reasons import MatchReason, PartyMatch, Verdict, match_of, worst
from signkit.jpki.names import (
    compare_organizations,
    compare_person_names,
    compare_registered_names,
    names_organization,
)
from signkit.jpki.normalise import is_unsafe, plain, substitutes_marked
from signkit.jpki.postal_addresses import compare_addresses

if TYPE_CHECKING:
    from asn1crypto import x509

__all__ = [
    "MatchReason",
    "PartyClaim",
    "PartyMatch",
    "SignerIdentity",
    "Verdict",
    "match_person",
    "signer_identity",
]

#: The longest name and address that are compared, in code points; the registers' own are shorter.
#: Comparing costs time with the length: a stranger's certificate must not choose it.
MAX_NAME_LENGTH = 200
MAX_ADDRESS_LENGTH = 400


@dataclass(frozen=True)
class SignerIdentity:
    """Who a certificate says its holder is.

    Attributes:
        name: 氏名 of a JPKI certificate, else the subject's common name.
        address: 住所 of a JPKI certificate, 本店 of a company's (商業登記電子証明書), else None.
        name_substitutes: indexes in ``name`` at which a substitute character (代替文字) stands.
        address_substitutes: the same for ``address``.
        kind: where the name comes from: the JPKI attributes (always a person), the commercial register (a company's
            representative) or the subject.
        organization: O= of a subject; the registered name of a company.
        corporate_numbers: base numbers (法人番号 without its check digit) that an organisation's subject states.
    """

    name: str = field(repr=False)
    address: str | None = field(default=None, repr=False)
    name_substitutes: tuple[int, ...] = field(default=(), repr=False)
    address_substitutes: tuple[int, ...] = field(default=(), repr=False)
    kind: Literal["jpki", "registry", "subject"] = "subject"
    organization: str | None = field(default=None, repr=False)
    corporate_numbers: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class PartyClaim:
    """Whom the contract names.

    Attributes:
        name: the party's name, or for an organization that of the person who signs for it.
        address: the party's address, where the contract gives one.
        kind: as in the template; a name with a legal form (株式会社) is an organization's in any case.
        organization: the organization's own name, where ``name`` is that of the person who signs for it.
        corporate_number: 法人番号 of a company, where the contract gives one.
    """

    name: str = field(repr=False)
    address: str | None = field(default=None, repr=False)
    kind: Literal["person", "organization"] = "person"
    organization: str | None = field(default=None, repr=False)
    corporate_number: str | None = None


def signer_identity(certificate: x509.Certificate) -> SignerIdentity | None:
    """Return who ``certificate`` says its holder is: the JPKI attributes, the register's, else the subject's CN and O.

    None where it says nothing of use: no name at all, or a JPKI subject, whose CN is an opaque number.
    """
    attributes = read_attributes(certificate)
    if attributes is not None:
        return SignerIdentity(
            attributes.name,
            attributes.address,
            attributes.name_substitutes,
            attributes.address_substitutes,
            kind="jpki",
        )
    # A JPKI certificate without attributes names a number, which is nobody's name.
    if issuer_kind(certificate) is not None:
        return None
    if (company := read_registration(certificate)) is not None:
        return _registered_identity(company)
    return _subject_identity(certificate)


def match_person(signer: SignerIdentity | None, party: PartyClaim) -> PartyMatch:
    """Return whether ``signer`` is ``party``; any text may be given, and none raises.

    The verdict is the worst of what the name and the address say; an address is compared only where both sides give
    one and the party is a person.
    """
    if signer is None:
        return match_of(["no-identity"])
    if signer.kind == "registry":
        return match_of((*_registry_codes(signer, party), *_number_codes(signer, party)))
    of_organization = party.kind == "organization" or names_organization(party.name[:MAX_NAME_LENGTH])
    codes = _organization_codes(signer, party) if of_organization else _name_codes(signer, party)
    # A person's address tells namesakes apart; an organization's is its seat, which its certificate need not give.
    if worst(codes) != "mismatch" and not of_organization:
        codes += _address_codes(signer, party)
    return match_of((*codes, *_number_codes(signer, party)))


def _number_codes(signer: SignerIdentity, party: PartyClaim) -> tuple[str, ...]:
    """Compare the 法人番号 where the contract and the certificate give one each."""
    if party.corporate_number is None or not signer.corporate_numbers:
        return ()
    # Without the check digit: certificates state either form.
    same = base_number(party.corporate_number) in signer.corporate_numbers
    return ("corporate-number-equal" if same else "corporate-number-other",)


def _name_codes(signer: SignerIdentity, party: PartyClaim) -> tuple[str, ...]:
    if refusal := _refusal_reason(signer.name, party.name):
        return (refusal,)
    if signer.kind == "jpki":
        return compare_registered_names(signer.name, party.name, signer.name_substitutes)
    return compare_person_names(signer.name, party.name)


def _organization_codes(signer: SignerIdentity, party: PartyClaim) -> tuple[str, ...]:
    """Compare with an organization, or with the person that the contract names as signing for it."""
    if refusal := _refusal_reason(signer.organization or signer.name, party.name):
        return (refusal,)
    if party.organization is not None and signer.organization is not None:
        return _represented_codes(signer, signer.organization, party, party.organization)
    if not names_organization(party.name):
        codes = _name_codes(signer, party)
        if worst(codes) != "mismatch" or signer.organization is None:
            return (*codes, "representative") if worst(codes) == "match" else codes
    elif signer.kind == "jpki":
        return ("organization-by-person",)
    return compare_organizations(signer.organization or signer.name, party.name)


def _registry_codes(signer: SignerIdentity, party: PartyClaim) -> tuple[str, ...]:
    """Compare with what the register has: the company, its representative, and its head office, as far as given."""
    by_name = names_organization(party.name[:MAX_NAME_LENGTH])
    company = party.organization or (party.name if by_name else None)
    if refusal := _refusal_reason(signer.organization or "", signer.name, party.name, company or party.name):
        return (refusal,)
    codes = compare_organizations(signer.organization or "", company) if company is not None else ()
    if worst(codes) == "mismatch" and codes:
        return codes
    if company is None or not by_name:
        person = _name_codes(signer, party)
        if worst(person) == "mismatch" and company is not None:
            # Where it cannot be told whether the company is the contract's, nothing is said of who stands for it.
            person = ("organization-other-person",) if worst(codes) == "match" else ()
        codes = (*codes, *person)
        if party.kind == "person" and company is None and worst(codes) != "mismatch":
            return (*codes, "company-for-person")
    stated = ("registered-representative",) if worst(codes) == "match" else ()
    return (*codes, *stated, *_head_office_codes(signer, party))


def _head_office_codes(signer: SignerIdentity, party: PartyClaim) -> tuple[str, ...]:
    """A contract may name a branch: another address than the head office's is nothing against the company."""
    if not plain((party.address or "")[:MAX_ADDRESS_LENGTH]):
        return ()
    codes = _address_codes(signer, party)
    return ("head-office-other",) if worst(codes) == "mismatch" else codes


def _represented_codes(signer: SignerIdentity, holder: str, party: PartyClaim, organization: str) -> tuple[str, ...]:
    """Compare both the organization and the person who signs for it, where both sides name both.

    An organization's own certificate bears no person's name, but its own or that of a part of it.
    """
    if refusal := _refusal_reason(holder, organization):
        return (refusal,)
    codes, person = compare_organizations(holder, organization), _name_codes(signer, party)
    if worst(person) == "match":
        return (*person, "representative", *(("organization-other",) if worst(codes) == "mismatch" else codes))
    own = signer.name == holder or compare_organizations(signer.name, organization) == ("name-partial",)
    if worst(codes) != "match" or own or worst(compare_organizations(signer.name, organization)) == "match":
        return codes
    return (*codes, "organization-other-person")


def _address_codes(signer: SignerIdentity, party: PartyClaim) -> tuple[str, ...]:
    one, other = signer.address or "", party.address or ""
    if not plain(one[:MAX_ADDRESS_LENGTH]) or not plain(other[:MAX_ADDRESS_LENGTH]):
        return ("name-only",)
    if max(len(one), len(other)) > MAX_ADDRESS_LENGTH:
        return ("address-too-long",)
    if is_unsafe(one) or is_unsafe(other):
        return ("address-unsafe",)
    codes = compare_addresses(one, other)
    # With more than half of it substituted, nearly any address would fit.
    few = 0 < 2 * len(signer.address_substitutes) <= len(one)
    if not few or worst(codes) == "match":
        return codes
    codes = compare_addresses(substitutes_marked(one, signer.address_substitutes), other)
    return (*codes, "address-substitute") if worst(codes) == "match" else codes


def _refusal_reason(*names: str) -> str | None:
    """Return why ``names`` are not compared, or None."""
    if any(len(name) > MAX_NAME_LENGTH for name in names):
        return "name-too-long"
    if any(is_unsafe(name) for name in names):
        return "name-unsafe"
    return None if all(plain(name) for name in names) else "name-empty"


def _registered_identity(company: CompanyRegistration) -> SignerIdentity:
    numbers = frozenset({base_number(company.number)}) if company.number else frozenset[str]()
    return SignerIdentity(
        company.representative,
        company.head_office,
        kind="registry",
        organization=company.name,
        corporate_numbers=numbers,
    )


def _subject_identity(certificate: x509.Certificate) -> SignerIdentity | None:
    try:
        subject = certificate.subject.native
    except (ValueError, TypeError):
        return None
    organization = _single(subject.get("organization_name"))
    name = _single(subject.get("common_name")) or organization
    if not name:
        return None
    return SignerIdentity(name, organization=organization, corporate_numbers=base_numbers_of(certificate))


def _single(value: object) -> str | None:
    """Return an attribute that stands once; of several nobody can say which one names the holder."""
    return value if isinstance(value, str) and value else None
