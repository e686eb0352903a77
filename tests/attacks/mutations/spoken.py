"""Fields whose value and looks say two things: no picture tells which of them is meant, so none of it is permitted."""

from __future__ import annotations

from tests.attacks import shapes, syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import Attack, mutation
from tests.attacks.witnesses import Area

KIND = "value and looks"

_HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica%s >>"
_LIES = (
    b"/Tx BMC BT /F1 9 Tf 2 5 Td (999) Tj ET EMC",
    b"/Tx BMC BT /F1 9 Tf 2 5 Td (1000) Tj ET EMC",
    b"/Tx BMC BT /F1 9 Tf 2 5 Td (10) Tj ET EMC",
    b"/Tx BMC BT /F1 9 Tf 2 5 Td (0) Tj 9 0 Td (0) Tj -14 0 Td (1) Tj -1 0 Td (9) Tj ET EMC",
    b"/Tx BMC BT /F1 9 Tf 1 g 2 5 Td (100) Tj ET EMC BT 0 g /F1 9 Tf 2 5 Td (999) Tj ET",
    b"/Tx BMC BT /F1 9 Tf 3 Tr 2 5 Td (100) Tj ET EMC",
    b"/Tx BMC BT /F1 9 Tf 2 5 Td (100) Tj ET EMC 1 g 0 0 80 18 re f",
    b"/Tx BMC BT /F1 9 Tf 2 5 Td (100) Tj ET EMC 20 5 m 20 14 l S",
    b"/Tx BMC BT /F1 9 Tf 2 5 Td (100) Tj ET EMC 18 4 5 8 re f",
    b"/Tx BMC BT /F1 9 Tf 2 5 Td (100) Tj ET EMC 0 g 0 8 80 1 re f",
    b"/Tx BMC BT /F1 9 Tf 2 5 Td (100) Tj 0 5 3 0 360 re ET EMC q 1 w 2 5 m 9 9 14 9 20 5 c S Q",
    b"/Tx BMC BT /F1 9 Tf 2 50 Td (100) Tj ET EMC BT /F1 9 Tf 2 5 Td (999) Tj ET",
    b"/Tx BMC q 0 0 3 3 re W n BT /F1 9 Tf 2 5 Td (100) Tj ET Q EMC",
    b"/Tx BMC BT /F1 9 Tf -1 0 0 1 40 5 Tm (100) Tj ET EMC",
    b"/Tx BMC BT /F1 9 Tf 1 0 0 -1 2 9 Tm (100) Tj ET EMC",
    b"/Tx BMC BT /F1 0.1 Tf 2 5 Td (100) Tj ET EMC",
    b"/Tx BMC BT /F1 9 Tf 0 Tz 2 5 Td (100) Tj ET EMC",
    b"/Tx BMC BT /F1 9 Tf -5 Tc 2 5 Td (100) Tj ET EMC",
    b"/OC /L BDC BT /F1 9 Tf 2 5 Td (100) Tj ET EMC",
    b"/Tx BMC /X0 Do BT /F1 9 Tf 2 5 Td (100) Tj ET EMC",
    b"/Tx BMC /G gs BT /F1 9 Tf 2 5 Td (100) Tj ET EMC",
    b"q 9 0 0 9 2 5 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q",
    b"0 0 80 18 re f",
    b"",
    b"/Tx BMC /Span << /ActualText (999) >> BDC BT /F1 9 Tf 2 5 Td (100) Tj ET EMC EMC",
    b"/Tx BMC BT /F1 9 Tf 7 5 Td (00) Tj ET BT /F1 9 Tf 2 5 Td (1) Tj ET EMC",
)
_FONTS = (
    b" /Encoding << /Type /Encoding /Differences [48 /nine /nine] >>",
    b" /Encoding << /BaseEncoding /MacExpertEncoding >>",
    b" /Encoding 9999 0 R",
)


