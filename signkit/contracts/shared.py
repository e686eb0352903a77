"""Text that templates share: fragments, each a file of Jinja macros, which a template names in its ``shares``.

A family of documents words the parties, the clause on anti-social forces or the jurisdiction once.  A fragment is part
of each template that names it: of its digest, and of what a version that is kept has to keep.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from signkit.shipped import shipped_folder
from signkit.words import Text, UnfitValue

FOLDER = "shared"
_SUFFIX = ".typ.j2"


def fragment_files(folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """Return the files of fragments, by the name under which the template in ``folder`` imports them.

    A fragment in the template's own folder goes before the shipped one of that name: so a kept version stays what it
    was when the shipped one changes.

    Raises:
        ValueError: there is no such fragment.
    """
    return {f"{FOLDER}/{name}{_SUFFIX}": _fragment_file(folder.resolve(), name) for name in names}


def _fragment_file(folder: Path, name: str) -> Path:
    own, shipped = (base / FOLDER / f"{name}{_SUFFIX}" for base in (folder, shipped_folder("templates")))
    if own.is_file() and own.resolve().is_relative_to(folder):
        return own
    if shipped.is_file():
        return shipped
    raise UnfitValue(Text(f"shares: there is no fragment {name}", f"shares: {name} という共通部分はありません"))
