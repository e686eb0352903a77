"""Setting up what a person comes in with: the same steps behind a link as on one's own page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import segno
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from signkit.web.api.database import StoreConnection
from signkit.web.api.tenants import Tenant
from signkit.web.common.forms import word
from signkit.web.people.accounts import Person
from signkit.web.people.challenges import keep_challenge, take_challenge
from signkit.web.people.declining import Declined
from signkit.web.people.passkeys import Passkey, PasskeyOffice
from signkit.web.people.passwords import (
    SHORTEST,
    Typed,
    new_recovery_codes,
    new_totp_secret,
    set_password,
    totp_uri,
)
from signkit.web.people.screens import PeopleScreen

#: Done in the transaction in which a credential is kept, before and after; returns the browser's cookie.
Step = Callable[[StoreConnection], Any]


class SettingUpScreen(PeopleScreen):
    """The root of the screens on which passkeys and passwords are made."""

    def ask_new_passkey(self, tenant: Tenant, person: Person) -> tuple[str, dict[str, Any]]:
        """Ask a person's device for a key."""
        return PasskeyOffice(tenant, self.origin).ask_new(person)

    def new_passkey(self, tenant: Tenant, person: Person, form: FormData) -> Passkey:
        """Return the key that was sent; it is not kept yet."""
        office = PasskeyOffice(tenant, self.origin)
        return office.read_new(person, word(form, "challenge"), word(form, "response"), word(form, "name"))

    def show_authenticator(self, request: Request, tenant: Tenant, person: Person, path: str) -> Response:
        """Show a new secret of one-time codes, and the form that takes the first of them."""
        return self._authenticator(request, tenant, person, path, new_totp_secret())

    def take_password(
        self, request: Request, tenant: Tenant, person: Person, form: FormData, before: Step, after: Step
    ) -> Response:
        """Keep the password that was typed, and show its recovery codes, this once; or the form again, and why."""
        secret = take_challenge(tenant.store, _purpose(person), word(form, "challenge"))["secret"]
        typed = Typed(word(form, "login"), word(form, "password"), word(form, "code"))
        try:
            if typed.password != word(form, "again"):
                raise Declined("password_again")
            with tenant.store.writing() as connection:
                before(connection)
                set_password(connection, tenant, person, typed, secret)
                codes = new_recovery_codes(connection, person.id)
                cookie = after(connection)
        except Declined as declined:
            return self._authenticator(
                request, tenant, person, request.url.path, secret, login=typed.login, declined=declined
            )
        return self.with_cookie(self.show(request, "recovery_codes.html", codes=codes), tenant, cookie)

    def _authenticator(
        self,
        request: Request,
        tenant: Tenant,
        person: Person,
        path: str,
        secret: str,
        *,
        login: str = "",
        declined: Declined | None = None,
    ) -> Response:
        with tenant.store.writing() as connection:
            challenge = keep_challenge(connection, tenant.store, _purpose(person), {"secret": secret})
        parted = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        return self.show(
            request, "authenticator.html", 422 if declined else 200, challenge=challenge, login=login, path=path,
            picture=_qr(totp_uri(secret, person, tenant)), secret=parted, declined=declined, shortest=SHORTEST,
        )  # fmt: skip


def _qr(text: str) -> Markup:
    """Return a QR code as SVG, on white in a dark page too."""
    return Markup(segno.make_qr(text).svg_inline(scale=5, light="#fff"))  # noqa: S704  lines alone, none of the text


def _purpose(person: Person) -> str:
    return f"password-new:{person.id}"
