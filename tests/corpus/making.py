"""The whole corpus, with keys of its own."""

from __future__ import annotations

from tests.corpus.cms_kinds import cms_kinds
from tests.corpus.expectations import Made
from tests.corpus.keys import Keys
from tests.corpus.pdf_kinds import pdf_kinds


def made_corpus() -> list[Made]:
    """Make every file anew."""
    keys = Keys.new()
    return [*pdf_kinds(keys), *cms_kinds(keys)]
