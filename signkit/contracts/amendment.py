"""What an amendment names: the signed contract, and the amendments before it, by title, date and digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from signkit.contracts.kept import template_versions
from signkit.contracts.schema_items import resolve_reference
from signkit.contracts.template import Template
from signkit.errors import ContractError
from signkit.pdf.embedded_contract import EmbeddedContract, EmbeddedParty, read_contract
from signkit.plain_data import Data, item_at
from signkit.settings import Settings

_AMENDMENT, _EMPLOYMENT_CHANGE = "amendment", "employment-change"
#: The templates that change a contract, each with the templates of contracts that it changes; none: any.
AMENDING: Mapping[str, tuple[str, ...]] = {
    _AMENDMENT: (),
    _EMPLOYMENT_CHANGE: ("employment-agreement", _EMPLOYMENT_CHANGE),
}


def amending_templates(contract: EmbeddedContract | None) -> tuple[str, ...]:
    """Return the templates that can change a contract, the one made for its kind first."""
    if contract is None or contract.title is None:
        return ()
    fitting = [name for name, kinds in AMENDING.items() if not kinds or contract.template_id in kinds]
    return tuple(sorted(fitting, key=lambda name: not AMENDING[name]))


def amendment_data(template: Template, pdfs: Sequence[bytes], settings: Settings) -> Data:
    """Return what the next amendment says of what there is: what it amends, and the parties.

    Args:
        template: one of `AMENDING`.
        pdfs: the signed contract, or the last amendment of it, then the signed amendments after, in their order.

    Raises:
        As `amended_items`.
    """
    contract = read_contract(pdfs[0])
    if contract is None:
        raise ContractError("amends-nothing")
    if template.id == _AMENDMENT:
        return {**_what_is_amended(contract, pdfs, settings), **_numbered_parties(contract)}
    reference = _contract_reference(pdfs[0], settings)
    return {"original": {name: reference[name] for name in ("title", "date")}, **_same_parties(contract, template)}


def _what_is_amended(contract: EmbeddedContract, pdfs: Sequence[bytes], settings: Settings) -> Data:
    """Return ``amends`` and ``previous``; an amendment names itself all that came before it."""
    named = contract.data.get("amends") if contract.template_id == _AMENDMENT else None
    if not isinstance(named, Mapping):
        return amended_items(pdfs, settings)
    before = contract.data.get("previous")
    own = [_contract_reference(pdf, settings) for pdf in pdfs]
    return {"amends": dict(named), "previous": [*(before if isinstance(before, list) else []), *own]}


def _numbered_parties(contract: EmbeddedContract) -> Data:
    """Return ``party``, ``party2`` …: as an amendment has them, else as the contract names its parties."""
    names = [f"party{number if number > 1 else ''}" for number in range(1, 7)]
    if contract.template_id == _AMENDMENT:
        return {name: contract.data[name] for name in names if name in contract.data}
    # Who signs without an address (a 宅地建物取引士) vouches for the document, and agrees to nothing.
    agreeing = [party for party in contract.parties if party.address is not None]
    return {name: _party(party) for name, party in zip(names, agreeing, strict=False)}


def _party(party: EmbeddedParty) -> Data:
    known = {
        "label": party.label.ja,
        "name": party.organization or party.name,
        "address": party.address,
        "corporate_number": party.corporate_number,
        "signer": party.name,
    }
    return {name: value for name, value in known.items() if value is not None}


def _same_parties(contract: EmbeddedContract, template: Template) -> Data:
    """Return the tables of the parties that both have by the same name, as far as the template knows their items."""
    found: Data = {}
    for party in contract.parties:
        table = contract.data.get(party.role)
        items = resolve_reference(template.schema, template.schema.get("properties", {}).get(party.role, {}))
        if isinstance(table, Mapping):
            found[party.role] = {name: table[name] for name in items.get("properties", {}) if name in table}
    return found


def amended_items(pdfs: Sequence[bytes], settings: Settings) -> Data:
    """Return the items ``amends`` and, of further files, ``previous``.

    Args:
        pdfs: the signed contract, then the signed amendments before, in their order.

    Raises:
        InputUnreadable, ContractDataUnreadable: a file is no PDF, or its contract cannot be read.
        ContractError("amends-nothing"): a file carries no contract, or says no title or date.
    """
    first, *previous = [_contract_reference(pdf, settings) for pdf in pdfs]
    return {"amends": first, **({"previous": previous} if previous else {})}


def _contract_reference(pdf: bytes, settings: Settings) -> Data:
    contract = read_contract(pdf)
    day = None if contract is None else contract_day(contract, settings)
    if contract is None or contract.title is None or day is None:
        raise ContractError("amends-nothing")
    return {"title": contract.title.ja, "date": day, "sha256": hashlib.sha256(pdf).hexdigest()}


def contract_day(contract: EmbeddedContract, settings: Settings) -> str | None:
    """Return what dates the contract, as its template says; of an unknown template its ``contract_date``."""
    versions = template_versions(contract.template_id, settings.template_folders)
    item = next((template.date_item for template in versions), "contract_date")
    value = item_at(contract.data, item)
    return value if isinstance(value, str) else None
