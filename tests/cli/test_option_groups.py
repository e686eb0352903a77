"""Options in groups: one parameter of the command, several of the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from signkit.cli.app import make_app
from signkit.cli.option_groups import GroupedCommand, OptionGroup, flatten


@dataclass(frozen=True)
class Fruit(OptionGroup):
    HEADING = "Fruit"

    pears: Annotated[int, typer.Option("--pears")]
    ripe: Annotated[bool, typer.Option("--ripe")] = False


def market(
    stall: Annotated[str, typer.Argument()], fruit: Fruit, bags: Annotated[int, typer.Option("--bags")] = 1
) -> None:
    print(stall, fruit, bags)


@pytest.fixture
def run():
    app = typer.Typer(rich_markup_mode=None)
    app.command(cls=GroupedCommand)(flatten(market))
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_a_group_reaches_the_command_as_one_value(run):
    assert run("north", "--ripe", "--pears", "3").stdout == "north Fruit(pears=3, ripe=True) 1\n"
    assert run("north", "--pears", "3", "--bags", "2").stdout == "north Fruit(pears=3, ripe=False) 2\n"


def test_what_has_no_default_is_required(run):
    refused = run("north")
    assert refused.exit_code == 2
    assert "--pears" in refused.output


def test_help_shows_a_group_under_its_heading(run):
    text = run("--help").stdout
    assert text.index("Arguments:") < text.index("Fruit:") < text.index("--pears") < text.index("Options:")
    assert text.index("Options:") < text.index("--bags")


def test_a_command_without_groups_stays_as_it_is():
    def plain(name: Annotated[str, typer.Argument()]) -> None:
        raise NotImplementedError

    assert flatten(plain) is plain


@pytest.mark.slow
def test_the_three_ways_to_sign_take_what_they_use_only():
    commands = get_command(make_app()).commands
    taken = {
        name: {option for parameter in commands[name].params for option in parameter.opts}
        for name in ("sign", "prepare", "finish")
    }
    assert not taken["sign"] & {"--certificate", "--signature", "--complete"}
    assert not taken["prepare"] & {"--signer", "--pin-stdin", "--use-last-try", "--signature", "--resume", "--yes"}
    assert taken["finish"] == {
        "request_file", "--signature", "--other-person", "--certificate", "--tsa", "--evidence", "--trust",
        "--ask-password", "--password-stdin", "--output", "-o", "--overwrite",
    }  # fmt: skip
    assert "--no-certify" in {option for each in commands["sign"].params for option in each.secondary_opts}
