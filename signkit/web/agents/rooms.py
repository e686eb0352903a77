"""The pages of agents, as the office hangs them in."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import BaseRoute

from signkit.web.agents.agents_screen import AgentsScreen
from signkit.web.agents.pairings import Pairings
from signkit.web.api.service import Service
from signkit.web.common.pages import Pages

#: Where the templates of these pages lie; their words are `signkit.web.agents.page_words`.
PAGES = Path(__file__).parent / "pages"


def agent_routes(service: Service, pages: Pages, pairings: Pairings) -> list[BaseRoute]:
    """Return the routes of all pages of agents."""
    return AgentsScreen(service, pages, pairings).routes()
