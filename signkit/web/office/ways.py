"""Which screens are served, and what each page and form needs: the one table that doors, links and tests read.

The permissions are those of the API document, as a person's role has them (`signkit.web.api.roles`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from starlette.routing import Route, compile_path

from signkit.web.agents.asking_list_screen import AskingListScreen
from signkit.web.agents.asking_screen import AskingScreen
from signkit.web.api.document import ApiDocument
from signkit.web.api.roles import Role
from signkit.web.desk.archive_screen import ArchiveScreen
from signkit.web.desk.card_screen import CardScreen
from signkit.web.desk.changes_screen import ChangesScreen
from signkit.web.desk.check_screen import CheckScreen
from signkit.web.desk.contract_screen import ContractScreen
from signkit.web.desk.delivery_screen import DeliveryScreen
from signkit.web.desk.elsewhere_screen import ElsewhereScreen
from signkit.web.desk.job_screen import JobScreen
from signkit.web.desk.list_screen import ListScreen
from signkit.web.desk.machine_screen import MachineScreen
from signkit.web.desk.making_screen import MakingScreen
from signkit.web.desk.many_screen import ManyScreen
from signkit.web.desk.opening_screen import OpeningScreen
from signkit.web.desk.party_card_screen import PartyCardScreen
from signkit.web.desk.repair_screen import RepairScreen
from signkit.web.desk.screens import Screen
from signkit.web.desk.settings_screen import SettingsScreen
from signkit.web.desk.signing_screen import SigningScreen
from signkit.web.desk.today_screen import TodayScreen
from signkit.web.desk.upholding_screen import UpholdingScreen
from signkit.web.desk.upkeep_screen import UpkeepScreen
from signkit.web.desk.welcome_screen import WelcomeScreen
from signkit.web.office.handover_screen import HandOverScreen
from signkit.web.office.table_links_screen import TableLinksScreen
from signkit.web.office.table_screen import TableHandOverScreen
from signkit.web.office.today import TodayOfAll
from signkit.web.people.accounts import Person


@dataclass(frozen=True)
class Need:
    """What a page or a form needs.

    Attributes:
        permission: of the API document; empty: nothing beyond a session.
        roles: who alone may, of those who have the permission; none: each.
        is_logged: whether it stands in the operation log that somebody was there.
        approved: whether the document has to be approved.
    """

    permission: str = ""
    roles: tuple[Role, ...] = ()
    is_logged: bool = True
    approved: bool = False

    def is_met(self, person: Person, document: ApiDocument) -> bool:
        """Tell whether a person may."""
        if self.roles and person.role not in self.roles:
            return False
        return not self.permission or self.permission in person.principal(document).permissions


@dataclass(frozen=True)
class ServedScreen:
    """A screen of the desk, as it is served.

    Attributes:
        reads, writes: what its pages need, and its forms.
        but: what some need instead, by method and path; None: not served.
    """

    screen: type[Screen]
    reads: Need
    writes: Need
    but: Mapping[str, Need | None] = field(default_factory=dict)

    def need_of(self, route: Route) -> Need | None:
        """Return what a route of the screen needs; None where it is not served."""
        method = method_of(route)
        return self.but.get(f"{method} {route.path}", self.reads if method == "GET" else self.writes)


_LOOK = Need("contracts:read")
_MAKE = Need("contracts:write")
_KEEP = Need("archive:write")
_FIND = Need("archive:read")
_SIGN = Need("signing:write")
_CHECK = Need("validations:read")
_POLL = Need("contracts:read", is_logged=False)

#: No secret is asked for on a server, no card is in it, nobody's settings are on it, and who runs it restores its
#: archives; ``TodayScreen``'s place is taken by the office's own.
DESK_ONLY: tuple[type[Screen], ...] = (
    TodayScreen, CardScreen, MachineScreen, SettingsScreen, WelcomeScreen, SigningScreen, OpeningScreen,
    PartyCardScreen, RepairScreen,
)  # fmt: skip
SHOWN: tuple[ServedScreen, ...] = (
    ServedScreen(CheckScreen, Need("validations:write"), Need("validations:write"), {
        "GET /checks/{number}": _CHECK, "GET /checks/{number}/report.{ending}": _CHECK,
    }),
    ServedScreen(ListScreen, _FIND, _KEEP, {"POST /archive": None}),  # a tenant has its archive from the start
    ServedScreen(ContractScreen, _LOOK, _MAKE, {"POST /documents/{sha256}/keep": _KEEP}),
    ServedScreen(MakingScreen, _MAKE, _MAKE, {  # what is being typed is kept every moment: nothing to log
        "POST /drafts/{number}/keep": replace(_MAKE, is_logged=False),
    }),
    ServedScreen(JobScreen, _POLL, _MAKE),
    ServedScreen(DeliveryScreen, _LOOK, Need("packs:write")),
    ServedScreen(ChangesScreen, _LOOK, _MAKE),
    ServedScreen(UpholdingScreen, _SIGN, _SIGN, {
        "POST /documents/{sha256}/amend": _MAKE, "GET /documents/{sha256}/extended/{number}": _LOOK,
    }),
    ServedScreen(ArchiveScreen, _FIND, _FIND),  # to verify and to export is to look at all of it
    ServedScreen(UpkeepScreen, _KEEP, _KEEP, {  # backups are the operator's; deletion takes four eyes
        "GET /archive/backup": None, "POST /archive/backup": None, "GET /archive/backed-up/{number}": None,
        "GET /archive/purge": None, "POST /archive/purge": None,
    }),
    ServedScreen(ManyScreen, _LOOK, _MAKE, {
        "GET /many": _MAKE, "GET /many/blank/{template}.{ending}": _MAKE, "GET /many/{number}/handout": _MAKE,
        "GET /many/{number}/sign/{role}": None, "POST /many/{number}/sign/{role}": None,
    }),
    ServedScreen(ElsewhereScreen, _SIGN, replace(_SIGN, approved=True), {
        "POST /documents/{sha256}/elsewhere/{role}/discard": _SIGN,
    }),
    ServedScreen(TableHandOverScreen, _LOOK, _MAKE, {
        "POST /many/{number}/handover/approve": Need("contracts:write", roles=("supervisor",)),
        "POST /many/{number}/handover/send-back": Need("contracts:write", roles=("supervisor",)),
    }),
    ServedScreen(TableLinksScreen, _LOOK, Need("packs:write")),  # of its contracts it takes those that are approved
    ServedScreen(AskingScreen, _SIGN, replace(_SIGN, approved=True)),
    ServedScreen(AskingListScreen, _SIGN, _SIGN),
    ServedScreen(TodayOfAll, Need(), Need()),
    ServedScreen(HandOverScreen, _LOOK, _MAKE, {
        "POST /documents/{sha256}/handover/link": Need("packs:write", approved=True),
        "POST /documents/{sha256}/handover/revoke": Need("packs:write"),
        "POST /documents/{sha256}/handover/mail": Need("packs:write"),
        "POST /documents/{sha256}/handover/approve": Need("contracts:write", roles=("supervisor",)),
        "POST /documents/{sha256}/handover/send-back": Need("contracts:write", roles=("supervisor",)),
    }),
)  # fmt: skip
#: Pages of the office's own rooms, by the beginning of their paths: what one needs to see a link to them.
BESIDE: Mapping[str, Need] = {
    "/people": Need(roles=("administrator", "auditor")),
    "/approvals": Need(roles=("administrator", "supervisor", "auditor")),
    "/account": Need(),
    "/agents": Need("signing:write"),
}


def method_of(route: Route) -> str:
    """Return how a route is asked: every one here answers a page or a form."""
    return "POST" if "POST" in (route.methods or ()) else "GET"


class Ways:
    """All ways of the office: which need what.

    Args:
        needs: by method and path, as routes write it.
        rooms: the beginnings of `BESIDE` that are there.
    """

    def __init__(self, needs: Mapping[tuple[str, str], Need], rooms: Iterable[str], document: ApiDocument) -> None:
        self._needs = [(method, compile_path(path)[0], need) for (method, path), need in needs.items()]
        self._rooms = {each: BESIDE[each] for each in rooms}
        self._document = document
        self._find = lru_cache(4096)(self._search)

    def is_open(self, person: Person, method: str, path: str) -> bool:
        """Tell whether a person may go there; nobody may where nothing is."""
        need = self._find(method, re.sub(r"[0-9a-f]{64}", "0" * 64, path.partition("?")[0]))
        return need is not None and need.is_met(person, self._document)

    def _search(self, method: str, path: str) -> Need | None:
        found = (need for asked, pattern, need in self._needs if asked == method and pattern.match(path))
        beside = (need for start, need in self._rooms.items() if path == start or path.startswith(f"{start}/"))
        return next(found, None) or next(beside, None)


def served(screens: Sequence[tuple[ServedScreen, Screen]]) -> Iterator[tuple[Route, Need]]:
    """Yield the routes of screens that are served, each with what it needs."""
    for shown, screen in screens:
        for route in screen.routes():
            assert isinstance(route, Route)
            need = shown.need_of(route)
            if need is not None:
                yield route, need
