"""Many signatures that the office asks for as one: fetched, judged and shown each, agreed to once, sent each.

What was shown is what is signed: the list is written down with the digests when it is shown, and nothing is added to
it.  Each signed file lies on the disk until the office has it, so that an agent that was ended, or lost its network in
the middle, sends what is signed and asks for the rest alone.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from signkit.errors import InputUnreadable, ServiceError, SignKitError
from signkit.incoming import read_file
from signkit.output import make_folder, write_checked
from signkit.web.agent_program.objections import objection_to, role_in_words, words_of
from signkit.web.agent_program.page_words import AGENT_PROGRAM_WORDS as WORDS
from signkit.web.agent_program.server import Asked, AskedList, OfficeServer, TaskOver
from signkit.web.desk.batches import digest_of_files
from signkit.web.desk.contract_screen import party_name, title_of
from signkit.workers import WorkerLost

if TYPE_CHECKING:
    from signkit.progress.contract import ContractStatus
    from signkit.web.desk.jobs import DeskJob
    from signkit.web.desk.office import Office
    from signkit.words import Text

_MOST = 16 * 1024 * 1024
_AT_ONCE = 2
_MOST_TITLES = 3
#: What became of a row: the office has it, or waited for it no more, or did not take it.
RowEnd = Literal["sent", "late", "not-taken"]


class NotShown(Exception):
    """What the office asks for is not shown to be signed, and why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


@dataclass(frozen=True)
class ListedRow:
    """One document of the list.

    Attributes:
        name: as the office calls the file.
        title, people: as the document itself calls itself, and the other parties.
        ended: what became of it; None: it is to be signed, or to be sent.
    """

    id: str
    sha256: str
    name: str
    title: str
    people: str
    ended: RowEnd | None = None


@dataclass(frozen=True)
class KeptList:
    """The list in hand, as it outlives the agent.

    Attributes:
        label: the role with its party's name.
    """

    id: str
    role: str
    label: str
    rows: tuple[ListedRow, ...]

    @property
    def left(self) -> list[ListedRow]:
        """What is still to be signed, or to be sent."""
        return [each for each in self.rows if each.ended is None]

    @property
    def title(self) -> str:
        """What the documents call themselves."""
        titles = list(dict.fromkeys(each.title for each in self.rows))
        return "・".join(titles[:_MOST_TITLES]) + (" …" if len(titles) > _MOST_TITLES else "")

    @property
    def sha256(self) -> str:
        """The digest of what is left, as the office's page shows it of the list that it asks for."""
        return digest_of_files((each.sha256, each.name) for each in self.left)

    def count(self, ended: RowEnd) -> int:
        """Return of how many documents that became."""
        return sum(each.ended == ended for each in self.rows)


