"""Templates by id and version: today's, and earlier ones that are kept, so that old contracts can be typeset.

A folder of templates holds each template under its name; one that was replaced stays as ``kept/NAME/VERSION`` beside
it.  ``templates/kept/digests.toml`` lists every version that was ever shipped with its digest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from signkit.contracts.template import DESCRIPTION, NAME, VERSION, Template, load_template
from signkit.errors import ContractError
from signkit.shipped import shipped_folder

KEPT = "kept"
_MAX_VERSIONS = 200


def template_versions(template_id: str, folders: Sequence[Path] = ()) -> Iterator[Template]:
    """Yield every version of a template that can be read: of ``folders``, then those shipped; newer ones first.

    Args:
        template_id: as a file states it, so it may be anything.
        folders: the user's folders of templates.
    """
    if not NAME.fullmatch(template_id):
        return
    for base in (*folders, shipped_folder("templates")):
        for folder in (base / template_id, *_kept(base / KEPT / template_id)):
            if (folder / DESCRIPTION).is_file() and (template := _readable(folder)) is not None:
                yield template


def _kept(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    versions = [each for each in folder.iterdir() if VERSION.fullmatch(each.name)]
    return sorted(versions, key=lambda each: [int(part) for part in each.name.split(".")], reverse=True)[:_MAX_VERSIONS]


def _readable(folder: Path) -> Template | None:
    try:
        return load_template(folder)
    except ContractError:
        return None
