"""Fields: values, looks, defaults, and fields that were not there."""

from __future__ import annotations

from tests.attacks import shapes, syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import Attack, mutation
from tests.attacks.syntax import reference

VALUES, LOOKS, DEFAULTS, ADDED = "filled values", "looks", "form defaults", "fields added"

_OVER = b"[10 100 110 130]"
_BLANK = b"[100 40 190 66]"
_RED = b"0.9 0 0 rg 0 0 100 30 re f 1 g "


def _looks(attack: Attack, text: bytes = b"Pay 999 yen") -> int:
    background = attack.choose(b"1 g 0 0 100 30 re f 0 g ", _RED, b"")
    return attack.add(shapes.looks(100, 30, background + shapes.words(text)))


@mutation(VALUES)
def value_replaced(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.fields_of(b"/Tx", filled=True))
    attack.change(number, {b"/V": b"(999 yen)", b"/AP": b"<< /N %d 0 R >>" % _looks(attack, b"999 yen")})


@mutation(VALUES)
def value_replaced_without_looks(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.fields_of(b"/Tx", filled=True))
    attack.change(number, {b"/V": b"(999 yen)"}, without=attack.choose((), (b"/AP",)))


@mutation(VALUES)
def value_removed(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.fields_of(b"/Tx", filled=True))
    attack.change(number, {}, without=(b"/V", b"/AP"))


@mutation(VALUES)
def tick_taken_away(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.fields_of(b"/Btn", filled=True))
    attack.change(
        number,
        attack.choose({b"/V": b"/Off", b"/AS": b"/Off"}, {b"/AS": b"/Off"}, {b"/AS": b"/None"}, {b"/V": b"/Off"}),
    )


@mutation(VALUES)
def looks_unlike_the_value(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.fields_of(b"/Tx", filled=True))
    attack.change(number, {b"/AP": b"<< /N %d 0 R >>" % _looks(attack)})


@mutation(VALUES)
def filled_over_the_text(attack: Attack) -> None:
    """A field that was empty is filled with a look that reaches beyond its box."""
    number = attack.random.choice(attack.doc.fields_of(b"/Tx", filled=False))
    attack.change(
        number, {b"/V": b"(x)", b"/AP": b"<< /N %d 0 R >>" % _looks(attack), b"/Rect": attack.choose(_OVER, _BLANK)}
    )


@mutation(VALUES)
def signature_removed(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.fields_of(b"/Sig", filled=True))
    attack.change(number, {}, without=attack.choose((b"/V",), (b"/V", b"/AP"), (b"/AP",)))


@mutation(LOOKS)
def appearance_written_over(attack: Attack) -> None:
    number = attack.doc.appearance(attack.drawn_annotation())
    attack.put(number, shapes.looks(100, 30, _RED + shapes.words(b"999")))


@mutation(LOOKS)
def appearance_exchanged(attack: Attack) -> None:
    number = attack.drawn_annotation()
    attack.change(number, {b"/AP": b"<< /N %d 0 R >>" % _looks(attack)})


@mutation(LOOKS)
def appearance_of_a_signature(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.fields_of(b"/Sig", filled=True))
    attack.change(number, {b"/AP": b"<< /N %d 0 R >>" % _looks(attack, b"Mr Mallory")})


@mutation(LOOKS)
def appearance_matrix(attack: Attack) -> None:
    number = attack.doc.appearance(attack.drawn_annotation())
    entry = attack.choose(
        (b"/Matrix", b"[0 1 -1 0 0 0]"),
        (b"/BBox", b"[0 0 20 10]"),
        (b"/OC", b"<< /Type /OCG /Name (x) >>"),
        (b"/Group", b"<< /S /Transparency >>"),
        (b"/Resources", b"<< >>"),
    )
    attack.change(number, dict([entry]))


@mutation(LOOKS)
def rectangle(attack: Attack) -> None:
    number = attack.drawn_annotation()
    attack.change(
        number, {b"/Rect": attack.choose(_OVER, _BLANK, b"[0 0 0 0]", b"[10 100 110 130 0]", b"[0 0 200 140]")}
    )


@mutation(LOOKS)
def flags(attack: Attack) -> None:
    number = attack.drawn_annotation()
    attack.change(number, {b"/F": attack.choose(b"2", b"0", b"6", b"36", b"132", b"1", b"-1", b"4.0")})


