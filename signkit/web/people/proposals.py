"""What a program proposes to delete: nothing by itself, until a person takes it up as what they ask another person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from signkit.web.api.database import StoreConnection
from signkit.web.api.identifiers import new_id
from signkit.web.api.store import StoredDocument, add_document, change_document, find_document, list_documents, moment
from signkit.web.api.tenants import Tenant
from signkit.web.people.approvals import GOOD_FOR, find_approval
from signkit.web.people.declining import Declined
from signkit.web.people.disposing import asked_numbers, numbers_in

KIND = "purge-proposal"
#: How long it is told what became of it.
_KEPT = timedelta(days=400)
_MOST_SHOWN = 100


@dataclass(frozen=True)
class Proposal:
    """Entries that a program would have deleted.

    Attributes:
        facts: what would be asked for (`signkit.web.people.disposing.told`).
        proposed_by: as the operation log names the key.
        approval: what a person made of it; None: nobody took it up.
        is_refused: a person said no before anybody asked.
    """

    id: str
    created_at: str
    facts: dict[str, Any]
    proposed_by: str
    approval: str | None = None
    is_refused: bool = False

    @property
    def expires_at(self) -> str:
        """Until when it can be taken up."""
        return moment(datetime.fromisoformat(self.created_at) + GOOD_FOR)

    def is_waiting(self, now: str) -> bool:
        """Tell whether somebody may take it up."""
        return self.approval is None and not self.is_refused and now < self.expires_at


def propose(connection: StoreConnection, tenant: Tenant, facts: dict[str, Any], actor: str) -> Proposal:
    """Keep a proposal."""
    now = tenant.store.clock()
    made = Proposal(new_id(), moment(now), facts, actor)
    add_document(connection, KIND, made.id, _content(made), made.created_at, moment(now + _KEPT))
    return made


def find_proposal(connection: StoreConnection, id_: str) -> Proposal | None:
    """Return a proposal; None where there is none."""
    found = find_document(connection, KIND, id_)
    return _proposal(found) if found else None


def list_proposals(connection: StoreConnection, after: str | None = None, limit: int = _MOST_SHOWN) -> list[Proposal]:
    """Return proposals, the newest first, behind the id ``after``."""
    return [_proposal(each) for each in list_documents(connection, KIND, after, limit)]


def numbers_under_way(connection: StoreConnection, tenant: Tenant) -> set[int]:
    """Return the numbers of the entries that wait to be deleted: proposed and not taken up, or asked for."""
    now = tenant.store.now()
    rows = connection.execute(
        "SELECT id FROM document WHERE kind = ? AND created_at > ?", (KIND, moment(tenant.store.clock() - GOOD_FOR))
    )
    known = (find_proposal(connection, id_) for (id_,) in rows.fetchall())
    waiting_ones = (each for each in known if each is not None and each.is_waiting(now))
    return asked_numbers(connection, tenant).union(*(numbers_in(each.facts) for each in waiting_ones))


def state_of(connection: StoreConnection, tenant: Tenant, proposal: Proposal) -> str:
    """Return what became of a proposal."""
    now = tenant.store.now()
    if proposal.approval is None:
        return "refused" if proposal.is_refused else "proposed" if proposal.is_waiting(now) else "expired"
    asked = find_approval(connection, proposal.approval)
    return "expired" if asked.state == "open" and asked.expires_at <= now else asked.state


def take_up(connection: StoreConnection, tenant: Tenant, id_: str, approval: str | None) -> None:
    """Say that a person asked another one for what was proposed, or (None) refuses it.

    Raises:
        Declined("approval_over"): somebody did before, or it is too late.
    """
    proposal = waiting(connection, tenant, id_)
    content = _content(proposal) | {"approval": approval, "is_refused": approval is None}
    change_document(connection, KIND, id_, content)


def waiting(connection: StoreConnection, tenant: Tenant, id_: str) -> Proposal:
    """Return a proposal that waits.

    Raises:
        Declined("approval_over"): there is none.
    """
    proposal = find_proposal(connection, id_)
    if proposal is None or not proposal.is_waiting(tenant.store.now()):
        raise Declined("approval_over", 409)
    return proposal


def _content(proposal: Proposal) -> dict[str, Any]:
    return {
        "facts": proposal.facts, "proposed_by": proposal.proposed_by, "approval": proposal.approval,
        "is_refused": proposal.is_refused,
    }  # fmt: skip


def _proposal(found: StoredDocument) -> Proposal:
    return Proposal(found.id, found.created_at, **found.content)
