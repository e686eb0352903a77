"""The third lock on changes: what a viewer draws, whatever the rules on objects found."""

from __future__ import annotations

import pytest

from signkit.drawing import is_illegible
from signkit.limits import Limits, Meter
from signkit.pdf.changes.values import Change, Gravity, Judgement
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.signatures import find_signatures
from signkit.validation import viewing
from signkit.validation.viewing import Pictures, compare_looks
from signkit.workers import WorkerLost, WorkerPool
from tests.validation import pdfs
from tests.validation.test_attacks_changes import certified

OTHER_TEXT = b"<< /Length 43 >>\nstream\nBT /F1 12 Tf 20 150 Td (Pay 9900 yen) Tj ET\nendstream"
FILLED = Change(Gravity.FORM, "field-filled", "note", "note")
APPEARANCE = (
    b"<< /Type /XObject /Subtype /Form /BBox [0 0 130 40] /Resources << /Font << /F1 7 0 R >> >> /Length 36 >>\n"
    b"stream\nBT /F1 12 Tf 5 10 Td (second) Tj ET    \nendstream"
)


def filled_in(pdf: bytes) -> bytes:
    field = pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b"(first)", b"(second)")
    return pdfs.update(pdf, {pdfs.TEXT_FIELD: field, pdfs.APPEARANCE: APPEARANCE})


def looked_at(pdf: bytes, *changes: Change, pictures: Pictures = "auto") -> Judgement:
    """The judgement of a file whose changes the rules found permitted."""
    file = PdfFile(pdf, Meter(Limits()))
    [found] = find_signatures(file)
    level = max((change.level for change in changes), default=Gravity.NONE)
    [judgement] = compare_looks(file, [(found, Judgement(level, True, changes=changes))], pictures)
    return judgement


def test_what_looks_different_was_not_permitted_though_no_rule_saw_it(signed):
    judgement = looked_at(pdfs.update(signed, {pdfs.CONTENT: OTHER_TEXT}), Change(Gravity.NONE, "nothing-seen"))
    assert judgement.permitted is False
    assert [(finding.code, finding.where) for finding in judgement.findings] == [("looks-different", "page 1")]


def test_a_filled_field_may_look_different_in_its_own_area(signed):
    assert looked_at(filled_in(signed), FILLED).permitted is True


def test_a_filled_field_gives_no_leave_to_anything_else(signed):
    changed = pdfs.update(filled_in(signed), {pdfs.CONTENT: OTHER_TEXT})
    assert looked_at(changed, FILLED).permitted is False


def test_the_area_of_another_field_gives_no_leave(signed):
    other = Change(Gravity.FORM, "field-filled", "seller", "seller")
    assert looked_at(filled_in(signed), other).permitted is False


def test_pages_that_came_or_went_are_seen_by_their_number(signed):
    pages = b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>"
    judgement = looked_at(pdfs.update(signed, {pdfs.PAGES: pages}), Change(Gravity.NONE, "nothing-seen"))
    assert (judgement.permitted, judgement.findings[0].where) == (False, "page count")


def test_what_would_have_to_be_drawn_is_not_judged_where_nothing_is_drawn(signed):
    assert looked_at(filled_in(signed), FILLED, pictures="never").permitted is None


def test_a_file_that_breaks_the_drawing_is_not_judged(signed, monkeypatch):
    class Lost(WorkerPool):
        def submit(self, *_: object, **__: object):
            raise WorkerLost("died", "SIGSEGV")

    monkeypatch.setattr(viewing, "_pool", lambda: Lost(1, seconds=1))
    assert looked_at(filled_in(signed), FILLED).permitted is None


def test_what_pdfium_cannot_open_is_not_judged(signed):
    broken = pdfs.update(signed, {pdfs.CATALOG: pdfs.OBJECTS[pdfs.CATALOG], pdfs.PAGES: b"(no tree)"})
    assert looked_at(broken, Change(Gravity.NONE, "nothing-seen")).permitted is not True


@pytest.mark.parametrize("change", [Change(Gravity.EVIDENCE, "evidence", "/DSS"), None], ids=["evidence", "nothing"])
def test_nothing_is_drawn_for_plain_evidence_or_where_nothing_came(signed, monkeypatch, change):
    monkeypatch.setattr(viewing, "_draw", lambda *_: pytest.fail("drawn"))
    pdf = signed if change is None else pdfs.update(signed, {pdfs.CATALOG: pdfs.OBJECTS[pdfs.CATALOG]})
    assert looked_at(pdf, *([change] if change else [])).permitted is True


