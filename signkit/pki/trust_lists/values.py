"""What an imported list says: its services, what each is believed for, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

#: What an anchor is believed for: people's signatures, organisations' seals, timestamps.
Purpose = Literal["sign", "seal", "timestamp"]
EVERY_PURPOSE: frozenset[Purpose] = frozenset({"sign", "seal", "timestamp"})

#: Statuses in which a service is believed (TS 119 612 5.5.4, and those before 2016-07 of annex D.5.6).
GRANTED = frozenset(
    {
        "granted",
        "recognisedatnationallevel",
        "undersupervision",
        "supervisionincessation",
        "accredited",
        "setbynationallaw",
    }
)

ListKind = Literal["etsi", "bundle"]


@dataclass(frozen=True)
class Objection:
    """Why an anchor is not believed: a reason's code (see `signkit.validation.reasons`) and what its sentence needs."""

    code: str
    facts: Mapping[str, object]
    sub_indication: str = "NO_CERTIFICATE_CHAIN_FOUND"


@dataclass(frozen=True)
class Period:
    """What a service was from a moment on, until the next period begins.

    Attributes:
        start: UTC.
        status: the last part of the list's status URI: ``granted``, ``withdrawn``, …
        purposes: what it is believed for; empty unless the status is one of being granted, and the type a known one.
    """

    start: datetime
    status: str
    purposes: frozenset[Purpose]


@dataclass(frozen=True)
class ListedService:
    """A service of a list with its certificates (DER).

    Attributes:
        listed_in: the name of the list.
        signs_for_others: its keys sign what its customers tell it to (立会人型).
        holders: with ``signs_for_others``, the organisations (O=) whose keys those are; empty: every certificate under
            the service.
        periods: oldest first; at least one.
        until: how far the list can be asked: its next update; None: it is the last one.
    """

    listed_in: str
    provider: str
    name: str
    certificates: tuple[bytes, ...]
    periods: tuple[Period, ...]
    until: datetime | None = None
    signs_for_others: bool = False
    holders: tuple[str, ...] = ()

    @property
    def purposes(self) -> frozenset[Purpose]:
        """What it is believed for at some time or other."""
        return frozenset[Purpose]().union(*(period.purposes for period in self.periods))

    def at(self, moment: datetime) -> Period | None:
        """Return what it was at a moment; None before it was listed."""
        return next((period for period in reversed(self.periods) if period.start <= moment), None)

    def objection(self, wanted: frozenset[Purpose], moment: datetime) -> Objection | None:
        """Say why it is not believed for any of ``wanted`` at ``moment`` (ETSI TS 119 612 5.5.4); None where it is."""
        facts: dict[str, object] = {"list": self.listed_in, "provider": self.provider, "service": self.name}
        period = self.at(moment)
        if period is None:
            return Objection("service-not-yet-listed", facts | {"since": self.periods[0].start})
        if not period.purposes and period.status not in GRANTED:
            return Objection("service-not-granted", facts | {"status": period.status, "since": period.start})
        if not period.purposes & wanted:
            return Objection("anchor-other-purpose", {"name": f"{self.provider}: {self.name}"})
        if self.until is not None and moment > self.until:
            return Objection("trust-list-stale", facts | {"due": self.until}, "TRY_LATER")
        return None


@dataclass(frozen=True)
class TrustList:
    """An imported list.

    Attributes:
        kind: an ETSI TS 119 612 list, or a bundle of certificates without any signature of its own.
        name: its operator's name and territory, or the label that the user gave.
        source: the file that it was imported from.
        sha256: of that file.
        sequence: TSLSequenceNumber; 0 for a bundle.
        issued, next_update: UTC; ``next_update`` None: the list is the last one, or a bundle, which has none.
        signer: the certificate (DER) whose key signed it; the next one must be signed by the same, or a named one.
    """

    kind: ListKind
    name: str
    source: str
    sha256: str
    sequence: int
    issued: datetime
    next_update: datetime | None
    signer: bytes | None
    services: tuple[ListedService, ...]

    def is_stale(self, now: datetime | None = None) -> bool:
        """Tell whether a newer one was due."""
        return self.next_update is not None and self.next_update < (now or datetime.now(UTC))
