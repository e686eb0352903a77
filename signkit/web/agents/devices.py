"""The agents of a tenant, each of one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from signkit.web.agents.proof import CLOCKS, CallProof, fingerprint, read_proof
from signkit.web.api.database import StoreConnection
from signkit.web.api.document import ApiDocument
from signkit.web.api.identifiers import new_id
from signkit.web.api.store import moment
from signkit.web.api.tenants import Tenant, Tenants
from signkit.web.people.accounts import Person, find_person

#: The permission that asks agents, and that an agent's person has.
TO_SIGN = "signing:write"
_COLUMNS = "id, person, name, key, paired_at, seen_at, revoked_at"


class AnotherTime(Exception):
    """A call is from an agent whose clock differs from ours by more than is taken."""


@dataclass(frozen=True)
class Agent:
    """One agent.

    Attributes:
        person: the id of the person whose it is.
        name: of the PC, as it said itself.
        key: its public key (Ed25519, 32 bytes).
        paired_at, seen_at, revoked_at: as `signkit.web.api.store.moment` writes them.
    """

    id: str
    person: str
    name: str
    key: bytes
    paired_at: str
    seen_at: str | None = None
    revoked_at: str | None = None

    @property
    def fingerprint(self) -> str:
        """What the agent shows as well."""
        return fingerprint(self.key)


def add_agent(connection: StoreConnection, person: Person, name: str, key: bytes, now: str) -> Agent:
    """Make an agent that a person paired."""
    agent = Agent(new_id(), person.id, name, key, now)
    connection.execute(
        f"INSERT INTO agent ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (agent.id, agent.person, agent.name, agent.key, agent.paired_at, None, None),
    )
    return agent


def agents_of(connection: StoreConnection, person: Person) -> list[Agent]:
    """Return a person's agents that are good, the newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM agent WHERE person = ? AND revoked_at IS NULL ORDER BY id DESC",  # noqa: S608
        (person.id,),
    )
    return [_agent(row) for row in rows]


def find_agent(connection: StoreConnection, id_: str) -> Agent | None:
    """Return an agent, also a revoked one; None where there is none."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM agent WHERE id = ?", (id_,)).fetchone()  # noqa: S608
    return _agent(row) if row else None


def revoke_agent(connection: StoreConnection, agent: Agent, now: str) -> None:
    """Let an agent be good no more; it stays, for the log names it."""
    connection.execute("UPDATE agent SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (now, agent.id))


def admit_agent(
    tenants: Tenants, document: ApiDocument, headers: Mapping[str, str], method: str, path: str
) -> tuple[Tenant, Agent, CallProof] | None:
    """Return whose call it is; None where its agent is not good (any more), or the call is not its own, or a repeat.

    Raises:
        AnotherTime: the agent made it, and its clock is another: only who has its key hears that.

    Args:
        document: says what the role of the agent's person allows: to sign, or no agent of theirs is let in.
        path: with its query, as it was asked for.
    """
    proof = read_proof(headers)
    if proof is None:
        return None
    tenant_id, _, agent_id = proof.id.partition(".")
    tenant = tenants.find(tenant_id)
    if tenant is None:
        return None
    now = tenant.store.clock()
    with tenant.store.reading() as connection:
        agent = find_agent(connection, agent_id)
        person = find_person(connection, agent.person) if agent else None
    if agent is None or agent.revoked_at is not None or person is None or person.disabled_at is not None:
        return None
    may_sign = TO_SIGN in person.principal(document).permissions
    if not may_sign or not proof.is_of(agent.key, method, path):
        return None
    if not proof.is_made_at(now):
        raise AnotherTime
    with tenant.store.writing() as connection:
        connection.execute("DELETE FROM agent_nonce WHERE at < ?", (moment(now - 3 * CLOCKS),))
        new = connection.execute(
            "INSERT INTO agent_nonce (agent, nonce, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (agent.id, proof.nonce, moment(now)),
        )
        connection.execute("UPDATE agent SET seen_at = ? WHERE id = ?", (moment(now), agent.id))
    return (tenant, agent, proof) if new.rowcount else None


def _agent(row: Sequence[Any]) -> Agent:
    return Agent(row[0], row[1], row[2], bytes(row[3]), *row[4:7])
