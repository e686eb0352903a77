"""The status of contracts as a table (CSV): one row a party, one for a file that cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from signkit.cli.language import LANGUAGE
from signkit.progress.contract import state_of
from signkit.reporting.formats import report_wording
from signkit.reporting.formats.csv_table import CsvTable, sheet_time, token_words
from signkit.reporting.formats.times import zone_name
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.progress.contract import ContractStatus, PartyStatus
    from signkit.progress.overview import UnreadableFile
    from signkit.validation.report import SignatureReport

COLUMNS = (
    "file", "role", "state", "signed_at", "verdict", "level", "key_kind", "next", "complete", "title", "party", "name",
    "proven_at", "time_zone",
)  # fmt: skip
_UNREADABLE = "unreadable"


def status_rows(rows: Iterable[ContractStatus | UnreadableFile]) -> Iterator[str]:
    """Yield the lines of each file, the head before the first."""
    from signkit.progress.overview import UnreadableFile

    table = CsvTable(COLUMNS, LANGUAGE)
    yield table.lines([])
    for row in rows:
        yield table.lines([_unreadable(row)] if isinstance(row, UnreadableFile) else _contract(row))


def _unreadable(row: UnreadableFile) -> dict[str, Any]:
    return {
        "file": row.file,
        "state": token_words(_STATES, _UNREADABLE, LANGUAGE),
        "verdict": token_words(report_wording.VERDICTS, "UNREADABLE", LANGUAGE),
        "complete": False,
    }


def _contract(status: ContractStatus) -> Iterator[dict[str, Any]]:
    title = status.contract.title if status.contract else None
    common = {
        "file": status.file,
        "title": title.in_language(LANGUAGE) if title else "",
        "next": " ".join(status.next_roles),
        "complete": _complete(status),
        "time_zone": zone_name(status.report.validation_time),
    }
    rows = [_party(party, status) for party in status.parties] + [_other(each) for each in status.other_signatures]
    # A file that nobody signs and nobody is to sign is a file all the same.
    yield from (common | row for row in rows or [{"verdict": _verdict(status.report.verdict)}])


def _complete(status: ContractStatus) -> bool | str:
    unproven = status.all_signed and not status.complete
    return token_words(_STATES, "unproven", LANGUAGE) if unproven else status.complete


def _party(party: PartyStatus, status: ContractStatus) -> dict[str, Any]:
    signature, judged = party.signature, status.report.validation_time
    row = {
        "role": party.role,
        "party": party.label.in_language(LANGUAGE),
        "state": token_words(_STATES, party.state, LANGUAGE),
        "signed_at": sheet_time(party.signed_at, judged),
        "proven_at": sheet_time(party.proven_at, judged),
    }
    if signature is None:
        return row
    return row | _signature(signature) | {"name": signature.party.name if signature.party else ""}


def _other(signature: SignatureReport) -> dict[str, Any]:
    """A signature that is no party's."""
    state = token_words(_STATES, state_of(signature), LANGUAGE)
    return {"role": signature.field or "", "state": state} | _signature(signature)


def _signature(signature: SignatureReport) -> dict[str, Any]:
    return {
        "verdict": _verdict(signature.verdict),
        "level": report_wording.say_level(signature.level, LANGUAGE) if LANGUAGE == "ja" else signature.level,
        "key_kind": token_words(report_wording.KEY_KINDS, signature.signer.key_kind, LANGUAGE),
    }


def _verdict(verdict: str) -> str:
    return token_words(report_wording.VERDICTS, verdict, LANGUAGE)


_STATES = {
    "signed": Text("signed", "署名済み"),
    "unproven": Text("unproven", "署名済み（未証明）"),
    "broken": Text("broken", "有効と認められない署名"),
    "next": Text("next", "署名できます"),
    "waiting": Text("waiting", "前の当事者の署名待ち"),
    _UNREADABLE: Text("unreadable", "読み取れません"),
}
