"""Turns: what only one may do at a time, of all processes that use a tenant's store.

A turn is a lease, as a job's is: it is renewed while its holder works, and that of a node that is gone runs out.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from collections.abc import Iterator

from signkit.errors import ServiceError, SignKitError
from signkit.web.api.database import StoreConnection
from signkit.web.api.leases import LEASE, RENEW_SECONDS
from signkit.web.api.store import Store, moment

#: Longer than several who each take as long as a file may take to be judged.
_PATIENCE_SECONDS = 900.0
_LOOK_SECONDS = 0.1


@contextlib.contextmanager
def turn(store: Store, name: str, patience: float = _PATIENCE_SECONDS) -> Iterator[None]:
    """Be the only one who is at ``name``; wait for another who is.

    Raises:
        ServiceError("store-unusable"): the store is away, or others were at it for all of ``patience``, seconds.
    """
    holder, ended = secrets.token_hex(8), threading.Event()
    _wait(store, name, holder, time.monotonic() + patience)
    renewer = threading.Thread(target=_renew, args=(store, name, holder, ended), daemon=True, name="signkit-turn")
    renewer.start()
    try:
        yield
    finally:
        ended.set()
        renewer.join()
        with contextlib.suppress(SignKitError), store.writing() as connection:  # else it runs out by itself
            end_turn(connection, name, holder)


def take_turn(connection: StoreConnection, store: Store, name: str, holder: str) -> bool:
    """Take a turn unless another has it; tell whether it is ours now, until `end_turn`, or until it runs out."""
    now = store.clock()
    taken = connection.execute(
        "INSERT INTO turn (name, holder, ends_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
        " SET holder = excluded.holder, ends_at = excluded.ends_at WHERE turn.ends_at <= ?",
        (name, holder, moment(now + LEASE), moment(now)),
    )
    return taken.rowcount > 0


def renew_turn(store: Store, name: str, holder: str) -> None:
    """Say that we are still at it."""
    with store.writing() as connection:
        connection.execute(
            "UPDATE turn SET ends_at = ? WHERE name = ? AND holder = ?",
            (moment(store.clock() + LEASE), name, holder),
        )


def end_turn(connection: StoreConnection, name: str, holder: str) -> bool:
    """Let the next one; tell whether the turn was still ours."""
    return connection.execute("DELETE FROM turn WHERE name = ? AND holder = ?", (name, holder)).rowcount > 0


def _wait(store: Store, name: str, holder: str, until: float) -> None:
    while not _take(store, name, holder):
        if time.monotonic() > until:
            raise ServiceError("store-unusable", path=str(store.folder), cause=f"turn: {name}")
        time.sleep(_LOOK_SECONDS)


def _take(store: Store, name: str, holder: str) -> bool:
    with store.reading() as connection:  # nobody is kept from writing by those who wait
        held = connection.execute("SELECT 1 FROM turn WHERE name = ? AND ends_at > ?", (name, store.now())).fetchone()
    if held is not None:
        return False
    with store.writing() as connection:
        return take_turn(connection, store, name, holder)


def _renew(store: Store, name: str, holder: str, ended: threading.Event) -> None:
    while not ended.wait(RENEW_SECONDS):
        with contextlib.suppress(SignKitError):  # a full disk: the next time
            renew_turn(store, name, holder)
