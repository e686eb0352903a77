"""For every rule on later changes a file that this rule alone refuses: each is made of small objects by hand.

A sample takes the ``world`` (PKI and signer) and returns the attacked file; its first signature is the one betrayed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.validation import pdfs
from tests.validation.test_attacks_changes import EMPTY_FIELD, FILLED, STAMPED, annots, certified

Sample = Callable[[Any], bytes]
SAMPLES: dict[str, Sample] = {}

CATALOG, PAGE, FIELD, SELLER = (pdfs.OBJECTS[n] for n in (pdfs.CATALOG, pdfs.PAGE, pdfs.TEXT_FIELD, pdfs.SELLER))
THREE = b"<< /Fields [6 0 R 8 0 R 30 0 R] /SigFlags 3 >>"
ALL = annots(b"6 0 R", b"8 0 R", b"30 0 R")
NOTE = b"<< /Type /Annot /Subtype /Text /Rect [200 100 220 120] /Contents (%s) >>"
BUYER = b"<< /FT /Sig /T (buyer) /Type /Annot /Subtype /Widget /F 132 /Rect [%s] /P 3 0 R%s >>"
LOOKS = b" /AP << /N 31 0 R >>"
SEEN, NOWHERE, OVER_TEXT = b"200 100 290 140", b"0 0 0 0", b"10 140 200 170"


def sample(make: Sample) -> Sample:
    """Register a sample under the name of its rule: ``annotation_added`` shows ``annotation-added``."""
    SAMPLES[make.__name__.replace("_", "-")] = make
    return make


def signed(world: Any, objects: dict[int, bytes] | None = None, **more: Any) -> bytes:
    return world.sign(pdfs.build({**pdfs.OBJECTS, **(objects or {})}, **more), **more)


def with_entries(entries: dict[int, bytes]) -> dict[int, bytes]:
    """Objects with further entries in their dictionaries."""
    return {number: pdfs.OBJECTS[number][:-2] + extra + b" >>" for number, extra in entries.items()}


# --- the whole file


@sample
def readable(world: Any) -> bytes:
    """An annotation over the text, in an object stream, that only tolerant readers can read."""
    note = b"<< /Type /Annot /Subtype /Stamp /Rect [10 140 200 170] /AP << /N 31 0 R >> /X 1..2 >>"
    return in_streams(pdfs.update(signed(world), {31: STAMPED, pdfs.PAGE: ALL}), {30: note})


def in_streams(pdf: bytes, objects: dict[int, bytes]) -> bytes:
    """Append a revision whose objects lie in an object stream."""
    head, body = b"", b""
    for number, each in objects.items():
        head += b"%d %d " % (number, len(body))
        body += each + b"\n"
    holder = b"55 0 obj\n<< /Type /ObjStm /N %d /First %d /Length %d >>\nstream\n" % (
        len(objects), len(head), len(head + body),
    )  # fmt: skip
    at, start = len(pdf), len(pdf) + len(holder + head + body) + len(b"\nendstream\nendobj\n")
    rows = b"".join(b"\x02" + (55).to_bytes(4, "big") + bytes([index]) for index in range(len(objects)))
    rows += b"".join(b"\x01" + place.to_bytes(4, "big") + b"\0" for place in (at, start))
    index = b" ".join(b"%d 1" % number for number in (*objects, 55, 56))
    table = b"56 0 obj\n<< /Type /XRef /W [1 4 1] /Index [%s] /Size 60 /Root 1 0 R /Prev %d /Length %d >>\nstream\n" % (
        index, pdfs.last_start(pdf), len(rows),
    )  # fmt: skip
    pdf += holder + head + body + b"\nendstream\nendobj\n" + table + rows + b"\nendstream\nendobj\n"
    return pdf + b"startxref\n%d\n%%%%EOF\n" % start


@sample
def accounted(world: Any) -> bytes:
    """An annotation that an element names as its page, so that no page's rule looks at it."""
    tagged = {
        pdfs.CATALOG: CATALOG[:-2] + b" /StructTreeRoot 51 0 R >>",
        51: b"<< /Type /StructTreeRoot /K 52 0 R >>",
        52: b"<< /Type /StructElem /S /Annot /P 51 0 R /Pg 30 0 R /K 0 >>",
        30: NOTE % b"one",
    }
    return pdfs.update(signed(world, tagged), {30: NOTE % b"two"})


