"""The right person: does each signer's certificate name the party that the pages, or the caller, name?

A valid signature by the wrong person is the commonest fraud; how names and addresses are compared is decided in
`signkit.jpki.party_match`.  The contract data say whom to look for, and the page beside the signature field must say so
too: data that name somebody else than what people read prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from signkit.errors import ContractDataUnreadable
from signkit.jpki.match_reasons import BASES, Basis, match_of
from signkit.jpki.normalise import is_unsafe
from signkit.jpki.party_match import PartyClaim, PartyMatch, match_person, signer_identity
from signkit.pdf.embedded_contract import EmbeddedContract, EmbeddedParty, contract_of, role_asked_for
from signkit.pdf.pages import pages
from signkit.pdf.reading.doubts import Doubts
from signkit.pdf.reading.syntax import Ref
from signkit.pdf.signatures import FoundSignature
from signkit.validation.page_covers import unseen_covers
from signkit.validation.page_states import PageStates
from signkit.validation.page_text import Answer, Carried, PageTextQuestion, ask_beside
from signkit.validation.reasons import reason
from signkit.validation.report import PartyName, SignatureReport, Verdict, worst
from signkit.validation.signing_services import is_organisation
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.pdf.reading.document import PdfFile, View
    from signkit.pki.policy import Policy

_Key = tuple[str | None, int]
_NAMED_OTHERWISE = "page-other-name"
_NAME_CODES: dict[Carried, str] = {
    "joined": "page-name-joined",
    "between": "page-name-between",
    "no": _NAMED_OTHERWISE,
}


class Parties:
    """Who is to sign which field: what the caller expects, before what the contract says.

    Args:
        found: the file's signatures, in the order of signing.
        expected: whom the caller names, by field or by the title of its role (売主).
        doubts: about the file, where they are known.
    """

    def __init__(
        self,
        file: PdfFile,
        found: Iterable[FoundSignature],
        expected: Mapping[str, str],
        doubts: Doubts | None = None,
    ) -> None:
        self._file = file
        self._found = tuple(found)
        self._unreadable = False
        try:
            self.contract: EmbeddedContract | None = contract_of(file)
        except ContractDataUnreadable:
            self.contract, self._unreadable = None, True
        named = self.contract.parties if self.contract is not None else ()
        # A role may be named twice, by itself and by its title: then every name has to be the signer's.
        self._expected: dict[str, tuple[str, ...]] = {}
        for field, name in expected.items():
            role = role_asked_for(field, named)
            self._expected[role] = (*self._expected.get(role, ()), name)
        self._named = {party.role: party for party in named if party.name}
        # strangers' files, which name no party, are not read for it
        self._asked = [each for each in self._found if each.field in self._named and each.end]
        self._read_beside = ask_beside(file.data, self._questions(doubts or Doubts(file)), file.password)

    def judge(
        self, report: SignatureReport, found: FoundSignature, certificate: Any, policy: Policy, *, confirmed: bool
    ) -> SignatureReport:
        """Return ``report`` with the match and the kind of signing; a policy may hold the signature to the match.

        A witness (立会人型) states in the signature dictionary that an organisation signs on the party's instruction.
        Its key is by its nature not the party's: whether the party instructed it the file cannot show.  The word counts
        only of an organisation, and not where the caller says who must have signed.  So it is with a key of which an
        imported list says that it signs for others, whatever the dictionary states.

        Args:
            confirmed: the template and the contract data make these very pages.
        """
        report = replace(report, party=self._name(found, certificate))
        expected = report.field in self._expected
        if not expected and report.signer.key_kind == "service":
            return _judge_witness(report, policy, "witness-listed")
        # Of a person the word would be an excuse for signing as somebody else.
        if not expected and found.entries.get("/XXSigningKind") == "/Witness" and is_organisation(certificate):
            return _judge_witness(report, policy, "witness")
        match = self._match(report.field or "", found, certificate, confirmed=confirmed)
        if match is None:
            return report
        # A policy may ask for more than the data's own word.
        if match.basis is not None and BASES.index(match.basis) < BASES.index(policy.party_basis):
            match = match.with_codes(["basis-too-weak"], match.basis)
        binds = expected or policy.party_mismatch_fails or policy.party_basis != "data"
        report = replace(report, party_match=match, signing_kind="party" if match.verdict == "match" else None)
        return _held_to(report, match) if binds else report

    def signer(self, found: FoundSignature, certificate: Any) -> PartyName | None:
        """Return whom the contract and the page name for a field, where the certificate is theirs."""
        match = self._match(found.field or "", found, certificate, confirmed=False)
        return self._name(found, certificate) if match is not None and match.verdict == "match" else None

    def missing(self, signatures: Sequence[SignatureReport]) -> list[str]:
        """Return the roles that the caller expects and that nobody signed."""
        signed = {signature.field for signature in signatures}
        return [role for role in self._expected if role not in signed]

    def _name(self, found: FoundSignature, certificate: Any) -> PartyName | None:
        """Return whom the data name for a field, where the page beside it says the same.

        An organisation goes by its own name and that of who signs for it, but for a key that names no such person.
        """
        party = self._named.get(found.field or "")
        beside = self._beside.get(_key(found)) or {}
        if party is None or not party.name or is_unsafe(party.name) or beside.get(party.name) != "yes":
            return None
        printed = any(beside.get(label) in ("yes", "joined") for label in (party.label.ja, party.label.en))
        return PartyName(
            party.label if printed else Text(party.role, party.role), _call_name(party, beside, certificate)
        )

    def _match(self, field: str, found: FoundSignature, certificate: Any, *, confirmed: bool) -> PartyMatch | None:
        signer = signer_identity(certificate) if certificate is not None else None
        party = self._named.get(field)
        if names := self._expected.get(field):
            beside = self._beside.get(_key(found)) or {}
            basis = _basis(all(beside.get(name) == "yes" for name in names), confirmed=confirmed)
            matches = [match_person(signer, PartyClaim(name)) for name in names]
            return match_of((each.code for match in matches for each in match.reasons), basis)
        # No claim to hold the signer against: told, where the contract should have named somebody.
        if party is None or not party.name:
            if self._unreadable or self.contract is not None:
                return match_of(["contract-unreadable" if self._unreadable else "contract-names-nobody"])
            return None
        claim = PartyClaim(party.name, party.address, party.kind, party.organization, party.corporate_number)
        if _NAMED_OTHERWISE in (codes := self._page_codes(found, claim)):
            return match_of(codes, "data")  # who the data mean is beside the point
        match = match_person(signer, claim)
        return match.with_codes(codes, _basis(not codes, confirmed=confirmed))

    def _page_codes(self, found: FoundSignature, claim: PartyClaim) -> list[str]:
        """Return why the page beside the field does not name the party; none where it does."""
        beside = self._beside.get(_key(found))
        if beside is None:
            return ["page-not-read"]
        if (carried := beside[claim.name]) != "yes":
            return [_NAME_CODES[carried]]
        codes = []
        if claim.organization and beside[claim.organization] != "yes":
            codes.append("page-organization-missing")
        if claim.address and beside[claim.address] == "no":
            codes.append("page-address-missing")
        return codes

    @cached_property
    def _beside(self) -> dict[_Key, Answer | None]:
        """What stands beside the parties' fields."""
        return {_key(found): answer for found, answer in zip(self._asked, self._read_beside(), strict=True)}

    def _questions(self, doubts: Doubts) -> list[PageTextQuestion]:
        shown = [self._pages_of(found) for found in self._asked]
        ends = PageStates(self._file, doubts).ends(zip(self._asked, shown, strict=True))
        return [self._question(*each) for each in zip(self._asked, shown, ends, strict=True)]

    def _question(self, found: FoundSignature, shown: tuple[int, ...], end: int) -> PageTextQuestion:
        field = found.field or ""
        party = self._named[field]
        texts = (
            party.name, party.organization, party.address, party.label.ja, party.label.en,
            *self._expected.get(field, ()),
        )  # fmt: skip
        covered = tuple(unseen_covers(self._view_of(found), shown))
        return PageTextQuestion(field, end, frozenset(filter(None, texts)), shown, covered)

    def _view_of(self, found: FoundSignature) -> View:
        return self._file.history.last if found.revision is None else self._file.history.view(found.revision)

    def _pages_of(self, found: FoundSignature) -> tuple[int, ...]:
        """Return the pages (from 0) that show the field, itself or by its widgets."""
        view = self._view_of(found)
        field = view.resolve(found.field_ref)
        kids = view.resolve(field.get("/Kids")) if isinstance(field, dict) else None
        widgets = (
            {found.field_ref, *(kid for kid in kids if isinstance(kid, Ref))}
            if isinstance(kids, list)
            else {found.field_ref}
        )
        shown = (
            view.resolve(page.entries.get("/Annots")) if page.may_have_annotations else None for page in pages(view)
        )
        return tuple(
            number
            for number, annotations in enumerate(shown)
            if isinstance(annotations, list) and any(isinstance(item, Ref) and item in widgets for item in annotations)
        )


