"""What the ledger knows of a contract by itself: its kind, and the facts that its own data say (``kinds.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from signkit.archive.brokerage_record import brokerage_record
from signkit.archive.entries import TransactionFacts, TransactionParty
from signkit.pdf.embedded_contract import EmbeddedContract
from signkit.plain_data import item_at
from signkit.words import Text

_MAX_TEXT = 300
_MAX_AMOUNT = 10**15


@cache
def kind_names() -> dict[str, Text]:
    """Return the kinds of entries with what people call them."""
    return {kind: Text(words["en"], words["ja"]) for kind, words in _table()["kind"].items()}


def has_amount(template: str | None) -> bool:
    """Tell whether what a template makes is of a sum; of what is no template's own that is assumed.

    Args:
        template: its name and version, as an entry has it.
    """
    templates = _table()["template"]
    rule: Mapping[str, Any] = templates.get((template or "").partition(" ")[0]) or templates["other"]
    return "amount" in rule


def kind_of(written: str) -> str | None:
    """Return the kind that a person means, by its code or either name; None for none."""
    wanted = written.strip().casefold()
    names = kind_names()
    return next((kind for kind, words in names.items() if wanted in (kind, words.en.casefold(), words.ja)), None)


def facts_of_contract(contract: EmbeddedContract) -> TransactionFacts:
    """Return what a contract says of itself."""
    rule = _table()["template"].get(contract.template_id) or _table()["template"]["other"]
    data = contract.data
    return TransactionFacts(
        kind=rule["kind"],
        title=_text(contract.title.ja if contract.title is not None else None),
        date=next(_days(data, rule.get("date", ())), None),
        amount=next(_amounts(data, rule.get("amount", ())), None),
        parties=_parties(contract, rule),
        end_date=next(_days(data, rule.get("end", ())), None),
        notice_date=min(_days(data, rule.get("notice", ())), default=None),
        renewal_date=next(_days(data, rule.get("renewal", ())), None),
        place=_place(data, rule.get("place_items", ())),
        record=brokerage_record(data) if rule["kind"] in ("sale", "lease") else None,
    )


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("signkit.archive").joinpath("kinds.toml").read_text(encoding="utf-8"))


def _days(data: Mapping[str, Any], paths: Sequence[str]) -> Iterator[date]:
    for path in paths:
        value = item_at(data, path)
        try:
            yield date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            continue


def _amounts(data: Mapping[str, Any], paths: Sequence[str]) -> Iterator[int]:
    for path in paths:
        value = item_at(data, path)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_AMOUNT:
            yield value


def _parties(contract: EmbeddedContract, rule: Mapping[str, Any]) -> tuple[TransactionParty, ...]:
    """Return the parties by name: those that the data name, then who signs for them under another name."""
    counting = rule.get("counterparties")
    named = [(role, _text(item_at(contract.data, path))) for role, path in rule.get("parties", {}).items()]
    signing = [(party.role, _text(party.name)) for party in contract.parties]
    found: dict[str, TransactionParty] = {}
    for role, name in (*named, *signing):
        counterparty = counting is None or (role in counting and not any(each.role == role for each in found.values()))
        if name and name not in found:
            found[name] = TransactionParty(name, role, counterparty)
    return tuple(found.values())


def _place(data: Mapping[str, Any], paths: Sequence[str]) -> str | None:
    """Return where the property or the workplace is."""
    for path in paths:
        if place := _text(item_at(data, path)):
            return place
    land, building = item_at(data, "land"), item_at(data, "building")
    lots = (
        [_lot(each, "lot_number") for each in land[:20] if isinstance(each, Mapping)] if isinstance(land, list) else []
    )
    if not lots and isinstance(building, Mapping):
        lots = [_lot(building, "house_number")]
    return _text("、".join(filter(None, lots)))


def _lot(place: Mapping[str, Any], number: str) -> str:
    return "".join(part for part in (_text(place.get("location")), _text(place.get(number))) if part)


def _text(value: object) -> str | None:
    return value.strip()[:_MAX_TEXT] or None if isinstance(value, str) else None
