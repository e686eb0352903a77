"""One result a row of a customer table, once every file is judged; and the signers that no row is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import PurePath

from signkit.plain_data import json_text
from signkit.validation.customers import Customer, CustomerTable
from signkit.validation.report import Report

COLUMNS = ("row", "customer", "result", "file", "field", "verdict", "reasons")

#: What a result may be beside those of `signkit.validation.customers.CustomerResult`.
NO_SIGNATURE = "no-signature"
OTHER_CUSTOMER = "other-customer"
OTHER_FILE = "other-file"

#: Results that speak against a row or a file; of the others all but ``match`` leave something to look at.
AGAINST = frozenset({"mismatch", "unknown", OTHER_CUSTOMER})


@dataclass(frozen=True)
class ResultRow:
    """A line of the result: whose row, what was found, and where; nothing of the certificate."""

    row: int | None
    customer: str
    result: str
    file: str = ""
    field: str = ""
    verdict: str = ""
    reasons: tuple[str, ...] = ()

    def cells(self) -> dict[str, object]:
        """Return the cells of a CSV line by column."""
        return asdict(self) | {"reasons": " ".join(self.reasons)}

    def json_line(self) -> str:
        """Return the line as JSON."""
        return json_text(asdict(self))


@dataclass
class CustomerResults:
    """What was found so far; a few words a signature are kept, whatever the files hold."""

    table: CustomerTable
    _by_row: dict[int, list[ResultRow]] = field(default_factory=dict)
    _others: list[ResultRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._customers = {customer.row: customer for customer in self.table.customers}
        self._bound = {PurePath(each.file).name: each for each in self.table.customers if each.file}

    def add(self, report: Report) -> None:
        """Take a file's signers, or that it has none that could be judged."""
        if not report.signatures:
            self._take(ResultRow(None, "", NO_SIGNATURE, report.file, "", str(report.verdict)))
        for item in report.signatures:
            found = item.customer
            if found is not None:
                place = (report.file, item.field or "", str(item.verdict))
                self._take(ResultRow(found.row, "", found.result, *place, found.codes))

    def taking(self, reports: Iterable[Report]) -> Iterator[Report]:
        """Yield the reports, each once it is taken."""
        for report in reports:
            self.add(report)
            yield report

    def rows(self) -> Iterator[ResultRow]:
        """Yield every row of the table in order, each with all its signatures, then what no row is."""
        for customer in self.table.customers:
            yield from self._by_row.get(customer.row) or [ResultRow(customer.row, customer.key, NO_SIGNATURE)]
        yield from self._others

    def _take(self, found: ResultRow) -> None:
        """Put a result with the row that it is of: the row that names the file, before the one that the signer is."""
        bound = self._bound.get(PurePath(found.file).name)
        customer = bound or self._customers.get(found.row or 0)
        if customer is None:
            self._others.append(found)
            return
        self._by_row.setdefault(customer.row, []).append(_held_to(found, customer, bound is not None))


def _held_to(found: ResultRow, customer: Customer, is_bound: bool) -> ResultRow:
    result = found.result
    if is_bound and found.row is not None and found.row != customer.row:
        result = OTHER_CUSTOMER
    elif is_bound and result == "unknown":
        result = "mismatch"
    elif customer.file and not is_bound and result == "match":
        result = OTHER_FILE
    return ResultRow(customer.row, customer.key, result, found.file, found.field, found.verdict, found.reasons)
