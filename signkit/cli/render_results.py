"""What `signkit render` says of the contracts it made or refused: sentences, or JSON for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from signkit.cli.language import LANGUAGE
from signkit.cli.options import TextOrJson
from signkit.cli.terminal import tell
from signkit.errors import ContractRefused, Problem, RowsRefused
from signkit.plain_data import json_text
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.contracts.bulk.rows import Reading
    from signkit.contracts.bulk.run import CheckedRow
    from signkit.contracts.rules.rule import Scrutiny


@dataclass(frozen=True)
class Telling:
    """How the contents are looked at, and how what was found is told."""

    strict: bool = False
    format: TextOrJson = TextOrJson.TEXT
    other_numbers: tuple[tuple[str, str], ...] = ()

    @property
    def scrutiny(self) -> Scrutiny:
        """Return what the contracts are held against."""
        from signkit.contracts.rules.rule import Scrutiny

        return Scrutiny(strict=self.strict, other_numbers=self.other_numbers)

    @property
    def as_json(self) -> bool:
        """Tell whether a script reads the answer."""
        return self.format is TextOrJson.JSON


@dataclass
class RowWarnings:
    """The warnings of a table's rows, gathered while the rows are checked."""

    rows: list[tuple[int, Problem]] = field(default_factory=list)

    def gather(self, checked: CheckedRow) -> None:
        """Take what was found in a row."""
        self.rows += [(checked.row, warning) for warning in checked.warnings]

    def lines(self) -> Iterator[str]:
        """Yield one line a warning, with the rows that it is about."""
        found: dict[Problem, list[int]] = {}
        for row, warning in self.rows:
            found.setdefault(warning, []).append(row)
        for warning, rows in found.items():
            numbers = ", ".join(map(str, rows[:_MAX_ROWS])) + (" …" if len(rows) > _MAX_ROWS else "")
            yield _IN_ROWS.in_language(LANGUAGE, rows=numbers, warning=warning.in_language(LANGUAGE))

    def to_json(self) -> list[dict[str, Any]]:
        """Return each with its row."""
        return [{"row": row, **warning.to_json()} for row, warning in self.rows]


@dataclass
class Readings:
    """What was read of a table's cells that say it in another way, gathered while the rows are checked."""

    rows: list[tuple[int, Reading]] = field(default_factory=list)

    def gather(self, checked: CheckedRow) -> None:
        """Take what was read in a row."""
        self.rows += [(checked.row, reading) for reading in checked.readings]

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield each column with its cells: the first cells as written and as read, and how many more there are."""
        columns: dict[str, list[tuple[int, Reading]]] = {}
        for row, reading in self.rows:
            columns.setdefault(reading.column, []).append((row, reading))
        for column, found in columns.items():
            cells = ", ".join(
                _CELL.in_language(LANGUAGE, row=row, said=_words_of(each)) for row, each in found[:_MAX_CELLS]
            )
            more = _MORE.in_language(LANGUAGE, count=len(found) - _MAX_CELLS) if len(found) > _MAX_CELLS else ""
            yield column, cells + more

    def to_json(self) -> list[dict[str, Any]]:
        """Return each with its row."""
        return [
            {"row": row, "column": each.column, "written": each.written, "read": each.read} for row, each in self.rows
        ]


def _words_of(reading: Reading) -> str:
    return reading.read if reading.written == reading.read else f"{reading.written} → {reading.read}"


_MAX_CELLS = 3
_MAX_ROWS = 20


@contextmanager
def refusals_as_json(telling: Telling) -> Iterator[None]:
    """Print what is refused as JSON, where that is asked for, before the error goes on its way."""
    try:
        yield
    except ContractRefused as refused:
        if telling.as_json:
            print_json({"output": None, **_found_json(refused.problems)})
        raise
    except RowsRefused as refused:
        if telling.as_json:
            rows = [{"row": each.row, **each.problem.to_json()} for each in refused.problems]
            print_json({"outputs": [], "refused": rows, "warnings": []})
        raise


def tell_warnings(warnings: Sequence[Problem]) -> None:
    """Print one line a warning, with the clause and the provision."""
    for warning in warnings:
        tell(_WARNING, warning=warning.in_language(LANGUAGE))


def tell_row_warnings(warnings: RowWarnings) -> None:
    """Print one line a warning, with the rows that it is about."""
    for line in warnings.lines():
        tell(_WARNING, warning=line)


def tell_readings(readings: Readings) -> None:
    """Print one line a column of what was read of its cells."""
    for column, cells in readings.lines():
        tell(_READ_AS, column=column, cells=cells)


def contract_answer(output: str, roles: Sequence[str], warnings: Sequence[Problem]) -> dict[str, Any]:
    """Return what is said to a script of a contract that was made."""
    return {"output": output, "roles": list(roles), "refused": [], "warnings": [each.to_json() for each in warnings]}


def print_json(answer: Mapping[str, Any]) -> None:
    """Print an answer for scripts."""
    print(json_text(answer))


def _found_json(problems: Sequence[Problem]) -> dict[str, Any]:
    """Return what is refused, and what would have been warned of and is refused for strictness."""
    return {"refused": [each.to_json() for each in problems], "warnings": []}


_WARNING = Text("Warning: {warning}", "警告: {warning}")
_READ_AS = Text("Read as {column}: {cells}", "読み取り {column}: {cells}")
_CELL = Text("row {row} {said}", "{row}行目 {said}")
_MORE = Text(" and {count} more", " ほか{count}件")
_IN_ROWS = Text("rows {rows}: {warning}", "{rows}行目: {warning}")