class ListWork:
    """What the agent is at where many signatures are asked for as one.

    Attributes:
        done, total: how many documents are fetched and judged.
        job: signs, or signed last.
    """

    def __init__(self, office: Office, server: OfficeServer, home: Path) -> None:
        self._office = office
        self._server = server
        self._note = home / "list.json"
        self.folder = home / "list"
        self.done, self.total = 0, 0
        self.job: DeskJob | None = None

    def is_signing(self) -> bool:
        """Tell whether the person agreed, and signatures are being made."""
        return self.job is not None and self.job.state == "working"

    def take(self, id_: str) -> KeptList:
        """Fetch and judge all that a list asks for; what was fetched before a network was lost is not fetched again.

        Raises:
            NotShown: something of it is not to be signed.
            TaskOver: something of it is waited for no more: it is another list by now.
            ServiceError: the office cannot be reached.
        """
        asked = self._server.asked_list(id_)
        _refuse_repeats(asked)
        self.done, self.total = 0, len(asked.tasks)
        try:
            found = self._look_at_all(asked.tasks)
            labels = {label for _, label in found}
            if len(labels) != 1:
                raise NotShown(WORDS["agent_list_of_several"])
        except (NotShown, TaskOver):
            for each in asked.tasks:
                self._office.shelf.discard(each.sha256)
            raise
        return self._keep(KeptList(id_, asked.tasks[0].role, labels.pop(), tuple(row for row, _ in found)))

    def stop_signing(self) -> None:
        """End what signs, and wait until it has; what is whole stays."""
        job = self.job
        if job is not None and job.thread is not None:
            job.stop()
            job.thread.join()

    def kept(self) -> KeptList | None:
        """Return the list in hand; None where there is none."""
        try:
            plain: dict[str, Any] = json.loads(read_file(self._note, _MOST))
            return KeptList(**plain | {"rows": tuple(ListedRow(**each) for each in plain["rows"])})
        except (SignKitError, ValueError, TypeError, KeyError):
            return None

    def files_to_sign(self, kept: KeptList) -> tuple[tuple[str, str, str], ...]:
        """Return of each document that is left its path, its SHA-256 and where the signed file goes."""
        make_folder(self.folder)
        return tuple(
            (str(self._office.path_of(each.sha256)), each.sha256, str(self._target(each))) for each in kept.left
        )

    def send_signed(self, kept: KeptList, on_sent: Callable[[KeptList], object]) -> KeptList:
        """Send whatever is signed; each is noted as it is sent.

        Raises:
            ServiceError: the office cannot be reached; what is noted was sent.
        """
        for row in kept.left:
            if self._target(row).exists():
                ended = self._send(kept, row)
                kept = self._keep(_with_end(kept, row, ended))
                self._target(row).unlink()
                self._office.shelf.discard(row.sha256)
                on_sent(kept)
        return kept

    def has_signed(self, kept: KeptList) -> bool:
        """Tell whether something is signed that is not sent."""
        return any(self._target(each).exists() for each in kept.left)

    def let_go(self, kept: KeptList) -> None:
        """Keep nothing of a list any more."""
        self._note.unlink(missing_ok=True)
        for each in kept.rows:
            self._office.shelf.discard(each.sha256)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _look_at_all(self, tasks: Sequence[Asked]) -> list[tuple[ListedRow, str]]:
        pool = ThreadPoolExecutor(_AT_ONCE)
        try:
            return list(pool.map(self._look, tasks))
        finally:
            pool.shutdown(cancel_futures=True)

    def _look(self, asked: Asked) -> tuple[ListedRow, str]:
        """Fetch and judge one document; return its row and as whom it is to be signed."""
        try:
            self._fetch(asked)
            status = self._office.status(asked.sha256, asked.title)
            objection = objection_to(status, asked.role)
        except (InputUnreadable, WorkerLost) as error:
            raise NotShown(_of_row(asked, words_of(error))) from error
        except ServiceError:
            raise
        except SignKitError as error:
            raise NotShown(_of_row(asked, words_of(error))) from error
        if objection is not None:
            raise NotShown(_of_row(asked, objection))
        self.done += 1
        title = title_of(status).in_language("ja")
        row = ListedRow(asked.id, asked.sha256, asked.title, title, _others(status, asked.role))
        return row, role_in_words(status, asked.role)

    def _fetch(self, asked: Asked) -> None:
        if self._office.shelf.find(asked.sha256) is not None:
            return
        data = self._server.document(asked)
        if hashlib.sha256(data).hexdigest() != asked.sha256:
            raise NotShown(_of_row(asked, WORDS["agent_other_document"]))
        self._office.shelf.put(data, asked.title, "prepared")

    def _send(self, kept: KeptList, row: ListedRow) -> RowEnd:
        data = self._target(row).read_bytes()
        try:
            self._server.send_signed(Asked(row.id, row.sha256, kept.role, row.name), data)
        except TaskOver as over:  # also the answer to what was sent before, whose answer was lost on the way
            is_taken = over.state == "signed" and over.result == hashlib.sha256(data).hexdigest()
            return "sent" if is_taken else "late"
        except ServiceError as error:
            if error.code != "server-refused":
                raise
            return "not-taken"
        return "sent"

    def _target(self, row: ListedRow) -> Path:
        return self.folder / f"{row.sha256}.pdf"

    def _keep(self, kept: KeptList) -> KeptList:
        make_folder(self._note.parent)
        write_checked(self._note, json.dumps(asdict(kept)).encode(), overwrite=True, private=True)
        return kept


def _refuse_repeats(asked: AskedList) -> None:
    """Refuse a list that asks twice for one document, or for more than one party.

    Raises:
        NotShown: it does.
    """
    for said in ({each.id for each in asked.tasks}, {each.sha256 for each in asked.tasks}):
        if len(said) != len(asked.tasks):
            raise NotShown(WORDS["agent_list_repeats"])
    if len({each.role for each in asked.tasks}) != 1:
        raise NotShown(WORDS["agent_list_of_several"])


def _with_end(kept: KeptList, row: ListedRow, ended: RowEnd) -> KeptList:
    rows: Sequence[ListedRow] = [replace(each, ended=ended) if each == row else each for each in kept.rows]
    return replace(kept, rows=tuple(rows))


def _others(status: ContractStatus, role: str) -> str:
    names = (party_name(status, party.role) for party in status.parties if party.role != role)
    return "・".join(filter(None, names))


def _of_row(asked: Asked, reason: Text) -> Text:
    return WORDS["agent_list_row"].filled(name=asked.title, reason=reason)
