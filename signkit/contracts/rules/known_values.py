"""Values that change by year, each with its source and validity: what is past it is not known, and that is said."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from signkit.words import Text

_FOLDER = Path(__file__).parents[1] / "law" / "values"


class NotKnown(Exception):
    """A rule cannot be decided, because a value that it needs is not known for the day.

    Attributes:
        words: which value, and until when it is known.
    """

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True)
class Dated:
    """A value from a day on."""

    since: date
    value: int


@dataclass(frozen=True)
class Values:
    """A file of values: by what they are asked for (a prefecture, a kind), each with its days.

    Attributes:
        first, last: the days between which the file knows; past the last one newer values may be in force.
        address: where they were read, on ``read``.
        items: each key's values, the oldest first.
    """

    id: str
    title: Text
    first: date
    last: date
    source: str
    address: str
    read: date
    items: Mapping[str, tuple[Dated, ...]]

    def on(self, key: str, day: date) -> int:
        """Return the value that is in force on ``day``.

        Raises:
            NotKnown: the file does not know the key or the day.
        """
        if not self.first <= day <= self.last or key not in self.items:
            raise NotKnown(self._not_known(key, day))
        return [each.value for each in self.items[key] if each.since <= day][-1]

    def newest(self, key: str) -> int | None:
        """Return the newest value that is known, whatever the day; None for a key that is not known."""
        return self.items[key][-1].value if key in self.items else None

    def _not_known(self, key: str, day: date) -> Text:
        if key not in self.items:
            return _NO_SUCH.filled(title=self.title)
        return _OUTSIDE.filled(title=self.title, first=self.first, last=self.last, day=day)


_NO_SUCH = Text(
    "not checked: {title} is not known for this place or kind",
    "確認していません。{title}のうち該当する値が分かりません",
)
_OUTSIDE = Text(
    "not checked: {title} is known from {first} to {last} only, not for {day}",
    "確認していません。{title}は{first}から{last}までの値しか分からず、{day}の値は不明です",
)


@cache
def values(name: str) -> Values:
    """Return a file of values by its name."""
    content = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    items = {key: tuple(_dated_values(entries)) for key, entries in content["values"].items()}
    return Values(
        name,
        Text(**content["title"]),
        content["first"],
        content["last"],
        content["source"],
        content["address"],
        content["read"],
        items,
    )


def value_on(name: str, key: str, day: str) -> int:
    """Return the value of a file that is in force on a day (``2026-11-21``).

    Raises:
        NotKnown: the file does not know the key or the day.
    """
    return values(name).on(key, date.fromisoformat(day))


def all_values() -> tuple[Values, ...]:
    """Return every file of values, by name."""
    return tuple(values(path.stem) for path in sorted(_FOLDER.glob("*.toml")))


def _dated_values(entries: list[dict[str, Any]]) -> Iterator[Dated]:
    for entry in sorted(entries, key=lambda each: each["since"]):
        yield Dated(entry["since"], entry["value"])
