"""Links for all of a table's parties: made and told at once, and those reminded who have not signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.web.common.downloads import download
from signkit.web.common.forms import word
from signkit.web.desk.batches import DeskBatch
from signkit.web.desk.many_work import template_of
from signkit.web.desk.screens import go_to
from signkit.web.office import handover
from signkit.web.office.mail import post_link, post_reminder
from signkit.web.office.page_words import OFFICE_WORDS
from signkit.web.office.party_links import DAYS, PartyLink, add_link
from signkit.web.office.table_links import (
    LinkedRow,
    TableLinks,
    ToldLink,
    links_of_table,
    list_as_csv,
    read_addresses,
    told_anew,
    told_first,
)
from signkit.web.office.table_screen import TableScreen
from signkit.web.office.table_way import way_of
from signkit.words import Language

if TYPE_CHECKING:
    from signkit.web.api.database import StoreConnection


class TableLinksScreen(TableScreen):
    """What is done with all links of a table."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        path = "/many/{number}/handover/"
        return [self.form(path + "links", self.link_all), self.form(path + "remind", self.remind_all)]

    def link_all(self, request: Request, form: FormData) -> Response:
        """Make a link for each party of a role that has none: told as a list, or written to those who are named."""
        batch, role, days = self.batch(request), word(form, "role"), word(form, "days")
        if batch is None:
            return self.unknown(request)
        if not self._is_party(batch, role) or days not in map(str, DAYS):
            return self.refused(request, batch, (400, OFFICE_WORDS["link_whom"]))
        language: Language = "en" if word(form, "language") == "en" else "ja"
        is_mailed, pasted = word(form, "do") == "mail", word(form, "addresses")
        with self.office.store.writing() as connection:
            links = self._seen(connection, batch, form)
            rows = links.without(role) if links is not None else []
            to, refused = read_addresses(rows, pasted) if is_mailed else ({}, [])
            is_good = bool(rows) and not refused and (bool(to) or not is_mailed)
            rows = [each for each in rows if is_good and (not is_mailed or each.known.id in to)]
            made = [(each, self._add(connection, each, role, int(days), language)) for each in rows]
            for row, link in made if is_mailed else ():
                post_link(connection, self.office.store, link, to[row.known.id])
            told = [] if is_mailed else [told_first(self.service, connection, self.tenant, *each) for each in made]
        if links is None or not is_good:
            problem = (
                (409, "overtaken_here") if links is None else (400, "link_addresses" if is_mailed else "link_none")
            )
            return self.refused(request, batch, (problem[0], OFFICE_WORDS[problem[1]]), lines=refused, addresses=pasted)
        return self._sent(batch) if is_mailed else self._listed(request, batch, role, told)

    def remind_all(self, request: Request, form: FormData) -> Response:
        """Remind the parties of a role who have a link and have not signed: by mail, or by a list of their links."""
        batch, role, store = self.batch(request), word(form, "role"), self.office.store
        if batch is None:
            return self.unknown(request)
        is_mailed = word(form, "do") == "mail"
        with store.writing() as connection:
            links = self._seen(connection, batch, form)
            rows = [] if links is None else links.to_remind(role) if is_mailed else links.told(role)
            if is_mailed:
                self._remind(connection, rows, role)
            told = [] if is_mailed else [self._tell_anew(connection, each, role) for each in rows]
        if not rows:
            said = (409, "overtaken_here") if links is None else (400, "remind_none")
            return self.refused(request, batch, (said[0], OFFICE_WORDS[said[1]]))
        return self._sent(batch) if is_mailed else self._listed(request, batch, role, told)

    def _seen(self, connection: StoreConnection, batch: DeskBatch, form: FormData) -> TableLinks | None:
        """Return the links of the table; None where it is not any more as the form's page showed it."""
        if way_of(connection, batch).state != word(form, "state"):
            return None
        return links_of_table(connection, batch, self.office.store.now(), self.office.today())

    def _is_party(self, batch: DeskBatch, role: str) -> bool:
        """Tell whether every contract of the table has that party: one that only some have gets links row by row."""
        return role in [each.role for each in template_of(self.office, batch).parties if not each.optional]

    def _add(self, connection: StoreConnection, row: LinkedRow, role: str, days: int, language: Language) -> PartyLink:
        store = self.office.store
        handover.advance(connection, row.known, "link", self.person_id, store.now(), role)
        return add_link(connection, store, row.known.id, role, days, language)

    def _tell_anew(self, connection: StoreConnection, row: LinkedRow, role: str) -> ToldLink:
        told = told_anew(self.service, connection, self.tenant, row, role)
        if told.link.opened_at is not None:
            return told
        now = handover.advance(connection, row.known, "link", self.person_id, self.office.store.now(), role)
        return replace(told, row=replace(row, known=now))

    def _remind(self, connection: StoreConnection, rows: Sequence[LinkedRow], role: str) -> None:
        store = self.office.store
        for row in rows:
            link, to = row.link_of(role, store.now()), row.address_of(role, store.now())
            if link is not None and to is not None:
                post_reminder(connection, store, link, to)
                handover.note_reminder(
                    connection, row.known, store.now(), self.office.today(), [role], self.person_id
                )  # fmt: skip

    def _sent(self, batch: DeskBatch) -> Response:
        self.service.wake()
        return go_to(f"/many/{batch.number}")

    def _listed(self, request: Request, batch: DeskBatch, role: str, told: Sequence[ToldLink]) -> Response:
        language = self.language(request)
        parties = template_of(self.office, batch).parties
        label = next(each.label.in_language(language) for each in parties if each.role == role)
        return download(list_as_csv(told, label, language), f"{batch.table.rpartition('.')[0]}-{label}.csv")
