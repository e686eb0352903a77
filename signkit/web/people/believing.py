"""The anchors that a service believes where its operator asks for two people: those that its own people agreed to.

They are named by files of the machine, as anywhere; what is named there and was not agreed to is not believed, and what
was agreed to and is not named any more is not either.  The shipped CA certificates of JPKI need nobody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from signkit.pki.anchors import TrustStore
from signkit.web.api.database import StoreConnection

_AGREED = """
    SELECT content FROM approval WHERE action = 'trust' AND state = 'done' ORDER BY decided_at DESC, id DESC LIMIT 1
"""


@dataclass(frozen=True)
class TrustChange:
    """What would be believed from now on, beside what is.

    Attributes:
        anchors: all of it, by `Anchor.name`; each with what people call it.
        added: those that are not believed yet.
        removed: those that were agreed to, and are not named by the machine any more.
        before: the digest of what was agreed to; who decides finds the same, or decides nothing.
    """

    anchors: dict[str, str]
    added: dict[str, str]
    removed: dict[str, str]
    before: str

    @property
    def is_change(self) -> bool:
        """Whether there is anything to decide."""
        return bool(self.added or self.removed)

    @property
    def facts(self) -> dict[str, Any]:
        """What is asked for (`signkit.web.people.approvals`)."""
        return {"anchors": self.anchors, "added": self.added, "removed": self.removed, "before": self.before}


def agreed(connection: StoreConnection) -> dict[str, str]:
    """Return the anchors that two people agreed to last, by name; none where nobody did."""
    row = connection.execute(_AGREED).fetchone()
    return dict(json.loads(row[0])["anchors"]) if row else {}


def trust_change(connection: StoreConnection, named: TrustStore) -> TrustChange:
    """Return what is to be decided.

    Args:
        named: what the machine names, agreed to or not.
    """
    before = agreed(connection)
    anchors = {each.name: each.label.name for each in named.anchors if not each.is_shipped}
    return TrustChange(
        anchors,
        {name: called for name, called in anchors.items() if name not in before},
        {name: called for name, called in before.items() if name not in anchors},
        digest_of_set(before),
    )


def digest_of_set(names: Iterable[str]) -> str:
    """Return the digest of a set of anchors, by their names."""
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()
