"""Documents prepared as attackers did by hand whose files the judge once let pass: fields, names, texts, causes.

What ``aliases`` name is changed by ``prepared_change_made``; what heals a cause stands here.
"""

from __future__ import annotations

import random

from tests.attacks import bases, shapes, strangers, syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import Attack, mutation, preparation
from tests.attacks.mutations.quiet import WAITING, add_to_list, changed_later, widget_at
from tests.attacks.syntax import reference
from tests.attacks.witnesses import Area
from tests.attacks.writer import Draft
from tests.validation import pdfs

FIELDS, UNSEEN, HEALED = "fields prepared", "fields that nobody sees", "causes healed"
PLACED = "text placed differently"
_PLACE, _BOX = b"100 50 180 70", (100.0, 50.0, 180.0, 70.0)


def _said(text: bytes) -> bytes:
    return b"/Tx BMC " + shapes.words(text, size=9) + b" EMC"


def _listed(draft: Draft, field: int, shown: int) -> None:
    add_to_list(draft, shapes.FORM, b"/Fields", reference(field))
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(shown))


def _ask_for_looks(draft: Draft) -> None:
    draft.objects[shapes.FORM] = syntax.with_entries(draft.objects[shapes.FORM], {b"/NeedAppearances": b"true"})


# --- fields ----------------------------------------------------------------------------------------------------


@preparation(FIELDS)
def widget_below_what_is_no_field(draft: Draft, choice: random.Random) -> None:
    """A kid without a name that has kids: viewers draw those, with the value that they inherit."""
    field, between, kid = draft.new(), draft.new() + 1, draft.new() + 2
    draft.objects[field] = b"<< /FT /Tx /T (deep) /DA (/F1 10 Tf 0 g) /Kids [%d 0 R] >>" % between
    draft.objects[between] = b"<< /Parent %d 0 R /Kids [%d 0 R] >>" % (field, kid)
    draft.objects[kid] = b"<< /Parent %d 0 R" % between + widget_at(_PLACE) + b" >>"
    if choice.random() < 0.5:
        _ask_for_looks(draft)
    _listed(draft, field, kid)
    changed_later(draft, field, V=b"(999 yen)")


@preparation(FIELDS, weight=2)
def box_that_draws_more_than_its_tick(draft: Draft, choice: random.Random) -> None:
    """Poppler draws the tick alone while it is told to, and what is written beside it afterwards."""
    box = draft.new()
    look = choice.choice([b"<< /Off %d 0 R >>", b"%d 0 R"]) % (box + 1)
    draft.objects[box] = b"<< /FT /Btn /T (box) /AS /Off /AP << /N " + look + b" >>" + widget_at(_PLACE) + b" >>"
    draft.objects[box + 1] = shapes.looks(80, 20, shapes.words(b"or 999 yen", size=9))
    _ask_for_looks(draft)
    draft.sealed_unseen = True  # a seal keeps it as it is
    _listed(draft, box, box)
    changed_later(draft, shapes.FORM, NeedAppearances=b"false")


@preparation(FIELDS, weight=3)
def blank_that_shows(draft: Draft, choice: random.Random) -> None:
    """A field without a value, whose looks write a blank in a font that draws something for it."""
    field = draft.new()
    glyph, font, look = field + 1, field + 2, field + 3
    draft.objects[field] = b"<< /FT /Tx /T (blank) /DA (/F1 9 Tf 0 g) /AP << /N %d 0 R >>" % look
    draft.objects[field] += widget_at(_PLACE) + b" >>"
    draft.objects[glyph] = syntax.stream({}, b"1000 0 0 0 750 750 d1 0 0 750 750 re f")
    draft.objects[font] = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 32"
        b" /LastChar 32 /Widths [1000] /Encoding << /Type /Encoding /Differences [32 /space] >>"
        b" /CharProcs << /space %d 0 R >> /Resources << >> >>" % glyph
    )
    fonts = {b"/Resources": b"<< /Font << /F1 %d 0 R >> >>" % font}
    draft.objects[look] = syntax.with_entries(shapes.looks(80, 20, _said(b" ")), fonts)
    _listed(draft, field, field)


