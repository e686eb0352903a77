"""Documents that were prepared before they were signed, so that what is signed becomes something else later."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.pdf.readings import HIDDEN, NESTED, PAGE, SAME, STORE, Revision, stream, table_rows
from tests.validation import pdfs

Signer = Callable[[bytes], bytes]


def _objects(**changed: bytes) -> dict[int, bytes]:
    return {**pdfs.OBJECTS, **{int(key[1:]): value for key, value in changed.items()}}


def _signed_with(make: Signer, change: Callable[[bytes], bytes], pdf: bytes | None = None) -> bytes:
    """Sign a PDF to which ``change`` is done after its bytes were laid out and before they are signed."""
    return pdfs.fill(change(_unfilled(pdf or pdfs.build())), make)


def _unfilled(pdf: bytes) -> bytes:
    holder = pdfs.OBJECTS[pdfs.SELLER][:-2] + b" /V %d 0 R >>" % pdfs.SIGNATURE
    return pdfs.update(pdf, {pdfs.SELLER: holder, pdfs.SIGNATURE: pdfs.signature_dictionary()})


def _first_table(pdf: bytes, old: bytes, new: bytes) -> bytes:
    """Exchange bytes of the first section for as many others."""
    assert len(old) == len(new)
    assert old in pdf
    return pdf.replace(old, new, 1)


def _section_to_come(make: Signer) -> bytes:
    """Signed with a ``startxref`` that names a section to come; what it names then replaces the page's content."""
    plain = _signed_with(make, lambda pdf: pdf)
    previous, more = pdfs.last_start(plain), HIDDEN
    there = len(plain) + len(more)
    signed = _signed_with(make, lambda pdf: pdf.replace(b"startxref\n%d\n" % previous, b"startxref\n%d\n" % there))
    assert len(signed) == len(plain)
    return signed + more + pdfs.cross_reference({4: len(signed)}, there, previous=previous)


def _object_to_come(make: Signer) -> bytes:
    """Signed with an entry that names bytes to come: an object in the stream that a later revision brings."""
    plain = _signed_with(make, lambda pdf: pdf)
    body = b"1 0 obj\n" + STORE + b"\nendobj\n57 0 obj\n<< /Length %d >>\nstream\n" % len(HIDDEN)
    there, row = len(plain) + len(body), b"%010d 00000 n \n" % plain.index(b"4 0 obj")
    signed = _signed_with(make, lambda pdf: _first_table(pdf, row, b"%010d 00000 n \n" % there))
    at, full = len(signed), signed + body + HIDDEN + b"endstream\nendobj\n"
    rows = {1: at, 57: at + body.index(b"57 0 obj")}
    return full + pdfs.cross_reference(rows, len(full), previous=pdfs.last_start(signed))


def _hybrid_section_to_come(make: Signer) -> bytes:
    """Signed with an /XRefStm that names bytes to come, where a later revision puts entries of the signed one."""
    plain = _hybrid(make, 10_000)
    body = b"1 0 obj\n" + STORE + b"\nendobj\n" + HIDDEN
    there = len(plain) + len(body)
    signed = _hybrid(make, there)
    assert len(signed) == len(plain)
    row = b"\1" + (len(signed) + body.index(b"4 0 obj")).to_bytes(4, "big") + b"\0\0"
    entries = b"/Type /XRef /W [1 4 2] /Index [4 1] /Size 60 /Root 1 0 R /Length 7"
    full = signed + body + b"59 0 obj\n" + stream(entries, row) + b"\nendobj\n"
    rows = {1: len(signed), 4: len(signed) + body.index(b"4 0 obj"), 59: there}
    return full + pdfs.cross_reference(rows, len(full), previous=pdfs.last_start(signed))


def _hybrid(make: Signer, offset: int) -> bytes:
    start = b"trailer\n<< /Size 60 /Root 1 0 R /Prev"
    return _signed_with(make, lambda pdf: pdf.replace(start, start[:-5] + b"/XRefStm %05d /Prev" % offset))


def _linearized(make: Signer, length: bytes) -> bytes:
    first = b"50 0 obj\n<< /Linearized 1 /L " + length + b" /H [1 1] /O 3 /E 1 /N 1 /T 1 >>\nendobj\n"
    start = pdfs.build()
    head, rest = start[: start.index(b"1 0 obj")], start[start.index(b"1 0 obj") :]
    pdf = head + first + rest
    shift = len(first)
    pdf = re.sub(rb"(\d{10}) 00000 n", lambda m: b"%010d 00000 n" % (int(m[1]) + shift), pdf)
    pdf = pdf.replace(b"startxref\n%d" % pdfs.last_start(start), b"startxref\n%d" % (pdfs.last_start(start) + shift))
    return pdfs.fill(_unfilled(pdf), make)


def _padded(make: Signer, form: bytes) -> bytes:
    length = len(_linearized(make, form % 9999)) + 100
    return _linearized(make, form % length) + b" " * 100


def _evidence_after(signed: bytes) -> bytes:
    return Revision().append(signed)


def _rewritten(number: int, body: bytes) -> Callable[[bytes], bytes]:
    return lambda signed: Revision({number: body}).append(signed)


