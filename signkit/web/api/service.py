"""What a running service has at hand, and what its operator set (``service.toml`` in its folder)."""

from __future__ import annotations

import os
import re
import threading
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signkit.archive.store import utc_now
from signkit.errors import MissingExtra, ServiceError, system_cause
from signkit.limits import PDF_BYTES, Limits
from signkit.output import make_folder, write_checked
from signkit.pki.addresses import AddressRule
from signkit.reporting.cluster import is_cluster
from signkit.settings import Settings
from signkit.web.api.document import ApiDocument, load_document
from signkit.web.api.engine import Engine
from signkit.web.api.kept_files import SCHEMES, is_object_store, open_object_store
from signkit.web.api.leases import Leases
from signkit.web.api.metrics import Metrics
from signkit.web.api.readiness import readiness_of
from signkit.web.api.tenants import Tenants
from signkit.web.people.believing import agreed
from signkit.words import Text
from signkit.workers import WorkerPool

if TYPE_CHECKING:
    from signkit.jpki.attribute_sources import AttributeSource
    from signkit.pki.revocation.sources import RevocationSource
    from signkit.validation.options import ValidationOptions

SETTINGS = "service.toml"
_MEMORY = 4 * 1024 * 1024 * 1024
_MARGIN = 15.0
_OF_MACHINE = 4
_OF_CLUSTER = 16
#: Of settings that are numbers; of others 0, which mostly says "as many as there are".
_LEAST = {"most_bytes": 1, "requests_a_minute": 1, "keep_days": 1}
#: A century: a day that no calendar has is none until which anything is kept.
_MOST = {"keep_days": 36_525}
_AUTH_APPS = ("production", "sandbox", "rehearsal")
_POSTGRESQL = ("postgresql://", "postgres://")
#: OpenID Connect Discovery 3: no query, no fragment; without TLS on this machine alone.
_ISSUER = re.compile(
    r"https://[a-z0-9.-]+(:\d{1,5})?(/[\w./~-]*)?|http://(127\.0\.0\.1|localhost)(:\d{1,5})?(/[\w./~-]*)?", re.ASCII
)
#: Browsers give cookies and passkeys to https alone, and to this machine's own names (W3C Secure Contexts 3.1).
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?|http://([a-z0-9-]+\.)*localhost(:\d{1,5})?")


@dataclass(frozen=True)
class ServiceSettings:
    """What the operator sets.

    Attributes:
        proxy: the one address whose X-Forwarded-For counts; None: nobody's.
        workers: processes that judge; 0: one a core.
        most_bytes: of one request.
        requests_a_minute: by tenant.
        validations_a_month: by tenant; 0: as many as they like.
        keep_days: how long results are kept.
        online: ask the services that certificates name about revocation (addresses that are not public stay unasked).
        hand_out_jpki_evidence: hand OCSP responses and lists of JPKI to tenants, who then need the right to have them.
        fetch_hosts: hosts from which batches may be fetched, over https; none: no URL is taken.
        inner_hosts: hosts that may be asked although they are in a private network (never on this machine).
        database: ``postgresql://role@host/database`` for several machines; None: SQLite, a file for each tenant.
        files: the folder of the tenants' files, which all machines use; None: the service's own.
        objects: ``s3://bucket/prefix`` (or gs, az), where the files lie that the database names; None: in
            ``files``.
        engine: ``dask://host:port`` of a scheduler whose workers judge the files of batches; None: this machine's do.
        log_checkpoints: a folder, best on another machine, to which the heads of the operation logs go; None: nowhere.
        origin: where people find the office's pages; None: there are none.
        operator_tenant: the tenant whose administrators decide by two which anchors the service believes beside JPKI's;
            None: all that the machine's settings name.
        auth_app: by which registration of the settings parties sign on their phones (``production``, ``sandbox``,
            ``rehearsal``), whose redirect URI is ``ORIGIN/party/phone``; None: they do not.
        mail_server: ``host`` or ``host:port`` of the SMTP server through which parties are written to, over TLS;
            None: nobody is, and the office copies the text into a mail of its own.
        mail_from: the sender's address.
        mail_user, mail_password_file: how one signs in there; None: not at all.
        oidc_issuer: the OpenID provider by which people may sign in at the office's pages; None: there is none.
        oidc_client_id, oidc_client_secret_file: how the service is registered there, with the redirect URI
            ``ORIGIN/sign-in/oidc``; the file is sought in the service's folder, and nobody else may read it.
        oidc_name: what people know the provider as; None: its host.
    """

    proxy: str | None = None
    workers: int = 0
    most_bytes: int = PDF_BYTES
    requests_a_minute: int = 6000
    validations_a_month: int = 0
    keep_days: int = 30
    online: bool = False
    hand_out_jpki_evidence: bool = False
    fetch_hosts: tuple[str, ...] = ()
    inner_hosts: tuple[str, ...] = ()
    database: str | None = None
    files: str | None = None
    objects: str | None = None
    engine: str | None = None
    log_checkpoints: str | None = None
    origin: str | None = None
    operator_tenant: str | None = None
    auth_app: str | None = None
    mail_server: str | None = None
    mail_from: str | None = None
    mail_user: str | None = None
    mail_password_file: str | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret_file: str | None = None
    oidc_name: str | None = None

    @property
    def abreast(self) -> int:
        """How many files of a batch are judged at the same time; few, for others wait beside them."""
        return _OF_CLUSTER if self.engine is not None else _OF_MACHINE


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


