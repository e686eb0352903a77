"""Templates: the shipped ones, and those in the operator's folders (``template_folders``); tenants bring none."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signkit.errors import ContractError
from signkit.settings import Settings
from signkit.web.api import problems
from signkit.web.api.calls import Answer, Call, etag_of
from signkit.web.api.listing import page
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.contracts.template import Party, Template

_log = logging.getLogger("signkit.service")
_WHAT = "template"


def list_all(call: Call) -> Answer:
    """Answer with a page of templates, by name."""
    return page(call, lambda after, most: _named(call.service.settings, after, most), lambda each: each[0], _summary)


def get(call: Call) -> Answer:
    """Answer with a template."""
    name, template = call.values["name"], _find(call)
    shown = {
        **_summary((name, template)),
        "signing_order": template.signing_order,
        "date_item": template.date_item,
        "law": list(template.law),
    }
    return Answer(200, shown, subject=name, etag=etag_of(shown))


def get_schema(call: Call) -> Answer:
    """Answer with the schema of a template's data."""
    schema = dict(_find(call).schema)
    return Answer(200, schema, subject=call.values["name"], etag=etag_of(schema))


def get_law(call: Call) -> Answer:
    """Answer with what a template's contents are held against."""
    from signkit.contracts.rules.rule_list import law_list

    return Answer(200, law_list(_find(call)), subject=call.values["name"])


def usable_template(settings: Settings, name: str) -> Template:
    """Return the template of that name.

    Raises:
        Refusal("not-found"): there is none that can be used; a path is never a name here.
    """
    from signkit.contracts.template import template_folders

    folder = template_folders(settings).get(name)
    found = next(_readable([(name, folder)]), None) if folder is not None else None
    if found is None:
        raise problems.unknown(_WHAT)
    return found[1]


def read_template(folder: Path) -> Template:
    """Return the template in a folder, read anew where a file in it is another than the last time.

    Raises:
        ContractError("template-invalid"): it cannot be used.
    """
    return _read(folder, _state(folder))


@lru_cache(maxsize=256)
def _read(folder: Path, _: tuple[tuple[str, int, int], ...]) -> Template:
    from signkit.contracts.template import load_template

    return load_template(folder)


def _state(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what tells that a file was changed: when it was written, and how large it is."""
    found = ((str(each), each.lstat()) for each in folder.rglob("*"))
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in found))


def _find(call: Call) -> Template:
    return usable_template(call.service.settings, call.values["name"])


def _named(settings: Settings, after: str | None, most: int) -> list[tuple[str, Template]]:
    from signkit.contracts.template import template_folders

    behind = sorted(each for each in template_folders(settings).items() if each[0] > (after or ""))
    found = _readable(behind)
    return [each for each, _ in zip(found, range(most), strict=False)]


def _readable(folders: Sequence[tuple[str, Path]]) -> Iterator[tuple[str, Template]]:
    """Yield the templates that can be used; the operator is told of the others, for no tenant can mend them."""
    for name, folder in folders:
        try:
            yield name, read_template(folder)
        except ContractError as error:
            _log.warning("%s", error)


def _summary(named: tuple[str, Template]) -> dict[str, Any]:
    name, template = named
    return {
        "name": name,
        "version": template.version,
        "title": _two(template.title),
        "language": template.language,
        "audience": template.audience,
        "parties": [_party(each) for each in template.parties],
    }


def _party(party: Party) -> dict[str, Any]:
    return {"role": party.role, "label": _two(party.label), "kind": party.kind, "optional": party.optional}


def _two(text: Text) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}


HANDLERS = {
    "listTemplates": list_all,
    "getTemplate": get,
    "getTemplateSchema": get_schema,
    "getTemplateLaw": get_law,
}
