"""What the agent asks its office: each call with a proof of its own, every answer bounded and believed in nothing."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from signkit.client.connection import require_safe
from signkit.errors import InputUnreadable, ServiceError
from signkit.limits import PDF_BYTES, size_in_words
from signkit.pki.http import AnswerTooLong, HttpAnswer, HttpFailure, exchange
from signkit.web.agent_program.device import Device
from signkit.web.agents.proof import make_proof
from signkit.web.desk.many_work import MOST_ROWS
from signkit.words import Language, Text, printable

_PATH = "/agent/v1"
_MOST_WORDS, _MOST_LIST = 64 * 1024, 4 * 1024 * 1024
_SECONDS = 120.0
_WAIT = 20
_MOST_TITLE = 200


@dataclass(frozen=True)
class Begun:
    """A pairing that was begun: what its owner types, where, and for how long it is good."""

    code: str
    page: str
    secret: str
    seconds: int


@dataclass(frozen=True)
class Asked:
    """What the office asks for, as it says itself.

    Attributes:
        list: what it belongs to, where it can be signed with others as one.
    """

    id: str
    sha256: str
    role: str
    title: str
    list: str | None = None


@dataclass(frozen=True)
class AskedList:
    """What the office says that it asks for as one."""

    id: str
    tasks: tuple[Asked, ...]


class TaskOver(Exception):
    """The office does not wait for this signature any more; ``state`` says why, ``result`` what it took instead."""

    def __init__(self, state: str, result: str | None = None) -> None:
        super().__init__(state)
        self.state = state
        self.result = result


@dataclass(frozen=True)
class OfficeServer:
    """The office's server.

    Args:
        device: who this agent is to it.
    """

    device: Device
    language: Language = "ja"

    def __post_init__(self) -> None:
        require_safe(self.device.desk)

    def begin_pairing(self, name: str) -> Begun:
        """Ask for a code.

        Raises:
            ServiceError: see `_answer`.
        """
        told = self._words("POST", "/pairings", {"name": name, "key": b64encode(self.device.public).decode()})
        try:
            return Begun(printable(str(told["code"]))[:20], self.device.desk + "/agents", str(told["secret"]),
                         min(int(told["seconds"]), 3600))  # fmt: skip
        except (KeyError, ValueError, TypeError) as error:
            raise self._odd("no code") from error

    def ask_pairing(self, begun: Begun) -> str | None:
        """Return who this agent is now; None while its owner has not agreed.

        Raises:
            ServiceError("agent-not-paired"): the office knows nothing of this pairing any more.
        """
        try:
            became = self._words("POST", "/pairings/ask", {"secret": begun.secret}).get("id")
        except TaskOver as over:
            raise ServiceError("agent-not-paired", url=self.device.desk) from over
        return became if isinstance(became, str) and len(became) <= 100 else None

    def next_task(self, wait: int | None = None) -> Asked | None:
        """Return what is asked for; None where nothing was within ``wait`` seconds (None: as long as one waits)."""
        try:
            task = self._words("GET", f"/tasks?wait={_WAIT if wait is None else wait}").get("task")
        except TaskOver as over:
            raise self._odd("no list of tasks") from over
        return self._task(task) if task is not None else None

    def asked_list(self, id_: str) -> AskedList:
        """Return all that a list asks for.

        Raises:
            TaskOver: the office asks for nothing of it any more.
            ServiceError: see `_answer`.
        """
        told = self._words("GET", f"/lists/{id_}", most=_MOST_LIST)
        found = told.get("tasks")
        if not isinstance(found, list) or not 0 < len(found) <= MOST_ROWS:
            raise self._odd("no list")
        return AskedList(id_, tuple(self._task(each) for each in found))

    def _task(self, task: Any) -> Asked:
        try:
            texts = [task[name] for name in ("id", "sha256", "role", "title")]
            list_ = task.get("list")
        except (KeyError, TypeError, AttributeError) as error:
            raise self._odd("no task") from error
        if not all(isinstance(each, str) and 0 < len(each) <= 1000 for each in [*texts, list_ or "none"]):
            raise self._odd("no task")
        return Asked(texts[0], texts[1], texts[2], printable(texts[3])[:_MOST_TITLE], list_)

    def document(self, task: Asked) -> bytes:
        """Return the document that a task is said to be about.

        Raises:
            TaskOver: the office has it no more.
            InputUnreadable: it is larger than any that is signed here.
            ServiceError: see `_answer`.
        """
        try:
            return self._call("GET", f"/tasks/{task.id}/document", limit=PDF_BYTES).body
        except AnswerTooLong as error:
            raise InputUnreadable(task.title, _TOO_LARGE.filled(most=size_in_words(PDF_BYTES))) from error

    def send_signed(self, task: Asked, pdf: bytes) -> None:
        """Send the signed document.

        Raises:
            TaskOver: nobody waits for it.
            ServiceError: see `_answer`; "server-unreachable": it may have arrived, or not: send it again.
        """
        self._call("POST", f"/tasks/{task.id}/signed", pdf)

    def send_refusal(self, task: Asked, reason: str) -> None:
        """Say that the person does not sign, or that the agent does not let them, and why.

        Raises:
            TaskOver, ServiceError: see `send_signed`.
        """
        self._call("POST", f"/tasks/{task.id}/refused", json.dumps({"reason": reason}).encode())

    def refuse_list(self, id_: str, reason: str) -> None:
        """Say that nothing more of a list is signed, and why.

        Raises:
            TaskOver, ServiceError: see `send_signed`.
        """
        self._call("POST", f"/lists/{id_}/refused", json.dumps({"reason": reason}).encode())

    def _words(
        self, method: str, path: str, sent: dict[str, Any] | None = None, most: int = _MOST_WORDS
    ) -> dict[str, Any]:
        body = json.dumps(sent).encode() if sent is not None else b""
        try:
            told = json.loads(self._call(method, path, body, most).body)
        except AnswerTooLong as error:
            raise self._odd("too long an answer") from error
        except (ValueError, RecursionError) as error:
            raise self._odd("no JSON") from error
        if not isinstance(told, dict):
            raise self._odd("no object")
        return told

    def _call(self, method: str, path: str, body: bytes = b"", limit: int = _MOST_WORDS) -> HttpAnswer:
        path = _PATH + path
        headers = {"Accept-Language": self.language, "Content-Type": "application/octet-stream"}
        if self.device.id is not None:
            now = datetime.now(UTC)
            headers |= make_proof(self.device.key, self.device.id, method, path, body, now).headers()
        try:
            answer = exchange(
                method, self.device.desk + path, timeout=_SECONDS, limit=limit, headers=headers,
                body=body if method == "POST" else None,
            )  # fmt: skip
        except AnswerTooLong:
            raise
        except HttpFailure as failure:
            raise ServiceError("server-unreachable", url=self.device.desk, cause=failure.cause) from failure
        return self._answer(answer)

    def _answer(self, answer: HttpAnswer) -> HttpAnswer:
        """Return an answer that is no refusal.

        Raises:
            TaskOver: what was asked for is over.
            ServiceError("server-refused", "server-answer"): the office refused, or is none.
            ServiceError("server-unreachable", "agent-clock"): it cannot answer now, or hears nobody with this clock;
                later it may.
        """
        if 200 <= answer.status < 300:
            return answer
        # RFC 9110 15.6, RFC 6585 4: no word on what was sent, so what was signed is kept and sent again.
        if answer.status >= 500 or answer.status == 429:
            raise ServiceError("server-unreachable", url=self.device.desk, cause=f"HTTP status {answer.status}")
        try:
            told = json.loads(answer.body[:_MOST_WORDS])
            code, title = printable(str(told["code"]))[:100], printable(str(told["title"]))[:300]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise self._odd(f"HTTP status {answer.status}") from error
        if answer.status == 409 and code == "task-over":
            raise TaskOver(str(told.get("state")), told.get("result"))
        if answer.status == 404:
            raise TaskOver("gone")
        if answer.status == 401 and code == "agent-clock":  # no word on what was sent: it is good once the clock is
            raise ServiceError("agent-clock", url=self.device.desk)
        raise ServiceError("server-refused", status=answer.status, problem=code, title=title)

    def _odd(self, cause: str) -> ServiceError:
        return ServiceError("server-answer", url=self.device.desk, cause=cause)


_TOO_LARGE = Text("it is larger than {most}", "{most} より大きい文書です")
