"""Pages from templates: every value escaped, every word in the session's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import Scope

from signkit.errors import SignKitError
from signkit.web.common.sessions import Session
from signkit.words import Language, Text


class Pages:
    """The pages of one room.

    Args:
        folders: where the templates lie; the first that has one gives it.
        words: what pages say, by key.
        language: where there is no session.
        hint_of: says what to do about an error.
        facts: known to every page.

    A template asks ``shows(path)`` before it links to a page, and ``takes(path)`` before it shows a form: where several
    people work, ``scope`` says which ways are open to whoever asks; alone, all are.
    """

    def __init__(
        self,
        folders: Path | Sequence[Path],
        words: Mapping[str, Text],
        language: Language,
        hint_of: Callable[[SignKitError], Text | None],
        **facts: Any,
    ) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(folders), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip
        self._words = words
        self._language: Language = language
        self._hint_of = hint_of
        self._facts = facts

    def language(self, scope: Scope) -> Language:
        """Return the language in which whoever asks reads."""
        session: Session | None = scope.get("session")
        if session is not None:
            return session.language
        language: Language = scope.get("language", self._language)
        return language

    def show(self, request: Request, template: str, status: int = 200, /, **facts: Any) -> HTMLResponse:
        """Return a page."""
        return self.show_in(request.scope, template, status, **facts)

    def show_in(self, scope: Scope, template: str, status: int = 200, /, **facts: Any) -> HTMLResponse:
        """Return a page for a request that is not read yet."""
        language = self.language(scope)
        session: Session | None = scope.get("session")
        known = {
            "language": language,
            "t": lambda text, **about: text.in_language(language, **about),
            "say": partial(self._say, language),
            "session": session,
            "here": scope["path"],
            "page": _page_of(scope),
            "shows": scope.get("shows", _always),
            "takes": scope.get("takes", _always),
            **self._facts,
        }
        return HTMLResponse(self._templates.get_template(template).render(known | facts), status)

    def refuse(self, scope: Scope, status: int, reason: str, **facts: object) -> HTMLResponse:
        """Return the page of a refusal, by its reason's code."""
        message = self._words[f"refused_{reason}"].filled(**facts)
        return self.show_in(scope, "message.html", status, heading="refused", message=message)

    def tell(self, request: Request, error: SignKitError) -> HTMLResponse:
        """Return the page of an error: what happened, and what to do next."""
        message = error.message(self.language(request.scope))
        return self.show(
            request,
            "message.html",
            400,
            heading="refused",
            message=Text(message, message),
            hint=self._hint_of(error),
        )

    def _say(self, language: Language, key: str, **facts: object) -> str:
        return self._words[key].in_language(language, **facts)


def _page_of(scope: Scope) -> str:
    """Return where the page is that is shown, to be looked at once more; of a form's answer, where the form stood."""
    if scope["method"] in ("GET", "HEAD"):
        query = scope.get("query_string", b"").decode("ascii", "replace")
        return f"{scope['path']}?{query}" if query else str(scope["path"])
    headers = Headers(scope=scope)
    stood = urlsplit(headers.get("referer", ""))
    if not stood.path or stood.netloc != headers.get("host"):
        return "/"
    return f"{stood.path}?{stood.query}" if stood.query else stood.path


def _always(path: str) -> bool:
    del path
    return True


def other_language(language: Language) -> Language:
    """Return the one that the switch leads to."""
    return cast("Language", {"ja": "en", "en": "ja"}[language])
