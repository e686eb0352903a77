"""The list of kept contracts: looked for by what tax law and brokers ask for, and handed out as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from signkit.archive.exporting import STATES, index_csv, kind_in_words
from signkit.archive.finding import Query, find, find_all
from signkit.archive.kinds import kind_names
from signkit.archive.said import WordRefused, read_amount, read_day
from signkit.web.common.downloads import download
from signkit.web.common.forms import row_number, word
from signkit.web.desk.screens import Screen, go_to
from signkit.words import Text, printable

_A_PAGE = 50
_DAYS, _AMOUNTS = ("date_from", "date_to"), ("amount_from", "amount_to")
#: The fields of a search.
SEARCHED = (*_DAYS, *_AMOUNTS, "party", "text", "kind", "state", "missing")
_MOST_NAME = 60
MISSING = ("date", "amount", "party", "file")


def read_query(typed: Mapping[str, str]) -> tuple[Query, dict[str, Text]]:
    """Return what is looked for, and what cannot be read of it, by field."""
    read: dict[str, Any] = {}
    problems: dict[str, Text] = {}
    for name, reader in (*((day, read_day) for day in _DAYS), *((yen, read_amount) for yen in _AMOUNTS)):
        word = typed.get(name, "").strip()
        try:
            read[name] = reader(name, word) if word else None
        except WordRefused as refused:
            problems[name] = refused.words
    kind, state, missing = typed.get("kind"), typed.get("state"), typed.get("missing")
    query = Query(
        **read,
        party=typed.get("party", "").strip() or None,
        text=typed.get("text", "").strip() or None,
        kind=kind if kind in kind_names() else None,
        state=state if state in STATES else None,
        missing=(missing,) if missing in MISSING else (),  # type: ignore[arg-type]
    )
    return query, problems


class ListScreen(Screen):
    """The list, and its CSV."""

    def routes(self) -> list[BaseRoute]:
        """See `Screen.routes`."""
        return [
            self.page("/contracts", self.look),
            self.page("/contracts.csv", self.as_csv),
            self.form("/archive", self.make_archive),
            self.form("/searches", self.save_search),
            self.form("/searches/{number}/discard", self.discard_search),
        ]

    def look(self, request: Request) -> Response:
        """Show a page of what fits, newest first."""
        if not self.office.has_archive():
            folder = self.office.settings.archive_folder()
            return self.show(request, "no_archive.html", folder=folder)
        typed, language = dict(request.query_params), self.language(request)
        query, problems = read_query(typed)
        before = typed.pop("before", "")
        with self.office.archive() as archive:
            found = find(archive, query, limit=_A_PAGE, before=row_number(before))
        rows = [(entry, kind_in_words(entry, language), STATES[entry.state]) for entry in found.entries]
        return self.show(
            request, "contracts.html", typed=typed, problems=problems, rows=rows if not problems else [],
            next=found.next, kinds=kind_names(), states=STATES, missing=MISSING, query=query_text(typed),
            searches=self.office.searches.listed(), may_save=any(typed.values()) and not problems,
        )  # fmt: skip

    def as_csv(self, request: Request) -> Response:
        """Hand out the whole list of what fits."""
        query, problems = read_query(dict(request.query_params))
        if problems or not self.office.has_archive():
            return self.unknown(request)
        with self.office.archive() as archive:
            rows = [(entry, None) for entry in find_all(archive, query)]
        return download(index_csv(rows, self.language(request)), "contracts.csv")

    def save_search(self, request: Request, form: FormData) -> Response:
        """Keep what was looked for, under a name."""
        typed = {name: word(form, name) for name in SEARCHED if word(form, name).strip()}
        name = printable(word(form, "name").strip())[:_MOST_NAME]
        if not name or not typed:
            return self.unknown(request)
        self.office.searches.save(name, typed)
        return go_to(f"/contracts?{query_text(typed)}")

    def discard_search(self, request: Request, _: FormData) -> Response:
        """Forget a search."""
        self.office.searches.discard(request.path_params["number"])
        return go_to("/contracts")

    def make_archive(self, _: Request, __: FormData) -> Response:
        """Make the archive that the settings name."""
        if not self.office.has_archive():
            self.office.make_archive()
        return go_to("/contracts")


def query_text(typed: Mapping[str, str]) -> str:
    """Return what is looked for as it stands in an address."""
    from urllib.parse import urlencode

    return urlencode({name: value for name, value in typed.items() if value})
