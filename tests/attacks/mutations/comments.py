"""Comments where they are allowed (DocMDP P=3): they come, go and change, and hide nothing of what was signed."""

from __future__ import annotations

import random

from tests.attacks import shapes, syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import Attack, mutation, preparation
from tests.attacks.mutations.quiet import add_to_list
from tests.attacks.syntax import reference
from tests.attacks.writer import Draft

KIND = "comments"
#: Comments that viewers place or frame in ways of their own.
PLACED = "comments placed"

#: Over the words of the shapes, over a part of them, over fields and seals, and beside all.
_PLACES = (
    (10, 100, 110, 130), (40, 106, 62, 124), (60, 112, 70, 118), (8, 108, 60, 112), (0, 0, 200, 140),
    (100, 76, 184, 100),
    (10, 10, 80, 30), (10, 46, 60, 70), (110, 40, 190, 60), (100, 36, 190, 46), (5, 60, 60, 80), (30, 104, 31, 130),
)  # fmt: skip
_MARKS = (b"/Highlight", b"/Underline", b"/StrikeOut", b"/Squiggly")
_KINDS = (*_MARKS, b"/Stamp", b"/FreeText", b"/Square", b"/Circle", b"/Line", b"/Ink", b"/Link", b"/Text", b"/Caret",
          b"/Polygon", b"/PolyLine", b"/Popup", b"/FileAttachment")  # fmt: skip
_COLOURS = (b"1 1 1", b"0 0 0", b"1 1 0", b"0.9 0.9 0.9", b"0.5 0.5 0.5", b"1 0 0", b"0.2 0.2 0.6")
_MODES = (
    b"/BM /Multiply", b"/BM /Multiply /ca 0.5", b"/BM [/Foo /Multiply]", b"/BM /Normal", b"/BM /Darken",
    b"/BM /Lighten",
    b"/BM /Screen", b"/BM /Difference", b"/BM /ColorBurn", b"/BM /HardLight", b"/ca 0.3", b"/ca 0.95", b"/ca 0.02",
    b"/SMask /None", b"/BM /Multiply /AIS true", b"/BM /Multiply /SMask << /S /Alpha >>", b"/BM /Compatible",
)  # fmt: skip


def _commented(attack: Attack) -> None:
    if attack.base.seal != "p3":
        raise Absent("a permission")


def _box(place: tuple[int, int, int, int]) -> bytes:
    return b"[%d %d %d %d]" % place


def _quad(place: tuple[int, int, int, int]) -> bytes:
    left, bottom, right, top = place
    return b"[%d %d %d %d %d %d %d %d]" % (left, top, right, top, left, bottom, right, bottom)


