"""How far a contract is in the office: made, asked to be approved, approved or sent back, declined by a party.

What is approved is a file, by its digest; only that file, and what signatures make of it, may be signed.  Remarks lie
in the tenant's store beside the contract and never in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal, get_args

from signkit.web.api.database import StoreConnection, find_each
from signkit.web.api.identifiers import new_id

State = Literal["made", "asked", "approved", "sent-back", "declined", "ended"]
#: What somebody does with a contract; ``remark`` and ``dates`` leave its state as it is.
Act = Literal[
    "make", "ask", "approve", "send-back", "decline", "remark", "dates", "sign", "link", "revoke", "open", "remind"
]

STATES: tuple[State, ...] = get_args(State)
#: From which states an act leads on, and where to.
_STEPS: dict[Act, tuple[tuple[State, ...], State]] = {
    "ask": (("made", "sent-back", "declined"), "asked"),
    "approve": (("asked",), "approved"),
    "send-back": (("asked", "approved", "declined"), "sent-back"),
    "decline": (("approved",), "declined"),
}
MOST_TEXT = 2000


@dataclass(frozen=True)
class Remark:
    """What was done or said.

    Attributes:
        who: a person's id, or ``party:ROLE``.
        sha256: the file at that time.
    """

    at: str
    who: str
    act: Act
    sha256: str
    text: str = ""


@dataclass(frozen=True)
class HandOver:
    """One contract's way through the office.

    Attributes:
        sha256: of the file as it is now.
        name: what it is called.
        approved: the digest of the file that was approved; None where it is not.
        approved_by: who did.
        remind_on, expires_on: ISO days; from the first it is overdue, after the second it is not signed any more.
        reminded_on: the day on which somebody was reminded last, ISO.
        batch: the table of which it is a row; None: made by itself.
        version: counts its changes: whoever changes it says which they saw.
    """

    id: str
    sha256: str
    name: str
    maker: str
    state: State = "made"
    asked_by: str | None = None
    approved: str | None = None
    approved_by: str | None = None
    remind_on: str | None = None
    expires_on: str | None = None
    reminded_on: str | None = None
    batch: str | None = None
    version: int = 1
    remarks: tuple[Remark, ...] = ()

    def can(self, act: Act) -> bool:
        """Tell whether an act fits the state."""
        return act not in _STEPS or self.state in _STEPS[act][0]

    @property
    def signed(self) -> tuple[str, ...]:
        """The roles that signed it here, in their order."""
        return tuple(each.text for each in self.remarks if each.act == "sign" and each.text)

    def is_expired(self, today: date) -> bool:
        """Tell whether its time to be signed is over."""
        return self.expires_on is not None and today.isoformat() > self.expires_on

    def is_overdue(self, today: date) -> bool:
        """Tell whether somebody should be reminded."""
        return self.is_expired(today) or (self.remind_on is not None and today.isoformat() >= self.remind_on)

    def is_reminded(self, today: date) -> bool:
        """Tell whether those for whom it waits are reminded today."""
        is_waited_for = self.state not in ("declined", "ended") and not self.is_expired(today)
        return is_waited_for and self.is_overdue(today)

    def may_be_signed(self, today: date) -> bool:
        """Tell whether it was approved, and is not expired."""
        return self.state == "approved" and not self.is_expired(today)


def state_of(known: HandOver) -> str:
    """Return what a form carries, so that it is not taken on another state than the one that was seen."""
    return f"{known.version}-{known.sha256}"


def begin(
    connection: StoreConnection, sha256: str, name: str, maker: str, now: str, batch: str | None = None
) -> HandOver:
    """Begin with a file that was made; one that is on its way already stays as it is."""
    known = find(connection, sha256)
    if known is not None and known.state != "ended":
        return known
    made = HandOver(new_id(), sha256, name, maker, batch=batch, remarks=(Remark(now, maker, "make", sha256),))
    connection.execute(
        "INSERT INTO handover (id, state, content) VALUES (?, ?, ?)", (made.id, made.state, _plain(made))
    )
    _note_file(connection, made)
    return made


def advance(connection: StoreConnection, seen: HandOver, act: Act, who: str, now: str, text: str = "") -> HandOver:
    """Do what fits the state (`HandOver.can`), and keep what was said with it."""
    remark = Remark(now, who, act, seen.sha256, text[:MOST_TEXT])
    changed = replace(seen, version=seen.version + 1, remarks=(*seen.remarks, remark))
    if act in _STEPS:
        is_approved = act == "approve"
        changed = replace(
            changed, state=_STEPS[act][1], asked_by=who if act == "ask" else seen.asked_by,
            approved=seen.sha256 if is_approved else None, approved_by=who if is_approved else None,
        )  # fmt: skip
    return _keep(connection, changed)


def set_dates(
    connection: StoreConnection, seen: HandOver, who: str, now: str, remind_on: date | None, expires_on: date | None
) -> HandOver:
    """Say from when somebody is to be reminded, and until when it may be signed."""
    remind, expires = _iso(remind_on), _iso(expires_on)
    dated = replace(seen, remind_on=remind, expires_on=expires)
    return advance(connection, dated, "dates", who, now, f"{remind or '–'} / {expires or '–'}")


def note_reminder(
    connection: StoreConnection, seen: HandOver, now: str, today: date, roles: list[str], who: str = "service"
) -> HandOver:
    """Write down that those were reminded for whom it waits; ``roles``: the parties among them.

    Its version stays: nobody's form is on an old state for that.
    """
    remark = Remark(now, who, "remind", seen.sha256, " ".join(roles))
    return _keep(connection, replace(seen, reminded_on=today.isoformat(), remarks=(*seen.remarks, remark)))


def continue_with(connection: StoreConnection, before: str, after: str, who: str, now: str, role: str = "") -> None:
    """Let the file that a signature made stand where the one was that was signed; ``role``: whose it is."""
    known = find(connection, before)
    if known is not None:
        _note_file(connection, _keep_signed(connection, replace(known, sha256=after), who, now, role))


def _keep_signed(connection: StoreConnection, signed: HandOver, who: str, now: str, role: str) -> HandOver:
    remark = Remark(now, who, "sign", signed.sha256, role)
    return _keep(connection, replace(signed, version=signed.version + 1, remarks=(*signed.remarks, remark)))


def end(connection: StoreConnection, sha256: str) -> None:
    """Let nobody wait for a contract any more: it is signed by all, or was thrown away."""
    known = find(connection, sha256)
    if known is not None:
        _keep(connection, replace(known, state="ended", version=known.version + 1))
        connection.execute(
            "DELETE FROM party_mail WHERE link IN (SELECT id FROM party_link WHERE handover = ?)", (known.id,)
        )


def find(connection: StoreConnection, sha256: str) -> HandOver | None:
    """Return how far the contract is that a file is, or was before it was signed further; None: on no way."""
    row = connection.execute(
        "SELECT h.content FROM handover h JOIN handover_file f ON f.handover = h.id WHERE f.sha256 = ?", (sha256,)
    ).fetchone()
    return _read(row[0]) if row else None


def find_all(connection: StoreConnection, files: Sequence[str]) -> dict[str, HandOver]:
    """Return how far each contract is that one of these files is, or was; see `find`."""
    statement = (
        "SELECT f.sha256, h.content FROM handover h JOIN handover_file f ON f.handover = h.id WHERE f.sha256 IN (?)"
    )
    return {sha256: _read(content) for sha256, content in find_each(connection, statement, files)}


def find_by_id(connection: StoreConnection, id_: str) -> HandOver | None:
    """Return a contract's way; None where there is none."""
    row = connection.execute("SELECT content FROM handover WHERE id = ?", (id_,)).fetchone()
    return _read(row[0]) if row else None


def under_way(connection: StoreConnection) -> Iterator[HandOver]:
    """Yield all that have not ended, the newest first."""
    rows = connection.execute("SELECT content FROM handover WHERE state != 'ended' ORDER BY id DESC")
    return (_read(content) for (content,) in rows.fetchall())


def _keep(connection: StoreConnection, changed: HandOver) -> HandOver:
    connection.execute(
        "UPDATE handover SET state = ?, content = ? WHERE id = ?", (changed.state, _plain(changed), changed.id)
    )
    return changed


def _note_file(connection: StoreConnection, handover: HandOver) -> None:
    connection.execute(
        "INSERT INTO handover_file (sha256, handover) VALUES (?, ?) "
        "ON CONFLICT (sha256) DO UPDATE SET handover = excluded.handover",
        (handover.sha256, handover.id),
    )


def _plain(handover: HandOver) -> str:
    return json.dumps(asdict(handover), ensure_ascii=False, separators=(",", ":"))


def _read(content: str) -> HandOver:
    plain: dict[str, Any] = json.loads(content)
    return HandOver(**plain | {"remarks": tuple(Remark(**each) for each in plain["remarks"])})


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
