"""Fonts: where they are, and whether they can draw a text.

Two Japanese fonts come with SignKit (Noto Serif JP for the body, Noto Sans JP for headings); system fonts are never
used, so that a contract looks the same on every machine.  Folders in ``Settings.font_folders`` add fonts behind
the shipped ones: they draw what those cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.contracts.characters import describe
from signkit.errors import FileUnusable
from signkit.words import Text

if TYPE_CHECKING:
    import typst

MINCHO = "Noto Serif JP"
GOTHIC = "Noto Sans JP"

_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SELECTOR = re.compile(f"[{_SELECTORS}]")
#: A character with the variation selectors after it, or selectors that follow none.
_SEQUENCE = re.compile(f"[^{_SELECTORS}]?[{_SELECTORS}]+", re.DOTALL)


@dataclass(frozen=True)
class FontSet:
    """The fonts of one list of folders.

    Attributes:
        folders: the folders, the shipped one first.
        extra_families: families beside the two shipped ones, by name.
    """

    folders: tuple[Path, ...]
    extra_families: tuple[str, ...]

    @property
    def body(self) -> tuple[str, ...]:
        """The families of the body text, in order of preference."""
        return (MINCHO, *self.extra_families)

    @property
    def heading(self) -> tuple[str, ...]:
        """The families of headings, in order of preference."""
        return (GOTHIC, *self.extra_families)


@dataclass(frozen=True)
class _Coverage:
    """What one family draws: characters, and sequences with a variation selector (cmap format 14)."""

    characters: frozenset[int]
    sequences: frozenset[tuple[int, int]]


@lru_cache(maxsize=8)
def font_set(extra_folders: tuple[Path, ...] = ()) -> FontSet:
    """Return the shipped fonts and those of ``extra_folders`` (``Settings.font_folders``).

    Raises:
        FileUnusable("settings-invalid"): one of them is no folder.
    """
    from pylopdf_fonts_jp import serif_path

    for folder in extra_folders:
        if not folder.is_dir():
            raise FileUnusable(
                "settings-invalid",
                path=str(folder),
                item="font_folders",
                cause=Text("not a folder", "フォルダーではありません"),
            )
    folders = (serif_path().parent, *extra_folders)
    families = {font.family for font in _typst_fonts(folders).fonts()}
    return FontSet(folders, tuple(sorted(families - {MINCHO, GOTHIC})))


def typesetter_fonts(fonts: FontSet) -> typst.Fonts:
    """Return ``fonts`` as the typesetter takes them, loaded once a process."""
    return _typst_fonts(fonts.folders)


@lru_cache(maxsize=8)
def _typst_fonts(folders: tuple[Path, ...]) -> typst.Fonts:
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder) for folder in folders]
    )


@lru_cache(maxsize=8)
def postscript_names(fonts: FontSet) -> frozenset[str]:
    """Return the names by which a PDF calls the fonts."""
    from fontTools.ttLib import TTFont

    names = set()
    for font in _typst_fonts(fonts.folders).fonts():
        if font.path is not None:
            with TTFont(font.path, lazy=True, fontNumber=font.index) as face:
                names.add(str(face["name"].getDebugName(6) or font.family))
    return frozenset(names)


def missing_glyphs(text: str, fonts: FontSet | None = None) -> tuple[str, ...]:
    """Return what of ``text`` cannot be drawn, each once: a character, or a character with its variation selector.

    A plain character is drawn by whichever font has it.  A sequence such as 辻 + U+E0100 must be known to the
    font that draws the base character in the body *and* to the one that draws it in a heading: a font that
    knows the base alone would silently draw another form of the name.
    """
    fonts = fonts or font_set()
    drawn = _drawn_characters(fonts.folders)
    missing = [character for character in dict.fromkeys(text) if character not in drawn]
    if any(map(_SELECTOR.match, missing)):
        alone = [character for character in missing if not _SELECTOR.match(character)]
        sequences = dict.fromkeys(match.group() for match in _SEQUENCE.finditer(text))
        return (*alone, *(each for each in sequences if not _sequence_drawable(each, fonts)))
    return tuple(missing)


def describe_missing(missing: Iterable[str]) -> str:
    """Return missing glyphs as a person can look them up: ``𠮷 U+20BB7, 辻󠄁 U+8FBB U+E0101``."""
    return ", ".join(describe(cluster) for cluster in missing)


def _sequence_drawable(sequence: str, fonts: FontSet) -> bool:
    """Tell whether body and heading fonts know the sequence; a selector without a base is never drawable."""
    if len(sequence) != 2:
        return False
    base, selector = map(ord, sequence)
    coverage = _coverage(fonts.folders)
    for families in (fonts.body, fonts.heading):
        drawing = next((coverage[family] for family in families if base in coverage[family].characters), None)
        if drawing is None or (base, selector) not in drawing.sequences:
            return False
    return True


@lru_cache(maxsize=8)
def _drawn_characters(folders: tuple[Path, ...]) -> frozenset[str]:
    """Return the characters that some font draws, and white space; variation selectors say nothing alone."""
    every = frozenset[int]().union(*(family.characters for family in _coverage(folders).values()))
    return frozenset(character for character in map(chr, every) if not _SELECTOR.match(character)) | {*"\t\n\r"}


@lru_cache(maxsize=8)
def _coverage(folders: tuple[Path, ...]) -> dict[str, _Coverage]:
    """Read the cmap tables of every font in ``folders``, by the family names the typesetter uses."""
    files: dict[str, list[tuple[str, int]]] = {}
    for font in _typst_fonts(folders).fonts():
        if font.path is not None:
            files.setdefault(font.family, []).append((font.path, font.index))
    return {family: _family_coverage(faces) for family, faces in files.items()}


def _family_coverage(faces: list[tuple[str, int]]) -> _Coverage:
    """Return what *every* face of a family draws, as the typesetter may choose any of them."""
    each = [_face_coverage(path, index) for path, index in faces]
    return _Coverage(
        frozenset.intersection(*(face.characters for face in each)),
        frozenset.intersection(*(face.sequences for face in each)),
    )


def _face_coverage(path: str, index: int) -> _Coverage:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True, fontNumber=index) as font:
        # Any names will do for the glyphs; the real ones would be read from the outlines, which is slow.
        font.setGlyphOrder([str(number) for number in range(font["maxp"].numGlyphs)])
        table = font["cmap"]
        sequences = frozenset(
            (base, selector)
            for subtable in table.tables
            if subtable.format == 14
            for selector, entries in subtable.uvsDict.items()
            for base, _ in entries
        )
        return _Coverage(frozenset(table.getBestCmap() or ()), sequences)
