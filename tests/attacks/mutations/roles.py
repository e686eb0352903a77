"""One object in two parts: what is a field, an element, evidence or a page is also drawn."""

from __future__ import annotations

import random

from tests.attacks import shapes, syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import Attack, mutation, other_words, preparation
from tests.attacks.syntax import reference
from tests.attacks.writer import Draft

PREPARED, APPENDED = "two roles, prepared", "two roles"


def _drawn(content: bytes) -> tuple[dict[bytes, bytes], bytes]:
    said = {
        b"/Type": b"/XObject",
        b"/Subtype": b"/Form",
        b"/BBox": b"[0 0 200 140]",
        b"/Resources": b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>",
    }
    return said, content


def _show(draft: Draft, number: int) -> None:
    """Let the page draw an object as a form."""
    page = syntax.entries(draft.objects[shapes.PAGE])
    resources = page.get(b"/Resources", b"<< /Font << /F1 7 0 R >> >>")
    drawn = syntax.entries(syntax.entries(resources).get(b"/XObject", b"<< >>")) | {b"/Z": reference(number)}
    changed = syntax.with_entries(resources, {b"/XObject": syntax.dictionary(drawn)})
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], {b"/Resources": changed})
    old = draft.objects[shapes.CONTENT]
    draft.objects[shapes.CONTENT] = syntax.stream({}, (syntax.data(old) or b"") + b" /Z Do")


_MARK = b"q 0.2 0.2 0.2 rg 90 70 20 20 re f Q"


def _aliased(draft: Draft, extra: dict[bytes, bytes]) -> int:
    number = draft.new()
    said, content = _drawn(_MARK)
    draft.objects[number] = syntax.stream(said | extra, content)
    _show(draft, number)
    return number


@preparation(PREPARED)
def element_that_is_drawn(draft: Draft, choice: random.Random) -> None:
    number = _aliased(draft, {b"/S": b"/P", b"/K": b"0"})
    root = draft.new()
    draft.objects[root] = b"<< /Type /StructTreeRoot /K [%d 0 R] >>" % number
    draft.objects[1] = syntax.with_entries(draft.objects[1], {b"/StructTreeRoot": reference(root)})


@preparation(PREPARED)
def metadata_that_is_drawn(draft: Draft, choice: random.Random) -> None:
    number = draft.new()
    draft.objects[1] = syntax.with_entries(draft.objects[1], {b"/Metadata": reference(number)})
    _aliased(draft, {})


@preparation(PREPARED)
def evidence_that_is_drawn(draft: Draft, choice: random.Random) -> None:
    number = _aliased(draft, {})
    draft.objects[1] = syntax.with_entries(draft.objects[1], {b"/DSS": b"<< /Certs [%d 0 R] >>" % number})


@preparation(PREPARED)
def private_data_that_is_drawn(draft: Draft, choice: random.Random) -> None:
    number = _aliased(draft, {})
    key = choice.choice([b"/PieceInfo", b"/LastModified", b"/Tabs", b"/Metadata"])
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], {key: reference(number)})


@preparation(PREPARED)
def looks_of_an_empty_field_drawn(draft: Draft, choice: random.Random) -> None:
    """The appearance of a field still to be filled is what the page draws."""
    number = _aliased(draft, {})
    target = choice.choice([n for n in (shapes.BUYER, shapes.NAME, shapes.NOTE) if n in draft.objects])
    draft.objects[target] = syntax.with_entries(draft.objects[target], {b"/AP": b"<< /N %d 0 R >>" % number})


@preparation(PREPARED)
def info_that_is_a_font(draft: Draft, choice: random.Random) -> None:
    draft.objects[shapes.FONT] = syntax.with_entries(draft.objects[shapes.FONT], {b"/Title": b"(x)"})
    draft.trailer[b"/Info"] = reference(shapes.FONT)


@preparation(PREPARED)
def field_that_is_a_graphics_state(draft: Draft, choice: random.Random) -> None:
    """An empty field is also the graphics state, font or colour space of the page."""
    target = choice.choice([n for n in (shapes.BUYER, shapes.NAME) if n in draft.objects])
    resources = syntax.entries(draft.objects[shapes.PAGE]).get(b"/Resources", b"<< /Font << /F1 7 0 R >> >>")
    changed = syntax.with_entries(resources, {b"/ExtGState": b"<< /Z %d 0 R >>" % target})
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], {b"/Resources": changed})
    old = syntax.data(draft.objects[shapes.CONTENT]) or b""
    draft.objects[shapes.CONTENT] = syntax.stream({}, b"/Z gs " + old)


