"""Pages that viewers measure, colour or show in ways of their own, prepared before signing, and what is done on them.

A field is filled in, a seal laid over all of them, a mark drawn in a layer, a value replaced below a lock of nothing.
"""

from __future__ import annotations

import random

from tests.attacks import bases, shapes, syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import COMMENTED, Attack, mutation, preparation
from tests.attacks.mutations.quiet import add_to_list, widget_at
from tests.attacks.syntax import reference
from tests.attacks.witnesses import Area
from tests.attacks.writer import Draft
from tests.validation import pdfs

SHEETS, LAYERS, LOCKS = "sheets prepared", "marks in layers", "locks of nothing"
_PLACE, _BOX = b"100 50 180 70", (100.0, 50.0, 180.0, 70.0)
_WHITE = b"<< /FunctionType 2 /Domain [0 1] /C0 [1] /C1 [1] /N 1 >>"


def _prepare(draft: Draft, entries: syntax.Entries) -> None:
    """Give the first page further entries, and a field to be filled in."""
    field = draft.new()
    draft.objects[field] = b"<< /FT /Tx /T (sheet) /DA (/F1 9 Tf 0 g)" + widget_at(_PLACE) + b" >>"
    add_to_list(draft, shapes.FORM, b"/Fields", reference(field))
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(field))
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], entries)


@preparation(SHEETS, weight=3)
def sheet_of_other_colours(draft: Draft, choice: random.Random) -> None:
    """What stands for grey (8.6.5.6) makes it white: poppler draws fields by it too."""
    resources = syntax.entries(draft.objects[shapes.PAGE]).get(b"/Resources")
    if resources is None:
        raise Absent("resources of the page itself")
    profile = draft.new()
    draft.objects[profile] = syntax.stream({b"/N": b"1", b"/Alternate": b"/DeviceGray"}, _inverted())
    space = choice.choice([b"[/Separation /X /DeviceGray %s]" % _WHITE, b"[/ICCBased %s]" % reference(profile)])
    said = resources.rstrip()[:-2] + b" /ColorSpace << /DefaultGray " + space + b" >> >>"
    _prepare(draft, {b"/Resources": said})


def _inverted() -> bytes:
    """Return an ICC profile (ICC.1) by which black is white."""
    curve = b"curv" + bytes(4) + (2).to_bytes(4, "big") + b"\xff\xff\0\0"
    white = b"XYZ " + bytes(4) + b"".join(round(each * 65536).to_bytes(4, "big") for each in (0.9642, 1, 0.8249))
    table = b"wtpt" + (156).to_bytes(4, "big") + (20).to_bytes(4, "big")
    table += b"kTRC" + (176).to_bytes(4, "big") + (16).to_bytes(4, "big")
    head = (192).to_bytes(4, "big") + bytes(4) + b"\2\x40\0\0mntrGRAYXYZ " + bytes(12) + b"acsp" + bytes(88)
    return head + (2).to_bytes(4, "big") + table + white + curve


@preparation(SHEETS, weight=2)
def sheet_of_other_units(draft: Draft, choice: random.Random) -> None:
    """mupdf and pdf.js draw it larger, PDFium and poppler do not (table 31)."""
    _prepare(draft, {b"/UserUnit": choice.choice([b"2", b"3", b"0.5"])})


@preparation(SHEETS, weight=3)
def sheet_that_some_crop(draft: Draft, choice: random.Random) -> None:
    """Of a crop box of five numbers, or of none, some viewers take what they can and others nothing."""
    crop = choice.choice([b"[0 0 200 140 7]", b"[false 0 200 140]", b"[null null 200 140]"])
    _prepare(draft, {b"/MediaBox": b"[0 0 1000 1000]", b"/CropBox": crop})


@mutation(SHEETS, forbidden=True)
def sheet_filled(attack: Attack) -> None:
    """A value that is seen by some."""
    sheet = [each for each in attack.doc.fields if attack.entries(each).get(b"/T") == b"(sheet)"]
    if not sheet:
        raise Absent("a field prepared")
    looks = attack.add(shapes.looks(80, 20, b"/Tx BMC 0 g " + shapes.words(b"100", size=9) + b" EMC"))
    attack.change(sheet[0], {b"/V": b"(100)", b"/AP": b"<< /N %d 0 R >>" % looks})
    attack.areas.append(Area(None, _BOX))


