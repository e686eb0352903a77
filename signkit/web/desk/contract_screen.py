"""One contract: where it stands, who signed, its pages, its versions, what can be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.entries import LedgerEntry, load_entry
from signkit.archive.exporting import STATES, kind_in_words, moment_in_words
from signkit.contracts.amendment import amending_templates
from signkit.contracts.template import find_template
from signkit.errors import ArchiveError, PdfPasswordNeeded, SignKitError
from signkit.reporting.formats.text import signature_lines
from signkit.web.common.downloads import download_file
from signkit.web.common.forms import row_number
from signkit.web.common.page_pictures import MOST_PAGES, WIDTHS
from signkit.web.desk.check_screen import ToldReport, desk_lines, tell_report
from signkit.web.desk.desk_hints import desk_text
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.shelf import DIGEST
from signkit.words import Language, Text
from signkit.workers import WorkerLost

if TYPE_CHECKING:
    from signkit.progress.contract import ContractStatus, PartyStatus

#: Pictures never change: their address holds the document's digest.
_KEPT_BY_BROWSER = "private, max-age=3600, immutable"


@dataclass(frozen=True)
class ToldParty:
    """A party as the page tells it.

    Attributes:
        state: ``signed``, ``unproven``, ``broken``, ``next`` or ``waiting``.
        lines: what is said of the signature.
    """

    role: str
    label: str
    name: str
    state: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ToldContract:
    """A file as the page tells it.

    Attributes:
        level, until: the lowest level of its signatures, and until when its evidence holds.
        all_signed, complete: whether every party has signed, and whether all of it is proven.
        amending: the templates that can change it.
        is_consent: to electronic delivery, given: what can follow is its withdrawal.
    """

    title: str
    report: ToldReport
    parties: tuple[ToldParty, ...]
    is_fixed: bool
    may_change: str
    level: str | None
    until: date | None
    all_signed: bool
    complete: bool
    amending: tuple[str, ...]
    is_consent: bool


def tell_contract(status: ContractStatus, sha256: str, language: Language) -> ToldContract:
    """Return what the page says of a contract's status."""
    from signkit.archive.judging import evidence_day, level_of
    from signkit.delivery.consent import CONSENT

    contract = status.contract
    may_change = desk_text(status.may_still_change())
    return ToldContract(
        title_of(status).in_language(language),
        tell_report(status.report, sha256, language),
        tuple(_parties(status, language)),
        contract is not None and contract.signing_order == "fixed",
        may_change.in_language(language) if may_change is not None else "",
        level_of(status.report),
        evidence_day(status.report),
        status.all_signed,
        status.complete,
        amending_templates(contract) if status.all_signed else (),
        contract is not None and contract.template_id == CONSENT,
    )


def title_of(status: ContractStatus) -> Text:
    """Return what a contract is called; a stranger's file by its name."""
    contract = status.contract
    return contract.title if contract is not None and contract.title is not None else Text(status.file, status.file)


def _parties(status: ContractStatus, language: Language) -> Iterator[ToldParty]:
    for party in status.parties:
        said = signature_lines(party.signature, language) if party.signature is not None else []
        lines = desk_lines(said, language)
        name = party_name(status, party.role)
        yield ToldParty(party.role, party.label.in_language(language), name, _state(party), lines)


def _state(party: PartyStatus) -> str:
    return party.state.value


def party_name(status: ContractStatus, role: str) -> str:
    """Return whom the contract names for a role; empty where it names nobody."""
    parties = status.contract.parties if status.contract is not None else ()
    return next((party.name or "" for party in parties if party.role == role), "")


