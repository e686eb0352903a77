"""What every screen of the desk has: the office, the pages, and how its routes are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from signkit.web.common.forms import FormHandler, form_route
from signkit.web.common.pages import Pages
from signkit.web.desk.office import Office
from signkit.words import Language

Handler = Callable[[Request], Response]


@dataclass(frozen=True)
class Screen:
    """The root of the screens."""

    office: Office
    pages: Pages

    def routes(self) -> list[BaseRoute]:
        """Return what the screen answers."""
        raise NotImplementedError

    def page(self, path: str, handler: Handler) -> Route:
        """Return the route of a page that is looked at; it runs in a thread, for it may wait for workers."""
        return Route(path, handler, methods=["GET"], name=getattr(handler, "__name__", path))

    def form(self, path: str, handler: FormHandler) -> Route:
        """Return the route of a form."""
        return form_route(path, handler, self.pages.refuse)

    def show(self, request: Request, template: str, status: int = 200, /, **facts: Any) -> Response:
        """Return a page."""
        return self.pages.show(request, template, status, **facts)

    def unknown(self, request: Request) -> Response:
        """Return the page that says there is none."""
        return self.pages.refuse(request.scope, 404, "unknown")

    def language(self, request: Request) -> Language:
        """Return the language in which whoever asks reads."""
        return self.pages.language(request.scope)


def go_to(path: str) -> Response:
    """Lead on after a form, so that a reload does not send it again."""
    return RedirectResponse(path, 303)