def _paint(attack: Attack, wide: int, high: int) -> bytes:
    """Return some content that fills, strokes, writes or draws pictures over a box."""
    colour = attack.choose(*_COLOURS)
    size = attack.choose(6, 12, 24)
    ways = (
        colour + b" rg 0 0 %d %d re f" % (wide, high),
        colour + b" RG %d w 0 %d m %d %d l S" % (attack.choose(1, 4, high), high // 2, wide, high // 2),
        colour + b" rg " + shapes.words(b"999 yen", x=0, y=2, size=size),
        colour + b" rg " + shapes.words(b"\x95" * 20, x=0, y=0, size=size),
        b"q %d 0 0 %d 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \xff EI Q" % (wide, high),
        b"q %d 0 0 %d 0 0 cm BI /W 1 /H 1 /IM true ID \x00 EI Q" % (wide, high),
        colour + b" rg 0 0 m %d 0 l %d %d l 0 %d l h f*" % (wide, wide, high, high),
        b"/Sh0 sh",
        b"/Pattern cs /P0 scn 0 0 %d %d re f" % (wide, high),
        b"q 0 0 %d %d re W n " % (wide, high) + colour + b" rg -99 -99 999 999 re f Q",
        b"q /X0 Do Q",
        colour + b" RG 3 w 0 0 %d %d re S" % (wide, high),
        b"",
    )
    return attack.choose(*ways)


def _resources(attack: Attack, mode: bytes) -> bytes:
    inner = attack.add(shapes.looks(300, 200, attack.choose(b"1 g 0 0 300 200 re f", b"0 g 0 0 20 20 re f")))
    tile = syntax.stream(
        {
            b"/Type": b"/Pattern", b"/PatternType": b"1", b"/PaintType": b"1", b"/TilingType": b"1",
            b"/BBox": b"[0 0 4 4]", b"/XStep": b"4", b"/YStep": b"4", b"/Resources": b"<< >>",
        },
        attack.choose(b"1 g 0 0 4 4 re f", b"0 g 0 0 1 1 re f", b"0.9 g 0 0 4 4 re f"),
    )  # fmt: skip
    shade = (
        b"<< /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 9 0] /Extend [true true]"
        b" /Function << /FunctionType 2 /Domain [0 1] /C0 [1] /C1 [%s] /N 1 >> >>" % attack.choose(b"1", b"0", b"0.9")
    )
    return (
        b"<< /ExtGState << /G << %s >> >> /XObject << /X0 %d 0 R >> /Pattern << /P0 %d 0 R >> /Shading << /Sh0 %s >>"
        b" /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        % (mode, inner, attack.add(tile), shade)
    )


def _looks(attack: Attack, place: tuple[int, int, int, int]) -> int:
    wide, high = max(1, place[2] - place[0]), max(1, place[3] - place[1])
    mode = attack.choose(*_MODES)
    content = attack.choose(b"/G gs ", b"/G gs ", b"q /G gs Q ", b"") + _paint(attack, wide, high)
    if attack.random.random() < 0.3:
        content += b" " + _paint(attack, wide, high)
    said = {b"/Resources": _resources(attack, mode)}
    said |= attack.choose(
        {}, {}, {}, {b"/Group": b"<< /S /Transparency >>"}, {b"/Group": b"<< /S /Transparency /I true >>"},
        {b"/Matrix": b"[2 0 0 2 0 0]"}, {b"/Matrix": b"[0 1 -1 0 0 0]"},
        {b"/BBox": b"[0 0 %d %d]" % (wide // 2 + 1, high)},
        {b"/Group": b"<< /S /Transparency /K true /CS /DeviceCMYK >>"},
    )  # fmt: skip
    return attack.add(syntax.with_entries(shapes.looks(wide, high, content), said))


def _more(attack: Attack, place: tuple[int, int, int, int]) -> bytes:
    """Return entries that viewers draw by, or draw by where there are no looks."""
    left, bottom, right, top = place
    further = attack.choose(*_PLACES)
    parts = (
        b"/QuadPoints " + _quad(place), b"/QuadPoints " + _quad(further), b"/C [%s]" % attack.choose(*_COLOURS),
        b"/IC [%s]" % attack.choose(*_COLOURS), b"/CA %s" % attack.choose(b"1", b"0.5", b"0"),
        b"/BS << /W %s >>" % attack.choose(b"0", b"1", b"20"), b"/Border [0 0 %s]" % attack.choose(b"0", b"1", b"20"),
        b"/L [%d %d %d %d] /LE [/OpenArrow /Butt]" % (left, bottom, right, top),
        b"/L [%d %d %d %d] /LL 20 /LLE 10 /Cap true" % (further[0], further[1], further[2], further[3]),
        b"/InkList [[%d %d %d %d]]" % (left, (top + bottom) // 2, right, (top + bottom) // 2),
        b"/Vertices [%d %d %d %d %d %d]" % (left, bottom, right, top, right, bottom),
        b"/DA (/Helv 18 Tf 1 0 0 rg)", b"/RD [2 2 2 2]", b"/BE << /S /C /I 2 >>", b"/Name /Draft", b"/Open true",
        b"/CL [%d %d %d %d]" % (left, bottom, right, top), b"/IT /FreeTextCallout", b"/Q 1", b"/BM /Multiply",
        b"/DS (font: 20pt Helvetica)", b"/RC (<body><p>999</p></body>)", b"/Contents (999 yen)", b"/AS /On",
    )  # fmt: skip
    chosen = attack.random.sample(parts, attack.choose(0, 1, 2, 3, 5))
    by_key = {part.split()[0]: part for part in chosen}
    return b" ".join(by_key.values())


@mutation(KIND, weight=3)
def comment_with_looks(attack: Attack) -> None:
    _commented(attack)
    place = attack.choose(*_PLACES)
    number = attack.add(
        b"<< /Type /Annot /Subtype %s /F %s /Rect %s /AP << /N %d 0 R >> %s >>"
        % (attack.choose(*_KINDS), attack.choose(b"4", b"4", b"0", b"28", b"2"), _box(place), _looks(attack, place),
           _more(attack, place))
    )  # fmt: skip
    attack.append(attack.page(), b"/Annots", reference(number))


@mutation(KIND, weight=2)
def mark_with_looks(attack: Attack) -> None:
    """What marks text and multiplies may lie over it."""
    _commented(attack)
    place = attack.choose(*_PLACES)
    number = attack.add(
        b"<< /Type /Annot /Subtype %s /F 4 /Rect %s /QuadPoints %s /C [1 1 0] /AP << /N %d 0 R >> >>"
        % (attack.choose(*_MARKS), _box(place), _quad(place), _looks(attack, place))
    )
    attack.append(attack.page(), b"/Annots", reference(number))


@mutation(KIND, weight=2)
def comment_without_looks(attack: Attack) -> None:
    _commented(attack)
    place = attack.choose(*_PLACES)
    looks = attack.choose(b"", b"", b"/AP << >>", b"/AP << /N null >>", b"/AP << /N << /On 9999 0 R >> >>", b"/AP null")
    number = attack.add(
        b"<< /Type /Annot /Subtype %s /F 4 /Rect %s %s %s >>"
        % (attack.choose(*_KINDS), _box(place), _more(attack, place), looks)
    )
    attack.append(attack.page(), b"/Annots", reference(number))


@mutation(KIND, weight=2)
def line_that_reaches_further(attack: Attack) -> None:
    """What stands at a line's ends, and a line through text that has no height of its own, viewers draw larger."""
    _commented(attack)
    y, wide, end = attack.choose(70, 85, 97), attack.choose(3, 5, 8), attack.choose(b"/Square", b"/Circle", b"/Diamond")
    said = attack.choose(
        b"/Line /L [30 %d 120 %d]" % (y, y),
        b"/PolyLine /Vertices [30 %d 75 %d 120 %d]" % (y, y, y),
        b"/StrikeOut /QuadPoints [10 %d 60 %d 110 %d 60 %d]" % (y + 20, y + 20, y + 20, y + 20),
    )
    number = attack.add(
        b"<< /Type /Annot /Subtype %s /F 4 /Rect [20 %d 90 %d] /BS << /W %d >> /LE [%s %s] /C [0 0 0] /IC [0 0 0] >>"
        % (said, y - 1, y + 1, wide, end, end)
    )
    attack.append(attack.page(), b"/Annots", reference(number))


@mutation(KIND)
def comment_moved(attack: Attack) -> None:
    _commented(attack)
    found = [n for n in attack.doc.drawn_annotations() if attack.entries(n).get(b"/Subtype") != b"/Widget"]
    if not found:
        raise Absent("comments")
    attack.change(attack.random.choice(found), {b"/Rect": _box(attack.choose(*_PLACES))})


@mutation(KIND)
def comment_with_other_looks(attack: Attack) -> None:
    _commented(attack)
    found = [n for n in attack.doc.drawn_annotations() if attack.entries(n).get(b"/Subtype") != b"/Widget"]
    if not found:
        raise Absent("comments")
    number, place = attack.random.choice(found), attack.choose(*_PLACES)
    attack.change(number, {b"/AP": b"<< /N %d 0 R >>" % _looks(attack, place)})


@mutation(KIND)
def many_thin_comments(attack: Attack) -> None:
    """Strips that hide together what each of them leaves."""
    _commented(attack)
    page, kind = attack.page(), attack.choose(*_KINDS)
    for at in range(attack.choose(4, 8, 12)):
        place = (
            (12, 106 + 2 * at, 110, 107 + 2 * at)
            if attack.base.name.startswith("plain")
            else (12 + 8 * at, 104, 19 + 8 * at, 126)
        )
        looks = attack.add(shapes.looks(place[2] - place[0], place[3] - place[1], b"1 g 0 0 200 200 re f"))
        number = attack.add(
            b"<< /Type /Annot /Subtype %s /F 4 /Rect %s /AP << /N %d 0 R >> >>" % (kind, _box(place), looks)
        )
        attack.append(page, b"/Annots", reference(number))


def _link(attack: Attack, place: tuple[int, int, int, int]) -> None:
    said = attack.choose(b"", b"/Border [0 0 1]", b"/BS << /W 1 >>")
    number = attack.add(b"<< /Type /Annot /Subtype /Link /F 4 /Rect %s /C [0 0 0] %s >>" % (_box(place), said))
    attack.append(attack.doc.pages[0], b"/Annots", reference(number))


@mutation(PLACED)
def flat_link(attack: Attack) -> None:
    """Its border, which poppler draws and PDFium does not, is a bar across words."""
    _commented(attack)
    bottom = attack.choose(112, 113)
    _link(attack, (attack.choose(8, 12), bottom, attack.choose(80, 110), bottom + attack.choose(1, 2, 2, 3)))


@mutation(PLACED)
def links_with_borders(attack: Attack) -> None:
    """Each leaves words legible, many close to one another do not."""
    _commented(attack)
    left, bottom, right, top = attack.choose((8, 104, 110, 126), (10, 106, 80, 124))
    pitch, wide = attack.choose(2, 3, 3, 12), attack.choose(6, 8)
    for start in range(left, right, pitch):
        _link(attack, (start, bottom, start + wide, top))


@mutation(PLACED)
def comment_whose_place_is_none(attack: Attack) -> None:
    """A rectangle of other than four numbers, or without area: viewers draw it somewhere, or everywhere."""
    _commented(attack)
    rectangle = attack.choose(
        b"[10 112 110 null]", b"[10 112 110 (x)]", b"[10 112 110 4 0 R]", b"[10 106 110 124 5]",
        b"[10 106 110 124 (x)]", b"null", b"[10 106 110]", b"[10 115 110 115]", b"[10 112 110 9000000]",
    )  # fmt: skip
    kind = attack.choose(b"/Link", b"/FreeText", b"/FreeText", b"/Stamp", b"/FileAttachment", *_KINDS)
    number = attack.add(
        b"<< /Type /Annot /Subtype %s /F 4 /Rect %s /C [0 0 0] /IC [0 0 0] /BS << /W 20 >> /Contents (XXXXXXXX)"
        b" /DA (/Helv 20 Tf 0 g) >>" % (kind, rectangle)
    )
    attack.append(attack.doc.pages[0], b"/Annots", reference(number))


# --- what is an annotation, and no comment -------------------------------------------------------------------

CONTENT = "annotations that are content"
_OF_CONTENT = (b"/RichMedia", b"/3D", b"/Screen", b"/Movie", b"/Sound", b"/Watermark", b"/PrinterMark", b"/Unknown")


@preparation(CONTENT)
def film_or_model(draft: Draft, choice: random.Random) -> None:
    """A film, a model or a watermark that is signed: what it plays no witness draws."""
    place = draft.new()
    looks, played = place + 1, place + 2
    draft.objects[place] = (
        b"<< /Type /Annot /Subtype %s /F 4 /P 3 0 R /Rect [100 60 140 90] /AP << /N %d 0 R >> /Played %d 0 R >>"
        % (choice.choice(_OF_CONTENT), looks, played)
    )
    draft.objects[looks] = shapes.looks(40, 30, b"0.9 g 0 0 40 30 re f")
    draft.objects[played] = syntax.stream({}, b"100 yen")
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(place))


@mutation(CONTENT, forbidden=True)
def film_or_model_exchanged(attack: Attack) -> None:
    """It plays something else: where comments may change (P=3), this is none."""
    shown = [number for page in attack.doc.pages for number in attack.doc.annotations(page)]
    found = [number for number in shown if b"/Played" in attack.entries(number)]
    if not found:
        raise Absent("a film")
    played = syntax.number_of(attack.entries(found[0])[b"/Played"])
    assert played is not None
    attack.put(played, syntax.stream({}, b"999 yen"))
