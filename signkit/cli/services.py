"""From options and settings to the services that signing and extending use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.settings import Settings

if TYPE_CHECKING:
    from signkit.signing.levels import Services

REHEARSAL = "rehearsal"


def home_trust_folder(settings: Settings) -> Path:
    """Return where ``signkit trust add`` keeps CA certificates (not created here)."""
    return settings.home_folder() / "trust"


def trusted_paths(settings: Settings, named: Sequence[Path] | None) -> list[Path]:
    """Return what is believed beside the shipped CAs: what was added, what the settings say, what is named now."""
    added = home_trust_folder(settings)
    return [*([added] if added.is_dir() else []), *settings.trust_folders, *(named or ())]


def services(
    settings: Settings, tsa: Sequence[str] | None, evidence: Sequence[Path] | None, trust: Sequence[Path] | None
) -> Services:
    """Return the timestamp and revocation services, and the certificates among which issuers are found.

    ``--tsa rehearsal`` brings the kept rehearsal's timestamp service and revocation; nothing else ever does.
    """
    from asn1crypto import pem, x509

    from signkit.pki.anchors import default_trust_store
    from signkit.pki.revocation.indexed import IndexedRevocation, index_folder
    from signkit.pki.revocation.sources import FolderRevocation, OnlineRevocation, RevocationSource, plugin_sources
    from signkit.pki.timestamps import HttpTimestampSource, TimestampSource
    from signkit.signing.levels import Services

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
    revocation.append(IndexedRevocation(index_folder(settings.home_folder())))
    revocation.append(OnlineRevocation(settings.network_timeout))
    store = default_trust_store(trusted_paths(settings, trust))
    return Services(timestamps, revocation, [*issuers, *store.certificates("signature")])