def _key(found: FoundSignature) -> _Key:
    return found.field, found.end


def _call_name(party: EmbeddedParty, beside: Answer, certificate: Any) -> str:
    name, organization = party.name or "", party.organization
    if not organization or is_unsafe(organization) or beside.get(organization) != "yes":
        return name
    signer = signer_identity(certificate) if certificate is not None else None
    names_nobody = signer is not None and match_person(signer, PartyClaim(name)).verdict != "match"
    return organization if names_nobody else party.full_name or name


def _basis(carried: bool, *, confirmed: bool) -> Basis:
    if not carried:
        return "data"
    return "page" if confirmed else "text"


def _judge_witness(report: SignatureReport, policy: Policy, code: str) -> SignatureReport:
    match = match_of([code])
    report = replace(report, party_match=match, signing_kind="witness")
    return _held_to(report, match) if policy.party_mismatch_fails else report


def _held_to(report: SignatureReport, match: PartyMatch) -> SignatureReport:
    if match.verdict == "match":
        return report
    verdict = Verdict.FAILED if match.verdict == "mismatch" else Verdict.INDETERMINATE
    words = reason("party-mismatch" if match.verdict == "mismatch" else "party-not-told")
    if worst([report.verdict, verdict]) is report.verdict:
        return replace(report, reasons=(*report.reasons, words))
    return replace(report, verdict=verdict, sub_indication="SIG_CONSTRAINTS_FAILURE", reasons=(words, *report.reasons))
