"""The card as it lies there: what it tells, its PINs, and whether a touch is known."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.card.jpki import CertificateKind
from signkit.errors import SignKitError
from signkit.settings import Settings
from signkit.signers.card_report import TOKEN_NAMES
from signkit.web.common.forms import word
from signkit.web.desk.card_process import CardSecret, NewPinOrder, RegisterOrder, touch_anchors
from signkit.web.desk.desk_hints import desk_hint
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.prompted_process import (
    PromptedOrder,
    PromptedProcess,
    PromptRefusal,
    environment_of,
)
from signkit.web.desk.screens import Screen, go_to
from signkit.web.desk.signing_screen import STAGES, KeyChoice, key_choices
from signkit.words import Text
from signkit.workers import WorkerLost

if TYPE_CHECKING:
    from signkit.holder.judgement import CardJudgement

_REGISTRY = "touch.sqlite"


class CardScreen(Screen):
    """The card in the reader."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/card", self.look),
            self.form("/card/pin", self.change_pin),
            self.form("/card/touch", self.touch),
        ]

    def look(self, request: Request) -> Response:
        """Show what the card tells without a PIN."""
        return self._page(request, self._chosen(request.query_params.get("key", "")))

    def change_pin(self, request: Request, form: FormData) -> Response:
        """Begin to replace a PIN; the process asks for both, no page does."""
        chosen, secret = self._chosen(word(form, "key")), word(form, "secret")
        if secret not in get_args(CardSecret):
            return self.unknown(request)
        options, language = self.office.options, self.language(request)
        name = chosen.words.in_language(language)
        order = NewPinOrder(
            secret, chosen.reader, name, language, options.prompt, options.program,  # type: ignore[arg-type]
        )  # fmt: skip
        return self._start(order, WORDS["pin_change"], chosen, "changed")

    def touch(self, request: Request, form: FormData) -> Response:
        """Tell whether the card is registered; register it, with its PIN; or forget it."""
        chosen, act = self._chosen(word(form, "key")), word(form, "do")
        options, language = self.office.options, self.language(request)
        registry = self.office.settings.home_folder() / _REGISTRY
        if act == "register":
            name = chosen.words.in_language(language)
            order = RegisterOrder(
                chosen.reader, name, str(registry), options.holder_trust, language, options.prompt, options.program
            )
            return self._start(order, WORDS["touch_register"], chosen, "registered")
        work = {"ask": answer_touch, "forget": forget_touch}.get(act)
        if work is None:
            return self.unknown(request)
        try:
            job = self.office.pool.submit(work, registry, chosen.reader, options.holder_trust, self.office.settings)
            told = job.result()
        except SignKitError as error:
            return self._page(request, chosen, touched=[("bad", Text(error.message("en"), error.message("ja")))])
        return self._page(request, chosen, touched=told)

    def _chosen(self, uri: str) -> KeyChoice:
        choices = self._choices()
        return next((each for each in choices if each.uri == uri), choices[0])

    def _choices(self) -> list[KeyChoice]:
        return [each for each in key_choices(self.office) if each.uri.startswith("card")]

    def _start(self, order: PromptedOrder, title: Text, chosen: KeyChoice, said: str) -> Response:
        path = f"/card?key={chosen.uri}"
        process = PromptedProcess(environment_of(self.office.settings.home))
        job = DeskJob(title, leads_to=f"{path}&said={said}", leads_back=path, cancelled=WORDS["card_cancelled"])
        job.cancel = process.stop
        self.office.jobs.start(job, partial(carry_out_on_card, order=order, process=process))
        return go_to(f"/jobs/{job.number}")

    def _page(self, request: Request, chosen: KeyChoice, touched: list[tuple[str, Text]] | None = None) -> Response:
        report, trouble, hint = None, None, None
        try:
            report = self.office.card_report(chosen.reader)
        except SignKitError as error:
            trouble = Text(error.message("en"), error.message("ja"))
            hint = desk_hint(error)
        except (WorkerLost, TimeoutError):
            trouble = _NO_ANSWER
        certificate = report.certificate(CertificateKind.SIGN) if report is not None else None
        kind = TOKEN_NAMES[report.token.kind] if report is not None else None
        said = request.query_params.get("said")
        return self.show(
            request, "card.html", choices=self._choices(), chosen=chosen, report=report, trouble=trouble, hint=hint,
            kind=kind, certificate=certificate, secrets=get_args(CardSecret), touched=touched or [],
            said=said if said in ("changed", "registered") else None,
        )  # fmt: skip


def carry_out_on_card(job: DeskJob, order: PromptedOrder, process: PromptedProcess) -> None:
    """Have the process do it, and tell what became of it."""
    answer = process.run(order, lambda stage: setattr(job, "stage", STAGES.get(stage)))
    if job.state != "working":
        return
    if answer is None:
        job.state = "cancelled"
    elif isinstance(answer, PromptRefusal):
        job.error, job.hint, job.state = answer.message, answer.hint, "failed"


def answer_touch(
    registry: Path, reader: str | None, trust: tuple[str, ...], settings: Settings
) -> list[tuple[str, Text]]:
    """Tell whether the card is registered and good, each finding with its look; called in a worker."""
    from datetime import UTC, datetime

    from signkit.card.session import touch
    from signkit.holder.touch import judge_touch, open_registry
    from signkit.signers.card import connect_card
    from signkit.validation.options import revocation_sources

    sources = revocation_sources(settings, (), plugins=True, online=False)
    with open_registry(registry, create=True) as known:
        with connect_card(reader, settings) as connection:
            certificate = touch(connection)
        judgement: CardJudgement = judge_touch(
            known, certificate, touch_anchors(settings, trust), sources, datetime.now(UTC)
        )
    return [(_LOOKS[str(found.conclusion)], found.reason) for found in judgement.findings]


def forget_touch(registry: Path, reader: str | None, _: tuple[str, ...], settings: Settings) -> list[tuple[str, Text]]:
    """Take the card out of the registry; called in a worker."""
    from signkit.card.session import touch
    from signkit.holder.touch import open_registry
    from signkit.signers.card import connect_card

    with open_registry(registry, create=True) as known, connect_card(reader, settings) as connection:
        was_there = known.forget(touch(connection))
    return [("good" if was_there else "open", WORDS["touch_forgotten" if was_there else "touch_not_there"])]


#: How a finding looks: a word for style sheets.
_LOOKS = {"PASSED": "good", "INDETERMINATE": "open", "FAILED": "bad"}
_NO_ANSWER = Text("The reader does not answer.", "読み取り機が応答しません。")
