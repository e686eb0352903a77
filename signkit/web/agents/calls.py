"""The addresses that agents call, under ``/agent/v1``: ``agents.yaml`` describes them, and each is held against it.

Nothing here knows a cookie or an API key; what an agent may is what its person was asked for.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from signkit.errors import InputUnreadable, ServiceError, SigningRefused
from signkit.web.agents.devices import Agent, AnotherTime, admit_agent
from signkit.web.agents.lists import AgentList, end_list, find_list, list_with
from signkit.web.agents.pairings import SECONDS, Pairings
from signkit.web.agents.proof import CallProof
from signkit.web.agents.taking import BROKEN, TaskEnded, take_from_agent
from signkit.web.agents.tasks import AgentTask, end_task, find_agent_task, waiting_task
from signkit.web.api import problems
from signkit.web.api.calls import JSON, Refusal
from signkit.web.api.checks import Checker
from signkit.web.api.document import Operation, load_document
from signkit.web.api.identifiers import new_id
from signkit.web.api.operation_log import write_operation
from signkit.web.api.places import ELSEWHERE
from signkit.web.api.requests import language_of, origin_of, parameters_of, parse_json, spool_body
from signkit.web.api.service import Service
from signkit.web.api.tenants import Tenant
from signkit.web.api.unfit import UnfitPart
from signkit.web.common.guard import TooMuchSent
from signkit.web.office.desks import Desks
from signkit.web.office.door import origin_of_pages
from signkit.web.office.tenant_office import TenantOffice
from signkit.web.people.accounts import find_person
from signkit.words import Text, printable
from signkit.workers import WorkerLost

_log = logging.getLogger("signkit.service")
#: Longer is nobody kept waiting for a task, seconds.
_LONGEST_WAIT = 25
_MOST_WORDS = 16 * 1024
_MOST_NAME = 60
_KEY_BYTES = 32

#: What describes these addresses.
DOCUMENT = Path(__file__).parent / "agents.yaml"
_Answer = Callable[[Request, Operation], Awaitable[Response]]


class AgentCalls:
    """What answers agents.

    Args:
        desks: whose offices hold the documents.
    """

    def __init__(self, service: Service, desks: Desks, pairings: Pairings) -> None:
        self._service = service
        self._desks = desks
        self._pairings = pairings
        self.document = load_document(DOCUMENT)
        self._checker = Checker(self.document)
        answers: Mapping[str, _Answer] = {
            "describeAgentCalls": self.describe, "beginPairing": self.begin_pairing, "askPairing": self.ask_pairing,
            "nextAgentTask": self.next_task, "getAgentDocument": self.hand_out, "sendSignedDocument": self.take,
            "refuseAgentTask": self.refuse, "getAgentList": self.tell_list, "refuseAgentList": self.refuse_list,
        }  # fmt: skip
        self.app = Starlette(routes=[self._route(each, answers[each.name]) for each in self.document.operations])

    def _route(self, operation: Operation, answer: _Answer) -> Route:
        async def respond(request: Request) -> Response:
            language = language_of(request.headers.get("accept-language", ""))
            try:
                response = await answer(request, operation)
            except Refusal as refusal:
                response = problems.problem_response(refusal, language, new_id())
            except ClientDisconnect:
                return Response(status_code=400)
            except ServiceError as error:  # another node has the office, or the database is away: later
                _log.warning("%s: %s", operation.name, error.message("en"))
                away = problems.elsewhere() if error.code == ELSEWHERE else problems.unavailable()
                response = problems.problem_response(away, language, new_id())
            except Exception as error:
                request_id = new_id()
                _log.exception("request %s", request_id, exc_info=error)
                response = problems.problem_response(problems.fault(), language, request_id)
            self._check(operation, response)
            return response

        return Route(operation.path, respond, methods=[operation.method], name=operation.name)

    def _check(self, operation: Operation, response: Response) -> None:
        """See that an answer is as the document says."""
        is_file = isinstance(response, FileResponse)
        body = b"" if is_file else json.loads(bytes(response.body))
        wrong = self._checker.answer(operation, response.status_code, response.media_type or "", body)
        if wrong is not None:
            raise AssertionError(f"{operation.name} answers otherwise than the document says: {wrong}")

    async def describe(self, request: Request, operation: Operation) -> Response:
        """Hand out the document."""
        del request, operation
        return JSONResponse(self.document.content)

    async def begin_pairing(self, request: Request, operation: Operation) -> Response:
        """Give a code to an agent that nobody knows yet."""
        sent = await self._read_words(request, operation)
        name, key = printable(sent["name"])[:_MOST_NAME].strip(), _key(sent["key"])
        begun = await run_in_threadpool(self._pairings.begin, name or "PC", key, self._origin(request))
        if begun is None:
            raise problems.too_many(SECONDS)
        pairing, secret = begun
        told = {
            "code": f"{pairing.code[:4]}-{pairing.code[4:]}", "secret": secret, "seconds": SECONDS,
            "page": f"{origin_of_pages(self._service)}/agents",
        }  # fmt: skip
        return JSONResponse(told, 201)

    async def ask_pairing(self, request: Request, operation: Operation) -> Response:
        """Tell an agent whether its owner agreed."""
        sent = await self._read_words(request, operation)
        pairing = await run_in_threadpool(self._pairings.by_secret, sent["secret"])
        if pairing is None:
            raise problems.unknown("pairing")
        return JSONResponse({"id": pairing.became})

    async def next_task(self, request: Request, operation: Operation) -> Response:
        """Tell an agent what is asked of its person; wait a while where nothing is."""
        tenant, agent, _ = await self._admit(request)
        asked = self._checker.parameters(operation, parameters_of(request))
        left = min(int(asked.get("wait", 0)), _LONGEST_WAIT)
        while True:
            task = await run_in_threadpool(_waiting, tenant, agent)
            if task is not None or left <= 0 or await request.is_disconnected():
                return JSONResponse({"task": task})
            left -= 1
            await asyncio.sleep(1)

    async def hand_out(self, request: Request, operation: Operation) -> Response:
        """Hand out the document that a task is about."""
        del operation
        tenant, agent, _ = await self._admit(request)
        task = await run_in_threadpool(self._task, request, tenant, agent)
        office = await run_in_threadpool(self._desks.office_of, tenant)
        try:
            path = await run_in_threadpool(office.path_of, task.sha256)
        except InputUnreadable as error:
            # Nobody can sign it any more; the next task is not to wait behind it.
            raise _over(await run_in_threadpool(_withdraw, tenant, task)) from error
        await run_in_threadpool(self._write, request, tenant, agent, "agentDocument", task.sha256, 200)
        return FileResponse(path, media_type="application/pdf")

    async def take(self, request: Request, operation: Operation) -> Response:
        """Take the signed document; once."""
        del operation
        tenant, agent, proof = await self._admit(request)
        task = await run_in_threadpool(self._task, request, tenant, agent)
        path = await _read_file(request, proof, tenant.store.spool, self._service.own.most_bytes)
        try:
            await run_in_threadpool(self._take, request, tenant, agent, task, path, proof.sha256)
        finally:
            path.unlink(missing_ok=True)
        return JSONResponse({"sha256": proof.sha256})

    async def refuse(self, request: Request, operation: Operation) -> Response:
        """Take a refusal, with its reason."""
        tenant, agent, proof = await self._admit(request)
        sent = await self._read_words(request, operation, proof)
        task = await run_in_threadpool(self._task, request, tenant, agent)
        reason = printable(sent["reason"])
        await run_in_threadpool(_end_refused, tenant, task, reason)
        await run_in_threadpool(self._write, request, tenant, agent, "agentRefused", task.sha256, 200)
        return JSONResponse({})

    async def tell_list(self, request: Request, operation: Operation) -> Response:
        """Tell an agent all that a list asks for."""
        del operation
        tenant, agent, _ = await self._admit(request)
        asked = await run_in_threadpool(_list, request, tenant, agent)
        return JSONResponse(asked.to_json())

    async def refuse_list(self, request: Request, operation: Operation) -> Response:
        """Take it that nothing more of a list is signed, with the reason."""
        tenant, agent, proof = await self._admit(request)
        sent = await self._read_words(request, operation, proof)
        asked = await run_in_threadpool(_list, request, tenant, agent)
        await run_in_threadpool(_refuse_list, tenant, asked, printable(sent["reason"]))
        await run_in_threadpool(self._write, request, tenant, agent, "agentRefusedList", asked.sha256, 200)
        return JSONResponse({})

    async def _read_words(
        self, request: Request, operation: Operation, proof: CallProof | None = None
    ) -> dict[str, Any]:
        """Return the JSON object that was sent; of a call with a proof, the one that it is about."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _MOST_WORDS:
                raise problems.too_large(_MOST_WORDS)
        if proof is not None and hashlib.sha256(body).hexdigest() != proof.sha256:
            raise Refusal(401, "agent-unknown", _UNKNOWN)
        sent: dict[str, Any] = parse_json([body])
        self._checker.body(operation.bodies[JSON], sent)
        return sent

    async def _admit(self, request: Request) -> tuple[Tenant, Agent, CallProof]:
        query = request.url.query
        path = request.url.path + (f"?{query}" if query else "")
        service = self._service
        try:
            admitted = await run_in_threadpool(
                admit_agent, service.tenants, service.document, request.headers, request.method, path
            )
        except AnotherTime as error:
            raise Refusal(401, "agent-clock", _ANOTHER_TIME) from error
        if admitted is None:
            raise Refusal(401, "agent-unknown", _UNKNOWN, hint=_PAIR_AGAIN)
        return admitted

    def _task(self, request: Request, tenant: Tenant, agent: Agent) -> AgentTask:
        with tenant.store.reading() as connection:
            task = find_agent_task(connection, request.path_params["id"], agent.person, tenant.store.clock())
        if task is None:
            raise problems.unknown("task")
        if task.state != "waiting":
            raise _over(task)
        return task

    def _take(self, request: Request, tenant: Tenant, agent: Agent, task: AgentTask, path: Path, sha256: str) -> None:
        try:
            with tenant.place.hold():
                take_from_agent(self._seat(tenant, agent), task, path, sha256)
        except TaskEnded as ended:
            raise _over(ended.task) from ended
        except WorkerLost as error:
            self._write(request, tenant, agent, "agentSigned", task.sha256, 422)
            raise Refusal(422, "document-unusable", BROKEN) from error
        except (InputUnreadable, SigningRefused) as error:
            self._write(request, tenant, agent, "agentSigned", task.sha256, 422)
            raise Refusal.of(error) from error
        self._write(request, tenant, agent, "agentSigned", sha256, 200)

    def _seat(self, tenant: Tenant, agent: Agent) -> TenantOffice:
        """Return the office as the agent's person has it: what their PC hands in, they hand in."""
        with tenant.store.reading() as connection:
            person = find_person(connection, agent.person)
        office = self._desks.office_of(tenant)
        return office.seat(person) if person is not None else office

    def _write(self, request: Request, tenant: Tenant, agent: Agent, action: str, subject: str, status: int) -> None:
        with tenant.store.writing() as connection:
            write_operation(
                connection, tenant.store.now(), request=new_id(), actor=f"agent:{agent.id}",
                origin=self._origin(request), action=action, subject=subject, status=status,
            )  # fmt: skip

    def _origin(self, request: Request) -> str:
        return origin_of(request, self._service.own.proxy)


