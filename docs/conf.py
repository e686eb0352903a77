"""The documents as a site: ``sphinx-build -W docs site``.  Nothing is fetched, neither to build it nor to read it."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes

from signkit.version import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "SignKit"
author = "The SignKit authors"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_templates"]
templates_path = ["_templates"]
root_doc = "index"

#: Docstrings name things in single backticks.
default_role = "py:obj"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
python_display_short_literal_types = True
python_maximum_signature_line_length = 100
napoleon_numpy_docstring = False
napoleon_use_ivar = True
myst_heading_anchors = 3

html_theme = "furo"
html_title = "SignKit"
html_show_sphinx = False
html_copy_source = False
#: Japanese words are told apart and found; English ones stand in between and are found as well.
html_search_language = "ja"
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/twin.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}


def setup(app: Sphinx) -> None:
    """Draw the floors, and tie each page to its twin in the other language."""
    app.connect("doctree-read", draw_floors)
    app.connect("html-page-context", add_twin)


def draw_floors(_app: Sphinx, doctree: nodes.document) -> None:
    """Draw a flowchart of subgraphs, one below the other, as boxes: Mermaid's own program would come from elsewhere."""
    for block in list(doctree.findall(nodes.literal_block)):
        if block.get("language") == "mermaid":
            block.replace_self(nodes.raw("", _floors(block.astext()), format="html"))


def _floors(flowchart: str) -> str:
    rows = []
    for title, inside in re.findall(r'subgraph \w+\["(.+?)"\](.*?)\n    end', flowchart, re.DOTALL):
        boxes = "".join(f"<code>{escape(label)}</code> " for label in re.findall(r'\w+\["(.+?)"\]', inside))
        rows.append(f'<tr><th scope="row">{escape(title)}</th><td>{boxes}</td></tr>')
    return f'<table class="docutils floors"><tbody>{"".join(rows)}</tbody></table>'


def add_twin(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Tell the template which language a page is in, and which page says the same in the other."""
    japanese = page.startswith("ja/")
    context["language"] = "ja" if japanese else "en"
    twin = page.removeprefix("ja/") if japanese else f"ja/{page}"
    context["twin"] = twin if twin in app.env.found_docs else None