@preparation(FIELDS, weight=2)
def name_that_streams_cut_in_two(draft: Draft, choice: random.Random) -> None:
    """Poppler takes the second digit of a letter from a page's next stream (7.8.2 has them end with whole tokens)."""
    page = syntax.entries(draft.objects[shapes.PAGE])
    named = page.get(b"/Resources", b"")
    if b"/Font << " not in named:
        raise Absent("fonts of the page itself")
    first, last = draft.new(), draft.new() + 1
    whole = choice.choice([b"/Un#61sked", b"/Unaske#64", b"/#55nasked"])
    whole = b"BT " + whole + b" 14 Tf 100 60 Td (999 yen) Tj ET"
    cut = whole.index(b"#") + 2
    draft.objects[first], draft.objects[last] = syntax.stream({}, whole[:cut]), syntax.stream({}, whole[cut:])
    streams = b"[4 0 R %d 0 R %d 0 R]" % (first, last)
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], {b"/Contents": streams})
    changed_later(draft, shapes.PAGE, Resources=named.replace(b"/Font << ", b"/Font << /Unasked 7 0 R "))


@preparation(PLACED)
def text_that_viewers_place_differently(draft: Draft, choice: random.Random) -> None:
    """Of more numbers than an operator has mupdf takes the first, PDFium and poppler the last: over it is a field."""
    moved = choice.choice(
        [b"9 1 0 0 1 0 80 cm ", b"1 0 0 1 0 80 9 cm ", b"BI /W 1 /H 1 /BPC 8 /CS /G ID x EI 1 0 0 1 0 80 cm "]
    )
    content = syntax.data(draft.objects[shapes.CONTENT]) or b""
    placed = b" q " + moved + shapes.words(b"or 777", x=110, y=-25, size=12) + b" Q"
    draft.objects[shapes.CONTENT] = syntax.stream({}, content + placed)
    field = draft.new()
    draft.objects[field] = b"<< /FT /Tx /T (over) /DA (/F1 9 Tf 0 g)" + widget_at(_PLACE) + b" >>"
    _listed(draft, field, field)


@mutation(FIELDS)
def prepared_field_filled(attack: Attack) -> None:
    """Text below it may not go, and what it showed already is no empty field that may be filled in."""
    over = [each for each in attack.doc.fields if attack.entries(each).get(b"/T") == b"(over)"]
    blank = [each for each in attack.doc.fields if attack.entries(each).get(b"/T") == b"(blank)"]
    if not over + blank:
        raise Absent("a field prepared")
    ground = b"1 1 1 rg 0 0 80 20 re f 0 g " if over else b""
    looks = attack.add(shapes.looks(80, 20, ground + _said(b"100")))
    attack.change((over + blank)[0], {b"/V": b"(100)", b"/AP": b"<< /N %d 0 R >>" % looks})
    attack.areas += [Area(None, _BOX, legible=True)] if over else []


@preparation(UNSEEN)
def field_whose_words_nobody_sees(draft: Draft, choice: random.Random) -> None:
    """It stands on a dark page, or below a stamp that most viewers draw last."""
    if any(b"/FreeText" in each for each in draft.objects.values()):
        raise Absent("a place without a bright comment on it")
    field, cover = draft.new(), draft.new() + 1
    draft.objects[field] = b"<< /FT /Tx /T (unseen) /DA (/F1 9 Tf 0 g)" + widget_at(_PLACE) + b" >>"
    _listed(draft, field, field)
    if choice.random() < 0.5:
        content = syntax.data(draft.objects[shapes.CONTENT]) or b""
        draft.objects[shapes.CONTENT] = syntax.stream({}, content + b" q 0 g 95 45 90 30 re f Q")
        return
    draft.objects[cover + 1] = shapes.looks(90, 30, b"1 g 0 0 90 30 re f")
    draft.objects[cover] = b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [95 45 185 75] /AP << /N %d 0 R >> >>" % (
        cover + 1
    )
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(cover))


