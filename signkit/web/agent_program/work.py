"""The agent's work: one task at a time, from the office's question to its answer.

What was signed lies on the disk until the office has it: an agent that was ended, or lost its network in the middle,
sends the same signature again, and never signs twice.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from signkit.errors import InputUnreadable, ServiceError, SignKitError
from signkit.incoming import read_file
from signkit.output import make_folder, write_checked
from signkit.web.agent_program.list_work import KeptList, ListWork, NotShown
from signkit.web.agent_program.objections import objection_to, role_in_words, words_of
from signkit.web.agent_program.page_words import AGENT_PROGRAM_WORDS as WORDS
from signkit.web.agent_program.server import Asked, OfficeServer, TaskOver
from signkit.web.desk.contract_screen import title_of
from signkit.web.desk.office import Office
from signkit.words import Text
from signkit.workers import WorkerLost

if TYPE_CHECKING:
    from signkit.progress.contract import ContractStatus

_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
#: So often the office is asked whether it still waits for what is shown, seconds.
_LOOK = 5.0
_KEPT = "task.json"
_MOST = 64 * 1024

State = Literal["waiting", "fetching", "asked", "sending"]


@dataclass(frozen=True)
class Kept:
    """The task in hand, as it outlives the agent.

    Attributes:
        title, label: what the document itself calls itself, and the role with its party's name.
        signed: the SHA-256 of what came of it.
    """

    id: str
    sha256: str
    role: str
    title: str
    label: str = ""
    signed: str | None = None

    @property
    def asked(self) -> Asked:
        """What the office asked for."""
        return Asked(self.id, self.sha256, self.role, self.title)


def _ignore(before: str, after: str) -> None:
    del before, after


class AgentOffice(Office):
    """The agent's desk: what is signed at it is told to ``on_signed``, the document before and the one after."""

    on_signed: Callable[[str, str], object] = staticmethod(_ignore)

    def continue_as(self, before: str, after: str, role: str = "") -> None:
        """See `Office.continue_as`."""
        super().continue_as(before, after, role)
        self.on_signed(before, after)


