"""Tables that were dropped, and the contracts of their rows: each batch in a folder of its own, which tells all of it.

Nothing is remembered elsewhere, so that whatever ends the desk or a signer, the next look finds what is there.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from signkit.output import make_folder, write_checked
from signkit.words import Text

_NUMBER = re.compile(r"[0-9a-f]{16}")
_NOTE = "batch.json"


@dataclass(frozen=True)
class CellProblem:
    """What is wrong with a cell, or with a row.

    Attributes:
        row: as a spreadsheet numbers it; 1 is the header.
        column: the column's heading, or the item's path where the table has no such column.
        word: what the cell says.
        who: the names in the row, by which a person knows it.
        can_be_typed: whether a cell can hold it.
    """

    row: int
    column: str
    title: Text
    message: Text
    clause: str | None = None
    word: str = ""
    who: str = ""
    can_be_typed: bool = True


@dataclass(frozen=True)
class DeskBatch:
    """One table and what became of it.

    Attributes:
        template: the template's name.
        table: what the table was called when it was dropped.
        suffix: the table's kind.
        pattern: of the contracts' file names.
        count: how many rows there are.
        names: the contracts' file names without suffix, in the order of the rows; empty until every row is good.
        people: whom each row is about, in the same order: the parties whose names differ from row to row.
        one_signer: the roles that every row gives to one and the same; one card can sign for them.
        problems: what is wrong, first row first; ``refused`` rows have any.
        digests: each contract's SHA-256 by its name, once all are made.
    """

    number: str
    template: str
    table: str
    suffix: str
    pattern: str
    since: str
    count: int = 0
    names: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    one_signer: tuple[str, ...] = ()
    problems: tuple[CellProblem, ...] = ()
    refused: int = 0
    warnings: tuple[Text, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MadeContract:
    """A row's contract as it is now.

    Attributes:
        person: whom it is about.
        signed: the roles that signed it here, in their order.
        sha256: of the file at ``path``.
    """

    name: str
    person: str
    path: Path
    signed: tuple[str, ...]
    sha256: str


class Batches:
    """The folder of the batches."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._digests: dict[tuple[str, int, int], str] = {}

    def begin(self, template: str, table: str, suffix: str, pattern: str, raw: bytes) -> DeskBatch:
        """Make a batch of a table and keep it."""
        batch = DeskBatch(secrets.token_hex(8), template, table, suffix, pattern, _now())
        make_folder(self.folder(batch))
        self.write_table(batch, raw)
        return self.keep(batch)

    def keep(self, batch: DeskBatch) -> DeskBatch:
        """Write down what is known of a batch."""
        content = json.dumps(asdict(batch), ensure_ascii=False).encode()
        write_checked(self.folder(batch) / _NOTE, content, overwrite=True, private=True)
        return batch

    def find(self, number: str) -> DeskBatch | None:
        """Return a batch; None where there is none of that number."""
        if not _NUMBER.fullmatch(number):
            return None
        try:
            return _read(json.loads((self._folder / number / _NOTE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def listed(self) -> list[DeskBatch]:
        """Return every batch, the newest first."""
        if not self._folder.is_dir():
            return []
        found = (self.find(path.name) for path in self._folder.iterdir())
        return sorted((each for each in found if each is not None), key=lambda each: each.since, reverse=True)

    def discard(self, batch: DeskBatch) -> None:
        """Throw a batch away with all its files."""
        shutil.rmtree(self.folder(batch), ignore_errors=True)

    def folder(self, batch: DeskBatch) -> Path:
        """Return where a batch lies."""
        return self._folder / batch.number

    def table_path(self, batch: DeskBatch) -> Path:
        """Return where the table lies, as it was dropped or mended."""
        return self.folder(batch) / f"table{batch.suffix}"

    def write_table(self, batch: DeskBatch, raw: bytes) -> None:
        """Keep a table."""
        write_checked(self.table_path(batch), raw, overwrite=True, private=True)

    def contracts(self, batch: DeskBatch) -> list[MadeContract]:
        """Return the contracts as they are now, in the order of the rows; none before all are made."""
        signed = self.folder(batch) / "signed"
        there = {path.name for path in signed.glob("*.pdf")} if signed.is_dir() else set()
        roles = sorted({name.removesuffix(".pdf").rpartition("-")[2] for name in there})
        people = dict(zip(batch.names, batch.people, strict=True))
        made = [name for name in batch.names if name in batch.digests]
        return [self._contract(batch, name, people[name], there, roles) for name in made]

    def _contract(
        self, batch: DeskBatch, name: str, person: str, there: set[str], roles: Sequence[str]
    ) -> MadeContract:
        by: list[str] = []
        while role := next((each for each in roles if signed_name(name, [*by, each]) in there), None):
            by.append(role)
        if not by:
            path = self.folder(batch) / "contracts" / f"{name}.pdf"
            return MadeContract(name, person, path, (), batch.digests[name])
        path = self.folder(batch) / "signed" / signed_name(name, by)
        return MadeContract(name, person, path, tuple(by), self._digest(path))

    def _digest(self, path: Path) -> str:
        """Return a file's digest; what was read once is known by its size and its time."""
        about = path.stat()
        key = (str(path), about.st_size, about.st_mtime_ns)
        if key not in self._digests:
            self._digests[key] = hashlib.sha256(path.read_bytes()).hexdigest()
        return self._digests[key]

    def find_contract(self, sha256: str) -> MadeContract | None:
        """Return the contract of any batch whose file has that digest."""
        everywhere = (each for batch in self.listed() for each in self.contracts(batch))
        return next((each for each in everywhere if each.sha256 == sha256), None)


def signed_name(name: str, roles: Sequence[str]) -> str:
    """Return what a contract's file is called after those roles signed it, as ``signkit sign`` calls it."""
    return f"{'-'.join([name, *roles])}.pdf"


def digest_of_list(contracts: Sequence[MadeContract]) -> str:
    """Return one SHA-256 for all; see `digest_of_files`."""
    return digest_of_files((each.sha256, f"{each.name}.pdf") for each in contracts)


def digest_of_files(files: Iterable[tuple[str, str]]) -> str:
    """Return one SHA-256 for all: of a line each, with digest and name, as ``sha256sum`` prints them."""
    lines = "".join(f"{sha256}  {name}\n" for sha256, name in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def groups_of(contracts: Sequence[MadeContract]) -> Iterator[tuple[tuple[str, ...], list[MadeContract]]]:
    """Yield the contracts that the same roles signed, together."""
    for signed in dict.fromkeys(each.signed for each in contracts):
        yield signed, [each for each in contracts if each.signed == signed]


def _read(plain: dict[str, Any]) -> DeskBatch:
    problems = tuple(
        replace(CellProblem(**each), title=Text(**each["title"]), message=Text(**each["message"]))
        for each in plain["problems"]
    )
    warnings = tuple(Text(**each) for each in plain["warnings"])
    lists = {name: tuple(plain[name]) for name in ("names", "people", "one_signer")}
    return DeskBatch(**plain | lists | {"problems": problems, "warnings": warnings})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
