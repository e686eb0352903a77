"""The archive's purge by two people: what is asked names each entry as it was, and nothing else is deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from signkit.archive.purging import Due, due_entries, existing_entries, purge
from signkit.archive.store import Archive
from signkit.japan_time import JST
from signkit.web.api.database import StoreConnection
from signkit.web.api.tenants import Tenant
from signkit.web.people.approvals import Approval, ask_approval, undecided
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


def numbers_in(facts: dict[str, Any]) -> set[int]:
    """Return the numbers of the entries that it is about."""
    return {each["number"] for each in facts["entries"]}


def asked_numbers(connection: StoreConnection, tenant: Tenant) -> set[int]:
    """Return the numbers of the entries whose deletion somebody asked for, and that are not decided or not gone yet."""
    asked = undecided(connection, tenant, "purge")
    return set().union(*(numbers_in(each.facts) for each in asked))


def ask_to_dispose(connection: StoreConnection, tenant: Tenant, facts: dict[str, Any], person: str) -> Approval:
    """Ask another person to have entries deleted.

    Raises:
        Declined("role"): the role of whoever asks does not include it.
        Declined("purge_asked"): an entry is asked for already; what is decided twice, nobody could tell which counts.
    """
    if twice := numbers_in(facts) & asked_numbers(connection, tenant):
        raise Declined("purge_asked", 409, number=min(twice))
    return ask_approval(connection, tenant, "purge", facts, person)


def dispose(archive: Archive, facts: dict[str, Any]) -> int:
    """Delete what was approved, and return how many entries; those that are gone already need nothing.

    Raises:
        Declined("approval_changed"): an entry is another one by now, or has to be kept after all; nothing was deleted.
    """
    asked = numbers_in(facts)
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
