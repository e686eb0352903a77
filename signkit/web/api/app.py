"""The service as one application: each operation of the document, called, checked and written down the same way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from signkit.errors import FileUnusable, ServiceError, SignKitError
from signkit.web.api import problems, repeats
from signkit.web.api.access import Principal, admit_key
from signkit.web.api.calls import JSON, Answer, Call, Handler, Refusal, names_etag
from signkit.web.api.checks import Checker
from signkit.web.api.document import ApiDocument, Operation
from signkit.web.api.identifiers import new_id
from signkit.web.api.limits import Rates, count_usage
from signkit.web.api.operation_log import write_operation
from signkit.web.api.requests import Sent, language_of, origin_of, parameters_of, read_body
from signkit.web.api.resources import HANDLERS, OPEN_HANDLERS, OpenHandler
from signkit.web.api.service import Service
from signkit.web.api.tenants import Tenant
from signkit.workers import WorkerLost

_log = logging.getLogger("signkit.service")
_HEADERS = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
}
_READS = ("GET", "HEAD")
#: How many requests with much JSON are in memory at once, of all that came.
_LONG_AT_ONCE = 4


def make_service_app(service: Service) -> Starlette:
    """Return the application.

    Raises:
        LookupError: the document and the handlers do not go together.
    """
    rates = Rates(service.own.requests_a_minute)
    checker = Checker(service.document)
    room = asyncio.Semaphore(_LONG_AT_ONCE)
    by_path: dict[str, dict[str, _Door]] = {}
    for operation, handler in paired(service.document):
        door = _Door(service, operation, handler, checker, rates, room)
        by_path.setdefault(operation.path, {})[operation.method] = door
    routes = [Route(path, _Methods(doors)) for path, doors in _specific_first(by_path)]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _no_route})
    app.router.redirect_slashes = False  # to the host and scheme that the request says, with the key behind it
    return app


def paired(document: ApiDocument) -> Iterator[tuple[Operation, Handler | OpenHandler]]:
    """Yield each operation with what answers it.

    Raises:
        LookupError: an operation has no handler, or a handler no operation.
    """
    handlers: Mapping[str, Handler | OpenHandler] = {**HANDLERS, **OPEN_HANDLERS}
    names = {each.name for each in document.operations}
    if names != set(handlers):
        raise LookupError(f"document and handlers differ: {sorted(names ^ set(handlers))}")
    for operation in document.operations:
        if (operation.permission is None) != (operation.name in OPEN_HANDLERS):
            raise LookupError(f"{operation.name}: open in the document or in the handlers alone")
        yield operation, handlers[operation.name]


def _specific_first(by_path: dict[str, dict[str, _Door]]) -> list[tuple[str, dict[str, _Door]]]:
    """A path without a parameter comes before one that would match it."""
    return sorted(by_path.items(), key=lambda item: [part.startswith("{") for part in item[0].split("/")])


def _no_route(request: Request, error: Exception) -> Response:
    del error
    request_id = new_id()
    return _finished(problems.problem_response(problems.unknown_path(), _language(request), request_id), request_id)


def _language(request: Request) -> Any:
    return language_of(request.headers.get("accept-language", ""))


class _Methods:
    """One path of the document."""

    def __init__(self, doors: Mapping[str, _Door]) -> None:
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        door = self._doors.get("GET" if request.method == "HEAD" else request.method)
        response = await door.answer(request) if door is not None else self._refuse(request)
        await response(scope, receive, send)

    def _refuse(self, request: Request) -> Response:
        request_id = new_id()
        allowed = {*self._doors, *(("HEAD",) if "GET" in self._doors else ())}
        refusal = problems.method_unfit(sorted(allowed))
        return _finished(problems.problem_response(refusal, _language(request), request_id), request_id)


class _Door:
    """One operation: who calls is found out before anything is read; what was done is written before it is told."""

    def __init__(
        self,
        service: Service,
        operation: Operation,
        handler: Handler | OpenHandler,
        checker: Checker,
        rates: Rates,
        room: asyncio.Semaphore,
    ) -> None:
        self._service = service
        self._operation = operation
        self._handler: Any = handler
        self._checker = checker
        self._rates = rates
        self._room = room

    async def answer(self, request: Request) -> Response:
        """Answer a request, whatever it holds."""
        request_id, language = new_id(), _language(request)
        with self._service.metrics.watch(self._operation.name) as observed:
            try:
                response = await self._respond(request, request_id)
            except Refusal as refusal:
                response = problems.problem_response(refusal, language, request_id)
            except ClientDisconnect:
                response = Response(status_code=400)  # nobody is there to read it
            except Exception as error:
                told = await run_in_threadpool(self._refusal_for, error, request, request_id)
                response = problems.problem_response(told, language, request_id)
            observed.status = response.status_code
        for name, value in getattr(request.state, "left", {}).items():
            response.headers.setdefault(name, value)
        return _finished(response, request_id)

    def _refusal_for(self, error: Exception, request: Request, request_id: str) -> Refusal:
        """Return what is told of what went wrong here, and write down what it was."""
        with contextlib.suppress(SignKitError):  # the database is away, which is what went wrong
            tenant = getattr(request.state, "tenant", None)
            if tenant is not None and self._service.tenants.find(tenant) is None:
                _log.warning("request %s: tenant %s was deleted meanwhile", request_id, tenant)
                return problems.no_credentials()
        _log.error("request %s", request_id, exc_info=error)
        is_away = isinstance(error, (ServiceError, FileUnusable, WorkerLost))
        return problems.unavailable() if is_away else problems.fault()

    async def _respond(self, request: Request, request_id: str) -> Response:
        origin = origin_of(request, self._service.own.proxy)
        if self._operation.permission is None:
            values = self._checker.parameters(self._operation, parameters_of(request))
            answer = await run_in_threadpool(self._handler, self._service, values)
            return self._written(answer, request)
        tenant, principal = await run_in_threadpool(self._admit, request, origin, request_id)
        async with AsyncExitStack() as stack:
            try:
                values = self._checker.parameters(self._operation, parameters_of(request))
                sent = await read_body(request, self._operation, tenant.store.spool, self._service.own.most_bytes)
                stack.callback(sent.remove)
                if sent.waiting is not None:
                    await stack.enter_async_context(self._room)
                    await run_in_threadpool(sent.parse)
            except Refusal as refusal:
                await run_in_threadpool(self._log, tenant, principal, origin, request_id, refusal.status, None)
                raise
            if sent.media_type:  # it may have taken hours to come, and the key may have been revoked meanwhile
                await run_in_threadpool(self._known, request, origin)
            call = Call(
                self._service, self._operation, tenant, principal, values, sent.body, sent.uploads,
                _language(request), request_id, origin,
            )  # fmt: skip
            answer = await run_in_threadpool(self._perform, call, sent)
        return self._written(answer, request)

    def _admit(self, request: Request, origin: str, request_id: str) -> tuple[Tenant, Principal]:
        tenant, principal = self._known(request, origin)
        request.state.left = self._rates.take(tenant.id)
        permission = self._operation.permission or ""
        if permission not in principal.permissions:
            self._log(tenant, principal, origin, request_id, 403, None)
            raise problems.forbidden(permission)
        return tenant, principal

    def _known(self, request: Request, origin: str) -> tuple[Tenant, Principal]:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        admitted = admit_key(self._service.tenants, key.strip(), origin) if scheme.lower() == "bearer" else None
        if admitted is None:
            raise problems.no_credentials()
        request.state.tenant = admitted[0].id
        return admitted

    def _perform(self, call: Call, sent: Sent) -> Answer:
        """Do what was asked for, once, and write it down."""
        status, subject = 500, None
        try:
            answer = self._once(call, sent)
            status, subject = answer.status, answer.subject
        except Refusal as refusal:
            status = refusal.status
            raise
        finally:
            self._log(call.tenant, call.principal, call.origin, call.request_id, status, subject)
        return answer

    def _once(self, call: Call, sent: Sent) -> Answer:
        schema = self._operation.bodies.get(sent.media_type)
        if schema is not None:
            self._checker.body(schema, _whole(sent))
        key = call.values.get("Idempotency-Key")
        if key is None or not self._operation.keeps_answer:
            return self._told(call)
        said = f"{call.operation.name} {sorted(call.values.items(), key=str)} {sent.digest()}"
        return repeats.answer_once(call, key, said, lambda: self._told(call))

    def _told(self, call: Call) -> Answer:
        """Call the handler; what the rooms below refuse is a problem of the request."""
        try:
            answer: Answer = self._handler(call)
        except (ServiceError, FileUnusable):
            raise
        except SignKitError as error:
            raise Refusal.of(error) from error
        wrong = self._checker.answer(self._operation, answer.status, answer.media_type, answer.body)
        if wrong is not None:
            raise AssertionError(f"{self._operation.name} answers otherwise than the document says: {wrong}")
        return answer

    def _log(
        self, tenant: Tenant, principal: Principal, origin: str, request_id: str, status: int, subject: str | None
    ) -> None:
        if not self._operation.logged:
            return
        with tenant.store.writing() as connection:
            now = tenant.store.now()
            count_usage(connection, self._operation.name, now)
            write_operation(
                connection, now, request=request_id, actor=str(principal), origin=origin,
                action=self._operation.name, subject=subject, status=status,
            )  # fmt: skip

    def _written(self, answer: Answer, request: Request) -> Response:
        headers = dict(answer.headers)
        if answer.etag is not None:
            headers["etag"] = answer.etag
            if request.method in _READS and names_etag(
                request.headers.get("if-none-match", ""), answer.etag, weak=True
            ):
                return Response(status_code=304, headers=headers)
        if isinstance(answer.body, Iterator):
            return StreamingResponse(answer.body, answer.status, headers, answer.media_type)
        return Response(
            _bytes(answer.body), answer.status, headers, answer.media_type if answer.body is not None else None
        )


def _bytes(body: Any) -> bytes:
    if body is None or isinstance(body, bytes):
        return body or b""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _whole(sent: Sent) -> Any:
    """Return a body as its schema sees it: a form's files are texts there (OpenAPI 3.1 4.8.14.4)."""
    if sent.media_type == JSON:
        return sent.body
    if sent.body is None:
        return ""
    return {**sent.body, **dict.fromkeys(sent.uploads, "")}


def _finished(response: Response, request_id: str) -> Response:
    response.headers["x-request-id"] = request_id
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
