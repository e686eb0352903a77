"""Writing ``contract.json``, the contract's data inside its PDF; `signkit.pdf.embedded_contract` reads it back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from signkit.contracts.sandbox import title_of
from signkit.contracts.template import Party, Template
from signkit.errors import Problem
from signkit.jpki.names import names_organization
from signkit.pdf.embedded_contract import FORMAT, EmbeddedFile, Provenance
from signkit.plain_data import item_at


def contract_json(
    template: Template,
    data: Mapping[str, Any],
    attachments: Sequence[EmbeddedFile] = (),
    appended: Sequence[EmbeddedFile] = (),
    provenance: Provenance | None = None,
    warnings: Sequence[Problem] = (),
    other_numbers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Return the associated file; the same data gives the same bytes in whatever order its items stand.

    Args:
        provenance: what the contract is made with, so that it can be made again.
        warnings: what was found of the contents when it was made.
        other_numbers: items whose twelve digits were said to be no 個人番号, and what number each is.
    """
    title = title_of(template, data)
    content = {
        "format": FORMAT,
        "template": {"id": template.id, "version": template.version, **_digest_json(provenance)},
        "title": {"en": title.en, "ja": title.ja},
        "parties": [_party_json(party, data) for party in template.parties_of(data)],
        "signing_order": template.signing_order,
        "data": data,
        **({"attachments": [_file_json(each) for each in attachments]} if attachments else {}),
        **({"appended": [_file_json(each) for each in appended]} if appended else {}),
        **_made_with_json(provenance),
        **({"other_numbers": [{"item": i, "reason": why} for i, why in other_numbers]} if other_numbers else {}),
        **({"warnings": [each.to_json() for each in warnings]} if warnings else {}),
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False).encode() + b"\n"


def _digest_json(made: Provenance | None) -> dict[str, Any]:
    return {} if made is None else {"sha256": made.template_digest}


def _made_with_json(made: Provenance | None) -> dict[str, Any]:
    if made is None:
        return {}
    return {"made_with": {"signkit": made.signkit, "typst": made.typst, "fonts": dict(made.fonts)}}


def _file_json(each: EmbeddedFile) -> dict[str, Any]:
    plain: dict[str, Any] = {"name": each.name, "description": each.description, "sha256": each.sha256}
    counted = {"pages": each.pages, "size": each.size}
    return plain | {name: count for name, count in counted.items() if count is not None}


def _party_json(party: Party, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the party with its name, address and number, so that who must sign can be told without the template.

    For an organization the name is that of who signs for it, and its own stands beside: one that the template takes for
    a person is an organization where it bears a legal form.
    """
    name, organization = _text_at(data, party.name_item), _text_at(data, party.organization_item)
    is_organization = party.kind == "organization" or (organization is not None and names_organization(organization))
    own_name = {"organization": organization} if is_organization and organization not in (None, name) else {}
    number = _text_at(data, party.number_item)
    return {
        "role": party.role,
        "label": {"en": party.label.en, "ja": party.label.ja},
        "kind": "organization" if is_organization else "person",
        "name": name,
        "address": _text_at(data, party.address_item),
        **own_name,
        **({"corporate_number": number} if number is not None else {}),
    }


def _text_at(data: Mapping[str, Any], path: str | None) -> str | None:
    value = item_at(data, path) if path is not None else None
    return value if isinstance(value, str) else None
