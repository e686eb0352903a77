"""A tenant's archive, opened: made with its first use; what is wrong with it is the operator's to mend."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from signkit.errors import ArchiveError, InputUnreadable, ServiceError
from signkit.web.api import problems
from signkit.web.api.calls import Refusal
from signkit.web.api.places import ELSEWHERE
from signkit.web.api.tenants import Tenant

if TYPE_CHECKING:
    from signkit.archive.store import Archive

_log = logging.getLogger("signkit.service")
#: What a tenant can do nothing about.
_OURS = ("archive-missing", "archive-newer", "archive-torn", "archive-busy", "archive-read-only")
#: Of those who come first at the same time one makes the archive; of nodes one is at its place.
_MAKING = threading.Lock()


def make_archive(tenant: Tenant) -> None:
    """Make a tenant's archive where there is none yet.

    Raises:
        ArchiveError, FileUnusable: see `signkit.archive.store.create_archive`.
    """
    from signkit.archive.store import LEDGER, create_archive

    with _MAKING, tenant.place.hold():
        if not (tenant.archive_folder / LEDGER).exists():
            tenant.place.require_archive(None)
            create_archive(tenant.archive_folder, clock=tenant.store.clock)


@contextlib.contextmanager
def opened(tenant: Tenant) -> Iterator[Archive]:
    """Give a tenant's archive; it is made where there is none yet.

    Raises:
        Refusal("unavailable"): it cannot be used, or a file in it is damaged.
        Refusal("not-found"): there is no such entry.
        Refusal("archive-elsewhere"): another node works on it.
    """
    from signkit.archive.store import open_archive

    try:
        make_archive(tenant)
        with tenant.place.hold(), open_archive(tenant.archive_folder, tenant.store.clock) as archive:
            tenant.place.require_archive(archive.setting("identity"))
            yield archive
    except ServiceError as error:
        if error.code == ELSEWHERE:
            raise problems.elsewhere() from error
        raise
    except ArchiveError as error:
        if error.code == "entry-unknown":
            raise problems.unknown("entry") from error
        if error.code in _OURS:
            raise _told_operator(tenant) from error
        raise
    except InputUnreadable as error:
        raise _told_operator(tenant) from error


def _told_operator(tenant: Tenant) -> Refusal:
    """Write down what is wrong, and return what the tenant is told: not where the archive lies."""
    _log.exception("the archive of tenant %s", tenant.id)
    return problems.unavailable()