def _prepared(objects: dict[int, bytes], after: Callable[[bytes], bytes]) -> Callable[[Signer], bytes]:
    return lambda make: after(_signed_with(make, lambda pdf: pdf, pdfs.build(objects)))


#: Documents that were prepared before they were signed, with what comes after: what is signed is good, and all of it.
PREPARED: dict[str, Callable[[Signer], bytes]] = {
    "a section to come": _section_to_come,
    "an object to come": _object_to_come,
    "linearized, with the length that spaces make true": lambda make: _padded(make, b"%d"),
    "linearized, with the length as float": lambda make: _padded(make, b"%d.0"),
    "linearized, with the length at which it was signed": lambda make: _evidence_after(
        _linearized(make, b"%d" % len(_linearized(make, b"9999")))
    ),
    "a hybrid section to come": _hybrid_section_to_come,
    "numbered from 1": lambda make: _evidence_after(
        _signed_with(make, lambda pdf: _first_table(pdf, b"0 1\n0000000000 65535 f ", b"1 1\n0000000000 65535 f "))
    ),
    "size too small": lambda make: _evidence_after(
        _signed_with(make, lambda pdf: pdf.replace(b"/Size 60", b"/Size 06"))
    ),
    "an entry beside its object": lambda make: _evidence_after(
        _signed_with(
            make, lambda pdf: _first_table(pdf, b"%010d 00000 n" % pdf.index(b"7 0 obj"), b"0000000012 00000 n")
        )
    ),
    "an entry of another generation": lambda make: _evidence_after(
        _signed_with(
            make,
            lambda pdf: _first_table(
                pdf, b"%010d 00000 n" % pdf.index(b"7 0 obj"), b"%010d 00004 n" % pdf.index(b"7 0 obj")
            ),
        )
    ),
    "an object of another generation than it is named by": lambda make: _evidence_after(
        _signed_with(
            make,
            lambda pdf: _first_table(
                pdf, b"%010d 00000 n" % pdf.index(b"7 0 obj"), b"%010d 00004 n" % pdf.index(b"7 0 obj")
            ).replace(b"7 0 obj", b"7 4 obj"),
        )
    ),
    "a length that is to come": _prepared(
        _objects(_4=SAME.replace(b"/Length 42", b"/Length 43 0 R")), Revision({1: STORE, 43: b"12"}).append
    ),
    "a length that becomes another": _prepared(
        {**_objects(_4=SAME.replace(b"/Length 42", b"/Length 43 0 R")), 43: b"42"}, Revision({43: b"12"}).append
    ),
    "an escaped length": _prepared(
        {**_objects(_4=SAME.replace(b"/Length 42", b"/#4cength 43 0 R")), 43: b"42"}, Revision({43: b"12"}).append
    ),
    "a length that is freed": _prepared(
        {**_objects(_4=SAME.replace(b"/Length 42", b"/Length 43 0 R")), 43: b"42"},
        Revision(rows=lambda at: table_rows(at) + b"43 1\n0000000000 00001 f \n").append,
    ),
    "an entry twice": _prepared(
        _objects(_3=PAGE.replace(b"/Contents 4 0 R", b"/Contents 57 0 R /Contents 4 0 R")), _rewritten(3, PAGE)
    ),
    "a number that readers read differently": _prepared(
        _objects(_3=PAGE.replace(b"0 0 300", b"0 0-9 300")), _rewritten(3, PAGE.replace(b"0 0 300", b"0 0 300"))
    ),
    "an odd object that is used later": _prepared(
        {**pdfs.OBJECTS, 43: b"<< /Certs [] /X /A#00B >>"}, _rewritten(1, STORE.replace(b"<< /Certs [] >>", b"43 0 R"))
    ),
    "bytes before the header": lambda make: _evidence_after(
        _signed_with(make, lambda pdf: pdf, _with_front(b"junk\n"))
    ),
    "two headers": lambda make: _evidence_after(_signed_with(make, lambda pdf: pdf, _with_front(b"%PDF-1.4\n"))),
    "a shadow, and an object that is missing": _prepared(
        {
            **_objects(_3=PAGE.replace(b"/F1 7 0 R", b"/F1 7 0 R /F2 98 0 R")),
            57: stream(b"/Length %d" % len(HIDDEN), HIDDEN),
        },
        Revision({4: SAME}).append,
    ),
    "a shadow, and pages counted wrongly": _prepared(
        {**_objects(_2=b"<< /Type /Pages /Kids [3 0 R] /Count 5 >>"), 57: stream(b"/Length %d" % len(HIDDEN), HIDDEN)},
        Revision({4: SAME}).append,
    ),
    "a shadow, and spaces": lambda make: (
        _signed_with(
            make, lambda pdf: pdf, pdfs.build({**pdfs.OBJECTS, 57: stream(b"/Length %d" % len(NESTED), NESTED)})
        )
        + b" " * 5000
    ),
}


def _with_front(front: bytes) -> bytes:
    """The file with bytes before its header, which all offsets count."""
    pdf = pdfs.build()
    moved = re.sub(rb"(\d{10}) 00000 n", lambda m: b"%010d 00000 n" % (int(m[1]) + len(front)), front + pdf)
    start = pdfs.last_start(pdf)
    return moved.replace(b"startxref\n%d" % start, b"startxref\n%d" % (start + len(front)))
