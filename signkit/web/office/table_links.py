"""The links of all of a table's parties: each gets their own, told as a list for a mailing of one's own, or by mail.

What is a link, what is written with it, and how it is sent, is as for one contract (`party_links`, `mail`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from signkit.archive.exporting import cells
from signkit.web.office import handover
from signkit.web.office.handover import HandOver
from signkit.web.office.mail import Letter, address_of, letter, opened_address, reminder, until_in_words
from signkit.web.office.party_links import PartyLink, all_mailed_to, list_all_links, tell_link
from signkit.web.people.mail_addresses import is_address
from signkit.words import Language, Text

if TYPE_CHECKING:
    from signkit.web.api.database import StoreConnection
    from signkit.web.api.service import Service
    from signkit.web.api.tenants import Tenant
    from signkit.web.desk.batches import DeskBatch


@dataclass(frozen=True)
class LinkedRow:
    """A table's contract, as far as links for its parties go.

    Attributes:
        name: the contract's file name without suffix.
        person: whom it is about.
        links: of all its parties, the newest first.
        mailed: where links were written to, by their ids.
    """

    known: HandOver
    name: str
    person: str
    links: tuple[PartyLink, ...]
    mailed: Mapping[str, str]

    def link_of(self, role: str, now: str) -> PartyLink | None:
        """Return the link for a role that is good; None where there is none."""
        return next((each for each in self.links if each.role == role and each.is_good(now)), None)

    def address_of(self, role: str, now: str) -> str | None:
        """Return where the link for a role was written to; None where it was told otherwise, or there is none."""
        link = self.link_of(role, now)
        return self.mailed.get(link.id) if link is not None else None


@dataclass(frozen=True)
class TableLinks:
    """The links of a table, at a moment."""

    rows: tuple[LinkedRow, ...]
    now: str
    today: date

    def waiting(self, role: str) -> list[LinkedRow]:
        """Return the contracts that may be signed and that a role has not signed."""
        return [
            each for each in self.rows if each.known.may_be_signed(self.today) and role not in each.known.signed
        ]  # fmt: skip

    def without(self, role: str) -> list[LinkedRow]:
        """Return those of them for which the role has no good link."""
        return [each for each in self.waiting(role) if each.link_of(role, self.now) is None]

    def told(self, role: str) -> list[LinkedRow]:
        """Return those of them for which the role has one."""
        return [each for each in self.waiting(role) if each.link_of(role, self.now) is not None]

    def to_remind(self, role: str) -> list[LinkedRow]:
        """Return those of them for which it was written to the role, and nobody was reminded today."""
        today = self.today.isoformat()
        told = (each for each in self.told(role) if each.known.reminded_on != today)
        return [each for each in told if each.address_of(role, self.now) is not None]


def links_of_table(connection: StoreConnection, batch: DeskBatch, now: str, today: date) -> TableLinks:
    """Return the links of a table's contracts, in the order of the rows."""
    known = handover.find_all(connection, list(batch.digests.values()))
    people = dict(zip(batch.names, batch.people, strict=True))
    found = {known[digest].id: name for name, digest in batch.digests.items() if digest in known}
    links = list_all_links(connection, list(found))
    mailed = all_mailed_to(connection, [link.id for each in links.values() for link in each])
    by_id = {each.id: each for each in known.values()}
    rows = (LinkedRow(by_id[id_], name, people[name], tuple(links.get(id_, ())), mailed) for id_, name in found.items())
    return TableLinks(tuple(rows), now, today)


@dataclass(frozen=True)
class LineRefused:
    """A line of addresses that cannot be used, and why."""

    number: int
    line: str
    why: Text


def read_addresses(rows: Sequence[LinkedRow], pasted: str) -> tuple[dict[str, str], list[LineRefused]]:
    """Return the addresses by the contracts' ways, and the lines that name none, as copied from a spreadsheet.

    Each line names its contract or whom it is about, so that nobody gets another's link because a line slipped.
    """
    found: dict[str, str] = {}
    refused: list[LineRefused] = []
    for number, line in enumerate(pasted.splitlines(), 1):
        if not line.strip():
            continue
        name, _, to = (
            part.strip() for part in re.sub(r"[\t,](?=[^\t,]*$)", "\n", line.strip(), count=1).partition("\n")
        )
        named = [each for each in rows if _same(name, each.name)] or [each for each in rows if _same(name, each.person)]
        why = _why_not(named, to, found)
        if why is not None:
            refused.append(LineRefused(number, line.strip(), why))
        else:
            found[named[0].known.id] = to
    return found, refused


def _why_not(named: Sequence[LinkedRow], to: str, found: Mapping[str, str]) -> Text | None:
    if not is_address(to):
        return _NO_ADDRESS
    if len(named) != 1:
        return _SEVERAL if named else _NOBODY
    return _TWICE if named[0].known.id in found else None


def _same(typed: str, name: str) -> bool:
    return "".join(typed.split()) == "".join(name.split())


@dataclass(frozen=True)
class ToldLink:
    """What a list says to one party."""

    row: LinkedRow
    link: PartyLink
    address: str
    letter: Letter


def told_anew(service: Service, connection: StoreConnection, tenant: Tenant, row: LinkedRow, role: str) -> ToldLink:
    """Return a link that was told before: one that nobody opened gets another text, and the one before is none."""
    link = row.link_of(role, tenant.store.now())
    assert link is not None
    token = tell_link(connection, tenant, link) if link.opened_at is None else ""
    address = address_of(service, token) if token else opened_address(service, link)
    return ToldLink(row, link, address, reminder(service, tenant, link, token, row.known))


def told_first(
    service: Service, connection: StoreConnection, tenant: Tenant, row: LinkedRow, link: PartyLink
) -> ToldLink:
    """Return a link that was just made."""
    token = tell_link(connection, tenant, link)
    return ToldLink(row, link, address_of(service, token), letter(service, tenant, link, token, row.known))


def list_as_csv(told: Iterable[ToldLink], role: str, language: Language) -> bytes:
    """Return links as CSV that Excel opens rightly, with a mail's words for each."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(each.in_language(language) for each in _COLUMNS)
    for each in told:
        until = until_in_words(each.link, each.row.known)
        plain = cells([each.row.name, each.row.person, role, each.address, until, each.letter.subject])
        writer.writerow([*plain, "\n".join(cells(each.letter.body.splitlines()))])
    return text.getvalue().encode("utf-8-sig")


_COLUMNS = (
    Text("Contract", "契約書"), Text("About", "氏名"), Text("Party", "当事者"), Text("Link", "リンク"),
    Text("Good until", "有効期限"), Text("Subject of a mail", "メールの件名"), Text("Text of a mail", "メールの本文"),
)  # fmt: skip
_NO_ADDRESS = Text("no mail address stands at its end", "最後の列がメールアドレスではありません")
_NOBODY = Text(
    "no contract that waits for a link has that name", "その名前の契約書は、リンクを待っているものの中にありません"
)
_SEVERAL = Text(
    "several contracts have that name; write the contract's", "同じ名前が複数あります。契約書の名前で書いてください"
)
_TWICE = Text("its contract stands in a line above already", "同じ契約書が上の行にもあります")
