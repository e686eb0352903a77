"""Many contracts from one table: dropped, mended at its cells, made, signed with one PIN, kept, handed out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.exporting import moment_in_words
from signkit.contracts.bulk.naming import DEFAULT_PATTERN
from signkit.contracts.bulk.table import SUFFIXES
from signkit.contracts.template import Template
from signkit.output import make_folder
from signkit.web.common.downloads import download, download_file
from signkit.web.common.forms import shown_name, uploads, word
from signkit.web.common.page_pictures import MOST_PAGES, WIDTHS
from signkit.web.desk.batches import DeskBatch, MadeContract, digest_of_list, groups_of, signed_name
from signkit.web.desk.contract_screen import party_name
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.many_process import ManyOrder
from signkit.web.desk.many_work import (
    check_batch,
    hand_out_batch,
    keep_batch,
    mend_batch,
    render_batch,
    template_of,
)
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.prompted_process import PromptedProcess, PromptRefusal, environment_of
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.signing_screen import (
    STAGES,
    chosen_key,
    key_choices,
    label_of,
    roles_in_turn,
    signer_of,
    tries_of,
    usual_key,
    usual_level,
)
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.progress.contract import ContractStatus
    from signkit.web.desk.office import Office

_CELL = "cell:"
_MOST_TABLE = 100_000_000
_MOST_SHOWN_ROWS = 100


class ManyScreen(Screen):
    """Tables, and what becomes of each."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        one = "/many/{number}"
        return [
            self.page("/many", self.ask),
            self.form("/many", self.begin),
            self.page("/many/blank/{template}.{ending}", self.blank),
            self.page(one, self.look),
            self.page(one + "/table", self.table),
            self.form(one + "/mend", self.mend),
            self.form(one + "/make", self.make),
            self.page(one + "/contracts/{place:int}", self.contract),
            self.page(one + "/sign/{role}", self.ask_to_sign),
            self.form(one + "/sign/{role}", self.sign),
            self.form(one + "/keep", self.keep),
            self.page(one + "/handout", self.hand_out),
            self.form(one + "/discard", self.discard),
        ]

    def ask(self, request: Request) -> Response:
        """Show where a table is dropped, and those that are there."""
        return self._ask(request)

    def begin(self, request: Request, form: FormData) -> Response:
        """Take a table and look at its rows."""
        templates = {template.id: template for template in self.office.templates()}
        template, sent = templates.get(word(form, "template")), uploads(form, "table")
        name = shown_name(sent[0]) if sent else ""
        suffix = "." + name.rpartition(".")[2].lower()
        if template is None or suffix not in SUFFIXES:
            return self._ask(request, template=template, error="many_no_table" if template else "many_no_template")
        raw = sent[0].file.read(_MOST_TABLE + 1)
        pattern = word(form, "pattern").strip() or DEFAULT_PATTERN
        return self._check(self.office.batches.begin(template.id, name, suffix, pattern, raw))

    def blank(self, request: Request) -> Response:
        """Hand out a template's empty table."""
        from signkit.contracts.bulk.input_sheet import csv_sheet, excel_sheet

        templates = {template.id: template for template in self.office.templates()}
        template = templates.get(request.path_params["template"])
        write = {"csv": csv_sheet, "xlsx": excel_sheet}.get(request.path_params["ending"])
        if template is None or write is None:
            return self.unknown(request)
        return download(write(template), f"{template.title.ja}.{request.path_params['ending']}")

    def look(self, request: Request) -> Response:
        """Show a table: what is wrong with it, what was made of it, who may sign."""
        batch = self._batch(request)
        return self._page(request, batch) if batch is not None else self.unknown(request)

    def table(self, request: Request) -> Response:
        """Hand out the table, as it was mended."""
        batch = self._batch(request)
        if batch is None:
            return self.unknown(request)
        return download_file(self.office.batches.table_path(batch), batch.table)

    def mend(self, request: Request, form: FormData) -> Response:
        """Write the cells that were typed into the table, and look at it again."""
        batch = self._batch(request)
        if batch is None or batch.digests or self._is_busy(batch):
            return self.unknown(request)
        asked = {f"{_CELL}{each.row}:{each.column}": each for each in batch.problems if each.can_be_typed}
        changes = {
            (each.row, each.column): word(form, name)
            for name, each in asked.items()
            if name in form and word(form, name) != each.word
        }
        pattern = word(form, "pattern").strip() or batch.pattern
        if changes:
            mend_batch(self.office, batch, changes)
        return self._check(replace(batch, pattern=pattern))

    def make(self, request: Request, _: FormData) -> Response:
        """Make the contracts of a table whose rows are all good."""
        batch = self._batch(request)
        if batch is None or not batch.names or batch.digests:
            return self.unknown(request)
        return self._start(batch, WORDS["many_make"], partial(render_batch, office=self.office, batch=batch))

    def contract(self, request: Request) -> Response:
        """Show the pages of one row's contract."""
        batch, place = self._batch(request), request.path_params["place"]
        contracts = self.office.contracts_of(batch) if batch is not None else []
        if batch is None or not 0 < place <= len(contracts):
            return self.unknown(request)
        made = contracts[place - 1]
        entry = self.office.entry_of(made.sha256)
        is_own = entry is None and self.office.name_of(made.sha256) is not None
        return self.show(
            request, "many_contract.html", batch=batch, made=made, place=place, count=len(contracts),
            pages=self.office.page_facts(made.sha256), widths=WIDTHS, most_pages=MOST_PAGES, entry=entry,
            row_page=f"/documents/{made.sha256}" if is_own else None,
        )  # fmt: skip

    def ask_to_sign(self, request: Request) -> Response:
        """Show what one PIN would sign."""
        batch = self._batch(request)
        turn = turn_of(self.office, batch, request.path_params["role"]) if batch is not None else None
        if batch is None or turn is None:
            return self.unknown(request)
        self.office.ahead.begin(environment_of(self.office.settings.home))
        return self._ask_to_sign(request, batch, turn)

    def sign(self, request: Request, form: FormData) -> Response:
        """Begin to sign what was shown."""
        batch, role = self._batch(request), request.path_params["role"]
        turn = turn_of(self.office, batch, role) if batch is not None else None
        key = chosen_key(self.office, word(form, "key"))
        if batch is None or turn is None or key is None:
            return self.unknown(request)
        contracts, status = turn
        signer = signer_of(key, form)
        if signer is None:
            return self._ask_to_sign(request, batch, turn, error=WORDS["key_incomplete"])
        if digest_of_list(contracts) != word(form, "sha256"):  # another tab signed some meanwhile
            return go_to(request.url.path)
        if self._is_busy(batch):
            return self._to_what_is_under_way(batch)
        folder = self.office.batches.folder(batch)
        make_folder(folder / "signed")
        order = self._order(request, batch, contracts, status, signer)
        process = self.office.ahead.take(environment_of(self.office.settings.home))
        work = partial(sign_batch, order=order, process=process)
        return self._start(batch, WORDS["sign"], work, total=len(contracts), cancel=process.stop)

    def keep(self, request: Request, _: FormData) -> Response:
        """Take the signed contracts into the archive."""
        batch = self._batch(request)
        if batch is None or not self.office.has_archive():
            return self.unknown(request)
        return self._start(batch, WORDS["keep"], partial(keep_batch, office=self.office, batch=batch))

    def hand_out(self, request: Request) -> Response:
        """Hand out a ZIP with one folder a person."""
        batch = self._batch(request)
        by = [each for each in request.query_params.getlist("by") if each]
        if batch is None or not by or not batch.digests:
            return self.unknown(request)
        name = batch.table.rpartition(".")[0]
        return download_file(hand_out_batch(self.office, batch, by), f"{name}.zip")

    def discard(self, request: Request, _: FormData) -> Response:
        """Throw a batch away of which nothing is lost that was signed."""
        batch = self._batch(request)
        if batch is None or self._is_busy(batch) or self._has_unkept(batch):
            return self.unknown(request)
        self.office.discard_batch(batch)
        return go_to("/many")

    def _batch(self, request: Request) -> DeskBatch | None:
        return self.office.batches.find(request.path_params["number"])

    def _is_busy(self, batch: DeskBatch) -> bool:
        job = self.office.batch_jobs.get(batch.number)
        return job is not None and job.state == "working"

    def _has_unkept(self, batch: DeskBatch) -> bool:
        signed = [each.sha256 for each in self.office.contracts_of(batch) if each.signed]
        return len(self.office.entries_of(signed)) < len(set(signed))

    def _check(self, batch: DeskBatch) -> Response:
        return self._start(batch, WORDS["many_check"], partial(check_batch, office=self.office, batch=batch))

    def _start(
        self,
        batch: DeskBatch,
        title: Text,
        work: Callable[[DeskJob], object],
        total: int = 0,
        cancel: Callable[[], object] | None = None,
    ) -> Response:
        """Begin work on a batch, unless some is under way; then lead there."""
        path = f"/many/{batch.number}"
        if self._is_busy(batch):
            return self._to_what_is_under_way(batch)
        job = DeskJob(
            title, total=total, cancel=cancel, leads_to=path, leads_back=path, cancelled=WORDS["many_cancelled"]
        )
        self.office.batch_jobs[batch.number] = job
        self.office.jobs.start(job, work)
        return go_to(f"/jobs/{job.number}")

    def _to_what_is_under_way(self, batch: DeskBatch) -> Response:
        return go_to(f"/jobs/{self.office.batch_jobs[batch.number].number}")

    def _ask(self, request: Request, template: Template | None = None, error: str | None = None) -> Response:
        batches = [(each, self._how_far(each), moment_in_words(each.since)) for each in self.office.batches.listed()]
        return self.show(
            request, "many.html", 400 if error else 200, templates=self.office.templates(),
            chosen=template.id if template else request.query_params.get("template"), error=error, batches=batches,
            pattern=DEFAULT_PATTERN,
        )  # fmt: skip

    def _how_far(self, batch: DeskBatch) -> Text:
        if batch.problems:
            return WORDS["many_refused"].filled(refused=batch.refused, count=batch.count)
        if not batch.names:
            return WORDS["many_unchecked"]
        if not batch.digests:
            return WORDS["many_good"].filled(count=batch.count)
        signed = sum(bool(each.signed) for each in self.office.contracts_of(batch))
        return WORDS["many_signed"].filled(count=len(batch.names), signed=signed)

    def _page(self, request: Request, batch: DeskBatch) -> Response:
        contracts = self.office.contracts_of(batch)
        template, language = template_of(self.office, batch), self.language(request)
        labels = {party.role: party.label.in_language(language) for party in template.parties}
        entries = self.office.entries_of(each.sha256 for each in contracts if each.signed)
        kept = [entries.get(each.sha256) for each in contracts]
        busy = self.office.batch_jobs[batch.number] if self._is_busy(batch) else None
        return self.show(
            request, "many_batch.html", batch=batch, title=template.title, state=self._how_far(batch), busy=busy,
            rows=_rows_of(batch), most_rows=_MOST_SHOWN_ROWS, contracts=list(zip(contracts, kept, strict=True)),
            labels=labels, turns=self._turns(batch, contracts, labels) if busy is None else [],
            parties=[(party.role, labels[party.role]) for party in template.parties if not party.optional],
            items=_items_to_tell_apart(template), unkept=sum(1 for made, entry in zip(contracts, kept, strict=True)
                                                             if made.signed and entry is None),
            has_archive=self.office.has_archive(), is_signed=bool(contracts) and all(each.signed for each in contracts),
            **self.office.told_beside_table(batch),
        )  # fmt: skip

    def _turns(
        self, batch: DeskBatch, contracts: list[MadeContract], labels: dict[str, str]
    ) -> list[tuple[str, str, int]]:
        """Return who may sign, and how many; where each is somebody else's, each signs on its own page."""
        found: dict[str, int] = {}
        for group, status in _statuses(self.office, contracts):
            for role in set(roles_in_turn(status)) & set(batch.one_signer):
                found[role] = found.get(role, 0) + len(group)
        return [(role, labels.get(role, role), count) for role, count in found.items()]

    def _ask_to_sign(
        self,
        request: Request,
        batch: DeskBatch,
        turn: tuple[list[MadeContract], ContractStatus],
        error: Text | None = None,
    ) -> Response:
        contracts, status = turn
        role, name = request.path_params["role"], party_name(status, request.path_params["role"])
        usual = usual_key(self.office, name)
        return self.show(
            request, "many_sign.html", 400 if error else 200, batch=batch, role=role, contracts=contracts,
            label=label_of(status, role), name=name, title=template_of(self.office, batch).title,
            sha256=digest_of_list(contracts), choices=key_choices(self.office), usual=usual,
            tries=tries_of(self.office, usual), level=usual_level(self.office).value, error=error,
        )  # fmt: skip

    def _order(
        self, request: Request, batch: DeskBatch, contracts: list[MadeContract], status: ContractStatus, signer: str
    ) -> ManyOrder:
        language, options, role = self.language(request), self.office.options, request.path_params["role"]
        folder = self.office.batches.folder(batch)
        files = tuple(
            (str(each.path), each.sha256, str(folder / "signed" / signed_name(each.name, (*each.signed, role))))
            for each in contracts
        )
        party = f"{label_of(status, role).in_language(language)} {party_name(status, role)}".strip()
        return ManyOrder(
            str(folder), files, digest_of_list(contracts), role, signer, usual_level(self.office).value,
            template_of(self.office, batch).title.in_language(language), party, language, options.tsa, options.trust,
            options.prompt, options.program,
        )  # fmt: skip


