"""Handing a table's contracts on as one: asking for approval, approving, sending back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.web.common.forms import word
from signkit.web.desk.batches import DeskBatch
from signkit.web.desk.screens import go_to
from signkit.web.office import handover
from signkit.web.office.acting import ActingScreen, typed_text
from signkit.web.office.handover import Act, HandOver
from signkit.web.office.handover_panel import WITH_REASON
from signkit.web.office.notices import tell_colleagues_of_table
from signkit.web.office.page_words import OFFICE_WORDS
from signkit.web.office.table_way import TABLE_ACTS, TableWay, table_panel, way_of
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.web.api.database import StoreConnection


class TableHandOverScreen(ActingScreen):
    """What is done with all contracts of a table between the people of an office."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [self.act_form("/many/{number}/handover/", act) for act in TABLE_ACTS]

    def act(self, request: Request, form: FormData, act: Act) -> Response:
        """Do it with every row that it fits, or with none (`ActingScreen.act`); then what was typed is shown again."""
        batch = self.office.batches.find(request.path_params["number"])
        if batch is None or not batch.digests:
            return self.unknown(request)
        text = typed_text(form)
        with self.office.store.writing() as connection:
            way = way_of(connection, batch)
            fit = way.fitting(act, self.office)
            problem = _problem(way, fit, act, word(form, "state"), text)
            if problem is None:
                self._do(connection, batch, fit, act, text)
        if problem is not None:
            status, said = problem
            return self.show(
                request, "table_refused.html", status, batch=batch, problem=said, typed=text,
                **table_panel(self.office, batch),
            )  # fmt: skip
        return go_to(f"/many/{batch.number}")

    def _do(self, connection: StoreConnection, batch: DeskBatch, rows: list[HandOver], act: Act, text: str) -> None:
        store = self.office.store
        done = [handover.advance(connection, each, act, self.person_id, store.now(), text) for each in rows]
        tell_colleagues_of_table(self.service, connection, store, done, act, (batch.number, batch.table))


def _problem(way: TableWay, fit: list[HandOver], act: Act, seen: str, text: str) -> tuple[int, Text] | None:
    if seen != way.state:
        return 409, OFFICE_WORDS["overtaken_here"]
    if not fit:
        own = act == "approve" and any(each.can(act) for each in way.rows)
        return (403, OFFICE_WORDS["own_asking"]) if own else (409, OFFICE_WORDS["unfit_act"])
    if act in WITH_REASON and not text:
        return 400, OFFICE_WORDS["say_why"]
    return None
