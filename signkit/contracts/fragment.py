"""Data for one party, read from a card in place of being typed (入力レス): made, written, merged.

A fragment is a table that belongs below the party's role: for the seller of the sales contract ``name``, ``address``
and ``signer``.  Which items a template takes is found in its description and its schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from signkit.contracts.schema_items import resolve_reference
from signkit.contracts.template import Party, Template
from signkit.errors import ContractError
from signkit.pdf.embedded_contract import role_asked_for
from signkit.plain_data import Data


def identity_items(template: Template, role: str, name: str, address: str) -> dict[str, str]:
    """Return the items, by their dotted paths, that a person's name and address fill.

    For an organization only the name of who signs is filled: the person's address is not the organization's.

    Raises:
        ContractError("party-unknown"): the template has no such party.
    """
    party = _party(template, role)
    table = party.name_item.rpartition(".")[0]
    values = {f"{table}.name": name, party.address_item or f"{table}.address": address}
    values = (values if party.kind == "person" else {}) | {party.name_item: name}
    return {path: value for path, value in values.items() if _is_text(template.schema, path.split("."))}


def identity_fragment(template: Template, role: str, name: str, address: str) -> Data:
    """Return what of `identity_items` stands below the party's role.

    Raises:
        ContractError("party-unknown"): the template has no such party.
    """
    role = _party(template, role).role
    fragment: Data = {}
    for path, value in identity_items(template, role, name, address).items():
        if path.startswith(f"{role}."):
            _set_at(fragment, path.split(".")[1:], value)
    return fragment


def write_fragment(fragment: Mapping[str, Any], suffix: str, comment: str = "") -> bytes:
    """Return the fragment as JSON (``.json``) or YAML, the latter with a comment above it."""
    if suffix.lower() == ".json":
        return (json.dumps(fragment, ensure_ascii=False, indent=2) + "\n").encode()
    import yaml

    lines = "".join(f"# {line}\n" for line in comment.splitlines())
    return (lines + yaml.safe_dump(dict(fragment), allow_unicode=True, sort_keys=False)).encode()


def merge_fragment(template: Template, data: Mapping[str, Any], role: str, fragment: Mapping[str, Any]) -> Data:
    """Return ``data`` with the fragment below ``role``; neither argument is changed.

    Raises:
        ContractError("party-unknown"): the template has no such party.
        ContractError("fragment-conflict"): both set an item, and differently.
    """
    role = _party(template, role).role
    own = data.get(role, {})
    if not isinstance(own, Mapping):
        raise ContractError("fragment-conflict", role=role, paths=(role,))
    if conflicts := tuple(_conflicts(own, fragment, role)):
        raise ContractError("fragment-conflict", role=role, paths=conflicts)
    return {**data, role: _merge(own, fragment)}


def _party(template: Template, role: str) -> Party:
    try:
        return template.party(role_asked_for(role, template.parties))
    except KeyError:
        known = ", ".join(party.role for party in template.parties)
        raise ContractError("party-unknown", template=template.id, role=role, known=known) from None


def _is_text(root: Mapping[str, Any], steps: list[str]) -> bool:
    """Tell whether the schema has a text at this path."""
    schema: Any = root
    for step in steps:
        schema = resolve_reference(root, schema.get("properties", {}).get(step, {}))
    return bool(schema.get("type") == "string")


def _set_at(table: Data, steps: list[str], value: str) -> None:
    for step in steps[:-1]:
        table = table.setdefault(step, {})
    table[steps[-1]] = value


def _conflicts(own: Mapping[str, Any], fragment: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, value in fragment.items():
        if name not in own:
            continue
        if isinstance(value, Mapping) and isinstance(own[name], Mapping):
            yield from _conflicts(own[name], value, f"{path}.{name}")
        elif own[name] != value:
            yield f"{path}.{name}"


def _merge(own: Mapping[str, Any], fragment: Mapping[str, Any]) -> Data:
    return dict(own) | {
        name: _merge(own[name], value) if isinstance(value, Mapping) and isinstance(own.get(name), Mapping) else value
        for name, value in fragment.items()
    }
