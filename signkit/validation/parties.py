"""The right person: does each signer's certificate name the party that the contract, or the caller, names?

A valid signature by the wrong person is the commonest fraud; how names and addresses are compared is decided in
`signkit.jpki.party_match`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from signkit.errors import ContractDataUnreadable
from signkit.jpki.match_reasons import judged
from signkit.jpki.party_match import PartyClaim, PartyMatch, match_person, signer_identity
from signkit.pdf.contract import contract_of
from signkit.pki.policy import Policy
from signkit.validation.reasons import reason
from signkit.validation.report import SignatureReport, Verdict, worst

if TYPE_CHECKING:
    from signkit.pdf.reading.document import PdfFile


class Parties:
    """Who is to sign which field: what the caller expects, before what the contract says."""

    def __init__(self, file: PdfFile, expected: Mapping[str, str]) -> None:
        self._unreadable = False
        try:
            contract = contract_of(file)
        except ContractDataUnreadable:
            contract, self._unreadable = None, True
        named = contract.parties if contract is not None else ()
        self._claims = {party.role: PartyClaim(party.name, party.address, party.kind) for party in named if party.name}
        self._claims |= {role: PartyClaim(name) for role, name in expected.items()}
        self._expected = expected

    def judged(
        self, report: SignatureReport, certificate: Any, policy: Policy, *, states_witness: bool = False
    ) -> SignatureReport:
        """Return ``report`` with the match and the kind of signing; a policy may hold the signature to the match.

        A witness (立会人型) states in the signature dictionary that an organisation signs on the party's instruction.
        Its key is by its nature not the party's: whether the party instructed it the file cannot show.
        """
        if states_witness:
            return _witnessed(report, policy)
        claim = self._claims.get(report.field or "")
        if claim is None:
            return replace(report, party_match=judged(["contract-unreadable"])) if self._unreadable else report
        match = match_person(signer_identity(certificate) if certificate is not None else None, claim)
        report = replace(report, party_match=match, signing_kind="party" if match.verdict == "match" else None)
        return _held_to(report, match) if policy.party_mismatch_fails or report.field in self._expected else report

    def missing(self, signatures: list[SignatureReport]) -> list[str]:
        """Return the roles that the caller expects and that nobody signed."""
        signed = {signature.field for signature in signatures}
        return [role for role in self._expected if role not in signed]


def _witnessed(report: SignatureReport, policy: Policy) -> SignatureReport:
    match = judged(["witness"])
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
