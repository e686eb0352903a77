"""Dictionaries of two readings, lengths that are not, and objects that cannot be read."""

from __future__ import annotations

import random

from tests.attacks import shapes, syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import Attack, mutation, other_words, preparation
from tests.attacks.syntax import reference
from tests.attacks.writer import Draft

KEYS, LENGTH, PREPARED, BROKEN = "duplicate keys", "lengths", "lengths, prepared", "unreadable objects"


# --- duplicate keys ------------------------------------------------------------------------------------------


def _spelled(name: bytes, way: int) -> bytes:
    """Spell a name otherwise: one letter by its code."""
    return name if way == 0 else b"/#%02x" % name[1] + name[2:]


@mutation(KEYS)
def key_twice(attack: Attack) -> None:
    (number, evil), *others = attack.evil()
    honest = syntax.entries(attack.doc.body(number))
    changed = [(key, value) for key, value in syntax.entries(evil).items() if honest.get(key) != value]
    if not changed or syntax.data(evil) is not None:
        page = attack.page()
        content = attack.add(attack.evil_content()[0][1])
        number, others, changed = page, [], [(b"/Contents", reference(content))]
        honest = syntax.entries(attack.doc.body(page))
    key, value = changed[0]
    pair = [(_spelled(key, attack.choose(0, 1)), value), (key, honest.get(key, b"null"))]
    attack.random.shuffle(pair)
    rest = b" ".join(name + b" " + of for name, of in honest.items() if name != key)
    attack.write(others)
    attack.put(
        number, b"<< " + pair[0][0] + b" " + pair[0][1] + b" " + rest + b" " + pair[1][0] + b" " + pair[1][1] + b" >>"
    )


@mutation(KEYS)
def key_spelled_by_code(attack: Attack) -> None:
    page = attack.page()
    content = attack.add(attack.evil_content()[0][1])
    body = syntax.with_entries(attack.body(page), {}, without=(b"/Contents",))
    attack.put(page, body[:-2] + b"/#43ontents %d 0 R >>" % content)


