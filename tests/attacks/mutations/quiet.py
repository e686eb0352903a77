"""What is written otherwise and says the same to a kind reader, and documents prepared for changes that nobody follows.

Each of these passed once beside new evidence, for which nothing was drawn.
"""

from __future__ import annotations

import random

from tests.attacks import bases, shapes, syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import COMMENTED, Attack, mutation, preparation
from tests.attacks.syntax import reference
from tests.attacks.witnesses import Area
from tests.attacks.writer import Draft
from tests.validation import pdfs

OTHERWISE, UNFOLLOWED = "written otherwise", "nobody follows"


def _something_drawn(attack: Attack) -> int:
    """Choose an object that is drawn, or leads to what is."""
    page = attack.page()
    found = [page, attack.doc.contents(page), attack.doc.page_root]
    found += [*attack.doc.resource(page, b"/Font"), *attack.doc.resource(page, b"/XObject")]
    found += attack.doc.annotations(page)
    number = attack.random.choice([number for number in found if number in attack.doc.objects])
    if attack.base.seal == "p3" and number in attack.doc.annotations(page):
        attack.areas.append(COMMENTED)  # comments may be changed
    return number


@mutation(OTHERWISE, weight=3)
def object_that_is_a_reference(attack: Attack) -> None:
    """7.3.10: PDFium takes a reference to a reference for nothing."""
    page = attack.page()
    found = [attack.doc.contents(page), *attack.doc.resource(page, b"/XObject"), *attack.doc.resource(page, b"/Font")]
    found += [number for number in attack.doc.annotations(page) if b"/AP" in attack.entries(number)]
    number = attack.random.choice(found)
    if b"/AP" in attack.entries(number):
        number = attack.doc.appearance(number)
    copied = attack.add(attack.body(number))
    attack.put(number, reference(copied))


@mutation(OTHERWISE, weight=3)
def real_for_a_whole_number(attack: Attack) -> None:
    """Poppler takes a real number for none where it wants a whole one."""
    number = _something_drawn(attack)
    whole = {key: value for key, value in attack.entries(number).items() if value.isdigit() and key != b"/Length"}
    if not whole:
        raise Absent("a whole number")
    attack.change(number, {key: value + attack.choose(b".0", b".") for key, value in whole.items()})


@mutation(OTHERWISE, weight=2)
def null_stated(attack: Attack) -> None:
    """PDFium asks whether a page has /Kids, and null is there."""
    keys = (b"/Kids", b"/Kids", b"/Rotate", b"/OC", b"/AS", b"/Parent", b"/Contents", b"/UserUnit", b"/Group", b"/D")
    number, key = attack.choose(attack.page(), attack.page(), _something_drawn(attack)), attack.choose(*keys)
    if key in attack.entries(number):
        raise Absent("an entry not stated")
    attack.change(number, {key: b"null"})


@mutation(OTHERWISE)
def value_by_reference(attack: Attack) -> None:
    """An entry that was written directly is a reference to the same value."""
    number = _something_drawn(attack)
    said = [(key, value) for key, value in attack.entries(number).items() if syntax.number_of(value) is None]
    said = [each for each in said if each[0] != b"/Length"]
    if not said:
        raise Absent("an entry written directly")
    key, value = attack.random.choice(said)
    attack.change(number, {key: reference(attack.add(value))})


@mutation(OTHERWISE)
def written_anew(attack: Attack) -> None:
    """The same again: PDFium sees only now what an earlier revision of a hybrid file hides (7.5.8.4)."""
    number = attack.random.choice([_something_drawn(attack), *attack.doc.fields])
    attack.put(number, attack.body(number))


# --- documents prepared ----------------------------------------------------------------------------------------


def add_to_list(draft: Draft, number: int, key: bytes, extra: bytes) -> None:
    listed = syntax.entries(draft.objects[number]).get(key, b"[]")
    elsewhere = syntax.number_of(listed)
    if elsewhere is not None:
        draft.objects[elsewhere] = draft.objects[elsewhere][:-1] + b" " + extra + b"]"
        return
    draft.objects[number] = syntax.with_entries(draft.objects[number], {key: listed[:-1] + b" " + extra + b"]"})


