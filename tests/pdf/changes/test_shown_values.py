"""A field that is filled in shows what its value says, or is not judged (ISO 32000-2 12.7.4.3, 12.7.5)."""

from __future__ import annotations

import io
from functools import cache

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from signkit.pdf.changes.glyph_shapes import _shape
from tests.pdf.changes.samples import ALL, THREE, signed
from tests.validation import pdfs

WIDGET = b" /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [150 20 280 60]"
TEXT = b"<< /FT /Tx /T (note) /DA (/Helv 9 Tf 0 g)%s" + WIDGET + b" >>"
HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def looks(content: bytes, *, font: bytes = HELVETICA, more: bytes = b"", box: bytes = b"0 0 130 40") -> bytes:
    said = b"<< /Type /XObject /Subtype /Form /BBox [%s] /Resources << /Font << /Helv %s >> >>%s /Length %d >>"
    return said % (box, font, more, len(content)) + b"\nstream\n" + content + b"\nendstream"


def shown(text: bytes, x: int = 2, y: int = 9) -> bytes:
    return b"/Tx BMC q BT /Helv 9 Tf 0 g %d %d Td (%s) Tj ET Q EMC" % (x, y, text)


def filled(world, before: bytes, entries: bytes, appearance: bytes | None, **objects: bytes) -> bool | None:
    """Sign a document with an empty field, fill it in, and return what is permitted; more objects as ``n12``."""
    base = signed(world, {pdfs.TEXT_FIELD: TEXT % before})
    if appearance is not None:
        entries += b" /AP << /N 31 0 R >>"
    more = {int(name[1:]): body for name, body in objects.items()}
    changed = {pdfs.TEXT_FIELD: TEXT % (before + entries), **({31: appearance} if appearance else {}), **more}
    return world.only(pdfs.update(base, changed)).changes_permitted


@pytest.mark.parametrize(
    ("value", "content", "allowed"),
    [
        (b"100", shown(b"100"), True),
        (b"100", shown(b"999"), None),
        (b"100", shown(b"1000"), None),
        (b"100", b"", None),
        (b"", shown(b"100"), None),
        (b"100", b"0 0 130 40 re f", None),
        (b"ten keys", shown(b"ten"), None),
        (b"ten keys", shown(b"ten ") + shown(b"keys", 18), True),
        (b"ten keys", shown(b"keys", 18) + shown(b"ten "), True),
        (b"100", shown(b"1") + shown(b"0", 2, 9) + shown(b"0", 2, 9), None),
        (b"100", shown(b"100") + b" 1 g 0 0 130 40 re f", None),
        (b"100", b"1 1 0.8 rg 0 0 130 40 re f 0 0 1 RG 0.5 0.5 129 39 re s " + shown(b"100"), True),
        (b"100", b"0 g 0 0 130 40 re f " + shown(b"100"), None),
        (b"100", b"1 1 0.8 rg /DeviceRGB cs 0 0 130 40 re f " + shown(b"100"), None),
        (b"100", b"/DeviceRGB cs 1 1 0.8 sc 0 0 130 40 re f " + shown(b"100"), True),
        (b"100", shown(b"100").replace(b"0 g", b"1 0 0 g"), None),
        (b"100", shown(b"100") + b" 1 g 0 0 m 130 0 l 130 40 l 60 40 l 0 40 l f", None),
        (b"100", shown(b"100") + b" 4 w 1 g 0 0 130 40 re 8 8 114 8 re f*", None),
        (b"100", shown(b"100") + b" 1000 M 1 w 0 0 m 0 11 l 2 11.01 l 0 11.02 l 0 40 l S", None),
        (b"100", shown(b"100").replace(b"0 g", b"1 g"), None),
        (b"100", shown(b"100").replace(b"Td", b"Td 3 Tr"), None),
        (b"100", shown(b"100").replace(b"9 Tf", b"0.5 Tf"), None),
        (b"100", shown(b"100").replace(b"q BT", b"q 0 0 10 40 re W n BT"), None),
        (b"100", shown(b"100", 120), None),
        (b"100", shown(b"100").replace(b"q BT", b"q -1 0 0 1 60 0 cm BT"), None),
        (b"-100", shown(b"100") + b" 2 12 3 1 re f", None),
        (b"100", shown(b"100") + b" 30 5 m 30 20 l S", None),
        (b"100", b"/OC /L BDC " + shown(b"100") + b" EMC", None),
        (b"100", b"/X Do " + shown(b"100"), None),
        (b"100", b"/G gs " + shown(b"100"), None),
        (b"100", b"20 w 0 0 130 40 re S " + shown(b"100"), None),
        (b"100", shown(b"100").replace(b"Td", b"Td 2 Tr"), None),
        (b"100", shown(b"100").replace(b"BT", b"").replace(b"ET", b""), None),
        (b"100", shown(b"100").replace(b"2 9 Td", b"2 9-4 Td"), None),
        (b"100", b"% a remark\n" + shown(b"100"), None),
        (b"102", shown(b"10") + shown(b"2", 12, 13).replace(b"9 Tf", b"5 Tf"), None),
        (b"102", shown(b"10") + shown(b"2", 12, 13), None),
        (b"210", shown(b"10") + shown(b"2", 12, 13), None),
        (b"\\376\\377\\000\\061\\000\\262", shown(b"12"), None),
        (b"a\\tb", shown(b"a b"), True),
        (b"one\\ntwo", shown(b"one", 2, 25) + shown(b"two"), True),
        (b"one\\ntwo", shown(b"two", 2, 25) + shown(b"one"), None),
        (b"\\376\\377\\060\\102", shown(b"?"), None),
        (b"\\376\\377\\000\\061\\040\\056\\000\\062", shown(b"12"), None),
    ],
)
def test_what_is_seen_is_what_the_value_says(world, value, content, allowed):
    assert filled(world, b"", b" /V (%s)" % value, looks(content)) is allowed