def test_everything_that_came_is_drawn_where_that_is_asked_for(signed):
    changed = pdfs.update(signed, {pdfs.CONTENT: OTHER_TEXT})
    evidence = Change(Gravity.EVIDENCE, "evidence", "/DSS")
    assert looked_at(changed, evidence).permitted is True
    assert looked_at(changed, evidence, pictures="always").permitted is False


def test_what_fails_anyway_is_not_drawn(signed, monkeypatch):
    monkeypatch.setattr(viewing, "_draw", lambda *_: pytest.fail("drawn"))
    file = PdfFile(pdfs.update(signed, {pdfs.CONTENT: OTHER_TEXT}), Meter(Limits()))
    [found] = find_signatures(file)
    failed = Judgement(Gravity.OTHER, False, changes=(FILLED,))
    assert compare_looks(file, [(found, failed)], "auto") == [failed]


@pytest.mark.parametrize(
    ("drawn", "hides"),
    [
        ("white over black words", True),
        ("black over black words", True),
        ("a frame around the words", False),
        ("a light tint over the words", False),
    ],
)
def test_what_stood_there_stays_legible(drawn, hides):
    from PIL import Image, ImageChops, ImageDraw

    from signkit.drawing import difference

    before = Image.new("RGB", (120, 40), "white")
    ImageDraw.Draw(before).text((20, 12), "Pay 100 yen", fill="black")
    after = before.copy()
    pen = ImageDraw.Draw(after)
    if "frame" in drawn:
        pen.rectangle((10, 4, 110, 36), outline="red")
    elif "tint" in drawn:
        after = ImageChops.multiply(after, Image.new("RGB", after.size, (255, 250, 160)))
    else:
        pen.rectangle((10, 4, 110, 36), fill=drawn.split()[0])
    mask = difference(before, after)
    assert mask.getbbox() is not None
    assert is_illegible(before, before, after, mask) is hides


@pytest.mark.parametrize("thick", [8, 16])
@pytest.mark.parametrize("start", [0, 4, 8, 11])
def test_letters_as_large_as_the_squares_in_which_they_are_looked_for_are_seen(thick, start):
    from PIL import Image, ImageDraw

    from signkit.drawing import difference

    before = Image.new("RGB", (160, 160), "white")
    ImageDraw.Draw(before).rectangle((32 + start, 32 + start, 31 + start + thick, 31 + start + 5 * thick), fill="black")
    after = Image.new("RGB", before.size, "white")
    assert is_illegible(before, before, after, difference(before, after))


#: Ways to write that no rule on objects takes for words: a tiling pattern, a soft mask, letters of rectangles, glyphs
#: outside the box that their font states.
_PATTERN = (
    b"<< /Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 300 200] /XStep 300 /YStep 200"
    b" /Resources << /Font << /F1 7 0 R >> >> /Length 44 >>"
    b"\nstream\nBT /F1 14 Tf 204 114 Td (1,000,000) Tj ET    \nendstream"
)
_MASK = (
    b"<< /Type /XObject /Subtype /Form /BBox [0 0 300 200] /Group << /S /Transparency /CS /DeviceGray >>"
    b" /Resources << /Font << /F1 7 0 R >> >> /Length 44 >>"
    b"\nstream\n1 g BT /F1 14 Tf 204 114 Td (1,000,000) Tj ET\nendstream"
)
_GLYPH = b"<< /Length 45 >>\nstream\n8000 0 0 0 8000 1000 d1 6000 0 1500 800 re f \nendstream"
_FONT = (
    b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 65 /LastChar 65"
    b" /Widths [8000] /Encoding << /Differences [65 /a] >> /CharProcs << /a 42 0 R >> /Resources << >> >>"
)
_ODD = {
    "pattern": b"/Pattern cs /P scn 0 0 300 200 re f",
    "soft mask": b"q /M gs 0 0 300 200 re f Q",
    "rectangles": b"206 108 3 20 re f 214 108 10 3 re f 214 125 10 3 re f 214 108 3 20 re f 222 108 3 20 re f",
    "glyphs": b"BT /F3 14 Tf 130 110 Td (A) Tj ET",
}
_PLACE = b"200 100 290 140"
_BOX = b"<< /Type /XObject /Subtype /Form /BBox [0 0 90 40] /Length 21 >>\nstream\n1 g 0 0 90 40 re f   \nendstream"