@mutation(UNSEEN, forbidden=True, weight=2)
def field_filled_that_nobody_sees(attack: Attack) -> None:
    """Its value says something, and the page shows nothing."""
    unseen = [each for each in attack.doc.fields if attack.entries(each).get(b"/T") == b"(unseen)"]
    if not unseen:
        raise Absent("a field prepared")
    looks = attack.add(shapes.looks(80, 20, _said(b"100")))
    attack.change(unseen[0], {b"/V": b"(100)", b"/AP": b"<< /N %d 0 R >>" % looks})
    attack.areas.append(Area(None, _BOX))


@preparation(UNSEEN)
def box_whose_tick_shows_nothing(draft: Draft, choice: random.Random) -> None:
    """Ticked it draws nothing that is seen, as when it is off."""
    box, off, ticked = draft.new(), draft.new() + 1, draft.new() + 2
    tick = choice.choice([b"", b"3 3 m 6 3 l 6 6 l n", b"BT /F1 9 Tf 3 Tr 1 0 0 1 2 2 Tm (x) Tj ET", b"30 30 9 9 re f"])
    draft.objects[off], draft.objects[ticked] = shapes.looks(12, 12, b""), shapes.looks(12, 12, tick)
    states = b"/AS /Off /AP << /N << /Off %d 0 R /Yes %d 0 R >> >>" % (off, ticked)
    draft.objects[box] = b"<< /FT /Btn /T (unseen box) " + states + widget_at(b"100 50 112 62") + b" >>"
    _listed(draft, box, box)


@mutation(UNSEEN, forbidden=True)
def box_ticked_that_shows_nothing(attack: Attack) -> None:
    """Its value says yes, and the page shows nothing."""
    unseen = [each for each in attack.doc.fields if attack.entries(each).get(b"/T") == b"(unseen box)"]
    if not unseen:
        raise Absent("a box prepared")
    attack.change(unseen[0], {b"/V": b"/Yes", b"/AS": b"/Yes"})
    attack.areas.append(Area(None, (100.0, 50.0, 112.0, 62.0)))


@preparation(FIELDS)
def border_stated_at_last(draft: Draft, choice: random.Random) -> None:
    """Where /MK has a colour for it viewers that make the looks draw a border only once it is described (table 168)."""
    field = draft.new()
    colours = choice.choice([b"/BC [1 0 0]", b"/BC [1 0 0] /BG [1 1 0]"])
    draft.objects[field] = b"<< /FT /Tx /T (bordered) /V (100 yen) /DA (/F1 10 Tf 0 g) /MK << " + colours + b" >>"
    draft.objects[field] += widget_at(_PLACE) + b" >>"
    _ask_for_looks(draft)
    _listed(draft, field, field)
    changed_later(draft, field, BS=b"<< /W 1 /S /S >>")


# --- causes to search that are there when it is signed, and healed later ----------------------------------------


@preparation(HEALED)
def info_that_is_missing(draft: Draft, choice: random.Random) -> None:
    """Poppler searches the file for what the trailer names, and finds other words for the page."""
    draft.trailer[b"/Info"] = reference(draft.new() + 40)
    evil = syntax.stream({}, shapes.words(b"Pay 999 yen", x=12, y=110, size=16))
    draft.loose.append(b"\n%d 0 obj\n" % shapes.CONTENT + evil + b"\nendobj\n")
    draft.shadows.append((shapes.CONTENT, evil))


@preparation(HEALED)
def first_page_of_a_linearised_file(draft: Draft, choice: random.Random) -> None:
    """Its dictionary names another page as the first (Annex F.3.3), which viewers go by until something follows."""
    other, content = draft.new(), draft.new() + 1
    page = {b"/Contents": reference(content), b"/Annots": b"[]"}
    draft.objects[content] = syntax.stream({}, shapes.words(b"Pay 999 yen", x=12, y=110, size=16))
    draft.objects[other] = syntax.with_entries(draft.objects[shapes.PAGE], page)
    count = syntax.entries(draft.objects[shapes.PAGES])[b"/Count"]
    draft.linearised = b"/H [400 40] /E 900 /T 900 /O %d /N " % other + count


