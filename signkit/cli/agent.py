"""``signkit agent``: hold the key for another program on this machine, and ask here before every signature."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.language import translate, words
from signkit.cli.options import OpenBrowser, SignerUri, UseLastTry
from signkit.cli.terminal import report_error, secret_reader, tell
from signkit.errors import UsageProblem
from signkit.words import Text, without_controls

if TYPE_CHECKING:
    from signkit.errors import SignKitError
    from signkit.signers.agent_service import Wanted
    from signkit.signers.base import Purpose

HELP = words(
    "Sign for another program here, or for an office (--desk), asking each time.",
    "このパソコンの別のプログラムや事務所 (--desk) のために、毎回確認して署名する。",
)


def run(
    signer: SignerUri = "card",
    port: Annotated[int, typer.Option(min=0, max=65_535, help=words("0 takes a free one.", "0 は空きを使う。"))] = 0,
    once: Annotated[
        bool, typer.Option("--once", help=words("End after the first program or task.", "最初の 1 件で終える。"))
    ] = False,
    use_last_try: UseLastTry = False,
    desk: Annotated[
        str | None,
        typer.Option(
            "--desk",
            metavar="URL",
            help=words(
                "Sign here what an office's server (signkit serve) asks for: shown in a window of this PC's own.",
                "事務所のサーバー (signkit serve) からの依頼に、このパソコンの画面で確かめて署名する。",
            ),
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            help=words("What the office calls this PC.", "登録するパソコンの名前。"),
            show_default=False,
        ),
    ] = None,
    pair_again: Annotated[
        bool, typer.Option("--pair", help=words("Pair this PC anew.", "このパソコンを登録し直す。"))
    ] = False,
    browser: OpenBrowser = True,
    demo: Annotated[
        bool,
        typer.Option("--demo", help=words("With emulated cards of the rehearsal.", "リハーサルの模擬カードを使う。")),
    ] = False,
) -> None:
    """Serve until Ctrl+C."""
    if desk is not None:
        from signkit.cli.desk_agent import run_for_desk

        run_for_desk(desk, name=name, pair_again=pair_again, browser=browser, once=once, demo=demo)
        return
    from signkit.settings import load_settings
    from signkit.signers.agent_service import listen, serve
    from signkit.signers.registry import SignerContext, open_signer

    if not sys.stdin.isatty():
        raise UsageProblem(_NO_TERMINAL, _USE_TERMINAL)
    context = SignerContext(secret_reader(from_stdin=False), load_settings(), use_last_try)
    try:
        listener = listen(port)
    except OSError as error:
        raise UsageProblem(_PORT_TAKEN, _OTHER_PORT) from error
    with listener:
        serve(listener, Terminal(), lambda: open_signer(signer, context), once=once)


@dataclass(frozen=True)
class Terminal:
    """The agent's person at this terminal; see `signkit.signers.agent_service.Desk`."""

    def show_code(self, port: int, code: str, seconds: float) -> None:
        """Show what to type at the other program."""
        tell(_CODE, port=port, code=code, minutes=round(seconds / 60))

    def agree_to_open(self, purpose: Purpose) -> bool:
        """Show what the program claims, and ask."""
        tell(_OPEN, role=purpose.role or "-", count=len(purpose.files))
        for name, digest in purpose.files:
            print(without_controls(f"  {digest}  {name}"), file=sys.stderr)
        return _confirm(_OPEN_QUESTION)

    def agree_to_sign(self, wanted: Wanted) -> bool:
        """Show one signature, and ask."""
        names = ", ".join(name for name, _ in wanted.purpose.files) or "-"
        tell(_SIGN, number=wanted.number, role=wanted.purpose.role or "-", names=names, digest=wanted.digest)
        return _confirm(_SIGN_QUESTION)

    def report(self, error: SignKitError) -> None:
        """Say why the key could not be used."""
        report_error(error)

    def wrong_code(self, left: int) -> None:
        """Say that somebody came with a wrong code."""
        tell(_WRONG_CODE, left=left)

    def say_end(self, signatures: int) -> None:
        """Say that the program is gone."""
        tell(_ENDED, signatures=signatures)


def _confirm(question: Text) -> bool:
    _forget_typed_ahead()
    print(translate(question), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _forget_typed_ahead() -> None:
    """Drop what was typed before the question was there, so that no stray "y" answers it."""
    try:
        import termios
    except ImportError:  # Windows
        return
    termios.tcflush(sys.stdin, termios.TCIFLUSH)


_NO_TERMINAL = Text("The agent asks its own person, and there is no terminal", "確認を求めるための端末がありません")
_USE_TERMINAL = Text("Run it in a terminal of its own.", "専用の端末で実行してください。")
_PORT_TAKEN = Text("The port cannot be used", "そのポートは使えません")
_OTHER_PORT = Text("Leave --port out to take a free one.", "--port を省くと空きポートを使います。")
_CODE = Text(
    "\nThe agent waits: --signer agent:{port}\n"
    "Code: {code}   (for one program, {minutes} minutes; type it nowhere but at the program you started yourself)",
    "\n待機中です: --signer agent:{port}\n"
    "コード: {code}   (1回限り、{minutes}分間有効。自分で起動したプログラム以外には入力しないでください)",
)
_OPEN = Text(
    "\nA program wants to use your key. It says: role {role}, {count} files (SHA-256, name):",
    "\nプログラムが鍵の使用を求めています。申告内容: 役割 {role}、{count} 件 (SHA-256、ファイル名):",
)
_OPEN_QUESTION = Text(
    "Open the key, and give the program the certificate? [y/N] ", "鍵を開き、証明書をプログラムに渡しますか? [y/N] "
)
_SIGN = Text(
    "\nSignature {number}: role {role}, file as claimed: {names}\n  digest that is signed: {digest}",
    "\n署名 {number}: 役割 {role}、ファイル (申告): {names}\n  署名されるダイジェスト: {digest}",
)
_SIGN_QUESTION = Text("Sign it? [y/N] ", "署名しますか? [y/N] ")
_WRONG_CODE = Text(
    "A program came with a wrong code; {left} more and the agent stops.",
    "誤ったコードでの接続がありました。あと{left}回で停止します。",
)
_ENDED = Text(
    "The program is gone; signatures given: {signatures}.", "プログラムが終了しました。署名: {signatures} 件。"
)