@mutation(KEYS)
def key_of_the_trailer_twice(attack: Attack) -> None:
    content = attack.add(attack.evil_content()[0][1])
    page, node, first = attack.new(), attack.new(), attack.doc.pages[0]
    attack.put(
        page, syntax.with_entries(attack.body(first), {b"/Contents": reference(content), b"/Parent": reference(node)})
    )
    attack.put(node, b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /MediaBox [0 0 200 140] >>" % page)
    root = attack.add(syntax.with_entries(attack.body(attack.doc.root), {b"/Pages": reference(node)}))
    attack.revision.table.spelled = attack.choose(b"/Root %d 0 R ", b"/#52oot %d 0 R ", b"/Root#20 %d 0 R ") % root


@mutation(KEYS)
def key_in_wrong_case_or_space(attack: Attack) -> None:
    page = attack.page()
    content = attack.add(attack.evil_content()[0][1])
    attack.put(
        page,
        attack.body(page)[:-2]
        + attack.choose(b"/contents", b"/Contents#00", b"/Contents#20")
        + b" %d 0 R >>" % content,
    )


@mutation(KEYS)
def odd_tokens(attack: Attack) -> None:
    page = attack.page()
    content = attack.add(attack.evil_content()[0][1])
    body = attack.body(page)[:-2]
    tails = (
        b"/Contents %d 0 R >> >>", b"/Contents %%x\r %d 0 R >>", b"/Contents %d 0 R /X 1..2 >>",
        b"/Contents %d 00 R >>",
        b"/Contents +%d 0 R >>", b"/X /Y /Contents %d 0 R >>", b"/Contents %d 0 R", b"/X --1 /Contents %d 0 R >>",
        b"/X <1g> /Contents %d 0 R >>", b") /Contents %d 0 R >>", b"/X (\\) /Contents %d 0 R >>) >>",
        b"/X << /Contents %d 0 R >>",
        b"} /Contents %d 0 R >>", b"endobj /Contents %d 0 R >>", b"/X 4 0 R R /Contents %d 0 R >>",
        b"null /Contents %d 0 R >>",
    )  # fmt: skip
    attack.put(page, body + attack.choose(*tails) % content)


# --- lengths -------------------------------------------------------------------------------------------------


@mutation(LENGTH)
def length_wrong(attack: Attack) -> None:
    number, evil = attack.content_of_either_kind()
    raw = syntax.data(evil) or b""
    lengths = (0, 1, len(raw) - 5, len(raw) + 1, len(raw) + 9, len(raw) + 500, -1)
    attack.put(number, syntax.stream({b"/Length": b"%d" % attack.choose(*lengths)}, raw))


@mutation(LENGTH)
def length_hides_the_rest(attack: Attack) -> None:
    number = attack.doc.contents(attack.page())
    honest = syntax.decoded(attack.doc.body(number)) or b""
    evil = attack.choose(b"", b"\nendstream\nendobj\n") + b"\nq 0.8 0 0 rg 20 45 70 25 re f Q\n"
    attack.put(number, syntax.stream({b"/Length": b"%d" % len(honest)}, honest + evil))


@mutation(LENGTH)
def length_by_reference(attack: Attack) -> None:
    number, evil = attack.content_of_either_kind()
    raw = syntax.data(evil) or b""
    length = attack.new()
    attack.put(
        number, syntax.stream({b"/Length": attack.choose(reference(length), b"%d 1 R" % length, b"9999 0 R")}, raw)
    )
    attack.put(length, b"%d" % attack.choose(len(raw), 0, len(raw) + 7, 10))


@mutation(LENGTH)
def length_not_a_number(attack: Attack) -> None:
    number, evil = attack.content_of_either_kind()
    length = attack.choose(b"null", b"(4)", b"4.5", b"/x", b"[4]", b"<< >>")
    attack.put(number, syntax.stream({b"/Length": length}, syntax.data(evil) or b""))


@mutation(LENGTH)
def end_of_stream(attack: Attack) -> None:
    number, evil = attack.content_of_either_kind()
    body = evil.replace(
        b"\nendstream", attack.choose(b"endstream", b"\n", b"\nendstrea", b"\r\n\r\nendstream", b"\nendobj\nendstream")
    )
    attack.put(
        number,
        body.replace(
            b"\nstream\n", attack.choose(b"\nstream\r", b"\nstream \n", b"stream\n", b"\nstream", b"\nstream\n")
        ),
    )


@preparation(PREPARED)
def length_of_another(draft: Draft, choice: random.Random) -> None:
    """The page's content takes its length from an object that an update may change (see ``lengths_changed``)."""
    content = syntax.data(draft.objects[shapes.CONTENT]) or b""
    number = draft.new()
    draft.objects[number] = b"%d" % len(content)
    hidden = b"\n" + other_words(content, choice) + b"\n"
    draft.objects[shapes.CONTENT] = syntax.stream(
        {b"/Length": reference(number)}, content + choice.choice([hidden, b""])
    )


@mutation(PREPARED)
def lengths_changed(attack: Attack) -> None:
    found = [n for n in map(syntax.number_of, (attack.entries(n).get(b"/Length") for n in attack.doc.objects)) if n]
    if not found:
        raise Absent("a length by reference")
    for number in found:
        value = int(attack.body(number))
        attack.put(number, b"%d" % max(0, value + attack.choose(-12, -5, 40, 90, 200)))


# --- unreadable objects --------------------------------------------------------------------------------------


@mutation(BROKEN)
def object_cut_short(attack: Attack) -> None:
    (number, evil), *others = attack.rewrite()
    attack.write(others)
    attack.put(
        number,
        evil,
        end=attack.choose(b"\n", b"", b" endobj", b"\nendob\n", b"\nendobj endobj\n", b" 5 0 obj\nendobj\n"),
    )


@mutation(BROKEN)
def object_of_two_values(attack: Attack) -> None:
    (number, evil), *others = attack.rewrite()
    attack.write(others)
    pair = [evil, attack.doc.body(number) if number in attack.doc.objects else b"null"]
    attack.put(number, b"\n".join(pair if attack.choose(True, False) else pair[::-1]))


@mutation(BROKEN)
def object_of_no_sense(attack: Attack) -> None:
    number = attack.choose(attack.page(), attack.doc.contents(attack.page()), attack.doc.page_root)
    attack.put(
        number,
        attack.choose(
            b"", b"null", b"<<", b"nul", b"1..2", b">>", b"<< /Type", b"(", b"R", b"%d 0 R" % number, b"[" * 300
        ),
    )


@mutation(BROKEN)
def object_by_reference(attack: Attack) -> None:
    (number, evil), *others = attack.rewrite()
    attack.write(others)
    attack.put(number, reference(attack.add(evil)))


@mutation(BROKEN)
def annotation_unreadable(attack: Attack) -> None:
    if attack.base.seal == "p3":
        raise Absent("a rule against annotations")
    looks = attack.add(shapes.looks(80, 20, b"1 1 0.9 rg 0 0 80 20 re f 0 g " + shapes.words(b"Pay 999")))
    odd = attack.choose(
        b"/X 1..2",
        b"/X --3",
        b"/X <1g>",
        b"/X 1 0",
        b"/X (",
        b"/X #",
        b"/Filter 5 0 R",
        b"/X {1}",
        b"/X 1e5",
        b"/X 4.-5",
    )
    number = attack.add(
        b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [100 40 180 60] /AP << /N %d 0 R >> " % looks + odd + b" >>"
    )
    attack.append(attack.page(), b"/Annots", reference(number))


@mutation(BROKEN)
def stream_without_dictionary(attack: Attack) -> None:
    number, evil = attack.content_of_either_kind()
    attack.put(
        number,
        attack.choose(
            b"stream\n" + (syntax.data(evil) or b"") + b"\nendstream", evil + b"\nstream\nx\nendstream", evil[:-9]
        ),
    )


@mutation(BROKEN)
def nested_deeply(attack: Attack) -> None:
    depth = attack.choose(50, 150, 210, 300)
    attack.change(attack.page(), {b"/PieceInfo": b"<< /A " * depth + b"1" + b" >>" * depth})
    attack.write(attack.evil())
