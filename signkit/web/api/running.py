"""Running the service: workers warm, jobs under way, listening until it is told to stop."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from signkit.errors import ServiceError, SignKitError
from signkit.locks import try_lock
from signkit.settings import Settings
from signkit.web.api.app import make_service_app
from signkit.web.api.connections import Patience, UnambiguousRequests, patient_protocol
from signkit.web.api.events import DELIVERY
from signkit.web.api.job_runner import JobRunner
from signkit.web.api.jobs import release_leases
from signkit.web.api.log_checkpoints import write_checkpoints
from signkit.web.api.resources import WORKERS
from signkit.web.api.resources.contracts import make_example
from signkit.web.api.service import Service
from signkit.web.api.service_settings import read_service_settings
from signkit.web.api.store import clear_spool
from signkit.web.common.listening import listen_at
from signkit.web.office.workers import OFFICE_WORKERS, OUTWARD_MAILS
from signkit.workers import WorkerLost

if TYPE_CHECKING:
    from signkit.jpki.attribute_sources import AttributeSource
    from signkit.pki.revocation.sources import RevocationSource

_LOCK = ".running"
_GRACE_SECONDS = 30
_JOBS = 2
_SWEEP_SECONDS = 600.0
_HEADS_SECONDS = 60.0
_TRUST_SECONDS = 10.0
_OF_AGENTS = "/agent/v1/"
_OF_API = ("/openapi.json", "/health", "/ready", "/metrics")


def run_service(
    folder: Path,
    settings: Settings,
    *,
    host: str,
    port: int,
    on_ready: Callable[[Address], object],
    revocation: Sequence[RevocationSource] | None = None,
    attributes: Sequence[AttributeSource] | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C; requests under way are answered, jobs under way are done or left to the next run.

    Args:
        on_ready: told the address once requests are taken; it is not where the service ends before.
        revocation, attributes: see `signkit.web.api.service.Service`.

    Raises:
        ServiceError("service-missing", "service-settings", "service-running"): the folder cannot be used.
        ServiceError("service-workers"): no worker process starts.
        ServiceError("port-taken", "port-refused", "address-foreign"): nobody can listen there.
    """
    own = read_service_settings(folder)
    _write_log()
    made = Service(folder, settings, own, revocation=revocation, attributes=attributes, load=_load)
    alone = contextlib.nullcontext() if made.tenants.is_shared else _alone(folder)
    with alone, contextlib.closing(made) as service:
        service.tenants.clear()
        _ = service.tenants.common  # made before there are several who could
        if not service.tenants.is_shared:
            for tenant in service.tenants.all():
                release_leases(tenant.store)  # nobody else runs on this folder
                clear_spool(tenant.store)
        listener = listen_at(host, port, waiting=512)
        with (
            listener,
            _signals_end_quietly() as ending,
            _jobs_under_way(service),
            contextlib.closing(Served(service)) as served,
        ):
            warm_up(service, ending)
            if ending:
                return
            config = listening_config(served, Patience(proxy=own.proxy))
            server = _Server(config, lambda: on_ready(Address(host, listener.getsockname()[1], own.origin)))
            server.run(sockets=[listener])


def _load() -> None:
    """Load what is asked of a worker, judging before all."""
    import signkit.validation.api
    import signkit.validation.pdf
    import signkit.validation.viewing
    import signkit.web.api.resources  # noqa: F401

    # What is loaded stays: it is not gone through again and again for what a file leaves behind.
    gc.freeze()
    gc.set_threshold(20_000)


@dataclass(frozen=True)
class Address:
    """Where a service takes requests.

    Attributes:
        origin: where people find its pages; None: it has none.
    """

    host: str
    port: int
    origin: str | None = None

    @property
    def url(self) -> str:
        """As a program asks."""
        return f"http://[{self.host}]:{self.port}/" if ":" in self.host else f"http://{self.host}:{self.port}/"


def warm_up(service: Service, ending: Sequence[int] = ()) -> None:
    """Start every worker, so that nobody's first request waits for it.

    Args:
        ending: the signals that came meanwhile; whoever sends one to us may send it to our workers too.

    Raises:
        ServiceError("service-workers"): none starts.
    """
    count = service.own.workers or os.cpu_count() or 2
    jobs = [service.pool.submit(make_example, service.settings) for _ in range(count)]
    try:
        for job in jobs:
            job.result()
    except WorkerLost as lost:
        if not ending:
            raise ServiceError("service-workers", cause=lost.detail) from lost


