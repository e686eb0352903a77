"""Pages that are told by their bytes are the pages that parsing finds; whatever is odd is parsed."""

from __future__ import annotations

import random

import pytest

from signkit.limits import Limits, Meter
from signkit.pdf.pages import page_tree
from signkit.pdf.plain_page import plain_page
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.reading.syntax import Ref, parse_value, references
from tests.validation import pdfs


def read(pdf: bytes) -> PdfFile:
    return PdfFile(pdf, Meter(Limits()))


def one_page(body: bytes) -> PdfFile:
    return read(pdfs.update(pdfs.build(), {pdfs.PAGE: body}))


def is_plain(body: bytes) -> bool:
    file = one_page(body)
    place = file.history.last.locate(pdfs.PAGE)
    assert place is not None
    return plain_page(file, pdfs.PAGE, place) is not None


PLAIN = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 -.5] /Contents [4 0 R 5 0 R]"
    b" /Resources << /Font << /F 6 0 R >> >> >>"
)


def test_an_ordinary_page_is_plain():
    assert is_plain(PLAIN)


@pytest.mark.parametrize(
    "odd",
    [
        b"/Kids [7 0 R]",  # a node
        b"/K#69ds [7 0 R]",
        b"/Title (words)",
        b"/Id <00>",
        b"% a comment\n",
        b"/Odd",  # a name without a value
        b"7 0 R",  # a value without a name
        b"/A [1 2",
        b"/A << /B 1 >",
        b"/A 1 0 Rx",
        b"/A --1",
        b"/A 1.2.3",
        b"/A unknown",
        b">> << /B 1",
    ],
)
def test_what_is_not_beyond_doubt_is_parsed(odd):
    assert not is_plain(PLAIN[:-2] + odd + b" >>")


def test_a_page_with_a_stream_is_parsed():
    assert not is_plain(PLAIN + b"\nstream\nabc\nendstream")


@pytest.mark.slow
def test_what_is_plain_is_a_dictionary_to_the_parser_and_names_what_parsing_finds():
    """Random bytes of what pages are made of: the pattern takes nothing that the parser reads otherwise."""
    parts = [b"<<", b">>", b"[", b"]", b"/A", b"/Type/Page", b"/Parent 2 0 R", b" 1", b" 7 0 R", b" 8 0 R", b"/B",
             b" -.5", b" true", b" null", b"\n", b" ", b"+1", b"1", b"R", b"/XYZ", b"/Annots[9 0 R]",
             b"0", b"."]  # fmt: skip
    chance, taken = random.Random(7), 0
    for _ in range(20_000):
        body = b"<<" + b"".join(chance.choices(parts, k=chance.randint(0, 9))) + b">>"
        file = _Alone(body)
        found = plain_page(file, 1, _PLACE)  # type: ignore[arg-type]
        if found is None:
            continue
        taken += 1
        value, end = parse_value(file.data, 0)
        assert isinstance(value, dict), body
        assert file.data[end:].strip() == b"endobj", body
        named = found.named()
        if named is not None:
            parents = {value["/Parent"].number} if isinstance(value.get("/Parent"), Ref) else set()
            assert {ref.number for ref in references(value)} <= set(named.targets) | parents, body
    assert taken > 500


class _Alone:
    """A file with one object, as far as `plain_page` asks."""

    decryption = None

    def __init__(self, body: bytes) -> None:
        self.data = body + b" endobj"

    @staticmethod
    def body_start(number: int, place: object) -> int:
        return 0


class _Place:
    container = 0


_PLACE = _Place()


def test_a_page_that_nothing_wrote_again_is_the_same_object_and_another_is_not():
    base = pdfs.build()
    file = read(pdfs.update(pdfs.update(base, {90: b"<< /A 1 >>"}), {pdfs.PAGE: PLAIN}))
    first, second, third = (page_tree(file.history.view(index)).pages[0] for index in range(3))
    assert first is second
    assert second is not third
    assert third.entries["/Contents"] == [Ref(4, 0), Ref(5, 0)]


def test_what_a_node_hands_down_makes_another_page():
    base = pdfs.update(pdfs.build(), {pdfs.PAGE: PLAIN})
    file = read(pdfs.update(base, {2: b"<< /Type /Pages /Count 1 /Kids [%d 0 R] /Rotate 90 >>" % pdfs.PAGE}))
    before, after = (page_tree(file.history.view(index)).pages[0] for index in (1, 2))
    assert before is not after
    assert ("/Rotate" in before.entries, after.entries["/Rotate"]) == (False, 90)


def test_a_page_that_stands_in_the_tree_twice_makes_it_no_tree():
    base = pdfs.update(pdfs.build(), {pdfs.PAGE: PLAIN})
    file = read(pdfs.update(base, {2: b"<< /Type /Pages /Count 2 /Kids [%d 0 R %d 0 R] >>" % (pdfs.PAGE, pdfs.PAGE)}))
    assert [page_tree(file.history.view(index)).is_tree for index in (1, 2)] == [True, False]


def catalog(pages: bytes) -> bytes:
    return b"<< /Type /Catalog /Pages %s /PageMode /UseNone >>" % pages


def test_a_catalog_that_is_written_again_leaves_its_pages_as_they_were():
    file = read(pdfs.update(pdfs.build(), {1: catalog(b"2 0 R")}))
    assert page_tree(file.history.view(0)) is page_tree(file.history.view(1))


def test_a_catalog_that_names_other_pages_has_others():
    other = {1: catalog(b"90 0 R"), 90: b"<< /Type /Pages /Count 2 /Kids [%d 0 R 91 0 R] >>" % pdfs.PAGE, 91: PLAIN}
    file = read(pdfs.update(pdfs.build(), other))
    assert [len(page_tree(file.history.view(index)).pages) for index in (0, 1, 0)] == [1, 2, 1]


def test_pages_that_stand_in_the_catalog_itself_are_told_by_the_catalog():
    direct = b"<< /Type /Pages /Count 1 /Kids [%d 0 R] %s >>"
    first = pdfs.update(pdfs.build(), {1: catalog(direct % (pdfs.PAGE, b""))})
    file = read(pdfs.update(first, {1: catalog(direct % (pdfs.PAGE, b"/Rotate 90"))}))
    found = [page_tree(file.history.view(index)).pages[0].entries.get("/Rotate") for index in (1, 2, 1)]
    assert found == [None, 90, None]
