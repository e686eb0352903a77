"""Annotations, signatures and timestamps that draw, and evidence that goes."""

from __future__ import annotations

from tests.attacks import bases, shapes, syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import Attack, mutation
from tests.attacks.syntax import reference
from tests.attacks.witnesses import Area
from tests.attacks.writer import Written
from tests.validation import pdfs

KIND, SIGNATURES, EVIDENCE, COVER = "annotations", "signatures that draw", "evidence", "cover"

_PLACES = ((10, 100, 110, 130), (100, 40, 190, 66), (0, 0, 200, 140), (20, 60, 60, 80))


def _place(attack: Attack) -> bytes:
    return b"[%d %d %d %d]" % attack.choose(*_PLACES)


def _looks(attack: Attack) -> int:
    background = attack.choose(b"1 g 0 0 100 30 re f 0 g ", b"0.9 0 0 rg 0 0 100 30 re f 1 g ", b"")
    return attack.add(shapes.looks(100, 30, background + shapes.words(b"Pay 999 yen")))


@mutation(KIND)
def annotation_added(attack: Attack) -> None:
    kinds = (
        b"/Stamp",
        b"/FreeText",
        b"/Square",
        b"/Highlight",
        b"/Link",
        b"/Widget",
        b"/Watermark",
        b"/PrinterMark",
        b"/TrapNet",
        b"/Redact",
        b"/Screen",
        b"/3D",
        b"/Popup",
        b"/XX",
    )
    number = attack.add(
        b"<< /Type /Annot /Subtype %s /F 4 /Rect %s /AP << /N %d 0 R >> >>"
        % (attack.choose(*kinds), _place(attack), _looks(attack))
    )
    attack.append(attack.page(), b"/Annots", reference(number))


@mutation(KIND)
def annotation_without_looks(attack: Attack) -> None:
    extras = (
        b"/Subtype /FreeText /Contents (Pay 999) /DA (/Helv 12 Tf 1 0 0 rg)",
        b"/Subtype /Square /IC [1 0 0] /C [0 0 1]",
        b"/Subtype /Highlight /C [1 0 0] /QuadPoints [10 130 110 130 10 100 110 100]",
        b"/Subtype /Line /L [10 100 110 130] /C [1 0 0]",
        b"/Subtype /Link /C [1 0 0] /Border [0 0 5]", b"/Subtype /Text /Contents (999) /Open true",
        b"/Subtype /StrikeOut /C [1 0 0] /QuadPoints [10 130 110 130 10 100 110 100]",
        b"/Subtype /Redact /IC [0 0 0] /QuadPoints [10 130 110 130 10 100 110 100]",
        b"/Subtype /Stamp /Name /Draft", b"/Subtype /Ink /C [1 0 0] /InkList [[10 100 110 130]]",
    )  # fmt: skip
    number = attack.add(b"<< /Type /Annot /F 4 /Rect %s %s >>" % (_place(attack), attack.choose(*extras)))
    attack.append(attack.page(), b"/Annots", reference(number))


@mutation(KIND)
def annotation_written_directly(attack: Attack) -> None:
    attack.append(
        attack.page(),
        b"/Annots",
        b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect %s /AP << /N %d 0 R >> >>" % (_place(attack), _looks(attack)),
    )


@mutation(KIND)
def annotation_removed(attack: Attack) -> None:
    page = attack.page()
    kept = attack.doc.annotations(page)
    if not kept:
        raise Absent("annotations")
    kept.remove(attack.random.choice(kept))
    attack.change(page, {b"/Annots": b"[" + b" ".join(map(reference, kept)) + b"]"})


@mutation(KIND)
def annotations_in_another_order(attack: Attack) -> None:
    page = attack.page()
    kept = attack.doc.annotations(page)
    if len(kept) < 2:
        raise Absent("a second annotation")
    attack.change(page, {b"/Annots": b"[" + b" ".join(map(reference, kept[::-1])) + b"]"})


@mutation(KIND)
def annotations_all_gone(attack: Attack) -> None:
    attack.change(attack.page(), attack.choose({b"/Annots": b"[]"}, {b"/Annots": b"null"}, {b"/Annots": b"9999 0 R"}))


@mutation(KIND)
def annotation_twice(attack: Attack) -> None:
    page = attack.page()
    kept = attack.doc.annotations(page)
    if not kept:
        raise Absent("annotations")
    attack.append(page, b"/Annots", reference(kept[0]), b"null")


