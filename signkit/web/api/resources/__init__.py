"""What the operations of the API do, one file a resource; each names its handlers by their operation ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from signkit.web.api.calls import Answer, Handler
from signkit.web.api.jobs import Worker
from signkit.web.api.resources import certificates, consents, jobs, keys, log, monitors, platform, validations

if TYPE_CHECKING:
    from signkit.web.api.service import Service

#: Answers what is open to all: the service, the parameters.
OpenHandler: TypeAlias = Callable[["Service", Mapping[str, Any]], Answer]

_RESOURCES = (certificates, consents, jobs, keys, log, monitors, validations)
HANDLERS: dict[str, Handler] = {name: each for resource in _RESOURCES for name, each in resource.HANDLERS.items()}
OPEN_HANDLERS: dict[str, OpenHandler] = dict(platform.HANDLERS)
#: What does the jobs, by their kind.
WORKERS: dict[str, Worker] = {**validations.WORKERS, **monitors.WORKERS}