@mutation(SHEETS, forbidden=True)
def sheet_below_a_seal(attack: Attack) -> None:
    """A further signature over all that some viewers show of the page."""
    looks = attack.add(shapes.looks(190, 130, b"1 g 0 0 190 130 re f 0 g " + shapes.words(b"Pay 999", size=20)))
    field, value = attack.new(), attack.new()
    shown = b"<< /FT /Sig /T (over) /Type /Annot /Subtype /Widget /F 4 /P %d 0 R /Rect [5 5 195 135]"
    attack.put(field, shown % attack.doc.pages[0] + b" /AP << /N %d 0 R >> /V %d 0 R >>" % (looks, value))
    attack.append(attack.doc.pages[0], b"/Annots", reference(field))
    attack.append(attack.doc.form, b"/Fields", reference(field))
    attack.put(value, pdfs.signature_dictionary(room=2600))
    attack.bare = pdfs.fill(attack.revision.render(), bases.cms)


# --- layers ------------------------------------------------------------------------------------------------------


@preparation(LAYERS)
def layer_that_some_show(draft: Draft, choice: random.Random) -> None:
    """By the configuration for all viewers, or by a usage that some go by (8.11.4.4)."""
    catalog = draft.objects[shapes.CATALOG]
    if b"/OCProperties" in catalog:
        raise Absent("a document without layers")
    layer = draft.new()
    usage, state = choice.choice(
        [(b"", b"/OFF [%d 0 R]" % layer), (b"", b"/BaseState /OFF"), (b"/Usage << /View << /ViewState /OFF >> >>", b"")]
    )
    draft.objects[layer] = b"<< /Type /OCG /Name (terms) %s >>" % usage
    said = b"<< /OCGs [%d 0 R] /D << /Order [%d 0 R] %s >> >>" % (layer, layer, state)
    draft.objects[shapes.CATALOG] = syntax.with_entries(catalog, {b"/OCProperties": said})


@mutation(LAYERS, weight=3)
def mark_in_a_layer(attack: Attack) -> None:
    """A thick line through words, which PDFium takes for hidden."""
    layers = [each for each, body in attack.doc.objects.items() if b"/OCG " in body and b"(terms)" in body]
    if attack.base.seal != "p3" or not layers:
        raise Absent("a layer")
    named = attack.choose(b"%d 0 R", b"<< /Type /OCMD /OCGs [%d 0 R] /P /AllOn >>") % layers[0]
    state = attack.choose(b"/ExtGState << /G << /LW 40 >> >>", b"/ExtGState << /G << /LW 1 >> >>")
    line = attack.choose(b"0 11 m 100 11 l S", b"".join(b"0 %d m 100 %d l S " % (y, y) for y in range(0, 22)))
    looks = shapes.looks(100, 22, b"q /OC /L BDC /G gs 0 0 0 RG " + line + b" EMC Q")
    said = {b"/Resources": b"<< /Properties << /L %s >> %s >>" % (named, state)}
    mark = b"<< /Type /Annot /Subtype /StrikeOut /F 4 /Rect [10 104 110 126] /C [1 0 0]"
    mark += b" /QuadPoints [10 126 110 126 10 104 110 104] /AP << /N %d 0 R >> >>"
    number = attack.add(mark % attack.add(syntax.with_entries(looks, said)))
    attack.append(attack.doc.pages[0], b"/Annots", reference(number))
    attack.areas.append(COMMENTED)


# --- locks -------------------------------------------------------------------------------------------------------


@preparation(LOCKS)
def lock_of_nothing(draft: Draft, choice: random.Random) -> None:
    """It names no field, and so leaves none open either (12.7.5.5): what was filled in stays."""
    if shapes.NOTE not in draft.objects or b"/FT /Tx" not in draft.objects[shapes.NOTE]:
        raise Absent("a field filled in")
    fields = choice.choice([b"[]", b"[(nobody)]", b"[(nobody.at.all)]"])
    lock = b"<< /Type /SigFieldLock /Action /Include /Fields " + fields + b" >>"
    draft.objects[shapes.SELLER] = syntax.with_entries(draft.objects[shapes.SELLER], {b"/Lock": lock})


@mutation(LOCKS, forbidden=True)
def value_below_a_lock_of_nothing(attack: Attack) -> None:
    """What was filled in when the document was signed is another now."""
    if b"/FT /Tx" not in attack.doc.objects.get(shapes.NOTE, b""):
        raise Absent("a field filled in")  # qpdf, which linearises, gives numbers of its own: it may be a comment
    looks = attack.add(shapes.looks(80, 18, b"/Tx BMC 0 g " + shapes.words(b"nine", size=10) + b" EMC"))
    attack.change(shapes.NOTE, {b"/V": b"(nine)", b"/AP": b"<< /N %d 0 R >>" % looks})
    attack.areas.append(Area(None, (10.0, 80.0, 90.0, 98.0)))