def _write_log() -> None:
    """Write what goes wrong, under the request's id, to stderr: the journal of whoever runs the service."""
    log = logging.getLogger("signkit.service")
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        log.addHandler(handler)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if try_lock(handle) is False:
            raise ServiceError("service-running", path=str(folder))
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _signals_end_quietly() -> Iterator[list[int]]:
    """Note the signals that end us, while uvicorn does not look after them.

    It stops at SIGTERM and Ctrl-C, then sends itself the same again, which would end us before our own end.
    """
    came: list[int] = []
    before = {
        each: signal.signal(each, lambda number, _: came.append(number)) for each in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield came
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextlib.contextmanager
def _jobs_under_way(service: Service) -> Iterator[None]:
    """Do jobs beside requests, and remove now and then what is past its time."""
    runner = JobRunner(
        service,
        {**WORKERS, **OFFICE_WORKERS},
        _JOBS if service.engine is None else service.own.abreast,
        lambda kind, end: service.metrics.jobs.labels(kind, end).inc(),
        outward=(DELIVERY, *OUTWARD_MAILS),
    )
    service.wake = runner.wake
    stopping = threading.Event()
    beside = [
        threading.Thread(target=work, args=(service, stopping), daemon=True, name=f"signkit-{name}")
        for name, work in (("sweeper", _sweep), ("keeper", _keep_heads), ("trust", _follow_trust))
    ]
    runner.start()
    for each in beside:
        each.start()
    try:
        yield
    finally:
        stopping.set()
        runner.stop(_GRACE_SECONDS)
        for each in beside:
            each.join()


def _sweep(service: Service, stopping: threading.Event) -> None:
    while not stopping.is_set():
        with contextlib.suppress(SignKitError):  # the database is away for a moment: the next time
            for tenant in service.tenants.all():
                with contextlib.suppress(SignKitError):  # a full disk: the next time
                    tenant.store.sweep()
        stopping.wait(_SWEEP_SECONDS)


def _follow_trust(service: Service, stopping: threading.Event) -> None:
    """Believe what people agreed to at another node."""
    while not stopping.wait(_TRUST_SECONDS):
        with contextlib.suppress(SignKitError):  # the database is away for a moment
            service.take_up_trust()


def _keep_heads(service: Service, stopping: threading.Event) -> None:
    """Keep the heads of the operation logs elsewhere, if the operator says where; once more at the end."""
    if service.own.log_checkpoints is None:
        return
    folder, known = Path(service.own.log_checkpoints), dict[str, str]()
    is_last, pause = False, 0.0  # at once as well: where nothing can be kept there, the operator sees it at the start
    while not is_last:
        is_last, pause = stopping.wait(pause), _HEADS_SECONDS
        try:
            write_checkpoints(service.tenants, folder, known)
        except SignKitError as error:  # the operator is to know, and calls are answered all the same
            logging.getLogger("signkit.service").error("checkpoints of the operation logs: %s", error.message("en"))


class _Server(uvicorn.Server):
    """Says when it takes requests."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()


class Served:
    """What is served: the API, and beside it the office's pages where the operator says at which origin."""

    def __init__(self, service: Service) -> None:
        from signkit.web.office.app import OfficeApp

        self._api = make_service_app(service)
        self._office = OfficeApp(service) if service.own.origin is not None else None
        self._pages = self._office or self._api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to whom it is meant for."""
        path = scope["path"]
        app = self._api if path.startswith("/api/") or path in _OF_API else self._pages
        if self._office is not None and path.startswith(_OF_AGENTS):
            app = self._office.agents
        await app(scope, receive, send)

    def close(self) -> None:
        """Let go of what the pages hold."""
        if self._office is not None:
            self._office.close()


def listening_config(app: ASGIApp, patience: Patience) -> uvicorn.Config:
    """Return how uvicorn listens.

    No access log: the operation log says more, and no address holds what was looked for.
    """
    config = uvicorn.Config(
        UnambiguousRequests(app), http=patient_protocol(patience), log_level="warning", access_log=False,
        proxy_headers=False, server_header=False, ws="none", lifespan="off", timeout_graceful_shutdown=_GRACE_SECONDS,
        h11_max_incomplete_event_size=65_536, limit_concurrency=1000,
    )  # fmt: skip
    logging.getLogger("uvicorn.error").addFilter(_is_for_operator)
    return config


#: What uvicorn says of each request that is none, or asks for another protocol: strangers would fill the journal.
_OF_STRANGERS = ("Invalid HTTP request", "Unsupported upgrade request", "No supported WebSocket library")


def _is_for_operator(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(_OF_STRANGERS)