@preparation(PREPARED)
def form_defaults_that_are_resources(draft: Draft, choice: random.Random) -> None:
    """The form's /DR is the page's /Resources."""
    number = draft.new()
    draft.objects[number] = b"<< /Font << /F1 7 0 R >> >>"
    draft.objects[shapes.FORM] = syntax.with_entries(draft.objects[shapes.FORM], {b"/DR": reference(number)})
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], {b"/Resources": reference(number)})


def _graphics_state(draft: Draft) -> int:
    """Let the page draw under a graphics state of its own; return its number."""
    number = draft.new()
    draft.objects[number] = b"<< /ca 1 >>"
    resources = syntax.entries(draft.objects[shapes.PAGE]).get(b"/Resources", b"<< /Font << /F1 7 0 R >> >>")
    changed = syntax.with_entries(resources, {b"/ExtGState": b"<< /Z %d 0 R >>" % number})
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], {b"/Resources": changed})
    draft.objects[shapes.CONTENT] = syntax.stream({}, b"/Z gs " + (syntax.data(draft.objects[shapes.CONTENT]) or b""))
    draft.aliases.append((number, {b"/ca": b"0.1"}))
    return number


@preparation(PREPARED)
def graphics_state_of_two_parts(draft: Draft, choice: random.Random) -> None:
    """It is /Info, the security store, the metadata's, an outline, or the form's defaults besides."""
    number, root = _graphics_state(draft), draft.objects[1]
    part = choice.choice(
        [b"/Info", b"/DSS", b"/Outlines", b"/PieceInfo", b"/ViewerPreferences", b"/Extensions", b"/DR", b"/MK"]
    )
    if part == b"/Info":
        draft.trailer[part] = reference(number)
    elif part == b"/DR":
        draft.objects[shapes.FORM] = syntax.with_entries(draft.objects[shapes.FORM], {part: reference(number)})
    elif part == b"/MK":
        draft.objects[shapes.BUYER] = syntax.with_entries(draft.objects[shapes.BUYER], {part: reference(number)})
    else:
        draft.objects[1] = syntax.with_entries(root, {part: reference(number)})


@preparation(PREPARED)
def content_that_is_the_looks_of_a_field(draft: Draft, choice: random.Random) -> None:
    """What the page shows in a second content stream is the appearance of a field still to be filled."""
    number = draft.new()
    said, content = _drawn(_MARK)
    draft.objects[number] = syntax.stream(said, content)
    target = choice.choice([n for n in (shapes.BUYER, shapes.NAME) if n in draft.objects])
    draft.objects[target] = syntax.with_entries(draft.objects[target], {b"/AP": b"<< /N %d 0 R >>" % number})
    contents = {b"/Contents": b"[%d 0 R %d 0 R]" % (shapes.CONTENT, number)}
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], contents)


@preparation(PREPARED)
def annotations_that_are_the_fields(draft: Draft, choice: random.Random) -> None:
    """One array is the page's /Annots and the form's /Fields."""
    number = draft.new()
    page, form = draft.objects[shapes.PAGE], draft.objects[shapes.FORM]
    draft.objects[number] = syntax.entries(page)[b"/Annots"]
    draft.objects[shapes.PAGE] = syntax.with_entries(page, {b"/Annots": reference(number)})
    draft.objects[shapes.FORM] = syntax.with_entries(form, {b"/Fields": reference(number)})


@preparation(PREPARED)
def names_of_pictures_that_are_a_store(draft: Draft, choice: random.Random) -> None:
    """The page's /XObject dictionary is the security store, or a part of it."""
    shown, hidden, number = draft.new(), draft.new() + 1, draft.new() + 2
    draft.objects[shown] = syntax.stream(*_drawn(_MARK))
    draft.objects[hidden] = syntax.stream(*_drawn(b"q 0.8 0 0 rg 20 45 70 25 re f Q"))
    draft.objects[number] = b"<< /Z %d 0 R >>" % shown
    draft.aliases.append((number, {b"/Z": reference(hidden)}))
    resources = syntax.entries(draft.objects[shapes.PAGE]).get(b"/Resources", b"<< /Font << /F1 7 0 R >> >>")
    changed = syntax.with_entries(resources, {b"/XObject": reference(number)})
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], {b"/Resources": changed})
    content = syntax.data(draft.objects[shapes.CONTENT]) or b""
    draft.objects[shapes.CONTENT] = syntax.stream({}, content + b" /Z Do")
    store = choice.choice([reference(number), b"<< /VRI %d 0 R >>" % number])
    draft.objects[1] = syntax.with_entries(draft.objects[1], {b"/DSS": store})


