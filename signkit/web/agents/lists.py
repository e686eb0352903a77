"""Signatures that are asked for as one: a table's contracts, which one person signs with one yes and one PIN.

Each is a task (`signkit.web.agents.tasks`) and is handed out, taken and refused as such; an agent that knows nothing of
lists signs them one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from signkit.web.agents.tasks import COLUMNS, AgentTask, TaskState, as_of, ask_agent_to_sign, end_task, read_task
from signkit.web.api.database import StoreConnection
from signkit.web.api.identifiers import new_id
from signkit.web.api.store import moment
from signkit.web.desk.batches import digest_of_files

_COLUMNS = "id, person, role, title, sha256, asked_at"


@dataclass(frozen=True)
class AgentList:
    """What is asked for as one.

    Attributes:
        title: what the office calls it.
        sha256: of the list: of a line each, with digest and name (`digest_of_files`).
        tasks: each signature, in the order of the list.
    """

    id: str
    person: str
    role: str
    title: str
    sha256: str
    asked_at: str
    tasks: tuple[AgentTask, ...] = field(default=(), repr=False)

    @property
    def waiting(self) -> list[AgentTask]:
        """The signatures that are waited for."""
        return [each for each in self.tasks if each.state == "waiting"]

    @property
    def counted(self) -> dict[TaskState, int]:
        """How many are how far."""
        return dict(Counter(each.state for each in self.tasks))

    def to_json(self) -> dict[str, Any]:
        """Return what an agent is told: what is waited for."""
        return {
            "id": self.id, "title": self.title, "role": self.role, "tasks": [each.to_json() for each in self.waiting],
        }  # fmt: skip


def ask_agent_for_list(
    connection: StoreConnection, person: str, role: str, title: str, files: Sequence[tuple[str, str]], now: datetime
) -> AgentList:
    """Ask a person's agents for many signatures as one; the same list that is waited for is the same question.

    Args:
        files: of each its SHA-256 and its name.
    """
    sha256 = digest_of_files(files)
    for known in lists_of(connection, person, now):
        if (known.sha256, known.role) == (sha256, role) and len(known.waiting) == len(files):
            return known
    made = AgentList(new_id(), person, role, title, sha256, moment(now))
    connection.execute(
        f"INSERT INTO agent_list ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
        (made.id, person, role, title, sha256, made.asked_at),
    )
    for place, (file, name) in enumerate(files):
        task = ask_agent_to_sign(connection, person, file, role, name, now)
        connection.execute(
            "INSERT INTO agent_list_task (task, list, place) VALUES (?, ?, ?) ON CONFLICT (task)"
            " DO UPDATE SET list = excluded.list, place = excluded.place",
            (task.id, made.id, place),
        )
    found = find_list(connection, made.id, person, now)
    assert found is not None
    return found


def find_list(connection: StoreConnection, id_: str, person: str, now: datetime) -> AgentList | None:
    """Return a list of a person; None where there is none of theirs."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM agent_list WHERE id = ? AND person = ?",  # noqa: S608
        (id_, person),
    ).fetchone()
    return _with_tasks(connection, row, now) if row else None


def lists_of(connection: StoreConnection, person: str, now: datetime, most: int = 20) -> list[AgentList]:
    """Return a person's newest lists, the newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM agent_list WHERE person = ? ORDER BY id DESC LIMIT ?",  # noqa: S608
        (person, most),
    )
    return [_with_tasks(connection, row, now) for row in rows.fetchall()]


def list_with(connection: StoreConnection, task: AgentTask) -> str | None:
    """Return the list that a task belongs to; None where it is asked for by itself."""
    row = connection.execute("SELECT list FROM agent_list_task WHERE task = ?", (task.id,)).fetchone()
    return row[0] if row else None


def end_list(connection: StoreConnection, asked: AgentList, state: TaskState, reason: str | None = None) -> int:
    """Say what became of all of a list that is waited for still; return of how many."""
    return sum(end_task(connection, each, state, reason=reason) for each in asked.waiting)


def _with_tasks(connection: StoreConnection, row: Sequence[Any], now: datetime) -> AgentList:
    columns = ", ".join(f"t.{each}" for each in COLUMNS.split(", "))
    rows = connection.execute(
        f"SELECT {columns} FROM agent_task t JOIN agent_list_task l ON l.task = t.id"  # noqa: S608
        " WHERE l.list = ? ORDER BY l.place",
        (row[0],),
    )
    tasks = tuple(as_of(read_task(each), now) for each in rows.fetchall())
    id_, person, role, title, sha256, asked_at = row
    return AgentList(id_, person, role, title, sha256, asked_at, tasks)