def _odd_page(words: str, annotations: bytes) -> dict[int, bytes]:
    resources = b"/Font << /F1 7 0 R /F3 43 0 R >> /Pattern << /P 40 0 R >>"
    resources += b" /ExtGState << /M << /SMask << /S /Luminosity /G 41 0 R /BC [0] >> >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << %s >> /Annots [%s] >>"
    content = _ODD[words]
    written = {pdfs.CONTENT: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)}
    written |= {pdfs.PAGE: page % (resources, annotations)}
    return pdfs.OBJECTS | written | {40: _PATTERN, 41: _MASK, 42: _GLYPH, 43: _FONT}


@pytest.mark.parametrize("words", list(_ODD))
@pytest.mark.parametrize(
    "comment",
    [
        b"/FreeText /DA (/Helv 8 Tf 0 g) /C [1 1 1] /Contents (x)",
        b"/Popup /AP << /N 31 0 R >>",
        b"/Stamp /AP << /N 31 0 R >>",
        b"/Square /IC [1 1 1]",
    ],
    ids=["free text", "popup", "stamp", "square"],
)
def test_no_comment_covers_words_however_they_and_it_are_drawn(world, words, comment):
    before = certified(world, 3, _odd_page(words, b"6 0 R 8 0 R"))
    changed = {pdfs.PAGE: _odd_page(words, b"6 0 R 8 0 R 30 0 R")[pdfs.PAGE], 31: _BOX}
    for place, allowed in ((_PLACE, False), (b"20 150 110 190", True)):
        note = b"<< /Type /Annot /F 4 /P 3 0 R /Rect [%s] /Subtype %s >>" % (place, comment)
        assert world.only(pdfs.update(before, {**changed, 30: note})).changes_permitted is allowed


def test_a_widget_that_is_only_written_once_more_is_no_comment(world):
    """As PDFBox writes a whole page's annotations with a new one; here one without looks, over words of the page."""
    field = b"<< /FT /Tx /T (more) /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [10 100 200 160]%s >>"
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << /Font << /F1 7 0 R >> >> "
    )
    listed = page + b" /Annots [6 0 R 8 0 R 40 0 R%s] >>"
    form = b"<< /Fields [6 0 R 8 0 R 40 0 R] /SigFlags 3 >>"
    before = certified(world, 3, pdfs.OBJECTS | {pdfs.PAGE: listed % b"", pdfs.FORM: form, 40: field % b""})
    note = b"<< /Type /Annot /Subtype /Text /Rect [250 20 270 40] /Contents (x) >>"
    changed = {pdfs.PAGE: listed % b" 30 0 R", 30: note, 40: field % b""}
    assert world.only(pdfs.update(before, changed)).changes_permitted is True
    moved = {**changed, 40: field.replace(b"[10 100", b"[11 100") % b""}
    assert world.only(pdfs.update(before, moved)).changes_permitted is False


@pytest.mark.parametrize("words", list(_ODD))
def test_no_comment_is_moved_over_words(world, words):
    note = b"<< /Type /Annot /F 4 /P 3 0 R /Rect [%s] /Subtype /Stamp /AP << /N 31 0 R >> >>"
    there = _odd_page(words, b"6 0 R 8 0 R 30 0 R") | {30: note % b"20 150 110 190", 31: _BOX}
    before = certified(world, 3, there)
    for place, allowed in ((_PLACE, False), (b"20 120 110 160", True)):
        assert world.only(pdfs.update(before, {30: note % place})).changes_permitted is allowed


@pytest.mark.parametrize("kind", [b"/Square", b"/Highlight", b"/Link"])
@pytest.mark.parametrize("inherited", [False, True])
def test_no_comment_covers_a_tick(world, kind, inherited):
    """A tick is a filled square here: no words that a page or a field shows, and yet an answer."""
    box = b"<< /Type /XObject /Subtype /Form /BBox [0 0 12 12] /Length 15 >>\nstream\n2 2 8 8 re f   \nendstream"
    field = b"/FT /Btn /T (agreed) /V /Yes"
    widget = (
        b"/Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [200 100 212 112] /AS /Yes /AP << /N << /Yes 41 0 R >> >>"
    )
    fields = {40: b"<< %s %s >>" % (field, widget), 41: box}
    if inherited:
        fields |= {40: b"<< /Parent 42 0 R %s >>" % widget, 42: b"<< %s /Kids [40 0 R] >>" % field}
    listed = b"42 0 R" if inherited else b"40 0 R"
    form = b"<< /Fields [6 0 R 8 0 R %s] /SigFlags 3 >>" % listed
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Annots [%s] >>"
    objects = pdfs.OBJECTS | fields | {pdfs.PAGE: page % b"6 0 R 8 0 R 40 0 R", 5: form}
    before = certified(world, 3, objects)
    for place, allowed in ((b"196 104 208 116", False), (b"230 100 242 112", True)):
        note = b"<< /Type /Annot /F 4 /P 3 0 R /Rect [%s] /C [1 1 0] /Border [0 0 5] /Subtype %s /AP << /N 31 0 R >> >>"
        changed = {pdfs.PAGE: page % b"6 0 R 8 0 R 40 0 R 30 0 R", 30: note % (place, kind), 31: _BOX}
        assert world.only(pdfs.update(before, changed)).changes_permitted is allowed


