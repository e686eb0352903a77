"""Signing: the document once more, with what, and then a process of its own that asks for the PIN."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.index import sought_form
from signkit.errors import SignKitError
from signkit.output import make_folder
from signkit.web.common.forms import word
from signkit.web.common.page_pictures import WIDTHS
from signkit.web.desk.contract_screen import party_name, title_of
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.office import Office
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.prompted_process import ASKING, CHECKING, SIGNING, PromptedProcess, PromptRefusal, environment_of
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.signing_process import OneOrder
from signkit.words import Text
from signkit.workers import WorkerLost

if TYPE_CHECKING:  # what judges and signs is loaded once somebody looks at a contract
    from signkit.progress.contract import ContractStatus
    from signkit.signing.levels import Level

_FILE, _TOKEN = "p12", "pkcs11"
STAGES = {
    CHECKING: Text("The documents are being checked …", "文書を確かめています…"),
    ASKING: Text(
        "Enter the PIN in the small window. If you do not see it, look behind the browser.",
        "小さな窓に暗証番号を入力してください。見えないときは、ブラウザーの後ろをご覧ください。",
    ),
    SIGNING: Text("Signing and checking …", "署名して検査しています…"),
}
_BEGINNING = Text("The document is being checked …", "文書を確かめています…")
_RECEIVING = Text("The signed file is being checked and kept …", "署名したファイルを検査して保管しています…")


@dataclass(frozen=True)
class KeyChoice:
    """What one may sign with.

    Attributes:
        uri: as ``--signer`` takes it; ``p12`` is completed by a path, ``pkcs11`` by what tells the token.
        reader: asks the card for its tries; None: no card.
    """

    uri: str
    words: Text
    reader: str | None = None


def key_choices(office: Office) -> list[KeyChoice]:
    """Return what one may sign with at this desk; at a rehearsal's, emulated cards and nothing real."""
    if not office.options.rehearsal:
        usual = [KeyChoice("card", WORDS["key_card"]), KeyChoice(_FILE, WORDS["key_file"])]
        return [*usual, KeyChoice(_TOKEN, WORDS["key_token"])] if office.settings.pkcs11_module else usual
    from signkit.rehearsal.residents import RESIDENTS

    return [
        *(KeyChoice(f"card:virtual:{name}", _emulation_note(person.name), f"virtual:{name}")
          for name, person in RESIDENTS.items()),
        KeyChoice("card:virtual", _emulation_note("番号　花子"), "virtual"),
        KeyChoice("card:virtual:last-try", WORDS["key_emulated_last"], "virtual:last-try"),
        KeyChoice("card:virtual:locked", WORDS["key_emulated_locked"], "virtual:locked"),
    ]  # fmt: skip


def chosen_key(office: Office, uri: str) -> KeyChoice | None:
    """Return the choice of that URI; None for whatever was not offered."""
    return next((each for each in key_choices(office) if each.uri == uri), None)


def signer_of(key: KeyChoice, form: FormData) -> str | None:
    """Return a choice's URI, completed by what was typed; None where that is missing, or names a library to load."""
    if key.uri == _FILE:
        path = word(form, "path").strip()
        return f"{_FILE}:{path}" if path else None
    if key.uri == _TOKEN:
        which = word(form, "token").strip().removeprefix(f"{_TOKEN}:")
        return None if "module-" in which else f"{_TOKEN}:{which}"
    return key.uri


def tries_of(office: Office, uri: str) -> int | None:
    """Return how many tries the card of a choice has; None where it is not told (yet)."""
    key = chosen_key(office, uri)
    if key is None or (uri != "card" and key.reader is None):
        return None
    with suppress(SignKitError, WorkerLost, TimeoutError):
        return office.card_report(key.reader).tries["signature"]
    return None


def _emulation_note(name: str) -> Text:
    return WORDS["key_emulated"].filled(name=name.replace("　", " "))


def usual_key(office: Office, name: str) -> str:
    """Return the choice that is offered first to a party of that name."""
    if not office.options.rehearsal:
        return "card"
    from signkit.rehearsal.residents import RESIDENTS

    people = {sought_form(person.name): f"card:virtual:{key}" for key, person in RESIDENTS.items()}
    return people.get(sought_form(name), "card:virtual")


def usual_level(office: Office) -> Level:
    """Return the level that is asked for: the highest that this desk's services surely reach."""
    from signkit.signing.levels import Level

    if office.options.rehearsal:
        return Level.B_LT
    return Level.B_T if office.options.tsa or office.settings.tsa_urls else Level.B_B


