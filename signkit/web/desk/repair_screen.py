"""The archive when something happened to it: back from a backup, or its ledger made anew from the kept files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.backup import Copied, restore
from signkit.archive.store import DISPOSALS, LEDGER
from signkit.web.common.forms import word
from signkit.web.desk import work
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.upkeep_screen import last_folder
from signkit.words import Text
from signkit.workers import WorkerPool

if TYPE_CHECKING:
    from signkit.archive.rebuilding import Rebuilt

#: Where a torn ledger leads to.
REPAIR = "/archive/repair"
#: How the ledger stands: nothing is there, files without it, torn, whole.
LedgerState = Literal["none", "files", "torn", "whole"]
#: A large archive has hundreds of thousands of files to judge.
_REBUILD_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Repaired:
    """What became of the archive: copied back, or its ledger made anew."""

    restored: Copied | None = None
    rebuilt: Rebuilt | None = None


def ledger_state(folder: Path) -> LedgerState:
    """Return how the ledger of an archive stands.

    Raises:
        ArchiveError("archive-newer", "archive-busy"): that cannot be told.
    """
    if (folder / LEDGER).is_file():
        from signkit.archive.rebuilding import is_whole

        return "whole" if is_whole(folder) else "torn"
    return "files" if (folder / "files").is_dir() else "none"


class RepairScreen(Screen):
    """Restoring and rebuilding."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page(REPAIR, self.look),
            self.form("/archive/restore", self.restore),
            self.form("/archive/rebuild", self.rebuild),
            self.page("/archive/repaired/{number}", self.repaired),
        ]

    def look(self, request: Request) -> Response:
        """Show how the ledger stands, and what can be done."""
        return self._page(request)

    def restore(self, request: Request, form: FormData) -> Response:
        """Begin to copy a backup to where the archive is to lie."""
        source, register = word(form, "folder").strip(), word(form, "register").strip()
        problems = _problems(source, register, needs_backup=True)
        if problems or ledger_state(self._folder) not in ("none", "files"):
            return self._page(request, {"restore": problems}, source, register, status=400)
        newest = Path(register) if register else self._own_register()
        return self._start(WORDS["restore"], lambda job: self._restore(job, Path(source), newest))

    def rebuild(self, request: Request, form: FormData) -> Response:
        """Begin to make the ledger anew."""
        source = word(form, "folder").strip()
        problems = _problems(source, "", needs_backup=False)
        if problems or ledger_state(self._folder) not in ("torn", "files"):
            return self._page(request, {"rebuild": problems}, source, status=400)
        return self._start(WORDS["rebuild"], lambda job: self._rebuild(job, Path(source) if source else None))

    def repaired(self, request: Request) -> Response:
        """Show what became of it."""
        job = self.office.jobs.find(request.path_params["number"])
        if job is None or not isinstance(job.result, Repaired):
            return self.unknown(request)
        return self.show(request, "repaired.html", result=job.result, folder=self._folder)

    @property
    def _folder(self) -> Path:
        return self.office.settings.archive_folder()

    def _own_register(self) -> Path | None:
        """Return the register that lies where the archive was: nobody deletes what it lists a second time."""
        own = self._folder / DISPOSALS
        return own if own.is_file() else None

    def _start(self, title: Text, work_of: Callable[[DeskJob], object]) -> Response:
        job = DeskJob(title, leads_back=REPAIR, cancelled=WORDS["stopped_repairing"])
        job.leads_to = f"/archive/repaired/{job.number}"
        self.office.jobs.start(job, work_of)
        return go_to(f"/jobs/{job.number}")

    def _restore(self, job: DeskJob, source: Path, register: Path | None) -> None:
        job.stage = WORDS["restore_going"]
        copied = restore(source, self._folder, register, job.report)
        self.office.note("restored")
        job.result = Repaired(restored=copied)

    def _rebuild(self, job: DeskJob, last_backup: Path | None) -> None:
        """Judge strangers' files in a process of its own; cancelling ends it, and the old ledger is still in place."""
        job.stage = WORDS["rebuild_going"]
        pool = WorkerPool(1, seconds=_REBUILD_SECONDS)
        job.cancel = lambda: pool.shutdown(wait=False, cancel_futures=True)
        try:
            made = pool.submit(work.rebuild_archive, self._folder, self.office.judgement(), last_backup).result()
        finally:
            pool.shutdown(cancel_futures=True)
        self.office.note("rebuilt")
        job.result = Repaired(rebuilt=made)

    def _page(
        self,
        request: Request,
        problems: Mapping[str, Mapping[str, Text]] | None = None,
        source: str | None = None,
        register: str = "",
        status: int = 200,
    ) -> Response:
        return self.show(
            request, "repair.html", status, state=ledger_state(self._folder), folder=self._folder,
            source=last_folder(self.office) if source is None else source, register=register, problems=problems or {},
        )  # fmt: skip


def _problems(source: str, register: str, *, needs_backup: bool) -> dict[str, Text]:
    """Say at each field why what was typed will not do."""
    found: dict[str, Text] = {}
    if (source or needs_backup) and not _is_there(source, LEDGER):
        found["folder"] = WORDS["backup_where" if not source else "repair_no_backup"]
    if register and not _is_there(register):
        found["register"] = WORDS["repair_no_register"]
    return found


def _is_there(typed: str, name: str = "") -> bool:
    if not typed or "\0" in typed or not Path(typed).is_absolute():
        return False
    return (Path(typed) / name).is_file()