def widget_at(where: bytes) -> bytes:
    return b" /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [" + where + b"]"


def changed_later(draft: Draft, number: int, **changed: bytes) -> None:
    draft.aliases.append((number, {b"/" + key.encode(): value for key, value in changed.items()}))


@preparation(UNFOLLOWED)
def page_below_a_node_of_no_tree(draft: Draft, choice: random.Random) -> None:
    """/Parent leads to a node that calls itself a page, and on to one from which viewers inherit."""
    node = draft.new()
    draft.objects[node] = b"<< /Type /Page /Parent %d 0 R >>" % (node + 1)
    draft.objects[node + 1] = b"<< /Rotate 0 >>"
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], {b"/Parent": reference(node)})
    changed_later(draft, node + 1, Rotate=b"180")


@preparation(UNFOLLOWED)
def reference_with_a_sign(draft: Draft, choice: random.Random) -> None:
    """``9 +0 R`` is a reference to every viewer."""
    number = draft.new()
    draft.objects[number] = shapes.looks(100, 20, shapes.words(b"100 yen"))
    names = b"<< " + b"/Font << /F1 7 0 R >> /XObject << /X %d %s R >> >>" % (number, choice.choice([b"+0", b"-0"]))
    draft.objects[number + 1] = names
    page = {b"/Resources": reference(number + 1)}
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], page)
    content = syntax.data(draft.objects[shapes.CONTENT]) or b""
    draft.objects[shapes.CONTENT] = syntax.stream({}, content + b" q 1 0 0 1 10 50 cm /X Do Q")
    changed_later(draft, number, BBox=b"[0 0 30 20]")


@preparation(UNFOLLOWED)
def group_that_is_awidget_at(draft: Draft, choice: random.Random) -> None:
    """A field that holds others is drawn itself."""
    group = draft.new()
    look, kid = group + 1, group + 2
    draft.objects[group] = b"<< /T (group) /Kids [%d 0 R] /AP << /N %d 0 R >>" % (kid, look)
    draft.objects[group] += widget_at(b"100 50 180 70") + b" >>"
    draft.objects[look] = shapes.looks(80, 20, shapes.words(b"100 yen", size=10))
    draft.objects[kid] = (
        b"<< /T (kid) /FT /Tx /DA (/F1 9 Tf 0 g) /Parent %d 0 R" % group + widget_at(b"4 4 30 20") + b" >>"
    )
    add_to_list(draft, shapes.FORM, b"/Fields", reference(group))
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(group) + b" " + reference(kid))
    if choice.random() < 0.5:
        changed_later(draft, look, BBox=b"[0 0 30 20]")
    else:
        draft.objects[look + 2] = shapes.looks(80, 20, shapes.words(b"999 yen", size=10))
        changed_later(draft, group, AP=b"<< /N %d 0 R >>" % (look + 2))


@preparation(UNFOLLOWED)
def kid_that_names_no_parent(draft: Draft, choice: random.Random) -> None:
    """Some viewers hand down a value from above, some go up by /Parent."""
    group, kid = draft.new(), draft.new() + 1
    draft.objects[group] = b"<< /T (group) /FT /Tx /V (100 yen) /DA (/F1 10 Tf 0 g) /Kids [%d 0 R] >>" % kid
    draft.objects[kid] = b"<< /T (kid)" + widget_at(b"100 50 180 70") + b" >>"
    add_to_list(draft, shapes.FORM, b"/Fields", reference(group))
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(kid))
    changed_later(draft, group, V=b"(999 yen)")


