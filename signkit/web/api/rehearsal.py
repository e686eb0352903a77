"""The test operator: the service itself, with the rehearsal's authorities, revocation and attributes behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.incoming import read_file
from signkit.jpki.attributes import PersonAttributes, read_attributes
from signkit.output import write_checked
from signkit.pki.anchors import certificates_in
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import kept_rehearsal, trust_file
from signkit.settings import Settings
from signkit.web.api.access import add_key
from signkit.web.api.document import load_document
from signkit.web.api.running import run_service
from signkit.web.api.service_settings import SETTINGS, create_service
from signkit.web.api.tenants import Tenants
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509

KEY_FILE = "operator.key"
_TENANT = "rehearsal"
_MOST_BYTES = 65_536
#: Where every resident of the rehearsal lives by now.
NEW_ADDRESS = "東京都架空区転居町一丁目１番１号"


@dataclass(frozen=True)
class Announced:
    """What a client of the test operator sets.

    Attributes:
        url: the setting ``operator_url``.
        key_file: the setting ``operator_key_file``.
    """

    url: str
    key_file: Path


class RehearsalAttributes:
    """Latest attributes of the rehearsal's residents, all of whom moved since (`NEW_ADDRESS`)."""

    def latest(self, certificate: x509.Certificate, issuer: x509.Certificate) -> PersonAttributes | Text:  # noqa: ARG002
        """Return the attributes; see `signkit.jpki.attribute_sources.AttributeSource`."""
        known = read_attributes(certificate)
        return _NOBODY if known is None else replace(known, address=NEW_ADDRESS, address_substitutes=())


def run_rehearsal_operator(
    settings: Settings, *, port: int, revoked: Sequence[Path], on_ready: Callable[[Announced], object]
) -> None:
    """Serve on loopback until SIGTERM or Ctrl-C; the service and its key stay in the rehearsal's folder.

    Args:
        port: 0: a free one.
        revoked: files of certificates that are revoked from now on, for this run.
        on_ready: told what a client sets, once requests are taken.

    Raises:
        FileUnusable, InputUnreadable, ServiceError: the rehearsal's folder cannot be used.
        InputUnreadable, TrustError("trust-anchor-unreadable"): a file holds no certificate.
        ServiceError("port-taken", "port-refused"): the port cannot be used.
    """
    home = settings.home_folder() / "rehearsal"
    pki, folder = kept_rehearsal(home), home / "operator"
    ended = revoked_numbers(revoked, utc_now())
    key_file = kept_operator(folder)
    run_service(
        folder,
        replace(settings, trust_folders=(*settings.trust_folders, trust_file(home)), operator_url=None),
        host="127.0.0.1",
        port=port,
        on_ready=lambda address: on_ready(Announced(address.url.rstrip("/"), key_file)),
        revocation=[pki.revocation(revoked=ended)],
        attributes=[RehearsalAttributes()],
    )


def kept_operator(folder: Path) -> Path:
    """Make the test operator's service with one tenant, where there is none; return the file with a fresh key."""
    if not (folder / SETTINGS).exists():
        create_service(folder)
    tenants = Tenants(folder)
    tenant = next(iter(tenants.all()), None) or tenants.add(_TENANT)
    with tenant.store.writing() as connection:
        connection.execute("DELETE FROM api_key")  # that of the run before: the file held it, and holds it no more
        _, text = add_key(connection, tenant, "rehearsal operator", load_document().permissions)
    write_checked(folder / KEY_FILE, text.encode() + b"\n", overwrite=True, private=True)
    return folder / KEY_FILE


def revoked_numbers(files: Sequence[Path], since: datetime) -> dict[int, datetime]:
    """Return the numbers of the certificates in files, revoked since then."""
    from asn1crypto import x509

    ders = [der for file in files for der in certificates_in(read_file(file, _MOST_BYTES), str(file))]
    return {x509.Certificate.load(der).serial_number: since for der in ders}


_NOBODY = Text("it is no resident's certificate", "住民の証明書ではありません")
