"""What this machine lacks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.settings import Settings
from signkit.web.desk.desk_hints import desk_text
from signkit.web.desk.screens import Screen
from signkit.words import Text
from signkit.workers import WorkerLost

if TYPE_CHECKING:
    from signkit.doctor import Checkup


class MachineScreen(Screen):
    """The machine."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [self.page("/health", self.health)]

    def health(self, request: Request) -> Response:
        """Show what ``signkit doctor`` finds."""
        try:
            findings = self.office.pool.submit(
                examine_machine, self.office.settings, rehearsal=self.office.options.rehearsal
            ).result()
        except WorkerLost as lost:
            from signkit.doctor import Checkup

            findings = [Checkup(Text("doctor", "診断"), False, Text(str(lost.detail), str(lost.detail)))]
        shown = [replace(each, text=desk_text(each.text) or each.text, fix=each.fix and desk_text(each.fix))
                 for each in findings]  # fmt: skip
        return self.show(request, "health.html", findings=shown)


def examine_machine(settings: Settings, *, rehearsal: bool) -> list[Checkup]:
    """Return the doctor's findings; called in a worker, for a reader may hang."""
    from signkit.doctor import examine, surroundings
    from signkit.japan_time import JST
    from signkit.reporting.formats.times import times_in

    with times_in(JST):  # as on every page
        return list(examine(settings, surroundings(), rehearsal=rehearsal))
