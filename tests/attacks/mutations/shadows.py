"""Definitions hidden before signing, which count once something makes a reader look for objects itself."""

from __future__ import annotations

import random
import zlib

from tests.attacks import shapes, syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import Attack, evil_of_draft, mutation, other_words, preparation
from tests.attacks.writer import Draft, Packed, Written

KIND = "shadows"


def _definition(draft: Draft, choice: random.Random) -> bytes:
    number, body = evil_of_draft(draft, choice)
    draft.shadows.append((number, body))
    return b"\n%d 0 obj\n" % number + body + b"\nendobj\n"


@preparation(KIND)
def in_a_stream(draft: Draft, choice: random.Random) -> None:
    draft.objects[draft.new()] = syntax.stream({}, _definition(draft, choice))


@preparation(KIND)
def in_an_attachment(draft: Draft, choice: random.Random) -> None:
    number = draft.new()
    draft.objects[number] = syntax.stream({b"/Type": b"/EmbeddedFile"}, _definition(draft, choice))
    draft.objects[number + 1] = b"<< /Type /Filespec /F (data) /UF (data) /EF << /F %d 0 R >> >>" % number
    names = b"<< /EmbeddedFiles << /Names [(data) %d 0 R] >> >>" % (number + 1)
    draft.objects[1] = syntax.with_entries(draft.objects[1], {b"/Names": names})


@preparation(KIND)
def in_a_string(draft: Draft, choice: random.Random) -> None:
    escaped = _definition(draft, choice).replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    draft.objects[draft.new()] = b"<< /Note (" + escaped + b") >>"


@preparation(KIND)
def in_a_string_unescaped(draft: Draft, choice: random.Random) -> None:
    draft.objects[draft.new()] = b"<< /Note (" + _definition(draft, choice) + b") >>"


@preparation(KIND)
def in_a_comment(draft: Draft, choice: random.Random) -> None:
    number, body = evil_of_draft(draft, choice)
    line = body.replace(b"\n", b" ").replace(b" stream ", b" stream\r\n", 1)
    draft.shadows.append((number, body))
    draft.loose.append(b"%% %d 0 obj " % number + line + b" endobj\n")


@preparation(KIND)
def in_a_comment_of_carriage_returns(draft: Draft, choice: random.Random) -> None:
    draft.loose.append(b"%" + _definition(draft, choice).replace(b"\n", b"\r") + b"\n")


@preparation(KIND)
def between_objects(draft: Draft, choice: random.Random) -> None:
    """The object twice in the honest part: its cross-reference names the first."""
    draft.loose.append(_definition(draft, choice))


@preparation(KIND)
def before_the_header(draft: Draft, choice: random.Random) -> None:
    number, body = evil_of_draft(draft, choice)
    draft.shadows.append((number, body))
    draft.front = b"%d 0 obj\n" % number + body[:300] + b"\nendobj\n"


@preparation(KIND)
def junk_before_the_header(draft: Draft, choice: random.Random) -> None:
    draft.front = choice.choice([b"\n", b"junk\n", b" " * 1000, b" " * 1100, b"%PDF-1.4\n", b"\0" * 20])
    draft.loose.append(_definition(draft, choice))


@preparation(KIND)
def in_an_object_stream(draft: Draft, choice: random.Random) -> None:
    number, body = evil_of_draft(draft, choice)
    if syntax.data(body) is not None:
        number, body = shapes.PAGE, syntax.with_entries(draft.objects[shapes.PAGE], {b"/Rotate": b"180"})
    container = draft.new() + 1
    draft.shadows.append((number, body))
    draft.objects[container] = Packed(container, [(number, body)]).body()


@preparation(KIND)
def with_a_trailer(draft: Draft, choice: random.Random) -> None:
    """A whole other document: a catalog of its own, and a trailer that names it."""
    number = draft.new()
    content = syntax.data(draft.objects[shapes.CONTENT]) or b""
    evil = content.replace(b"100", b"999") + b" q 0.8 0 0 rg 20 45 70 25 re f Q"
    pages = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 2)
    page = syntax.with_entries(
        draft.objects[shapes.PAGE],
        {
            b"/Contents": syntax.reference(number + 3),
            b"/Parent": syntax.reference(number + 1),
            b"/MediaBox": b"[0 0 200 140]",
        },
    )
    root = syntax.with_entries(draft.objects[1], {b"/Pages": syntax.reference(number + 1)})
    bodies = (root, pages, page, syntax.stream({}, evil))
    text = b"".join(b"\n%d 0 obj\n" % (number + at) + body + b"\nendobj\n" for at, body in enumerate(bodies))
    text += b"trailer\n<< /Root %d 0 R /Size 99 >>\n" % number
    place = choice.choice(["stream", "loose"])
    if place == "stream":
        draft.objects[number + 5] = syntax.stream({}, text)
    else:
        draft.loose.append(text)


@preparation(KIND)
def behind_a_wrong_length(draft: Draft, choice: random.Random) -> None:
    """A stream whose /Length is right hides a definition; where it is not believed, ``endstream`` ends it early."""
    definition = b"endstream\nendobj\n" + _definition(draft, choice)
    draft.objects[draft.new()] = syntax.stream({}, b"x\n" + definition)


