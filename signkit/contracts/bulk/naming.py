"""A file name for each row, safe on every system that people keep contracts on.

A pattern such as ``{employee.name}-{row}`` is filled with a row's items.  What a file system would refuse, change or
take for a path is refused, never replaced: a name that was bent silently could meet another one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from signkit.errors import UsageProblem
from signkit.words import Text, are_shown

DEFAULT_PATTERN = "{row:04}"
#: Bytes of UTF-8: file systems take 255, and signed copies add a role or two and a suffix.
MAX_NAME_BYTES = 180

_PLACE = re.compile(r"\{([^{}:]+)(?::0([1-9]))?\}")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
#: Windows keeps these names, with any suffix, for devices.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)


class NameRefused(ValueError):
    """A text cannot be a file's name; ``words`` say why."""

    def __init__(self, words: Text, item: str = "") -> None:
        super().__init__(words.en)
        self.words = words
        self.item = item


@dataclass(frozen=True)
class NamePattern:
    """A parsed pattern: literal texts and places in turn, a place being an item's path and the width of a number."""

    parts: tuple[str | tuple[str, int], ...]

    def name(self, row: int, data: Mapping[str, Any]) -> str:
        """Return the row's file name, without a suffix.

        Raises:
            NameRefused: an item is not there, or the name is not safe.
        """
        return safe_name(
            "".join(part if isinstance(part, str) else _fill_place(part, row, data) for part in self.parts)
        )


def parse_pattern(pattern: str) -> NamePattern:
    """Return the pattern; a ``.pdf`` at its end is left off, as every file gets one.

    Raises:
        UsageProblem: a brace stands alone, or the literal part is no safe name.
    """
    parts: list[str | tuple[str, int]] = []
    end = 0
    text = pattern.removesuffix(".pdf")
    for place in _PLACE.finditer(text):
        parts += [text[end : place.start()], (place[1], int(place[2] or 0))]
        end = place.end()
    parts.append(text[end:])
    literal = "".join(part for part in parts if isinstance(part, str))
    if not text or re.search(r"[{}]", literal) or _FORBIDDEN.search(literal) or not are_shown(literal):
        raise UsageProblem(
            Text(f"--name {pattern}: not a pattern of file names", f"--name {pattern}: ファイル名の型ではありません"),
            Text("For example --name '{employee.name}-{row:04}'.", "例: --name '{employee.name}-{row:04}'"),
        )
    return NamePattern(tuple(part for part in parts if part))


def safe_name(name: str) -> str:
    """Return ``name`` in composed form (NFC), if it can be the name of a file or folder everywhere.

    Raises:
        NameRefused: it cannot.
    """
    name = unicodedata.normalize("NFC", name)
    if not name or not name.strip():
        raise NameRefused(Text("the file name would be empty", "ファイル名が空になります"))
    if (found := _FORBIDDEN.search(name)) or any(
        unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in name
    ):
        shown = f" {found[0]}" if found else ""
        raise NameRefused(
            Text(
                f"a file name may not hold{shown or ' control characters'}",
                f"ファイル名に使えない文字{shown}があります",
            )
        )
    if name.startswith((".", " ", "-")) or name.endswith((".", " ")):
        raise NameRefused(
            Text("a file name may not begin or end so (dot, space, hyphen)", "ファイル名の先頭か末尾が使えない文字です")
        )
    if _DEVICES.fullmatch(name):
        raise NameRefused(Text("Windows keeps the file name for a device", "Windows で使えないファイル名です"))
    if len(name.encode()) > MAX_NAME_BYTES:
        raise NameRefused(
            Text(
                f"the file name is longer than {MAX_NAME_BYTES} bytes",
                f"ファイル名が {MAX_NAME_BYTES} バイトを超えます",
            )
        )
    return name


def fold(name: str) -> str:
    """Return what is equal for names that some file system takes for the same."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())


def value_at(data: Any, path: str) -> Any:
    """Return the item at a column's path (``schemes.0.name``), or None."""
    for step in path.split("."):
        if isinstance(data, list):
            data = data[int(step)] if step.isascii() and step.isdigit() and int(step) < len(data) else None
        else:
            data = data.get(step) if isinstance(data, Mapping) else None
    return data


def _fill_place(place: tuple[str, int], row: int, data: Mapping[str, Any]) -> str:
    path, width = place
    value = row if path == "row" else value_at(data, path)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise NameRefused(Text("the file name needs this item", "ファイル名に必要な項目がありません"), path)
    return f"{value:0{width}}" if isinstance(value, int) else value.strip()
