"""What judging changes speaks of: how grave each is, where it is, and what the rules allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How grave a change is; each level includes those before it."""

    NONE = 0
    EVIDENCE = 1
    FORM = 2
    ANNOTATIONS = 3
    OTHER = 4

    @property
    def word(self) -> str:
        """The word in the report."""
        return self.name.lower()


@dataclass(frozen=True)
class Change:
    """One difference: its level, a code that says what it is, where it is, and the field it belongs to."""

    level: Level
    code: str
    where: str = ""
    field: str | None = None


@dataclass(frozen=True)
class Judgement:
    """What changed after one signature.

    Attributes:
        level: of the gravest change.
        permitted: None where it cannot be judged, which is never a pass.
        findings: what is not permitted, or cannot be judged.
        changes: all that was done, permitted or not.
    """

    level: Level
    permitted: bool | None
    findings: tuple[Change, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Rules:
    """What may change: the highest level, and fields that may not (None: no field is locked).

    ``certified``: a certification signature rules, so that signatures go into the fields there are.
    """

    allowed: Level
    certified: bool = False
    locked: Callable[[str], bool] | None = None