@mutation(HEALED)
def trailer_without_info(attack: Attack) -> None:
    """It names no more what was missing."""
    if _is_linearised(attack):
        raise Absent("a file that is not linearised")
    attack.revision.table.dropped = (b"/Info",)
    _add_evidence(attack)


@mutation(HEALED, forbidden=True)
def linearised_no_more(attack: Attack) -> None:
    """Whatever follows, the file is longer than its beginning says; pdf.js alone goes by that."""
    if not _is_linearised(attack):
        raise Absent("a file that says so")
    if attack.choose(True, False):
        attack.bare = attack.base.data + b"\n"
    else:
        _add_evidence(attack)


def _is_linearised(attack: Attack) -> bool:
    return attack.base.draft is not None and attack.base.draft.linearised is not None


def _add_evidence(attack: Attack) -> None:
    attack.change(attack.doc.root, {b"/DSS": reference(attack.add(b"<< /Type /DSS /Certs [] >>"))})


# --- beside them -------------------------------------------------------------------------------------------------


@preparation(WAITING)
def words_below_a_waiting_field(draft: Draft, choice: random.Random) -> None:
    """What is signed there later must not hide them once the document is certified."""
    content = syntax.data(draft.objects[shapes.CONTENT]) or b""
    words = shapes.words(b"or 777", x=115, y=15, size=12)
    draft.objects[shapes.CONTENT] = syntax.stream({}, content + b" " + words)


@mutation(WAITING, weight=2)
def seal_by_a_name_that_some_spell(attack: Attack) -> None:
    """To poppler # with one digit and a blank is a letter (7.3.5): it draws a form that the others do not find."""
    waiting = attack.doc.fields_of(b"/Sig", filled=False)[0]
    if b"110 10 180 30" not in attack.entries(waiting).get(b"/Rect", b""):
        raise Absent("the buyer's field as it was")
    ground = attack.add(shapes.looks(70, 20, b"1 1 1 rg 0 0 70 20 re f"))
    said = {b"/Resources": b"<< /XObject << /PetP %d 0 R >> >>" % ground}
    looks = attack.add(syntax.with_entries(shapes.looks(70, 20, b"q /Pet#5  Do Q"), said))
    value = attack.new()
    attack.change(waiting, {b"/AP": b"<< /N %d 0 R >>" % looks, b"/V": reference(value)})
    attack.put(value, pdfs.signature_dictionary(room=2600))
    attack.bare = pdfs.fill(attack.revision.render(), bases.cms)
    attack.areas.append(Area(None, (110.0, 10.0, 180.0, 30.0), legible=True))


@mutation("catalog", forbidden=True)
def output_intent_of_another_profile(attack: Attack) -> None:
    """mupdf takes it for colours that name none; Acrobat simulates the press of one that is PDF/X's (14.11.5)."""
    kind, profile = attack.choose((b"/GTS_PDFX", strangers.srgb()), (b"/GTS_PDFA1", _other_primaries()))
    number = attack.add(syntax.stream({b"/N": b"3"}, profile))
    said = b"[<< /Type /OutputIntent /S %s /OutputConditionIdentifier (sRGB) /DestOutputProfile %d 0 R >>]"
    attack.change(attack.doc.root, {b"/OutputIntents": said % (kind, number)})


def _other_primaries() -> bytes:
    """Of sRGB, with red and blue in each other's place."""
    profile = strangers.srgb()
    return profile.replace(b"rXYZ", b"xXYZ").replace(b"bXYZ", b"rXYZ").replace(b"xXYZ", b"bXYZ")


@mutation("metadata", forbidden=True)
def info_of_another_generation(attack: Attack) -> None:
    """The same again under the next generation of its number, and the trailer names the former one (7.3.10)."""
    number = syntax.number_of(attack.revision.trailer.get(b"/Info"))
    if number is None:
        raise Absent("/Info")
    attack.put(number, attack.body(number), generation=1)
