"""What judging changes speaks of: how grave each is, where it is, and what the rules allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class Gravity(IntEnum):
    """How grave a change is; each level includes those before it."""

    NONE = 0
    EVIDENCE = 1
    METADATA = 2
    FORM = 3
    ANNOTATIONS = 4
    OTHER = 5

    @property
    def word(self) -> str:
        """The word in the report."""
        return self.name.lower()


class ChangePlace(NamedTuple):
    """Where a change is: the page, counted from 1, the number of the object, and the field's name."""

    page: int | None = None
    number: int | None = None
    field: str | None = None


NOWHERE = ChangePlace()
#: A signature over text in a field that waited there: the signers before it knew the place.
WAITED_OVER_TEXT = "waiting-over-text"


@dataclass(frozen=True)
class Change:
    """One difference: its level, a code that says what it is, where it is, and the field it belongs to.

    ``where`` is an entry or another place in words; ``page`` counts from 1, ``number`` is that of the object.
    """

    level: Gravity
    code: str
    where: str = ""
    field: str | None = None
    page: int | None = None
    number: int | None = None


#: The codes of what cannot be judged, which never passes; all others are proven.
UNJUDGED = frozenset({"not-judged", "value-and-looks"})


@dataclass(frozen=True)
class Judgement:
    """What changed after one signature.

    Attributes:
        level: of the gravest change.
        permitted: None where it cannot be judged, which is never a pass.
        findings: what is not permitted, or cannot be judged.
        told: what is permitted and has to be said all the same.
        changes: all that was done, permitted or not.
    """

    level: Gravity
    permitted: bool | None
    findings: tuple[Change, ...] = ()
    told: tuple[Change, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Rules:
    """What may change: the highest level, and fields that may not (None: no field is locked).

    ``certified``: a certification signature rules, so that signatures go into the fields there are.
    ``left_open``: whoever signed allowed filling, and said himself which fields stay: values of the others may change.
    """

    allowed: Gravity
    certified: bool = False
    locked: Callable[[str], bool] | None = None
    left_open: Callable[[str], bool] | None = None
