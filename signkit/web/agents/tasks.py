"""What is asked of a person's agents: one signature on one document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from signkit.web.api.database import StoreConnection
from signkit.web.api.identifiers import new_id
from signkit.web.api.store import moment

TaskState = Literal["waiting", "signed", "refused", "withdrawn", "expired"]
#: Of the table of tasks, in the order of `AgentTask`.
COLUMNS = "id, person, sha256, role, title, asked_at, expires_at, state, result, reason"
#: So long a signature is waited for.
_LIFE = timedelta(hours=12)
#: Longer reasons are cut.
MOST_REASON = 300


@dataclass(frozen=True)
class AgentTask:
    """One signature that is asked for.

    Attributes:
        person: who is to sign; only their own agents are asked.
        sha256: of the document, as the person saw it.
        role: as which party.
        result: the SHA-256 of the signed document.
        reason: why it was refused, in the agent's words.
    """

    id: str
    person: str
    sha256: str
    role: str
    title: str
    asked_at: str
    expires_at: str
    state: TaskState = "waiting"
    result: str | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what an agent is told."""
        return {
            "id": self.id, "sha256": self.sha256, "role": self.role, "title": self.title, "asked_at": self.asked_at,
            "expires_at": self.expires_at,
        }  # fmt: skip


def ask_agent_to_sign(
    connection: StoreConnection, person: str, sha256: str, role: str, title: str, now: datetime
) -> AgentTask:
    """Ask a person's agents for a signature; what was asked for the same before is the same task."""
    known = connection.execute(
        f"SELECT {COLUMNS} FROM agent_task"  # noqa: S608
        " WHERE person = ? AND sha256 = ? AND role = ? AND state = 'waiting' AND expires_at > ?",
        (person, sha256, role, moment(now)),
    ).fetchone()
    if known is not None:
        return read_task(known)
    task = AgentTask(new_id(), person, sha256, role, title, moment(now), moment(now + _LIFE))
    connection.execute(
        f"INSERT INTO agent_task ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            task.id, task.person, task.sha256, task.role, task.title, task.asked_at, task.expires_at, task.state,
            None, None,
        ),
    )  # fmt: skip
    return task


def find_agent_task(connection: StoreConnection, id_: str, person: str, now: datetime) -> AgentTask | None:
    """Return a task of a person; None where there is none of theirs."""
    row = connection.execute(
        f"SELECT {COLUMNS} FROM agent_task WHERE id = ? AND person = ?",  # noqa: S608
        (id_, person),
    ).fetchone()
    return as_of(read_task(row), now) if row else None


def tasks_of(connection: StoreConnection, person: str, now: datetime, most: int = 50) -> list[AgentTask]:
    """Return a person's newest tasks that are asked for one by one, the newest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM agent_task WHERE person = ?"  # noqa: S608
        " AND id NOT IN (SELECT task FROM agent_list_task) ORDER BY id DESC LIMIT ?",
        (person, most),
    )
    return [as_of(read_task(row), now) for row in rows]


def waiting_task(connection: StoreConnection, person: str, now: datetime) -> AgentTask | None:
    """Return the one that has waited longest; None where nothing does."""
    row = connection.execute(
        f"SELECT {COLUMNS} FROM agent_task"  # noqa: S608
        " WHERE person = ? AND state = 'waiting' AND expires_at > ? ORDER BY id LIMIT 1",
        (person, moment(now)),
    ).fetchone()
    return read_task(row) if row else None


def note_result(connection: StoreConnection, task: AgentTask, result: str) -> None:
    """Say what is about to be taken for a task, so that a server that is killed then knows it when it comes again."""
    connection.execute("UPDATE agent_task SET result = ? WHERE id = ? AND state = 'waiting'", (result, task.id))


def end_task(
    connection: StoreConnection,
    task: AgentTask,
    state: TaskState,
    *,
    result: str | None = None,
    reason: str | None = None,
) -> bool:
    """Say what became of a task; False where it had ended before."""
    ended = connection.execute(
        "UPDATE agent_task SET state = ?, result = ?, reason = ? WHERE id = ? AND state = 'waiting'",
        (state, result, reason[:MOST_REASON] if reason else None, task.id),
    )
    return ended.rowcount > 0


def read_task(row: Sequence[Any]) -> AgentTask:
    """Return a task from its row in the store."""
    return AgentTask(*row)


def as_of(task: AgentTask, now: datetime) -> AgentTask:
    """Return a task as it is at a time: nobody writes down that one is over."""
    if task.state == "waiting" and task.expires_at <= moment(now):
        return replace(task, state="expired")
    return task
