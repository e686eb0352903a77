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

    from signkit.pki.anchors import default_trust_store
    from signkit.pki.timestamps import HttpTimestampSource, TimestampSource
    from signkit.signing.levels import Services
    from signkit.validation.options import anchor_paths, revocation_sources, validation_options

    timestamps: list[TimestampSource] = []
    issuers: list[x509.Certificate] = []
    revocation = revocation_sources(settings, evidence or (), plugins=True, online=True)
    for url in tsa or settings.tsa_urls:
        if url == REHEARSAL:
            from signkit.rehearsal.pki import kept_rehearsal

            rehearsal = kept_rehearsal(settings.home_folder() / "rehearsal")
            timestamps.append(rehearsal.timestamps())
            revocation.insert(len(evidence or ()), rehearsal.revocation())
            issuers += [x509.Certificate.load(der) for _, _, der in pem.unarmor(rehearsal.trust_pem(), multiple=True)]
        else:
            timestamps.append(HttpTimestampSource(url, settings.network_timeout))
    store = default_trust_store(anchor_paths(settings, trust or ()))
    judgement = validation_options(settings, trust=trust or (), evidence=evidence or (), offline=True)
    return Services(timestamps, revocation, [*issuers, *store.certificates("signature")], judgement)
