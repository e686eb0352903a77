"""The pages of people, as the office hangs them in."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from signkit.web.api.service import Service
from signkit.web.common.pages import Pages
from signkit.web.people.account_screen import AccountScreen
from signkit.web.people.approvals_screen import ApprovalsScreen
from signkit.web.people.link_screen import LinkScreen
from signkit.web.people.oidc_screen import OidcScreen
from signkit.web.people.people_screen import PeopleListScreen
from signkit.web.people.sign_in_screen import SignInScreen

_HERE = Path(__file__).parent
#: Where the templates of these pages lie; their words are `signkit.web.people.page_words`.
PAGES = _HERE / "pages"
#: The provider's way back (``/sign-in/oidc``) before the pages of tenants (``/sign-in/{tenant}``).
_SCREENS = (OidcScreen, SignInScreen, LinkScreen, AccountScreen, PeopleListScreen, ApprovalsScreen)


def people_routes(service: Service, pages: Pages) -> list[BaseRoute]:
    """Return the routes of all pages of people, with the script that passkeys need."""
    screens = [route for screen in _SCREENS for route in screen(service, pages).routes()]
    return [*screens, Mount("/static/people", StaticFiles(directory=_HERE / "static"))]
