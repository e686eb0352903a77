"""Handing a table's contracts on as one: asking for approval, approving, sending back, remarks, dates."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.said import WordRefused
from signkit.web.common.forms import word
from signkit.web.desk.batches import DeskBatch
from signkit.web.desk.screens import go_to
from signkit.web.office import handover
from signkit.web.office.acting import ActingScreen, typed_dates, typed_text
from signkit.web.office.handover import Act, HandOver
from signkit.web.office.handover_panel import WITH_REASON
from signkit.web.office.notices import tell_colleagues_of_table
from signkit.web.office.page_words import OFFICE_WORDS
from signkit.web.office.reminders import plan_reminder
from signkit.web.office.table_way import TABLE_ACTS, TableWay, way_of
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.web.api.database import StoreConnection


class TableScreen(ActingScreen):
    """The root of the screens on which something is done with all contracts of a table."""

    def batch(self, request: Request) -> DeskBatch | None:
        """Return the table that is asked for, if its contracts are made."""
        batch = self.office.batches.find(request.path_params["number"])
        return batch if batch is not None and batch.digests else None

    def refused(self, request: Request, batch: DeskBatch, problem: tuple[int, Text], **typed: Any) -> Response:
        """Say why nothing was done, with what was typed."""
        status, said = problem
        shown = {
            **self.office.told_beside_table(batch),
            "typed": "",
            "addresses": "",
            "lines": (),
            "is_of_dates": "dates" in typed,
            **typed,
        }
        return self.show(request, "table_refused.html", status, batch=batch, problem=said, **shown)


class TableHandOverScreen(TableScreen):
    """What is done with all contracts of a table between the people of an office."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        path = "/many/{number}/handover/"
        return [*(self.act_form(path, act) for act in TABLE_ACTS), self.form(path + "dates", self.set_dates)]

    def act(self, request: Request, form: FormData, act: Act) -> Response:
        """Do it with every row that it fits, or with none (`ActingScreen.act`); then what was typed is shown again."""
        batch = self.batch(request)
        if batch is None:
            return self.unknown(request)
        text = typed_text(form)
        with self.office.store.writing() as connection:
            way = way_of(connection, batch)
            fit = way.fitting(act, self.office)
            problem = _problem(way, fit, act, word(form, "state"), text)
            if problem is None:
                self._do(connection, batch, fit, act, text)
        return self.refused(request, batch, problem, typed=text) if problem is not None else _back_to(batch)

    def set_dates(self, request: Request, form: FormData) -> Response:
        """Say of every row when to remind, and until when it may be signed."""
        batch, store = self.batch(request), self.office.store
        if batch is None:
            return self.unknown(request)
        try:
            remind, expires = typed_dates(form)
        except WordRefused as refused:
            dates = {each: word(form, each) for each in ("remind_on", "expires_on")}
            return self.refused(request, batch, (400, refused.words), dates=dates)
        with store.writing() as connection:
            way = way_of(connection, batch)
            is_seen = way.state == word(form, "state")
            for row in way.under_way if is_seen else ():
                dated = handover.set_dates(connection, row, self.person_id, store.now(), remind, expires)
                plan_reminder(self.service, connection, store, dated)
        return _back_to(batch) if is_seen else self.refused(request, batch, (409, OFFICE_WORDS["overtaken_here"]))

    def _do(self, connection: StoreConnection, batch: DeskBatch, rows: list[HandOver], act: Act, text: str) -> None:
        store = self.office.store
        done = [handover.advance(connection, each, act, self.person_id, store.now(), text) for each in rows]
        tell_colleagues_of_table(self.service, connection, store, done, act, (batch.number, batch.table))
        for each in done if act == "ask" else ():  # see `HandOverScreen.act`
            plan_reminder(self.service, connection, store, each, self.office.today() + timedelta(days=1))


def _back_to(batch: DeskBatch) -> Response:
    return go_to(f"/many/{batch.number}")


def _problem(way: TableWay, fit: list[HandOver], act: Act, seen: str, text: str) -> tuple[int, Text] | None:
    if seen != way.state:
        return 409, OFFICE_WORDS["overtaken_here"]
    if not fit:
        own = act == "approve" and any(each.can(act) for each in way.rows)
        return (403, OFFICE_WORDS["own_asking"]) if own else (409, OFFICE_WORDS["unfit_act"])
    if act in WITH_REASON and not text:
        return 400, OFFICE_WORDS["say_why"]
    return None