class ContractScreen(Screen):
    """The page of one contract, kept or not."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/contracts/{number}", self.entry),
            self.page("/documents/{sha256}", self.document),
            self.page("/documents/{sha256}/file", self.file),
            self.form("/documents/{sha256}/keep", self.keep),
            self.form("/documents/{sha256}/discard", self.discard),
            self.page("/pages/{sha256}/{page:int}-{width:int}.png", self.picture),
        ]

    def entry(self, request: Request) -> Response:
        """Show an entry of the archive."""
        number = row_number(request.path_params["number"])
        if number is None or not self.office.has_archive():
            return self.unknown(request)
        with self.office.archive() as archive, archive.reading() as connection:
            try:
                entry = load_entry(connection, number)
            except ArchiveError:
                return self.unknown(request)
        if entry.current is None:
            return self.show(request, "contract.html", **self._of_entry(entry, request), told=None, trouble=None,
                             sha256=None, pages=None, shelved=None, is_closed=False, beside=())  # fmt: skip
        return self._show(request, entry.current.sha256, entry.current.name, entry)

    def document(self, request: Request) -> Response:
        """Show a file by its digest; one that the archive keeps, as its entry."""
        sha256 = request.path_params["sha256"]
        number = self.office.entry_of(sha256)
        if number is not None:
            return go_to(f"/contracts/{number}" + ("?signed=1" if "signed" in request.query_params else ""))
        shelved = self.office.shelf.find(sha256)
        return self._show(request, sha256, shelved.name, None) if shelved is not None else self.unknown(request)

    def file(self, request: Request) -> Response:
        """Hand out a file."""
        sha256 = request.path_params["sha256"]
        name = self.office.name_of(sha256)
        if name is None:
            return self.unknown(request)
        self.office.note("downloaded", sha256)
        return download_file(self.office.path_of(sha256), name)

    def keep(self, request: Request, _: FormData) -> Response:
        """Take a file into the archive."""
        sha256 = request.path_params["sha256"]
        shelved = self.office.shelf.find(sha256)
        if shelved is None:
            return self.unknown(request)
        number = self.office.keep(sha256, shelved.name)
        self.office.note("kept", sha256)
        return go_to(f"/contracts/{number}")

    def discard(self, request: Request, _: FormData) -> Response:
        """Throw a file away that nobody signed here."""
        shelved = self.office.shelf.find(request.path_params["sha256"])
        if shelved is None or shelved.purpose == "signed":
            return self.unknown(request)
        self.office.shelf.discard(shelved.sha256)
        self.office.note("discarded", shelved.sha256)
        return go_to("/")

    def picture(self, request: Request) -> Response:
        """Draw a page."""
        sha256, page, width = (request.path_params[name] for name in ("sha256", "page", "width"))
        if not DIGEST.fullmatch(sha256) or width not in WIDTHS:
            return self.unknown(request)
        try:
            png = self.office.page_picture(sha256, page, width)
        except (SignKitError, ValueError, IndexError, RuntimeError, WorkerLost):
            return self.unknown(request)
        return Response(png, media_type="image/png", headers={"cache-control": _KEPT_BY_BROWSER})

    def _show(self, request: Request, sha256: str, name: str, entry: LedgerEntry | None) -> Response:
        told, trouble, is_closed = None, None, False
        try:
            told = tell_contract(self.office.status(sha256, name), sha256, self.language(request))
        except SignKitError as error:
            trouble = Text(error.message("en"), error.message("ja"))
            is_closed = isinstance(error, PdfPasswordNeeded)
        except WorkerLost as lost:
            trouble = Text(str(lost.detail), str(lost.detail))
        pages = self.office.page_facts(sha256) if trouble is None else None
        return self.show(
            request, "contract.html", **self._of_entry(entry, request), told=told, trouble=trouble, sha256=sha256,
            pages=pages, most_pages=MOST_PAGES, widths=WIDTHS, shelved=self.office.shelf.find(sha256),
            was_signed="signed" in request.query_params, name=name, is_closed=is_closed,
            amending=self._amending(told), may_be_signed=self.office.may_be_signed(sha256),
            **self.office.told_beside(sha256),
        )  # fmt: skip

    def _amending(self, told: ToldContract | None) -> list[tuple[str, Text]]:
        names = told.amending if told is not None else ()
        return [(name, find_template(name, self.office.settings).title) for name in names]

    def _of_entry(self, entry: LedgerEntry | None, request: Request) -> dict[str, Any]:
        """Return what the archive knows."""
        if entry is None:
            return {"entry": None, "has_archive": self.office.has_archive()}
        language = self.language(request)
        return {
            "entry": entry,
            "has_archive": True,
            "kind": kind_in_words(entry, language),
            "state": STATES[entry.state].in_language(language),
            "revisions": [(each, moment_in_words(each.added_at)) for each in entry.revisions],
        }
