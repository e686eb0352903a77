"""Every error a user can meet.

An error carries facts as attributes; its class gives the message, the hint (the next step) and the exit code.
Rooms raise them, ``signkit.cli`` alone turns them into words and exit codes.  Facts never hold a PIN,
a certificate's attributes or a 個人番号.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, ClassVar

from signkit.words import Language, Text


class ExitCode(IntEnum):
    """What the process says to a script (docs/reference/exit-codes.md)."""

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


# --- files and usage -------------------------------------------------------------------------------------


@dataclass(eq=False)
class InputUnreadable(SignKitError):
    """An input file cannot be read."""

    path: str
    cause: str
    MESSAGE = Text("Cannot read {path}: {cause}.", "{path} を読めません: {cause}。")
    HINT = Text("Check the name and that you may read it.", "ファイル名と読み取り権限を確かめてください。")


@dataclass(eq=False)
class OutputNotWritten(SignKitError):
    """The output could not be written; nothing was left half-written."""

    path: str
    cause: str
    MESSAGE = Text("Could not write {path}: {cause}.", "{path} に書き込めませんでした: {cause}。")
    HINT = Text(
        "No half-written file was left. Check the folder, its permissions and the free space.",
        "書きかけのファイルは残っていません。フォルダーの権限と空き容量を確かめてください。",
    )
    EXIT_CODE = ExitCode.OUTPUT


@dataclass(eq=False)
class OutputExists(SignKitError):
    """The output is already there and is not overwritten."""

    path: str
    MESSAGE = Text("{path} exists already.", "{path} は既にあります。")
    HINT = Text("Give another name with -o, or --overwrite.", "-o で別の名前を指定するか、--overwrite を付けてください。")
    EXIT_CODE = ExitCode.OUTPUT


@dataclass(eq=False)
class MissingExtra(SignKitError):
    """An optional part of SignKit is needed and not installed."""

    feature: str
    extra: str
    MESSAGE = Text("{feature} needs a part that is not installed.", "{feature} に必要な追加部品が入っていません。")
    HINT = Text("pip install 'signkit[{extra}]'", "pip install 'signkit[{extra}]' を実行してください。")


@dataclass(eq=False)
class SettingsInvalid(SignKitError):
    """signkit.toml or an environment variable holds something that cannot be used."""

    path: str
    item: str
    cause: str
    MESSAGE = Text("Setting {item} in {path}: {cause}.", "設定 {item} ({path}): {cause}。")
    HINT = Text("See docs/reference/settings.md.", "docs/reference/settings.md を見てください。")


# --- trust -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class TrustAnchorUnreadable(SignKitError):
    """A file named as trust anchor holds no certificate."""

    path: str
    MESSAGE = Text("{path} holds no certificate (PEM or DER).", "{path} に証明書 (PEM または DER) がありません。")
    HINT = Text(
        "Name a CA certificate file, or a folder of them.", "CA 証明書のファイルか、そのフォルダーを指定してください。"
    )
