"""Handing a contract over: the consents, the check, the pack, the completion certificate, the report."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.said import WordRefused, read_day
from signkit.delivery.consent_making import ConsentTerms
from signkit.delivery.means import Means
from signkit.japan_time import JST
from signkit.reporting.formats.writer import ReportFormat
from signkit.web.common.downloads import download
from signkit.web.common.forms import shown_name, uploads, word
from signkit.web.desk import work
from signkit.web.desk.check_screen import written_report
from signkit.web.desk.contract_screen import title_of
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.shelf import Shelved
from signkit.web.desk.work import NamedOnDesk
from signkit.words import Text

if TYPE_CHECKING:  # what judges is loaded once somebody looks at a contract
    from signkit.delivery.check import DeliveryCheck

_FORMATS = {"html": ReportFormat.HTML, "csv": ReportFormat.CSV, "json": ReportFormat.JSON}
_MOST_CONSENTS = 50
_MOST_SOUGHT = 200


class DeliveryScreen(Screen):
    """One contract on its way to its recipients."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/documents/{sha256}/delivery", self.look),
            self.form("/documents/{sha256}/delivery/consents", self.make_consents),
            self.form("/documents/{sha256}/delivery/withdraw", self.withdraw),
            self.form("/documents/{sha256}/delivery/add", self.add),
            self.form("/documents/{sha256}/delivery/pack", self.pack),
            self.page("/documents/{sha256}/delivery/packed/{number}", self.packed),
            self.page("/documents/{sha256}/certificate", self.certificate),
            self.page("/documents/{sha256}/report.{ending}", self.report),
        ]

    def look(self, request: Request) -> Response:
        """Show the consents at hand, and whether they are in order."""
        contract = self._contract(request)
        if contract is None:
            return self.unknown(request)
        sha256, asked = request.path_params["sha256"], request.query_params
        known = self._consents(sha256, contract)
        chosen = [each for each in asked.getlist("consent") if each in known or self.office.named(each) is not None]
        if "checked" not in asked:
            chosen = list(known)
        names = {each: named.name for each in dict.fromkeys((*known, *chosen)) if (named := self.office.named(each))}
        day, problem = _day_of(asked.get("on", ""))
        checked = self._check(
            sha256, contract, [each for each in map(self.office.named, chosen) if each is not None], day
        )
        today = datetime.now(JST).date()
        return self.show(
            request, "delivery.html", sha256=sha256, name=contract.name, consents=names, chosen=chosen,
            on=asked.get("on", ""), problem=problem, checked=checked, means=list(Means), today=today,
            as_of_today=self._address(request, chosen, today.isoformat()), title=title_of(checked.status),
            were_made="made" in asked,
        )  # fmt: skip

    def make_consents(self, request: Request, form: FormData) -> Response:
        """Make the consents that the contract asks for; they wait for the recipients' signatures."""
        contract = self._contract(request)
        means = next((each for each in Means if each.value == word(form, "means")), None)
        if contract is None or means is None:
            return self.unknown(request)
        destination, contact = word(form, "destination").strip() or None, word(form, "contact").strip() or None
        terms = ConsentTerms(datetime.now(JST).date(), means, destination, contact)
        made: dict[str, bytes] = self.office.pool.submit(
            work.make_consents, contract, terms, self.office.settings
        ).result()
        stem = PurePath(contract.name).stem
        for title, pdf in made.items():
            shelved = self.office.shelf.put(pdf, f"{WORDS['consent_name'].ja}_{stem}_{title}.pdf", "prepared")
            self.office.note("consent-made", shelved.sha256)
        return go_to(f"/documents/{request.path_params['sha256']}/delivery?made={len(made)}")

    def withdraw(self, request: Request, form: FormData) -> Response:
        """Make the document by which a recipient withdraws a consent; it waits for the recipient's signature."""
        consent = self.office.named(word(form, "consent"))
        if self._contract(request) is None or consent is None:
            return self.unknown(request)
        today, judgement = datetime.now(JST).date(), self.office.judgement_of(word(form, "consent"))
        pdf: bytes = self.office.pool.submit(
            work.make_withdrawal, consent, today, judgement, self.office.settings
        ).result()
        shelved = self.office.shelf.put(
            pdf, f"{WORDS['withdrawal_name'].ja}_{PurePath(consent.name).stem}.pdf", "prepared"
        )
        self.office.note("withdrawal-made", shelved.sha256)
        return go_to(f"/documents/{shelved.sha256}")

    def add(self, request: Request, form: FormData) -> Response:
        """Take signed consents in that came otherwise, and check anew."""
        if self._contract(request) is None:
            return self.unknown(request)
        taken = [self.office.shelf.take(each.file, shown_name(each), "checked") for each in uploads(form, "files")]
        chosen = [str(each) for each in form.getlist("consent")] + [each.sha256 for each in taken]
        return go_to(self._address(request, chosen, word(form, "on")))

    def pack(self, request: Request, form: FormData) -> Response:
        """Begin to make the pack."""
        contract = self._contract(request)
        day, problem = _day_of(word(form, "on"))
        chosen = [str(each) for each in form.getlist("consent")][:_MOST_CONSENTS]
        consents = [named for each in chosen if (named := self.office.named(each)) is not None]
        if contract is None or problem is not None:
            return self.unknown(request)
        sha256, allow = request.path_params["sha256"], word(form, "allow") == "yes"
        job = DeskJob(
            WORDS["pack"], leads_back=self._address(request, chosen, word(form, "on")), cancelled=WORDS["stopped"]
        )
        job.leads_to = f"/documents/{sha256}/delivery/packed/{job.number}"
        self.office.jobs.start(job, lambda job: self._pack(job, sha256, contract, consents, day, allow=allow))
        return go_to(f"/jobs/{job.number}")

    def packed(self, request: Request) -> Response:
        """Show the pack, to be saved."""
        job = self.office.jobs.find(request.path_params["number"])
        if job is None or job.result is None:
            return self.unknown(request)
        shelved, files, no_certificate = job.result
        return self.show(
            request, "packed.html", sha256=request.path_params["sha256"], shelved=shelved, files=files,
            no_certificate=no_certificate,
        )  # fmt: skip

    def certificate(self, request: Request) -> Response:
        """Hand out the completion certificate (合意締結証明書)."""
        contract = self._contract(request)
        if contract is None:
            return self.unknown(request)
        sha256, allow = request.path_params["sha256"], request.query_params.get("allow") == "yes"
        made: bytes = self.office.pool.submit(
            work.make_certificate, contract, self.office.judgement_of(sha256), self.office.settings,
            allow_indeterminate=allow,
        ).result()  # fmt: skip
        self.office.note("certified", sha256)
        return download(made, f"{WORDS['certificate_name'].ja}_{PurePath(contract.name).stem}.pdf")

    def report(self, request: Request) -> Response:
        """Hand out the report of the file as it is judged now."""
        contract, format_ = self._contract(request), _FORMATS.get(request.path_params["ending"])
        if contract is None or format_ is None:
            return self.unknown(request)
        report = self.office.judge(request.path_params["sha256"], contract.name)
        name = f"{PurePath(contract.name).stem}-report.{request.path_params['ending']}"
        return download(written_report([report], format_, self.language(request)), name)

    def _contract(self, request: Request) -> NamedOnDesk | None:
        return self.office.named(request.path_params["sha256"])

    def _check(
        self, sha256: str, contract: NamedOnDesk, consents: Sequence[NamedOnDesk], day: date | None
    ) -> DeliveryCheck:
        checked: DeliveryCheck = self.office.pool.submit(
            work.check_delivery_of, contract, list(consents), day, self.office.judgement_of(sha256)
        ).result()
        return checked

    def _consents(self, sha256: str, contract: NamedOnDesk) -> list[str]:
        """Return the signed consents and withdrawals that the archive keeps of the contract's parties."""
        from signkit.archive.finding import Query, find
        from signkit.delivery.consent import CONSENT, WITHDRAWAL

        number = self.office.entry_of(sha256)
        names = set(self._party_names(sha256, contract))
        if not self.office.has_archive():
            return []
        found: dict[str, None] = {}
        with self.office.archive() as archive:
            for name in sorted(names):
                for entry in find(archive, Query(party=name), limit=_MOST_SOUGHT).entries:
                    kind = (entry.template or "").partition(" ")[0]
                    if kind in (CONSENT, WITHDRAWAL) and entry.number != number and entry.current is not None:
                        found[entry.current.sha256] = None
        return list(found)[:_MOST_CONSENTS]

    def _party_names(self, sha256: str, contract: NamedOnDesk) -> list[str]:
        told = self.office.status(sha256, contract.name).contract
        return [party.name for party in told.parties if party.name] if told is not None else []

    def _address(self, request: Request, chosen: Sequence[str], on: str) -> str:
        query = urlencode([("checked", "1"), *(("consent", each) for each in chosen), *([("on", on)] if on else [])])
        return f"/documents/{request.path_params['sha256']}/delivery?{query}"

    def _pack(
        self,
        job: DeskJob,
        sha256: str,
        contract: NamedOnDesk,
        consents: Sequence[NamedOnDesk],
        day: date | None,
        *,
        allow: bool,
    ) -> None:
        job.stage = WORDS["packing"]
        pack = self.office.pool.submit(
            work.make_pack_of, contract, list(consents), day, self.office.judgement_of(sha256), self.office.settings,
            allow_indeterminate=allow,
        ).result()  # fmt: skip
        if job.state != "working":
            return
        name = f"{PurePath(contract.name).stem}_{WORDS['pack_name'].ja}.zip"
        shelved: Shelved = self.office.shelf.put(_zipped(pack.files), name, "made")
        self.office.note("packed", sha256)
        job.result = (shelved, tuple(pack.files), pack.no_certificate)


def _zipped(files: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return output.getvalue()


def _day_of(typed: str) -> tuple[date | None, Text | None]:
    """Return the day that was typed, or why it is none."""
    try:
        return (read_day("on", typed.strip()) if typed.strip() else None), None
    except WordRefused as refused:
        return None, refused.words
