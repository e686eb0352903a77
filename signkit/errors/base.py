"""The root of all errors that are meant for a user, and the exit codes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, ClassVar

from signkit.words import Language, Text


class ExitCode(IntEnum):
    """What the process says to a script (README.md, "Exit codes")."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    INDETERMINATE = 3
    UNREADABLE = 4
    CONTRACT_REFUSED = 10
    CARD = 11
    PIN = 12
    EVIDENCE = 13
    OUTPUT = 14


@dataclass(eq=False)
class SignKitError(Exception):
    """The root of all errors that are meant for a user."""

    MESSAGE: ClassVar[Text]
    HINT: ClassVar[Text | None] = None
    EXIT_CODE: ClassVar[ExitCode] = ExitCode.USAGE

    def message(self, language: Language = "en") -> str:
        """Say what happened, in ``language``."""
        return self.MESSAGE.in_language(language, **self._facts())

    def hint(self, language: Language = "en") -> str | None:
        """Say what the user can do next, or None where nothing can be said."""
        return self.HINT.in_language(language, **self._facts()) if self.HINT else None

    def _facts(self) -> dict[str, object]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __str__(self) -> str:
        return self.message()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self._facts())


def _rebuild(kind: type[SignKitError], facts: dict[str, Any]) -> SignKitError:
    return kind(**facts)
