"""What people do at the pages of this room, written into the tenant's operation log as the API's calls are."""

from __future__ import annotations

from signkit.web.api.database import StoreConnection
from signkit.web.api.identifiers import new_id
from signkit.web.api.operation_log import write_operation
from signkit.web.api.tenants import Tenant


def write_act(
    connection: StoreConnection,
    tenant: Tenant,
    action: str,
    *,
    actor: str,
    origin: str,
    subject: str | None = None,
    status: int = 200,
) -> None:
    """Write an act down, in the transaction in which it is done.

    Args:
        actor: ``person:ID`` or ``nobody``.
        origin: the address that it came from.
        subject: the id or digest that it was about; never a name.
    """
    write_operation(
        connection, tenant.store.now(), request=new_id(), actor=actor, origin=origin, action=action, subject=subject,
        status=status,
    )  # fmt: skip


def actor_of(person: str) -> str:
    """Return a person as the log names them."""
    return f"person:{person}"
