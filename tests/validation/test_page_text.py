"""What stands beside a signature field: names as words of their own, near to this field and to no other."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from signkit.limits import Limits, Meter
from signkit.pdf.reading.document import PdfFile
from signkit.validation.page_covers import unseen_covers
from signkit.validation.page_text import Character, PageTextQuestion, carried, carried_beside
from tests.validation import pdfs

SIZE = 10.0
NAME = frozenset({"Ann Lee"})


def line(*words: tuple[float, str], own: float = 0.0, other: float | None = None, nearest: bool = True):
    """Return words that begin at the given places, each character ten points wide."""
    return [
        Character(one, (start + at * SIZE, 0.0, start + at * SIZE + SIZE, SIZE), own, other, nearest)
        for start, word in words
        for at, one in enumerate(word)
    ]


@pytest.mark.parametrize(
    ("shown", "how"),
    [
        (line((0, "氏名"), (60, "髙橋 祐一郎")), "yes"),
        (line((0, "氏名"), (60, "高橋　祐一郎")), "yes"),
        (line((0, "氏名:"), (30, "髙橋祐一郎")), "yes"),
        (line((0, "髙橋祐一郎様")), "yes"),
        (line((0, "大髙橋祐一郎")), "joined"),
        (line((0, "髙橋祐一郎太")), "joined"),
        (line((0, "大髙橋祐一郎"), (200, "髙橋祐一郎")), "yes"),
        (line((0, "髙橋 祐二郎")), "no"),
        (line((0, "髙橋"), (300, "一郎")), "no"),
        ([], "no"),
        (line((0, "髙橋 祐一郎"), own=40, other=20, nearest=False), "between"),
        (line((0, "髙橋 祐一郎"), own=40, other=0, nearest=False), "no"),
        (line((0, "髙橋 祐一郎"), own=90), "no"),
    ],
)
def test_a_name_is_a_word_of_its_own_beside_its_own_field(shown, how):
    assert carried(shown, ["髙橋 祐一郎", ""]) == {"髙橋 祐一郎": how, "": "no"}


@pytest.mark.parametrize("name", ["佐々木 ゝ子", "サービス 太郎", "𠮷田 美咲", "辻󠄀本 彩"])
def test_marks_and_forms_are_read_as_in_the_certificate(name):
    assert carried(line((0, name)), [name]) == {name: "yes"}


def test_a_file_that_cannot_be_read_or_has_no_such_field_tells_nothing(blank):
    assert carried_beside(b"%PDF-1.7\nnothing", [PageTextQuestion("seller", 100, NAME)]) == [None]
    assert carried_beside(blank, [PageTextQuestion("nobody", len(blank), NAME)]) == [None]


def page(
    words: bytes,
    widgets: int = 1,
    size: bytes = b"/MediaBox [0 0 600 800]",
    behind: bytes = b"",
    more: Mapping[int, bytes] | None = None,
) -> bytes:
    """Return a PDF with ``words`` drawn on its page, and a signature field with so many places.

    Of ``more`` objects number 20 is an annotation.
    """

    places = kids = b"".join(b" %d 0 R" % (10 + number) for number in range(widgets))
    fields = b"4 0 R 20 0 R" if more and b"/Widget" in more[20] else b"4 0 R"
    if more:
        places += b" 20 0 R"
    content = b"%s BT /F 12 Tf %s ET" % (behind, words)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] >> >>" % fields,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R %s /Contents 5 0 R /Annots [%s]"
        b" /Resources << /Font << /F 6 0 R >> /ExtGState << /G << /ca 0 >> >> >> >>" % (size, places),
        4: b"<< /FT /Sig /T (seller) /Kids [%s] >>" % kids,
        5: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        6: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for number in range(widgets):
        bottom = 100 + 300 * number
        rectangle = b"[300 %d 450 %d]" % (bottom, bottom + 60)
        objects[10 + number] = b"<< /Type /Annot /Subtype /Widget /Parent 4 0 R /F 4 /Rect %s >>" % rectangle
    return pdfs.build(objects | dict(more or {}))


@pytest.mark.parametrize(
    ("words", "how"),
    [
        (b"1 0 0 1 100 120 Tm (Ann Lee) Tj", "yes"),
        (b"1 0 0 1 100 120 Tm (Ann Leeds) Tj", "joined"),
        (b"1 0 0 1 100 700 Tm (Ann Lee) Tj", "no"),
        (b"1 0 0 1 -200 120 Tm (Ann Lee) Tj", "no"),
    ],
    ids=["beside", "part of a longer name", "far away", "off the page"],
)
def test_what_pdfium_reads_beside_a_field(words, how):
    pdf = page(words)
    assert carried_beside(pdf, [PageTextQuestion("seller", len(pdf), NAME)]) == [{"Ann Lee": how}]


ANN = b"1 0 0 1 100 120 Tm (Ann Lee) Tj"
BLACK = b"0 0 600 800 re f"


@pytest.mark.parametrize(
    ("behind", "words"),
    {
        "invisible": (b"", b"3 Tr " + ANN),
        "white": (b"", b"1 g " + ANN),
        "black on black": (BLACK, ANN),
        "almost white": (b"", b"0.95 g " + ANN),
        "transparent": (b"", b"/G gs " + ANN),
        "tiny": (b"", b"/F 0.5 Tf " + ANN),
        "clipped": (b"0 0 50 50 re W n", ANN),
        "covered": (b"", ANN + b" ET 1 g 0 0 600 800 re f BT"),
        "upon another name": (b"BT /F 12 Tf 1 0 0 1 100 120 Tm (Bob Kim) Tj ET", b"3 Tr " + ANN),
    }.values(),
)
def test_a_name_that_nobody_sees_is_not_there(behind, words):
    pdf = page(words, behind=behind)
    assert carried_beside(pdf, [PageTextQuestion("seller", len(pdf), NAME)]) == [{"Ann Lee": "no"}]


@pytest.mark.parametrize(
    ("size", "behind", "words"),
    {
        "turned": (b"/MediaBox [0 0 600 800] /Rotate 90", b"", ANN),
        "cropped": (b"/MediaBox [-50 -70 600 800] /CropBox [20 30 590 700]", b"", ANN),
        "in large units": (b"/MediaBox [0 0 600 800] /UserUnit 3", b"", ANN),
        "a large sheet": (b"/MediaBox [0 0 6000 8000]", b"", ANN),
        "grey": (b"/MediaBox [0 0 600 800]", b"", b"0.5 g " + ANN),
        "white on black": (b"/MediaBox [0 0 600 800]", BLACK, b"1 g " + ANN),
        "printed twice": (b"/MediaBox [0 0 600 800]", b"BT /F 12 Tf 1 0 0 1 100.3 120 Tm (Ann Lee) Tj ET", ANN),
    }.values(),
)
def test_a_name_that_people_see_is_there(size, behind, words):
    pdf = page(words, size=size, behind=behind)
    assert carried_beside(pdf, [PageTextQuestion("seller", len(pdf), NAME)]) == [{"Ann Lee": "yes"}]


SQUARE = b"<< /Type /Annot /F 4 /Rect [90 110 190 140] /AP << /N 21 0 R >> %s >>"
ON_PAGE = {
    "stamp": SQUARE % b"/Subtype /Stamp",
    "comment": SQUARE % b"/Subtype /FreeText /DA (/F 9 Tf)",
    "field": SQUARE % b"/Subtype /Widget /FT /Tx /T (note)",
    "empty signature field": SQUARE % b"/Subtype /Widget /FT /Sig /T (buyer)",
    "link": SQUARE % b"/Subtype /Link",
}
SEALED = SQUARE % b"/Subtype /Widget /FT /Sig /T (seller) /V << /Type /Sig >>"


def page_with(annotation: bytes, looks: bytes, widgets: int = 1) -> bytes:
    form = b"<< /Type /XObject /Subtype /Form /BBox [0 0 100 30] /Length %d >>\nstream\n%s\nendstream"
    return page(ANN, widgets, more={20: annotation, 21: form % (len(looks), looks)})


@pytest.mark.parametrize("annotation", ON_PAGE.values(), ids=ON_PAGE.keys())
@pytest.mark.parametrize(
    "looks",
    {
        "nothing": b"1 g 0 0 100 30 re f",
        "something else": b"1 g 0 0 100 30 re f 0 g 12 8 2 12 re 20 8 9 2 re 34 8 8 8 re f",
        "a line": b"1 G 30 w 0 15 m 100 15 l S",
        "an image": b"q 100 0 0 30 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \xff EI Q",
        "what is no text": b"\xfe\xff\x00\x1b 1 g 0 0 100 30 re f \x00\x1b",
    }.values(),
)
def test_a_name_under_an_annotation_is_not_seen(annotation, looks):
    pdf = page_with(annotation, looks)
    assert carried_beside(pdf, [PageTextQuestion("seller", len(pdf), NAME)]) == [{"Ann Lee": "no"}]


@pytest.mark.parametrize(
    ("annotation", "looks"),
    {
        "beside it": (ON_PAGE["stamp"].replace(b"[90 110 190 140]", b"[90 150 190 180]"), b"0 0 100 30 re f"),
        "around it": (ON_PAGE["stamp"], b"1 0 0 RG 1 w 1 1 98 28 re S"),
        "hidden": (ON_PAGE["stamp"].replace(b"/F 4", b"/F 2"), b"0 0 100 30 re f"),
    }.values(),
)
def test_a_name_beside_an_annotation_is_seen(annotation, looks):
    pdf = page_with(annotation, looks)
    assert carried_beside(pdf, [PageTextQuestion("seller", len(pdf), NAME)]) == [{"Ann Lee": "yes"}]


def test_a_name_under_a_seal_is_seen():
    pdf = page_with(SEALED, b"0 0 100 30 re f", widgets=0)
    assert carried_beside(pdf, [PageTextQuestion("seller", len(pdf), NAME)]) == [{"Ann Lee": "yes"}]


def test_a_highlighted_name_is_seen():
    marked = b"<< /Type /Annot /Subtype /Highlight /F 4 /C [1 1 0] /Rect [98 116 150 134]"
    marked += b" /QuadPoints [98 134 150 134 98 116 150 116] >>"
    pdf = page(ANN, more={20: marked})
    assert carried_beside(pdf, [PageTextQuestion("seller", len(pdf), NAME)]) == [{"Ann Lee": "yes"}]


def test_a_field_with_two_places_is_not_read():
    pdf = page(b"1 0 0 1 100 120 Tm (Ann Lee) Tj", widgets=2)
    assert carried_beside(pdf, [PageTextQuestion("seller", len(pdf), NAME)]) == [None]


def test_more_questions_than_a_contract_has_parties_stay_open():
    pdf = page(b"1 0 0 1 100 120 Tm (Ann Lee) Tj")
    answers = carried_beside(pdf, [PageTextQuestion("seller", len(pdf), NAME)] * 150)
    assert answers[0] is not None
    assert answers[-1] is None
    assert len(answers) == 150


def unseen(annotation: bytes) -> bool:
    """Whether the name on a page is no longer told where the page has this annotation over it."""
    pdf = page(
        ANN,
        more={
            20: annotation,
            21: b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 0 >>\nstream\n\nendstream",
        },
    )
    file = PdfFile(pdf, Meter(Limits()))
    covered = tuple(unseen_covers(file.history.last, [0]))
    [answer] = carried_beside(pdf, [PageTextQuestion("seller", len(pdf), NAME, (0,), covered)])
    assert answer is not None
    return answer["Ann Lee"] != "yes"


OVER = b"<< /Type /Annot /F 4 /Rect [90 110 190 140] /Contents (Bob Ray) /DA (/Helv 12 Tf 0 g) /Subtype %s >>"


@pytest.mark.parametrize(
    "kind",
    [
        b"/FreeText",
        b"/FreeText /AP << /N null >>",
        b"/FreeText /AP << /N << /On 21 0 R >> >>",
        b"/FreeText /OC << /Type /OCG /Name (x) >> /AP << /N 21 0 R >>",
        b"/Stamp /Name /Draft",
        b"/Redact /IC [0 0 0]",
        b"/Line /L [90 125 190 125] /BS << /W 30 >>",
        b"/Polygon /Vertices [90 110 190 110 190 140 90 140] /IC [1 1 1]",
        b"/FileAttachment",
        b"/Sound",
        b"/Link /Border [0 0 30]",
        b"/Link /BS << /W 30 >>",
    ],
)
def test_what_pdfium_does_not_draw_may_hide_a_name_in_other_viewers(kind):
    assert unseen(OVER % kind)


def test_a_line_is_drawn_where_its_points_are():
    assert unseen(
        OVER.replace(b"[90 110 190 140]", b"[300 300 310 310]") % b"/Line /L [90 125 190 125] /BS << /W 30 >>"
    )


@pytest.mark.parametrize("kind", [b"/Link /Border [0 0 0]", b"/Link", b"/Underline", b"/Popup"])
def test_links_and_marks_hide_no_name(kind):
    assert not unseen(OVER % kind)


def test_the_rest_of_a_longer_name_that_something_covers_makes_no_other_name():
    pdf = page(b"1 0 0 1 100 120 Tm (Ann Leeds) Tj")
    question = PageTextQuestion("seller", len(pdf), NAME, (0,), ((147.0, 110.0, 160.0, 140.0),))
    assert carried_beside(pdf, [question]) == [{"Ann Lee": "joined"}]
