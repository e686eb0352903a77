"""Japanese headings of tables: 労働者・氏名 for ``employee.name``, 賃金・諸手当1・名称 for ``wages.allowances.0.name``.

A heading is made of the titles in the schema, each entry of a list with its number.  Read are also its last parts alone
where no other item has them (氏名), whatever stands between the parts, and full-width characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from signkit.contracts.schema_items import resolve_reference
from signkit.contracts.template import Template

#: Where the number of a list's entry stands in an item's steps.
ENTRY = None
_BETWEEN = "・"
_DEEPEST = 20
_ASIDE = re.compile(r"\((?:必須|任意)\)|[\s・･/:>.,、()「」『』\[\]【】_*※-]")
_NUMBER = re.compile(r"[0-9]+")
_NEAR = 0.45
_NEAR_SHOWN = 3

Steps = tuple[str | int, ...]
Pattern = tuple[str | None, ...]


@dataclass(frozen=True, eq=False)
class Leaf:
    """An item that a cell can hold: the steps to it, and the title of each step that has a name.

    Attributes:
        titles: one a named step; with it whether entries of a list follow.
        schema: of the item.
        required: the steps above it demand it, each of the one above.
    """

    steps: Pattern
    titles: tuple[tuple[str, bool], ...]
    schema: Mapping[str, Any]
    required: bool

    def heading(self, numbers: tuple[int, ...] = ()) -> str:
        """Return the heading; ``numbers`` are those of the entries, from nought; without them the first."""
        left = iter(numbers)
        return _BETWEEN.join(f"{title}{next(left, 0) + 1}" if entry else title for title, entry in self.titles)

    def at(self, numbers: tuple[int, ...]) -> Steps:
        """Return the steps with the numbers of the entries in them."""
        left = iter(numbers)
        return tuple(next(left, 0) if step is ENTRY else step for step in self.steps)


@dataclass(frozen=True)
class Found:
    """What a heading names: the steps to one item; or several headings that it could be; or near ones."""

    steps: Steps | None = None
    could_be: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


@lru_cache(maxsize=16)
def leaves(template: Template) -> tuple[Leaf, ...]:
    """Return every item that a cell can hold, in the order of the schema."""
    return tuple(_leaves(template.schema, template.schema, (), (), required=True))


def _leaves(
    root: Mapping[str, Any], schema: Mapping[str, Any], steps: Pattern, titles: Any, *, required: bool
) -> Iterator[Leaf]:
    if len(steps) > _DEEPEST:
        return
    demanded = set(schema.get("required", ()))
    for name, item in schema.get("properties", {}).items():
        found, way, entry = resolve_reference(root, item), (*steps, name), False
        title = str(found.get("title", name))
        while isinstance(found.get("items"), Mapping):
            found, way, entry = resolve_reference(root, found["items"]), (*way, ENTRY), True
        named, needed = (*titles, (title, entry)), required and name in demanded
        if "properties" in found:
            yield from _leaves(root, found, way, named, required=needed)
        else:
            yield Leaf(way, named, found, needed)


def find_heading(template: Template, heading: str) -> Found:
    """Return what a heading names."""
    index = _index(template)
    text = _bare(heading)
    matches = [each for each in index.get(_NUMBER.sub("#", text), ()) if each.numbers(text) is not None]
    whole = [each for each in matches if each.whole]
    matches = whole or matches
    if len(matches) == 1:
        return Found(matches[0].leaf.at(matches[0].numbers(text) or ()))
    if matches:
        return Found(could_be=tuple(each.leaf.heading(each.numbers(text) or ()) for each in matches[:_NEAR_SHOWN]))
    return Found(near=_near(template, text))


def heading_of(template: Template, leaf: Leaf, numbers: tuple[int, ...]) -> str:
    """Return the heading under which an item is found again; its path where its titles are another's too."""
    heading, steps = leaf.heading(numbers), leaf.at(numbers)
    return heading if find_heading(template, heading).steps == steps else ".".join(map(str, steps))


@dataclass(frozen=True, eq=False)
class _Entry:
    """One way of writing a heading: all of its parts (``whole``), or the last ones."""

    leaf: Leaf
    form: re.Pattern[str]
    whole: bool

    def numbers(self, text: str) -> tuple[int, ...] | None:
        """Return the numbers of the entries, from nought, if the text is this heading."""
        found = self.form.fullmatch(text)
        if found is None:
            return None
        numbers = tuple(int(group or 1) - 1 for group in found.groups())
        return None if -1 in numbers else numbers


@lru_cache(maxsize=16)
def _index(template: Template) -> Mapping[str, list[_Entry]]:
    index: dict[str, list[_Entry]] = {}
    for leaf in leaves(template):
        for first in range(len(leaf.titles)):
            if any(entry for _, entry in leaf.titles[:first]):
                break  # without the number above it nobody knows of which entry it is
            for key, form in _forms(leaf.titles[first:]):
                index.setdefault(key, []).append(_Entry(leaf, form, first == 0))
    return index


def _forms(titles: tuple[tuple[str, bool], ...]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield under which key a heading is looked up, and its form: with its numbers and, for the first, without."""
    pieces = [(_bare(title), entry) for title, entry in titles]
    numbered = "".join(f"{text}0" if entry else text for text, entry in pieces)
    plain = "".join(text for text, _ in pieces)
    for way, number in {numbered: "([0-9]{1,3})", plain: "()"}.items():
        form = "".join(re.escape(text) + (number if entry else "") for text, entry in pieces)
        yield _NUMBER.sub("#", way), re.compile(form)


def _bare(text: str) -> str:
    """Return what counts of a heading: no spaces, no marks between its parts, one width, one case."""
    return _ASIDE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _near(template: Template, text: str) -> tuple[str, ...]:
    known = {_bare(heading): heading for heading in (leaf.heading() for leaf in leaves(template))}
    last = {_bare(leaf.titles[-1][0]): leaf.heading() for leaf in reversed(leaves(template))}
    close = get_close_matches(text, {**last, **known}, n=_NEAR_SHOWN, cutoff=_NEAR)
    return tuple(dict.fromkeys({**last, **known}[each] for each in close))
