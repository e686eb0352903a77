"""``signkit desk``: the desk in the browser of this machine."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.language import choose_language, words
from signkit.cli.options import OpenBrowser
from signkit.cli.terminal import tell
from signkit.errors import MissingExtra
from signkit.words import Language, Text

if TYPE_CHECKING:
    from signkit.web.common.listening import DeskAddress

HELP = words(
    "Open the desk in this machine's browser: make, sign, check, keep and find contracts.",
    "このパソコンのブラウザーで画面を開き、契約書の作成・署名・検証・保管・検索を行う。",
)


class PromptName(StrEnum):
    """What ``--prompt`` takes."""

    AUTO = "auto"
    WINDOW = "window"
    PINENTRY = "pinentry"
    CONSOLE = "console"


def run(
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help=words(
                "A rehearsal: a contract that waits for signatures, emulated cards, an archive of its own.",
                "リハーサル。署名待ちの契約書、模擬カード、専用の保管庫を用意する。",
            ),
        ),
    ] = False,
    browser: OpenBrowser = True,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help=words("Port; 0: any.", "ポート番号。0 は自動。"))
    ] = 0,
    offline: Annotated[
        bool,
        typer.Option(
            "--offline", help=words("Ask nobody on the network when judging.", "検証のときネットワークを使わない。")
        ),
    ] = False,
    idle: Annotated[
        int,
        typer.Option(
            "--idle",
            min=1,
            max=1440,
            help=words("End after so many idle minutes.", "操作がないと終了するまでの分数。"),
        ),
    ] = 30,
    prompt: Annotated[
        PromptName,
        typer.Option("--prompt", help=words("How a PIN is asked for.", "暗証番号のたずね方。")),
    ] = PromptName.AUTO,
    pinentry: Annotated[
        Path | None,
        typer.Option(
            "--pinentry",
            metavar="FILE",
            help=words("Ask through this pinentry program.", "このプログラム (pinentry) で暗証番号をたずねる。"),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve the desk on loopback until it is ended, or nobody is there."""
    try:
        from signkit.web.desk.office import DeskOptions
        from signkit.web.desk.running import run_desk
    except ImportError as error:
        raise MissingExtra("signkit desk", "web") from error
    from signkit.settings import load_settings

    settings = load_settings()
    language = first_language(settings.desk_language or "ja")
    if demo:
        from signkit.web.desk.rehearsal_desk import rehearsal_options

        options = rehearsal_options(settings, language)
    else:
        options = DeskOptions(settings, settings.home_folder() / "desk", language, offline)
    options = replace(options, prompt=prompt.value, program=str(pinentry) if pinentry is not None else None)
    run_desk(options, lambda page, address: open_page(page, address, wanted=browser), port=port, idle_seconds=idle * 60)
    tell(_ENDED)


def first_language(usual: Language) -> Language:
    """Return what was asked for, else the usual, whatever the locale; a page's switch changes it."""
    return choose_language(sys.argv[1:], {"SIGNKIT_LANG": os.environ.get("SIGNKIT_LANG") or usual})


def open_page(page: Path, address: DeskAddress, *, wanted: bool) -> None:
    """Open the start page in the browser, or say where it lies."""
    import webbrowser

    tell(_READY, name=address.hosts[0])
    if not (wanted and webbrowser.open(page.as_uri())):
        tell(_OPEN_IT, page=page.as_uri())


_READY = Text(
    "The desk is open at http://{name}/ (for this user, on this machine). Ctrl-C ends it.",
    "画面を開きました: http://{name}/ (このパソコンの、この利用者だけが使えます)。Ctrl-C で終了します。",
)
_OPEN_IT = Text("Open this file in your browser: {page}", "ブラウザーで次のファイルを開いてください: {page}")
_ENDED = Text("The desk has ended.", "終了しました。")
