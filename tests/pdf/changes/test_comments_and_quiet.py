"""Comments after certifying for them, further fields over filled ones, and what nobody sees: XMP, trees, flags."""

from __future__ import annotations

import struct

import pytest

from tests.pdf.changes.samples import ALL, BUYER, CATALOG, LOOKS, TAGGED, THREE, annots, signed, with_entries
from tests.validation import pdfs
from tests.validation.test_attacks_changes import EMPTY_FIELD, STAMPED, certified

TEXT = b"20 145 110 165"
ELSEWHERE = b"200 80 290 100"
QUADS = b" /QuadPoints [20 165 110 165 20 145 110 145]"
BOX = b"<< /Type /XObject /Subtype /Form /BBox [0 0 90 20] /Resources << /ExtGState << /G << /BM /Multiply >>"
BOX += b" /N << /BM /Normal >> >> >> /Length %d >>\nstream\n%s\nendstream"

GROUPED = b"<< /Type /XObject /Subtype /Form /BBox [0 0 90 20] %s /Resources << %s >> /Length %d >>"
GROUPED += b"\nstream\n%s\nendstream"

WORDS = BOX % (30, b"BT /F1 9 Tf 9 9 Td (Pay) Tj ET")


@pytest.fixture(autouse=True)
def rules_alone(monkeypatch) -> None:
    monkeypatch.setattr("signkit.validation.pdf.compare_looks", lambda _, judged, __: [each for _, each in judged])


def commented(world, kind: bytes, entries: bytes, place: bytes = TEXT, looks: bytes = b""):
    note = b"<< /Type /Annot /Subtype /%s /F 4 /P 3 0 R /Rect [%s]%s >>" % (kind, place, entries)
    attacked = pdfs.update(certified(world, 3), {pdfs.PAGE: ALL, 30: note, 31: BOX % (len(looks), looks)})
    return world.only(attacked).changes_permitted


@pytest.mark.parametrize(
    ("kind", "looks", "allowed"),
    [
        (b"Highlight", b"/G gs 1 1 0 rg 0 0 90 20 re f", True),
        (b"Highlight", b"q /G gs 1 1 0 rg 0 0 90 20 re f* Q", True),
        (b"Highlight", b"q /G gs Q 1 1 0 rg 0 0 90 20 re f", False),
        (b"Highlight", b"/G gs /N gs 0 0 90 20 re f", False),
        (b"Highlight", b"1 1 1 rg 0 0 90 20 re f", False),
        (b"Highlight", b"/G gs 0 g 0 0 90 20 re f", False),
        (b"Highlight", b"/G gs 0 0 90 20 re f", False),
        (b"Highlight", b"/G gs 0 0 0.2 0 k 0 0 90 20 re f", True),
        (b"Highlight", b"/G gs 0 0 0.2 0.9 k 0 0 90 20 re f", False),
        (b"Highlight", b"/G gs /Cs cs 1 0.8 0 sc 0 0 90 20 re f", True),
        (b"Highlight", b"/G gs /Cs cs 1 sc 0 0 90 20 re f", False),
        (b"Highlight", b"/G gs /Pattern cs /P scn 0 0 90 20 re f", False),
        (b"Highlight", b"/G gs 1 1 0 rg 0 0 90 20 re f 1 1 0 rg 0 0 90 20 re f", True),
        (b"Highlight", b"/G gs 1 1 0 rg 0 0 90 20 re f 1 0 1 rg 0 0 90 20 re f", False),
        (b"Highlight", b"/G gs 1 1 0 rg 20 w 0 9 m 90 9 l S", False),
        (b"Highlight", b"/G gs 1 1 0 RG 20 w 0 9 m 90 9 l S", True),
        (b"Highlight", b"/G gs 1 1 0 rg q 0 g Q 0 0 90 20 re f", True),
        (b"Highlight", b"/G gs /Sh sh", False),
        (b"Highlight", b"1 1 1 rg 0 0 90 20 re b*", False),
        (b"Highlight", b"1 1 1 RG 20 w 0 9 m 90 9 l S", False),
        (b"Underline", b"1 w 0 2 m 90 2 l S", True),
        (b"Underline", b"20 w 0 2 m 90 2 l S", False),
    ],
)
def test_an_appearance_is_opaque_unless_all_it_paints_multiplies(world, kind, looks, allowed):
    assert commented(world, kind, QUADS + LOOKS, looks=looks) is allowed


