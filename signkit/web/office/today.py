"""Today, in an office: whose turn it is, what is overdue, and the ways from here."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.web.desk.screens import Screen
from signkit.web.desk.today_screen import TodayScreen
from signkit.web.office import handover
from signkit.web.office.handover import HandOver
from signkit.web.people.accounts import list_people

if TYPE_CHECKING:
    from signkit.web.office.tenant_office import TenantOffice
    from signkit.web.people.accounts import Person

_MOST = 100


class TodayOfAll(Screen):
    """The first page of each person."""

    office: TenantOffice

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [self.page("/", self.today)]

    def today(self, request: Request) -> Response:
        """Show a person what waits for them; who sees no contracts sees none here."""
        person = self.office.person
        assert person is not None
        facts = self._contracts(person) if request.scope["shows"]("/contracts") else {"sees_contracts": False}
        return self.show(request, "office_today.html", **facts)

    def _contracts(self, person: Person) -> dict[str, object]:
        with self.office.store.reading() as connection:
            all_ = list(handover.under_way(connection))
            names = {each.id: each.name for each in list_people(connection)}
        today = self.office.today()
        mine = [each for each in all_ if is_turn_of(each, person)]
        ready = [each for each in all_ if each.may_be_signed(today)]
        overdue = [each for each in all_ if each.is_overdue(today)]
        rest = [each for each in all_ if each not in (*mine, *ready)]
        groups = (("your_turn", mine), ("ready_to_sign", ready), ("overdue", overdue), ("with_others", rest))
        drafts, tables = TodayScreen(self.office, self.pages).told_drafts(), self._tables(all_)
        return {
            "sees_contracts": True, "names": names, "drafts": drafts, "tables": tables,
            "groups": [(key, tables_as_one(found, tables)[:_MOST], len(found)) for key, found in groups],
        }  # fmt: skip

    def _tables(self, all_: Sequence[HandOver]) -> dict[str | None, str]:
        """Return what each table is called whose contracts are under way."""
        found = (self.office.batches.find(each) for each in {each.batch for each in all_} if each is not None)
        return {each.number: each.table for each in found if each is not None}


def tables_as_one(found: Sequence[HandOver], tables: Container[str | None]) -> list[tuple[HandOver, int]]:
    """Return contracts, each with how many it stands for: those of one table that are as far stand together."""
    shown: dict[object, tuple[HandOver, int]] = {}
    for each in found:
        key = (each.batch, each.state) if each.batch in tables else each.id
        first, count = shown.get(key, (each, 0))
        shown[key] = (first, count + 1)
    return list(shown.values())


def is_turn_of(known: HandOver, person: Person) -> bool:
    """Tell whether a contract waits for a person: for the 責任者 who did not ask, or for whoever made it."""
    if known.state == "asked":
        return person.role == "supervisor" and known.asked_by != person.id
    return known.state in ("made", "sent-back", "declined") and known.maker == person.id
