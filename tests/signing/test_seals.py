"""Seals: what stands in them, and that it stands within them, apart from one another, at every length."""

from __future__ import annotations

import math
from itertools import combinations

import pytest

from signkit.signing.seals import Seal, seal_cells, seal_of
from tests.signing.seal_sheet import KANJI, MIXED, NAMES, RARE, all_lengths, bracketed, clusters, latin_lengths, sheet

SIDE = 51.0
#: Where the stroke of ring and frame begins, from the centre.
INNER = SIDE / 2 - 1.5 * SIDE * 0.035


@pytest.mark.parametrize(
    ("name", "text", "shape"),
    [
        ("番号　花子", "番号", "round"),
        ("林　太郎", "林", "round"),
        ("辻\U000e0100本 彩", "辻\U000e0100本", "round"),
        ("𠮷田 美咲", "𠮷田", "round"),
        ("勅使河原 宏", "勅使河原", "round"),
        ("番号［旧氏］　花子", "番号", "round"),
        ("Alice Smith", "Alice", "round"),
        ("Alexander Smith", "Alexander", "round"),
        ("架空不動産株式会社", "架空不動産株式会社", "square"),
        ("株式会社架空製作所", "株式会社架空製作所", "square"),
        ("株式会社 架空製作所", "株式会社架空製作所", "square"),
        ("独立行政法人架空研究開発機構", "独立行政法人架空研究開発機構", "square"),
        ("Kakuu Manufacturing Co., Ltd.", "Kakuu Manufacturing Co., Ltd.", "square"),
    ],
)
def test_a_person_seals_with_the_family_name_and_a_company_with_its_whole_name(name, text, shape):
    assert seal_of(name) == Seal(text, shape)


def test_a_company_without_a_legal_form_is_one_where_the_certificate_says_so():
    assert seal_of("Kakuu Works", organisation=True) == Seal("Kakuu Works", "square")


@pytest.mark.parametrize(
    ("length", "columns"), [(1, 1), (2, 1), (4, 2), (6, 2), (9, 3), (12, 3), (16, 4), (20, 4)], ids=str
)
def test_a_company_seal_stands_in_even_columns_from_the_right(length, columns):
    cells = seal_cells(Seal(KANJI[:length], "square"), SIDE)
    lefts = [cell.left for cell in cells]
    assert "".join(cell.text for cell in cells) == KANJI[:length]
    assert lefts == sorted(lefts, reverse=True)
    counts = [lefts.count(left) for left in sorted(set(lefts))]
    assert len(counts) == columns
    assert max(counts) - min(counts) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("text", [KANJI, MIXED, RARE], ids=["kanji", "mixed", "rare"])
def test_cells_lie_within_the_seal_and_apart(text):
    for seal in all_lengths(text):
        cells = seal_cells(seal, SIDE)
        assert [cell.text for cell in cells] == clusters(seal.text)
        boxes = [(cell.left, cell.top, cell.left + cell.width, cell.top + cell.height) for cell in cells]
        assert all(lies_within(box, seal) for box in boxes)
        assert not any(overlap(one, other, 1e-6) for one, other in combinations(boxes, 2))


@pytest.mark.slow
@pytest.mark.parametrize(
    "seals",
    [all_lengths(KANJI), all_lengths(MIXED), all_lengths(RARE), bracketed(), latin_lengths(), [*map(seal_of, NAMES)]],
    ids=["kanji", "mixed", "rare", "brackets", "latin", "names"],
)
def test_what_is_drawn_lies_within_the_seal_and_apart(seals):
    """Measured on the glyphs as PDFium finds them, not on what the layout means to draw."""
    for seal in seals:
        boxes = drawn_boxes(seal)
        assert len(boxes) == len(clusters(seal.text.replace(" ", ""))) + parted(seal), seal
        assert all(lies_within(box, seal) for box in boxes), seal
        if not seal.text.isascii():  # letters of one word may touch
            assert not any(overlap(one, other, 0.02) for one, other in combinations(boxes, 2)), seal


def parted(seal):
    """Return how many hyphens its layout adds."""
    return sum(cell.text.endswith("-") for cell in seal_cells(seal, SIDE) if len(cell.text) > 1)


def drawn_boxes(seal):
    """Return left, top, right, bottom of each glyph, from the seal's centre."""
    import pypdfium2

    page = pypdfium2.PdfDocument(sheet([seal], SIDE))[0]
    words = page.get_textpage()
    center, middle = 10 + SIDE / 2, page.get_height() - 10 - SIDE / 2
    found = []
    for index in range(words.count_chars()):
        left, bottom, right, top = words.get_charbox(index)
        box = (left - center, middle - top, right - center, middle - bottom)
        below, inks = box[1] > SIDE / 2, words.get_text_range(index, 1) not in ("\u2060", " ")
        if inks and not below and right > left and top > bottom:  # below stands its caption
            found.append(box)
    return list(dict.fromkeys(found))  # PDFium tells 𠮷 and what bears a selector twice


def lies_within(box, seal):
    left, top, right, bottom = box
    if seal.shape == "square":
        return max(-left, -top, right, bottom) <= INNER
    return all(math.hypot(x, y) <= INNER for x in (left, right) for y in (top, bottom))


def overlap(one, other, slack):
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > slack and down > slack