@pytest.mark.parametrize(
    "looks", [b"<< >>", b"null", b"<< /D 31 0 R >>", b"<< /N null >>", b"<< /N << >> >>", b"<< /N << /On 31 0 R >> >>"]
)
@pytest.mark.parametrize(
    ("kind", "entries"),
    [
        (b"Highlight", QUADS),
        (b"Ink", b" /InkList [[20 155 110 155]] /BS << /W 30 >> /C [1 1 1]"),
        (b"Line", b" /L [20 155 110 155] /BS << /W 30 >> /C [1 1 1]"),
        (b"Polygon", b" /Vertices [20 165 110 165 110 145 20 145] /IC [1 1 1]"),
    ],
)
def test_without_a_normal_appearance_viewers_draw_where_the_points_are(world, kind, entries, looks):
    assert commented(world, kind, entries + b" /AP " + looks, place=ELSEWHERE) is False


@pytest.mark.parametrize(
    ("colour", "allowed"),
    [(b"", False), (b" /C [0 0 0]", False), (b" /C [1 1 0]", True)],
    ids=["none", "black", "yellow"],
)
@pytest.mark.parametrize("resources", [b"", b"/Resources << >>", b"/Resources << /XObject << >> >>"])
def test_a_highlight_without_graphics_states_is_drawn_by_itself(world, resources, colour, allowed):
    note = b"<< /Type /Annot /Subtype /Highlight /F 4 /P 3 0 R /Rect [%s]%s >>" % (ELSEWHERE, QUADS + LOOKS + colour)
    looks = b"<< /Type /XObject /Subtype /Form /BBox [0 0 90 20] %s /Length 0 >>\nstream\n\nendstream" % resources
    attacked = pdfs.update(certified(world, 3), {pdfs.PAGE: ALL, 30: note, 31: looks})
    assert world.only(attacked).changes_permitted is allowed


@pytest.mark.parametrize(
    ("outer", "inner", "allowed"),
    [
        (b"", b"", True),
        (b"/Group << /S /Transparency >>", b"", True),
        (b"/Group << /S /Transparency /I false >>", b"", True),
        (b"/Group << /S /Transparency /I true >>", b"", False),
        (b"/Group << /S /Transparency /I true >>", b"/Group << /S /Transparency >>", False),
        (b"", b"/Group << /S /Transparency >>", True),
        (b"", b"/Group << /S /Transparency /I true >>", True),
    ],
)
def test_what_multiplies_in_a_group_of_its_own_multiplies_with_nothing(world, outer, inner, allowed):
    """The outer form multiplies the inner one as a whole, and lets words show unless it is itself isolated."""
    states = b"/ExtGState << /G << /BM /Multiply >> >>"
    content, drawn = b"/G gs /X Do", b"1 1 0 rg 0 0 90 20 re f"
    note = b"<< /Type /Annot /Subtype /Highlight /F 4 /P 3 0 R /Rect [%s]%s >>" % (TEXT, QUADS + LOOKS)
    looks = GROUPED % (outer, states + b" /XObject << /X 32 0 R >>", len(content), content)
    added = {pdfs.PAGE: ALL, 30: note, 31: looks, 32: GROUPED % (inner, states, len(drawn), drawn)}
    assert world.only(pdfs.update(certified(world, 3), added)).changes_permitted is allowed