@mutation(LOOKS)
def layer_of_an_annotation(attack: Attack) -> None:
    number = attack.drawn_annotation()
    layer = attack.add(b"<< /Type /OCG /Name (gone) >>")
    attack.change(attack.doc.root, {b"/OCProperties": b"<< /OCGs [%d 0 R] /D << /OFF [%d 0 R] >> >>" % (layer, layer)})
    attack.change(number, {b"/OC": reference(layer)})


@mutation(LOOKS)
def characteristics(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.fields)
    entry = attack.choose(
        (b"/MK", b"<< /BG [1 0 0] /BC [0 0 1] /CA (999) >>"),
        (b"/MK", b"<< /R 90 >>"),
        (b"/Q", b"2"),
        (b"/DA", b"(/F1 20 Tf 1 0 0 rg)"),
        (b"/BS", b"<< /W 5 >>"),
        (b"/Border", b"[0 0 9]"),
        (b"/TU", b"(Pay 999)"),
        (b"/MaxLen", b"2"),
        (b"/Ff", b"8192"),
        (b"/Opt", b"[(x)]"),
        (b"/DV", b"(y)"),
        (b"/AA", b"<< /K << /S /JavaScript /JS (1) >> >>"),
        (b"/DS", b"(x)"),
    )
    attack.change(number, dict([entry]))


@mutation(LOOKS)
def appearance_state(attack: Attack) -> None:
    number = attack.drawn_annotation()
    looks = _looks(attack)
    attack.change(number, {b"/AS": b"/On", b"/AP": b"<< /N << /On %d 0 R >> >>" % looks})


@mutation(LOOKS)
def appearance_gone(attack: Attack) -> None:
    number = attack.drawn_annotation()
    attack.change(
        number,
        attack.choose(
            {b"/AP": b"null"}, {b"/AP": b"<< >>"}, {b"/AP": b"<< /N null >>"}, {b"/AP": b"<< /N 9999 0 R >>"}
        ),
    )


@mutation(DEFAULTS)
def default_fonts(attack: Attack) -> None:
    font = attack.add(
        b"<< /Type /Font /Subtype /Type1 /BaseFont %s >>"
        % attack.choose(b"/Symbol", b"/ZapfDingbats", b"/Courier-Bold")
    )
    attack.change(attack.doc.form, {b"/DR": b"<< /Font << /F1 %d 0 R >> >>" % font})
    _ask_for_looks(attack)


@mutation(DEFAULTS)
def default_string(attack: Attack) -> None:
    attack.change(
        attack.doc.form,
        {b"/DA": attack.choose(b"(/F1 24 Tf 1 0 0 rg)", b"(/F1 0 Tf 1 g)"), b"/Q": attack.choose(b"0", b"2")},
    )
    _ask_for_looks(attack)


def _ask_for_looks(attack: Attack) -> None:
    if attack.random.random() < 0.5:
        attack.change(attack.doc.form, {b"/NeedAppearances": b"true"})


@mutation(DEFAULTS)
def need_appearances(attack: Attack) -> None:
    attack.change(attack.doc.form, {b"/NeedAppearances": attack.choose(b"true", b"false", b"1")})


@mutation(DEFAULTS)
def default_font_itself(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.typed(b"/Font"))
    attack.change(number, {b"/BaseFont": attack.choose(b"/Symbol", b"/Courier", b"/ZapfDingbats")})


@mutation(DEFAULTS)
def calculation_order(attack: Attack) -> None:
    attack.change(attack.doc.form, {b"/CO": b"[%d 0 R]" % attack.doc.fields[0]})