SMALL, LIGHT = (b"/Helv 9 Tf", b"/Helv 3 Tf"), (b"0 g", b"0.6 g")


@pytest.mark.parametrize(
    ("before", "after", "entries", "allowed"),
    [
        (shown(b"100"), shown(b"100"), b"", True),
        (shown(b"100"), shown(b"100", 4, 11), b"", True),
        (shown(b"100"), shown(b"1") + shown(b"00", 7), b"", True),
        (shown(b"100"), b"0.9 g 0 0 130 40 re f " + shown(b"100"), b"", True),
        (shown(b"100"), shown(b"100").replace(b" 9 Tf", b" 8 Tf"), b"", True),
        (shown(b"100"), shown(b"100"), b" /RV (<p>100</p>)", True),
        (shown(b"100"), shown(b"100"), b" /RV (<p>999</p>)", False),
        (shown(b"100"), shown(b"100").replace(*SMALL), b"", False),
        (shown(b"100"), shown(b"100").replace(*LIGHT), b"", False),
        (shown(b"100"), shown(b"999"), b"", False),
        (shown(b"100"), shown(b"1000"), b"", False),
        (shown(b"100"), b"", b"", False),
        (shown(b"100"), shown(b"100") + b" 0 9 60 1 re f", b"", False),
        (shown(b"999"), shown(b"100"), b"", False),  # its looks were what was signed, whatever the value said
        (shown(b"100") + b" 5 5 m 60 30 l S", shown(b"100"), b"", False),
        (b"", shown(b"100"), b"", False),
    ],
)
def test_a_text_that_stays_may_be_drawn_anew_as_it_was(world, before, after, entries, allowed):
    """As programs do that fill in a whole form, what was filled in before too (iText, PDFBox)."""
    value = b" /V (100) /AP << /N 31 0 R >>"
    base = signed(world, {pdfs.TEXT_FIELD: TEXT % value, 31: looks(before)})
    changed = {pdfs.TEXT_FIELD: TEXT % (value.replace(b"31", b"32") + entries), 32: looks(after)}
    assert world.only(pdfs.update(base, changed)).changes_permitted is allowed


@pytest.mark.parametrize(("more", "allowed"), [(b"", True), (b" /OC << /Type /OCG /Name (x) >>", None)])
def test_a_field_in_a_layer_is_not_judged(world, more, allowed):
    """PDFium draws it whether the layer is on or off, others do not."""
    assert filled(world, more, b" /V (100)", looks(shown(b"100"))) is allowed