@preparation(KIND)
def with_a_length_elsewhere(draft: Draft, choice: random.Random) -> None:
    number = draft.new()
    hidden = b"x\nendstream\nendobj\n" + _definition(draft, choice)
    draft.objects[number + 1] = b"%d" % len(hidden)
    draft.objects[number] = syntax.stream({b"/Length": syntax.reference(number + 1)}, hidden)


@preparation(KIND)
def in_a_deflated_stream(draft: Draft, choice: random.Random) -> None:
    """Stored blocks of Flate keep the bytes in sight."""
    packer = zlib.compressobj(0)
    raw = packer.compress(_definition(draft, choice)) + packer.flush()
    draft.objects[draft.new()] = syntax.stream({b"/Filter": b"/FlateDecode"}, raw)


LINEARISED, _LENGTH = "linearised", 24000


@preparation(LINEARISED)
def said_to_be_linearised(draft: Draft, choice: random.Random) -> None:
    """The file begins as a linearised one whose length is not true yet, with another document in its first part."""
    content = other_words(syntax.data(draft.objects[shapes.CONTENT]) or b"", choice)
    page = b"<< /Type /Page /Parent 91 0 R /MediaBox [0 0 200 140] /Contents 93 0 R /Resources << /Font << /F1 << /Type"
    bodies = (
        b"<< /Type /Catalog /Pages 91 0 R >>",
        b"<< /Type /Pages /Kids [92 0 R] /Count 1 >>",
        page + b" /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        syntax.stream({}, content),
    )
    start = b"95 0 obj\n<< /Linearized 1 /L %08d /H [600 60] /O 92 /E 900 /N 1 /T 900 >>\nendobj\n" % _LENGTH
    at = len(draft.header) + len(start)
    at += len(b"xref\n0 1\n90 4\n" + b"trailer\n<< /Size 99 /Root 90 0 R >>\nstartxref\n0\n%%EOF\n") + 5 * 20
    rows, text = b"0 1\n0000000000 65535 f \n90 4\n", b""
    for number, body in enumerate(bodies, 90):
        rows += b"%010d 00000 n \n" % (at + len(text))
        text += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    draft.header += start + b"xref\n" + rows + b"trailer\n<< /Size 99 /Root 90 0 R >>\nstartxref\n0\n%%EOF\n" + text


@mutation(LINEARISED)
def length_made_true(attack: Attack) -> None:
    """White space makes the file as long as its first object says."""
    if b"/L %08d" % _LENGTH not in attack.revision.data:
        raise Absent("a length said")
    table, sign = attack.revision.table, attack.choose(b" ", b"\n", b"\0")
    missing = _LENGTH - len(attack.revision.render())
    if missing < 0:
        raise Absent("room")
    if attack.choose(True, False):
        table.tail = sign * missing
        return
    table.before = sign * missing
    table.tail = b" " * (_LENGTH - len(attack.revision.render()))


# --- the same behind the signature ---------------------------------------------------------------------------


def _late(attack: Attack) -> bytes:
    return b"".join(b"\n%d 0 obj\n" % number + body + b"\nendobj\n" for number, body in attack.evil())


@mutation("shadows appended")
def late_in_a_stream(attack: Attack) -> None:
    attack.add(syntax.stream({}, _late(attack)))


@mutation("shadows appended")
def late_in_a_metadata_stream(attack: Attack) -> None:
    number = attack.add(syntax.stream({b"/Type": b"/Metadata", b"/Subtype": b"/XML"}, _late(attack)))
    attack.change(attack.doc.root, {b"/Metadata": syntax.reference(number)})


@mutation("shadows appended")
def late_in_evidence(attack: Attack) -> None:
    number = attack.add(syntax.stream({}, _late(attack)))
    attack.change(attack.doc.root, {b"/DSS": b"<< /Certs [%d 0 R] >>" % number})


@mutation("shadows appended")
def late_between_objects(attack: Attack) -> None:
    attack.raw(_late(attack))


@mutation("shadows appended")
def late_in_a_comment(attack: Attack) -> None:
    attack.raw(b"%" + _late(attack).replace(b"\n", attack.choose(b"\r", b" ", b"\r%")) + b"\n")


@mutation("shadows appended")
def late_in_a_string(attack: Attack) -> None:
    escaped = _late(attack).replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    attack.add(b"(" + escaped + b")")


@mutation("shadows appended")
def late_unlisted(attack: Attack) -> None:
    for number, body in attack.evil():
        attack.revision.pieces.append(Written(number, body, listed=False))


@mutation("shadows appended")
def late_unlisted_before_the_listed(attack: Attack) -> None:
    for number, body in attack.evil():
        attack.revision.pieces.append(Written(number, body, listed=False))
        if number in attack.doc.objects:
            attack.revision.pieces.append(Written(number, attack.doc.body(number)))


@mutation("shadows appended")
def late_in_an_unreached_container(attack: Attack) -> None:
    edit = [(number, body) for number, body in attack.evil() if syntax.data(body) is None]
    if edit:
        number = attack.new()
        attack.put(number, Packed(number, edit).body())