@preparation(UNFOLLOWED)
def group_with_a_widget_of_its_own(draft: Draft, choice: random.Random) -> None:
    """A field that holds another field, which has a value of its own, and a widget, which shows the group's."""
    group, shown, kid = draft.new(), draft.new() + 1, draft.new() + 2
    kids = b" /Kids [%d 0 R %d 0 R] >>" % (shown, kid)
    draft.objects[group] = b"<< /FT /Tx /T (price) /V (100 yen) /DA (/F1 10 Tf 0 g)" + kids
    draft.objects[shown] = b"<< /Parent %d 0 R" % group + widget_at(b"100 50 180 70") + b" >>"
    draft.objects[kid] = b"<< /Parent %d 0 R /T (per) /V (month)" % group + widget_at(b"12 80 92 98") + b" >>"
    if choice.random() < 0.5:
        drawn = {b"/NeedAppearances": b"true"}
        draft.objects[shapes.FORM] = syntax.with_entries(draft.objects[shapes.FORM], drawn)
    add_to_list(draft, shapes.FORM, b"/Fields", reference(group))
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(shown) + b" " + reference(kid))
    changed_later(draft, group, V=b"(999 yen)")


@preparation(UNFOLLOWED)
def widget_that_may_have_a_value(draft: Draft, choice: random.Random) -> None:
    """Viewers that go up by /Parent take the nearest value; the field's own stands above it."""
    field, kid = draft.new(), draft.new() + 1
    draft.objects[field] = b"<< /FT /Tx /T (once) /DA (/F1 10 Tf 0 g) /Kids [%d 0 R] >>" % kid
    draft.objects[kid] = b"<< /Parent %d 0 R" % field + widget_at(b"100 50 180 70") + b" >>"
    add_to_list(draft, shapes.FORM, b"/Fields", reference(field))
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(kid))
    changed_later(draft, kid, V=b"(999 yen)")


@preparation(UNFOLLOWED)
def annotations_of_a_node(draft: Draft, choice: random.Random) -> None:
    """pdf.js has a page without /Annots inherit them, which nobody else does."""
    if shapes.SECOND not in draft.objects:
        raise Absent("a second page")
    note, node = draft.new(), syntax.number_of(syntax.entries(draft.objects[shapes.SECOND])[b"/Parent"])
    if node is None:
        raise Absent("a node")
    draft.objects[note] = b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [100 50 180 70] /AP << /N %d 0 R >> >>" % (
        note + 1
    )
    draft.objects[note + 1] = shapes.looks(80, 20, shapes.words(b"not before May", size=10))
    draft.objects[node] = syntax.with_entries(draft.objects[node], {b"/Annots": b"[%d 0 R]" % note})


@mutation(UNFOLLOWED, forbidden=True)
def annotations_that_are_none(attack: Attack) -> None:
    """Of a page below a node that has some."""
    above = {number for number in attack.doc.nodes if b"/Annots" in attack.entries(number)}
    pages = [each for each in attack.doc.pages if syntax.number_of(attack.entries(each).get(b"/Parent")) in above]
    bare = [page for page in pages if b"/Annots" not in attack.entries(page)]
    if not bare:
        raise Absent("a page without annotations")
    attack.change(attack.random.choice(bare), {b"/Annots": b"[]"})


_SYMBOLS = b"<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>"


@preparation(UNFOLLOWED, weight=3)
def drawn_in_the_forms_font(draft: Draft, choice: random.Random) -> None:
    """What has no looks is drawn in a font of the form's: a comment, a field by a name with escapes, a tick."""
    number = draft.new()
    symbols, defaults = number + 1, number + 2
    draft.objects[symbols] = _SYMBOLS
    draft.objects[defaults] = b"<< /Font << /F1 7 0 R /Fx 7 0 R /ZaDb %d 0 R >> >>" % symbols
    where = widget_at(b"100 50 180 70")
    kind, said = choice.choice(
        [
            (
                "comment",
                b"/Type /Annot /Subtype /FreeText /Rect [100 50 180 70] /Contents (100 yen) /DA (/Fx 12 Tf 0 g)",
            ),
            ("field", b"/FT /Tx /T (prepared) /V (100 yen) /DA (/F#78 12 Tf 0 g)" + where),
            ("tick", b"/FT /Btn /T (prepared) /V /Yes /AS /Yes /DA (/F1 0 Tf 0 g) /MK << /CA (4) >>" + where),
        ]
    )
    draft.objects[number] = b"<< " + said + b" >>"
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(number))
    if kind != "comment":
        add_to_list(draft, shapes.FORM, b"/Fields", reference(number))
    form = {b"/DR": reference(defaults), b"/NeedAppearances": b"true"}
    draft.objects[shapes.FORM] = syntax.with_entries(draft.objects[shapes.FORM], form)
    changed_later(draft, defaults, Font=b"<< /F1 7 0 R /Fx %d 0 R /ZaDb 7 0 R >>" % symbols)


