"""The archive as a whole: its journal, its verification, and what is handed out of it."""

from __future__ import annotations

import secrets
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.entries import LedgerEntry
from signkit.archive.exporting import export_entries, moment_in_words
from signkit.archive.finding import Query, find_all
from signkit.archive.operations import last_backup, noted
from signkit.archive.verifying import verify
from signkit.web.common.downloads import download
from signkit.web.common.forms import row_number, word
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.list_screen import query_text, read_query
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.screens import Screen, go_to

if TYPE_CHECKING:
    from signkit.archive.verifying import Verified

_A_PAGE = 100
#: Of what is handed out at once, bytes.
_MOST_EXPORTED = 16 * 1024 * 1024 * 1024
_FILTERS = ("date_from", "date_to", "amount_from", "amount_to", "party", "text", "kind", "state", "missing")


@dataclass(frozen=True)
class Handout:
    """What was made to be saved: a file on the desk, and what must be said of it."""

    sha256: str
    count: int
    damaged: tuple[int, ...] = ()


class ArchiveScreen(Screen):
    """The archive."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/archive", self.look),
            self.page("/archive/journal", self.journal),
            self.form("/archive/verify", self.verify),
            self.page("/archive/verified/{number}", self.verified),
            self.page("/archive/export", self.ask_export),
            self.form("/archive/export", self.export),
            self.page("/archive/exported/{number}", self.exported),
            self.page("/archive/calendar.ics", self.calendar),
            self.page("/archive/ledger.{ending}", self.ledger),
            self.page("/archive/disposals.csv", self.disposals),
        ]

    def look(self, request: Request) -> Response:
        """Show what can be done with the archive, and how it stands."""
        if not self.office.has_archive():
            return self.show(request, "no_archive.html", folder=self.office.settings.archive_folder())
        with self.office.archive() as archive:
            entries = archive.connection.execute("SELECT count(*) FROM entry").fetchone()[0]
            backed_up = last_backup(archive)
        return self.show(
            request, "archive.html", entries=entries, folder=self.office.settings.archive_folder(),
            backed_up=moment_in_words(backed_up) if backed_up else None,
        )  # fmt: skip

    def journal(self, request: Request) -> Response:
        """Show the journal's records, the newest first."""
        if not self.office.has_archive():
            return self.unknown(request)
        before = request.query_params.get("before", "")
        with self.office.archive() as archive:
            found = noted(archive, limit=_A_PAGE, before=row_number(before))
            there = {number for (number,) in archive.connection.execute("SELECT id FROM entry")}
        rows = [
            (each, moment_in_words(each.at), f"act_{(each.act or each.action).replace('-', '_')}") for each in found
        ]
        return self.show(
            request, "journal.html", rows=rows, there=there, next=found[-1].number if len(found) == _A_PAGE else None
        )

    def verify(self, request: Request, _: FormData) -> Response:
        """Begin to look at every byte of what is kept."""
        if not self.office.has_archive():
            return self.unknown(request)
        job = DeskJob(WORDS["verify"], leads_back="/archive", cancelled=WORDS["stopped"])
        job.leads_to = f"/archive/verified/{job.number}"
        self.office.jobs.start(job, self._verify)
        return go_to(f"/jobs/{job.number}")

    def verified(self, request: Request) -> Response:
        """Show what was found."""
        job = self.office.jobs.find(request.path_params["number"])
        if job is None or job.result is None:
            return self.unknown(request)
        found: Verified = job.result
        return self.show(request, "verified.html", found=found, troubles=list(dict.fromkeys(found.troubles)))

    def ask_export(self, request: Request) -> Response:
        """Show what would be handed out."""
        if not self.office.has_archive():
            return self.unknown(request)
        typed = {name: word for name, word in request.query_params.items() if name in _FILTERS and word.strip()}
        query, problems = read_query(typed)
        with self.office.archive() as archive:
            count = sum(1 for _ in find_all(archive, query)) if not problems else 0
        return self.show(request, "export.html", typed=typed, problems=problems, count=count, query=query_text(typed))

    def export(self, request: Request, form: FormData) -> Response:
        """Begin to put the files and their index together."""
        typed = {name: word(form, name) for name in _FILTERS}
        query, problems = read_query(typed)
        if problems or not self.office.has_archive():
            return self.unknown(request)
        job = DeskJob(WORDS["export"], leads_back=f"/archive/export?{query_text(typed)}", cancelled=WORDS["stopped"])
        job.leads_to = f"/archive/exported/{job.number}"
        language = self.language(request)
        self.office.jobs.start(job, lambda job: self._export(job, query, language == "ja"))
        return go_to(f"/jobs/{job.number}")

    def exported(self, request: Request) -> Response:
        """Show what was put together, to be saved."""
        job = self.office.jobs.find(request.path_params["number"])
        if job is None or job.result is None:
            return self.unknown(request)
        return self.show(request, "exported.html", handout=job.result)

    def calendar(self, request: Request) -> Response:
        """Hand out ends, notice deadlines and renewals as a calendar."""
        from signkit.archive.calendar import contract_calendar

        query, problems = read_query(dict(request.query_params))
        if problems or not self.office.has_archive():
            return self.unknown(request)
        with self.office.archive() as archive:
            identity = archive.setting("identity") or ""
            written = contract_calendar(find_all(archive, query), identity, archive.clock(), self.language(request))
        return download(written, "contracts.ics")

    def ledger(self, request: Request) -> Response:
        """Hand out the dealer's ledger (宅建業法49条)."""
        from signkit.archive.dealer_ledger import ledger_csv, ledger_pdf, ledger_rows
        from signkit.contracts.fonts import font_set
        from signkit.japan_time import JST

        query, problems = read_query(dict(request.query_params))
        ending = request.path_params["ending"]
        if problems or ending not in ("csv", "pdf") or not self.office.has_archive():
            return self.unknown(request)
        with self.office.archive() as archive:
            rows = ledger_rows(find_all(archive, query))
            today = archive.clock().astimezone(JST).date()
        language = self.language(request)
        if ending == "csv":
            return download(ledger_csv(rows, language), "ledger.csv")
        days = [date.fromisoformat(row["date"]) for row in rows if row["date"]]
        begins, ends = query.date_from or min(days, default=today), query.date_to or max((today, *days))
        fonts = font_set(self.office.settings.font_folders)
        return download(ledger_pdf(rows, begins, ends, today, fonts, language), "ledger.pdf")

    def disposals(self, request: Request) -> Response:
        """Hand out the register of what was deleted (廃棄記録)."""
        from signkit.archive.purging import disposals, register_csv

        if not self.office.has_archive():
            return self.unknown(request)
        with self.office.archive() as archive:
            return download(register_csv(disposals(archive), self.language(request)), "disposals.csv")

    def _verify(self, job: DeskJob) -> None:
        from dataclasses import replace

        from signkit.archive.checkpoints import verify_stamps

        with self.office.archive() as archive:
            found = verify(archive, job.report)
            stamps = tuple(verify_stamps(archive, replace(self.office.judgement(), offline=True)))
        self.office.note("verified")
        job.result = replace(found, troubles=(*found.troubles, *stamps))

    def _export(self, job: DeskJob, query: Query, is_japanese: bool) -> None:
        workshop = self.office.options.home / "exports" / secrets.token_hex(8)
        try:
            with self.office.archive() as archive:
                entries = list(find_all(archive, query))
                watched = _watched(entries, job)
                made = export_entries(archive, watched, workshop / "files", "ja" if is_japanese else "en")
            packed = workshop / "export.zip"
            zip_folder(workshop / "files", packed)
            with packed.open("rb") as stream:
                shelved = self.office.shelf.take(stream, "export.zip", "made", most=_MOST_EXPORTED)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
        self.office.note("exported", shelved.sha256)
        job.result = Handout(shelved.sha256, len(entries), made.damaged)


def _watched(entries: list[LedgerEntry], job: DeskJob) -> Iterator[LedgerEntry]:
    for done, entry in enumerate(entries):
        job.report(done, len(entries))
        yield entry


def zip_folder(folder: Path, target: Path) -> None:
    """Put the files of a folder into a ZIP archive; what they hold is packed already."""
    zip_files(((path.name, path.read_bytes()) for path in sorted(folder.iterdir())), target)


def zip_files(files: Iterable[tuple[str, bytes]], target: Path) -> None:
    """Write a ZIP archive of files by name."""
    with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            archive.writestr(name, content)