def _over(task: AgentTask) -> Refusal:
    return Refusal(409, "task-over", _OVER, members={"state": task.state, "result": task.result})


def _withdraw(tenant: Tenant, task: AgentTask) -> AgentTask:
    with tenant.store.writing() as connection:
        end_task(connection, task, "withdrawn")
    return replace(task, state="withdrawn")


def _end_refused(tenant: Tenant, task: AgentTask, reason: str) -> None:
    with tenant.store.writing() as connection:
        end_task(connection, task, "refused", reason=reason)


def _waiting(tenant: Tenant, agent: Agent) -> dict[str, Any] | None:
    """Return what an agent is told of the task that has waited longest."""
    with tenant.store.reading() as connection:
        task = waiting_task(connection, agent.person, tenant.store.clock())
        list_ = list_with(connection, task) if task is not None else None
    return task.to_json() | ({"list": list_} if list_ is not None else {}) if task is not None else None


def _list(request: Request, tenant: Tenant, agent: Agent) -> AgentList:
    """Return the list that an agent asks about, of which something is waited for."""
    with tenant.store.reading() as connection:
        found = find_list(connection, request.path_params["id"], agent.person, tenant.store.clock())
    if found is None or not found.waiting:
        raise problems.unknown("list")
    return found


def _refuse_list(tenant: Tenant, asked: AgentList, reason: str) -> None:
    with tenant.store.writing() as connection:
        end_list(connection, asked, "refused", reason)


async def _read_file(request: Request, proof: CallProof, spool: Path, most: int) -> Path:
    """Put what is sent onto the disk; other bytes than the call's proof names are thrown away."""
    try:
        path, sha256, _ = await spool_body(request, spool, most)
    except TooMuchSent as error:
        raise problems.too_large(most) from error
    if sha256 != proof.sha256:
        path.unlink(missing_ok=True)
        raise Refusal(401, "agent-unknown", _UNKNOWN)
    return path


def _key(text: str) -> bytes:
    try:
        key = b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise problems.unfit_request(UnfitPart("/key", _NO_KEY))
    return key


_NO_KEY = Text("is no Ed25519 key in base64", "base64 で表した Ed25519 の鍵ではありません")
_UNKNOWN = Text("The call is of no agent that is paired.", "登録されたエージェントからの呼び出しではありません。")
_PAIR_AGAIN = Text(
    "Pair it again: signkit agent --desk URL --pair", "もう一度登録してください: signkit agent --desk URL --pair"
)
_ANOTHER_TIME = Text(
    "The clock of this agent's PC is more than five minutes off.",
    "エージェントのパソコンの時計が 5 分を超えてずれています。",
)
_OVER = Text("This signature is not waited for any more.", "この署名の依頼は終了しています。")
