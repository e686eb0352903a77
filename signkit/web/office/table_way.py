"""How far a table's contracts are in the office, together: asked for, approved and sent back as one.

Each row is a contract of its own and goes its own way as well; what is done with the table is done with every row that
it fits.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signkit.web.office import handover
from signkit.web.office.handover import MOST_TEXT, STATES, Act, HandOver, state_of
from signkit.web.office.handover_panel import WITH_REASON, Onlooker, is_own_asking

if TYPE_CHECKING:
    from signkit.web.api.database import StoreConnection
    from signkit.web.desk.batches import DeskBatch

#: What is done with a table as a whole; the rest each row's page does.
TABLE_ACTS: tuple[Act, ...] = ("ask", "approve", "send-back")


@dataclass(frozen=True)
class TableWay:
    """A table's contracts on their way, in the order of the rows."""

    rows: tuple[HandOver, ...]

    @property
    def state(self) -> str:
        """What a form carries, so that it is not taken on another state of any row than the one that was seen."""
        return hashlib.sha256("\n".join(map(state_of, self.rows)).encode()).hexdigest()

    def fitting(self, act: Act, office: Onlooker) -> list[HandOver]:
        """Return the rows with which a person may do it."""
        fit = [each for each in self.rows if each.state != "ended" and each.can(act)]
        return [each for each in fit if not (act == "approve" and is_own_asking(office, each))]


def way_of(connection: StoreConnection, batch: DeskBatch) -> TableWay:
    """Return how far a table's contracts are."""
    digests = list(batch.digests.values())
    known = handover.find_all(connection, digests)
    found = dict.fromkeys(known[each] for each in digests if each in known)  # rows that say the same are one contract
    return TableWay(tuple(found))


def table_panel(office: Onlooker, batch: DeskBatch) -> Mapping[str, Any]:
    """Return what a table's page shows of its way through the office."""
    with office.store.reading() as connection:
        way = way_of(connection, batch)
    if not way.rows:
        return {"beside": ()}
    counted = Counter(each.state for each in way.rows)
    today = office.today()
    return {
        "beside": ("table_panel.html",),
        "way_state": way.state,
        "counted": [(each, counted[each]) for each in STATES if counted[each]],
        "way_acts": [(act, len(fit)) for act in TABLE_ACTS if (fit := way.fitting(act, office))],
        "is_own_asking": any(is_own_asking(office, each) for each in way.rows if each.state == "asked"),
        "with_reason": WITH_REASON,
        "most_text": MOST_TEXT,
        "approved": sum(each.may_be_signed(today) for each in way.rows),
    }