@sample
def two_roles(world: Any) -> bytes:
    """An annotation, which may change under P 3, is the page's resources too."""
    both = b"<< /Type /Annot /Subtype /Square /Rect [200 100 220 120] /Font << /F1 %d 0 R >> >>"
    page = ALL.replace(b"/Resources << /Font << /F1 7 0 R >> >>", b"/Resources 30 0 R")
    base = certified(world, 3, {**pdfs.OBJECTS, pdfs.PAGE: page, 30: both % pdfs.FONT})
    return pdfs.update(base, {30: both % 31, 31: pdfs.OBJECTS[pdfs.FONT].replace(b"Helvetica", b"Symbol")})


@sample
def trailer(world: Any) -> bytes:
    return pdfs.update(signed(world), {}, trailer=b" /Private [3 0 R]")


@sample
def catalog(world: Any) -> bytes:
    return pdfs.update(signed(world), with_entries({pdfs.CATALOG: b" /PageLayout /TwoColumnLeft"}))


@sample
def permissions(world: Any) -> bytes:
    return pdfs.update(signed(world), with_entries({pdfs.CATALOG: b" /Perms << /DocMDP 20 0 R >>"}))


@sample
def metadata(world: Any) -> bytes:
    return pdfs.update(certified(world, 1), {30: b"<< /Title (Loan) >>"}, trailer=b" /Info 30 0 R")


@sample
def certified_metadata(world: Any) -> bytes:
    return pdfs.update(certified(world, 2), {30: b"<< /Title (Loan) >>"}, trailer=b" /Info 30 0 R")


@sample
def evidence_removed(world: Any) -> bytes:
    store = with_entries({pdfs.CATALOG: b" /DSS << /Certs [30 0 R] >>"})
    whole = signed(world, {**store, 30: b"<< /Length 3 >>\nstream\nabc\nendstream"})
    return pdfs.update(whole, with_entries({pdfs.CATALOG: b" /DSS << /Certs [] >>"}))


# --- pages


@sample
def page_tree(world: Any) -> bytes:
    """Readers that believe /Count show no page."""
    return pdfs.update(signed(world), {pdfs.PAGES: pdfs.OBJECTS[pdfs.PAGES].replace(b"/Count 1", b"/Count 0")})


@sample
def page(world: Any) -> bytes:
    content = pdfs.OBJECTS[pdfs.CONTENT].replace(b"Pay 100 yen", b"Pay 900 yen")
    return pdfs.update(signed(world), {pdfs.CONTENT: content})


@sample
def tab_order(world: Any) -> bytes:
    return pdfs.update(certified(world, 1), with_entries({pdfs.PAGE: b" /Tabs /C"}))


# --- annotations


@sample
def annotation_added(world: Any) -> bytes:
    return pdfs.update(signed(world), {pdfs.PAGE: ALL, 30: NOTE % b"new"})


@sample
def annotation_changed(world: Any) -> bytes:
    return pdfs.update(signed(world, {pdfs.PAGE: ALL, 30: NOTE % b"one"}), {30: NOTE % b"two"})


@sample
def annotation_removed(world: Any) -> bytes:
    return pdfs.update(signed(world, {pdfs.PAGE: ALL, 30: NOTE % b"one"}), {pdfs.PAGE: PAGE})


@sample
def annotation_kind(world: Any) -> bytes:
    video = b"<< /Type /Annot /Subtype /RichMedia /Rect [200 100 290 140] >>"
    return pdfs.update(certified(world, 3), {pdfs.PAGE: ALL, 30: video})


@sample
def annotation_content(world: Any) -> bytes:
    """Where comments may change, the model that the page shows is exchanged."""
    model = b"<< /Type /Annot /Subtype /3D /Rect [200 100 220 120] /3DD 31 0 R >>"
    objects = {**pdfs.OBJECTS, pdfs.PAGE: ALL, 30: model, 31: b"<< /Length 3 >>\nstream\none\nendstream"}
    return pdfs.update(certified(world, 3, objects), {31: b"<< /Length 3 >>\nstream\ntwo\nendstream"})


@sample
def annotation_order(world: Any) -> bytes:
    """What lay below lies above."""
    notes = {30: NOTE % b"one", 31: NOTE % b"two", pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"30 0 R", b"31 0 R")}
    return pdfs.update(signed(world, notes), {pdfs.PAGE: annots(b"6 0 R", b"8 0 R", b"31 0 R", b"30 0 R")})


