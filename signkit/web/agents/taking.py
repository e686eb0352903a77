"""What comes back from an agent is looked at as if a stranger had sent it, before anything believes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.errors import InputUnreadable, SigningRefused
from signkit.output import make_folder, write_checked
from signkit.web.agents.tasks import AgentTask, TaskState, end_task, find_agent_task, note_result
from signkit.web.desk.signing_screen import take_signed
from signkit.words import Text
from signkit.workers import WorkerLost

if TYPE_CHECKING:
    from signkit.validation.options import ValidationOptions
    from signkit.web.office.tenant_office import TenantOffice

_OTHER_DOCUMENT = Text("it is another document", "別の書類です")
_OTHER_PARTY = Text("it is not signed as the party who was asked", "依頼した当事者としての署名ではありません")
_OTHER_PERSON = Text("it is signed by somebody else than the party", "当事者とは別の人が署名しています")


@dataclass(frozen=True)
class SignedByAgent:
    """A file that an agent sent, beside the one that it is to be."""

    original: str
    signed: str
    name: str
    role: str


class TaskEnded(Exception):
    """Nobody waits for this signature any more; ``task`` says what became of it."""

    def __init__(self, task: AgentTask) -> None:
        super().__init__(task.state)
        self.task = task


def take_from_agent(office: TenantOffice, task: AgentTask, sent: Path, sha256: str) -> None:
    """Take in the signed document that came for a task, which ends with it: taken, or refused with the reason.

    What was taken by a server that was killed before it could say so is taken when it comes again.

    Args:
        sha256: of what was sent.

    Raises:
        TaskEnded: the task ended meanwhile.
        InputUnreadable: the document was signed further, or thrown away, meanwhile.
        SigningRefused: it is not the document that was asked for with one good signature more.
        WorkerLost: it broke the process that judged it.
    """
    with office.turn("finishing"):  # of two who sign at once, the second finds another document
        take_signed(office)
        current = task_now(office, task)
        if not (current.result == sha256 and office.name_of(sha256) is not None):
            try:
                _take(office, task, sent, sha256)
            except (InputUnreadable, SigningRefused) as error:
                _end(office, task, "refused", reason=error.message("ja"))
                raise
            except WorkerLost:
                _end(office, task, "refused", reason=BROKEN.ja)
                raise
        _end(office, task, "signed", result=sha256)


def task_now(office: TenantOffice, task: AgentTask) -> AgentTask:
    """Return a task as it is by now.

    Raises:
        TaskEnded: it ended.
    """
    with office.store.reading() as connection:
        current = find_agent_task(connection, task.id, task.person, office.store.clock())
    if current is None or current.state != "waiting":
        raise TaskEnded(current or task)
    return current


def _take(office: TenantOffice, task: AgentTask, sent: Path, sha256: str) -> None:
    name = office.name_of(task.sha256)
    if name is None or office.successor(task.sha256) is not None:
        raise InputUnreadable(task.title, _OVERTAKEN)
    if not office.may_be_signed(task.sha256):
        raise InputUnreadable(task.title, _NOT_APPROVED)
    pair = SignedByAgent(str(office.path_of(task.sha256)), str(sent), name, task.role)
    signed: bytes = office.pool.submit(look_at_signed, pair, office.judgement_of(task.sha256)).result()
    with office.store.writing() as connection:
        note_result(connection, task, sha256)
    outbox = office.options.home / "signed"
    make_folder(outbox)
    write_checked(outbox / f"{task.sha256}-{task.role}.pdf", signed, overwrite=True, private=True)
    take_signed(office)


def _end(
    office: TenantOffice, task: AgentTask, state: TaskState, *, result: str | None = None, reason: str | None = None
) -> None:
    with office.store.writing() as connection:
        end_task(connection, task, state, result=result, reason=reason)


def look_at_signed(pair: SignedByAgent, options: ValidationOptions) -> bytes:
    """Return the signed file if it is the original with the role's signature and nothing else; called in a worker.

    Raises:
        SigningRefused: it is not.
    """
    from signkit.incoming import read_file
    from signkit.limits import PDF_BYTES
    from signkit.progress.contract import PartyState, contract_status
    from signkit.signing.readback import refuse_harmful

    original, signed = read_file(pair.original, PDF_BYTES), read_file(pair.signed, PDF_BYTES)
    # ISO 32000-2 7.5.6: an update leaves every byte before it as it was.
    if not (len(signed) > len(original) and signed.startswith(original)):
        raise SigningRefused("self-check-failed", cause=_OTHER_DOCUMENT)
    refuse_harmful(original, signed, options, options.password, added=1)
    status = contract_status(signed, pair.name, options)
    party = next((each for each in status.parties if each.role == pair.role), None)
    if party is None or party.state not in (PartyState.SIGNED, PartyState.UNPROVEN):
        raise SigningRefused("self-check-failed", cause=_OTHER_PARTY)
    match = next(each.party_match for each in status.report.signatures if each.field == pair.role)
    if match is not None and match.verdict == "mismatch":
        raise SigningRefused("self-check-failed", cause=_OTHER_PERSON)
    return signed


_OVERTAKEN = Text("it was signed further, or thrown away, meanwhile", "その間に別の署名が加わったか、破棄されました")
_NOT_APPROVED = Text("it is not approved (any more)", "承認されていません")
BROKEN = Text("The file cannot be judged.", "ファイルを検証できません。")
