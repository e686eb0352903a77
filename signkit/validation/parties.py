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
from signkit.limits import LimitExceeded
from signkit.pdf.contract import FILE_NAME, EmbeddedContract, parse_contract
from signkit.pdf.reading.document import Unreadable
from signkit.pdf.reading.syntax import Stream
from signkit.pki.policy import Policy
from signkit.validation.reasons import reason
from signkit.validation.report import SignatureReport, Verdict, worst

if TYPE_CHECKING:
    from signkit.pdf.reading.document import PdfFile, View

_MAX_FILES = 100


class Parties:
    """Who is to sign which field: what the caller expects, before what the contract says."""

    def __init__(self, file: PdfFile, expected: Mapping[str, str]) -> None:
        contract = contract_of(file)
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
            return report
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


def contract_of(file: PdfFile) -> EmbeddedContract | None:
    """Return the contract that the file carries; None for none, and for one that is not SignKit's."""
    view = file.history.last
    try:
        raw = _associated_file(file, view)
        return parse_contract(raw) if raw is not None else None
    except (ContractDataUnreadable, Unreadable, LimitExceeded):
        return None


def _associated_file(file: PdfFile, view: View) -> bytes | None:
    root = view.resolve(view.root)
    files = view.resolve(root.get("/AF")) if isinstance(root, dict) else None
    for entry in files[:_MAX_FILES] if isinstance(files, list) else ():
        description = view.resolve(entry)
        if not isinstance(description, dict) or _name(view, description) != FILE_NAME.encode():
            continue
        streams = view.resolve(description.get("/EF"))
        stream = view.resolve(streams.get("/F")) if isinstance(streams, dict) else None
        return file.decoded(stream, view) if isinstance(stream, Stream) else None
    return None


def _name(view: View, description: dict[str, Any]) -> object:
    name = view.resolve(description.get("/UF", description.get("/F")))
    if isinstance(name, bytes) and name.startswith(b"\xfe\xff"):
        return name[2:].decode("utf-16-be", "replace").encode()
    return name