def _looks(attack: Attack, content: bytes, font: bytes = b"") -> int:
    inner = attack.add(shapes.looks(80, 18, b"0 g 4 4 20 9 re f"))
    resources = b"<< /Font << /F1 %s >> /XObject << /X0 %d 0 R >> /ExtGState << /G << /ca 0 >> >> >>"
    body = shapes.looks(80, 18, content)
    return attack.add(syntax.with_entries(body, {b"/Resources": resources % (_HELVETICA % font, inner)}))


def _empty(attack: Attack) -> int:
    number = attack.random.choice(attack.doc.fields_of(b"/Tx", filled=False))
    box = [float(part) for part in syntax.items(attack.entries(number)[b"/Rect"])]
    attack.areas.append(Area(None, (box[0], box[1], box[2], box[3])))
    return number


@mutation(KIND, forbidden=True, weight=4)
def looks_that_say_something_else(attack: Attack) -> None:
    number = _empty(attack)
    attack.change(number, {b"/V": b"(100)", b"/AP": b"<< /N %d 0 R >>" % _looks(attack, attack.choose(*_LIES))})


@mutation(KIND, forbidden=True)
def letters_of_an_odd_font(attack: Attack) -> None:
    number, font = _empty(attack), attack.choose(*_FONTS)
    if font == _FONTS[-1]:
        font = b" /Encoding << /Differences [49 /nine /one] >>"
    looks = _looks(attack, b"/Tx BMC BT /F1 9 Tf 2 5 Td (100) Tj ET EMC", font)
    attack.change(number, {b"/V": b"(100)", b"/AP": b"<< /N %d 0 R >>" % looks})


#: What a program reads that takes the text out, or opens what is attached or stands elsewhere.
_MAP = b"1 begincodespacerange <00> <FF> endcodespacerange 2 beginbfchar <30> <0030> <31> <0039> endbfchar"
_ELSEWHERE = (
    {b"/Ref": b"<< /F (other.pdf) /Page 0 >>"},
    {b"/AF": b"[<< /Type /Filespec /F (x.xml) /UF (x.xml) >>]"},
    {b"/OPI": b"<< /2.0 << /Type /OPI /F (x.tif) >> >>"},
)


@mutation(KIND, forbidden=True, weight=3)
def letters_that_programs_read_otherwise(attack: Attack) -> None:
    number, mapped = _empty(attack), attack.add(syntax.stream({}, _MAP))
    looks = _looks(attack, b"/Tx BMC BT /F1 9 Tf 2 5 Td (100) Tj ET EMC", b" /ToUnicode %d 0 R" % mapped)
    attack.change(number, {b"/V": b"(100)", b"/AP": b"<< /N %d 0 R >>" % looks})


@mutation(KIND, forbidden=True, weight=3)
def looks_that_lead_elsewhere(attack: Attack) -> None:
    number = _empty(attack)
    looks = attack.add(
        syntax.with_entries(
            shapes.looks(80, 18, b"/Tx BMC BT /F1 9 Tf 2 5 Td (100) Tj ET EMC"), attack.choose(*_ELSEWHERE)
        )
    )
    attack.change(number, {b"/V": b"(100)", b"/AP": b"<< /N %d 0 R >>" % looks})


@mutation(KIND, forbidden=True, weight=7)
def default_that_nobody_reads(attack: Attack) -> None:
    number, looks = _empty(attack), _looks(attack, b"/Tx BMC BT /F1 9 Tf 2 5 Td (100) Tj ET EMC")
    default = attack.choose(b"(/F1 9 Tf 1 g)", b"(/F1 0.1 Tf 0 g)")
    attack.change(number, {b"/V": b"(100)", b"/AP": b"<< /N %d 0 R >>" % looks, b"/DA": default})


@mutation(KIND, forbidden=True)
def value_that_says_something_else(attack: Attack) -> None:
    number = _empty(attack)
    values = (
        b"(999)", b"(1 00 0)", b"<feff0031003000300030>", b"()", b"(1\\05600)", b"<feff202e003000300031>",
        b"(100) /RV (<p>9</p>)",
        b"(100) /MaxLen 2", b"(100) /Ff 8192", b"[(100)]", b"/100",
    )  # fmt: skip
    looks = _looks(attack, b"/Tx BMC BT /F1 9 Tf 2 5 Td (100) Tj ET EMC")
    attack.change(number, {b"/AP": b"<< /N %d 0 R >>" % looks})
    body = attack.body(number).rstrip()
    attack.put(number, body[:-2] + b" /V " + attack.choose(*values) + b" >>")


