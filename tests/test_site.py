"""The documents as a site: it builds without a warning, in both languages, and its pages fetch nothing."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

import signkit
from tests.requirements import require

pytestmark = pytest.mark.slow

#: What a browser fetches by itself; a link that a person may follow is none of it.
_FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data", "link": "href"}


@pytest.fixture(scope="module")
def site(repository, tmp_path_factory):
    require(importlib.util.find_spec("sphinx"), "the site needs Sphinx: pip install '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-d", folder / "trees",
         repository / "docs", folder / "html"],
        capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip
    assert (built.returncode, built.stderr) == (0, "")
    return folder / "html"


class Addresses(HTMLParser):
    """Every address that the browser fetches for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        address = dict(attrs).get(_FETCHED.get(tag, ""))
        if address:
            self.found.append(address)


def test_every_document_is_a_page(site, repository):
    documents = {path.relative_to(repository / "docs").with_suffix("") for path in (repository / "docs").rglob("*.md")}
    assert all((site / f"{document}.html").is_file() for document in documents)


def test_no_page_fetches_anything_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    for page in pages:
        addresses = Addresses()
        addresses.feed(page.read_text(encoding="utf-8"))
        assert addresses.found
        assert [address for address in addresses.found if re.match(r"(?i)(https?:)?//", address)] == []
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert [
        found for text in styles for found in re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//\S+", text)
    ] == []


@pytest.mark.parametrize("page", ["reference/library.html", "ja/reference/library.html"])
def test_the_reference_holds_every_name_of_the_library(site, page):
    text = (site / page).read_text(encoding="utf-8")
    documented = set(re.findall(r'descname"><span class="pre">(\w+)</span>', text))
    assert set(signkit.__all__) - {"__version__"} <= documented


def test_a_page_leads_to_its_twin_in_the_other_language(site):
    english = (site / "guides/batch.html").read_text(encoding="utf-8")
    japanese = (site / "ja/guides/batch.html").read_text(encoding="utf-8")
    assert 'href="../ja/guides/batch.html">日本語</a>' in english
    assert 'href="../../guides/batch.html">English</a>' in japanese
    assert [re.search(r'<html [^>]*lang="(\w+)"', text)[1] for text in (english, japanese)] == ["en", "ja"]
    assert "hreflang" not in (site / "reference/jpki.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["architecture.html", "ja/architecture.html"])
def test_the_floors_are_drawn(site, page):
    text = (site / page).read_text(encoding="utf-8")
    drawn = text.partition('<table class="docutils floors">')[2].partition("</table>")[0]
    assert {"words", "version"} <= set(re.findall(r"<code>([\w ]+)</code>", drawn)[-5:])
    assert "subgraph" not in text
