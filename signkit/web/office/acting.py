"""What the screens have in common on which people hand contracts on: one contract, or all of a table."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.said import read_day
from signkit.web.common.forms import word
from signkit.web.desk.screens import Screen
from signkit.web.office.handover import MOST_TEXT, Act
from signkit.words import printable

if TYPE_CHECKING:
    from signkit.web.api.service import Service
    from signkit.web.api.tenants import Tenant
    from signkit.web.office.tenant_office import TenantOffice


class ActingScreen(Screen):
    """The root of those screens."""

    office: TenantOffice

    def act(self, request: Request, form: FormData, act: Act) -> Response:
        """Do what a form asks for that carries a text alone."""
        raise NotImplementedError

    def act_form(self, path: str, act: Act) -> BaseRoute:
        """Return the route of an act's form, below ``path``."""

        def receive(request: Request, form: FormData) -> Response:
            return self.act(request, form, act)

        return self.form(path + act, receive)

    @property
    def service(self) -> Service:
        """Where the office is served."""
        assert self.office.service is not None
        return self.office.service

    @property
    def tenant(self) -> Tenant:
        """Whose office it is."""
        assert self.office.tenant is not None
        return self.office.tenant

    @property
    def person_id(self) -> str:
        """Who acts."""
        assert self.office.person is not None
        return self.office.person.id


def typed_text(form: FormData) -> str:
    """Return what was typed to go with an act."""
    return printable_lines(word(form, "text"))[:MOST_TEXT].strip()


def typed_dates(form: FormData) -> tuple[date | None, date | None]:
    """Return from when to remind, and until when it may be signed.

    Raises:
        WordRefused: what was typed is no day.
    """
    remind, expires = (_day(name, word(form, name)) for name in ("remind_on", "expires_on"))
    return remind, expires


def printable_lines(text: str) -> str:
    """Return what was typed without what steers a screen, line by line."""
    return "\n".join(printable(line) for line in text.splitlines())


def _day(name: str, typed: str) -> date | None:
    return read_day(name, typed) if typed.strip() else None
