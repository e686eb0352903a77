"""Files, settings, the command line's words, and parts that are not installed."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors.base import ExitCode, SignKitError
from signkit.words import Language, Text


@dataclass(eq=False)
class InputUnreadable(SignKitError):
    """An input file cannot be read."""

    path: str
    cause: Text
    MESSAGE = Text("Cannot read {path}: {cause}.", "{path} を読めません: {cause}。")
    HINT = Text("Check the name and that you may read it.", "ファイル名と読み取り権限を確かめてください。")


@dataclass(eq=False)
class OutputNotWritten(SignKitError):
    """The output could not be written; nothing was left half-written."""

    path: str
    cause: Text
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
    HINT = Text(
        "Give another name with -o, or --overwrite.", "-o で別の名前を指定するか、--overwrite を付けてください。"
    )
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
    cause: Text
    MESSAGE = Text("Setting {item} in {path}: {cause}.", "設定 {item} ({path}): {cause}。")
    HINT = Text("See docs/reference/settings.md.", "docs/ja/reference/settings.md を見てください。")


@dataclass(eq=False)
class UsageProblem(SignKitError):
    """The command line's words do not go together."""

    cause: Text
    advice: Text
    MESSAGE = Text("{cause}.", "{cause}。")

    def hint(self, language: Language = "en") -> str:
        """Say what does."""
        return self.advice.in_language(language)