def turn_of(office: Office, batch: DeskBatch, role: str) -> tuple[list[MadeContract], ContractStatus] | None:
    """Return the contracts that a role may sign now, and where the first stands; None where there is none."""
    found: list[MadeContract] = []
    first: ContractStatus | None = None
    if role not in batch.one_signer:
        return None
    for group, status in _statuses(office, office.contracts_of(batch)):
        if role in roles_in_turn(status):
            found += group
            first = first or status
    return (found, first) if first is not None else None


def _statuses(office: Office, contracts: list[MadeContract]) -> list[tuple[list[MadeContract], ContractStatus]]:
    """Return where those stand that the same people signed: the first speaks for all; each is looked at again."""
    return [(group, office.status(group[0].sha256, group[0].name)) for _, group in groups_of(contracts)]


def sign_batch(
    job: DeskJob, order: ManyOrder, process: PromptedProcess, on_signed: Callable[[], object] = lambda: None
) -> None:
    """Have the process sign; each file lies where it belongs as soon as it is signed."""

    def begun(stage: str) -> None:
        job.stage, job.done = STAGES.get(stage), 0

    def counted(done: int) -> None:
        job.done = done
        on_signed()

    answer = process.run(order, begun, counted)
    if job.state != "working":
        return
    if answer is None:
        job.state = "cancelled"
    elif isinstance(answer, PromptRefusal):
        job.error, job.hint, job.state = answer.message, answer.hint or WORDS["many_go_on"], "failed"


def _rows_of(batch: DeskBatch) -> list[tuple[int, str, list[Any]]]:
    """Return the rows with what is wrong with each."""
    grouped = groupby(batch.problems, key=lambda each: each.row)
    rows = [(row, list(problems)) for row, problems in grouped]
    return [(row, problems[0].who, problems) for row, problems in rows[:_MOST_SHOWN_ROWS]]


def _items_to_tell_apart(template: Template) -> list[tuple[str, str]]:
    """Return the parties' items by which two people of one name can be told apart, with their titles."""
    from signkit.contracts.bulk.headings import ENTRY, leaves

    tables = {party.name_item.partition(".")[0] for party in template.parties}
    names = {party.name_item for party in template.parties}
    found = [(".".join(map(str, leaf.steps)), leaf.heading()) for leaf in leaves(template) if ENTRY not in leaf.steps]
    return [(path, title) for path, title in found if path.partition(".")[0] in tables and path not in names]
