"""How far a table's contracts are in the office, together: asked for, approved and sent back as one.

Each row is a contract of its own and goes its own way as well; what is done with the table is done with every row that
it fits.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from signkit.web.office import handover
from signkit.web.office.handover import Act, HandOver, state_of
from signkit.web.office.handover_panel import Onlooker, is_own_asking

if TYPE_CHECKING:
    from signkit.web.api.database import StoreConnection
    from signkit.web.desk.batches import DeskBatch

#: What is done with a table as a whole; the rest each row's page does.
TABLE_ACTS: tuple[Act, ...] = ("ask", "approve", "send-back", "remark")


@dataclass(frozen=True)
class TableWay:
    """A table's contracts on their way, in the order of the rows."""

    rows: tuple[HandOver, ...]

    @property
    def state(self) -> str:
        """What a form carries, so that it is not taken on another state of any row than the one that was seen."""
        return hashlib.sha256("\n".join(map(state_of, self.rows)).encode()).hexdigest()

    @property
    def under_way(self) -> list[HandOver]:
        """The rows that have not ended."""
        return [each for each in self.rows if each.state != "ended"]

    @property
    def dates(self) -> dict[str, str]:
        """The days that all rows under way have in common, as a form shows them."""
        said = {name: {getattr(each, name) or "" for each in self.under_way} for name in ("remind_on", "expires_on")}
        return {name: days.pop() if len(days) == 1 else "" for name, days in said.items()}

    def fitting(self, act: Act, office: Onlooker) -> list[HandOver]:
        """Return the rows with which a person may do it."""
        fit = [each for each in self.under_way if each.can(act)]
        return [each for each in fit if not (act == "approve" and is_own_asking(office, each))]


def way_of(connection: StoreConnection, batch: DeskBatch) -> TableWay:
    """Return how far a table's contracts are."""
    digests = list(batch.digests.values())
    known = handover.find_all(connection, digests)
    found = dict.fromkeys(known[each] for each in digests if each in known)  # rows that say the same are one contract
    return TableWay(tuple(found))
