"""The commands, in the order of a contract's life."""

from __future__ import annotations

from typing import Annotated

import typer

from signkit.cli import (
    agent,
    asic,
    card,
    cms,
    complete,
    deliver,
    demo,
    diff,
    doctor,
    extend,
    handout,
    render,
    sign,
    status,
    template,
    trust,
    validate,
)
from signkit.cli.language import words
from signkit.version import __version__

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


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"signkit {__version__}")
        raise typer.Exit


@app.callback()
def common(
    lang: Annotated[
        str | None, typer.Option(help=words("Language of messages: en or ja.", "メッセージの言語: en または ja。"))
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help=words("Show the version.", "版を表示。")),
    ] = False,
) -> None:
    """Take the options that stand before every command; the language was read already when the process started."""


app.command("demo", help=demo.HELP)(demo.run)
app.add_typer(template.app, name="template", help=template.HELP)
app.command("render", help=render.HELP)(render.run)
app.command("sign", help=sign.HELP)(sign.run)
app.command("agent", help=agent.HELP)(agent.run)
app.command("extend", help=extend.HELP)(extend.run)
app.command("status", help=status.HELP)(status.run)
app.command("complete", help=complete.HELP)(complete.run)
app.add_typer(deliver.app, name="deliver", help=deliver.HELP)
app.command("diff", help=diff.HELP)(diff.run)
app.command("handout", help=handout.HELP)(handout.run)
app.command("validate", help=validate.HELP)(validate.run)
app.add_typer(cms.app, name="cms", help=cms.HELP)
app.add_typer(asic.app, name="asic", help=asic.HELP)
app.add_typer(trust.app, name="trust", help=trust.HELP)
app.add_typer(card.app, name="card", help=card.HELP)
app.command("doctor", help=doctor.HELP)(doctor.run)