@preparation(UNFOLLOWED)
def drawn_in_a_default_to_come(draft: Draft, choice: random.Random) -> None:
    """What has neither looks nor a default appearance: the form may be given one."""
    number = draft.new()
    said = choice.choice([b"/Subtype /FreeText /Contents (100 yen)", b"/FT /Tx /T (no) /V (100 yen) /Subtype /Widget"])
    draft.objects[number] = b"<< /Type /Annot " + said + b" /F 4 /P 3 0 R /Rect [100 50 180 70] >>"
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(number))
    if b"/DA" in syntax.entries(draft.objects[shapes.FORM]):
        raise Absent("a form without defaults")
    changed_later(draft, shapes.FORM, DA=b"(/F1 16 Tf 1 0 0 rg)", DR=b"<< /Font << /F1 7 0 R >> >>")


@preparation(UNFOLLOWED)
def widget_with_another_parent(draft: Draft, choice: random.Random) -> None:
    """A widget of one field calls another, empty one its parent, and shows what that is filled with."""
    field, holder, stray = draft.new(), draft.new() + 1, draft.new() + 2
    draft.objects[field] = b"<< /FT /Tx /T (filled) /DA (/F1 10 Tf 0 g)" + widget_at(b"100 50 180 68") + b" >>"
    draft.objects[holder] = b"<< /FT /Tx /T (holder) /DA (/F1 10 Tf 0 g) /Kids [%d 0 R] >>" % stray
    draft.objects[stray] = b"<< /Parent %d 0 R" % field + widget_at(b"12 80 92 100") + b" >>"
    draft.objects[stray + 1] = shapes.looks(80, 18, b"/Tx BMC " + shapes.words(b"Hanako", size=9) + b" EMC")
    add_to_list(draft, shapes.FORM, b"/Fields", reference(field) + b" " + reference(holder))
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(field) + b" " + reference(stray))
    changed_later(draft, field, V=b"(Hanako)", AP=b"<< /N %d 0 R >>" % (stray + 1))


@preparation(UNFOLLOWED)
def box_that_writes_words(draft: Draft, choice: random.Random) -> None:
    """A clause appears by a tick."""
    box, state = draft.new(), draft.new() + 1
    looks = b" /AS /Off /AP << /N << /Yes %d 0 R /Off %d 0 R >> >>" % (state, state + 1)
    draft.objects[box] = b"<< /FT /Btn /T (box)" + looks + widget_at(b"100 50 190 70") + b" >>"
    draft.objects[state] = shapes.looks(90, 20, shapes.words(b"or 999 yen", size=10))
    draft.objects[state + 1] = shapes.looks(90, 20, b"")
    add_to_list(draft, shapes.FORM, b"/Fields", reference(box))
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(box))
    changed_later(draft, box, V=b"/Yes", AS=b"/Yes")


@preparation(UNFOLLOWED)
def field_of_a_name_that_another_has(draft: Draft, choice: random.Random) -> None:
    """Two fields of one name are one to PDFium, which shows the value of one in the place of the other."""
    first = draft.new()
    for number, where in ((first, b"100 50 180 68"), (first + 1, b"12 40 92 58")):
        draft.objects[number] = b"<< /FT /Tx /T (twice) /DA (/F1 10 Tf 0 g)" + widget_at(where) + b" >>"
        add_to_list(draft, shapes.FORM, b"/Fields", reference(number))
        add_to_list(draft, shapes.PAGE, b"/Annots", reference(number))
    draft.objects[first + 2] = shapes.looks(80, 18, b"/Tx BMC " + shapes.words(b"Hanako", size=9) + b" EMC")
    changed_later(draft, first, V=b"(Hanako)", AP=b"<< /N %d 0 R >>" % (first + 2))


