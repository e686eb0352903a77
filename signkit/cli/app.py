"""The commands, in the order of a contract's life."""

from __future__ import annotations

from collections.abc import Collection
from types import ModuleType
from typing import Annotated

import typer

from signkit.cli import (
    agent,
    archive,
    asic,
    card,
    cms,
    complete,
    deliver,
    demo,
    diff,
    doctor,
    extend,
    finish,
    handout,
    prepare,
    render,
    sign,
    status,
    template,
    trust,
    validate,
)
from signkit.cli.language import words
from signkit.cli.option_groups import GroupedCommand, flatten
from signkit.version import __version__

#: The commands and groups of commands by name, in the order in which they are shown.
_COMMANDS: dict[str, ModuleType] = {
    "demo": demo,
    "template": template,
    "render": render,
    "sign": sign,
    "prepare": prepare,
    "finish": finish,
    "agent": agent,
    "extend": extend,
    "status": status,
    "complete": complete,
    "deliver": deliver,
    "diff": diff,
    "handout": handout,
    "validate": validate,
    "cms": cms,
    "asic": asic,
    "archive": archive,
    "trust": trust,
    "card": card,
    "doctor": doctor,
}


def make_app(arguments: Collection[str] | None = None) -> typer.Typer:
    """Return the command line.

    Args:
        arguments: what was typed: commands that are not named there stand in the list of commands alone, because to
            read the options of all takes longer than to answer; None: all of them.
    """
    app = typer.Typer(
        name="signkit",
        help=words(
            "Contracts from templates, signed with their parties' own keys, provable for decades.",
            "契約書をひな型から作り、当事者自身の鍵で署名し、長期にわたって証明できるようにします。",
        ),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_common)
    for name, module in _COMMANDS.items():
        if arguments is not None and name not in arguments:
            app.command(name, help=module.HELP)(_not_named)
        elif hasattr(module, "app"):
            app.add_typer(module.app, name=name, help=module.HELP)
        else:
            kind = getattr(module, "COMMAND", GroupedCommand)
            app.command(name, cls=kind, help=module.HELP)(flatten(module.run))
    return app


def _not_named() -> None:
    raise AssertionError("a command runs that was not typed")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"signkit {__version__}")
        raise typer.Exit


def _common(
    lang: Annotated[
        str | None, typer.Option(help=words("Language of messages: en or ja.", "メッセージの言語: en または ja。"))
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help=words("Show the version.", "版を表示。")),
    ] = False,
) -> None:
    """Take the options that stand before every command; the language was read already when the process started."""