def create_service(folder: Path) -> None:
    """Make a service's folder.

    Raises:
        ServiceError("service-exists"): there is one.
        FileUnusable("output-not-written"): the folder cannot be written.
    """
    if (folder / SETTINGS).exists():
        raise ServiceError("service-exists", path=str(folder))
    make_folder(folder)
    write_checked(folder / SETTINGS, _FIRST_SETTINGS.encode(), private=True)


def read_service_settings(folder: Path) -> ServiceSettings:
    """Return what the operator set.

    Raises:
        ServiceError("service-missing"): there is no service.
        ServiceError("service-settings"): an unknown name, or a value of another type.
    """
    path = folder / SETTINGS
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ServiceError("service-missing", path=str(folder)) from error
    except OSError as error:
        raise ServiceError("service-settings", path=str(path), cause=system_cause(error)) from error
    except ValueError as error:
        raise ServiceError("service-settings", path=str(path), cause=str(error)) from error
    settings = ServiceSettings(**{name: _setting(path, name, value) for name, value in content.items()})
    if settings.mail_server is not None and settings.mail_from is None:
        raise ServiceError("service-settings", path=str(path), cause=_missing("mail_from"))
    if settings.objects is not None and settings.database is None:  # a tenant in SQLite is one folder, and carried so
        raise ServiceError("service-settings", path=str(path), cause=_missing("database"))
    if settings.operator_tenant is not None and settings.origin is None:  # nobody could agree to anything
        raise ServiceError("service-settings", path=str(path), cause=_missing("origin"))
    if missing := _missing_of_oidc(settings):
        raise ServiceError("service-settings", path=str(path), cause=_missing(missing))
    return settings


def _missing_of_oidc(settings: ServiceSettings) -> str | None:
    """Return what is not set and has to be, where people sign in by a provider."""
    names = ("oidc_issuer", "oidc_client_id", "oidc_client_secret_file", "origin")
    is_used = any(getattr(settings, each.name) for each in fields(settings) if each.name.startswith("oidc_"))
    return next((name for name in names if is_used and not getattr(settings, name)), None)


