"""Deletion from the archive as a program sees it: what is due, what it proposed, what two people made of it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from signkit.web.api import problems
from signkit.web.api.archives import opened
from signkit.web.api.calls import Answer, Call
from signkit.web.api.database import StoreConnection
from signkit.web.api.listing import page
from signkit.web.api.unfit import NO_CURSOR, UnfitPart
from signkit.web.people.disposing import due_now, told
from signkit.web.people.proposals import Proposal, find_proposal, list_proposals, numbers_under_way, propose, state_of
from signkit.words import Text


def list_due(call: Call) -> Answer:
    """Answer with a page of the entries whose keeping period is over, the oldest entry first."""
    with opened(call.tenant) as archive:
        return page(
            call,
            lambda after, most: list(islice(due_now(archive, after=_number(after)), most)),
            lambda each: str(each.entry.number),
            lambda each: told([each])["entries"][0],
        )


def _number(after: str | None) -> int:
    if after is not None and not (after.isascii() and after.isdecimal() and len(after) < 19):
        raise problems.unfit_request(UnfitPart("cursor", NO_CURSOR))
    return int(after or 0)


def propose_purge(call: Call) -> Answer:
    """Propose to have entries deleted."""
    wanted = [int(each) for each in call.body["entries"]]  # JSON Schema takes 1.0 for an integer
    with opened(call.tenant) as archive:
        due = {each.entry.number: each for each in due_now(archive, among=set(wanted))}
    if errors := [UnfitPart(f"/entries/{place}", _NOT_DUE) for place, number in enumerate(wanted) if number not in due]:
        raise problems.unfit_request(*errors)
    facts = told([due[number] for number in sorted(set(wanted))])
    with call.tenant.store.writing() as connection:
        twice = numbers_under_way(connection, call.tenant)
        if errors := [UnfitPart(f"/entries/{place}", _TWICE) for place, number in enumerate(wanted) if number in twice]:
            raise problems.unfit_request(*errors)
        made = propose(connection, call.tenant, facts, str(call.principal))
        shown = _shown(connection, call, made)
    return Answer(201, shown, headers={"location": f"/api/v1/purges/{made.id}"}, subject=made.id)


def list_purges(call: Call) -> Answer:
    """Answer with a page of proposals."""
    with call.tenant.store.reading() as connection:
        return page(
            call, lambda after, most: list_proposals(connection, after, most), lambda each: each.id,
            lambda each: _shown(connection, call, each),
        )  # fmt: skip


def get_purge(call: Call) -> Answer:
    """Answer with a proposal."""
    with call.tenant.store.reading() as connection:
        found = find_proposal(connection, call.values["id"])
        if found is None:
            raise problems.unknown("purge")
        return Answer(200, _shown(connection, call, found), subject=found.id)


def _shown(connection: StoreConnection, call: Call, proposal: Proposal) -> dict[str, Any]:
    return {
        "id": proposal.id, "created_at": proposal.created_at, "expires_at": proposal.expires_at,
        "state": state_of(connection, call.tenant, proposal), "entries": proposal.facts["entries"],
    }  # fmt: skip


_TWICE = Text(
    "is proposed or asked for already, and not decided yet", "すでに廃棄の提案または依頼があり、まだ決まっていません"
)
_NOT_DUE = Text("is no entry whose keeping period is over", "保存期間の過ぎた登録ではありません")

HANDLERS = {
    "listDueEntries": list_due,
    "listPurges": list_purges,
    "proposePurge": propose_purge,
    "getPurge": get_purge,
}