def test_what_multiplies_only_inside_an_isolated_group_covers(world):
    content, drawn = b"/X Do", b"/G gs 1 1 0 rg 0 0 90 20 re f"
    note = b"<< /Type /Annot /Subtype /Highlight /F 4 /P 3 0 R /Rect [%s]%s >>" % (TEXT, QUADS + LOOKS + b" /C [1 1 0]")
    looks = GROUPED % (b"", b"/XObject << /X 32 0 R >>", len(content), content)
    for isolated, allowed in ((b"false", True), (b"true", False)):
        group = b"/Group << /S /Transparency /I %s >>" % isolated
        inner = GROUPED % (group, b"/ExtGState << /G << /BM /Multiply >> >>", len(drawn), drawn)
        added = {pdfs.PAGE: ALL, 30: note, 31: looks, 32: inner}
        assert world.only(pdfs.update(certified(world, 3), added)).changes_permitted is allowed


@pytest.mark.parametrize(
    ("kind", "entries", "place", "allowed"),
    [
        (b"Highlight", QUADS + b" /C [1 1 0]", TEXT, True),
        (b"Highlight", QUADS + b" /C [0 0 0 0]", TEXT, True),
        (b"Highlight", QUADS + b" /C [0 0 0]", TEXT, False),
        (b"Highlight", QUADS, TEXT, False),
        (b"Link", b" /Border [0 0 1]", TEXT, True),
        (b"Link", b" /Border [0 0 40]", TEXT, False),
        (b"Link", b" /Border [0 0 40]", b"20 120 110 130", False),
        (b"Link", b" /BS << /W 40 >> /Border [0 0 1]", TEXT, False),
        (b"Link", b" /Border [0 0 3]", b"10 130 290 190", True),
        (b"StrikeOut", QUADS, TEXT, True),
        (b"StrikeOut", b" /QuadPoints [20 300 110 300 20 20 110 20]", b"20 20 110 200", False),
        (b"Text", b"", b"20 145 21 165", False),
        (b"Text", b"", ELSEWHERE, True),
        (b"Line", b" /L [200 90 290 90]", ELSEWHERE, True),
        (b"Line", b" /L [20 120 110 120] /LL 60 /LLE 30", b"20 119 110 121", False),
        (b"Link", b" /A << /S /URI /URI (x) >>", ELSEWHERE, True),
        (b"Link", b" /PA << /S /JavaScript /JS (a) >>", ELSEWHERE, False),
        (b"Text", b" /S /JavaScript /JS (a)", ELSEWHERE, False),
    ],
)
def test_what_viewers_draw_and_do_for_a_comment(world, kind, entries, place, allowed):
    assert commented(world, kind, entries, place) is allowed


@pytest.mark.parametrize(
    ("entries", "place", "allowed"),
    [
        (b" /Border [0 0 1]", b"20 152 110 155", False),
        (b"", b"20 152 110 155", False),
        (b" /Border [0 0 0] /BS << /S /S >>", b"20 152 110 155", False),
        (b" /Border [0 0]", b"20 152 110 152", False),
        (b" /Border [0 0 0]", b"20 152 110 155", True),
        (b" /BS << /W 0 >>", b"20 152 110 155", True),
        (b" /Border [0 0 1]", b"200 90 290 92", True),
        (b" /Border [0 0 1]", b"20 152 110 160", True),
    ],
)
def test_a_link_so_flat_that_its_border_fills_it_is_a_bar(world, entries, place, allowed):
    assert commented(world, b"Link", entries, place) is allowed


@pytest.mark.parametrize(
    ("border", "pitch", "wide", "allowed"),
    [
        (b"/Border [0 0 1]", 6, 7.5, False),
        (b"", 3, 6, False),
        (b"/Border [0 0 0]", 6, 7.5, True),
        (b"/Border [0 0 1]", 6, 6, True),
        (b"/Border [0 0 1]", 14, 13, True),
    ],
)
@pytest.mark.parametrize("revisions", [1, 3])
def test_borders_of_links_that_together_black_words_out(world, border, pitch, wide, allowed, revisions):
    """PDFium and MuPDF draw none of them; words that stand in a frame each, as citations do, can be read."""
    shown, attacked = [b"6 0 R", b"8 0 R"], certified(world, 3)
    numbers = dict(zip(range(40, 80), range(20, 110, pitch), strict=False))
    for part in range(revisions):
        links = {
            number: b"<< /Type /Annot /Subtype /Link /F 4 /P 3 0 R /Rect [%d 145 %s 165] %s >>"
            % (x, b"%.1f" % (x + wide), border)
            for number, x in list(numbers.items())[part::revisions]
        }
        shown += [b"%d 0 R" % number for number in links]
        attacked = pdfs.update(attacked, {pdfs.PAGE: annots(*shown), **links})
    assert world.only(attacked).changes_permitted is allowed


