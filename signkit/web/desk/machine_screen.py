"""The card as it lies there, and what this machine lacks."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.card.jpki import CertificateKind
from signkit.doctor import Checkup, examine, surroundings
from signkit.errors import SignKitError
from signkit.settings import Settings
from signkit.signers.card_report import TOKEN_NAMES
from signkit.web.desk.desk_hints import desk_hint, desk_text
from signkit.web.desk.screens import Screen
from signkit.web.desk.signing_screen import key_choices
from signkit.words import Text
from signkit.workers import WorkerLost


class MachineScreen(Screen):
    """Card and machine."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [self.page("/card", self.card), self.page("/health", self.health)]

    def card(self, request: Request) -> Response:
        """Show what the card tells without a PIN."""
        choices = [each for each in key_choices(self.office) if each.uri.startswith("card")]
        chosen = next((each for each in choices if each.uri == request.query_params.get("key")), choices[0])
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
        return self.show(
            request, "card.html", choices=choices, chosen=chosen, report=report, trouble=trouble, hint=hint, kind=kind,
            certificate=certificate,
        )  # fmt: skip

    def health(self, request: Request) -> Response:
        """Show what ``signkit doctor`` finds."""
        try:
            findings = self.office.pool.submit(examine_machine, self.office.settings).result()
        except WorkerLost as lost:
            findings = [Checkup(Text("doctor", "診断"), False, Text(str(lost.detail), str(lost.detail)))]
        shown = [replace(each, text=desk_text(each.text) or each.text, fix=each.fix and desk_text(each.fix))
                 for each in findings]  # fmt: skip
        return self.show(request, "health.html", findings=shown)


def examine_machine(settings: Settings) -> list[Checkup]:
    """Return the doctor's findings; called in a worker, for a reader may hang."""
    return list(examine(settings, surroundings()))


_NO_ANSWER = Text("The reader does not answer.", "読み取り機が応答しません。")
