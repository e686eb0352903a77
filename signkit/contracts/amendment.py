"""What an amendment names: the signed contract, and the amendments before it, by title, date and digest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from signkit.contracts.kept import template_versions
from signkit.errors import ContractError
from signkit.pdf.embedded_contract import EmbeddedContract, read_contract
from signkit.plain_data import Data, item_at
from signkit.settings import Settings


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
