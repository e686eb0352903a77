"""Who comes in: people by their session's cookie, at the one origin that the operator named."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from signkit.web.api.requests import language_of
from signkit.web.api.service import Service
from signkit.web.common.guard import STATIC, sent_cookie
from signkit.web.people.sessions import PersonSession, admit_person

#: Where one shows who one is.
SIGN_IN = "/sign-in/"
#: What needs no session: it begins one, or is for somebody who has none.
OPEN = (STATIC, SIGN_IN, "/invitation/", "/party/")
_MOST_OF_NOBODY = 4 * 1024 * 1024


class PeopleDoor:
    """The door of the office (`signkit.web.common.guard.Door`).

    Behind it ``scope["tenant"]`` is the tenant of whoever has a session.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._origin = origin_of_pages(service)
        self._host = urlsplit(self._origin).netloc

    def origin_of(self, host: str) -> str | None:
        """Return the origin if the host is the one that the operator named."""
        return self._origin if host == self._host else None

    def refuses_peer(self, scope: Scope) -> bool:
        """Refuse no peer: people come from everywhere."""
        del scope
        return False

    async def find_session(self, scope: Scope, headers: Headers) -> PersonSession | None:
        """Return the session that the cookie names, and put its tenant beside it.

        Whoever has none is spoken to in the language that their browser asks for.
        """
        if asked := headers.get("accept-language"):
            scope["language"] = language_of(asked)
        cookie = sent_cookie(headers, cookie_name(self._service))
        if cookie is None or scope["path"].startswith(STATIC):
            return None
        admitted = await run_in_threadpool(admit_person, self._service.tenants, cookie)
        if admitted is None:
            return None
        scope["tenant"], session = admitted
        return session

    def is_open(self, path: str) -> bool:
        """Tell whether a page is for people without a session."""
        return path.startswith(OPEN)

    def is_linked(self, path: str) -> bool:
        """Mails and bookmarks lead to every page."""
        del path
        return True

    def most_sent(self, session: PersonSession | None) -> int:
        """Return what a request may hold: of nobody, no more than a certificate and a signature."""
        return self._service.own.most_bytes if session is not None else _MOST_OF_NOBODY


def origin_of_pages(service: Service) -> str:
    """Return the origin of a service that has pages."""
    assert service.own.origin is not None
    return service.own.origin


def cookie_name(service: Service) -> str:
    """Return what the session's cookie is called; ``__Host-`` ties it to this very host (RFC 6265bis 4.1.3.2)."""
    return "__Host-signkit-office" if _is_secure(service) else "signkit-office"


def give_cookie(response: Response, service: Service, cookie: str) -> None:
    """Give the browser the cookie of a session that has begun."""
    response.set_cookie(
        cookie_name(service), cookie, httponly=True, samesite="strict", secure=_is_secure(service), path="/"
    )


def take_cookie(response: Response, service: Service) -> None:
    """Take the cookie of a session that is over from the browser."""
    response.delete_cookie(cookie_name(service), httponly=True, samesite="strict", secure=_is_secure(service), path="/")


def oidc_cookie_name(service: Service) -> str:
    """Return what the cookie is called of a browser that was led to the OpenID provider."""
    return f"{cookie_name(service)}-oidc"


def give_oidc_cookie(response: Response, service: Service, cookie: str) -> None:
    """Give a browser that is led to the provider the cookie with which it comes back from there, hence not Strict."""
    response.set_cookie(
        oidc_cookie_name(service), cookie, max_age=600, httponly=True, samesite="lax", secure=_is_secure(service),
        path="/",
    )  # fmt: skip


def take_oidc_cookie(response: Response, service: Service) -> None:
    """Take the cookie of a browser that came back."""
    response.delete_cookie(
        oidc_cookie_name(service), httponly=True, samesite="lax", secure=_is_secure(service), path="/"
    )


def _is_secure(service: Service) -> bool:
    return origin_of_pages(service).startswith("https:")


def cookie_of_party(service: Service, link: str) -> str:
    """Return what the cookie is called of a party who opened a link: of each link its own."""
    return f"{cookie_name(service)}-{link}"


def give_party_cookie(response: Response, service: Service, link: str, cookie: str) -> None:
    """Give the browser that opened a link its cookie."""
    response.set_cookie(
        cookie_of_party(service, link), cookie, httponly=True, samesite="strict", secure=_is_secure(service), path="/"
    )
