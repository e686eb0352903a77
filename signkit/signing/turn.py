"""Whose turn it is: the order that the contract itself carries (see `signkit.pdf.embedded_contract`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from signkit.errors import SigningRefused
from signkit.pdf.embedded_contract import EmbeddedContract, EmbeddedParty, read_contract, roles_asked_for
from signkit.pdf.fields import signature_fields
from signkit.pdf.reading.unlocking import Password
from signkit.pdf.writing.opening import open_reader, reading_errors
from signkit.signing.places import refuse_new_field
from signkit.words import Text


@dataclass(frozen=True)
class Turn:
    """What a role finds when it comes to sign.

    Attributes:
        is_first: nobody has signed yet.
        contract: what the PDF carries; None where it is no contract of SignKit's.
        party: whom the contract names for the role; None where it names nobody.
    """

    is_first: bool
    contract: EmbeddedContract | None
    party: EmbeddedParty | None = None


def check_turn(pdf: bytes, role: str, password: Password = None, *, adds_field: bool = False) -> Turn:
    """Refuse a role that has no field, has signed, or is not the one to sign now.

    A contract whose data cannot be read is refused: nobody could tell whose turn it is, or who its parties are.

    Args:
        adds_field: the role's field is to be made with its signature; where it lies is not looked at here.

    Raises:
        PdfNotSignable, InputUnreadable: the file cannot be read.
        ContractDataUnreadable: it carries a contract that cannot be read, or two that differ.
        PdfPasswordNeeded, PdfPasswordWrong: see `signkit.pdf.writing.opening.open_reader`.
        SigningRefused("field-missing", "field-signed"): as the fields say.
        SigningRefused("out-of-turn"): the contract fixes the order, and somebody else comes first.
        SigningRefused("field-not-added"): a field is to be made in a contract, which has those of its parties, or see
            `signkit.signing.places.refuse_new_field`.
    """
    fields = signature_fields(pdf, password)
    if role in fields.signed:
        raise SigningRefused("field-signed", role=role)
    contract = read_contract(pdf, password)
    if role not in fields.empty and not adds_field:
        empty, signed = (_with_titles(names, contract) for names in (fields.empty, fields.signed))
        raise SigningRefused("field-missing", role=role, empty=empty, signed=signed)
    if adds_field and contract is not None:
        raise SigningRefused("field-not-added", role=role, cause=_IS_CONTRACT)
    if adds_field:
        with reading_errors():
            refuse_new_field(open_reader(pdf, password), role)
    party = next((each for each in contract.parties if each.role == role), None) if contract is not None else None
    if contract is not None and party is not None and contract.signing_order == "fixed":
        next_roles = contract.turn(fields.signed)
        if role not in next_roles:
            raise SigningRefused("out-of-turn", role=role, next_role=", ".join(next_roles))
    return Turn(is_first=not fields.signed, contract=contract, party=party)


def one_role(asked: str, contract: EmbeddedContract | None) -> str:
    """Return the name of the role that is asked for by name or by its title (売主); what no party has, as it is.

    Raises:
        SigningRefused("role-ambiguous"): several parties have the title.
    """
    meant = roles_asked_for(asked, contract.parties) if contract is not None else ()
    if len(meant) > 1:
        raise SigningRefused("role-ambiguous", role=asked, meant=_with_titles(meant, contract))
    return meant[0] if meant else asked


def _with_titles(roles: Iterable[str], contract: EmbeddedContract | None) -> tuple[Text, ...]:
    """Return roles as people know them, seller (売主): ``--as`` takes either."""
    titles = {party.role: party.label for party in contract.parties} if contract else {}
    return tuple(
        Text(f"{role} ({titles[role].en})", f"{role} ({titles[role].ja})") if role in titles else Text(role, role)
        for role in roles
    )


_IS_CONTRACT = Text(
    "it is a contract of SignKit's, and its template says who signs where",
    "SignKit の契約書のため、署名する人と場所はひな形で決まっています",
)
