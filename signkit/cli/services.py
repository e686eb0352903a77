"""From options and settings to the services that signing and extending use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.settings import Settings

if TYPE_CHECKING:
    from signkit.signing.levels import Services

REHEARSAL = "rehearsal"


def services(
    settings: Settings, tsa: Sequence[str] | None, evidence: Sequence[Path] | None, trust: Sequence[Path] | None
) -> Services:
    """Return the timestamp and revocation services, and the certificates among which issuers are found.

    ``--tsa rehearsal`` brings the kept rehearsal's timestamp service and revocation; nothing else ever does.
    """
    from asn1crypto import pem, x509

    from signkit.signing.levels import Services
    from signkit.trust.anchors import default_trust_store
    from signkit.trust.revocation import FolderRevocation, OnlineRevocation, RevocationSource, plugin_sources
    from signkit.trust.timestamps import HttpTimestampSource, TimestampSource

    timestamps: list[TimestampSource] = []
    issuers: list[x509.Certificate] = []
    revocation: list[RevocationSource] = [*map(FolderRevocation, evidence or ()), *plugin_sources()]
    for url in tsa or settings.tsa_urls:
        if url == REHEARSAL:
            from signkit.rehearsal.pki import kept_rehearsal

            rehearsal = kept_rehearsal(settings.home_folder() / "rehearsal")
            timestamps.append(rehearsal.timestamps())
            revocation.append(rehearsal.revocation())
            issuers += [x509.Certificate.load(der) for _, _, der in pem.unarmor(rehearsal.trust_pem(), multiple=True)]
        else:
            timestamps.append(HttpTimestampSource(url, settings.network_timeout))
    revocation.append(OnlineRevocation(settings.network_timeout))
    store = default_trust_store([*settings.trust_folders, *(trust or ())])
    return Services(timestamps, revocation, [*issuers, *store.certificates("signature")])