def _button(draft: Draft, content: bytes, words: bytes, **more: bytes) -> int:
    """Add a push-button whose looks have this content, and the form behind them, with these words and entries."""
    button = draft.new()
    looks = {b"/Resources": b"<< /XObject << /Fm %d 0 R >> >>" % (button + 2)}
    form = {b"/" + key.encode(): value for key, value in more.items()}
    said = b"<< /FT /Btn /Ff 65536 /T (button) /AP << /N %d 0 R >>" % (button + 1)
    draft.objects[button] = said + widget_at(b"100 50 180 70") + b" >>"
    draft.objects[button + 1] = syntax.with_entries(shapes.looks(80, 20, content), looks)
    draft.objects[button + 2] = syntax.with_entries(shapes.looks(80, 20, shapes.words(words, size=9)), form)
    add_to_list(draft, shapes.FORM, b"/Fields", reference(button))
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(button))
    return button


@preparation(UNFOLLOWED)
def form_moved_by_a_millionth(draft: Draft, choice: random.Random) -> None:
    """What is drawn through a large matrix goes far by a rounding; poppler reads doubles, the others do not see it."""
    matrix, far = b"[0.000000001 0 0 0.000000001 %s 0]", b"1000000000 0 0 1000000000 -1000000000 0 cm /Fm Do"
    form = _button(draft, far, b"999 yen", Matrix=matrix % b"1") + 2
    changed_later(draft, form, Matrix=matrix % choice.choice([b"1.00000003", b"1.00000004"]))


@preparation(UNFOLLOWED)
def name_that_readers_spell(draft: Draft, choice: random.Random) -> None:
    """To poppler # with one digit, and what follows, is a letter: what it means comes later."""
    asked, name = choice.choice(
        [(b"/Fm#5 ", b"/FmP"), (b"/Fm#4\n1", b"/Fm@1"), (b"/F#6x ", b"/F`"), (b"/Fm#5 a", b"/FmPa")]
    )
    button = _button(draft, asked + b" Do /Gs gs", b"999 yen")
    named = b"<< /XObject << /Fm %d 0 R %s %d 0 R >> >>" % (button + 2, name, button + 2)
    changed_later(draft, button + 1, Resources=named)


@preparation(UNFOLLOWED)
def widget_of_no_field(draft: Draft, choice: random.Random) -> None:
    """Poppler draws its value while viewers are told to, and its looks when they no longer are."""
    stray = draft.new()
    said = b"<< /FT /Tx /V (100 yen) /DA (/F1 10 Tf 0 g) /AP << /N %d 0 R >>" % (stray + 1)
    draft.objects[stray] = said + widget_at(b"100 50 180 68") + b" >>"
    draft.objects[stray + 1] = shapes.looks(80, 18, shapes.words(b"999 yen", size=9))
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(stray))
    draft.objects[shapes.FORM] = syntax.with_entries(draft.objects[shapes.FORM], {b"/NeedAppearances": b"true"})
    draft.sealed_unseen = True  # a seal keeps it as it is
    changed_later(draft, shapes.FORM, NeedAppearances=b"false")


@mutation(UNFOLLOWED, weight=4)
def prepared_change_made(attack: Attack) -> None:
    """What the document was prepared for is done."""
    aliases = attack.base.draft.aliases if attack.base.draft else []
    if not aliases:
        raise Absent("a prepared change")
    number, changed = attack.random.choice(aliases)
    attack.change(number, changed)
    if b"/Rect" in attack.entries(number) and b"/V" in changed and b"/AP" in changed:
        left, bottom, right, top = (float(part) for part in syntax.items(attack.entries(number)[b"/Rect"]))
        attack.areas.append(
            Area(None, (left, bottom, right, top))
        )  # to fill it is permitted; what else shows it is not


