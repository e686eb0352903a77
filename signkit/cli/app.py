"""The commands, in the order of a contract's life."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from types import ModuleType
from typing import Annotated, Any

import typer

from signkit.cli import (
    agent,
    archive,
    asic,
    card,
    cms,
    complete,
    consent,
    deliver,
    demo,
    desk,
    diff,
    doctor,
    extend,
    finish,
    handout,
    identify,
    key,
    monitor,
    prepare,
    rehearsal,
    render,
    serve,
    service,
    sign,
    status,
    template,
    trust,
    validate,
)
from signkit.cli.language import language_first, words
from signkit.cli.option_groups import CommandGroup, GroupedCommand, flatten
from signkit.cli.shells import ShellName
from signkit.version import __version__

#: The commands and groups of commands by name, in the order in which they are shown.
_COMMANDS: dict[str, ModuleType] = {
    "demo": demo,
    "desk": desk,
    "template": template,
    "render": render,
    "sign": sign,
    "prepare": prepare,
    "finish": finish,
    "agent": agent,
    "extend": extend,
    "status": status,
    "complete": complete,
    "consent": consent,
    "deliver": deliver,
    "identify": identify,
    "diff": diff,
    "handout": handout,
    "validate": validate,
    "cms": cms,
    "asic": asic,
    "archive": archive,
    "monitor": monitor,
    "trust": trust,
    "serve": serve,
    "service": service,
    "key": key,
    "card": card,
    "rehearsal": rehearsal,
    "doctor": doctor,
}


class LanguageName(StrEnum):
    """What ``--lang`` takes."""

    ENGLISH = "en"
    JAPANESE = "ja"


class RootGroup(CommandGroup):
    """The command line: ``--lang`` may stand anywhere in it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse; ``--lang`` behind the command counts as one before it."""
        if any(argument.endswith("-completion") for argument in args):
            from signkit.cli.completion import with_shell

            args = with_shell(args)
        return super().parse_args(ctx, language_first(args))


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
            "契約書をひな形から作り、当事者自身の鍵で署名し、長期にわたって証明できるようにします。",
        ),
        no_args_is_help=True,
        cls=RootGroup,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_common)
    for name, module in _COMMANDS.items():
        if arguments is not None and name not in arguments:
            app.command(name, cls=GroupedCommand, help=module.HELP)(_not_named)
        elif hasattr(module, "app"):
            app.add_typer(_speaking(module.app), name=name, cls=CommandGroup, help=module.HELP)
        else:
            kind = getattr(module, "COMMAND", GroupedCommand)
            app.command(name, cls=kind, help=module.HELP)(flatten(module.run))
    return app


def _speaking(group: typer.Typer) -> typer.Typer:
    """Return a group of commands whose help is in the user's language, whatever class of commands it was made with."""
    for command in group.registered_commands:
        if not (command.cls and issubclass(command.cls, GroupedCommand)):
            command.cls = GroupedCommand
    return group


def _not_named() -> None:
    raise AssertionError("a command runs that was not typed")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"signkit {__version__}")
        raise typer.Exit


def _show_completion(shell: ShellName | None) -> None:
    if shell is not None:
        from signkit.cli.completion import show

        show(shell)
        raise typer.Exit


def _install_completion(shell: ShellName | None) -> None:
    if shell is not None:
        from signkit.cli.completion import install

        install(shell)
        raise typer.Exit


def _common(
    lang: Annotated[
        LanguageName | None,
        typer.Option(
            help=words("Language of messages; also behind the command.", "メッセージの言語。コマンドの後ろにも書ける。")
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help=words("Show the version.", "版を表示。")),
    ] = False,
    install_completion: Annotated[
        ShellName | None,
        typer.Option(
            metavar="[SHELL]",
            callback=_install_completion,
            is_eager=True,
            help=words(
                "Install completion for this shell, or the one named (bash, zsh, fish, powershell, pwsh).",
                "いま使っているシェル、または指定したシェル (bash、zsh、fish、powershell、pwsh) に補完を設定する。",
            ),
            show_default=False,
        ),
    ] = None,
    show_completion: Annotated[
        ShellName | None,
        typer.Option(
            metavar="[SHELL]",
            callback=_show_completion,
            is_eager=True,
            help=words("Show the script of that completion.", "補完のためのスクリプトを表示する。"),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Take the options that stand before every command; the language was read already when the process started."""
