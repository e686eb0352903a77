"""Reading a level from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signkit.errors import UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.signing.levels import Level


def parse_level(text: str) -> Level:
    """Return the level named, with or without ``PAdES-`` before it.

    Raises:
        UsageProblem: there is no such level.
    """
    from signkit.signing.levels import Level

    try:
        return Level(text.upper().removeprefix("PADES-"))
    except ValueError as error:
        known = ", ".join(Level)
        raise UsageProblem(
            Text(f"There is no level {text!r}", f"レベル {text!r} はありません"),
            Text(f"Levels: {known}", f"使えるレベル: {known}"),
        ) from error