class AgentWork:
    """What the agent is at.

    Attributes:
        state: ``waiting`` for the office, ``fetching`` a list, ``asked`` a person, or ``sending`` what was signed.
        task: what is asked for; ``listed``: many, as one.
        lists: what is done with many.
        trouble: why the office cannot be heard at this moment.
        last: what became of the task before.
        is_refusal: whether the agent did not let its person sign it, or the office did not take it.
    """

    def __init__(self, office: AgentOffice, server: OfficeServer, home: Path, *, once: bool = False) -> None:
        self._office = office
        self._server = server
        self._path = home / _KEPT
        self._once = once
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._refusal: str | None = None
        self.state: State = "waiting"
        self.task: Kept | None = None
        self.listed: KeptList | None = None
        self.lists = ListWork(office, server, home)
        self.trouble: Text | None = None
        self.last: Text | None = None
        self.is_refusal = False
        self.is_over = threading.Event()
        office.on_signed = self._note_signed

    def run(self) -> None:
        """Work until `stop`, or until one task is done where that is all that is wanted."""
        pause = _PAUSE
        try:
            while not self._stopping.is_set():
                try:
                    done = self._step()
                    self.trouble, pause = None, _PAUSE
                except (SignKitError, WorkerLost) as error:
                    self.trouble = words_of(error)
                    self._stopping.wait(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
                    continue
                if done and self._once:
                    return
        finally:
            self.is_over.set()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping.set()
        self._changed.set()

    def refuse(self, task: str, reason: str) -> bool:
        """Do not sign what is asked for; False where something else is asked for by now."""
        with self._lock:
            in_hand = self.task or self.listed
            if in_hand is None or in_hand.id != task or self.state != "asked":
                return False
            self._refusal = reason
        self._changed.set()
        return True

    def seen(self) -> str:
        """Return what a page carries that shows all this, and that another has once something else is to be shown."""
        shown = (self.state, self.task, self.listed, self.lists.done, self.lists.is_signing(), self.trouble, self.last)
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]

    def _step(self) -> bool:
        """Do the next thing; tell whether a task came to its end."""
        kept = self._kept()
        if kept is None:
            listed = self.lists.kept()
            if listed is not None:
                return self._go_on_with(listed)
            asked = self._server.next_task()
            if asked is None:
                return False
            if asked.list is not None:
                return self._take_list(asked, asked.list)
            kept = self._take(asked)
            if kept is None:
                return True
        if kept.signed is None:
            self._show(kept)
            return self._wait_for_the_person(kept)
        return self._send(kept)

    def _take_list(self, asked: Asked, id_: str) -> bool:
        """Fetch and judge all of a list; tell whether it came to its end with that."""
        with self._lock:
            self.state, self._refusal = "fetching", None
        try:
            self.lists.take(id_)
        except TaskOver:
            self._end_list(None, WORDS["agent_withdrawn"].filled(title=asked.title))
        except NotShown as not_shown:
            self._tell_of_list(id_, not_shown.reason.in_language("ja"))
            declined = WORDS["agent_declined"].filled(title=asked.title, reason=not_shown.reason)
            self._end_list(None, declined, is_refusal=True)
        else:
            return False
        return True

    def _go_on_with(self, listed: KeptList) -> bool:
        """Send what is signed of a list, and wait for the person; tell whether it came to its end."""
        self._show_list(listed)
        listed = self.lists.send_signed(listed, self._show_list)
        if not listed.left:
            self._end_list(listed, _outcome(listed), is_refusal=listed.count("sent") < len(listed.rows))
            return True
        self._changed.wait(_LOOK)
        self._changed.clear()
        with self._lock:
            refusal = self._refusal
        if refusal is not None:
            self.lists.stop_signing()
        if self._stopping.is_set() or self.lists.is_signing() or self.lists.has_signed(listed):
            return False
        if refusal is not None:
            self._tell_of_list(listed.id, refusal)
            self._end_list(listed, _outcome(listed, WORDS["agent_you_refused"]))
            return True
        asked = self._server.next_task(wait=0)
        if (asked is not None and asked.list == listed.id) or self.lists.is_signing():
            return False
        self._end_list(listed, _outcome(listed, WORDS["agent_withdrawn"]))
        return True

    def note_progress(self) -> None:
        """Hear that one of a list is signed."""
        self._changed.set()

    def _show_list(self, listed: KeptList) -> None:
        with self._lock:
            self.listed, self.state = listed, "asked"

    def _tell_of_list(self, id_: str, reason: str) -> None:
        with suppress(TaskOver):
            self._server.refuse_list(id_, reason)

    def _end_list(self, listed: KeptList | None, outcome: Text, *, is_refusal: bool = False) -> None:
        if listed is not None:
            self.lists.let_go(listed)
        with self._lock:
            self.listed, self.state, self._refusal = None, "waiting", None
            self.last, self.is_refusal = outcome, is_refusal

    def _take(self, asked: Asked) -> Kept | None:
        """Fetch and judge what is asked for; refuse what is not as it was said to be."""
        kept = Kept(asked.id, asked.sha256, asked.role, asked.title)
        try:
            data = self._server.document(asked)
        except TaskOver:
            self._end(kept, WORDS["agent_withdrawn"].filled(title=kept.title))
            return None
        except InputUnreadable as error:
            self._decline(kept, words_of(error))
            return None
        if hashlib.sha256(data).hexdigest() != asked.sha256:
            self._decline(kept, WORDS["agent_other_document"])
            return None
        self._office.shelf.put(data, f"{asked.title}.pdf", "prepared")
        try:
            status = self._office.status(asked.sha256, asked.title)
            kept = _as_it_says(kept, status)
            objection = objection_to(status, asked.role)
        except SignKitError as error:
            objection = words_of(error)
        except WorkerLost:
            objection = WORDS["agent_not_judged"]
        if objection is not None:
            self._decline(kept, objection)
            return None
        self._keep(kept)
        return kept

    def _decline(self, kept: Kept, reason: Text) -> None:
        self._tell(kept, reason.in_language("ja"))
        self._end(kept, WORDS["agent_declined"].filled(title=kept.title, reason=reason), is_refusal=True)

    def _show(self, kept: Kept) -> None:
        with self._lock:
            if self.task is None or self.task.id != kept.id:
                self._refusal = None
            self.task, self.state = kept, "asked"

    def _wait_for_the_person(self, kept: Kept) -> bool:
        """Wait until they signed or refused, or the office asks no more."""
        self._changed.wait(_LOOK)
        self._changed.clear()
        now = self._kept()
        if self._stopping.is_set() or (now is not None and now.signed is not None):
            return False
        with self._lock:
            refusal = self._refusal
        if refusal is not None:
            self._tell(kept, refusal)
            self._end(kept, WORDS["agent_you_refused"].filled(title=kept.title))
            return True
        asked = self._server.next_task(wait=0)
        if asked is not None and asked.id == kept.id:
            return False
        now = self._kept()
        if now is not None and now.signed is not None:  # signed at this very moment: whether it is wanted, it says
            return False
        self._end(kept, WORDS["agent_withdrawn"].filled(title=kept.title))
        return True

    def _send(self, kept: Kept) -> bool:
        assert kept.signed is not None
        with self._lock:
            self.task, self.state = kept, "sending"
        path, is_refusal = self._office.shelf.path(kept.signed), False
        try:
            self._server.send_signed(kept.asked, path.read_bytes())
            outcome = WORDS["agent_sent"].filled(title=kept.title)
        except TaskOver as over:
            # Also the answer to what was sent before, whose answer was lost on the way.
            is_refusal = over.state != "signed" or over.result != kept.signed
            outcome = WORDS["agent_not_wanted" if is_refusal else "agent_sent"].filled(title=kept.title)
        except ServiceError as error:
            if error.code != "server-refused":
                raise
            outcome, is_refusal = WORDS["agent_not_taken"].filled(title=kept.title, reason=words_of(error)), True
        self._end(kept, outcome, is_refusal=is_refusal)
        return True

    def _tell(self, kept: Kept, reason: str) -> None:
        with suppress(TaskOver):
            self._server.send_refusal(kept.asked, reason)

    def _end(self, kept: Kept, outcome: Text, *, is_refusal: bool = False) -> None:
        self._path.unlink(missing_ok=True)
        for each in (kept.sha256, kept.signed):
            if each is not None:
                self._office.shelf.discard(each)
        with self._lock:
            self.task, self.state, self._refusal = None, "waiting", None
            self.last, self.is_refusal = outcome, is_refusal

    def _note_signed(self, before: str, after: str) -> None:
        kept = self._kept()
        if kept is not None and kept.sha256 == before:
            self._keep(replace(kept, signed=after))
        self._changed.set()

    def _kept(self) -> Kept | None:
        try:
            return Kept(**json.loads(read_file(self._path, _MOST)))
        except (SignKitError, ValueError, TypeError):
            return None

    def _keep(self, kept: Kept) -> None:
        make_folder(self._path.parent)
        write_checked(self._path, json.dumps(asdict(kept)).encode(), overwrite=True, private=True)


def _as_it_says(kept: Kept, status: ContractStatus) -> Kept:
    """Return what is asked for, called as the document calls it, and not as the office does."""
    return replace(kept, title=title_of(status).in_language("ja"), label=role_in_words(status, kept.role))


def _outcome(listed: KeptList, otherwise: Text | None = None) -> Text:
    """Say what became of a list; ``otherwise``: of one of which nothing was signed."""
    counts = {name: listed.count(name) for name in ("sent", "late", "not-taken")}
    if otherwise is not None and not any(counts.values()):
        return otherwise.filled(title=listed.title)
    lost, left = counts["late"] + counts["not-taken"], len(listed.left)
    words = WORDS["agent_list_sent_some" if lost or left else "agent_list_sent"]
    return words.filled(title=listed.title, sent=counts["sent"], lost=lost, left=left)
