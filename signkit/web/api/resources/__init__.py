"""What the operations of the API do, one file a resource; each names its handlers by their operation ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from signkit.web.api.calls import Answer, Handler
from signkit.web.api.jobs import Worker
from signkit.web.api.resources import (
    archive,
    archive_journal,
    batches,
    certificates,
    consents,
    contracts,
    jobs,
    keys,
    log,
    monitors,
    packs,
    platform,
    purges,
    signing,
    templates,
    validations,
    webhooks,
)

if TYPE_CHECKING:
    from signkit.web.api.service import Service

#: Answers what is open to all: the service, the parameters.
OpenHandler: TypeAlias = Callable[["Service", Mapping[str, Any]], Answer]

_RESOURCES = (
    archive,
    archive_journal,
    batches,
    certificates,
    consents,
    contracts,
    jobs,
    keys,
    log,
    monitors,
    packs,
    purges,
    signing,
    templates,
    validations,
    webhooks,
)
HANDLERS: dict[str, Handler] = {name: each for resource in _RESOURCES for name, each in resource.HANDLERS.items()}
OPEN_HANDLERS: dict[str, OpenHandler] = dict(platform.HANDLERS)
#: What does the jobs, by their kind.
WORKERS: dict[str, Worker] = {
    name: each
    for resource in (archive_journal, batches, monitors, validations, webhooks)
    for name, each in resource.WORKERS.items()
}
