"""The entries of a tenant's archive: contracts judged and taken in, found, corrected, handed out.

What is looked for stands in bodies, never in addresses, which others write down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from signkit.web.api import problems
from signkit.web.api.archives import opened
from signkit.web.api.calls import Answer, Call, etag_of
from signkit.web.api.listing import check_if_match, read_cursor, write_cursor
from signkit.web.api.resources.archive_journal import stamp_later
from signkit.web.api.unfit import NO_CURSOR, UnfitPart
from signkit.web.api.work import have_done, name_of, options_in, read_upload
from signkit.web.common.downloads import attachment

if TYPE_CHECKING:
    from signkit.archive.adding import Taken
    from signkit.archive.entries import LedgerEntry, TransactionFacts
    from signkit.archive.finding import Query
    from signkit.archive.judging import Judged
    from signkit.archive.store import Archive
    from signkit.validation.options import ValidationOptions

#: How `signkit.archive.said` calls what the entry calls otherwise.
_WORDS = {"end_date": "end", "notice_date": "notice", "renewal_date": "renewal"}
_DAYS = ("date_from", "date_to", "end_before", "notice_before", "evidence_before")


def add(call: Call) -> Answer:
    """Judge a file and take it in; without a file, enter a contract on paper."""
    from signkit.archive.adding import add_file, add_paper

    wishes, file = options_in(call), call.uploads.get("file")
    said = _facts(wishes.get("facts", {}), "/facts")
    if file is None:
        with opened(call.tenant) as archive:
            answer = _taken(archive, add_paper(archive, said))
        stamp_later(call)
        return answer
    name, data = name_of(call, file), file.path.read_bytes()
    options = replace(call.service.judgement(), password=wishes.get("password"))
    judged = have_done(call, judge, str(file.path), name, options, as_scan=wishes.get("as_scan", False))
    with opened(call.tenant) as archive:
        answer = _taken(archive, add_file(archive, data, name, judged, said))
    stamp_later(call)
    return replace(answer, subject=file.sha256)


def judge(path: str, name: str, options: ValidationOptions, *, as_scan: bool) -> Judged:
    """Judge a file that is to be taken in; called in a worker."""
    from signkit.archive.judging import Judged, judge_file

    return Judged("scan", "unsigned") if as_scan else judge_file(read_upload(path, name), name, options)


def _taken(archive: Archive, taken: Taken) -> Answer:
    shown = _shown(archive, taken.number)
    body = {"outcome": taken.outcome, "beside": taken.beside, "entry": shown}
    headers = {"location": f"/api/v1/archive/entries/{taken.number}"}
    return Answer(201 if taken.outcome == "added" else 200, body, headers=headers, subject=str(taken.number))


def list_all(call: Call) -> Answer:
    """Answer with a page of entries."""
    from signkit.archive.finding import Query

    return _found(call, Query(), call.values)


def search(call: Call) -> Answer:
    """Answer with a page of the entries that fit."""
    wanted = {name: value for name, value in call.body.items() if name not in ("cursor", "limit")}
    return _found(call, _query(wanted), call.body)


def _found(call: Call, query: Query, where: Mapping[str, Any]) -> Answer:
    from signkit.archive.exporting import entry_to_json
    from signkit.archive.finding import find

    before = read_cursor(where.get("cursor"))
    if before is not None and not (before.isdecimal() and before.isascii() and len(before) < 19):
        raise problems.unfit_request(UnfitPart("cursor", NO_CURSOR))
    with opened(call.tenant) as archive:
        found = find(archive, query, limit=int(where.get("limit", 50)), before=int(before) if before else None)
    more = write_cursor(str(found.next)) if found.next is not None else None
    return Answer(200, {"items": [entry_to_json(each) for each in found.entries], "next": more})


def get(call: Call) -> Answer:
    """Answer with an entry: facts, files, corrections, what the journal says about it."""
    with opened(call.tenant) as archive:
        shown = _shown(archive, call.values["number"])
    return Answer(200, shown, subject=str(shown["number"]), etag=etag_of(shown))


def correct(call: Call) -> Answer:
    """Change what is known of an entry."""
    from signkit.archive.adding import correct_entry

    said = _facts(call.body, "")
    with opened(call.tenant) as archive:
        check_if_match(call, _shown(archive, call.values["number"]))
        correct_entry(archive, call.values["number"], said)
        shown = _shown(archive, call.values["number"])
    stamp_later(call)
    return Answer(200, shown, subject=str(shown["number"]), etag=etag_of(shown))


def download(call: Call) -> Answer:
    """Answer with an entry's file: its newest, or the one of that digest."""
    from signkit.archive.entries import load_entry

    wanted = call.values.get("sha256")
    with opened(call.tenant) as archive:
        revisions = load_entry(archive.connection, call.values["number"]).revisions
        fitting = [each for each in revisions if wanted in (None, each.sha256)]
        if not fitting:
            raise problems.unknown("file")
        content = archive.blobs.read(fitting[-1].sha256)
    kind = "application/pdf" if content.startswith(b"%PDF-") else "application/octet-stream"
    return Answer(200, content, kind, {"content-disposition": attachment(fitting[-1].name)}, fitting[-1].sha256)


