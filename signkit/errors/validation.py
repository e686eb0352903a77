"""Judging and comparing files, many at once."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors.base import ExitCode, SignKitError
from signkit.words import Text


@dataclass(eq=False)
class PolicyUnreadable(SignKitError):
    """A validation policy cannot be read."""

    path: str
    cause: Text
    MESSAGE = Text("Cannot read the policy {path}: {cause}.", "検証ポリシー {path} を読めません: {cause}。")
    HINT = Text(
        "Name default, strict, archive or a TOML file (docs/reference/policy.md).",
        "default・strict・archive のいずれか、または TOML ファイルを指定してください (docs/ja/reference/policy.md)。",
    )


@dataclass(eq=False)
class PolicyInvalid(SignKitError):
    """A validation policy holds something that cannot be used."""

    path: str
    item: str
    cause: Text
    MESSAGE = Text("Item {item} in the policy {path}: {cause}.", "検証ポリシー {path} の項目 {item}: {cause}。")
    HINT = Text("See docs/reference/policy.md.", "docs/ja/reference/policy.md を見てください。")


@dataclass(eq=False)
class PdfNotComparable(SignKitError):
    """The revisions of a PDF cannot be compared, because it cannot be read."""

    path: str
    cause: Text
    MESSAGE = Text("Cannot compare the revisions of {path}. {cause}", "{path} の各版を比較できません。{cause}")
    HINT = Text("See what is wrong with it: signkit validate {path}", "原因は signkit validate {path} で確認できます。")
    EXIT_CODE = ExitCode.UNREADABLE


@dataclass(eq=False)
class OptionsNotPortable(SignKitError):
    """The validation's options cannot be sent to worker processes."""

    cause: str
    MESSAGE = Text(
        "A revocation source cannot be sent to worker processes ({cause}).",
        "失効情報の取得元 (プラグイン) を処理プロセスに渡せません ({cause})。",
    )
    HINT = Text("Run it in this process alone: --jobs 0.", "--jobs 0 を付けて、このプロセスだけで実行してください。")


@dataclass(eq=False)
class PasswordStaysHere(SignKitError):
    """A password would go over the network, to machines that keep it."""

    MESSAGE = Text("A password is not sent to a cluster.", "パスワードはクラスターに送りません。")
    HINT = Text(
        "Leave --engine out: encrypted files are judged on this machine.",
        "--engine を外してください。暗号化されたファイルはこのマシンで検証します。",
    )
    EXIT_CODE = ExitCode.USAGE


@dataclass(eq=False)
class EngineFailed(SignKitError):
    """What does the work of a batch cannot be started, or is gone."""

    cause: str
    MESSAGE = Text("The workers cannot be used ({cause}).", "処理プロセスを利用できません ({cause})。")
    HINT = Text(
        "Check the address of --engine and that every worker has the same version of SignKit. What was written so far "
        "is valid; go on with --resume.",
        "--engine のアドレスと、各ワーカーの SignKit の版が同じかを確かめてください。"
        "ここまでの結果は有効で、--resume で続きから行えます。",
    )


@dataclass(eq=False)
class ResultsUnreadable(SignKitError):
    """A file named to resume from does not hold results."""

    path: str
    line: int
    MESSAGE = Text(
        "{path} holds no validation results (line {line}).", "{path} は検証結果ではありません ({line} 行目)。"
    )
    HINT = Text(
        "Name a file that 'signkit validate --format jsonl' wrote; it was left as it is.",
        "signkit validate --format jsonl の出力ファイルを指定してください。ファイルは変更していません。",
    )
