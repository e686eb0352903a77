"""The right person signs: decided here for every way of signing, before the key is used.

A valid signature by somebody else is the commonest fraud: a relative's card, the buyer's key in the seller's place.
What is compared, and what counts as the same: docs/concepts/party-match.md.
"""

from __future__ import annotations

from signkit.errors import SigningRefused
from signkit.jpki.party_match import PartyClaim, PartyMatch, match_person, signer_identity
from signkit.pdf.embedded_contract import EmbeddedParty


def refuse_other_person(party: EmbeddedParty | None, certificate: bytes) -> PartyMatch | None:
    """Refuse a certificate that names another than ``party``; return what the comparison says.

    Not refused is what cannot be told (a certificate without a name, a name in another script).  Not to be asked for a
    witness (立会人型), whose key is by its nature not the party's.

    Args:
        party: whom the contract names for the role; None, or one without a name: there is nothing to compare.
        certificate: the signer's, DER.

    Raises:
        SigningRefused("signer-not-party"): the certificate names somebody else.
    """
    from asn1crypto import x509

    if party is None or not party.name:
        return None
    claim = PartyClaim(party.name, party.address, party.kind, party.organization, party.corporate_number)
    match = match_person(signer_identity(x509.Certificate.load(certificate)), claim)
    if match.verdict == "mismatch":
        reasons = [reason.text for reason in match.reasons if reason.verdict == "mismatch"]
        raise SigningRefused("signer-not-party", role=party.role, reason=reasons[0])
    return match