def _shown(archive: Archive, number: int) -> dict[str, Any]:
    from signkit.archive.entries import load_corrections, load_entry
    from signkit.archive.exporting import entry_to_json
    from signkit.archive.journal import records

    with archive.reading() as connection:
        entry = load_entry(connection, number)
        corrections = load_corrections(connection, number)
        journal = [
            {"number": each.number, "at": each.at, "action": each.action} for each in records(connection, number)
        ]
    report = entry.current.report if entry.current is not None else None
    return entry_to_json(entry) | {
        "corrections": corrections, "journal": journal, "keep_until": _keep_until(archive, entry), "report": report,
    }  # fmt: skip


def _keep_until(archive: Archive, entry: LedgerEntry) -> str | None:
    from signkit.archive.retention import business_of, keeping_of

    until = keeping_of(entry, business_of(archive)).until
    return until.isoformat() if until is not None else None


def _facts(asked: Mapping[str, Any], at: str) -> TransactionFacts:
    """Return what was said, as the ledger takes it from people."""
    from signkit.archive.entries import TransactionParty
    from signkit.archive.said import WordRefused, facts_of_words, read_text

    plain = {name: value for name, value in asked.items() if name not in ("parties", "record", "amount")}
    if "amount" in asked:
        plain["amount"] = str(int(asked["amount"]))  # JSON Schema takes 1200.0 for an integer
    words = {_WORDS.get(name, name): value for name, value in plain.items()}
    try:
        facts = facts_of_words({**words, **asked.get("record", {})})
        parties = tuple(
            TransactionParty(read_text("party", each["name"]), each.get("role"), each.get("counterparty", True))
            for each in asked.get("parties", ())
        )
    except WordRefused as refused:
        place = {short: name for name, short in _WORDS.items()}.get(refused.item, refused.item)
        raise problems.unfit_request(UnfitPart(f"{at}/{place}", refused.words)) from refused
    return replace(facts, parties=parties)


def _query(asked: Mapping[str, Any]) -> Query:
    from signkit.archive.finding import Query
    from signkit.archive.said import WordRefused, read_day

    try:
        days = {name: read_day(name, asked[name]) for name in _DAYS if name in asked}
    except WordRefused as refused:
        raise problems.unfit_request(UnfitPart(f"/{refused.item}", refused.words)) from refused
    return Query(**{**asked, **days, "missing": tuple(asked.get("missing", ()))})


HANDLERS = {
    "listArchiveEntries": list_all,
    "addArchiveEntry": add,
    "searchArchive": search,
    "getArchiveEntry": get,
    "correctArchiveEntry": correct,
    "downloadArchiveFile": download,
}