WHITE = b"<< /FunctionType 2 /Domain [0 1] /C0 [0] /C1 [0] /N 1 >>"
DARK_GLYPH = (
    b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /FirstChar 65 /LastChar 65"
    b" /Widths [1] /Encoding << /Differences [65 /a] >> /CharProcs << /a 32 0 R >> >>"
)


@pytest.mark.parametrize(
    ("kind", "state", "content", "allowed"),
    [
        (b"Underline", b"/LW 1", b"/S gs 0 1 m 90 1 l S", True),
        (b"Underline", b"/LW 30", b"/S gs 0 1 m 90 1 l S", False),
        (b"Underline", b"", b"q 30 0 0 30 0 0 cm 1 w 0 0.1 m 3 0.1 l S Q", False),
        (b"Underline", b"", b"30 1 w 0 1 m 90 1 l S", False),
        (b"Underline", b"", b"/OC /L BDC 1 w 0 1 m 90 1 l S EMC", False),
        (b"Underline", b"", b"/Span << /MCID 0 >> BDC 1 w 0 1 m 90 1 l S EMC", True),
        (b"Highlight", b"/BM /Multiply", b"/S gs 1 1 0 rg 0 0 90 20 re f", True),
        (b"Highlight", b"/BM /Multiply /TR /Identity", b"/S gs 1 1 0 rg 0 0 90 20 re f", True),
        (b"Highlight", b"/BM /Multiply /TR " + WHITE, b"/S gs 1 1 0 rg 0 0 90 20 re f", False),
        (b"Highlight", b"/BM /Multiply /TR2 [%s]" % (4 * WHITE), b"/S gs 1 1 0 rg 0 0 90 20 re f", False),
        (b"Highlight", b"/BM /Multiply", b"/S gs 0 0 0 1 1 0 rg 0 0 90 20 re f", False),
        (b"Highlight", b"/BM /Multiply", b"/S gs 1 1 0 rg BT /F1 9 Tf (A) Tj ET", True),
        (b"Highlight", b"/BM /Multiply", b"/S gs 1 1 0 rg BT /F3 90 Tf (A) Tj ET", False),
    ],
)
def test_a_mark_is_judged_by_all_that_some_viewer_draws_it_by(world, kind, state, content, allowed):
    """Lines by a graphics state or a matrix, colours by a function, layers that PDFium takes for off."""
    fonts = b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> /F3 %s >>" % DARK_GLYPH
    said = fonts + b" /ExtGState << /S << %s >> >>" % state
    mark = b"<< /Type /Annot /Subtype /%s /F 4 /P 3 0 R /Rect [%s] /C [1 1 0] /AP << /N 31 0 R >> %s >>"
    looks = GROUPED % (b"", said, len(content), content)
    glyph = b"<< /Length 23 >>\nstream\n1 0 d0 0 g 0 0 1 1 re f\nendstream"
    changed = {pdfs.PAGE: ALL, 30: mark % (kind, TEXT, QUADS), 31: looks, 32: glyph}
    assert world.only(pdfs.update(certified(world, 3), changed)).changes_permitted is allowed


@pytest.mark.parametrize(
    ("more", "allowed"),
    [(b"/F 4", True), (b"/F 36", False), (b"/F 2", False), (b"/F 4 /OC << /Type /OCG /Name (x) >>", False)],
)
def test_a_mark_that_some_viewers_show_is_not_seen_through(world, more, allowed):
    mark = b"<< /Type /Annot /Subtype /Highlight /P 3 0 R /Rect [%s] /C [1 1 0] /AP << /N 31 0 R >> %s %s >>"
    looks = b"/G gs 1 1 0 rg 0 0 90 20 re f"
    changed = {pdfs.PAGE: ALL, 30: mark % (TEXT, QUADS, more), 31: BOX % (len(looks), looks)}
    assert world.only(pdfs.update(certified(world, 3), changed)).changes_permitted is allowed


