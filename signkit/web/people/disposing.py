"""The archive's purge by two people: what is asked names each entry as it was, and nothing else is deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from signkit.archive.purging import Due, due_entries, existing_entries, purge
from signkit.archive.store import Archive
from signkit.japan_time import JST
from signkit.web.people.declining import Declined


def due_now(archive: Archive, *, among: Collection[int] | None = None, after: int = 0) -> Iterator[Due]:
    """Yield what need not be kept any longer, by the day in Japan; see `due_entries`."""
    return due_entries(archive, archive.clock().astimezone(JST).date(), among=among, after=after)


def told(due: Sequence[Due]) -> dict[str, Any]:
    """Return what is asked for: entries by number, why they may go, and the files that they have now."""
    return {
        "entries": [
            {
                "number": each.entry.number,
                "kept_until": each.kept_until.isoformat(),
                "rule": each.rule,
                "files": sorted(revision.sha256 for revision in each.entry.revisions),
            }
            for each in due
        ]
    }


def dispose(archive: Archive, facts: dict[str, Any]) -> int:
    """Delete what was approved, and return how many entries; those that are gone already need nothing.

    Raises:
        Declined("approval_changed"): an entry is another one by now, or has to be kept after all; nothing was deleted.
    """
    asked = {each["number"] for each in facts["entries"]}
    due = {each.entry.number: each for each in due_now(archive, among=asked)}
    there = [each for each in facts["entries"] if each["number"] in due]
    wanted = [due[each["number"]] for each in there]
    if told(wanted)["entries"] != there or _kept(archive, facts, due):
        raise Declined("approval_changed", 409)
    purge(archive, wanted)
    return len(wanted)


def _kept(archive: Archive, facts: dict[str, Any], due: dict[int, Due]) -> bool:
    """Tell whether an entry is still there that need not go any more."""
    asked = [each["number"] for each in facts["entries"] if each["number"] not in due]
    with archive.reading() as connection:
        return bool(existing_entries(connection, asked))
