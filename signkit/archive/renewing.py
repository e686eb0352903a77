"""Renewing the evidence of what is kept, before what it rests on ends (ETSI EN 319 142-1 5.5).

What is due is judged first: what does not hold any more is not renewed, for a timestamp of today proves nothing of
yesterday.  The renewed file is judged too, and must hold longer, before it joins the entry's history; the bytes there
were stay, and are its beginning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from signkit.archive.adding import add_file, add_renewal
from signkit.archive.entries import LedgerEntry, load_entry
from signkit.archive.judging import Judged, judge_file
from signkit.archive.store import Archive, change_settings
from signkit.errors import SignKitError
from signkit.pki.policy import Policy
from signkit.signing.levels import Level, Services, extend
from signkit.validation.options import ValidationOptions
from signkit.words import Text

_LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
#: The archive's setting that says by which policy its evidence was judged last.
_POLICY = "evidence_policy"


@dataclass(frozen=True)
class Renewal:
    """What became of an entry that was looked at.

    Attributes:
        outcome: ``renewed``; ``holds``: it was judged, and is not due; ``refused``: it cannot be renewed (``why``).
        until: until when its evidence holds now; None: it does not, or nothing ends.
    """

    number: int
    outcome: Literal["renewed", "holds", "refused"]
    until: date | None = None
    why: Text | None = None


def entries_to_look_at(archive: Archive, due: date, level: Level | None, policy: Policy) -> list[int]:
    """Return the entries whose evidence ends by ``due``, whose level is lower, or of whose evidence nothing is known.

    Where the policy believes algorithms otherwise than when it was judged last, these are all files with signatures.
    """
    everything = archive.setting(_POLICY) != _fingerprint(policy)
    with archive.reading() as connection:
        rows = connection.execute(_CANDIDATES, {"due": due.isoformat(), "every": everything, **_lower(level)})
        return [number for (number,) in rows.fetchall()]


def renew(
    archive: Archive, numbers: Sequence[int], services: Services, options: ValidationOptions, due: date,
    level: Level | None = None,
) -> Iterator[Renewal]:  # fmt: skip
    """Judge entries, and renew those that are due; one that cannot be renewed stops none of the others.

    Args:
        numbers: see `entries_to_look_at`.
        services: timestamp services, tried in order, and sources of revocation evidence.
        options: how files are judged, before and after.
        due: evidence that ends by this day is renewed.
        level: a lower level is raised, whenever it ends.

    Raises:
        ArchiveError("archive-read-only", "archive-busy"), FileUnusable("output-not-written"): see `Archive.writing`.
    """
    for number in numbers:
        yield renew_entry(archive, number, services, options, due, level)
    note_policy(archive, options.policy)


def note_policy(archive: Archive, policy: Policy) -> None:
    """Write down by which policy everything was judged that had to be."""
    if archive.setting(_POLICY) != _fingerprint(policy):
        change_settings(archive, {_POLICY: _fingerprint(policy)})


def renew_entry(
    archive: Archive, number: int, services: Services, options: ValidationOptions, due: date, level: Level | None = None
) -> Renewal:
    """Judge one entry, and renew it if it is due; see `renew`."""
    with archive.reading() as connection:
        entry = load_entry(connection, number)
    return _renew_one(archive, entry, services, options, due, level)


def _renew_one(
    archive: Archive, entry: LedgerEntry, services: Services, options: ValidationOptions, due: date, level: Level | None
) -> Renewal:
    assert entry.current is not None
    name, number = entry.current.name, entry.number
    try:
        data = archive.blobs.read(entry.current.sha256)
        judged = judge_file(data, name, options)
    except SignKitError as error:
        return Renewal(number, "refused", None, _words(error))
    add_file(archive, data, name, judged)  # what it is judged now
    if judged.evidence_until is None:
        return Renewal(number, "holds" if judged.state == "complete" else "refused", None, judged.against)
    if judged.evidence_until > due and not _is_lower(judged.level, level):
        return Renewal(number, "holds", judged.evidence_until)
    made = _longest(data, name, judged, services, options, due)
    if isinstance(made, Text):
        return Renewal(number, "refused", judged.evidence_until, made)
    if not add_renewal(archive, number, entry.current.sha256, made.data, made.judged):
        return Renewal(number, "refused", judged.evidence_until, _MOVED)
    return Renewal(number, "renewed", made.judged.evidence_until)


@dataclass(frozen=True)
class _Made:
    """A renewed file."""

    data: bytes
    judged: Judged

    @property
    def until(self) -> date:
        return self.judged.evidence_until or date.max


def _longest(
    data: bytes, name: str, judged: Judged, services: Services, options: ValidationOptions, due: date
) -> _Made | Text:
    """Renew with the first service after which it holds beyond ``due``, else the longest; or say why there is none.

    A service that answers is not yet one that helps: its certificate, or its algorithm, may end as soon.
    """
    best: _Made | Text = _NO_LONGER
    for first in range(max(1, len(services.timestamps))):
        try:
            those = replace(services, timestamps=services.timestamps[first:])
            renewed = extend(data, Level.B_LTA, those, password=options.password).pdf
            made = _Made(renewed, judge_file(renewed, name, options))
        except SignKitError as error:
            return _words(error) if isinstance(best, Text) else best
        problem = _problem(data, judged, made)
        if problem is None and made.until > due:
            return made
        if problem is None and (isinstance(best, Text) or made.until > best.until):
            best = made
        elif isinstance(best, Text):
            best = problem or best
    return best


def _problem(data: bytes, before: Judged, made: _Made) -> Text | None:
    """Say why a renewed file must not replace the kept one."""
    after = made.judged
    if not made.data.startswith(data) or len(made.data) == len(data):
        return _NOT_APPENDED
    if after.state != before.state:
        return after.against or _WORSE
    if after.evidence_until is None and after.state != "complete":
        return after.against or _WORSE
    return None if before.evidence_until is not None and made.until > before.evidence_until else _NO_LONGER


def _is_lower(have: str | None, wanted: Level | None) -> bool:
    return wanted is not None and have in _LEVELS and _LEVELS.index(have) < _LEVELS.index(wanted.value)


def _lower(level: Level | None) -> dict[str, str | None]:
    """Return the three levels below the highest, as the query wants them: None for those that are good enough."""
    return {f"level{place}": each if _is_lower(each, level) else None for place, each in enumerate(_LEVELS[:3])}


def _fingerprint(policy: Policy) -> str:
    return hashlib.sha256(repr(policy.algorithms).encode()).hexdigest()


def _words(error: SignKitError) -> Text:
    return Text(error.message("en"), error.message("ja"))


#: Nothing is known of the evidence where the kept report says nothing of it: an older SignKit made it.
_CANDIDATES = """
    SELECT e.id FROM entry e WHERE e.form = 'file' AND (
        :every OR e.evidence_until <= :due OR e.level IN (:level0, :level1, :level2)
        OR (e.evidence_until IS NULL AND (
            SELECT json_type(r.report, '$.evidence_until') FROM revision r WHERE r.entry = e.id
            ORDER BY r.size DESC, r.id DESC LIMIT 1) IS NULL)
    ) ORDER BY e.id
"""
_MOVED = Text(
    "another file has joined its history meanwhile; the next run renews that",
    "更新の間に、この記録へ別のファイルが加わりました。次回の実行でそれを更新します",
)
_NOT_APPENDED = Text(
    "the renewed file is no continuation of the kept one", "更新後のファイルが元のファイルの続きになっていません"
)
_WORSE = Text("the renewed file is judged worse", "更新後のファイルの判定が元より悪くなります")
_NO_LONGER = Text(
    "its evidence would hold no longer than now: the timestamp services' own certificates end as soon; use another one",
    "更新しても期限が延びません。タイムスタンプ局の証明書の期限が同じか短いため、別の局を使ってください",
)
