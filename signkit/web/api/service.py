"""What a running service has at hand."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.archive.store import utc_now
from signkit.errors import MissingExtra, ServiceError
from signkit.limits import PDF_BYTES, Limits
from signkit.pki.addresses import AddressRule
from signkit.settings import Settings
from signkit.web.api.document import ApiDocument, load_document
from signkit.web.api.engine import Engine
from signkit.web.api.kept_files import open_object_store
from signkit.web.api.leases import Leases
from signkit.web.api.metrics import Metrics
from signkit.web.api.readiness import readiness_of
from signkit.web.api.service_settings import SETTINGS, ServiceSettings
from signkit.web.api.tenants import Tenants
from signkit.web.people.believing import agreed
from signkit.words import Text
from signkit.workers import WorkerPool

if TYPE_CHECKING:
    from signkit.jpki.attribute_sources import AttributeSource
    from signkit.pki.revocation.sources import RevocationSource
    from signkit.validation.options import ValidationOptions

_MEMORY = 4 * 1024 * 1024 * 1024
_MARGIN = 15.0
_POSTGRESQL = ("postgresql://", "postgres://")


@dataclass
class Service:
    """A running service.

    Attributes:
        settings: the user's (`signkit.settings`): trust, timestamps, templates; ``believed`` is what people agreed to.
        own: the service's.
        revocation: who is asked about certificates for others; None: as the settings say (imported lists, plug-ins).
        attributes: who knows people's latest attributes; None: those of the entry points.
        load: called in each worker at its start: what it loads nobody's request waits for.
    """

    folder: Path
    settings: Settings
    own: ServiceSettings = field(default_factory=ServiceSettings)
    document: ApiDocument = field(default_factory=load_document)
    clock: Callable[[], datetime] = utc_now
    metrics: Metrics = field(default_factory=Metrics)
    leases: Leases = field(default_factory=Leases)
    revocation: Sequence[RevocationSource] | None = None
    attributes: Sequence[AttributeSource] | None = None
    load: Callable[[], object] | None = None

    def __post_init__(self) -> None:
        self.tenants = open_tenants(self.folder, self.own, self.clock)
        count = self.own.workers or os.cpu_count() or 2
        self.pool = WorkerPool(count, seconds=Limits().seconds + _MARGIN, initializer=self.load, memory=_MEMORY)
        self.engine = Engine(self.own.engine) if self.own.engine is not None else None
        self.readiness = readiness_of(self.pool, self.tenants)
        self._judgement: ValidationOptions | None = None
        #: Held while it is made or made invalid: what was read before a decision is not kept after it.
        self._trusting = threading.Lock()
        #: Where the service connects to for a tenant, or because a tenant's file says so.
        self.rule = AddressRule(self.own.inner_hosts)
        self.take_up_trust()
        #: Says that there is a job; whoever runs jobs puts itself here.
        self.wake: Callable[[], object] = lambda: None

    def asked_by_rule(self) -> AddressRule | None:
        """Return which of the addresses that certificates name may be asked; None: none, the operator wants it so."""
        return self.rule if self.own.online else None

    def take_up_trust(self) -> None:
        """Believe from now on what two people of the operator's tenant agreed to, where it takes two.

        Raises:
            ServiceError("service-settings"): there is no such tenant.
        """
        if self.own.operator_tenant is None:
            return
        tenant = self.tenants.find(self.own.operator_tenant)
        if tenant is None:
            raise ServiceError("service-settings", path=str(self.folder / SETTINGS), cause=_NO_TENANT)
        with tenant.store.reading() as connection:
            believed = frozenset(agreed(connection))
        with self._trusting:
            if believed != self.settings.believed:
                self.settings, self._judgement = replace(self.settings, believed=believed), None

    def judgement(self) -> ValidationOptions:
        """Return how files are judged: as ``signkit validate`` does with the same settings."""
        from signkit.validation.options import validation_options

        # Anchors and lists are read once a run, and when people agreed to others; what is imported counts from then on.
        with self._trusting:
            if self._judgement is None:
                self._judgement = validation_options(self.settings, offline=not self.own.online, rule=self.rule)
            return self._judgement

    def close(self) -> None:
        """Let go of the workers and the database."""
        self.pool.shutdown(cancel_futures=True)
        if self.engine is not None:
            self.engine.close()
        self.tenants.close()


def open_tenants(folder: Path, own: ServiceSettings, clock: Callable[[], datetime] = utc_now) -> Tenants:
    """Return the tenants of a service.

    Raises:
        MissingExtra: they are in PostgreSQL, and its driver is not installed.
        ServiceError("service-settings"): the database's address is none, or has a password in it; the folder of the
            files is not there.
        ServiceError("store-unusable", "database-old", "database-role", "store-newer"): the database cannot be used.
    """
    files = folder / (own.files or "")
    if own.files is not None and not files.is_dir():  # else a disk that is not there is a service without tenants
        raise ServiceError("service-settings", path=str(folder / SETTINGS), cause=_NO_FOLDER.filled(value=own.files))
    if own.database is None:
        return Tenants(files, clock)
    require_address(folder / SETTINGS, own.database)
    from signkit.web.api.shared_tenants import SharedTenants

    objects = open_object_store(own.objects, max(own.most_bytes, PDF_BYTES)) if own.objects is not None else None
    return SharedTenants(files, own.database, clock, objects)


def require_address(path: Path | None, url: str) -> None:
    """Refuse what is no address of a database, or has a password in it, which does not belong there.

    Args:
        path: where it stands; None: on the command line.

    Raises:
        MissingExtra: the driver is not installed.
        ServiceError("service-settings"): it cannot be used.
    """
    where = str(path or "--owner")
    if not url.startswith(_POSTGRESQL):
        raise ServiceError("service-settings", path=where, cause=_NO_DATABASE)
    try:
        from signkit.web.api.postgres import has_password
    except ImportError as error:
        raise MissingExtra("PostgreSQL", "postgres") from error
    try:
        is_told = has_password(url)
    except ValueError as error:
        raise ServiceError("service-settings", path=where, cause=_NO_DATABASE) from error
    if is_told:
        raise ServiceError("service-settings", path=where, cause=_PASSWORD)


_NO_FOLDER = Text("files: there is no folder {value}", "files: フォルダー {value} がありません")
_NO_TENANT = Text(
    "operator_tenant: there is no tenant of that id (signkit service tenant list)",
    "operator_tenant: その ID のテナントはありません (signkit service tenant list)",
)
_NO_DATABASE = Text("database: it is no postgresql:// address", "database: postgresql:// の形のアドレスではありません")
_PASSWORD = Text(
    "database: it has a password in it; write that into ~/.pgpass, or name its file: ?passfile=/path",
    "database: パスワードが含まれています。~/.pgpass に書くか、?passfile=/path でファイルを指定してください",
)