def _setting(path: Path, name: str, value: Any) -> Any:
    known: Mapping[str, Any] = {each.name: each.default for each in fields(ServiceSettings)}
    if name not in known:
        raise ServiceError("service-settings", path=str(path), cause=_UNKNOWN.filled(name=name))
    value = tuple(value) if isinstance(value, list) else value
    wanted = str if known[name] is None else type(known[name])
    if type(value) is not wanted or (isinstance(value, tuple) and not all(isinstance(each, str) for each in value)):
        raise ServiceError("service-settings", path=str(path), cause=_OTHER_TYPE.filled(name=name))
    if type(value) is int and value < (least := _LEAST.get(name, 0)):
        raise ServiceError("service-settings", path=str(path), cause=_TOO_SMALL.filled(name=name, least=least))
    if type(value) is int and value > (most := _MOST.get(name, value)):
        raise ServiceError("service-settings", path=str(path), cause=_TOO_LARGE.filled(name=name, most=most))
    if name == "proxy" and not _is_address(value):  # a name is compared with no connection's address, and never counts
        raise ServiceError("service-settings", path=str(path), cause=_NO_ADDRESS.filled(value=value))
    if name == "origin" and not _ORIGIN.fullmatch(value):
        raise ServiceError("service-settings", path=str(path), cause=_NO_HTTPS.filled(name=name, value=value))
    if name == "auth_app" and value not in _AUTH_APPS:
        raise ServiceError("service-settings", path=str(path), cause=f"{name}: {', '.join(_AUTH_APPS)}")
    if name == "engine" and not is_cluster(value):
        raise ServiceError("service-settings", path=str(path), cause=f"{name}: dask://HOST:PORT")
    if name == "objects" and not is_object_store(value):
        raise ServiceError("service-settings", path=str(path), cause=f"{name}: {', '.join(SCHEMES)}")
    if name == "oidc_issuer" and not _ISSUER.fullmatch(value):
        raise ServiceError("service-settings", path=str(path), cause=_NO_HTTPS.filled(name=name, value=value))
    return value


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _missing(name: str) -> Text:
    return Text(f"{name} is not set, and has to be", f"{name} の指定が必要です")


_UNKNOWN = Text("{name} is no setting", "{name} という設定はありません")
_OTHER_TYPE = Text("{name} is of another type", "{name} の値の種類が違います")
_TOO_SMALL = Text("{name} is less than {least}", "{name} は {least} 以上にしてください")
_TOO_LARGE = Text("{name} is more than {most}", "{name} は {most} 以下にしてください")
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
_NO_ADDRESS = Text("proxy: {value} is no IP address", "proxy: {value} は IP アドレスではありません")
_NO_HTTPS = Text(
    "{name}: {value} is no https://… address (lower case, no path after an origin; to try it here: http://localhost:PORT)",
    "{name}: {value} は https://… の形のアドレスではありません (小文字。origin の後にパスは付けない。"
    "この機械で試すときは http://localhost:ポート)",
)


_FIRST_SETTINGS = """\
# How this service runs; see docs/guides/service.md.  What is left out has the value that stands here.

# proxy = "127.0.0.1"          # the one address whose X-Forwarded-For counts; left out: nobody's
# workers = 0                  # processes that judge; 0: one a core
# most_bytes = 536870912       # of one request
# requests_a_minute = 6000     # by tenant
# validations_a_month = 0      # by tenant; 0: as many as they like
# keep_days = 30               # how long results are kept
# online = false               # ask the services that certificates name about revocation
# hand_out_jpki_evidence = false   # hand JPKI's OCSP responses and lists to tenants (are they allowed to have them?)
# fetch_hosts = []             # hosts that batches may be fetched from, over https
# database = "postgresql://signkit_serve@db/signkit"   # several machines; left out: SQLite, a file for each tenant
# files = "/srv/signkit"       # the tenants' files, a folder that all machines use; left out: this one
# objects = "s3://bucket/signkit"   # with a database: what validations and batches work on lies there, not in files
# engine = "dask://scheduler:8786"  # whose workers judge the files of batches; left out: this machine's
# log_checkpoints = "/mnt/x"   # where the heads of the operation logs go every minute: another disk or machine
# inner_hosts = []             # hosts of a private network that may be asked, fetched from and told
# origin = "https://desk.example.jp"   # where people find the office's pages; left out: there are none
# operator_tenant = "ID"       # two of its administrators decide which anchors are believed; left out: all count
# auth_app = "production"      # parties sign on their phones, by this registration; see docs/guides/office.md
# mail_server = "mail.example.jp:587"  # writes to parties, over TLS; left out: the office copies the text into a mail
# mail_from = "keiyaku@example.jp"
# mail_user = "keiyaku"
# mail_password_file = "/etc/signkit/mail-password"
# oidc_issuer = "https://login.example.jp"   # people sign in by this OpenID provider too; left out: there is none
# oidc_client_id = "signkit"
# oidc_client_secret_file = "oidc-secret"    # of this folder, readable by the service alone
# oidc_name = "架空アカウント"   # what people know the provider as
"""
