"""What is built of the command line is what was typed."""

from __future__ import annotations

import pytest
from typer.main import get_command

from signkit.cli.app import make_app


@pytest.mark.slow
def test_the_list_of_commands_is_the_same_whatever_was_typed():
    def listed(arguments):
        commands = get_command(make_app(arguments)).commands
        return {name: command.get_short_help_str() for name, command in commands.items()}

    assert listed([]) == listed(["sign", "a.pdf"]) == listed(None)


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["card", "status"], ["--lang", "en", "card", "status"], None])
def test_a_command_that_was_typed_is_whole(arguments):
    card = get_command(make_app(arguments)).commands["card"]
    assert {"readers", "status", "touch"} <= set(card.commands)


def test_a_value_that_is_the_name_of_a_command_does_no_harm(signkit):
    assert signkit("validate", "sign", "--policy", "status", "--help").returncode == 0
