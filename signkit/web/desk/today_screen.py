"""Today: what waits, and the ways from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.deadlines import Deadline, find_deadlines
from signkit.archive.entries import LedgerEntry
from signkit.archive.exporting import moment_in_words
from signkit.archive.finding import Query, find
from signkit.japan_time import JST
from signkit.web.desk.next_signers import NextSigners, Signers, read_signers
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.welcome_screen import is_new
from signkit.words import Text
from signkit.workers import WorkerLost

_MOST = 50
_MOST_FAILED = 5
#: What comes within so many days is told.
_AHEAD = timedelta(days=90)


class TodayScreen(Screen):
    """The first page."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [self.page("/", self.today)]

    def today(self, request: Request) -> Response:
        """Show what is to be signed and by whom, what is not kept yet, what is due, what failed, and the drafts."""
        if is_new(self.office):
            return go_to("/welcome")
        prepared, waiting = self.office.shelf.listed("prepared"), self._waiting()
        deadlines, evidence = self._due()
        digests = [each.sha256 for each in prepared] + [each.current.sha256 for each in waiting if each.current]
        return self.show(
            request, "today.html", prepared=prepared, signed=self.office.shelf.listed("signed"), waiting=waiting,
            turns=self._turns(digests), deadlines=deadlines, evidence_due=evidence, backup_due=self._is_backup_due(),
            failed=self.office.jobs.failed()[:_MOST_FAILED], drafts=self.told_drafts(),
        )  # fmt: skip

    def told_drafts(self) -> list[tuple[str, Text, str]]:
        """Return of each draft its number, what it is to be, and when it was changed."""
        drafts = self.office.drafts.listed()
        return [(each.number, self._title_of(each.template), moment_in_words(each.changed)) for each in drafts]

    def _waiting(self) -> tuple[LedgerEntry, ...]:
        if not self.office.has_archive():
            return ()
        with self.office.archive() as archive:
            return find(archive, Query(state="open"), limit=_MOST).entries

    def _turns(self, digests: Sequence[str]) -> Mapping[str, Signers]:
        """Return who may sign each file now."""

        def read(new: Sequence[str]) -> list[Signers]:
            paths = [str(self.office.path_of(each)) for each in new]
            signers: list[Signers] = self.office.pool.submit(read_signers, paths).result()
            return signers

        try:
            return NextSigners(self.office.options.home).of(digests, read)
        except WorkerLost:
            return {}

    def _due(self) -> tuple[list[Deadline], int]:
        """Return what comes soon to what is kept, and of how many contracts the evidence ends soon."""
        if not self.office.has_archive():
            return [], 0
        with self.office.archive() as archive:
            today = archive.clock().astimezone(JST).date()
            until = today + _AHEAD
            ending = find(archive, Query(evidence_before=until), limit=_MOST).entries
            return find_deadlines(archive, today, until, limit=_MOST), len(ending)

    def _is_backup_due(self) -> bool:
        from signkit.archive.operations import is_backup_due

        if not self.office.has_archive():
            return False
        with self.office.archive() as archive:
            return is_backup_due(archive)

    def _title_of(self, template: str) -> Text:
        from signkit.contracts.template import find_template
        from signkit.errors import ContractError

        try:
            return find_template(template, self.office.settings).title
        except ContractError:
            return Text(template, template)
