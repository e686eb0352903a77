"""Fonts: where they are, and whether they can draw a text.

Two Japanese fonts come with SignKit (Noto Serif JP for the body, Noto Sans JP for headings); system fonts are never
used, so that a contract looks the same on every machine.  Folders in ``Settings.font_folders`` add fonts behind
the shipped ones: they draw what those cannot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.contracts.characters import describe

if TYPE_CHECKING:
    import typst

MINCHO = "Noto Serif JP"
GOTHIC = "Noto Sans JP"


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
    """Return the shipped fonts and those of ``extra_folders`` (``Settings.font_folders``)."""
    from pylopdf_fonts_jp import serif_path

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


def missing_glyphs(text: str, fonts: FontSet | None = None) -> tuple[str, ...]:
    """Return what of ``text`` cannot be drawn, each once: a character, or a character with its variation selector.

    A plain character is drawn by whichever font has it.  A sequence such as 辻 + U+E0100 must be known to the
    font that draws the base character in the body *and* to the one that draws it in a heading: a font that
    knows the base alone would silently draw another form of the name.
    """
    fonts = fonts or font_set()
    coverage = _coverage(fonts.folders)
    drawn = _drawn_characters(fonts.folders)
    if not set(map(ord, text)) - drawn - {0x0A}:
        return ()
    missing = [
        cluster for cluster in _clusters(text) if not _drawable(cluster, drawn, (fonts.body, fonts.heading), coverage)
    ]
    return tuple(dict.fromkeys(missing))


def describe_missing(missing: Iterable[str]) -> str:
    """Return missing glyphs as a person can look them up: ``𠮷 U+20BB7, 辻󠄁 U+8FBB U+E0101``."""
    return ", ".join(describe(cluster) for cluster in missing)


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _clusters(text: str) -> Iterable[str]:
    """Yield the characters of ``text`` but line feeds, each with the variation selectors that follow it."""
    cluster = ""
    for character in text:
        if cluster and _is_variation_selector(character):
            cluster += character
            continue
        if cluster:
            yield cluster
        cluster = "" if character == "\n" else character
    if cluster:
        yield cluster


def _drawable(
    cluster: str,
    drawn: frozenset[int],
    stacks: tuple[tuple[str, ...], ...],
    coverage: dict[str, _Coverage],
) -> bool:
    base, selectors = ord(cluster[0]), cluster[1:]
    if base not in drawn or _is_variation_selector(cluster[0]):
        return False
    if not selectors:
        return True
    if len(selectors) > 1:
        return False
    for stack in stacks:
        drawing = next((coverage[family] for family in stack if base in coverage[family].characters), None)
        if drawing is None or (base, ord(selectors)) not in drawing.sequences:
            return False
    return True


@lru_cache(maxsize=8)
def _drawn_characters(folders: tuple[Path, ...]) -> frozenset[int]:
    """Return the characters that some font draws, but for variation selectors, which say nothing alone."""
    every = frozenset[int]().union(*(family.characters for family in _coverage(folders).values()))
    return every - frozenset(range(0xFE00, 0xFE10)) - frozenset(range(0xE0100, 0xE01F0))


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
        table = font["cmap"]
        sequences = frozenset(
            (base, selector)
            for subtable in table.tables
            if subtable.format == 14
            for selector, entries in subtable.uvsDict.items()
            for base, _ in entries
        )
        return _Coverage(frozenset(table.getBestCmap() or ()), sequences)