@mutation(KIND)
def annotation_of_another_page(attack: Attack) -> None:
    first, *others = attack.doc.pages
    if not others or not attack.doc.annotations(first):
        raise Absent("another page")
    attack.append(others[0], b"/Annots", reference(attack.doc.annotations(first)[0]))


@mutation(KIND, forbidden=True)
def words_of_an_annotation(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.typed(b"/Annot"))
    attack.change(number, {b"/Contents": b"(Pay 999)", b"/RC": b"(<p>999</p>)"})


@mutation(KIND, forbidden=True)
def action_of_an_annotation(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.typed(b"/Annot"))
    actions = (
        b"<< /S /URI /URI (http://other.example) >>",
        b"<< /S /JavaScript /JS (1) >>",
        b"<< /S /Hide /T (note) >>",
        b"<< /S /SubmitForm /F (x) >>",
    )
    attack.change(number, {b"/A": attack.choose(*actions)})


# --- signatures and timestamps -------------------------------------------------------------------------------


def _signature(attack: Attack, where: bytes, looks: int, *, stamp: bool, page: int | None = None) -> None:
    """Write a real signature or timestamp into a field of its own, over something."""
    page, value = page or attack.page(), attack.new()
    number = attack.add(
        b"<< /FT /Sig /T (late%d) /Type /Annot /Subtype /Widget /F 132 /Rect %s /P %d 0 R /V %d 0 R"
        b" /AP << /N %d 0 R >> >>" % (value, where, page, value, looks)
    )
    if stamp:
        attack.put(
            value, pdfs.signature_dictionary(sub_filter=b"ETSI.RFC3161", room=4200).replace(b"/Sig ", b"/DocTimeStamp ")
        )
    else:
        attack.put(value, pdfs.signature_dictionary(room=2600))
    attack.append(page, b"/Annots", reference(number))
    attack.append(attack.doc.form, b"/Fields", reference(number))
    attack.bare = pdfs.fill(attack.revision.render(), bases.token if stamp else bases.cms)


@mutation(SIGNATURES)
def timestamp_over_something(attack: Attack) -> None:
    _signature(attack, _place(attack), _looks(attack), stamp=True)


@mutation(SIGNATURES)
def signature_over_the_text(attack: Attack) -> None:
    """Nobody forbids this where nothing is certified, or where there is no text: a new signature's right to be seen."""
    if attack.base.seal not in ("p1", "p2", "p3") or attack.base.name.startswith("ours/"):
        attack.areas.append(Area(None, (10, 100, 110, 130)))
    _signature(attack, b"[10 100 110 130]", _looks(attack), stamp=False, page=attack.doc.pages[0])


@mutation(SIGNATURES)
def signature_and_other_changes(attack: Attack) -> None:
    attack.write(attack.evil())
    _signature(attack, b"[0 0 0 0]", _looks(attack), stamp=attack.choose(True, False))


@mutation(SIGNATURES)
def signature_of_the_same_range(attack: Attack) -> None:
    """A second dictionary with the first one's range, in a field that draws."""
    number = attack.random.choice(attack.doc.fields_of(b"/Sig", filled=True))
    value = syntax.number_of(attack.entries(number)[b"/V"])
    if value is None:
        raise Absent("a signature")
    copied = attack.add(attack.body(value))
    page = attack.page()
    field = attack.add(
        b"<< /FT /Sig /T (copy) /Type /Annot /Subtype /Widget /F 4 /Rect %s /V %d 0 R /P %d 0 R /AP << /N %d 0 R >> >>"
        % (_place(attack), copied, page, _looks(attack))
    )
    attack.append(page, b"/Annots", reference(field))
    attack.append(attack.doc.form, b"/Fields", reference(field))


def _value(attack: Attack) -> tuple[int, int]:
    """Return a signed field, and its signature's dictionary."""
    number = attack.random.choice(attack.doc.fields_of(b"/Sig", filled=True))
    value = syntax.number_of(attack.entries(number)[b"/V"])
    if value is None or attack.base.crypt is not None:
        raise Absent("a signature in the clear")
    return number, value


