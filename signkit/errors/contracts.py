"""Contract data, templates, typesetting, and many contracts at once."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors.base import SignKitError
from signkit.words import Language, Text


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a contract's data or text.

    Attributes:
        code: what kind of problem, for scripts: ``missing``, ``unknown``, ``type``, ``value``, ``check``,
            ``character``, ``glyph``, ``my-number``.
        path: where it stands in the data (``seller.name``, ``buildings[0].area``; empty: the whole) or
            ``file:line`` in the template.
        title: the item's title for people; the path where the item has none.
        clause: the clause of the contract that the item answers, or None.
        message: what is wrong, for people.
    """

    code: str
    path: str
    title: Text
    clause: str | None
    message: Text

    def in_language(self, language: Language) -> str:
        """Return the problem as one line."""
        title = self.title.in_language(language)
        place = f"{title} [{self.path}]" if self.path not in ("", title) else title
        clause = "" if self.clause is None else (f"({self.clause})" if language == "ja" else f" ({self.clause})")
        return f"{place}{clause}: {self.message.in_language(language)}"


@dataclass(frozen=True)
class RowProblem:
    """One thing wrong with one row of a table; the problem's path is the column, written as in the header."""

    row: int
    problem: Problem


class ContractError(SignKitError):
    """A contract, its template or its data cannot be used; the root of this room."""


@dataclass(eq=False)
class ContractRefused(ContractError):
    """The contract's data or text is refused; every problem is named at once."""

    problems: tuple[Problem, ...]
    code = "contract-refused"


@dataclass(eq=False)
class ContractDataUnreadable(ContractError):
    """The data file is not the YAML, JSON or TOML that contract data may be."""

    path: str
    cause: Text
    code = "contract-data-unreadable"


class LibreOfficeMissing(ContractError):
    """A Word template cannot be converted, because LibreOffice is not installed."""

    code = "libreoffice-missing"

    def __init__(self) -> None:
        super().__init__(self.code)


@dataclass(eq=False)
class TableUnreadable(ContractError):
    """The file is not a table that many contracts can be made of."""

    path: str
    cause: Text
    code = "table-unreadable"


@dataclass(eq=False)
class RowsRefused(ContractError):
    """Rows of a table are refused; nothing was written.

    Attributes:
        path: the table.
        rows: how many rows have problems.
        problems: every problem, in the order of the rows.
    """

    path: str
    rows: int
    problems: tuple[RowProblem, ...]
    code = "rows-refused"