@pytest.mark.parametrize(
    ("size", "allowed"),
    [
        (b"", True),
        (b" /UserUnit 1.0", True),
        (b" /UserUnit 10", None),
        (b" /UserUnit (x)", None),
        (b" /CropBox [150 20 280 60]", None),
        (b" /CropBox [100 0 300 200]", True),
    ],
)
def test_what_is_filled_in_on_a_page_of_odd_size_is_not_judged(world, size, allowed):
    """There boxes for ticks are half a page, and letters a pixel."""
    page = pdfs.OBJECTS[pdfs.PAGE][:-2] + size + b" >>"
    base = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.PAGE: page, pdfs.TEXT_FIELD: EMPTY_FIELD}))
    filled = {pdfs.TEXT_FIELD: EMPTY_FIELD[:-2] + b" /V (x) /AP << /N 31 0 R >> >>", 31: pdfs.looks_of(b"x")}
    assert world.only(pdfs.update(base, filled)).changes_permitted is allowed


SEPARATION = b"[/Separation /X /DeviceGray << /FunctionType 2 /Domain [0 1] /N 1 /C0 [1] /C1 [1] >>]"


@pytest.mark.parametrize(
    ("stand_in", "allowed"),
    [
        (b"/DefaultGray " + SEPARATION, None),
        (b"/DefaultRGB [/Indexed /DeviceRGB 1 <FFFFFFFFFFFF>]", None),
        (b"/DefaultRGB [/CalRGB << /WhitePoint [0.95 1 1.09] >>]", True),
        (b"/Other " + SEPARATION, True),
    ],
)
def test_a_field_is_filled_where_the_page_hands_down_other_colours(world, stand_in, allowed):
    """Poppler draws what is black in the looks in the colour that the page puts in its place; PDFium does not."""
    resources = b"/Resources << /ColorSpace << %s >> " % stand_in
    page = pdfs.OBJECTS[pdfs.PAGE].replace(b"/Resources << ", resources)
    assert page != pdfs.OBJECTS[pdfs.PAGE]
    base = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.PAGE: page, pdfs.TEXT_FIELD: EMPTY_FIELD}))
    filled = {pdfs.TEXT_FIELD: EMPTY_FIELD[:-2] + b" /V (x) /AP << /N 31 0 R >> >>", 31: pdfs.looks_of(b"x")}
    assert world.only(pdfs.update(base, filled)).changes_permitted is allowed


def curved(values: list[int]) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *values)


def formula(number: int, *parameters: float) -> bytes:
    numbers = [round(each * 65536) for each in parameters]
    return b"para\0\0\0\0" + struct.pack(f">HH{len(numbers)}i", number, 0, *numbers)


def triple(*numbers: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(each * 65536) for each in numbers))


def profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return an ICC profile with these elements and the white of D50."""
    table, body, start = b"", b"", 132 + 12 * (len(tags) + 1)
    for tag, element in ({b"wtpt": triple(0.9642, 1, 0.8249)} | tags).items():
        table += struct.pack(">4sII", tag, start + len(body), len(element))
        body += element + bytes(-len(element) % 4)
    head = b"\0\0\0\0\0\0\0\0\2\x40\0\0mntr" + space + b"XYZ " + bytes(12) + b"acsp" + bytes(88)
    return head + struct.pack(">I", len(tags) + 1) + table + body


def grey(curve: bytes) -> bytes:
    return profile(b"GRAY", {b"kTRC": curve})


def coloured(curve: bytes, scale: float = 1) -> bytes:
    sides = {b"rXYZ": (0.4361, 0.2225, 0.0139), b"gXYZ": (0.3851, 0.7169, 0.0971), b"bXYZ": (0.1431, 0.0606, 0.7142)}
    primaries = {tag: triple(*(scale * each for each in numbers)) for tag, numbers in sides.items()}
    return profile(b"RGB ", primaries | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


SRGB = formula(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


@pytest.mark.parametrize(
    ("name", "made", "allowed"),
    [
        (b"Gray", grey(curved([0, 65535])), True),
        (b"Gray", grey(curved([round(2.2 * 256)])), True),
        (b"Gray", grey(curved([])), True),
        (b"Gray", grey(formula(0, 1.8)), True),
        (b"Gray", grey(curved([65535, 0])), None),
        (b"Gray", grey(curved([65535] * 9)), None),
        (b"Gray", grey(curved([60000, 65535])), None),
        (b"Gray", grey(curved([0, 65535, 0, 65535])), None),
        (b"Gray", grey(formula(2, 1, 1, 0, 0.9)), None),
        (b"Gray", grey(formula(4, 1, -1, 1, 0, 0, 0, 0)), None),
        (b"Gray", b"none at all", None),
        (b"Gray", coloured(SRGB), None),
        (b"RGB", coloured(SRGB), True),
        (b"RGB", coloured(curved([0, 65535])), True),
        (b"RGB", coloured(curved([65535, 0])), None),
        (b"RGB", coloured(SRGB, scale=0.1), None),
        (b"CMYK", b"a press", True),  # what is written is grey
    ],
)
def test_a_profile_that_a_page_hands_down_keeps_black_and_white(world, name, made, allowed):
    """Poppler draws by a page's own profiles what fields and comments paint; PDFium and mupdf do not."""
    count = {b"Gray": 1, b"RGB": 3, b"CMYK": 4}[name]
    spaces = b"/Resources << /ColorSpace << /Default%s [/ICCBased 40 0 R] >> " % name
    stream = b"<< /N %d /Length %d >>\nstream\n%s\nendstream" % (count, len(made), made)
    page = pdfs.OBJECTS[pdfs.PAGE].replace(b"/Resources << ", spaces)
    base = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.PAGE: page, pdfs.TEXT_FIELD: EMPTY_FIELD, 40: stream}))
    filled = {pdfs.TEXT_FIELD: EMPTY_FIELD[:-2] + b" /V (x) /AP << /N 31 0 R >> >>", 31: pdfs.looks_of(b"x")}
    assert world.only(pdfs.update(base, filled)).changes_permitted is allowed


@pytest.mark.parametrize(
    ("space", "allowed"),
    [
        (b"/CalGray << /WhitePoint [0.95 1 1.09] /Gamma 2.2 >>", True),
        (b"/CalGray << /WhitePoint [0.95 1 1.09] /Gamma 0.0001 >>", None),
        (b"/CalGray << /WhitePoint [0.95 1 1.09] /BlackPoint [0.9 0.95 1] >>", None),
        (b"/CalGray << >>", None),
        (b"/Lab << /WhitePoint [0.95 1 1.09] >>", None),
    ],
)
def test_a_calibrated_space_that_a_page_hands_down_keeps_black_and_white(world, space, allowed):
    page = pdfs.OBJECTS[pdfs.PAGE].replace(
        b"/Resources << ", b"/Resources << /ColorSpace << /DefaultGray [%s] >> " % space
    )
    base = world.sign(pdfs.build({**pdfs.OBJECTS, pdfs.PAGE: page, pdfs.TEXT_FIELD: EMPTY_FIELD}))
    filled = {pdfs.TEXT_FIELD: EMPTY_FIELD[:-2] + b" /V (x) /AP << /N 31 0 R >> >>", 31: pdfs.looks_of(b"x")}
    assert world.only(pdfs.update(base, filled)).changes_permitted is allowed


@pytest.mark.parametrize("kind", [b"Link", b"Square", b"FreeText", b"Stamp", b"FileAttachment"])
@pytest.mark.parametrize(
    "rectangle",
    [b"[20 145 110]", b"[20 145 110 null]", b"[20 145 110 (x)]", b"[20 145 110 165 9]", b"null", b"[1 2 3 1e7]"],
)
def test_a_place_that_viewers_read_in_ways_of_their_own_is_not_judged(world, kind, rectangle):
    note = b"<< /Type /Annot /Subtype /%s /F 4 /P 3 0 R /Rect %s /BS << /W 20 >> >>" % (kind, rectangle)
    assert not world.only(pdfs.update(certified(world, 3), {pdfs.PAGE: ALL, 30: note})).changes_permitted


