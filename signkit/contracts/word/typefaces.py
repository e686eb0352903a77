"""A document's fonts, replaced by those that SignKit has, so that a contract looks the same on every machine.

Fonts that are installed on the machine are never used: Word's own fonts are on few servers, and a font that is
missing would be replaced by whichever is there.  A family in ``Settings.font_folders`` keeps its name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from lxml import etree

from signkit.contracts.fonts import GOTHIC, MINCHO, FontSet
from signkit.contracts.word.package import DRAWING, WORD, Element, Parts, parse_xml, serialize

_GOTHIC = re.compile(
    r"ゴシック|ゴシツク|gothic|メイリオ|meiryo|sans|arial|calibri|helvetica|verdana|tahoma|segoe|aptos|trebuchet"
    r"|角ゴ|丸ゴ|osaka|gulim|dotum|dengxian|yahei|jhenghei",
    re.IGNORECASE,
)
_NAMES = tuple(f"{{{WORD}}}{name}" for name in ("ascii", "hAnsi", "eastAsia", "cs"))
_THEME_FONTS = tuple(f"{{{DRAWING}}}{name}" for name in ("latin", "ea", "cs", "font", "sym", "buFont"))
_USED_THEME_FONTS = tuple(f"{{{DRAWING}}}{name}" for name in ("latin", "ea"))
_SYMBOL_FONTS = re.compile(r"symbol|wingdings|webdings", re.IGNORECASE)

#: Characters of Word's symbol fonts that lists and forms use, as what they look like.
_SYMBOLS = {
    0xB7: "・", 0x6C: "●", 0x6E: "■", 0xA7: "■", 0x75: "◆", 0x76: "◆", 0xD8: "▶", 0xFC: "✓", 0xA8: "□", 0x6F: "□",
    0x71: "□", 0xFE: "■", 0xA1: "○", 0x9F: "・", 0x9E: "・", 0xE0: "→",
}  # fmt: skip


def replacement(family: str, font_set: FontSet) -> str:
    """Return the family that stands in for one that a document names."""
    known = {name.casefold(): name for name in (MINCHO, GOTHIC, *font_set.extra_families)}
    plain = unicodedata.normalize("NFKC", family)
    if kept := known.get(plain.casefold()):
        return kept
    return GOTHIC if _GOTHIC.search(plain) else MINCHO


def replaced_families(parts: Parts, font_set: FontSet) -> dict[str, str]:
    """Return what each family that the document uses is replaced by; not those that a theme lists for other scripts."""
    named = {family for name in parts if _holds_text(name) for family in _families(parse_xml(parts[name]))}
    return {
        family: instead
        for family in sorted(named)
        if (instead := replacement(family, font_set)) != family and not _SYMBOL_FONTS.search(family)
    }


def with_readable_symbols(parts: Parts) -> Parts:
    """Return the parts with the characters of symbol fonts (U+F0B7 in Symbol) as what they show."""
    changed = dict(parts)
    for name in filter(_holds_text, parts):
        root = parse_xml(parts[name])
        _replace_symbols(root)
        changed[name] = serialize(root)
    return changed


def with_known_fonts(parts: Parts, font_set: FontSet) -> Parts:
    """Return the parts with every font replaced by one of the set."""
    changed = dict(parts)
    for name in parts:
        if name == "word/fontTable.xml":
            # It would bring embedded fonts and other names for known ones.
            root = parse_xml(parts[name])
            changed[name] = serialize(etree.Element(root.tag, nsmap=root.nsmap))
        elif _holds_text(name):
            root = parse_xml(parts[name])
            _replace_families(root, font_set)
            if name == "word/styles.xml":
                _set_default(root)
            changed[name] = serialize(root)
    return changed


def _holds_text(name: str) -> bool:
    return name.startswith("word/") and name.endswith(".xml")


def _families(root: Element) -> Iterator[str]:
    for element in root.iter(f"{{{WORD}}}rFonts", *_USED_THEME_FONTS):
        for attribute in (*_NAMES, "typeface"):
            family = element.get(attribute, "")
            if family and not family.startswith("+"):
                yield family


def _replace_families(root: Element, font_set: FontSet) -> None:
    for element in root.iter(f"{{{WORD}}}rFonts", *_THEME_FONTS):
        for attribute in (*_NAMES, "typeface"):
            family = element.get(attribute, "")
            if family and not family.startswith("+"):
                element.set(attribute, replacement(family, font_set))


def _set_default(styles: Element) -> None:
    """Name the font of text that names none; LibreOffice would take one of its own."""
    fonts = styles.find(f"{{{WORD}}}docDefaults/{{{WORD}}}rPrDefault/{{{WORD}}}rPr/{{{WORD}}}rFonts")
    if fonts is not None:
        return
    at = styles
    for step in ("docDefaults", "rPrDefault", "rPr", "rFonts"):
        found = at.find(f"{{{WORD}}}{step}")
        if found is None:
            found = etree.Element(f"{{{WORD}}}{step}")
            at.insert(0, found)
        at = found
    for name in _NAMES:
        at.set(name, MINCHO)


def _replace_symbols(root: Element) -> None:
    """Write the characters of symbol fonts (private use, U+F0B7) as characters that every font knows."""
    for symbol in list(root.iter(f"{{{WORD}}}sym")):
        shown = _looks_of(int(symbol.get(f"{{{WORD}}}char", "0"), 16))
        symbol.tag = f"{{{WORD}}}t"
        symbol.attrib.clear()
        symbol.text = shown
    for level in root.iter(f"{{{WORD}}}lvlText"):
        value = level.get(f"{{{WORD}}}val", "")
        fonts = level.getparent().find(f"{{{WORD}}}rPr/{{{WORD}}}rFonts")
        symbolic = fonts is not None and any(_SYMBOL_FONTS.search(fonts.get(name, "")) for name in _NAMES)
        # Lists that a document defines and does not use have bullets of every kind.
        level.set(f"{{{WORD}}}val", re.sub("[\uf000-\uf0ff]", "・", _readable(value, symbolic)))
    for text in root.iter(f"{{{WORD}}}t"):
        if text.text:
            text.text = _readable(text.text, symbolic=False)


def _readable(text: str, symbolic: bool) -> str:
    return "".join(
        _looks_of(ord(each)) if 0xF000 <= ord(each) <= 0xF0FF or (symbolic and not each.isspace()) else each
        for each in text
    )


def _looks_of(code: int) -> str:
    """Return what a symbol font's character looks like; the character itself, which is refused, where unknown."""
    return _SYMBOLS.get(code & 0xFF, chr(0xF000 | code & 0xFF))
