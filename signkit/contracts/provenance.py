"""What a contract was made with: the template's digest, and the versions of SignKit, the typesetter and the fonts.

The same template, data and versions give the same bytes; so who has all of them can say whether a contract's first
revision is the template, unaltered, filled with the data inside.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

from signkit.contracts import fonts
from signkit.contracts.rules.law_file import LAW_FILE, SAMPLES
from signkit.contracts.shared import fragment_files
from signkit.contracts.template import DESCRIPTION, EXAMPLE, Template, shares_of
from signkit.pdf.embedded_contract import Provenance
from signkit.version import __version__

#: Files of a template's folder of which nothing comes into a contract.
_ASIDE = frozenset({"README.md", EXAMPLE, LAW_FILE, SAMPLES})
_MAX_FILES = 1_000


def provenance(template: Template, font_set: fonts.FontSet) -> Provenance:
    """Return what a contract that is made now is made with."""
    return Provenance(_digest_once(template), __version__, _typst_version(), font_versions(font_set))


def template_digest(folder: Path) -> str:
    """Return the SHA-256 of a template's files, each by its path and content.

    The fragments that it shares count as if they lay in its folder.  The README, the example, the law file and its
    samples stand aside: nothing of them is printed.  Hidden files, and links that lead out of the folder, belong to no
    template.

    Raises:
        ValueError: the description is no TOML, or names a fragment that is not there.
    """
    folder = folder.resolve()
    total = hashlib.sha256()
    for name, path in sorted((_files(folder) | _fragments(folder)).items())[:_MAX_FILES]:
        total.update(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n".encode())
    return total.hexdigest()


def _files(folder: Path) -> dict[str, Path]:
    found = ((path.relative_to(folder), path) for path in folder.rglob("*") if path.is_file())
    return {
        name.as_posix(): path
        for name, path in found
        if name.as_posix() not in _ASIDE
        and not any(part.startswith((".", "__")) for part in name.parts)
        and path.resolve().is_relative_to(folder)
    }


def _fragments(folder: Path) -> dict[str, Path]:
    description = folder / DESCRIPTION
    content = tomllib.loads(description.read_text(encoding="utf-8")) if description.is_file() else {}
    return fragment_files(folder, shares_of(content))


@lru_cache(maxsize=16)
def _digest_once(template: Template) -> str:
    return template_digest(template.folder)


@cache
def _typst_version() -> str:
    return version("typst")


@lru_cache(maxsize=8)
def font_versions(font_set: fonts.FontSet) -> tuple[tuple[str, str], ...]:
    """Return each family with its version, as the fonts state it (OpenType name 5)."""
    from fontTools.ttLib import TTFont

    found: dict[str, set[str]] = {}
    for font in fonts.typesetter_fonts(font_set).fonts():
        if font.path is not None:
            with TTFont(font.path, lazy=True, fontNumber=font.index) as face:
                found.setdefault(font.family, set()).add(str(face["name"].getDebugName(5) or "?"))
    return tuple((family, ", ".join(sorted(versions))) for family, versions in sorted(found.items()))
