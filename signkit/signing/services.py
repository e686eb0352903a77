"""The one composition of what signing uses: timestamp services, revocation sources, issuers, how it is judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from signkit.errors import UsageProblem
from signkit.pki.addresses import AddressRule
from signkit.pki.timestamps import HttpTimestampSource, TimestampSource
from signkit.rehearsal.pki import kept_rehearsal
from signkit.settings import Settings
from signkit.signing.levels import Services
from signkit.validation.options import revocation_sources, trust_store, validation_options
from signkit.words import Text

#: In the place of a timestamp service's address: the kept rehearsal's own, with its revocation.
REHEARSAL = "rehearsal"


def available_services(
    settings: Settings,
    *,
    tsa: Sequence[str] = (),
    evidence: Sequence[Path] = (),
    trust: Sequence[Path] = (),
    online: bool = True,
    rule: AddressRule | None = None,
) -> Services:
    """Return the timestamp and revocation services, and the certificates among which issuers are found.

    Args:
        settings: the user's.
        tsa: addresses of timestamp services (RFC 3161), tried in order; none: those of the settings.  ``rehearsal``
            brings the kept rehearsal's timestamp service and revocation; nothing else ever does.
        evidence: folders with OCSP responses (.ocsp) and revocation lists (.crl).
        trust: certificates believed as anchors, files or folders, beside JPKI's and those of the settings.
        online: ask about revocation at the addresses that certificates name.
        rule: which of the addresses that certificates name may be asked; None: all.

    Raises:
        InputUnreadable, TrustError("trust-anchor-unreadable"): what is named in ``trust`` or the settings cannot be
            used.
        FileUnusable("output-not-written"): the rehearsal cannot be kept.
    """
    timestamps: list[TimestampSource] = []
    issuers = trust_store(settings, trust).ders("signature")
    revocation = revocation_sources(settings, evidence, plugins=True, online=online, rule=rule)
    for url in tsa or settings.tsa_urls:
        if url == REHEARSAL:
            from asn1crypto import pem

            rehearsal = kept_rehearsal(settings.home_folder() / "rehearsal")
            timestamps.append(rehearsal.timestamps())
            revocation.insert(len(evidence), rehearsal.revocation())  # after the folders that are named now
            issuers = [*(der for _, _, der in pem.unarmor(rehearsal.trust_pem(), multiple=True)), *issuers]
        else:
            _refuse_no_address(url)
            timestamps.append(HttpTimestampSource(url, settings.network_timeout))
    judgement = validation_options(settings, trust=trust, evidence=evidence, offline=True)
    return Services(timestamps, revocation, issuers, judgement)


def _refuse_no_address(url: str) -> None:
    """Refuse before anybody types a PIN what could not be asked afterwards."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and url.isprintable()
    except ValueError:
        usable = False
    if not usable or " " in url:
        raise UsageProblem(
            Text(f"{url!r} is no timestamp service's address", f"{url!r} はタイムスタンプ局のアドレスではありません"),
            Text(
                "Give its http or https address, such as --tsa https://tsa.example.jp/, or --tsa rehearsal.",
                "http か https のアドレスを指定してください。例: --tsa https://tsa.example.jp/、--tsa rehearsal",
            ),
        )
