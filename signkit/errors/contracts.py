"""Contract data, templates, typesetting, and many contracts at once."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors.problems import Problem, RowProblem
from signkit.errors.root import SignKitError
from signkit.words import Text


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
