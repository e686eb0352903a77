"""Making a contract: a template, its form, the pages it makes, the file that is to be signed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from signkit.contracts.data import load_contract_data
from signkit.contracts.template import AUDIENCES, EXAMPLE, Template, find_template
from signkit.errors import ContractError, ContractRefused, InputUnreadable, Problem
from signkit.web.common.forms import word
from signkit.web.common.page_pictures import MOST_PAGES, WIDTHS
from signkit.web.desk.contract_form import contract_form, fill, typed_entries, without_entry, words_of
from signkit.web.desk.drafts import Draft
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.party_card_screen import ReadNotes, card_parties
from signkit.web.desk.screens import Screen, go_to
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.archive.entries import LedgerEntry
    from signkit.contracts.render import Rendered
    from signkit.pdf.embedded_contract import EmbeddedContract

_FIELD = "item:"
_COUNT = "count:"
_MOST_ENTRIES = 50
_MOST_FORMER = 30


class MakingScreen(Screen):
    """From template to prepared file."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/new", self.choose),
            self.form("/new", self.begin),
            self.page("/drafts/{number}", self.edit),
            self.form("/drafts/{number}", self.save),
            self.form("/drafts/{number}/keep", self.keep_typed),
            self.page("/drafts/{number}/preview", self.preview),
            self.form("/drafts/{number}/prepare", self.prepare),
            self.form("/drafts/{number}/discard", self.discard),
        ]

    def choose(self, request: Request) -> Response:
        """Show the templates."""
        known = self.office.templates()
        groups = [(each, [template for template in known if template.audience == each]) for each in AUDIENCES]
        return self.show(
            request, "templates.html", groups=[group for group in groups if group[1]], former=self._former(),
            trouble="trouble" in request.query_params,
        )  # fmt: skip

    def begin(self, request: Request, form: FormData) -> Response:
        """Begin a draft, empty or with the template's example."""
        if former := word(form, "former"):
            return self._begin_like(request, former)
        known = {template.id: template for template in self.office.templates()}
        template = known.get(word(form, "template"))
        if template is None:
            return self.unknown(request)
        words = _example_words(template) if word(form, "with") == "example" else {}
        return go_to(f"/drafts/{self.office.drafts.begin(template.id, words).number}")

    def _former(self) -> list[tuple[str, LedgerEntry]]:
        """Return the kept contracts that one may begin with, the newest first."""
        from signkit.archive.finding import Query, find

        if not self.office.has_archive():
            return []
        with self.office.archive() as archive:
            entries = find(archive, Query(), limit=_MOST_FORMER).entries
        return [(entry.current.sha256, entry) for entry in entries if entry.current is not None]

    def _begin_like(self, request: Request, sha256: str) -> Response:
        """Begin a draft with what a former contract says; whatever is to be another is typed over it."""
        if self.office.entry_of(sha256) is None:
            return self.unknown(request)
        contract = self.office.pool.submit(contract_in, str(self.office.path_of(sha256))).result()
        known = {template.id for template in self.office.templates()}
        if contract is None or contract.template_id not in known:
            return go_to("/new?trouble=1")
        draft = self.office.drafts.begin(contract.template_id, words_of(contract.data))
        return go_to(f"/drafts/{draft.number}")

    def edit(self, request: Request) -> Response:
        """Show the form as it was typed."""
        draft = self._draft(request)
        job = self.office.jobs.find(request.query_params.get("read", ""))
        read = job.result if job is not None and isinstance(job.result, ReadNotes) else None
        return self._form(request, draft, read=read) if draft is not None else self.unknown(request)

    def save(self, request: Request, form: FormData) -> Response:
        """Keep what was typed, to the letter; then do what the button says."""
        draft = self._draft(request)
        if draft is None:
            return self.unknown(request)
        template, typed = self._template(draft), _typed(draft, form)
        if _is_old(draft, form):  # another tab: what it saved is not written over unseen
            return self._form(request, typed, overtaken=True, status=409)
        draft = self.office.drafts.keep(typed)
        action, _, path = word(form, "do").partition(":")
        if action in ("add", "remove"):
            draft = self.office.drafts.keep(_with_entries(draft, action, path))
            return self._form(request, draft, anchor=path)
        if action == "card":
            return go_to(f"/drafts/{draft.number}/card/{quote(path)}")
        if action == "preview":
            filled = fill(template, draft.words, self.office.settings)
            if filled.refused:
                return self._form(request, draft, problems=filled.refused, status=400)
            return go_to(f"/drafts/{draft.number}/preview")
        return self._form(request, draft, message=WORDS["saved"])

    def keep_typed(self, request: Request, form: FormData) -> Response:
        """Keep what is being typed, to the letter; the answer is the form's new state, for whoever types on."""
        draft = self._draft(request)
        if draft is None:
            return self.unknown(request)
        if _is_old(draft, form):
            return JSONResponse({"changed": None}, 409)
        return JSONResponse({"changed": self.office.drafts.keep(_typed(draft, form)).changed})

    def preview(self, request: Request) -> Response:
        """Show the pages that the draft makes."""
        draft = self._draft(request)
        if draft is None:
            return self.unknown(request)
        template = self._template(draft)
        rendered = self._render(request, draft, template)
        if isinstance(rendered, Response):
            return rendered
        shelved = self.office.shelf.put(rendered.pdf, f"{template.title.ja}.pdf", "preview")
        data = fill(template, draft.words, self.office.settings).data
        return self.show(
            request, "preview.html", draft=draft, title=template.title, sha256=shelved.sha256,
            pages=self.office.page_facts(shelved.sha256), most_pages=MOST_PAGES, widths=WIDTHS,
            parties=template.parties_of(data), is_fixed=template.signing_order == "fixed", warnings=rendered.warnings,
        )  # fmt: skip

    def prepare(self, request: Request, form: FormData) -> Response:
        """Make the file that is to be signed: the one that was shown, or none."""
        draft = self._draft(request)
        if draft is None:
            return self.unknown(request)
        template = self._template(draft)
        rendered = self._render(request, draft, template)
        if isinstance(rendered, Response):
            return rendered
        if hashlib.sha256(rendered.pdf).hexdigest() != word(form, "sha256"):  # another tab changed the draft meanwhile
            return go_to(f"/drafts/{draft.number}/preview")
        shelved = self.office.shelf.put(rendered.pdf, f"{template.title.ja}.pdf", "prepared")
        self.office.drafts.discard(draft.number)
        self.office.note("prepared", shelved.sha256)
        return go_to(f"/documents/{shelved.sha256}")

    def discard(self, request: Request, _: FormData) -> Response:
        """Throw a draft away."""
        self.office.drafts.discard(request.path_params["number"])
        return go_to("/")

    def _draft(self, request: Request) -> Draft | None:
        return self.office.drafts.find(request.path_params["number"])

    def _template(self, draft: Draft) -> Template:
        return find_template(draft.template, self.office.settings)

    def _render(self, request: Request, draft: Draft, template: Template) -> Rendered | Response:
        """Return the contract, or the form with what is wrong."""
        filled = fill(template, draft.words, self.office.settings)
        if filled.refused:
            return self._form(request, draft, problems=filled.refused, status=400)
        try:
            return self.office.render(template.folder, filled.data)
        except ContractRefused as refused:  # what only the finished text shows
            found = tuple((problem.path, problem) for problem in refused.problems)
            return self._form(request, draft, problems=found, status=400)

    def _form(
        self,
        request: Request,
        draft: Draft,
        *,
        problems: tuple[tuple[str, Problem], ...] = (),
        message: Text | None = None,
        read: ReadNotes | None = None,
        anchor: str | None = None,
        overtaken: bool = False,
        status: int = 200,
    ) -> Response:
        template = self._template(draft)
        items = contract_form(template, draft.words, draft.counts, problems)
        return self.show(
            request, "draft.html", status, draft=draft, title=template.title, items=items,
            problems=problems, message=message, read=read, anchor=anchor, overtaken=overtaken,
            from_card=card_parties(template, draft.words),
        )  # fmt: skip


