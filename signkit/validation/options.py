"""What a caller may choose for a validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from signkit.limits import Limits
from signkit.pki.anchors import TrustStore, default_trust_store
from signkit.pki.policy import Policy, shipped_policy
from signkit.validation.profile import ProfileName

if TYPE_CHECKING:
    from signkit.pki.revocation.sources import RevocationSource


@dataclass(frozen=True)
class ValidationOptions:
    """Options of one run.

    Attributes:
        policy: see :mod:`signkit.pki.policy`.
        trust: the anchors; the JPKI CAs where none are named.
        at: the moment to judge at; None: now.
        offline: no socket is opened; only evidence in the file and on this machine (folders, imported lists) counts.
        limits: what a single file may cost.
        identity: show the four attributes of a JPKI certificate.
        revocation: where evidence is looked for that the file does not hold.
        profile: what the file is held against beside, such as what the registry asks; see :mod:`profile_registry`.
        expect: who must have signed which field, by field; counts before what the contract says.
        password: opens those files that are encrypted; the empty one is tried as well.
    """

    policy: Policy = field(default_factory=lambda: shipped_policy("default"))
    trust: TrustStore = field(default_factory=default_trust_store)
    at: datetime | None = None
    offline: bool = False
    limits: Limits = field(default_factory=Limits)
    identity: bool = False
    revocation: Sequence[RevocationSource] = ()
    expect: Mapping[str, str] = field(default_factory=dict)
    password: str | None = field(default=None, repr=False)
    profile: ProfileName | None = None

    def moment(self) -> datetime:
        """Return the moment to judge at, in UTC."""
        chosen = self.at or datetime.now(UTC)
        return chosen if chosen.tzinfo else chosen.replace(tzinfo=UTC)
