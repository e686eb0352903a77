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

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import MISSING, Field, fields
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, ClassVar, get_args, get_type_hints

from typer.core import TyperCommand


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


class GroupedCommand(TyperCommand):
    """A command whose help shows its options by group.

    Attributes:
        MOVED: options that stand elsewhere now, with what is said to who still types them.
    """

    MOVED: ClassVar[Mapping[str, str]] = {}

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse; say of an option that was moved where to."""
        try:
            return super().parse_args(ctx, args)
        except Exception as error:  # Click's usage error, whose class Typer keeps in a module of its own
            if hint := self.MOVED.get(getattr(error, "option_name", None) or ""):
                error.message = f"{error.message}. {hint}"  # type: ignore[attr-defined]
            raise

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, then the options of each group under its heading, then the others."""
        sections: dict[str, list[tuple[str, str]]] = {}
        others: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None:
                continue
            if parameter.param_type_name == "argument":
                sections.setdefault("Arguments", []).append(record)
            elif heading := getattr(parameter, "rich_help_panel", None):
                sections.setdefault(heading, []).append(record)
            else:
                others.append(record)
        for heading, records in (*sections.items(), ("Options", others)):
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)