@pytest.mark.parametrize(
    ("font", "allowed"),
    [
        (HELVETICA, True),
        (b"<< /Type /Font /Subtype /TrueType /BaseFont /Arial /Encoding /WinAnsiEncoding >>", True),
        (b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>", None),
        (b"<< /Type /Font /Subtype /TrueType /BaseFont /Wingdings-Regular /Encoding /WinAnsiEncoding >>", None),
        (b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [49 /nine] >> >>", None),
        (b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /Odd >>", None),
        (b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /CharProcs << >> >>", None),
        (b"99 0 R", None),
    ],
)
def test_letters_are_told_by_fonts_that_everybody_has(world, font, allowed):
    assert filled(world, b"", b" /V (100)", looks(shown(b"100"), font=font)) is allowed


def plain_font(encoding: bytes = b"/WinAnsiEncoding", more: bytes = b"") -> bytes:
    return b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding %s %s >>" % (encoding, more)


def named(*names: bytes) -> bytes:
    return plain_font(b"<< /BaseEncoding /WinAnsiEncoding /Differences [%s] >>" % b" ".join(names))


@pytest.mark.parametrize(
    ("font", "codes", "allowed"),
    [
        (named(b"129 /one /zero"), b"\\201\\202\\202", True),
        (named(b"129 /uni0031 /uni0030"), b"\\201\\202\\202", None),
        (named(b"129 /one.alt /zero.alt"), b"\\201\\202\\202", None),
        (named(b"129 /one_zero_zero"), b"\\201", None),
        (named(b"129 (one) /one /zero"), b"\\201\\202\\202", None),
        (named(b"129.0 /one /zero"), b"\\201\\202\\202", None),
        (named(b"/a 129 /one /zero"), b"\\201\\202\\202", None),
        (named(b"385 /nine"), b"100", None),
        (plain_font(more=b"/FirstChar 48 /Widths [556 556]"), b"100", True),
        (plain_font(more=b"/FirstChar 48.0 /Widths [556 556]"), b"100", None),
        (plain_font(more=b"/FirstChar 48 /Widths [(a) 556]"), b"100", None),
    ],
)
def test_letters_are_told_by_names_and_numbers_that_viewers_take_alike(world, font, codes, allowed):
    """Of other names mupdf draws nothing, PDFium what comes to its mind."""
    assert filled(world, b"", b" /V (100)", looks(shown(codes), font=font)) is allowed


def test_what_is_no_encoding_of_fonts_says_nothing_beyond_ascii(world):
    """PDFium draws it as PDFDocEncoding, the others as the standard one."""
    font = plain_font(b"/PDFDocEncoding")
    assert filled(world, b"", b" /V (100)", looks(shown(b"100"), font=font)) is True
    assert filled(world, b"", b" /V (\\261)", looks(shown(b"\\261"), font=font)) is None


COLLECTION = b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >>"


def composite(widths: bytes = b"", kind: bytes = b"/CIDFontType0", system: bytes = COLLECTION, name: bytes = b"Ryumin"):
    inner = b"<< /Type /Font /Subtype %s /BaseFont /%s %s %s >>" % (kind, name, system, widths)
    return b"<< /Type /Font /Subtype /Type0 /BaseFont /Ryumin /Encoding /90ms-RKSJ-H /DescendantFonts [%s] >>" % inner


@pytest.mark.parametrize(
    ("font", "value", "allowed"),
    [
        (composite(), b"100", True),
        (composite(b"/DW 1000 /W [231 632 500]"), b"1000000000000000000", True),
        (composite(), b"1000000000000000000", None),  # as wide as any (table 115), and so beyond the box
        (composite(b"/DW 1000 /W [231 [500] 232 632 500]"), b"1000000000000000000", True),
        (composite(b"/W [231 632 -500]"), b"100", None),
        (composite(b"/W [231 632 0]"), b"100", None),
        (composite(b"/DW 5000"), b"100", None),
        (composite(b"/W [231 (a)]"), b"100", None),
        (composite(kind=b"/Type3"), b"100", None),
        (composite(system=COLLECTION.replace(b"Adobe", b"Other")), b"100", None),
        (composite(name=b"Symbol"), b"100", None),
    ],
)
def test_letters_of_a_collection_stand_where_its_widths_say(world, font, value, allowed):
    assert filled(world, b"", b" /V (%s)" % value, looks(shown(value), font=font)) is allowed


@pytest.mark.parametrize(
    ("before", "entries", "content", "allowed"),
    [
        (b" /Ff 8192", b" /V (secret)", shown(b"******"), True),
        (b" /Ff 8192", b" /V (secret)", shown(b"***"), None),
        (b" /Ff 8192", b" /V (secret)", shown(b"public"), None),
        (b" /Ff 16777216 /MaxLen 5", b" /V (123)", shown(b"1", 9) + shown(b"2", 35) + shown(b"3", 61), True),
        (b" /Ff 16777216 /MaxLen 5", b" /V (123)", shown(b"1", 9) + shown(b"2", 61) + shown(b"3", 35), None),
        (b" /Ff 16777216 /MaxLen 5", b" /V (12)", shown(b"1") + shown(b"2", 35) + b" 26 0 m 26 40 l S", True),
        (b" /Ff 16777216 /MaxLen 5", b" /V (12)", shown(b"1") + shown(b"2", 35) + b" 40 0 m 40 40 l S", None),
        (b" /MaxLen 2", b" /V (123)", shown(b"123"), None),
        (b" /Ff 33554432", b" /V (100) /RV (<body><p>100</p></body>)", shown(b"100"), True),
        (b" /Ff 33554432", b" /V (100) /RV (<body><p>999</p></body>)", shown(b"100"), None),
        (b" /Ff 33554432", b' /V (100) /RV (<?xml version="1.0"?><p>1&#48;0</p>)', shown(b"100"), True),
        (b" /Ff 33554432", b' /V (100) /RV (<p style="font-family:Arial;padding:1">100</p>)', shown(b"100"), True),
        (b" /Ff 33554432", b' /V (100) /RV (<p style="font-family:Symbol">100</p>)', shown(b"100"), None),
        (b" /Ff 33554432", b" /V (100) /RV (<p>100<![CDATA[999]]></p>)", shown(b"100"), None),
        (b" /Ff 33554432", b" /V (100) /RV (<!DOCTYPE p [<!ENTITY x '9'>]><p>100&x;</p>)", shown(b"100"), None),
        (b"", b" /V (100)", None, None),
    ],
)
def test_each_kind_of_text_field(world, before, entries, content, allowed):
    assert filled(world, before, entries, looks(content) if content is not None else None) is allowed


CHOICES = b" /FT /Ch /Opt [[(jp) (Japan)] [(fr) (France)] [(x) (fr2)]]"
BAND = b"0.6 0.75 0.86 rg 0 15 130 10 re f "
LIST = shown(b"Japan", 2, 29) + shown(b"France", 2, 17) + shown(b"fr2", 2, 5)


@pytest.mark.parametrize(
    ("flags", "entries", "content", "allowed"),
    [
        (131072, b" /V (fr)", shown(b"France"), True),
        (131072, b" /V (fr)", shown(b"fr"), True),
        (131072, b" /V (fr)", shown(b"Japan"), None),
        (131072, b" /V (x)", shown(b"fr2"), True),
        (131072, b" /V (fr) /I [1]", shown(b"France"), True),
        (131072, b" /V (fr) /I [0]", shown(b"France"), None),
        (131072, b" /V (fr) /I [7]", shown(b"France"), None),
        (0, b" /V (fr)", BAND + LIST, True),
        (0, b" /V (fr)", LIST, None),
        (0, b" /V (jp)", BAND + LIST, None),
        (0, b" /V (fr)", BAND + shown(b"France", 2, 29) + shown(b"Japan", 2, 17), None),
        (2097152, b" /V [(jp) (fr)]", b"0.6 0.75 0.86 rg 0 15 130 24 re f " + LIST, True),
        (2097152, b" /V [(jp) (x)]", BAND + LIST, None),
    ],
)
def test_choices_show_what_an_option_displays(world, flags, entries, content, allowed):
    before = CHOICES + b" /Ff %d" % flags
    choice = TEXT.replace(b" /FT /Tx", b"")
    base = signed(world, {pdfs.TEXT_FIELD: choice % before})
    changed = choice % (before + entries + b" /AP << /N 31 0 R >>")
    attacked = pdfs.update(base, {pdfs.TEXT_FIELD: changed, 31: looks(content)})
    assert world.only(attacked).changes_permitted is allowed


@pytest.mark.parametrize(("second", "allowed"), [(b"100", True), (b"999", None), (b"", None)])
def test_every_widget_of_a_field_shows_its_value(world, second, allowed):
    kid = b"<< /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Parent 30 0 R /Rect [%s]%s >>"
    page = ALL.replace(b"30 0 R", b"33 0 R 34 0 R")
    places = {33: b"150 70 280 110", 34: b"150 120 280 160"}
    empty = {number: kid % (place, b"") for number, place in places.items()}
    field = b"<< /FT /Tx /T (twice) /Kids [33 0 R 34 0 R]%s >>"
    base = signed(world, {pdfs.FORM: THREE, pdfs.PAGE: page, 30: field % b"", **empty})
    given = {n: kid % (place, b" /AP << /N %d 0 R >>" % (n + 2)) for n, place in places.items()}
    drawn = {35: looks(shown(b"100")), 36: looks(shown(second))}
    attacked = pdfs.update(base, {30: field % b" /V (100)", **given, **drawn})
    assert world.only(attacked).changes_permitted is allowed


@pytest.mark.parametrize(
    ("field", "widget", "content", "allowed"),
    [
        (b" /V (100)", b"", b"100", True),
        (b" /V (100)", b" /V (100)", b"100", True),
        (b" /V (100)", b" /V (999)", b"100", None),  # pdf.js and mupdf take the nearest value
        (b" /V (100)", b" /RV (999)", b"100", None),
        (b"", b" /V (999)", b"999", None),
        (b"", b" /V (999)", None, None),
    ],
)
def test_a_widget_states_no_value_beside_its_fields(world, field, widget, content, allowed):
    holder = b"<< /FT /Tx /T (once) /DA (/Helv 9 Tf 0 g) /Kids [33 0 R]%s >>"
    kid = b"<< /Parent 30 0 R" + WIDGET + b"%s >>"
    page = ALL.replace(b"30 0 R", b"33 0 R")
    base = signed(world, {pdfs.FORM: THREE, pdfs.PAGE: page, 30: holder % b"", 33: kid % b""})
    appearance = b"" if content is None else b" /AP << /N 31 0 R >>"
    drawn = {} if content is None else {31: looks(shown(content))}
    attacked = pdfs.update(base, {30: holder % field, 33: kid % (widget + appearance), **drawn})
    assert world.only(attacked).changes_permitted is allowed


def test_a_widget_below_what_is_no_field_shows_the_value_too(world):
    """It shows 100, the value says 999, and what stands between them is not seen."""
    holder, between = b"<< /FT /Tx /T (deep) /Kids [33 0 R]%s >>", b"<< /Parent 30 0 R /Kids [34 0 R] >>"
    kid = b"<< /Parent 33 0 R" + WIDGET + b" /AP << /N 31 0 R >> >>"
    made = {pdfs.FORM: THREE, pdfs.PAGE: ALL.replace(b"30 0 R", b"34 0 R"), 33: between, 34: kid}
    base = signed(world, {**made, 30: holder % b"", 31: looks(shown(b"100"))})
    assert world.only(pdfs.update(base, {30: holder % b" /V (999)"})).changes_permitted is None


@pytest.mark.parametrize(
    ("resources", "asked", "appearance", "allowed"),
    [
        (HELVETICA, b"/Helv 9 Tf 0 g", None, True),
        (HELVETICA, b"/Helv 9 Tf 0 g", b"100", True),
        (HELVETICA, b"/Helv 9 Tf 0 g", b"999", None),
        (HELVETICA, b"0 0 1 rg /Helv 0 Tf", None, True),
        (HELVETICA, b"/Helv 9 Tf 1 g", b"100", None),
        (HELVETICA, b"/Helv 0.1 Tf 0 g", b"100", None),
        (HELVETICA, b"/Helv 9 Tf 0 g 3 Tr", b"100", None),
        (HELVETICA, b"/Helv 9 Tf 0 g (999) Tj", b"100", None),
        (HELVETICA.replace(b"/Helvetica", b"/Symbol"), b"/Helv 9 Tf 0 g", None, None),
        (HELVETICA.replace(b">>", b"/Encoding << /Differences [49 /nine] >> >>"), b"/Helv 9 Tf 0 g", b"100", None),
    ],
)
def test_where_viewers_draw_themselves_their_font_has_the_letters(world, resources, asked, appearance, allowed):
    form = b"<< /Fields [6 0 R 8 0 R] /SigFlags 3 /NeedAppearances true /DR << /Font << /Helv %s >> >> >>" % resources
    field = TEXT.replace(b"/Helv 9 Tf 0 g", asked)
    base = signed(world, {pdfs.FORM: form, pdfs.TEXT_FIELD: field % b""})
    entries = b" /V (100)" + (b" /AP << /N 31 0 R >>" if appearance else b"")
    more = {31: looks(shown(appearance))} if appearance else {}
    assert world.only(pdfs.update(base, {pdfs.TEXT_FIELD: field % entries, **more})).changes_permitted is allowed


# --- a font that comes with the value --------------------------------------------------------------------------


@cache
def program(shapes: str, shift: int = 0) -> bytes:
    """Return a TrueType font whose glyphs 1, 2 … are drawn as ``shapes`` says, in outlines of a known font."""
    from pathlib import Path

    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.ttLib import TTFont
    from pylopdf_fonts_jp import serif_path

    source = TTFont(io.BytesIO(Path(serif_path()).read_bytes()), lazy=True)
    drawn, names = source.getGlyphSet(), source.getBestCmap()
    order = [".notdef", *(f"g{at}" for at in range(1, len(shapes) + 1))]
    glyphs = {".notdef": TTGlyphPen(None).glyph()}
    for name, letter in zip(order[1:], shapes, strict=True):
        pen = TTGlyphPen(None)
        drawn[names[ord(letter)]].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({})
    builder.setupGlyf(glyphs)
    metrics = {name: (source["hmtx"][names[ord(letter)]][0], builder.font["glyf"][name].xMin + shift)
               for name, letter in zip(order[1:], shapes, strict=True)}  # fmt: skip
    builder.setupHorizontalMetrics({".notdef": (600, 0)} | metrics)
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupPost()
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


def embedded(said: str, shapes: str, shift: int = 0) -> dict[int, bytes]:
    """Objects of a composite font that says its codes 1, 2 … are ``said``, and draws ``shapes``."""
    pairs = "".join(f"<{at:04x}> <{letter.encode('utf-16-be').hex()}>\n" for at, letter in enumerate(said, 1))
    table = f"1 begincodespacerange <0000> <ffff> endcodespacerange {len(said)} beginbfchar {pairs}endbfchar".encode()
    font = program(shapes, shift)
    wide = b"600" if said.isascii() else b"1000"
    return {
        50: b"<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+F /Encoding /Identity-H /DescendantFonts [51 0 R]"
        b" /ToUnicode 53 0 R >>",
        51: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+F /CIDToGIDMap /Identity /DW %s /FontDescriptor"
        b" 52 0 R /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>" % wide,
        52: b"<< /Type /FontDescriptor /FontName /AAAAAA+F /Flags 4 /FontFile2 54 0 R >>",
        53: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(table), table),
        54: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(font), font),
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("value", "shapes", "allowed"),
    [
        ("1234567890", "1234567890", True), ("100", "900", None), ("100", "700", None), ("6", "8", None),
        ("8", "6", None), ("3", "8", None), ("0", "6", None), ("5", "6", None), ("yes", "yes", True),
        ("no", "ok", None),
        ("番号花子", "番号花子", True), ("番号花子", "番号太郎", None), ("壱万円", "壱万円", True), ("三", "二", None),
        ("甲", "乙", None), ("1,000", "1,000", True), ("1.000", "1,000", None), ("-5", "-5", True),
    ],
)  # fmt: skip
def test_a_font_that_comes_with_the_value_draws_the_letters_that_it_says(world, value, shapes, allowed):
    codes = "".join(f"{at:04x}" for at in range(1, len(value) + 1)).encode()
    content = b"/Tx BMC BT /Helv 9 Tf 0 g 2 9 Td <%s> Tj ET EMC" % codes
    entries = b" /V <feff%s>" % value.encode("utf-16-be").hex().encode()
    objects = {f"n{number}": body for number, body in embedded(value, shapes).items()}
    assert filled(world, b"", entries, looks(content, font=b"50 0 R"), **objects) is allowed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "old", "new"),
    [
        (51, b"/CIDFontType2", b"/CIDFontType0"),
        (52, b"/FontFile2 54 0 R", b"/FontFile2 54 0 R /FontFile 54 0 R"),
        (52, b"/FontFile2", b"/FontFile3"),
        (51, b"/Identity /DW", b"/Odd /DW"),
        (51, b"/DW 600", b"/DW 5"),
        (50, b"/Identity-H", b"/Identity-V"),
        (50, b"/ToUnicode 53 0 R", b""),
    ],
)
def test_a_font_that_viewers_could_draw_otherwise_is_not_read(world, number, old, new):
    objects = embedded("100", "100")
    assert old in objects[number]
    content = looks(b"/Tx BMC BT /Helv 9 Tf 0 g 2 9 Td <000100020003> Tj ET EMC", font=b"50 0 R")
    for entries, allowed in ((objects, True), (objects | {number: objects[number].replace(old, new)}, None)):
        more = {f"n{each}": body for each, body in entries.items()}
        assert filled(world, b"", b" /V (100)", content, **more) is allowed


