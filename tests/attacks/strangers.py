"""What strangers' programs write beside a signature or an addition, made by the plain writer: none of it is a change.

Each was seen in files of theirs (docs/reference/strangers.md), and taken for a change before.
"""

from __future__ import annotations

import struct
from functools import cache

from tests.attacks import bases, shapes, syntax
from tests.attacks.doc import Absent
from tests.attacks.honest import FORM, OPEN, Work, empty_field, name_of, update
from tests.attacks.writer import Written
from tests.validation import pdfs


def _write(work: Work, changed: dict[int, bytes], **trailer: bytes) -> None:
    """Append a revision with these objects."""
    revision = work.revision()
    revision.pieces += [Written(number, body) for number, body in changed.items()]
    revision.table.trailer |= {b"/" + key.encode(): value for key, value in trailer.items()}
    work.data = revision.render()


def _changed(work: Work, number: int, entries: dict[bytes, bytes]) -> dict[int, bytes]:
    return {number: syntax.with_entries(work.doc.body(number), entries)}


def _add_field(work: Work, body: bytes) -> int:
    """Add a signature field to the form and to the first page, its number in the place of %d."""
    doc, revision = work.doc, work.revision()
    number = revision.size
    revision.pieces.append(Written(number, body % number))
    for target, key in ((doc.pages[0], b"/Annots"), (doc.form, b"/Fields")):
        added = doc.value(doc.entries(target).get(key, b"[]"))[:-1] + b" %d 0 R]" % number
        revision.pieces.append(Written(target, syntax.with_entries(doc.body(target), {key: added})))
    work.data = revision.render()
    return number


@update
def signed_without_a_line_end(work: Work) -> None:
    """node-signpdf signs up to %%EOF; whoever comes next begins a line."""
    work.need(*FORM)
    number = empty_field(work, b"/Sig")
    work.need_room(work.doc.entries(number)[b"/Rect"])
    work.shows(work.doc.entries(number)[b"/Rect"])
    work.data = bases.sign(
        work.data, name_of(work, number).encode(), work.base.crypt, work.base.hidden, marker=b"%%EOF"
    )
    work.data = bases.stamped(work.data, work.base.crypt, work.base.hidden)


@update
def type_stated_at_last(work: Work) -> None:
    """PDFBox states the /Type of fields that iText signed without one."""
    work.need(*OPEN)
    field = b"<< /FT /Sig /T (guest%d) /Subtype /Widget /F 132 /Rect [0 0 0 0] >>"
    number = _add_field(work, field)
    work.data = bases.sign(work.data, b"guest%d" % number, work.base.crypt, work.base.hidden, seen=False)
    _write(work, _changed(work, number, {b"/Type": b"/Annot"}))


@update
def word_in_the_trailer(work: Work) -> None:
    """LibreOffice's checksum, which the next program carries on, and the one after that leaves out."""
    _write(work, {}, DocChecksum=b"/0123456789ABCDEF")
    revision = work.revision()
    revision.table.dropped = (b"/DocChecksum",)
    work.data = revision.render()


@update
def title_in_another_encoding(work: Work) -> None:
    """pyHanko writes in one byte a letter what LibreOffice wrote in two."""
    revision = work.revision()
    number = syntax.number_of(revision.trailer.get(b"/Info"))
    if number is None or work.doc.entries(number).get(b"/Title") != b"(Lease)":
        raise Absent("/Info as it was")
    author, title = (b"<FEFF" + word.encode("utf-16-be").hex().encode() + b">" for word in ("Someone", "Lease"))
    _write(work, {number: b"<< /Title %s /Author %s /ModDate (D:20261128) >>" % (title, author)})


@update
def usual_fonts_entered(work: Work) -> None:
    """iText 5 and OpenPDF enter Acrobat's two fonts into every form."""
    work.need(*FORM)
    doc, form = work.doc, work.doc.form
    fonts = dict(syntax.entries(syntax.entries(doc.entries(form).get(b"/DR", b"<< >>")).get(b"/Font", b"<< >>")))
    plain = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Name /%s >>"
    fonts |= {b"/Helv": plain % (b"Helvetica", b"Helv"), b"/ZaDb": plain % (b"ZapfDingbats", b"ZaDb")}
    _write(work, _changed(work, form, {b"/DR": b"<< /Font %s >>" % syntax.dictionary(fonts)}))


@update
def fonts_that_nothing_asks_for(work: Work) -> None:
    """Poppler enters its font into the resources that a form of LibreOffice shares with the page."""
    page = work.random.choice(work.doc.pages)
    said = work.doc.entries(page).get(b"/Resources", b"")
    if not said.startswith(b"<<"):
        raise Absent("resources of the page's own")
    fonts = dict(syntax.entries(syntax.entries(said)[b"/Font"]))
    fonts[b"/popplerfont"] = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"
    resources = syntax.with_entries(said, {b"/Font": syntax.dictionary(fonts)})
    _write(work, _changed(work, page, {b"/Resources": resources}))


@update
def versions_up_and_down(work: Work) -> None:
    """iText 5 states the lowest version and the only extension that its own additions need."""
    adobe, etsi = (
        b"<< /%s << /BaseVersion /1.7 /ExtensionLevel %d >> >>" % each for each in ((b"ADBE", 8), (b"ESIC", 5))
    )
    for version, extensions in ((b"/1.7", adobe), (b"/1.6", etsi)):
        _write(work, _changed(work, work.doc.root, {b"/Version": version, b"/Extensions": extensions}))


@update
def empty_map_of_roles(work: Work) -> None:
    root = syntax.number_of(work.doc.entries(work.doc.root).get(b"/StructTreeRoot"))
    if root is None or b"/RoleMap" in work.doc.entries(root):
        raise Absent("a structure without roles of its own")
    _write(work, _changed(work, root, {b"/RoleMap": b"<< >>"}))