#: Dictionaries that a page may take its /XObject names from, each with keys that some rule leaves free in it.
_KEYS = {
    "field": (b"/V", b"/RV", b"/M", b"/AS", b"/I", b"/AP", b"/Parent", b"/Kids", b"/P", b"/StructParent"),
    "filled field": (b"/RV", b"/M", b"/AP", b"/P", b"/Parent"),
    "signed field": (b"/M", b"/P", b"/Lock", b"/SV", b"/Parent"),
    "element": (b"/P", b"/K", b"/Pg", b"/A", b"/Ref", b"/C"),
    "page": (b"/Metadata", b"/PieceInfo", b"/LastModified", b"/Annots", b"/Tabs", b"/StructParents", b"/Parent"),
    "catalog": (b"/Metadata", b"/DSS", b"/Version", b"/Extensions", b"/AcroForm", b"/Perms", b"/MarkInfo"),
    "form": (b"/XFA", b"/DR", b"/CO", b"/SigFlags", b"/NeedAppearances", b"/Fields"),
    "node": (b"/Count", b"/Parent", b"/XX", b"/Metadata"),
    "store": (b"/Certs", b"/CRLs", b"/OCSPs", b"/VRI", b"/XX"),
    "info": (b"/Title", b"/ModDate", b"/XX"),
}


@preparation(PREPARED, weight=8)
def names_that_are_keys(draft: Draft, choice: random.Random) -> None:
    """The page draws by names that are keys of a dictionary with another part: a field, an element, the catalog …"""
    role = choice.choice(sorted(_KEYS))
    key, number = choice.choice(_KEYS[role]), _object_of(draft, role)
    shown, hidden = draft.new(), draft.new() + 1
    draft.objects[shown] = syntax.stream(*_drawn(_MARK))
    draft.objects[hidden] = syntax.stream(*_drawn(b"q 0.8 0 0 rg 20 45 70 25 re f Q"))
    if key not in syntax.entries(draft.objects[number]) and key not in (b"/V", b"/Certs", b"/CRLs"):
        draft.objects[number] = syntax.with_entries(draft.objects[number], {key: reference(shown)})
    resources = syntax.entries(draft.objects[shapes.PAGE]).get(b"/Resources", b"<< /Font << /F1 7 0 R >> >>")
    changed = syntax.with_entries(resources, {b"/XObject": reference(number)})
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], {b"/Resources": changed})
    content = syntax.data(draft.objects[shapes.CONTENT]) or b""
    draft.objects[shapes.CONTENT] = syntax.stream({}, content + b" " + key + b" Do")
    draft.aliases.append((number, {key: reference(hidden)}))


def _object_of(draft: Draft, role: str) -> int:
    """Return the number of an object that plays the role; it is made where there is none."""
    there = {
        "field": shapes.NAME if shapes.NAME in draft.objects else shapes.BUYER, "signed field": shapes.SELLER,
        "filled field": shapes.NOTE if shapes.NOTE in draft.objects else shapes.BUYER, "page": shapes.PAGE,
        "catalog": shapes.CATALOG, "form": shapes.FORM, "node": shapes.PAGES,
    }  # fmt: skip
    if role in there:
        return there[role]
    number = draft.new()
    if role == "element":
        draft.objects[number] = b"<< /Type /StructElem /S /Span >>"
    elif role == "store":
        draft.objects[number] = b"<< /Type /DSS >>"
        draft.objects[1] = syntax.with_entries(draft.objects[1], {b"/DSS": reference(number)})
    else:
        draft.objects[number] = b"<< /Author (Someone) >>"
        draft.trailer[b"/Info"] = reference(number)
    return number


@mutation(PREPARED, weight=6)
def second_part_changed(attack: Attack) -> None:
    """What plays two parts is changed, so that the page shows something else."""
    aliases = attack.base.draft.aliases if attack.base.draft else []
    if not aliases:
        raise Absent("an object with two parts")
    number, changed = attack.random.choice(aliases)
    hidden = syntax.number_of(next(iter(changed.values())))
    if hidden is not None and attack.choose(True, False):
        attack.put(hidden, attack.body(hidden))
    attack.change(number, changed)


@mutation(PREPARED, weight=3)
def drawn_by_key_changed(attack: Attack) -> None:
    """What a key with two meanings leads to is written anew, the dictionary is left alone."""
    aliases = attack.base.draft.aliases if attack.base.draft else []
    found = [syntax.number_of(attack.entries(number).get(key)) for number, changed in aliases for key in changed]
    number = next((number for number in found if number is not None), None)
    if number is None or syntax.data(attack.body(number)) is None:
        raise Absent("an object drawn by a key")
    kept = {key: value for key, value in attack.entries(number).items() if key != b"/Length"}
    attack.put(number, syntax.stream(kept, b"q 0.8 0 0 rg 20 45 70 25 re f Q"))