@mutation(SIGNATURES, forbidden=True)
def signature_dictionary_written_again(attack: Attack) -> None:
    """The same bytes signed, but by somebody of another name, or at another time."""
    entry = attack.choose((b"/Name", b"(Mallory)"), (b"/Reason", b"(I agree)"), (b"/M", b"(D:20200101000000Z)"))
    attack.change(_value(attack)[1], dict([entry]))


@mutation(SIGNATURES, forbidden=True)
def signature_dictionary_elsewhere(attack: Attack) -> None:
    number, value = _value(attack)
    copied = attack.add(syntax.with_entries(attack.body(value), {b"/Name": b"(Mallory)"}))
    attack.change(number, {b"/V": reference(copied)})


@mutation(SIGNATURES, forbidden=True)
def signed_field_renamed(attack: Attack) -> None:
    attack.change(_value(attack)[0], attack.choose({b"/T": b"(landlord)"}, {b"/TU": b"(landlord)"}))


@mutation(SIGNATURES, forbidden=True)
def certification_forgotten(attack: Attack) -> None:
    if b"/Perms" not in attack.entries(attack.doc.root):
        raise Absent("a certification")
    attack.change(attack.doc.root, {b"/Perms": attack.choose(b"null", b"<< >>", b"<< /UR3 9999 0 R >>")})


# --- evidence ------------------------------------------------------------------------------------------------


@mutation(EVIDENCE)
def store_removed(attack: Attack) -> None:
    if b"/DSS" not in attack.entries(attack.doc.root):
        raise Absent("a store")
    attack.change(attack.doc.root, {}, without=(b"/DSS",))


@mutation(EVIDENCE)
def store_emptied(attack: Attack) -> None:
    number = syntax.number_of(attack.entries(attack.doc.root).get(b"/DSS"))
    if number is None:
        raise Absent("a store")
    attack.put(number, attack.choose(b"<< /Type /DSS >>", b"null", b"<< /Certs [] >>"))


@mutation(EVIDENCE)
def evidence_written_over(attack: Attack) -> None:
    store = syntax.entries(attack.doc.value(attack.entries(attack.doc.root).get(b"/DSS")))
    found = attack.doc.references(store.get(attack.choose(b"/Certs", b"/CRLs")))
    if not found:
        raise Absent("evidence")
    attack.put(found[0], syntax.stream({}, b"\x30\x00"))


@mutation(EVIDENCE)
def evidence_and_something_else(attack: Attack) -> None:
    keys = (b"/XX", b"/Type", b"/VRI", b"/Contents", b"/AP")
    attack.change(
        attack.doc.root,
        {b"/DSS": b"<< /Certs [] %s %d 0 R >>" % (attack.choose(*keys), attack.add(attack.evil_content()[0][1]))},
    )
    attack.write(attack.evil())


@mutation(EVIDENCE)
def evidence_that_is_a_page(attack: Attack) -> None:
    number, evil = attack.evil_content()[0]
    attack.put(number, evil)
    attack.change(attack.doc.root, {b"/DSS": b"<< /Certs [%d 0 R] >>" % number})


# --- honest company, so that an attack does not stand alone ---------------------------------------------------


@mutation(COVER)
def with_new_evidence(attack: Attack) -> None:
    number = attack.add(syntax.stream({}, bases.authority().der))
    # Whatever evidence leads to comes with it: it may name all else that was written.
    named = [piece.number for piece in attack.revision.pieces if isinstance(piece, Written)]
    more = b" /XX [%s]" % b" ".join(map(reference, named)) if attack.choose(True, False) else b""
    attack.change(attack.doc.root, {b"/DSS": b"<< /Type /DSS /Certs [%d 0 R]%s >>" % (number, more)})


@mutation(COVER)
def with_a_field_filled(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.fields_of(b"/Tx", filled=False))
    box = [float(part) for part in syntax.items(attack.entries(number)[b"/Rect"])]
    looks = attack.add(shapes.looks(int(box[2] - box[0]), 18, b"/Tx BMC " + shapes.words(b"Hanako", size=9) + b" EMC"))
    attack.change(number, {b"/V": b"(Hanako)", b"/AP": b"<< /N %d 0 R >>" % looks})
    attack.areas.append(Area(None, (box[0], box[1], box[2], box[3])))


@mutation(COVER)
def with_a_further_revision(attack: Attack) -> None:
    with_new_evidence(attack)
    attack.further_revision()