# --- a section that one reader follows -------------------------------------------------------------------------

HIDDEN = "hidden sections"


@preparation(HIDDEN)
def section_that_nobody_names(draft: Draft, choice: random.Random) -> None:
    """It lists other words for the page, hidden beside it in the signed part."""
    if draft.crypt is not None:
        raise Absent("a file that is not encrypted")
    evil = b"\n%d 0 obj\n" % shapes.CONTENT + syntax.stream({}, shapes.words(b"Pay 999 yen", x=12, y=110, size=16))
    number = draft.new() + 90
    at = (draft.render() + evil).rfind(b"\n%d 0 obj" % shapes.CONTENT)  # not where it will be; as long
    for _ in range(2):
        row = b"\1" + at.to_bytes(4, "big") + b"\0\0"
        said = {b"/W": b"[1 4 2]", b"/Index": b"[%d 1]" % shapes.CONTENT, b"/Size": b"%d" % (number + 1)}
        said |= {b"/Type": b"/XRef", b"/Root": reference(draft.root), b"/Kept": b"(here)"}
        draft.loose = [evil + b"\nendobj\n", b"%d 0 obj\n" % number + syntax.stream(said, row) + b"\nendobj\n"]
        at = draft.render().rfind(b"\n%d 0 obj" % shapes.CONTENT) + 1


@mutation(HIDDEN)
def section_named_by_a_stream(attack: Attack) -> None:
    """/XRefStm (7.5.8.4) is for tables; mupdf follows it in a cross-reference stream as well."""
    at = attack.base.data.rfind(b"\n", 0, attack.base.data.rfind(b" 0 obj", 0, attack.base.data.rfind(b"/Kept (here)")))
    if at < 0:
        raise Absent("a hidden section")
    attack.revision.table.stream = True
    attack.revision.table.trailer[b"/XRefStm"] = b"%d" % (at + 1)
    attack.change(attack.doc.root, {b"/DSS": reference(attack.add(b"<< /Type /DSS /Certs [] >>"))})


# --- fields that wait ------------------------------------------------------------------------------------------

WAITING = "fields that wait"


@preparation(WAITING)
def waiting_field_of_many_widgets(draft: Draft, choice: random.Random) -> None:
    """Each is small, together they are the page."""
    first = draft.new()
    numbers = range(first, first + 16)
    for number in numbers:
        x, y = 50 * ((number - first) % 4), 35 * ((number - first) // 4)
        draft.objects[number] = (
            b"<< /Parent %d 0 R" % shapes.BUYER + widget_at(b"%d %d %d %d" % (x, y, x + 50, y + 35)) + b" >>"
        )
    kids = b" ".join(map(reference, numbers))
    draft.objects[shapes.BUYER] = b"<< /FT /Sig /T (buyer) /Kids [" + kids + b"] >>"
    listed = syntax.entries(draft.objects[shapes.PAGE])[b"/Annots"].replace(b"8 0 R", b"")
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], {b"/Annots": listed})
    add_to_list(draft, shapes.PAGE, b"/Annots", kids)


@preparation(WAITING)
def waiting_field_larger_than_what_is_shown(draft: Draft, choice: random.Random) -> None:
    """A small part of the page, and all of its crop box."""
    boxes = {b"/MediaBox": b"[-500 -500 700 640]", b"/CropBox": b"[0 0 200 140]"}
    draft.objects[shapes.PAGE] = syntax.with_entries(draft.objects[shapes.PAGE], boxes)
    draft.objects[shapes.BUYER] = syntax.with_entries(draft.objects[shapes.BUYER], {b"/Rect": b"[0 0 200 140]"})