@mutation(DEFAULTS, forbidden=True)
def dynamic_form(attack: Attack) -> None:
    number = attack.add(syntax.stream({}, b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'>999</xdp:xdp>"))
    attack.change(attack.doc.form, {b"/XFA": reference(number)})


@mutation(DEFAULTS)
def form_exchanged(attack: Attack) -> None:
    form = attack.add(attack.body(attack.doc.form))
    attack.change(attack.doc.root, {b"/AcroForm": attack.choose(reference(form), b"null", b"<< /Fields [] >>")})


@mutation(DEFAULTS)
def fields_in_another_order(attack: Attack) -> None:
    fields = syntax.items(attack.doc.value(attack.entries(attack.doc.form)[b"/Fields"]))
    changed = attack.choose(fields[::-1], fields[1:], fields + fields[:1], [*fields, b"null"])
    attack.change(attack.doc.form, {b"/Fields": b"[" + b" ".join(changed) + b"]"})


@mutation(DEFAULTS)
def signature_flags(attack: Attack) -> None:
    attack.change(attack.doc.form, {b"/SigFlags": attack.choose(b"0", b"1", b"7", b"null")})


def _field(attack: Attack, kind: bytes, where: bytes, **more: bytes) -> int:
    said = {
        b"/FT": kind,
        b"/T": b"(extra%d)" % attack.added,
        b"/Type": b"/Annot",
        b"/Subtype": b"/Widget",
        b"/F": b"4",
        b"/Rect": where,
    }
    number = attack.add(syntax.dictionary(said | {b"/" + key.encode(): value for key, value in more.items()}))
    page = attack.page()
    attack.change(number, {b"/P": reference(page)})
    attack.append(page, b"/Annots", reference(number))
    if attack.random.random() < 0.9:
        attack.append(attack.doc.form, b"/Fields", reference(number))
    return number


@mutation(ADDED)
def signature_field_that_draws(attack: Attack) -> None:
    _field(attack, b"/Sig", attack.choose(_OVER, _BLANK), AP=b"<< /N %d 0 R >>" % _looks(attack))


@mutation(ADDED)
def signature_field_of_characteristics(attack: Attack) -> None:
    _field(attack, b"/Sig", attack.choose(_OVER, _BLANK), MK=b"<< /BG [1 0 0] /BC [0 0 1] /CA (Pay 999) >>")


@mutation(ADDED)
def signature_field_with_a_hollow_value(attack: Attack) -> None:
    values = (
        b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached >>",
        b"<< >>",
        b"<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>",
        b"null",
        b"()",
        b"9999 0 R",
    )
    _field(
        attack, b"/Sig", attack.choose(_OVER, _BLANK), V=attack.choose(*values), AP=b"<< /N %d 0 R >>" % _looks(attack)
    )


@mutation(ADDED)
def text_field_that_draws(attack: Attack) -> None:
    _field(
        attack,
        b"/Tx",
        attack.choose(_OVER, _BLANK),
        V=b"(Pay 999)",
        DA=b"(/F1 10 Tf 0 g)",
        AP=b"<< /N %d 0 R >>" % _looks(attack),
    )


@mutation(ADDED)
def text_field_without_looks(attack: Attack) -> None:
    _field(
        attack, b"/Tx", attack.choose(_OVER, _BLANK), V=b"(Pay 999)", DA=b"(/Helv 12 Tf 0 g)", MK=b"<< /BG [1 1 1] >>"
    )
    _ask_for_looks(attack)


@mutation(ADDED)
def button_that_draws(attack: Attack) -> None:
    _field(attack, b"/Btn", attack.choose(_OVER, _BLANK), Ff=b"65536", AP=b"<< /N %d 0 R >>" % _looks(attack))


@mutation(ADDED)
def empty_signature_field_given_looks(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.fields_of(b"/Sig", filled=False))
    attack.change(number, {b"/AP": b"<< /N %d 0 R >>" % _looks(attack)} | attack.choose({}, {b"/Rect": _OVER}))


@mutation(ADDED)
def kid_of_a_field(attack: Attack) -> None:
    """A field that was there gets one more widget."""
    fields = [number for number in attack.doc.fields if b"/T" in attack.entries(number)]
    if not fields:
        raise Absent("fields")
    number, page = attack.random.choice(fields), attack.page()
    kid = attack.add(
        b"<< /Type /Annot /Subtype /Widget /F 4 /Parent %d 0 R /P %d 0 R /Rect %s /AP << /N %d 0 R >> >>"
        % (number, page, attack.choose(_OVER, _BLANK), _looks(attack))
    )
    attack.change(number, {b"/Kids": b"[%d 0 R]" % kid})
    attack.append(page, b"/Annots", reference(kid))


@mutation(ADDED)
def many_small_fields(attack: Attack) -> None:
    for at in range(attack.choose(4, 8, 12)):
        looks = attack.add(shapes.looks(9, 20, b"0.9 0 0 rg 0 0 9 20 re f"))
        _field(
            attack,
            attack.choose(b"/Sig", b"/Tx"),
            b"[%d 104 %d 124]" % (12 + 9 * at, 21 + 9 * at),
            AP=b"<< /N %d 0 R >>" % looks,
        )
