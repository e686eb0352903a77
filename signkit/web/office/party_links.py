"""A party's way in by a link: one role of one contract, for some days, opened once.

A link is ``pt_TENANT_ID_SECRET``: it leads to its tenant's store and to no other; the store has its SHA-256 alone.
Opening it, by a click and not by looking (scanners of mails look), gives that one browser a cookie of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from signkit.web.api.database import StoreConnection, find_each
from signkit.web.api.identifiers import new_id
from signkit.web.api.store import Store, moment
from signkit.web.api.tenants import Tenant, Tenants
from signkit.words import Language

_TOKEN = re.compile(r"(pt|pc)_([0-9a-f-]{36})_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})")
_COLUMNS = "id, handover, role, language, created_at, expires_at, opened_at, revoked_at"
DAYS = (3, 7, 14, 30)


@dataclass(frozen=True)
class PartyLink:
    """A link as it is listed: without its secret.

    Attributes:
        handover: the contract's way through the office (`signkit.web.office.handover`).
        created_at, expires_at, opened_at, revoked_at: as `signkit.web.api.store.moment` writes them.
    """

    id: str
    handover: str
    role: str
    language: Language
    created_at: str
    expires_at: str
    opened_at: str | None = None
    revoked_at: str | None = None

    def is_good(self, now: str) -> bool:
        """Tell whether it may (still) be used."""
        return self.revoked_at is None and now < self.expires_at

    def look(self, now: str) -> Literal["link_revoked", "link_over", "link_opened", "link_unopened"]:
        """Return how it stands, by the key of the words for it."""
        if self.revoked_at is not None:
            return "link_revoked"
        if not self.is_good(now):
            return "link_over"
        return "link_opened" if self.opened_at is not None else "link_unopened"


def add_link(
    connection: StoreConnection, store: Store, handover: str, role: str, days: int, language: Language
) -> PartyLink:
    """Make a link that nobody can use before its text is told (`tell_link`)."""
    ends = moment(store.clock() + timedelta(days=days))
    link = PartyLink(new_id(), handover, role, language, store.now(), ends)
    connection.execute(
        f"INSERT INTO party_link ({_COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, ?)",  # noqa: S608
        (link.id, handover, role, language, link.created_at, link.expires_at, b""),
    )
    return link


def tell_link(connection: StoreConnection, tenant: Tenant, link: PartyLink) -> str:
    """Return a link's text, told this once; one that was told before leads nowhere from now on."""
    secret = secrets.token_urlsafe(32)
    connection.execute("UPDATE party_link SET hash = ? WHERE id = ?", (_hash(secret), link.id))
    return f"pt_{tenant.id}_{link.id}_{secret}"


def find_link(connection: StoreConnection, id_: str) -> PartyLink | None:
    """Return a link; None where there is none."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM party_link WHERE id = ?", (id_,)).fetchone()  # noqa: S608
    return _link(row) if row else None


def list_links(connection: StoreConnection, handover: str) -> list[PartyLink]:
    """Return the links of a contract, the newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM party_link WHERE handover = ? ORDER BY id DESC",  # noqa: S608
        (handover,),
    )
    return [_link(row) for row in rows.fetchall()]


def list_all_links(connection: StoreConnection, handovers: Sequence[str]) -> dict[str, list[PartyLink]]:
    """Return the links of many contracts by their ways; see `list_links`."""
    statement = f"SELECT {_COLUMNS} FROM party_link WHERE handover IN (?)"  # noqa: S608
    found: dict[str, list[PartyLink]] = {}
    for link in sorted(map(_link, find_each(connection, statement, handovers)), key=lambda each: each.id, reverse=True):
        found.setdefault(link.handover, []).append(link)
    return found


def note_mail(connection: StoreConnection, link: PartyLink, to: str) -> None:
    """Keep where a link is written to, until the contract has ended."""
    connection.execute("INSERT INTO party_mail (link, address) VALUES (?, ?)", (link.id, to))


def mailed_to(connection: StoreConnection, link: PartyLink) -> str | None:
    """Return where a link was written to; None where it was told otherwise."""
    row = connection.execute("SELECT address FROM party_mail WHERE link = ?", (link.id,)).fetchone()
    return row[0] if row else None


def all_mailed_to(connection: StoreConnection, links: Sequence[str]) -> dict[str, str]:
    """Return where links were written to, by their ids; those that were told otherwise are not among them."""
    return dict(find_each(connection, "SELECT link, address FROM party_mail WHERE link IN (?)", links))


def revoke_link(connection: StoreConnection, id_: str, now: str) -> None:
    """Let a link lead nowhere from now on, nor the browser that opened it."""
    connection.execute("UPDATE party_link SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (now, id_))


def open_link(connection: StoreConnection, tenant: Tenant, link: PartyLink) -> str | None:
    """Open a link; return the text of the browser's cookie, told this once, or None where it was opened before."""
    secret = secrets.token_urlsafe(32)
    opened = connection.execute(
        "UPDATE party_link SET opened_at = ?, session = ? WHERE id = ? AND opened_at IS NULL",
        (tenant.store.now(), _hash(secret), link.id),
    )
    return f"pc_{tenant.id}_{link.id}_{secret}" if opened.rowcount else None


def admit_party(tenants: Tenants, text: str, kind: Literal["pt", "pc"]) -> tuple[Tenant, PartyLink] | None:
    """Return whose link (``pt``) or cookie (``pc``) it is; None where it is none, or is over.

    Raises:
        ServiceError: the tenant's store cannot be used.
    """
    match = _TOKEN.fullmatch(text)
    if match is None or match[1] != kind:
        return None
    tenant = tenants.find(match[2])
    if tenant is None:
        return None
    with tenant.store.reading() as connection:
        row = connection.execute("SELECT hash, session FROM party_link WHERE id = ?", (match[3],)).fetchone()
        link = find_link(connection, match[3])
    kept = row[0 if kind == "pt" else 1] if row else None
    if (
        link is None
        or not kept
        or not hmac.compare_digest(kept, _hash(match[4]))
        or not link.is_good(tenant.store.now())
    ):
        return None
    return tenant, link


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _link(row: Sequence[Any]) -> PartyLink:
    return PartyLink(*row)