@preparation(WAITING)
def waiting_field_whose_looks_are_missing(draft: Draft, choice: random.Random) -> None:
    """What is missing makes poppler search for it, and find another page; signing replaces what is missing."""
    if shapes.SECOND_CONTENT not in draft.objects:
        raise Absent("a second page")
    evil = syntax.stream({}, shapes.words(b"Rent 777 yen", y=70))
    missing = draft.new()
    draft.objects[missing + 1] = b"<< >>"
    draft.objects[shapes.BUYER] = syntax.with_entries(
        draft.objects[shapes.BUYER], {b"/AP": b"<< /N %d 0 R >>" % missing}
    )
    draft.loose.append(b"\n%d 0 obj\n" % shapes.SECOND_CONTENT + evil + b"\nendobj\n")
    draft.shadows.append((shapes.SECOND_CONTENT, evil))


@preparation(WAITING)
def layer_that_is_off(draft: Draft, choice: random.Random) -> None:
    """And a comment that is drawn after the field."""
    layer, note = draft.new(), draft.new() + 1
    draft.objects[layer] = b"<< /Type /OCG /Name (off) >>"
    layers = b"<< /OCGs [%d 0 R] /D << /OFF [%d 0 R] >> >>" % (layer, layer)
    draft.objects[draft.root] = syntax.with_entries(draft.objects[draft.root], {b"/OCProperties": layers})
    draft.objects[note] = b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [100 50 180 70] /AP << /N %d 0 R >> >>" % (
        note + 1
    )
    draft.objects[note + 1] = shapes.looks(80, 20, shapes.words(b"not before May", size=10))
    add_to_list(draft, shapes.PAGE, b"/Annots", reference(note))


#: What looks may leave open, or draw without an end.
_OPEN = (b" /OC /L BDC", b" q q", b" BT", b" BX /X BMC", b" EMC Q", b" /Own Do", b" BI /W 1 /H 1 /BPC 8 /CS /G ID x")


@mutation(WAITING, weight=2)
def seal_that_leaves_something_open(attack: Attack) -> None:
    """What it leaves open some viewers take over into what they draw after it (14.6, 8.4.2)."""
    layers = attack.doc.typed(b"/OCG")
    waiting = attack.doc.fields_of(b"/Sig", filled=False)[0]
    if b"/Kids" in attack.entries(waiting):
        raise Absent("a field of one widget")
    left, bottom, right, top = (float(part) for part in syntax.items(attack.entries(waiting)[b"/Rect"]))
    content = b"0.9 1 0.9 rg 0 0 70 20 re f" + attack.choose(_OPEN[0], *_OPEN)
    number, value = attack.new(), attack.new()
    said = b"<< /Properties << /L %d 0 R >> /XObject << /Own %d 0 R >> >>" % (layers[-1], number)
    attack.put(number, syntax.with_entries(shapes.looks(70, 20, content), {b"/Resources": said}))
    attack.change(waiting, {b"/AP": b"<< /N %d 0 R >>" % number, b"/V": reference(value)})
    attack.put(value, pdfs.signature_dictionary(room=2600))
    attack.bare = pdfs.fill(attack.revision.render(), bases.cms)
    attack.areas.append(Area(None, (left, bottom, right, top)))


@mutation(WAITING)
def waiting_field_signed(attack: Attack) -> None:
    """By anybody, with looks of his own in each of its widgets."""
    waiting = attack.doc.fields_of(b"/Sig", filled=False)[0]
    shown = attack.doc.references(attack.entries(waiting).get(b"/Kids")) or [waiting]
    looks = attack.add(shapes.looks(50, 35, b"1 1 0.8 rg 0 0 50 35 re f 0 g " + shapes.words(b"999", size=10)))
    for number in shown:
        attack.change(number, {b"/AP": b"<< /N %d 0 R >>" % looks})
    value = attack.new()
    attack.change(waiting, {b"/V": reference(value)})
    attack.put(value, pdfs.signature_dictionary(room=2600))
    attack.bare = pdfs.fill(attack.revision.render(), bases.cms)
    if len(shown) == 1 and b"110 10 180 30" in attack.entries(waiting)[b"/Rect"]:
        attack.areas.append(Area(None, (110, 10, 180, 30)))