class SigningScreen(Screen):
    """One signature."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        path = "/documents/{sha256}/sign/{role}"
        return [self.page(path, self.ask), self.form(path, self.sign)]

    def ask(self, request: Request) -> Response:
        """Show what would be signed, as whom."""
        status = status_in_turn(self.office, request)
        if status is None:
            return self.unknown(request)
        self.office.ahead.begin(environment_of(self.office.settings.home))
        return self._page(request, status)

    def sign(self, request: Request, form: FormData) -> Response:
        """Begin to sign what was shown."""
        status = status_in_turn(self.office, request)
        key = chosen_key(self.office, word(form, "key"))
        if status is None or key is None:
            return self.unknown(request)
        signer = signer_of(key, form)
        if signer is None:
            return self._page(request, status, 400, error=WORDS["key_incomplete"])
        sha256, role = request.path_params["sha256"], request.path_params["role"]
        job = DeskJob(WORDS["sign"], stage=_BEGINNING, leads_back=f"/documents/{sha256}/sign/{role}")
        order = self._order(request, status, signer)
        process = self.office.ahead.take(environment_of(self.office.settings.home))
        job.cancel = process.stop
        self.office.jobs.start(job, partial(carry_out, office=self.office, order=order, process=process))
        return go_to(f"/jobs/{job.number}")

    def _page(self, request: Request, status: ContractStatus, code: int = 200, error: Text | None = None) -> Response:
        sha256, role = request.path_params["sha256"], request.path_params["role"]
        name = party_name(status, role)
        choices, usual = key_choices(self.office), usual_key(self.office, name)
        return self.show(
            request, "sign.html", code, sha256=sha256, role=role, label=label_of(status, role), name=name,
            title=title_of(status), pages=self.office.page_facts(sha256), widths=WIDTHS, choices=choices, usual=usual,
            tries=tries_of(self.office, usual), level=usual_level(self.office).value, error=error,
        )  # fmt: skip

    def _order(self, request: Request, status: ContractStatus, signer: str) -> OneOrder:
        sha256, role = request.path_params["sha256"], request.path_params["role"]
        language, options = self.language(request), self.office.options
        outbox = options.home / "signed"
        make_folder(outbox)
        name = party_name(status, role)
        label = label_of(status, role).in_language(language)
        return OneOrder(
            str(self.office.path_of(sha256)), sha256, str(outbox / f"{sha256}-{role}.pdf"), role, signer,
            usual_level(self.office).value, title_of(status).in_language(language), f"{label} {name}".strip(),
            self.office.page_facts(sha256).count, language, options.tsa, options.trust, options.prompt, options.program,
        )  # fmt: skip


def status_in_turn(office: Office, request: Request) -> ContractStatus | None:
    """Return where the document stands; None where it is not at hand or another now, or that role may not sign now."""
    sha256, role = request.path_params["sha256"], request.path_params["role"]
    name = office.name_of(sha256)
    if name is None or office.successor(sha256) is not None:
        return None
    try:
        status = office.status(sha256, name)
    except WorkerLost:
        return None
    return status if role in roles_in_turn(status) else None


def carry_out(job: DeskJob, office: Office, order: OneOrder, process: PromptedProcess) -> None:
    """Have the process sign; take what it wrote in where the document lay."""
    answer = process.run(order, lambda stage: setattr(job, "stage", STAGES.get(stage)))
    if job.state != "working":
        return
    if answer is None:
        job.state = "cancelled"
    elif isinstance(answer, PromptRefusal):
        job.error, job.hint, job.state = answer.message, answer.hint, "failed"
    else:
        job.stage = _RECEIVING
        take_signed(office)
        job.leads_to = f"/documents/{answer}?signed=1"


def take_signed(office: Office) -> None:
    """Take in what was signed, also by a desk that was killed before it could: nothing signed is lost."""
    with office.turn("taking"):
        _take_signed(office)


def _take_signed(office: Office) -> None:
    for path in sorted((office.options.home / "signed").glob("*.pdf")):
        before, _, role = path.stem.partition("-")
        name = office.name_of(before) or f"{role}.pdf"
        with path.open("rb") as stream:
            shelved = office.shelf.take(stream, name, "signed")
        path.unlink()
        office.continue_as(before, shelved.sha256, role)
        office.shelf.discard(before)
        if office.has_archive():
            office.keep(shelved.sha256, name)
        office.note("signed", shelved.sha256)


def roles_in_turn(status: ContractStatus) -> list[str]:
    """Return the roles that may sign now."""
    from signkit.progress.contract import PartyState

    return [party.role for party in status.parties if party.state is PartyState.NEXT]


def label_of(status: ContractStatus, role: str) -> Text:
    """Return what people call a role."""
    return next(party.label for party in status.parties if party.role == role)
