"""What a signature is good for: three states that people must be able to tell apart.

Most brokers will see the middle one: a JPKI signature is made by the book, and who may not have its revocation data
cannot prove it good.  That is no fault of the file, and no proof either.
"""

from __future__ import annotations

from enum import StrEnum

from signkit.validation.report import SignatureReport, Verdict

#: Sub-indications (EN 319 102-1 5.1.3) that say only that evidence is lacking: the signature is intact, its certificate
#: leads to a trust anchor, and nothing speaks against it.
#: Revocation, expiry and old algorithms can be healed by evidence; so can a level by extending.
_EVIDENCE_LACKS = {
    "TRY_LATER",
    "OUT_OF_BOUNDS_NO_POE",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
    "SIG_CONSTRAINTS_FAILURE",
}


class ProofState(StrEnum):
    """Whether a signature is proven."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    NOT_GOOD = "not-good"


def standing(signature: SignatureReport) -> ProofState:
    """Return whether a signature is proven, not provable with the evidence at hand, or not good.

    Not good is what failed, what was revoked, what leads to no trusted authority, what cannot be judged, and what
    somebody else than the party made.
    """
    match = signature.party_match
    # Somebody else's valid signature is worth less than none.
    if match is not None and match.verdict == "mismatch":
        return ProofState.NOT_GOOD
    if signature.verdict is Verdict.PASSED:
        return ProofState.PROVEN
    # Without an intact signature there is nothing to be proven.
    lacks = signature.verdict is Verdict.INDETERMINATE and signature.sub_indication in _EVIDENCE_LACKS
    return ProofState.UNPROVEN if lacks and signature.intact else ProofState.NOT_GOOD
