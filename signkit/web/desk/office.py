"""What the desk has at hand: settings, files, workers, the archive.  Pages ask it; it asks the rooms below."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from signkit.errors import FileUnusable, InputUnreadable
from signkit.limits import Limits
from signkit.settings import Settings
from signkit.web.common.page_pictures import PageFacts, PagePictures
from signkit.web.desk.batches import Batches, DeskBatch, MadeContract
from signkit.web.desk.changes_kept import KeptPictures
from signkit.web.desk.drafts import Drafts
from signkit.web.desk.jobs import DeskJob, Jobs
from signkit.web.desk.known_templates import KnownTemplates
from signkit.web.desk.prompted_process import SigningAhead
from signkit.web.desk.prompting import PromptKind
from signkit.web.desk.searches import Searches
from signkit.web.desk.shelf import DIGEST, Shelf
from signkit.web.desk.work import ActSurroundings, NamedOnDesk
from signkit.words import Language, Text
from signkit.workers import WorkerLost, WorkerPool

if TYPE_CHECKING:
    from signkit.archive.entries import LedgerEntry
    from signkit.archive.operations import Act
    from signkit.archive.store import Archive
    from signkit.contracts.render import Rendered
    from signkit.contracts.template import Template
    from signkit.progress.contract import ContractStatus
    from signkit.signers.card_report import CardReport
    from signkit.validation.options import ValidationOptions
    from signkit.validation.report import Report

_MEMORY = 4 * 1024 * 1024 * 1024
_MARGIN = 15.0
#: What only one may be at, of all who use an office.
Turn = Literal["taking", "finishing"]


@dataclass(frozen=True)
class DeskOptions:
    """How a desk is run.

    Attributes:
        home: where the desk keeps its files, below SignKit's own.
        offline: ask nobody on the network when judging.
        rehearsal: everything is for trying: its authority is trusted, and its emulated cards may sign.
        tsa, trust: as ``signkit sign`` takes them.
        holder_trust: CAs that are believed for who holds a card, beside JPKI's.
        prompt, program: how a PIN is asked for.
        served: several people use it from their own machines: nothing of this one is shown.
    """

    settings: Settings
    home: Path
    language: Language = "ja"
    offline: bool = False
    rehearsal: bool = False
    tsa: tuple[str, ...] = ()
    trust: tuple[str, ...] = ()
    holder_trust: tuple[str, ...] = ()
    prompt: PromptKind = "auto"
    program: str | None = None
    served: bool = False


@dataclass(frozen=True)
class Pools:
    """The processes that work on files: those that judge and make, and those that draw."""

    judging: WorkerPool
    drawing: WorkerPool

    def close(self) -> None:
        """End them."""
        for pool in (self.judging, self.drawing):
            pool.shutdown(cancel_futures=True)


def own_pools() -> Pools:
    """Return the processes of one desk."""
    judging = WorkerPool(max(2, min(4, os.cpu_count() or 2)), seconds=Limits().seconds + _MARGIN, memory=_MEMORY)
    return Pools(judging, drawing_pool())


def drawing_pool() -> WorkerPool:
    """Return processes that draw pages."""
    return WorkerPool(2, seconds=_MARGIN * 2, memory=_MEMORY)


@dataclass(frozen=True)
class CheckedFile:
    """A file that was dropped; ``report`` is None while it is being judged."""

    sha256: str
    name: str
    report: Report | None = None


@dataclass
class Office:
    """One running desk.

    Attributes:
        checks: what was dropped together, by the job's number.
        passwords: of encrypted files, by digest; in memory alone, and gone with the desk.
        rehearsal: the rehearsal's desk that was opened from this one.
        batch_jobs: what is done with a table at this moment, or was done last, by the batch's number.
        pools: another's, who ends them; None: processes of its own.
        turns: see `turn`.
    """

    options: DeskOptions
    jobs: Jobs = field(default_factory=Jobs)
    checks: dict[str, list[CheckedFile]] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    drawn: KeptPictures = field(default_factory=KeptPictures)
    batch_jobs: dict[str, DeskJob] = field(default_factory=dict)
    rehearsal: subprocess.Popen[bytes] | None = None
    pools: Pools | None = None
    turns: Mapping[Turn, threading.Lock] = field(
        default_factory=lambda: {each: threading.Lock() for each in get_args(Turn)}, repr=False
    )

    def __post_init__(self) -> None:
        self.shelf = Shelf(self.options.home / "files")
        self.drafts = Drafts(self.options.home / "drafts")
        self.searches = Searches(self.options.home)
        self._templates = KnownTemplates()
        self.batches = Batches(self.options.home / "batches")
        self.ahead = SigningAhead()
        self._own_pools = own_pools() if self.pools is None else None
        pools = self.pools or self._own_pools
        assert pools is not None
        self.pool = pools.judging
        self.pictures = PagePictures(self.options.home / "pictures", pools.drawing)

    def close(self) -> None:
        """End what is under way, and take away what was only looked at."""
        self.jobs.stop_all()
        self.ahead.close()
        if self._own_pools is not None:
            self._own_pools.close()
        self.shelf.clear()
        if self.rehearsal is not None:
            self.rehearsal.terminate()
            self.rehearsal.wait()

    @property
    def settings(self) -> Settings:
        """The user's settings."""
        return self.options.settings

    def change_settings(self, changes: Mapping[str, str | tuple[str, ...] | None]) -> None:
        """Write some of the user's settings into their file, and use them from now on.

        Raises:
            FileUnusable, InputUnreadable: see `signkit.settings.changed_settings`.
        """
        from signkit.output import make_folder, write_checked
        from signkit.settings import changed_settings, load_settings, settings_file

        path = settings_file()
        if path is None:
            raise FileUnusable("no-home")
        content = changed_settings(path, changes)
        make_folder(path.parent)
        write_checked(path, content, overwrite=True)
        self.options = replace(self.options, settings=load_settings())

    def judgement(self) -> ValidationOptions:
        """Return how files are judged: as ``signkit validate`` does with the same settings."""
        from signkit.validation.options import validation_options

        trust = [Path(each) for each in self.options.trust]
        return validation_options(self.settings, trust=trust, offline=self.options.offline)

    def judgement_of(self, sha256: str) -> ValidationOptions:
        """Return how one file is judged: opened with the password that was given for it."""
        return replace(self.judgement(), password=self.passwords.get(sha256))

    def continue_as(self, before: str, after: str, role: str = "") -> None:
        """Let a file be what the one was that it continues: opened with its password.

        Args:
            role: whose signature made it; empty: none did.
        """
        del role
        if before in self.passwords:
            self.passwords[after] = self.passwords[before]

    @contextmanager
    def turn(self, what: Turn) -> Iterator[None]:
        """Be the only one who is at that: taking in what was signed, or finishing a signature made elsewhere."""
        with self.turns[what]:
            yield

    def has_archive(self) -> bool:
        """Tell whether there is an archive."""
        from signkit.archive.store import LEDGER

        return (self.settings.archive_folder() / LEDGER).is_file()

    def make_archive(self) -> None:
        """Make one, as ``signkit archive init`` does."""
        from signkit.archive.store import create_archive

        create_archive(self.settings.archive_folder())

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """Open the archive."""
        from signkit.archive.store import open_archive

        with open_archive(self.settings.archive_folder()) as archive:
            yield archive

    def entry_of(self, sha256: str) -> int | None:
        """Return the number of the entry that keeps a file; None where none does."""
        if not DIGEST.fullmatch(sha256) or not self.has_archive():
            return None
        with self.archive() as archive, archive.reading() as connection:
            row = connection.execute("SELECT entry FROM revision WHERE sha256 = ?", (sha256,)).fetchone()
        return row[0] if row else None

    def entries_of(self, files: Iterable[str]) -> dict[str, int]:
        """Return the entries that keep these files, by their digests; see `entry_of`."""
        if not self.has_archive():
            return {}
        with self.archive() as archive, archive.reading() as connection:
            rows = (
                (each, connection.execute("SELECT entry FROM revision WHERE sha256 = ?", (each,)).fetchone())
                for each in files
            )
            return {each: row[0] for each, row in rows if row is not None}

    def path_of(self, sha256: str) -> Path:
        """Return where a file lies: on the desk, in the archive, or among a table's contracts.

        Raises:
            InputUnreadable: it is in none.
        """
        if self.shelf.find(sha256) is not None:
            return self.shelf.path(sha256)
        if self.entry_of(sha256) is not None:
            with self.archive() as archive:
                return archive.blobs.path(sha256)
        made = self.batches.find_contract(sha256)
        if made is not None:
            return made.path
        raise InputUnreadable(sha256[:16], Text("it is not at hand", "手元にありません"))

    def name_of(self, sha256: str) -> str | None:
        """Return what a file is called, in the archive or on the desk; None where it is in neither."""
        from signkit.archive.entries import load_entry

        number = self.entry_of(sha256)
        if number is None:
            shelved = self.shelf.find(sha256)
            return shelved.name if shelved is not None else None
        with self.archive() as archive, archive.reading() as connection:
            entry = load_entry(connection, number)
        return next(each.name for each in entry.revisions if each.sha256 == sha256)

    def page_facts(self, sha256: str) -> PageFacts:
        """Return a file's pages; none where it cannot be drawn."""
        try:
            return self.pictures.facts(self.path_of(sha256), sha256, self.passwords.get(sha256))
        except (ValueError, RuntimeError, WorkerLost):
            return PageFacts(0, ())

    def page_picture(self, sha256: str, page: int, width: int) -> bytes:
        """Return a page as PNG; see `PagePictures.png`."""
        return self.pictures.png(self.path_of(sha256), sha256, page, width, self.passwords.get(sha256))

    def status(self, sha256: str, name: str) -> ContractStatus:
        """Return where a contract stands, judged in a worker.

        Raises:
            PdfNotSignable, InputUnreadable, WorkerLost: it cannot be read.
        """
        job = self.pool.submit(judge_status, str(self.path_of(sha256)), name, self.judgement_of(sha256))
        status: ContractStatus = job.result()
        return status

    def judge(self, sha256: str, name: str) -> Report:
        """Judge a file of any kind in a worker; one that breaks it is UNREADABLE."""
        from signkit.validation.api import not_judged

        try:
            job = self.pool.submit(judge_file, str(self.path_of(sha256)), name, self.judgement_of(sha256))
            report: Report = job.result()
        except WorkerLost as lost:
            return not_judged(name, lost, self.judgement())
        return report

    def keep(self, sha256: str, name: str) -> int:
        """Take a file into the archive, judged, and return its entry.

        Raises:
            ArchiveError, FileUnusable: see `signkit.archive.adding.add_file`.
        """
        from signkit.archive.adding import add_file
        from signkit.incoming import read_file
        from signkit.limits import PDF_BYTES

        path = self.path_of(sha256)
        judged = self.pool.submit(judge_to_keep, str(path), name, self.judgement_of(sha256)).result()
        with self.archive() as archive:
            number = add_file(archive, read_file(path, PDF_BYTES), name, judged).number
        self.shelf.discard(sha256)
        return number

    def render(self, template: Path, data: Mapping[str, Any]) -> Rendered:
        """Make a contract in a worker.

        Raises:
            SignKitError: as ``signkit render`` does.
        """
        rendered: Rendered = self.pool.submit(render_contract, template, dict(data), self.settings).result()
        return rendered

    def named(self, sha256: str) -> NamedOnDesk | None:
        """Return a file for a worker; None where it is not at hand."""
        name = self.name_of(sha256)
        return NamedOnDesk(str(self.path_of(sha256)), name) if name is not None else None

    def around(self) -> ActSurroundings:
        """Return what acts have beside the file."""
        return ActSurroundings(self.settings, self.options.tsa, self.options.trust)

    def entry_with(self, sha256: str) -> LedgerEntry | None:
        """Return the entry that keeps a file; None where none does."""
        from signkit.archive.entries import load_entry

        number = self.entry_of(sha256)
        if number is None:
            return None
        with self.archive() as archive, archive.reading() as connection:
            return load_entry(connection, number)

    def successor(self, sha256: str) -> str | None:
        """Return the file that took a file's place; None while none did."""
        entry = self.entry_with(sha256)
        current = entry.current if entry is not None else None
        return current.sha256 if current is not None and current.sha256 != sha256 else None

    def may_be_signed(self, sha256: str) -> bool:
        """Tell whether nobody else has to agree before a file is signed."""
        del sha256
        return True

    def told_beside(self, sha256: str) -> Mapping[str, Any]:
        """Return what a file's page says beside what the file tells: templates (``beside``) and their facts."""
        del sha256
        return {"beside": ()}

    def templates(self) -> tuple[Template, ...]:
        """Return the templates that one can begin with, by name.

        Raises:
            ContractError("template-invalid"): one of them cannot be used.
        """
        return self._templates.listed(self.settings)

    def contracts_of(self, batch: DeskBatch) -> list[MadeContract]:
        """Return a table's contracts as they are now, in the order of the rows; none before all are made."""
        return self.batches.contracts(batch)

    def note_made(self, batch: DeskBatch) -> None:
        """Hear that a table's contracts are made; at a desk nobody but whoever made them has to know."""

    def discard_batch(self, batch: DeskBatch) -> None:
        """Throw a batch away with all its files."""
        self.batches.discard(batch)

    def told_beside_table(self, batch: DeskBatch) -> Mapping[str, Any]:
        """Return what a table's page says beside what the table tells; see `told_beside`."""
        del batch
        return {"beside": (), "marks": {}}

    def who(self) -> str:
        """Return who is at the desk, as the journal names them."""
        from signkit.archive.operations import user_name

        return user_name()

    def note(self, act: Act, sha256: str | None = None, entry: int | None = None) -> None:
        """Write into the journal what was done, on which file; without an archive there is no journal.

        Raises:
            ArchiveError("archive-busy"), FileUnusable("output-not-written"): see `Archive.writing`.
        """
        from signkit.archive.operations import record_operation

        if not self.has_archive():
            return
        number = self.entry_of(sha256) if sha256 is not None else entry
        with self.archive() as archive:
            if not archive.read_only:
                record_operation(archive, act, self.who(), sha256, number)

    def card_report(self, reader: str | None) -> CardReport:
        """Return what a card tells without a PIN, asked in a worker: a reader may hang.

        Raises:
            CardError, MissingExtra: there is no card that answers.
        """
        report: CardReport = self.pool.submit(read_card, reader, self.settings).result(timeout=_MARGIN)
        return report


