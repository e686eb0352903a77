"""What a table's page shows of the way of its contracts through the office, and of the links of their parties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signkit.web.office.handover import MOST_TEXT, STATES, State
from signkit.web.office.handover_panel import WITH_REASON, Onlooker, is_own_asking
from signkit.web.office.mail import failed_mails
from signkit.web.office.page_words import OFFICE_WORDS
from signkit.web.office.party_links import DAYS
from signkit.web.office.table_links import LinkedRow, TableLinks, links_of_table
from signkit.web.office.table_way import TABLE_ACTS, way_of
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.contracts.template import Party
    from signkit.web.desk.batches import DeskBatch

#: How a state looks on a row that is not approved.
LOOKS: Mapping[State, str] = {"asked": "next", "sent-back": "broken", "declined": "broken", "made": "waiting"}


def table_panel(office: Onlooker, batch: DeskBatch, parties: Sequence[Party]) -> Mapping[str, Any]:
    """Return what a table's page shows of its way through the office."""
    with office.store.reading() as connection:
        way = way_of(connection, batch)
        links = links_of_table(connection, batch, office.store.now(), office.today())
        failed = failed_mails(connection)
    if not way.rows:
        return {"beside": (), "marks": {}}
    assert office.service is not None
    counted = Counter(each.state for each in way.rows)
    return {
        "beside": ("table_panel.html",),
        "way_state": way.state,
        "counted": [(each, counted[each]) for each in STATES if counted[each]],
        "way_acts": [(act, len(fit)) for act in TABLE_ACTS if (fit := way.fitting(act, office))],
        "is_own_asking": any(is_own_asking(office, each) for each in way.rows if each.state == "asked"),
        "with_reason": WITH_REASON,
        "most_text": MOST_TEXT,
        "approved": sum(each.may_be_signed(links.today) for each in way.rows),
        "dates": way.dates,
        "under_way": len(way.under_way),
        "linked": _linked(batch, parties, links),
        "days": DAYS,
        "may_mail": office.service.own.mail_server is not None,
        "marks": {each.known.sha256: marks_of(each, links, failed) for each in links.rows},
        "cared_for": [(each, why) for each in links.rows if (why := _why_cared_for(each, links, failed)) is not None],
    }


@dataclass(frozen=True)
class RoleLinks:
    """What a table's page shows of the links of one role: how many have none, have one, and can be reminded by mail."""

    role: str
    label: Text
    without: int
    told: int
    to_remind: int


def _linked(batch: DeskBatch, parties: Sequence[Party], links: TableLinks) -> list[RoleLinks]:
    """Return it of the roles that every row has and that are somebody else's in each; of all where none is."""
    of_all = [each for each in parties if not each.optional]
    apart = [each for each in of_all if each.role not in batch.one_signer] or of_all
    found = (
        RoleLinks(
            each.role, each.label, *(len(rows(each.role)) for rows in (links.without, links.told, links.to_remind))
        )
        for each in apart
    )
    return [each for each in found if each.without or each.told]


def marks_of(row: LinkedRow, links: TableLinks, failed: Container[str]) -> list[tuple[str, Text]]:
    """Return what a row shows beside who signed it, each with its look."""
    known, newest = row.known, row.links[0] if row.links else None
    if known.state == "ended":
        return []
    marks = [] if known.state == "approved" else [(LOOKS[known.state], OFFICE_WORDS[f"handover_{_key(known.state)}"])]
    if known.is_expired(links.today):
        marks.append(("broken", OFFICE_WORDS["expired"].filled(day=known.expires_on or "")))
    elif known.is_reminded(links.today):
        marks.append(("broken", OFFICE_WORDS["overdue_since"].filled(day=known.remind_on or "")))
    if newest is not None and newest.role not in known.signed:
        marks.append(("waiting", OFFICE_WORDS["link_is"].filled(state=OFFICE_WORDS[newest.look(links.now)])))
    if known.id in failed:
        marks.append(("broken", OFFICE_WORDS["mail_failed"]))
    return marks


def _why_cared_for(row: LinkedRow, links: TableLinks, failed: Container[str]) -> Text | None:
    """Return why somebody has to look at a row: it was declined, is late, or a mail about it failed."""
    if row.known.state == "declined":
        said = next((each.text for each in reversed(row.known.remarks) if each.act == "decline"), "")
        return OFFICE_WORDS["declined_because"].filled(why=said)
    late = [said for look, said in marks_of(row, links, failed) if look == "broken" and row.known.state != "sent-back"]
    return late[0] if late else None


def _key(state: State) -> str:
    return state.replace("-", "_")