@mutation(KIND, forbidden=True)
def value_without_looks(attack: Attack) -> None:
    number = _empty(attack)
    attack.change(
        number,
        {b"/V": b"(100)"} | attack.choose({}, {b"/AP": b"<< >>"}, {b"/AP": b"<< /N << /On 9999 0 R >> >>"}),
    )


@mutation(KIND, forbidden=True)
def looks_by_states(attack: Attack) -> None:
    number, looks = _empty(attack), _looks(attack, b"/Tx BMC BT /F1 9 Tf 2 5 Td (100) Tj ET EMC")
    other = _looks(attack, b"/Tx BMC BT /F1 9 Tf 2 5 Td (999) Tj ET EMC")
    ways = (
        b"<< /N << /On %d 0 R >> >>" % looks,
        b"<< /N %d 0 R /D %d 0 R >>" % (looks, other),
        b"<< /N %d 0 R /R %d 0 R >>" % (looks, other),
    )
    attack.change(number, {b"/V": b"(100)", b"/AP": attack.choose(*ways)})


@mutation(KIND, forbidden=True)
def tick_that_is_none(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.fields_of(b"/Btn", filled=False))
    box = [float(part) for part in syntax.items(attack.entries(number)[b"/Rect"])]
    attack.areas.append(Area(None, (box[0], box[1], box[2], box[3])))
    states = (
        {b"/V": b"/Yes", b"/AS": b"/Off"}, {b"/V": b"/Off", b"/AS": b"/Yes"}, {b"/V": b"/On", b"/AS": b"/On"},
        {b"/AS": b"/Yes"}, {b"/V": b"/No", b"/AS": b"/Yes"}, {b"/V": b"(Yes)", b"/AS": b"/Yes"},
    )  # fmt: skip
    attack.change(number, attack.choose(*states))


_MARK = b"BT /F1 11.58 Tf 1 0 0 1 3.1 3.92 Tm (4) Tj ET"
#: What is drawn in a box for "on" and for "off", none of which is a tick and nothing.
_BOXES = (
    (b"BT /F1 11.58 Tf 1 0 0 1 3.1 3.92 Tm (8) Tj ET", b""),
    (b"BT /F1 11.58 Tf 1 0 0 1 3.1 3.92 Tm (44) Tj ET", b""),
    (b"BT /F1 2 Tf 7 7 Td (4) Tj ET", b""),
    (b"BT /F1 11.58 Tf 1 g 1 0 0 1 3.1 3.92 Tm (4) Tj ET", b""),
    (b"", b""),
    (b"", _MARK),
    (_MARK, _MARK),
    (_MARK, b"0 0 16 16 re f"),
    (b"4 3 m 4 13 l 12 3 l 12 13 l S", b""),
    (_MARK + b" 1 1 m 1 3 l 3 1 l 3 3 l S", b""),
    (_MARK + b" 0 7 16 2 re f", b""),
    (b"7 7 3 3 re W n " + _MARK, b""),
)


@mutation(KIND, forbidden=True, weight=5)
def box_drawn_anew_as_something_else(attack: Attack) -> None:
    """Who draws a box's states anew while he ticks it could draw anything."""
    found = [each for each in attack.doc.fields_of(b"/Btn", filled=False) if b"/MK" in attack.entries(each)]
    if not found:
        raise Absent("a box with a caption")
    box = [float(part) for part in syntax.items(attack.entries(found[0])[b"/Rect"])]
    attack.areas.append(Area(None, (box[0], box[1], box[2], box[3])))
    on, off = attack.choose(*_BOXES)
    states = attack.add(shapes.box_drawn_anew(on)), attack.add(shapes.box_drawn_anew(off))
    ticked = {b"/V": b"/Yes", b"/AS": b"/Yes", b"/AP": b"<< /N << /Yes %d 0 R /Off %d 0 R >> >>" % states}
    attack.change(found[0], ticked)
