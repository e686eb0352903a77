"""Speaking with the person: messages on stderr, secrets from the terminal, errors as words and exit codes."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from signkit.cli.faults import fault_of_surroundings
from signkit.cli.language import LANGUAGE, translate
from signkit.cli.streams import flush_output, read_line
from signkit.errors import SignKitError, UsageProblem
from signkit.output import remove_scratch_leftovers
from signkit.words import Text, without_controls

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

    from signkit.signers.base import AskSecret, SecretRequest

_MAX_SECRET = 9216

_PROMPTS = {
    "passphrase": Text("Passphrase of {of}: ", "{of} のパスフレーズ: "),
    "new-passphrase": Text("New passphrase for {of}: ", "{of} に付ける新しいパスフレーズ: "),
    "signature-password": Text(
        "Signature password (署名用パスワード, 6 to 16 letters and digits) of {of}: ",
        "署名用パスワード(英数字6〜16文字)[{of}]: ",
    ),
    "token-pin": Text("PIN of {of}: ", "{of} の PIN: "),
    "authentication-pin": Text(
        "Authentication PIN (利用者証明用, 4 digits) of {of}: ", "利用者証明用の暗証番号(数字4桁)[{of}]: "
    ),
    "surface-pin": Text(
        "Text input support PIN (券面事項入力補助用, 4 digits) of {of}: ",
        "券面事項入力補助用の暗証番号(数字4桁)[{of}]: ",
    ),
    "code-b": Text(
        "Verification number B (14 digits: birth date YYMMDD with the era year, expiry year, security code) of {of}: ",
        "照合番号B(数字14桁: 生年月日の和暦6桁・有効期限の西暦4桁・セキュリティコード4桁)[{of}]: ",
    ),
    "birth-date": Text(
        "Birth date on {of} (YYMMDD with the era year, or YYYYMMDD): ",
        "{of} の生年月日(和暦の年月日6桁、または西暦8桁): ",
    ),
    "new-signature-password": Text(
        "New signature password (6 to 16 letters and digits): ", "新しい署名用パスワード(英数字6〜16文字): "
    ),
    "pairing-code": Text("Code that the agent at {of} shows: ", "エージェント [{of}] に表示されているコード: "),
    "document-password": Text("Password of {of}: ", "{of} のパスワード: "),
    "callback-address": Text(
        "Address at which the phone's browser ended ({of}?…): ",
        "スマートフォンのブラウザーに最後に表示されたアドレス ({of}?…): ",
    ),
    "new-pin": Text("New PIN (4 digits): ", "新しい暗証番号(数字4桁): "),
}
_TRIES = Text("{tries} tries left.", "残り{tries}回です。")
_LAST_TRY = Text("1 try left: a wrong entry locks it.", "残り1回です。間違えるとロックされます。")
_AFTER_WRONG = Text(
    "A wrong PIN was entered since the last right one; the token does not say how many tries are left.",
    "前回の正しい入力のあとに、誤った PIN が入力されています。残り回数はトークンから得られません。",
)


def tell(text: Text, **facts: object) -> None:
    """Say something to the person."""
    print(without_controls(translate(text, **facts)), file=sys.stderr)


def report_error(error: SignKitError) -> int:
    """Print the error with its hint; return the exit code."""
    label = {"en": "Error", "ja": "エラー"}[LANGUAGE]
    print(f"{label}: {without_controls(error.message(LANGUAGE))}", file=sys.stderr)
    if hint := error.hint(LANGUAGE):
        print(f"  → {without_controls(hint)}", file=sys.stderr)
    return int(error.exit_code)


def secret_reader(*, from_stdin: bool) -> AskSecret:
    """Return what asks for secrets: the terminal without echo, or one line of stdin each (for tests and pipes)."""
    return _from_stdin if from_stdin else _from_terminal


def _from_terminal(request: SecretRequest) -> bytearray:
    if not sys.stdin.isatty():
        raise UsageProblem(
            Text(
                "A secret is needed and there is no terminal to type it at",
                "秘密情報の入力が必要ですが、端末がありません",
            ),
            Text(
                "Run it in a terminal, or pipe the secret with --pin-stdin (a PDF's password: --password-stdin).",
                "端末で実行するか、--pin-stdin (PDF のパスワードは --password-stdin) で渡してください。",
            ),
        )
    _show_tries(request)
    prompt = translate(_PROMPTS[request.kind], of=request.of)
    return bytearray(getpass.getpass(prompt).encode())


def _from_stdin(request: SecretRequest) -> bytearray:
    _show_tries(request)
    line = read_line(_MAX_SECRET)
    while line and line[-1] in b"\r\n":
        del line[-1]
    return line


def _show_tries(request: SecretRequest) -> None:
    if request.tries_left == 1:
        tell(_LAST_TRY)
    elif request.tries_left is not None:
        tell(_TRIES, tries=request.tries_left)
    elif request.after_wrong:
        tell(_AFTER_WRONG)


@contextmanager
def progress(total: int, what: Text | None = None) -> Iterator[Callable[[object], None]]:
    """Show on a terminal, for more than one piece of work, how many are done and the time left.

    Gives what moves it on by one.  ``what``: the work in a word or two.
    """
    if total < 2 or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = [BarColumn(), MofNCompleteColumn(), *time_left()]
    words = [] if what is None else [TextColumn(translate(what))]
    with Progress(*words, *columns, console=Console(stderr=True), speed_estimate_period=ESTIMATED_OVER) as bar:
        task = bar.add_task("", total=total)
        yield lambda _: bar.advance(task)


def time_left() -> tuple[ProgressColumn, ...]:
    """The columns of a bar that tell how long the work will still take."""
    from rich.progress import TextColumn, TimeRemainingColumn

    return TextColumn(translate(_LEFT)), TimeRemainingColumn()


_LEFT = Text("time left", "残り時間")
#: The time left is told by the speed of so many seconds past: pieces of work differ, and machines have other work.
ESTIMATED_OVER = 60.0


def run_reporting(program: Callable[[], None]) -> int:
    """Run ``program``; turn every error into one message and an exit code, never a traceback."""
    import os

    if not os.environ.get("SIGNKIT_DEBUG"):
        _silence_libraries()
    try:
        try:
            program()
        finally:
            flush_output()
            remove_scratch_leftovers()
    except SignKitError as error:
        return report_error(error)
    except KeyboardInterrupt:
        tell(Text("Stopped.", "中断しました。"))
        return 130
    except Exception as error:
        if fault := fault_of_surroundings(error, sys.argv[1:]):
            return report_error(fault)
        if os.environ.get("SIGNKIT_DEBUG"):
            raise
        tell(_UNEXPECTED, kind=type(error).__name__)
        return 70
    return 0


def _silence_libraries() -> None:
    """Keep warnings and log lines of other libraries off stderr: what they say of a stranger's file is no message."""
    import logging
    import warnings

    logging.getLogger().addHandler(logging.NullHandler())
    warnings.simplefilter("ignore")


_UNEXPECTED = Text(
    "Internal error ({kind}). Nothing was half-written. Please report it with the output of the same command "
    "under SIGNKIT_DEBUG=1 (check that it holds nothing private).",
    "内部エラー ({kind})。書きかけのファイルはありません。SIGNKIT_DEBUG=1 を付けて同じコマンドを実行した出力を添えて"
    "ご報告ください (個人情報が含まれていないか確認してください)。",
)