@update
def corners_in_another_order(work: Work) -> None:
    """mupdf orders the corners of a field that it fills in, with seven digits."""
    work.need(*FORM)
    number = empty_field(work, b"/Tx")
    left, bottom, right, top = (float(item) for item in syntax.items(work.doc.entries(number)[b"/Rect"]))
    work.shows((left, bottom, right, top))
    box = b"[%.5f %.5f %.5f %.5f]" % (right - 1e-5, top, left, bottom + 1e-5)
    looks = bases.shapes.looks(int(right - left), int(top - bottom), bases.shapes.words(b"Hanako", size=9))
    entries = {b"/V": b"(Hanako)", b"/Rect": box, b"/AP": b"<< /N %d 0 R >>" % work.revision().size}
    _write(work, _changed(work, number, entries) | {work.revision().size: looks})


@update
def next_generation_of_a_number(work: Work) -> None:
    """Poppler gives the empty looks of the field that it signs a number's next generation."""
    work.need(*OPEN)
    if work.base.crypt is not None:
        raise Absent("a plain file")
    empty = syntax.stream({b"/Type": b"/XObject", b"/Subtype": b"/Form", b"/BBox": b"[0 0 1 1]"}, b"")
    looks = work.revision().size
    _write(work, {looks: empty})
    place = b"/Type /Annot /Subtype /Widget /F 132 /Rect [0 0 0 0] /AP << /N " + syntax.reference(looks) + b" >>"
    number = _add_field(work, b"<< /FT /Sig /T (guest%d) " + place + b" >>")
    revision = work.revision()
    value = revision.size
    signed = {b"/V": syntax.reference(value), b"/AP": b"<< /N %d 1 R >>" % looks}
    revision.pieces += [
        Written(number, syntax.with_entries(work.doc.body(number), signed)),
        Written(looks, empty, generation=1),
        Written(value, pdfs.signature_dictionary(b"", room=2600)),
    ]
    work.data = pdfs.fill(revision.render(), bases.cms)


@update
def link_gets_a_number(work: Work) -> None:
    """iText makes an object of an annotation that stood on the page itself."""
    for page in work.doc.pages:
        listed = syntax.items(work.doc.value(work.doc.entries(page).get(b"/Annots", b"[]")))
        for at, item in enumerate(listed):
            if item.startswith(b"<<"):
                number = work.revision().size
                listed[at] = syntax.reference(number)
                annots = {b"/Annots": b"[" + b" ".join(listed) + b"]"}
                link = syntax.with_entries(item, {b"/P": syntax.reference(page)})
                _write(work, _changed(work, page, annots) | {number: link})
                return
    raise Absent("an annotation without a number")


@update
def box_drawn_anew(work: Work) -> None:
    """iText draws the states of a box again when it ticks it."""
    work.need(*FORM)
    number = next(
        (each for each in work.doc.fields_of(b"/Btn", filled=False) if b"/MK" in work.doc.entries(each)), None
    )
    if number is None:
        raise Absent("a box with a caption")
    work.shows(work.doc.entries(number)[b"/Rect"])
    first = work.revision().size
    ticked = {b"/V": b"/Yes", b"/AS": b"/Yes", b"/AP": b"<< /N << /Yes %d 0 R /Off %d 0 R >> >>" % (first, first + 1)}
    mark = b"BT /F1 11.58 Tf 1 0 0 1 3.1 3.92 Tm (4) Tj ET"
    states = {first: shapes.box_drawn_anew(mark), first + 1: shapes.box_drawn_anew(b"")}
    _write(work, _changed(work, number, ticked) | states)


@update
def output_intent_of_srgb(work: Work) -> None:
    """DSS enters one with every picture; here where there was none."""
    work.need(*FORM)
    if b"/OutputIntents" in work.doc.entries(work.doc.root):
        raise Absent("a catalog without output intents")
    first = work.revision().size
    profile = syntax.stream({b"/N": b"3"}, srgb())
    intent = b"<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /DestOutputProfile %d 0 R >>"
    root = _changed(work, work.doc.root, {b"/OutputIntents": b"[%d 0 R]" % (first + 1)})
    _write(work, {first: profile, first + 1: intent % first} | root)


@cache
def srgb() -> bytes:
    """A profile of sRGB (ICC.1), as small as one can be."""
    primaries = {
        b"rXYZ": (0.4361, 0.2225, 0.0139),
        b"gXYZ": (0.3851, 0.7169, 0.0971),
        b"bXYZ": (0.1431, 0.0606, 0.7142),
    }
    white = {b"wtpt": (0.9642, 1.0, 0.8249)}
    tags = {
        name: b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(each * 65536) for each in numbers))
        for name, numbers in (primaries | white).items()
    }
    curve = [
        at / 12.92 if at <= 0.04045 else ((at + 0.055) / 1.055) ** 2.4 for at in (step / 1023 for step in range(1024))
    ]
    table = b"curv\0\0\0\0" + struct.pack(">I1024H", 1024, *(round(each * 65535) for each in curve))
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), table)
    place, rows, body = 132 + 12 * len(tags), b"", b""
    for name, element in tags.items():
        rows += struct.pack(">4sII", name, place + len(body), len(element))
        body += element
    head = struct.pack(
        ">I4sI4s4s4s12s4s", place + len(body), b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"", b"acsp"
    )
    return (
        head.ljust(68, b"\0")
        + struct.pack(">3i", 63190, 65536, 54061)
        + bytes(48)
        + struct.pack(">I", len(tags))
        + rows
        + body
    )
