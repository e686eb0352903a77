"""What the operator of a service sets: ``service.toml`` in its folder, read and refused in this one place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from signkit.errors import ServiceError, syntax_cause, system_cause
from signkit.limits import PDF_BYTES
from signkit.output import make_folder, write_checked
from signkit.reporting.cluster import is_cluster
from signkit.web.api.kept_files import SCHEMES, is_object_store
from signkit.web.people.mail_addresses import is_address
from signkit.words import Text

SETTINGS = "service.toml"
_OF_MACHINE = 4
_OF_CLUSTER = 16
#: Least and most of the settings that are numbers; 0 mostly says "as many as there are", or "as many as they like".
_BOUNDS = {
    "workers": (0, 1024),
    "most_bytes": (1, 1 << 40),
    "requests_a_minute": (1, 10_000_000),
    "validations_a_month": (0, 10**12),
    "keep_days": (1, 36_525),  # a century: a day that no calendar has is none until which anything is kept
}
_AUTH_APPS = ("production", "sandbox", "rehearsal")
#: OpenID Connect Discovery 3: no query, no fragment; without TLS on this machine alone.
_ISSUER = re.compile(
    r"https://[a-z0-9.-]+(:\d{1,5})?(/[\w./~-]*)?|http://(127\.0\.0\.1|localhost)(:\d{1,5})?(/[\w./~-]*)?", re.ASCII
)
#: Browsers give cookies and passkeys to https alone, and to this machine's own names (W3C Secure Contexts 3.1).
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?|http://([a-z0-9-]+\.)*localhost(:\d{1,5})?")
#: ``host`` or ``host:port``; of IPv6 addresses in brackets.
_HOST = re.compile(r"(?P<host>[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?")
_MOST_PORT = 65_535


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
    def mail_host(self) -> tuple[str, int | None]:
        """The mail server's name or address, and its port where one is named."""
        found = _HOST.fullmatch(self.mail_server or "")
        assert found is not None
        return found["host"].strip("[]"), int(found["port"]) if found["port"] else None

    @property
    def abreast(self) -> int:
        """How many files of a batch are judged at the same time; few, for others wait beside them."""
        return _OF_CLUSTER if self.engine is not None else _OF_MACHINE


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
        ServiceError("service-settings"): an unknown name, or a value that cannot be.
    """
    path = folder / SETTINGS
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ServiceError("service-missing", path=str(folder)) from error
    except OSError as error:
        raise ServiceError("service-settings", path=str(path), cause=system_cause(error)) from error
    except (ValueError, RecursionError) as error:
        raise ServiceError("service-settings", path=str(path), cause=syntax_cause(error)) from error
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
    value = tuple(value) if isinstance(value, list) else value
    cause = _cause_against(name, value)
    if cause is not None:
        raise ServiceError("service-settings", path=str(path), cause=cause)
    return value


def _cause_against(name: str, value: Any) -> Text | None:
    """Return why a setting cannot be; None where it can."""
    known: Mapping[str, Any] = {each.name: each.default for each in fields(ServiceSettings)}
    if name not in known:
        return _UNKNOWN.filled(name=name)
    wanted = str if known[name] is None else type(known[name])
    if type(value) is not wanted or (isinstance(value, tuple) and not all(isinstance(each, str) for each in value)):
        return _OTHER_TYPE.filled(name=name)
    if type(value) is int:
        least, most = _BOUNDS[name]
        return None if least <= value <= most else _BEYOND.filled(name=name, least=f"{least:,}", most=f"{most:,}")
    is_good, why = _FORMS.get(name, (lambda _: True, _UNKNOWN))
    bad = next((each for each in (value if isinstance(value, tuple) else (value,)) if not is_good(each)), None)
    return None if bad is None else why.filled(name=name, value=bad)


def _is_ip_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_host(text: str) -> bool:
    found = _HOST.fullmatch(text)
    return found is not None and 0 < int(found["port"] or 1) <= _MOST_PORT


def _is_inner_host(text: str) -> bool:
    """Whether it is a name or an address, without a port: they count at every port."""
    return _is_ip_address(text) or ((found := _HOST.fullmatch(text)) is not None and found["port"] is None)


def _missing(name: str) -> Text:
    return Text(f"{name} is not set, and has to be", f"{name} の指定が必要です")


_UNKNOWN = Text("{name} is no setting", "{name} という設定はありません")
_OTHER_TYPE = Text("{name} is of another type", "{name} の値の種類が違います")
_BEYOND = Text("{name} is not between {least} and {most}", "{name} は {least} 以上 {most} 以下にしてください")
_NO_ADDRESS = Text("{name}: {value} is no IP address", "{name}: {value} は IP アドレスではありません")
_NO_HTTPS = Text(
    "{name}: {value} is no https://… address (lower case, no path after an origin; to try it here: http://localhost:PORT)",
    "{name}: {value} は https://… の形のアドレスではありません (小文字。origin の後にパスは付けない。"
    "この機械で試すときは http://localhost:ポート)",
)
_NO_HOST = Text(
    "{name}: {value} is neither HOST nor HOST:PORT", "{name}: {value} は「ホスト」「ホスト:ポート」の形ではありません"
)
_NO_INNER_HOST = Text(
    "{name}: {value} is no host's name or address (without a port)",
    "{name}: {value} はホスト名でもアドレスでもありません (ポートは付けない)",
)
_NO_MAIL = Text("{name}: {value} is no mail address", "{name}: {value} はメールアドレスではありません")

#: What a setting has to look like (of a list each of its texts), and what is told where one does not.
_FORMS: Mapping[str, tuple[Callable[[str], object], Text]] = {
    "proxy": (_is_ip_address, _NO_ADDRESS),  # a name is compared with no connection's address, and never counts
    "origin": (_ORIGIN.fullmatch, _NO_HTTPS),
    "oidc_issuer": (_ISSUER.fullmatch, _NO_HTTPS),
    "auth_app": (_AUTH_APPS.__contains__, Text(*[f"{{name}}: {', '.join(_AUTH_APPS)}"] * 2)),
    "engine": (is_cluster, Text(*["{name}: dask://HOST:PORT"] * 2)),
    "objects": (is_object_store, Text(*[f"{{name}}: {', '.join(SCHEMES)}"] * 2)),
    "fetch_hosts": (_is_host, _NO_HOST),
    "inner_hosts": (_is_inner_host, _NO_INNER_HOST),
    "mail_server": (_is_host, _NO_HOST),
    "mail_from": (is_address, _NO_MAIL),
}


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