@pytest.mark.slow
def test_glyphs_that_are_drawn_elsewhere_than_they_stand_are_not_read(world):
    content = looks(b"/Tx BMC BT /Helv 9 Tf 0 g 2 9 Td <000100020003> Tj ET EMC", font=b"50 0 R")
    more = {f"n{each}": body for each, body in embedded("100", "100", 900).items()}
    assert filled(world, b"", b" /V (100)", content, **more) is None


@pytest.mark.parametrize("winding", ["same", "other"])
def test_a_hole_is_a_hole_only_if_it_winds_the_other_way(winding):
    """Two contours one in the other: a ring to whom winds back, a disc to whom does not (8.5.3.3.2)."""
    outer = [(0.0, 0.0), (900.0, 0.0), (900.0, 900.0), (0.0, 900.0)]
    inner = [(300.0, 300.0), (600.0, 300.0), (600.0, 600.0), (300.0, 600.0)]
    shape = _shape([outer, inner if winding == "same" else inner[::-1]], 1000.0)
    assert shape is not None
    assert (shape.pixels[len(shape.pixels) // 2 + 10] > 128) is (winding == "same")


@pytest.mark.parametrize(
    ("collection", "encoding", "allowed"),
    [(b"Japan1", b"90ms-RKSJ-H", True), (b"Korea1", b"90ms-RKSJ-H", None), (b"Japan1", b"90ms-RKSJ-V", None)],
)
def test_a_font_of_a_known_collection_is_read_by_its_cmap(world, collection, encoding, allowed):
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiMin-W3 /Encoding /%s /DescendantFonts [<< /Type /Font"
        b" /Subtype /CIDFontType0 /BaseFont /HeiseiMin-W3 /CIDSystemInfo << /Registry (Adobe) /Ordering (%s)"
        b" /Supplement 2 >> >>] >>" % (encoding, collection)
    )
    content = shown("番号花子".encode("cp932").hex().encode()).replace(b"(", b"<").replace(b")", b">")
    entries = b" /V <feff%s>" % "番号花子".encode("utf-16-be").hex().encode()
    assert filled(world, b"", entries, looks(content, font=font)) is allowed


@pytest.mark.parametrize(
    ("asked", "matrix", "allowed"),
    [
        (b"", b"[1 0 0 1 0 0]", True), (b"", b"[-1 0 0 1 130 0]", None), (b"", b"[-1 0 0 -1 130 40]", None),
        (b" /MK << /R 180 >>", b"[-1 0 0 -1 130 40]", True), (b" /MK << /R 180 >>", b"[1 0 0 1 0 0]", None),
    ],
)  # fmt: skip
def test_looks_are_turned_as_the_widget_asks(world, asked, matrix, allowed):
    assert filled(world, asked, b" /V (69)", looks(shown(b"69"), more=b" /Matrix " + matrix)) is allowed


@pytest.mark.slow
def test_a_font_that_was_signed_is_taken_at_its_word(world):
    """What is wrong in a document before it is signed its signers have seen; only what comes later is held to it."""
    font = embedded("100", "900")
    base = signed(world, {pdfs.TEXT_FIELD: TEXT % b"", 55: b"<< /Keep 50 0 R >>", **font})
    content = looks(b"/Tx BMC BT /Helv 9 Tf 0 g 2 9 Td <000100020003> Tj ET EMC", font=b"50 0 R")
    changed = {pdfs.TEXT_FIELD: TEXT % b" /V (100) /AP << /N 31 0 R >>", 31: content}
    assert world.only(pdfs.update(base, changed)).changes_permitted is True
    assert world.only(pdfs.update(base, {**changed, 53: embedded("100", "100")[53]})).changes_permitted is not False


# --- what programs write ---------------------------------------------------------------------------------------


def _written(value: object, objects: dict[int, bytes]) -> bytes:
    """Return a value of pypdf's as bytes; streams become objects of their own."""
    value = value.get_object() if isinstance(value, IndirectObject) else value
    if isinstance(value, StreamObject):
        entries = {key: each for key, each in value.items() if key not in ("/Length", "/Filter", "/DecodeParms")}
        said, data = _written(DictionaryObject(entries), objects), value.get_data()
        number = 41 + len(objects)
        objects[number] = said[:-2] + b"/Length %d >>\nstream\n%s\nendstream" % (len(data), data)
        return b"%d 0 R" % number
    if isinstance(value, DictionaryObject):
        parts = (key.encode() + b" " + _written(each, objects) for key, each in value.items() if key != "/Parent")
        return b"<< " + b" ".join(parts) + b" >>"
    if isinstance(value, ArrayObject):
        return b"[" + b" ".join(_written(each, objects) for each in value) + b"]"
    output = io.BytesIO()
    value.write_to_stream(output)
    return output.getvalue()


FIELDS = {
    "text": (b"/FT /Tx", b"Hanako Bango"),
    "right": (b"/FT /Tx /Q 2", b"1,000"),
    "framed": (b"/FT /Tx /MK << /BG [1 1 0.8] /BC [0 0 1] >>", b"framed"),
    "lines": (b"/FT /Tx /Ff 4096", b"first line\nsecond"),
    "comb": (b"/FT /Tx /Ff 16777216 /MaxLen 6", b"1234"),
    "combo": (b"/FT /Ch /Ff 131072 /Opt [[(jp) (Japan)] [(fr) (France)]]", b"fr"),
}


def by_pypdf(pdf: bytes, value: str) -> bytes:
    writer = PdfWriter(io.BytesIO(pdf))
    writer.update_page_form_field_values(writer.pages[0], {"note": value}, auto_regenerate=None)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def by_pdfium(pdf: bytes, value: str) -> bytes:
    import ctypes

    import pypdfium2
    from pypdfium2 import raw

    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    page, form = document[0], document.formenv.raw
    raw.FORM_OnAfterLoadPage(page.raw, form)
    raw.FORM_OnLButtonDown(form, page.raw, 0, 160, 40)
    raw.FORM_OnLButtonUp(form, page.raw, 0, 160, 40)
    text = value.encode("utf-16-le") + b"\0\0"
    raw.FORM_ReplaceSelection(form, page.raw, (ctypes.c_ushort * (len(text) // 2)).from_buffer_copy(text))
    raw.FORM_ForceToKillFocus(form)
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def by_qpdf(pdf: bytes, value: str) -> bytes:
    from pypdf.generic import BooleanObject, NameObject, TextStringObject

    from tests.signing.formats import qpdf

    writer = PdfWriter(io.BytesIO(pdf))
    for each in writer.pages[0]["/Annots"]:
        if each.get_object().get("/T") == "note":
            each.get_object()[NameObject("/V")] = TextStringObject(value)
    writer.root_object["/AcroForm"][NameObject("/NeedAppearances")] = BooleanObject(True)
    output = io.BytesIO()
    writer.write(output)
    return qpdf(output.getvalue(), "--generate-appearances")


def by_mupdf(pdf: bytes, value: str) -> bytes:
    import json
    import shutil
    import subprocess
    import tempfile
    from pathlib import Path

    from tests.requirements import require

    require(shutil.which("mutool") is not None, "mutool is not installed")
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "in.pdf").write_bytes(pdf)
        act = "setChoiceValue" if b"/FT /Ch" in pdf else "setTextValue"
        script = (
            f"var doc = new PDFDocument({json.dumps(str(here / 'in.pdf'))}); var page = doc.loadPage(0);"
            f"page.getWidgets().forEach(function(w) {{ if (w.getFieldType() != 'signature') w.{act}("
            f"{json.dumps(value)}); }}); page.update(); doc.save({json.dumps(str(here / 'out.pdf'))}, '');"
        )
        (here / "fill.js").write_text(script)
        subprocess.run(["mutool", "run", here / "fill.js"], check=True, capture_output=True, timeout=60)
        return (here / "out.pdf").read_bytes()


#: PDFium chooses from a list with the mouse alone.
FILLED_IN = [
    (program, kind)
    for program in (by_pypdf, by_qpdf, by_pdfium, by_mupdf)
    for kind in FIELDS
    if (program, kind) != (by_pdfium, "combo")
]


@pytest.mark.parametrize(("program", "kind"), FILLED_IN)
def test_what_programs_fill_in_stays_permitted(world, program, kind):
    """The looks that common programs make of a value, appended to the signed file as they make them."""
    said, value = FIELDS[kind]
    field = b"<< /T (note) /DA (/Helv 9 Tf 0 g) " + said + WIDGET + b"%s >>"
    form = b"<< /Fields [6 0 R 8 0 R] /SigFlags 3 /DA (/Helv 9 Tf 0 g) /DR << /Font << /Helv 40 0 R >> >> >>"
    objects = {pdfs.FORM: form, 40: HELVETICA[:-2] + b"/Encoding /WinAnsiEncoding >>"}
    unsigned = pdfs.build({**pdfs.OBJECTS, **objects, pdfs.TEXT_FIELD: field % b""})
    text = "France" if program is by_mupdf and kind == "combo" else value.decode()
    widgets = [each.get_object() for each in PdfReader(io.BytesIO(program(unsigned, text))).pages[0]["/Annots"]]
    made = next(each for each in widgets if each.get("/T") == "note")
    added: dict[int, bytes] = {}
    entries = b" /V " + _written(made["/V"], added) + b" /AP << /N " + _written(made["/AP"]["/N"], added) + b" >>"
    base = signed(world, {**objects, pdfs.TEXT_FIELD: field % b""})
    assert world.only(pdfs.update(base, {pdfs.TEXT_FIELD: field % entries, **added})).changes_permitted is True
