"""What changed in a file, revision by revision: in words, and the pages side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.web.desk import work
from signkit.web.desk.screens import Screen
from signkit.words import Text
from signkit.workers import WorkerLost

if TYPE_CHECKING:
    from signkit.history.differences import Diff, SignatureEvent
    from signkit.reporting.change_pictures import ChangedPages

_SIDES = ("before", "after")


class ChangesScreen(Screen):
    """The differences of one file."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/documents/{sha256}/changes", self.look),
            self.page("/documents/{sha256}/changes/{page:int}-{side}.png", self.picture),
        ]

    def look(self, request: Request) -> Response:
        """Show what changed, and the pages since one of the signatures."""
        sha256 = request.path_params["sha256"]
        file = self.office.named(sha256)
        if file is None:
            return self.unknown(request)
        diff: Diff = self.office.pool.submit(work.compare_revisions, file).result()
        signed = signatures_of(diff)
        fields = [each.field for each in signed if each.field is not None]
        asked = request.query_params.get("since")
        since = asked if asked in fields else (fields[-1] if fields else None)
        drawn, lost = None, False
        if since is not None:
            try:
                drawn = self._drawn(sha256, since)
            except (WorkerLost, ValueError, RuntimeError):
                lost = True
        return self.show(
            request, "changes.html", sha256=sha256, name=file.name, diff=diff, signed=signed, since=since,
            drawn=drawn, lost=lost, names={each.field: name_of(each) for each in signed},
        )  # fmt: skip

    def picture(self, request: Request) -> Response:
        """Hand out a page as it was, or as it is."""
        sha256, page, side = (request.path_params[name] for name in ("sha256", "page", "side"))
        drawn = self.office.drawn.find(sha256, request.query_params.get("since", ""))
        if drawn is None or side not in _SIDES or not 0 <= page < len(drawn.pages):
            return self.unknown(request)
        png = getattr(drawn.pages[page], side)
        return Response(png, media_type="image/png") if png is not None else self.unknown(request)

    def _drawn(self, sha256: str, field: str) -> ChangedPages:
        kept = self.office.drawn.find(sha256, field)
        if kept is not None:
            return kept
        file = self.office.named(sha256)
        password = self.office.judgement_of(sha256).password
        pages: ChangedPages = self.office.pool.submit(work.draw_changes, file, field, password).result()
        return self.office.drawn.keep(sha256, field, pages)


def signatures_of(diff: Diff) -> list[SignatureEvent]:
    """Return the signatures in the file, the first first, timestamps left out."""
    last = diff.revisions[-1]
    found = {each.field: each for each in last.after if each.kind == "signature"}
    return list(found.values())


def name_of(event: SignatureEvent) -> Text:
    """Return whose signature it is, as far as the file tells."""
    name = event.name or event.field or "?"
    return event.party or Text(name, name)
