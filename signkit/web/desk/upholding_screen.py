"""What comes after signing: evidence that is renewed, and the contract that amends this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.contracts.amendment import AMENDING
from signkit.reporting.formats.report_wording import VERDICTS
from signkit.web.common.forms import word
from signkit.web.desk import work
from signkit.web.desk.contract_form import words_of
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.work import ExtendedFile, NamedOnDesk

if TYPE_CHECKING:  # what judges and signs is loaded once somebody looks at a contract
    from signkit.signing.levels import Level
    from signkit.validation.report import Report

_LEVELS = ("B-LTA", "B-LT")
_STEPS = 3


class UpholdingScreen(Screen):
    """Extending and amending."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/documents/{sha256}/extend", self.ask),
            self.form("/documents/{sha256}/extend", self.extend),
            self.page("/documents/{sha256}/extended/{number}", self.extended),
            self.form("/documents/{sha256}/amend", self.amend),
        ]

    def ask(self, request: Request) -> Response:
        """Show what the file's evidence is worth now."""
        file = self.office.named(request.path_params["sha256"])
        if file is None:
            return self.unknown(request)
        sha256 = request.path_params["sha256"]
        report = self.office.status(sha256, file.name).report
        return self.show(
            request, "extend.html", sha256=sha256, name=file.name, levels=_LEVELS,
            has_service=bool(self.office.options.tsa or self.office.settings.tsa_urls), **_standing(report),
        )  # fmt: skip

    def extend(self, request: Request, form: FormData) -> Response:
        """Begin to add the evidence."""
        from signkit.signing.levels import Level

        sha256 = request.path_params["sha256"]
        level = word(form, "level")
        if level not in _LEVELS or self.office.named(sha256) is None:
            return self.unknown(request)
        job = DeskJob(WORDS["extend"], leads_back=f"/documents/{sha256}/extend", cancelled=WORDS["stopped"])
        job.leads_to = f"/documents/{sha256}/extended/{job.number}"
        self.office.jobs.start(job, lambda job: self._extend(job, sha256, Level(level)))
        return go_to(f"/jobs/{job.number}")

    def extended(self, request: Request) -> Response:
        """Show what it was worth before, and is worth now."""
        job = self.office.jobs.find(request.path_params["number"])
        if job is None or job.result is None:
            return self.unknown(request)
        sha256, before, after = job.result
        return self.show(request, "extended.html", sha256=sha256, before=_standing(before), after=_standing(after))

    def amend(self, request: Request, form: FormData) -> Response:
        """Begin a draft that amends this contract, with what the contract says already."""
        sha256, template = request.path_params["sha256"], word(form, "template")
        file = self.office.named(sha256)
        if file is None or template not in AMENDING:
            return self.unknown(request)
        earlier = self._earlier_amendments(sha256)
        data = self.office.pool.submit(work.amendment_of, file, earlier, template, self.office.settings).result()
        return go_to(f"/drafts/{self.office.drafts.begin(template, words_of(data)).number}")

    def _earlier_amendments(self, sha256: str) -> list[NamedOnDesk]:
        """Return the signed amendments that the archive keeps of the contract, the oldest first."""
        from signkit.archive.entries import load_entries, load_entry

        number = self.office.entry_of(sha256)
        if number is None:
            return []
        with self.office.archive() as archive, archive.reading() as connection:
            digests = {each.sha256 for each in load_entry(connection, number).revisions}
            rows = connection.execute(
                "SELECT id FROM entry WHERE template LIKE 'amendment %' AND state IN ('complete', 'unproven')"
            )
            kept = load_entries(connection, [row[0] for row in rows.fetchall()])
        files = [named for each in kept if each.current and (named := self.office.named(each.current.sha256))]
        found: list[NamedOnDesk] = (
            self.office.pool.submit(work.amendments_among, files, digests).result() if files else []
        )
        return found

    def _extend(self, job: DeskJob, sha256: str, level: Level) -> None:
        file = self.office.named(sha256)
        assert file is not None
        job.report(1, _STEPS, WORDS["extending"])
        made: ExtendedFile = self.office.pool.submit(
            work.extend_file, file, level, self.office.around(), self.office.judgement_of(sha256)
        ).result()
        job.report(2, _STEPS, WORDS["keeping"])
        digest = self._take_extended(sha256, file.name, made)
        job.result = (digest, made.before, made.after)

    def _take_extended(self, before: str, name: str, made: ExtendedFile) -> str:
        """Put the extended file where the former lay."""
        is_kept = self.office.entry_of(before) is not None
        shelved = self.office.shelf.put(made.pdf, name, "signed")
        self.office.continue_as(before, shelved.sha256)
        if is_kept:
            self.office.keep(shelved.sha256, name)
        else:
            self.office.shelf.discard(before)
        self.office.note("extended", shelved.sha256)
        return shelved.sha256


def _standing(report: Report) -> dict[str, object]:
    """Return what the evidence is worth: verdict, level and until when."""
    from signkit.archive.judging import evidence_day, level_of

    day = evidence_day(report)
    return {"verdict": VERDICTS[report.verdict], "level": level_of(report), "until": day}