@mutation(PREPARED, weight=4)
def aliased_object_changed(attack: Attack) -> None:
    """Whatever is drawn and has a second part too now draws other words; its second part stays as it was."""
    found = [n for n, body in attack.doc.objects.items() if _MARK in (syntax.data(body) or b"")]
    if not found:
        raise Absent("an object with two parts")
    body = attack.body(found[0])
    kept = {key: value for key, value in syntax.entries(body).items() if key != b"/Length"}
    attack.put(attack.random.choice(found), syntax.stream(kept, other_words(_MARK, attack.random)))


@mutation(APPENDED)
def empty_field_given_other_entries(attack: Attack) -> None:
    target = attack.random.choice(attack.doc.fields_of(attack.choose(b"/Sig", b"/Tx"), filled=False))
    attack.change(
        target,
        dict(
            [
                attack.choose(
                    (b"/ca", b"0.2"),
                    (b"/BaseFont", b"/Symbol"),
                    (b"/BM", b"/Multiply"),
                    (b"/Font", b"[%d 0 R 40]" % target),
                    (b"/LW", b"9"),
                )
            ]
        ),
    )


@mutation(APPENDED)
def defaults_given_another_font(attack: Attack) -> None:
    font = attack.add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>")
    form = attack.doc.form
    number = syntax.number_of(attack.entries(form).get(b"/DR"))
    said = b"<< /Font << /F1 %d 0 R >> >>" % font
    if number is None:
        attack.change(form, {b"/DR": said})
    else:
        attack.put(number, said)


@mutation(APPENDED)
def info_given_another_font(attack: Attack) -> None:
    number = syntax.number_of(attack.revision.trailer.get(b"/Info"))
    if number is None:
        raise Absent("/Info")
    attack.change(number, {b"/BaseFont": b"/Symbol", b"/Title": b"(y)"})


@mutation(APPENDED)
def signature_value_that_is_drawn(attack: Attack) -> None:
    """A page draws an object that a new signature field or evidence brings."""
    said, content = _drawn(b"q 0.8 0 0 rg 20 45 70 25 re f Q")
    number = attack.add(syntax.stream(said, content))
    attack.change(attack.doc.root, {b"/DSS": b"<< /Type /DSS /Certs [%d 0 R] >>" % number})
    page = attack.page()
    resources = attack.doc.resources(page)
    drawn = {b"/XObject": b"<< /Z %d 0 R >>" % number} | {k: v for k, v in resources.items() if k != b"/XObject"}
    content_number = attack.doc.contents(page)
    old = syntax.decoded(attack.body(content_number)) or b""
    attack.change(page, {b"/Resources": syntax.dictionary(drawn)})
    attack.put(content_number, syntax.stream({}, old + b" /Z Do"))


@mutation(APPENDED)
def annotation_that_is_a_field(attack: Attack) -> None:
    """An annotation that was there is entered among the fields, so that it may be filled."""
    number = attack.drawn_annotation()
    looks = attack.add(shapes.looks(80, 20, b"0.9 0 0 rg 0 0 80 20 re f"))
    attack.append(attack.doc.form, b"/Fields", reference(number))
    attack.change(number, {b"/FT": b"/Tx", b"/T": b"(added)", b"/V": b"(999)", b"/AP": b"<< /N %d 0 R >>" % looks})


@mutation(APPENDED)
def page_that_is_a_field(attack: Attack) -> None:
    page = attack.page()
    attack.append(attack.doc.form, b"/Fields", reference(page))
    attack.change(page, {b"/FT": b"/Tx", b"/T": b"(page)", b"/V": b"(x)", b"/Rotate": b"180"})


@mutation(APPENDED)
def catalog_that_is_a_field(attack: Attack) -> None:
    attack.append(attack.doc.form, b"/Fields", reference(attack.doc.root))
    edit = dict(attack.evil())
    attack.write(list(edit.items()))


@mutation(APPENDED)
def appearance_that_is_a_content(attack: Attack) -> None:
    """A field is filled with a look that is the page's content, which is changed with it."""
    target = attack.random.choice(attack.doc.fields_of(b"/Tx", filled=False))
    page = attack.page()
    number, evil = attack.evil_content()[0]
    said, content = _drawn(syntax.data(evil) or b"")
    attack.put(number, syntax.stream(said, content))
    attack.change(target, {b"/V": b"(x)", b"/AP": b"<< /N %d 0 R >>" % number})
    attack.change(page, {})