def _example_words(template: Template) -> Mapping[str, str]:
    try:
        return words_of(load_contract_data(template.folder / EXAMPLE))
    except (InputUnreadable, ContractError):
        return {}


def contract_in(path: str) -> EmbeddedContract | None:
    """Return what a file says about itself; called in a worker."""
    from signkit.errors import ContractDataUnreadable
    from signkit.pdf.embedded_contract import read_contract

    try:
        return read_contract(Path(path).read_bytes())
    except (InputUnreadable, ContractDataUnreadable):
        return None


def _with_entries(draft: Draft, action: str, path: str) -> Draft:
    """Return the draft with one entry of a list more, or without one; ``path`` ends with its number then."""
    if action == "add":
        now = draft.counts.get(path, typed_entries(draft.words, path))
        return replace(draft, counts={**draft.counts, path: min(now + 1, _MOST_ENTRIES)})
    found = re.fullmatch(r"(.+)\.(\d+)", path)
    if found is None:
        return draft
    listed, number = found[1], int(found[2])
    now = draft.counts.get(listed, typed_entries(draft.words, listed))
    words = without_entry(draft.words, listed, number)
    return replace(draft, words=words, counts={**draft.counts, listed: max(now - 1, 0)})


def _typed(draft: Draft, form: FormData) -> Draft:
    """Return the draft as the form has it."""
    words = {name.removeprefix(_FIELD): word(form, name) for name in form if name.startswith(_FIELD)}
    counts = {name.removeprefix(_COUNT): _count(word(form, name)) for name in form if name.startswith(_COUNT)}
    return replace(draft, words=words, counts=counts)


def _is_old(draft: Draft, form: FormData) -> bool:
    """Tell whether the draft was changed since the form was shown."""
    return word(form, "changed") not in ("", draft.changed)


def _count(typed: str) -> int:
    return min(int(typed), _MOST_ENTRIES) if typed.isascii() and typed.isdigit() else 0