def judge_status(path: str, name: str, options: ValidationOptions) -> ContractStatus:
    """Return where a contract stands; called in a worker."""
    from signkit.incoming import read_file
    from signkit.limits import PDF_BYTES
    from signkit.progress.contract import contract_status

    return contract_status(read_file(path, PDF_BYTES), name, options)


def judge_file(path: str, name: str, options: ValidationOptions) -> Report:
    """Judge a file; called in a worker."""
    from signkit.incoming import read_file
    from signkit.limits import PDF_BYTES
    from signkit.validation.api import validate_data

    # By a URL's name no content of a detached signature is looked for in any folder.
    return validate_data(read_file(path, PDF_BYTES), f"memory://{name}", options).with_name(name)


def judge_to_keep(path: str, name: str, options: ValidationOptions) -> Any:
    """Judge a file for the archive; called in a worker."""
    from signkit.archive.judging import judge_file as judge
    from signkit.incoming import read_file
    from signkit.limits import PDF_BYTES

    return judge(read_file(path, PDF_BYTES), name, options)


def render_contract(template: Path, data: Mapping[str, Any], settings: Settings) -> Rendered:
    """Make a contract; called in a worker."""
    from signkit.library.making import render

    return render(template, data, settings=settings)


def read_card(reader: str | None, settings: Settings) -> CardReport:
    """Read what a card tells freely; called in a worker."""
    from signkit.signers.card import connect_card
    from signkit.signers.card_report import read_card_report

    with connect_card(reader, settings) as connection:
        return read_card_report(connection)