@pytest.mark.parametrize("kind", [b"Link", b"Square", b"FreeText", b"FileAttachment", b"Text"])
@pytest.mark.parametrize(("place", "allowed"), [(b"20 155 110 155", False), (b"250 90 280 90", True)])
def test_what_has_no_area_may_be_drawn_all_the_same(world, kind, place, allowed):
    assert commented(world, kind, b" /BS << /W 20 >>", place) is allowed


@pytest.mark.parametrize(("place", "allowed"), [(b"150 20 280 60", False), (ELSEWHERE, True)])
@pytest.mark.parametrize("certify", [True, False])
def test_a_signature_over_what_a_field_says(world, place, allowed, certify):
    objects = {**pdfs.OBJECTS, pdfs.APPEARANCE: WORDS}
    base = certified(world, 2, objects) if certify else signed(world, objects)
    added = {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: BUYER % (place, LOOKS), 31: STAMPED}
    made = pdfs.sign(base, world.cms, field=30, number=21, objects=added)
    assert world.judge(made).signatures[0].changes_permitted is allowed


def test_a_field_is_filled_over_no_seal(world):
    for place, allowed in ((b"10 10 130 70", False), (ELSEWHERE, True)):
        field = EMPTY_FIELD.replace(b"150 20 280 60", place)
        seal = pdfs.OBJECTS[pdfs.SELLER][:-2] + LOOKS + b" >>"
        objects = {pdfs.TEXT_FIELD: field, pdfs.SELLER: seal, 31: WORDS}
        base = world.sign(pdfs.build({**pdfs.OBJECTS, **objects}), objects={pdfs.SELLER: seal})
        attacked = pdfs.update(
            base, {pdfs.TEXT_FIELD: field[:-2] + b" /V (x) /AP << /N 32 0 R >> >>", 32: pdfs.looks_of(b"x")}
        )
        assert world.only(attacked).changes_permitted is allowed


XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/">%s</rdf:RDF></x:xmpmeta>"""
NAMED = '<rdf:Description rdf:about="%s"><dc:creator><rdf:Seq>%s</rdf:Seq></dc:creator></rdf:Description>'


def lang(code: str, text: str) -> str:
    return f'<rdf:li xml:lang="{code}">{text}</rdf:li>'


A, B = "<rdf:li>A</rdf:li>", "<rdf:li>B</rdf:li>"
#: ISO 19005-2 6.6.2.3.3: of which types the properties of a schema are.
TYPES = (
    '<rdf:Description rdf:about="" xmlns:e="http://www.aiim.org/pdfa/ns/extension/" '
    'xmlns:s="http://www.aiim.org/pdfa/ns/schema#"><e:%s><rdf:Bag><rdf:li><rdf:Description s:prefix="x"/></rdf:li>'
    "</rdf:Bag></e:%s></rdf:Description>"
)


@pytest.mark.parametrize(
    ("first", "second", "allowed"),
    [
        (NAMED % ("", A + B), NAMED % ("", A + B), True),
        (NAMED % ("", A + B), NAMED % ("uuid:x", A + B), True),
        (NAMED % ("", A), NAMED % ("", A) + TYPES % ("schemas", "schemas"), True),
        (NAMED % ("", A), NAMED % ("", A) + TYPES % ("other", "other"), False),
        (NAMED % ("", A + B), NAMED % ("", B + A), False),
        (NAMED % ("", lang("ja", "A") + lang("en", "B")), NAMED % ("", lang("ja", "B") + lang("en", "A")), False),
        (NAMED % ("", A) + NAMED % ("uuid:x", B), NAMED % ("", B) + NAMED % ("uuid:x", A), False),
    ],
)
def test_xmp_says_the_same_in_the_same_order_about_the_same(world, first, second, allowed):
    def stream(said: str) -> bytes:
        body = (XMP % said).encode()
        return b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s \nendstream" % (len(body) + 1, body)

    base = certified(world, 2, {**pdfs.OBJECTS, 30: stream(first)}, extra=b" /Metadata 30 0 R")
    changed = stream(second + " ")
    assert world.only(pdfs.update(base, {30: changed})).changes_permitted is allowed