@sample
def annotation_places(world: Any) -> bytes:
    """One new signature, shown on two pages."""
    second = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Resources << >>%s >>"
    base = signed(world, {pdfs.PAGES: b"<< /Type /Pages /Kids [3 0 R 40 0 R] /Count 2 >>", 40: second % b""})
    added = {pdfs.FORM: THREE, pdfs.PAGE: ALL, 40: second % b" /Annots [30 0 R]"}
    return by_buyer(world, base, SEEN, added)


@sample
def covers_text(world: Any) -> bytes:
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [10 140 200 170] /AP << /N 31 0 R >> >>"
    return pdfs.update(certified(world, 3), {pdfs.PAGE: ALL, 30: note, 31: STAMPED})


@sample
def signature_over_text(world: Any) -> bytes:
    return by_buyer(world, certified(world, 2), OVER_TEXT, {pdfs.FORM: THREE, pdfs.PAGE: ALL})


@sample
def signature_size(world: Any) -> bytes:
    """Where nothing is certified a signature may stand over text; this one stands over the whole page."""
    return by_buyer(world, signed(world), b"0 0 300 200", {pdfs.FORM: THREE, pdfs.PAGE: ALL})


@sample
def appearance_box(world: Any) -> bytes:
    """Readers do not agree on where a box without height lies."""
    note = b"<< /Type /Annot /Subtype /Stamp /Rect [200 100 290 140] /AP << /N 31 0 R >> >>"
    flat = STAMPED.replace(b"[0 0 99 20]", b"[0 0 99 0]")
    return pdfs.update(certified(world, 3), {pdfs.PAGE: ALL, 30: note, 31: flat})


@sample
def page_size(world: Any) -> bytes:
    """Of a unit that is ten points to some viewers others know nothing."""
    note = b"<< /Type /Annot /Subtype /Stamp /Rect [200 100 290 140] /AP << /N 31 0 R >> >>"
    before = certified(world, 3, pdfs.OBJECTS | {pdfs.PAGE: PAGE[:-2] + b" /UserUnit 10 >>"})
    return pdfs.update(before, {pdfs.PAGE: ALL[:-2] + b" /UserUnit 10 >>", 30: note, 31: STAMPED})


@sample
def appearance_order(world: Any) -> bytes:
    """What a comment leaves open some viewers take over into what they draw after it."""
    note = b"<< /Type /Annot /Subtype /Stamp /Rect [200 100 290 140] /AP << /N 31 0 R >> >>"
    open_ended = STAMPED.replace(b"1 g 0 0 99 20 re f    ", b"1 g 0 0 9 9 re f q BT ")
    return pdfs.update(certified(world, 3), {pdfs.PAGE: ALL, 30: note, 31: open_ended})


# --- form


@sample
def form_removed(world: Any) -> bytes:
    return pdfs.update(signed(world), {pdfs.CATALOG: CATALOG.replace(b" /AcroForm 5 0 R", b"")})


@sample
def form(world: Any) -> bytes:
    return pdfs.update(signed(world), with_entries({pdfs.FORM: b" /NeedAppearances true"}))


@sample
def form_resources(world: Any) -> bytes:
    """The font that a field asks for was missing; now there is one, with other glyphs."""
    asking = {pdfs.TEXT_FIELD: FIELD[:-2] + b" /DA (/Q 12 Tf) >>"}
    font = b" /DR << /Font << /Q << /Type /Font /Subtype /Type1 /BaseFont /Symbol >> >> >>"
    return pdfs.update(signed(world, asking), with_entries({pdfs.FORM: font}))


@sample
def field_removed(world: Any) -> bytes:
    return pdfs.update(signed(world), {pdfs.FORM: b"<< /Fields [6 0 R] /SigFlags 3 >>"})


@sample
def field_added(world: Any) -> bytes:
    """Words in empty space, by a text field that was not there."""
    field = b"<< /FT /Tx /T (new) /V (x) /Type /Annot /Subtype /Widget /F 4 /Rect [200 100 290 140] /P 3 0 R"
    added = {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: field + LOOKS + b" >>", 31: STAMPED}
    return pdfs.update(signed(world), added)


@sample
def field_changed(world: Any) -> bytes:
    """A field moved up to the text."""
    return pdfs.update(signed(world), {pdfs.TEXT_FIELD: FIELD.replace(b"[150 20 280 60]", b"[150 80 280 120]")})


@sample
def field_filled(world: Any) -> bytes:
    return pdfs.update(certified(world, 1, {**pdfs.OBJECTS, pdfs.TEXT_FIELD: EMPTY_FIELD}), FILLED)


