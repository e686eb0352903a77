"""What a form sent, read in one place: bounded, and only if it carries its session's own token."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from signkit.web.common.guard import Refuse, TooMuchSent
from signkit.web.common.sessions import may_send
from signkit.words import printable

CSRF_FIELD = "csrf"
_MOST_FILES = 300
_MOST_FIELDS = 5000
_MOST_TEXT = 256 * 1024
_MOST_NAME = 120
#: Of a row's number: SQLite's are below 2**63.
_MOST_DIGITS = 18

#: Answers a form.
FormHandler: TypeAlias = Callable[[Request, FormData], Response]


def form_route(path: str, handler: FormHandler, refuse: Refuse) -> Route:
    """Return the route of a form: whatever is sent there is answered by ``handler``, if our own page sent it."""

    async def receive_form(request: Request) -> Response:
        try:
            form = await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=_MOST_TEXT)
        except TooMuchSent:
            return refuse(request.scope, 413, "size")
        try:
            session = request.scope["session"]  # nobody's on the open pages, which the guard keeps from other origins
            if session is not None and not may_send(session, form.get(CSRF_FIELD)):
                return refuse(request.scope, 403, "form")
            return await run_in_threadpool(handler, request, form)
        finally:
            await form.close()

    return Route(path, receive_form, methods=["POST"], name=handler.__name__)


def word(form: FormData, name: str) -> str:
    """Return what was typed in a field, with plain line ends; empty where nothing was."""
    value = form.get(name)
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def row_number(typed: str) -> int | None:
    """Return the number of a row, as it stands in an address; None for what no database has."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _MOST_DIGITS else None


def uploads(form: FormData, name: str) -> list[UploadFile]:
    """Return the files that were chosen or dropped."""
    return [each for each in form.getlist(name) if isinstance(each, UploadFile) and each.filename]


def shown_name(upload: UploadFile) -> str:
    """Return what a file is called, to be shown and never to be a path."""
    last = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
    return printable(last)[-_MOST_NAME:].strip() or "file"