def test_xmp_that_claims_to_be_no_unicode_is_not_judged(world):
    body = b'<?xml version="1.0" encoding="iso-8859-1"?><a xmlns="b">c</a>'
    made = b"<< /Type /Metadata /Length %d >>\nstream\n%s\nendstream"
    plain = made % (len(body[44:]), body[44:])
    base = signed(world, {pdfs.CATALOG: CATALOG[:-2] + b" /Metadata 30 0 R >>", 30: plain})
    assert world.only(pdfs.update(base, {30: made % (len(body), body)})).changes_permitted is None


def test_a_tree_with_a_key_twice_is_not_judged(world):
    twice = TAGGED[51].replace(b"[0 [52 0 R]]", b"[0 [52 0 R] 0 [52 0 R]]")
    assert world.only(pdfs.update(signed(world, TAGGED), {51: twice})).changes_permitted is None


@pytest.mark.parametrize(("flags", "allowed"), [(3, True), (7, True), (1, False), (0, False)])
def test_flags_of_signatures_are_only_added(world, flags, allowed):
    form = pdfs.OBJECTS[pdfs.FORM].replace(b"/SigFlags 3", b"/SigFlags %d" % flags)
    assert world.only(pdfs.update(signed(world), {pdfs.FORM: form})).changes_permitted is allowed


def test_a_default_may_be_stated(world):
    stated = with_entries({pdfs.FORM: b" /NeedAppearances false", pdfs.TEXT_FIELD: b" /Ff 0 /MK << >>"})
    assert world.only(pdfs.update(signed(world), stated)).changes_permitted is True
    assert world.only(pdfs.update(signed(world), with_entries({pdfs.TEXT_FIELD: b" /Ff 1"}))).changes_permitted is False


@pytest.mark.parametrize(("name", "allowed"), [(b"F9", False), (b"F8", True)])
def test_a_stamp_without_resources_asks_the_form_for_them(world, name, allowed):
    looks = b"<< /Type /XObject /Subtype /Form /BBox [0 0 90 20] /Length 30 >>\nstream\n"
    looks += b"BT /F9 9 Tf 9 9 Td (Pay) Tj ET\nendstream"
    stamp = b"<< /Type /Annot /Subtype /Stamp /F 4 /P 3 0 R /Rect [200 80 290 100] /AP << /N 31 0 R >> >>"
    base = signed(world, {pdfs.PAGE: ALL, 30: stamp, 31: looks})
    font = b" /DR << /Font << /%s << /Type /Font /Subtype /Type1 /BaseFont /Symbol >> >> >>" % name
    assert world.only(pdfs.update(base, with_entries({pdfs.FORM: font}))).changes_permitted is allowed


@pytest.mark.parametrize(
    "kind", [b"RichMedia", b"3D", b"Screen", b"Movie", b"Sound", b"Watermark", b"Unknown", b"Stamp"]
)
def test_films_models_and_watermarks_are_no_comments(world, kind):
    shown = b"<< /Type /Annot /Subtype /%s /F 4 /P 3 0 R /Rect [%s] /Played 31 0 R >>" % (kind, ELSEWHERE)
    objects = {**pdfs.OBJECTS, pdfs.PAGE: ALL, 30: shown, 31: b"<< /Length 3 >>\nstream\none\nendstream"}
    base = certified(world, 3, objects)
    exchanged = pdfs.update(base, {31: b"<< /Length 3 >>\nstream\ntwo\nendstream"})
    removed = pdfs.update(base, {pdfs.PAGE: pdfs.OBJECTS[pdfs.PAGE]})
    assert [world.only(each).changes_permitted for each in (exchanged, removed)] == [kind == b"Stamp"] * 2
