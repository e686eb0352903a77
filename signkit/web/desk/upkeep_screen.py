"""Looking after the archive: what is to be renewed, what need not be kept any longer, and its backup."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.backup import Copied, backup
from signkit.archive.entries import load_entries
from signkit.archive.exporting import kind_in_words, moment_in_words
from signkit.archive.operations import last_backup
from signkit.archive.purging import Due, due_entries, purge
from signkit.archive.retention import Keeping
from signkit.archive.store import clock_runs_back
from signkit.japan_time import JST
from signkit.output import make_folder, write_checked
from signkit.web.common.forms import word
from signkit.web.desk import work
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.office import Office
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.screens import Screen, go_to
from signkit.words import Text
from signkit.workers import WorkerLost

if TYPE_CHECKING:
    from signkit.archive.renewing import Renewal

#: What ends within so many days is due.
_AHEAD = timedelta(days=90)
_FOLDER = "backup.json"


@dataclass(frozen=True)
class Renewed:
    """What became of the entries that were looked at."""

    renewals: tuple[Renewal, ...]

    @property
    def counts(self) -> Counter[str]:
        """How many by outcome."""
        return Counter(each.outcome for each in self.renewals)


@dataclass(frozen=True)
class BackedUp:
    """Where a backup is, and what was copied."""

    folder: str
    copied: Copied


class UpkeepScreen(Screen):
    """Renewal, deletion, backup."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/archive/renewal", self.due),
            self.form("/archive/renewal", self.renew),
            self.page("/archive/renewed/{number}", self.renewed),
            self.page("/archive/purge", self.ask_purge),
            self.form("/archive/purge", self.purge),
            self.page("/archive/backup", self.ask_backup),
            self.form("/archive/backup", self.backup),
            self.page("/archive/backed-up/{number}", self.backed_up),
        ]

    def due(self, request: Request) -> Response:
        """Show whose evidence ends soon."""
        from signkit.archive.renewing import entries_to_look_at

        if not self.office.has_archive():
            return self.unknown(request)
        by = self._renewal_day()
        with self.office.archive() as archive:
            numbers = entries_to_look_at(archive, by, None, self.office.judgement().policy)
            with archive.reading() as connection:
                entries = load_entries(connection, numbers)
        return self.show(request, "renewal.html", entries=entries, by=by)

    def renew(self, request: Request, _: FormData) -> Response:
        """Begin to renew what is due."""
        if not self.office.has_archive():
            return self.unknown(request)
        job = DeskJob(WORDS["renew"], leads_back="/archive/renewal", cancelled=WORDS["stopped_renewing"])
        job.leads_to = f"/archive/renewed/{job.number}"
        self.office.jobs.start(job, self._renew)
        return go_to(f"/jobs/{job.number}")

    def renewed(self, request: Request) -> Response:
        """Show what became of each."""
        job = self.office.jobs.find(request.path_params["number"])
        if job is None or job.result is None:
            return self.unknown(request)
        return self.show(request, "renewed.html", result=job.result)

    def ask_purge(self, request: Request) -> Response:
        """Show what is past its period."""
        if not self.office.has_archive():
            return self.unknown(request)
        return self._purge_page(request, None)

    def purge(self, request: Request, form: FormData) -> Response:
        """Delete for good what was chosen, if the word was typed."""
        if not self.office.has_archive():
            return self.unknown(request)
        wanted = {str(value) for value in form.getlist("entry")}
        refused = self._refusal(wanted, word(form, "typed"), WORDS["purge_word"].in_language(self.language(request)))
        if refused is not None:
            return self._purge_page(request, refused, frozenset(wanted), 400)
        with self.office.archive() as archive:
            chosen = [each for each in self._due() if str(each.entry.number) in wanted]
            purge(archive, chosen)
        self.office.note("deleted")
        return go_to(f"/archive/purge?deleted={len(chosen)}")

    def ask_backup(self, request: Request) -> Response:
        """Ask where the backup goes."""
        if not self.office.has_archive():
            return self.unknown(request)
        return self._backup_page(request, last_folder(self.office))

    def backup(self, request: Request, form: FormData) -> Response:
        """Begin to bring the backup up to date."""
        if not self.office.has_archive():
            return self.unknown(request)
        typed = word(form, "folder").strip()
        problem = _folder_problem(typed, self.office.settings.archive_folder())
        if problem is not None:
            return self._backup_page(request, typed, problem, 400)
        is_new = not Path(typed).is_dir()
        if is_new and word(form, "make").strip() != typed:
            missing = WORDS["backup_not_there"].filled(there=str(_nearest(Path(typed))))
            return self._backup_page(request, typed, missing, 400, make=typed)
        job = DeskJob(WORDS["backup"], leads_back="/archive/backup", cancelled=WORDS["stopped"])
        job.leads_to = f"/archive/backed-up/{job.number}"
        self.office.jobs.start(job, lambda job: self._back_up(job, typed, is_new=is_new))
        return go_to(f"/jobs/{job.number}")

    def backed_up(self, request: Request) -> Response:
        """Show what was copied."""
        job = self.office.jobs.find(request.path_params["number"])
        if job is None or job.result is None:
            return self.unknown(request)
        return self.show(request, "backed_up.html", result=job.result)

    def _renewal_day(self) -> date:
        with self.office.archive() as archive:
            return archive.clock().astimezone(JST).date() + _AHEAD

    def _renew(self, job: DeskJob) -> None:
        from signkit.archive.renewing import Renewal, entries_to_look_at, note_policy

        office, by, done = self.office, self._renewal_day(), []
        options = office.judgement()
        folder = office.settings.archive_folder()
        with office.archive() as archive:
            numbers = entries_to_look_at(archive, by, None, options.policy)
        for place, number in enumerate(numbers):
            job.report(place, len(numbers))
            try:
                task = office.pool.submit(work.renew_kept, folder, number, by, office.around(), options)
                renewal: Renewal = task.result()
            except WorkerLost as lost:
                renewal = Renewal(number, "refused", None, WORDS["worker_lost"].filled(detail=lost.detail))
            if renewal.outcome == "renewed":
                office.note("renewed", entry=number)
            done.append(renewal)
        with office.archive() as archive:
            note_policy(archive, options.policy)
        job.result = Renewed(tuple(done))

    def _due(self) -> list[Due]:
        with self.office.archive() as archive:
            return list(due_entries(archive, archive.clock().astimezone(JST).date()))

    def _refusal(self, wanted: set[str], typed: str, demanded: str) -> Text | None:
        with self.office.archive() as archive:
            if (last := clock_runs_back(archive)) is not None:
                return WORDS["purge_clock"].filled(last=moment_in_words(last))
        if not wanted or wanted - {str(each.entry.number) for each in self._due()}:
            return WORDS["purge_none_chosen"]
        return WORDS["purge_word_wrong"].filled(word=demanded) if typed.strip() != demanded else None

    def _purge_page(
        self, request: Request, problem: Text | None, chosen: frozenset[str] = frozenset(), status: int = 200
    ) -> Response:
        language, deleted = self.language(request), request.query_params.get("deleted", "")
        rows = [
            (each, kind_in_words(each.entry, language), Keeping(each.kept_until, each.rule).law) for each in self._due()
        ]
        return self.show(
            request, "purge.html", status, rows=rows, problem=problem, chosen=chosen,
            deleted=int(deleted) if deleted.isascii() and deleted.isdigit() and len(deleted) < 9 else None,
        )  # fmt: skip

    def _backup_page(
        self, request: Request, folder: str, problem: Text | None = None, status: int = 200, *, make: str | None = None
    ) -> Response:
        with self.office.archive() as archive:
            last = last_backup(archive)
        shown = moment_in_words(last) if last else None
        return self.show(request, "backup.html", status, folder=folder, problem=problem, last=shown, make=make)

    def _back_up(self, job: DeskJob, typed: str, *, is_new: bool) -> None:
        if is_new:  # they said that it is right
            make_folder(Path(typed))
        with self.office.archive() as archive:
            copied = backup(archive, Path(typed), job.report)
        note = self.office.options.home / _FOLDER
        write_checked(note, json.dumps({"folder": typed}, ensure_ascii=False).encode(), overwrite=True, private=True)
        self.office.note("backed-up")
        job.result = BackedUp(typed, copied)


def last_folder(office: Office) -> str:
    """Return where the last backup went; empty where there was none."""
    try:
        return str(json.loads((office.options.home / _FOLDER).read_text(encoding="utf-8"))["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _nearest(folder: Path) -> Path:
    """Return the last folder on the way that is there."""
    return next((each for each in folder.parents if each.is_dir()), Path(folder.anchor))


def _folder_problem(typed: str, archive: Path) -> Text | None:
    """Say why a folder takes no backup."""
    if not typed or "\0" in typed or not Path(typed).is_absolute():
        return WORDS["backup_where"]
    inside = Path(typed).absolute()
    return WORDS["backup_inside"] if inside == archive.absolute() or archive.absolute() in inside.parents else None
