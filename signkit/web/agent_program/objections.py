"""Why a document is not to be signed, whoever asks; and as whom it would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signkit.errors import SignKitError
from signkit.web.agent_program.page_words import AGENT_PROGRAM_WORDS as WORDS
from signkit.web.desk.contract_screen import party_name
from signkit.web.desk.signing_screen import roles_in_turn
from signkit.words import Text
from signkit.workers import WorkerLost

if TYPE_CHECKING:
    from signkit.progress.contract import ContractStatus


def objection_to(status: ContractStatus, role: str) -> Text | None:
    """Say why a document is not to be signed as that party; None where it may be."""
    if status.is_broken:
        return WORDS["agent_broken"]
    if role not in roles_in_turn(status):
        return WORDS["agent_not_in_turn"].filled(role=role)
    return None


def role_in_words(status: ContractStatus, role: str) -> str:
    """Return what the document calls a role, with its party's name."""
    label = next((party.label for party in status.parties if party.role == role), Text(role, role))
    return f"{label.in_language('ja')} {party_name(status, role)}".strip()


def words_of(error: SignKitError | WorkerLost) -> Text:
    """Return what went wrong, in words."""
    if isinstance(error, WorkerLost):
        return WORDS["agent_not_judged"]
    return Text(error.message("en"), error.message("ja"))