# --- what is entered is seen ----------------------------------------------------------------------------------

_COVER = b"<< /Type /XObject /Subtype /Form /BBox [0 0 140 50] /Length %d >>\nstream\n%s\nendstream"


def entered(world, *, page: bytes = b"", above: bytes = b"", below: bytes = b"") -> bool | None:
    """Fill the empty note with black letters; ``page`` is drawn under it, ``above`` and ``below`` are annotations."""
    content = page + b" 0 g BT /F1 12 Tf 20 150 Td (Pay 100 yen) Tj ET"
    empty = pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b" /V (first) /AP << /N 9 0 R >>", b"")
    annots = b"/Annots [6 0 R " + (b"30 0 R " if below else b"") + b"8 0 R" + (b" 30 0 R]" if above else b"]")
    cover = b"1 1 1 rg 0 0 140 50 re f"
    objects = {
        **pdfs.OBJECTS,
        pdfs.TEXT_FIELD: empty,
        pdfs.CONTENT: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        pdfs.PAGE: pdfs.OBJECTS[pdfs.PAGE].replace(b"/Annots [6 0 R 8 0 R]", annots),
        30: b"<< /Type /Annot /F 4 /Rect [145 15 285 65] /AP << /N 31 0 R >>" + above + below + b" >>",
        31: _COVER % (len(cover), cover),
    }  # fmt: skip
    filled = empty[:-2] + b" /V (900 yen) /AP << /N 32 0 R >> >>"
    signed_pdf = world.sign(pdfs.build(objects))
    return world.only(
        pdfs.update(signed_pdf, {pdfs.TEXT_FIELD: filled, 32: pdfs.looks_of(b"900 yen")})
    ).changes_permitted


@pytest.mark.parametrize(
    ("ground", "allowed"),
    [
        (b"", True),
        (b"0.75 g 140 10 150 60 re f", True),
        (b"0 G 150 27 m 280 27 l S", True),
        (b"0 g 140 10 150 60 re f", None),
        (b"0.1 0 0.2 rg 140 10 150 60 re f", None),
        (b"0 g 165 10 20 60 re f", None),
    ],
)
def test_what_is_entered_stands_out_from_the_page(world, ground, allowed):
    assert entered(world, page=ground) is allowed


@pytest.mark.parametrize("kind", [b"Stamp", b"Square", b"FreeText", b"Popup", b"Unknown"])
def test_what_is_entered_stands_above_all_that_hides(world, kind):
    assert entered(world, above=b" /Subtype /" + kind) is None
    assert entered(world, below=b" /Subtype /" + kind) is True


@pytest.mark.parametrize(("on", "allowed"), [(b"2 2 12 12 re f", True), (b"1 g 2 2 12 12 re f", None), (b"", None)])
def test_a_box_that_is_ticked_shows_a_difference(world, on, allowed):
    state = b"<< /Type /XObject /Subtype /Form /BBox [0 0 16 16] /Length %d >>\nstream\n%s\nendstream"
    box = b"<< /FT /Btn /T (box) /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [200 100 216 116]"
    box += b" /AP << /N << /Yes 31 0 R /Off 32 0 R >> >> /AS /%s >>"
    objects = {
        **pdfs.OBJECTS,
        pdfs.FORM: b"<< /Fields [6 0 R 8 0 R 30 0 R] /SigFlags 3 >>",
        pdfs.PAGE: pdfs.OBJECTS[pdfs.PAGE].replace(b"8 0 R]", b"8 0 R 30 0 R]"),
        30: box % b"Off", 31: state % (len(on), on), 32: state % (0, b""),
    }  # fmt: skip
    ticked = pdfs.update(world.sign(pdfs.build(objects)), {30: (box % b"Yes")[:-2] + b" /V /Yes >>"})
    assert world.only(ticked).changes_permitted is allowed