@sample
def field_overwritten(world: Any) -> bytes:
    return pdfs.update(signed(world), FILLED)


@sample
def field_locked(world: Any) -> bytes:
    lock = b" /Reference [<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams"
    lock += b" << /Type /TransformParams /Action /Include /Fields [(note)] /V /1.2 >> >>]"
    return pdfs.update(signed_with(world, {pdfs.TEXT_FIELD: EMPTY_FIELD}, lock), FILLED)


def signed_with(world: Any, objects: dict[int, bytes], extra: bytes) -> bytes:
    return world.sign(pdfs.build({**pdfs.OBJECTS, **objects}), extra=extra)


@sample
def appearance_replaced(world: Any) -> bytes:
    """The field says what it said, and shows something else."""
    return pdfs.update(signed(world), {pdfs.TEXT_FIELD: FIELD.replace(b"/N 9 0 R", b"/N 31 0 R"), 31: STAMPED})


@sample
def shows_its_value(world: Any) -> bytes:
    """The value says one thing, and what is seen another."""
    base = signed(world, {pdfs.TEXT_FIELD: EMPTY_FIELD})
    return pdfs.update(base, {**FILLED, 31: pdfs.looks_of(b"third")})


@sample
def shared_appearance(world: Any) -> bytes:
    kept = b" /Private 40 0 R"
    shared = {pdfs.TEXT_FIELD: EMPTY_FIELD[:-2] + b" /AP 40 0 R >>", 40: b"<< /N 9 0 R >>"}
    return pdfs.update(signed(world, shared, trailer=kept), FILLED, trailer=kept)


@sample
def signed_field_changed(world: Any) -> bytes:
    hidden = SELLER.replace(b"/F 132", b"/F 134")[:-2] + b" /V 20 0 R >>"
    return pdfs.update(signed(world), {pdfs.SELLER: hidden})


def by_buyer(world: Any, base: bytes, place: bytes, objects: dict[int, bytes], **dictionary: Any) -> bytes:
    """A further signature, with looks, in a field at ``place``."""
    field = BUYER % (place, LOOKS)
    return pdfs.sign(
        base, world.cms, field=30, number=21, objects={**objects, 30: field, 31: STAMPED}, **dictionary
    )  # fmt: skip


@sample
def signature_added(world: Any) -> bytes:
    two = {**pdfs.OBJECTS, pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: BUYER % (NOWHERE, b"")}
    return pdfs.sign(certified(world, 1, two), world.cms, field=30, number=21, objects={30: two[30]})


@sample
def signature_value(world: Any) -> bytes:
    """The buyer's field shows a seal, by the seller's signature."""
    two = {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: BUYER % (SEEN, b"")}
    claimed = BUYER % (SEEN, LOOKS + b" /V 20 0 R")
    return pdfs.update(signed(world, two), {30: claimed, 31: STAMPED})


@sample
def unsigned_draws(world: Any) -> bytes:
    return pdfs.update(signed(world), {pdfs.FORM: THREE, pdfs.PAGE: ALL, 30: BUYER % (SEEN, LOOKS), 31: STAMPED})


@sample
def timestamp_draws(world: Any) -> bytes:
    added = {pdfs.FORM: THREE, pdfs.PAGE: ALL}
    return by_buyer(world, signed(world), SEEN, added, sub_filter=b"ETSI.RFC3161")


# --- structure

ROOT = b"<< /Type /StructTreeRoot /K [52 0 R 53 0 R] /ParentTree << /Nums [0 [%d 0 R]] >> >>"
TAGGED = {
    pdfs.CATALOG: CATALOG[:-2] + b" /StructTreeRoot 51 0 R >>",
    51: ROOT % 52,
    52: b"<< /Type /StructElem /S /P /P 51 0 R /Pg 3 0 R /K 0 >>",
    53: b"<< /Type /StructElem /S /P /P 51 0 R /ActualText (Pay 900 yen) >>",
}


@sample
def structure_tree(world: Any) -> bytes:
    """Other words are read aloud."""
    return pdfs.update(signed(world, TAGGED), {52: TAGGED[52][:-2] + b" /ActualText (Pay 900 yen) >>"})


@sample
def structure_parents(world: Any) -> bytes:
    """The text belongs to another element, which has other words."""
    return pdfs.update(signed(world, TAGGED), {51: ROOT % 53})
