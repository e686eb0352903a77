"""Options that go together as one frozen value: a command takes a few groups, not two dozen parameters.

    @dataclass(frozen=True)
    class EvidenceOptions(OptionGroup):
        HEADING = "Time and evidence"
        tsa: Tsa = None

    def run(pdf: Pdf, evidence: EvidenceOptions) -> None: ...

`flatten` gives Typer a function that takes every option by itself; `GroupedCommand` shows each group under its
heading.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import MISSING, Field, fields
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, ClassVar, get_args, get_type_hints

from typer.core import TyperCommand, TyperGroup
from typer.exceptions import Abort, TyperException

from signkit.cli.help_pages import COMMAND_METAVAR, COMMANDS, OPTIONS_METAVAR, HelpWriter, sections, usage_pieces
from signkit.cli.usage_errors import no_such_command, usage_error
from signkit.errors import OutputExists


class OptionGroup:
    """Base of the groups, which are frozen dataclasses whose fields are options.

    Attributes:
        HEADING: stands above the group in the command's help.
    """

    HEADING: ClassVar[str]


def flatten(run: Callable[..., None]) -> Callable[..., None]:
    """Return ``run`` as Typer takes it: each field of the groups that it takes is a parameter of its own."""
    hints = get_type_hints(run, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, OptionGroup)}
    if not groups:
        return run

    @wraps(run)
    def command(**given: Any) -> None:
        filled = {
            name: group(**{member.name: given.pop(member.name) for member in fields(group)})  # type: ignore[arg-type]
            for name, group in groups.items()
        }
        run(**given, **filled)

    parameters = [
        flat
        for parameter in signature(run).parameters.values()
        for flat in (
            _parameters(groups[parameter.name])
            if parameter.name in groups
            else [parameter.replace(annotation=hints[parameter.name], kind=Parameter.KEYWORD_ONLY)]
        )
    ]
    command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {}
    return command


def _parameters(group: type[OptionGroup]) -> Iterator[Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for member in fields(group):  # type: ignore[arg-type]
        kind, option = get_args(hints[member.name])
        headed = copy(option)
        headed.rich_help_panel = group.HEADING
        yield Parameter(
            member.name, Parameter.KEYWORD_ONLY, default=_default(member), annotation=Annotated[kind, headed]
        )


def _default(member: Field[Any]) -> Any:
    return Parameter.empty if member.default is MISSING else member.default


class _InUsersLanguage:
    """Help pages and usage in the user's language, by the columns that characters take; for commands and groups."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse; every usage error knows where it arose, as only some of Click's do."""
        try:
            return super().parse_args(ctx, args)  # type: ignore[misc,no-any-return]
        except TyperException as error:
            if getattr(error, "ctx", ctx) is None:
                error.ctx = ctx  # type: ignore[attr-defined]
            raise

    def get_usage(self, ctx: Any) -> str:
        """Return the usage line."""
        writer = HelpWriter()
        writer.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)))
        return writer.getvalue().rstrip("\n")

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return what follows the command's name."""
        return usage_pieces(self, ctx)  # type: ignore[arg-type]

    def get_help(self, ctx: Any) -> str:
        """Return the whole page."""
        writer = HelpWriter()
        writer.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)))
        self.format_help_text(ctx, writer)  # type: ignore[attr-defined]
        self.format_options(ctx, writer)
        return writer.getvalue().rstrip("\n")

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, then the options of each group under its heading, then the others."""
        for heading, rows in sections(self, ctx).items():  # type: ignore[arg-type]
            with formatter.section(heading):
                formatter.write_dl(rows)


class GroupedCommand(_InUsersLanguage, TyperCommand):
    """A command whose help shows its options by group, and whose errors advise no option that it lacks.

    Attributes:
        MOVED: options that stand elsewhere now, with what is said to who still types them.
    """

    MOVED: ClassVar[Mapping[str, str]] = {}

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse; say of an option that was moved where to."""
        try:
            return super().parse_args(ctx, args)
        except TyperException as error:
            if hint := self.MOVED.get(getattr(error, "option_name", None) or ""):
                error.hint = hint  # type: ignore[attr-defined]
            raise

    def invoke(self, ctx: Any) -> Any:
        """Run it."""
        try:
            return super().invoke(ctx)
        except OutputExists as error:
            error.is_final = not any("--overwrite" in each.opts for each in self.params)
            raise


class CommandGroup(_InUsersLanguage, TyperGroup):
    """A group of commands, and the command line as a whole."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ARG002  Click's signature
        """Return what follows the group's name."""
        return [OPTIONS_METAVAR, COMMAND_METAVAR]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, then the commands."""
        super().format_options(ctx, formatter)
        rows = [(name, command.help or "") for name, command in self.commands.items() if not command.hidden]
        with formatter.section(COMMANDS):
            formatter.write_dl(rows)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command that was typed; say which may have been meant where there is none of that name."""
        command = self.commands.get(args[0])
        if command is None and not ctx.resilient_parsing:
            ctx.fail(no_such_command(args[0], list(self.commands)))
        return args[0] if command else None, command, args[1:]

    def main(self, *arguments: Any, **settings: Any) -> Any:
        """Run what was typed and exit; what was typed wrongly is said in the user's language."""
        try:
            code = super().main(*arguments, **(settings | {"standalone_mode": False}))
        except TyperException as error:
            sys.stderr.write(usage_error(error))
            code = error.exit_code
        except Abort:  # the end of input (Ctrl-D) where a person was asked
            raise KeyboardInterrupt from None
        sys.exit(code or 0)
