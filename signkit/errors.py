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


@dataclass(eq=False)
class TimestampUnavailable(SignKitError):
    """No timestamp service gave a usable token."""

    causes: str
    MESSAGE = Text("No timestamp could be had ({causes}).", "タイムスタンプを取得できませんでした ({causes})。")
    HINT = Text(
        "Name a timestamp service with --tsa URL or tsa_urls in signkit.toml; nothing was written.",
        "--tsa URL か signkit.toml の tsa_urls でタイムスタンプ局を指定してください。何も書き込んでいません。",
    )
    EXIT_CODE = ExitCode.EVIDENCE


@dataclass(eq=False)
class EvidenceMissing(SignKitError):
    """The level asked for needs revocation evidence that could not be had."""

    level: str
    certificates: tuple[tuple[str, Text], ...]
    MESSAGE = Text(
        "{level} needs revocation evidence that could not be had; nothing was written.",
        "{level} に必要な失効情報を取得できなかったため、何も書き込んでいません。",
    )
    HINT = Text(
        "Sign at --level B-T now and run 'signkit extend' when the evidence can be had "
        "(--evidence FOLDER, or a verifier's plug-in).",
        "いまは --level B-T で署名し、失効情報を得られるようになったら signkit extend を実行してください "
        "(--evidence フォルダー、または署名検証者のプラグイン)。",
    )
    EXIT_CODE = ExitCode.EVIDENCE

    def message(self, language: Language = "en") -> str:
        """Say which certificate's evidence is missing, and why."""
        lines = [f"  - {name}: {reason.in_language(language)}" for name, reason in self.certificates]
        return "\n".join([super().message(language), *lines])


# --- signers ---------------------------------------------------------------------------------------------


@dataclass(eq=False)
class SignerUnknown(SignKitError):
    """A signer URI names no kind of signer there is."""

    uri: str
    known: str
    MESSAGE = Text("No signer is named {uri!r}.", "{uri!r} という署名鍵の指定はありません。")
    HINT = Text(
        "Known kinds: {known}. Examples: card, card:virtual, p12:alice.p12.",
        "使える種類: {known}。例: card、card:virtual、p12:alice.p12。",
    )


@dataclass(eq=False)
class KeyFileUnusable(SignKitError):
    """A key file was read and cannot be used for signing."""

    path: str
    cause: str
    MESSAGE = Text("{path} cannot be used to sign: {cause}.", "{path} は署名に使えません: {cause}。")
    HINT = Text(
        "Give a PKCS#12 file (.p12, .pfx) with a private key and its certificate.",
        "秘密鍵と証明書の入った PKCS#12 ファイル (.p12、.pfx) を指定してください。",
    )


@dataclass(eq=False)
class PassphraseWrong(SignKitError):
    """A key file's passphrase is wrong."""

    path: str
    MESSAGE = Text("The passphrase does not open {path}.", "パスフレーズが違うため {path} を開けません。")
    HINT = Text("Type it again; a file does not lock.", "もう一度入力してください。ファイルはロックされません。")
    EXIT_CODE = ExitCode.PIN
