"""Today: what waits, and the ways from here."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.entries import LedgerEntry
from signkit.archive.exporting import moment_in_words
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.welcome_screen import is_new
from signkit.words import Text

_MOST = 50


class TodayScreen(Screen):
    """The first page."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [self.page("/", self.today)]

    def today(self, request: Request) -> Response:
        """Show what is to be signed, here and in the archive, what is not kept yet, and the drafts."""
        if is_new(self.office):
            return go_to("/welcome")
        shelf = self.office.shelf
        return self.show(
            request,
            "today.html",
            prepared=shelf.listed("prepared"),
            signed=shelf.listed("signed"),
            waiting=self._waiting(),
            backup_due=self._is_backup_due(),
            drafts=self.told_drafts(),
        )

    def told_drafts(self) -> list[tuple[str, Text, str]]:
        """Return of each draft its number, what it is to be, and when it was changed."""
        drafts = self.office.drafts.listed()
        return [(each.number, self._title_of(each.template), moment_in_words(each.changed)) for each in drafts]

    def _waiting(self) -> tuple[LedgerEntry, ...]:
        from signkit.archive.finding import Query, find

        if not self.office.has_archive():
            return ()
        with self.office.archive() as archive:
            return find(archive, Query(state="open"), limit=_MOST).entries

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
