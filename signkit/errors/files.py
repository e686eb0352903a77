"""Files, settings, the command line's words, and parts that are not installed."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors.root import SignKitError
from signkit.words import Text


class FileUnusable(SignKitError):
    """A file could not be written, or the settings in one cannot be used."""


@dataclass(eq=False)
class InputUnreadable(SignKitError):
    """An input file cannot be read."""

    path: str
    cause: Text
    code = "input-unreadable"


@dataclass(eq=False)
class OutputExists(SignKitError):
    """The output is already there and is not overwritten.

    Attributes:
        is_final: the command has no option to replace it.
    """

    path: str
    is_final: bool = False
    code = "output-exists"


@dataclass(eq=False)
class OutputSigned(SignKitError):
    """The output is already there and holds signatures that would be lost."""

    path: str
    code = "output-signed"


@dataclass(eq=False)
class MissingExtra(SignKitError):
    """An optional part of SignKit is needed and not installed."""

    feature: str | Text
    extra: str
    code = "extra-missing"


@dataclass(eq=False)
class UsageProblem(SignKitError):
    """The command line's words do not go together."""

    cause: Text
    advice: Text
    code = "usage"
