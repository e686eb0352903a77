"""Files that readers read in different ways: each case appends to a signed PDF, or prepares the PDF before it is signed.

What a case does is one line of ``CASES``.  Where it can hide something, it hides a page that says "Pay 999 yen".
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.validation import pdfs

#: What is hidden: the content of the page, object 4.
CONTENT = b"BT /F1 12 Tf 20 150 Td (Pay 999 yen) Tj ET"
OTHER = b"<< /Length %d >>\nstream\n" % len(CONTENT) + CONTENT + b"\nendstream"
HIDDEN = b"4 0 obj\n" + OTHER + b"\nendobj\n"
SAME = pdfs.OBJECTS[pdfs.CONTENT]
CATALOG = pdfs.OBJECTS[pdfs.CATALOG]
STORE = b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /DSS << /Certs [] >> >>"
PAGE = pdfs.OBJECTS[pdfs.PAGE]
OTHER_PAGE = PAGE.replace(b"/Contents 4 0 R", b"/Contents 57 0 R")


@dataclass
class Revision:
    """One appended revision, each part of which a case may write otherwise."""

    objects: dict[int, bytes] = field(default_factory=lambda: {pdfs.CATALOG: STORE})
    before: bytes = b""
    after: bytes = b""
    head: bytes = b"%d 0 obj\n"
    foot: bytes = b"\nendobj\n"
    rows: Callable[[dict[int, int]], bytes] | None = None
    trailer: bytes = b"/Size 60 /Root 1 0 R /Prev %d"
    start: int = 0
    tail: bytes = b"startxref\n%d\n%%%%EOF\n"
    end: bytes = b""
    shift: int = 0
    free: bytes = b"0 1\n0000000000 65535 f \n"

    def append(self, pdf: bytes) -> bytes:
        """Return ``pdf`` with this revision behind it."""
        previous, offsets = pdfs.last_start(pdf), {}
        pdf += self.before
        for number, body in self.objects.items():
            offsets[number] = len(pdf) + self.shift
            pdf += (self.head % number if b"%d" in self.head else self.head) + body + self.foot
        pdf += self.after
        at = len(pdf)
        rows = self.rows(offsets) if self.rows else self.free + table_rows(offsets)
        trailer = self.trailer % previous if b"%d" in self.trailer else self.trailer
        pdf += b"xref\n" + rows + b"trailer\n<< " + trailer + b" >>\n"
        return pdf + (self.tail % (at + self.start) if b"%d" in self.tail else self.tail) + self.end


def table_rows(offsets: dict[int, int]) -> bytes:
    return b"".join(b"%d 1\n%010d 00000 n \n" % (number, offset) for number, offset in sorted(offsets.items()))


def compressed(
    pdf: bytes,
    inner: bytes,
    entries: list[tuple[int, int, int, int]],
    *,
    stream: bytes = b"/Type /ObjStm /N 1 /First 5",
    others: dict[int, bytes] | None = None,
    widths: bytes = b"[1 4 2]",
    section: bytes = b"",
    code: Callable[[bytes], bytes] = lambda rows: rows,
    number: int = 56,
    entry: tuple[int, int, int] | None = None,
) -> bytes:
    """Append a revision whose section is a stream, with the object stream 55; ``entries``: number, type, two fields."""
    previous, offsets = pdfs.last_start(pdf), {}
    parts = {**(others or {}), 55: b"<< " + stream + b" /Length %d >>\nstream\n" % len(inner) + inner + b"\nendstream"}
    for one, body in parts.items():
        offsets[one] = len(pdf)
        pdf += b"%d 0 obj\n" % one + body + b"\nendobj\n"
    at = len(pdf)
    rows = [*entries, *((one, 1, offset, 0) for one, offset in offsets.items()), (number, *(entry or (1, at, 0)))]
    index = b" ".join(b"%d 1" % row[0] for row in sorted(rows))
    a, b, c = (int(n) for n in re.findall(rb"\d+", widths)[:3])
    data = b"".join(
        (kind.to_bytes(a, "big") if a else b"") + x.to_bytes(b, "big") + y.to_bytes(c, "big")
        for _, kind, x, y in sorted(rows)
    )
    data = code(data)
    head = b"<< /Type /XRef /W " + widths + b" /Index [" + index + b"] /Size 70 /Root 1 0 R /Prev %d" % previous
    pdf += b"%d 0 obj\n" % number + head + section + b" /Length %d >>\nstream\n" % len(data) + data
    return pdf + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at


def in_stream(pdf: bytes, inner: bytes = b"1 0 " + STORE, **more: object) -> bytes:
    """The catalog with a DSS, in an object stream."""
    return compressed(pdf, inner, [(1, 2, 55, 0)], **{"stream": b"/Type /ObjStm /N 1 /First 4", **more})


def coded(coding: bytes, data: bytes) -> dict[int, bytes]:
    """The content of the page once more, in another coding."""
    return {4: b"<< " + coding + b" /Length %d >>\nstream\n" % len(data) + data + b"\nendstream"}


def stream(entries: bytes, data: bytes) -> bytes:
    return b"<< " + entries + b" >>\nstream\n" + data + b"\nendstream"


CUT = zlib.compress(CONTENT)[:-6]
PLAIN = pdfs.OBJECTS[pdfs.CONTENT].split(b"stream\n")[1].split(b"\nend")[0]
#: Object 4 inside the stream of object 57, whose /Length covers it and a second ``endstream``.
NESTED = b"x\nendstream\nendobj\n" + HIDDEN + b"58 0 obj\n<< /Length 1 >>\nstream\nx"

#: What a revision may be written as, and is everywhere read alike.
HONEST: dict[str, Callable[[bytes], bytes]] = {
    "a revision": lambda pdf: Revision().append(pdf),
    "in an object stream": in_stream,
    "a section packed": lambda pdf: in_stream(pdf, section=b" /Filter /FlateDecode", code=zlib.compress),
    "an object stream packed": lambda pdf: in_stream(
        pdf, zlib.compress(b"1 0 " + STORE), stream=b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"
    ),
    "line ends of Windows": lambda pdf: Revision(head=b"%d 0 obj\r\n", foot=b"\r\nendobj\r\n").append(pdf),
    "the version of a program as comment": lambda pdf: Revision(tail=b"%%program-1.0\nstartxref\n%d\n%%%%EOF").append(
        pdf
    ),
    "spaces behind the end": lambda pdf: Revision(end=b" " * 500 + b"\n").append(pdf),
    "content packed anew": lambda pdf: Revision(coded(b"/Filter /FlateDecode", zlib.compress(PLAIN))).append(pdf),
    "an offset at the line end before": lambda pdf: Revision(before=b"\n", shift=-1).append(pdf),
    "a short name as array": lambda pdf: Revision(
        coded(b"/Filter [/ASCIIHexDecode]", PLAIN.hex().encode() + b">")
    ).append(pdf),
}

#: What is appended, by class and name.
CASES: dict[str, dict[str, Callable[[bytes], bytes]]] = {
    "reach": {
        "spaces": lambda pdf: Revision(end=b" " * 5000).append(pdf),
        "zeros": lambda pdf: Revision(end=b"\0" * 1100).append(pdf),
        "lines": lambda pdf: Revision(end=b"\n" * 1100).append(pdf),
        "only spaces": lambda pdf: pdf + b" " * 5000,
        "between startxref and its number": lambda pdf: Revision(tail=b"startxref\n" + b" " * 2000 + b"%d\n%%%%EOF\n").append(pdf),
    },
    "startxref": {
        "one too far": lambda pdf: Revision(start=1).append(pdf),
        "far before": lambda pdf: Revision(after=b" " * 40, start=-30).append(pdf),
        "a comment before": lambda pdf: Revision(after=b"%" + b"x" * 20 + b"\n", start=-10).append(pdf),
        "none": lambda pdf: Revision(tail=b"%%%%EOF\n").append(pdf),
        "twice": lambda pdf: Revision(end=b"%% startxref %d\n%%%%EOF\n" % pdfs.last_start(pdf)).append(pdf),
        "of the revision before": lambda pdf: Revision(tail=b"startxref\n%d\n%%%%EOF\n" % pdfs.last_start(pdf)).append(pdf),
        "words behind": lambda pdf: Revision(end=b"% more words\n").append(pdf),
        "without its end": lambda pdf: Revision(tail=b"startxref\n%d\n").append(pdf),
        "number with a sign": lambda pdf: Revision(tail=b"startxref\n+%d\n%%%%EOF\n").append(pdf),
    },
    "hidden object": {
        "in a stream": lambda pdf: Revision({1: STORE, 57: stream(b"/Length %d" % len(HIDDEN), HIDDEN)}).append(pdf),
        "past an endstream": lambda pdf: Revision({57: stream(b"/Length %d" % len(NESTED), NESTED)}).append(pdf),
        "past an endstream, length elsewhere": lambda pdf: Revision(
            {57: stream(b"/Length 59 0 R", NESTED), 59: b"%d" % len(NESTED)}
        ).append(pdf),
        "in a string": lambda pdf: Revision({1: STORE, 57: b"(\nendobj\n" + HIDDEN.replace(b"(", b"\\(").replace(b")", b"\\)") + b")"}).append(pdf),
        "in a comment": lambda pdf: Revision(before=b"% 4 0 obj <</Length 0>>stream\n").append(pdf),
        "comments between": lambda pdf: Revision(before=HIDDEN.replace(b"4 0 obj", b"4 % a\n0 % b\nobj")).append(pdf),
        "between objects": lambda pdf: Revision(before=HIDDEN).append(pdf),
        "glued digits": lambda pdf: Revision({1: STORE, 4: SAME}, before=b"1", shift=0).append(pdf),
        "at an old place": lambda pdf: Revision(
            rows=lambda at: b"0 1\n0000000000 65535 f \n" + table_rows({**at, 4: pdf.index(b"4 0 obj"), 7: pdf.index(b"5 0 obj")})
        ).append(pdf),
        "one in another": lambda pdf: Revision(
            {57: stream(b"/Length %d" % (len(HIDDEN) + 2), b"x\n" + HIDDEN)},
            rows=lambda at: b"0 1\n0000000000 65535 f \n" + table_rows({**at, 4: pdf.__len__() + at[57] - at[57] + 37}),
        ).append(pdf),
    },
    "frame": {
        "no endobj": lambda pdf: Revision(foot=b"\n").append(pdf),
        "endobj glued": lambda pdf: Revision(foot=b"\nendobjx\n").append(pdf),
        "obj glued": lambda pdf: Revision(head=b"%d 0 objx").append(pdf),
        "other generation": lambda pdf: Revision(head=b"%d 1 obj\n").append(pdf),
        "other number": lambda pdf: Revision(head=b"3 0 obj\n").append(pdf),
        "form feeds": lambda pdf: Revision(head=b"%d\x0c0\x0cobj\n").append(pdf),
        "stream with a bare return": lambda pdf: Revision({4: SAME.replace(b"stream\nBT", b"stream\rBT")}).append(pdf),
        "stream with a space": lambda pdf: Revision({4: SAME.replace(b"stream\nBT", b"stream \nBT")}).append(pdf),
        "length too small": lambda pdf: Revision({4: SAME.replace(b"/Length 42", b"/Length 40")}).append(pdf),
        "length too large": lambda pdf: Revision({4: SAME.replace(b"/Length 42", b"/Length 49")}).append(pdf),
        "no length": lambda pdf: Revision({4: SAME.replace(b"/Length 42", b"")}).append(pdf),
        "length a float": lambda pdf: Revision({4: SAME.replace(b"/Length 42", b"/Length 42.0")}).append(pdf),
        "length of nothing": lambda pdf: Revision({4: SAME.replace(b"/Length 42", b"/Length 99 0 R")}).append(pdf),
    },
    "table": {
        "numbered from 1": lambda pdf: Revision(
            {1: CATALOG, 2: pdfs.OBJECTS[2]},
            rows=lambda at: b"1 3\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \n" % (at[1], at[2]),
        ).append(pdf),
        "rows of 19 bytes": lambda pdf: Revision(rows=lambda at: b"1 1\n%010d 00000 n\n" % at[1]).append(pdf),
        "rows of 21 bytes": lambda pdf: Revision(
            {1: STORE, 2: pdfs.OBJECTS[2]}, rows=lambda at: b"1 2\n" + b"".join(b"%010d 00000 n \r\n" % at[one] for one in (1, 2))
        ).append(pdf),
        "short numbers": lambda pdf: Revision(rows=lambda at: b"1 1\n%d 0 n \n" % at[1]).append(pdf),
        "count too large": lambda pdf: Revision(rows=lambda at: b"1 2\n%010d 00000 n \n" % at[1]).append(pdf),
        "count too small": lambda pdf: Revision(rows=lambda at: b"1 1\n" + b"%010d 00000 n \n" % at[1] * 2).append(pdf),
        "an object twice": lambda pdf: Revision(
            {1: STORE, 57: OTHER}, rows=lambda at: table_rows({1: at[1], 4: pdf.index(b"4 0 obj")}) + b"4 1\n%010d 00000 n \n" % at[57]
        ).append(pdf),
        "no offset": lambda pdf: Revision(rows=lambda at: table_rows(at) + b"9 1\n0000000000 00000 n \n").append(pdf),
        "freed without a new generation": lambda pdf: Revision(rows=lambda at: table_rows(at) + b"10 1\n0000000000 00000 f \n").append(pdf),
        "a comment within": lambda pdf: Revision(rows=lambda at: b"%x\n" + table_rows(at)).append(pdf),
        "a wrong kind": lambda pdf: Revision(rows=lambda at: b"1 1\n%010d 00000 o \n" % at[1]).append(pdf),
    },
    "trailer": {
        "size too small": lambda pdf: Revision(trailer=b"/Size 5 /Root 1 0 R /Prev %d").append(pdf),
        "no size": lambda pdf: Revision(trailer=b"/Root 1 0 R /Prev %d").append(pdf),
        "root of another generation": lambda pdf: Revision(trailer=b"/Size 60 /Root 1 3 R /Prev %d").append(pdf),
        "root direct": lambda pdf: Revision(trailer=b"/Size 60 /Root " + STORE + b" /Prev %d").append(pdf),
        "previous as float": lambda pdf: Revision(trailer=b"/Size 60 /Root 1 0 R /Prev %d.0").append(pdf),
        "previous beside the section": lambda pdf: Revision(trailer=b"/Size 60 /Root 1 0 R /Prev %d" % (pdfs.last_start(pdf) - 9)).append(pdf),
        "previous twice": lambda pdf: Revision(trailer=b"/Size 60 /Root 1 0 R /Prev 9 /Prev %d").append(pdf),
        "root twice": lambda pdf: Revision({1: STORE, 57: STORE}, trailer=b"/Size 60 /Root 57 0 R /Root 1 0 R /Prev %d").append(pdf),
        "root twice, one escaped": lambda pdf: Revision(
            {1: STORE, 57: STORE}, trailer=b"/Size 60 /R#6fot 57 0 R /Root 1 0 R /Prev %d"
        ).append(pdf),
        "encrypted from now on": lambda pdf: Revision(trailer=b"/Size 60 /Root 1 0 R /Encrypt << /Filter /None >> /Prev %d").append(pdf),
        "hybrid with another root": lambda pdf: hybrid(pdf, b"/Root 58 0 R"),
        "hybrid with another object": lambda pdf: hybrid(pdf, b"/Root 1 0 R", also=True),
    },
    "section stream": {
        "three fields and more": lambda pdf: in_stream(pdf, widths=b"[1 4 2 0]"),
        "without a type": lambda pdf: in_section_without_type(pdf),
        "an unknown type": lambda pdf: compressed(pdf, b"1 0 " + STORE, [(1, 2, 55, 0), (9, 3, 1, 0)]),
        "more data than rows": lambda pdf: in_stream(pdf, code=lambda rows: rows + b"\1\0\0\0\7\0\0"),
        "fewer data than rows": lambda pdf: in_stream(pdf, code=lambda rows: rows[:-3]),
        "cut short": lambda pdf: in_stream(pdf, section=b" /Filter /FlateDecode", code=lambda rows: zlib.compress(rows)[:-4]),
        "bytes behind": lambda pdf: in_stream(pdf, section=b" /Filter /FlateDecode", code=lambda rows: zlib.compress(rows) + b"junk"),
        "with the number of another object": lambda pdf: in_stream(pdf, number=4, entry=(1, pdf.index(b"4 0 obj"), 0)),
        "in place of another object": lambda pdf: in_stream(pdf, number=10),
    },
    "object stream": {
        "a number twice": lambda pdf: compressed(
            pdf, b"3 0 3 %d " % (len(PAGE) + 1) + PAGE + b"\n" + OTHER_PAGE, [(3, 2, 55, 1)],
            stream=b"/Type /ObjStm /N 2 /First %d" % len(b"3 0 3 %d " % (len(PAGE) + 1)), others={57: OTHER},
        ),
        "another index": lambda pdf: compressed(
            pdf, b"3 0 9 %d " % (len(PAGE) + 1) + PAGE + b"\n" + OTHER_PAGE, [(3, 2, 55, 1)],
            stream=b"/Type /ObjStm /N 2 /First %d" % len(b"3 0 9 %d " % (len(PAGE) + 1)), others={57: OTHER},
        ),
        "an object that is not listed": lambda pdf: in_stream(
            pdf, b"1 0 3 %d " % (len(STORE) + 1) + STORE + b"\n" + OTHER_PAGE, others={57: OTHER},
            stream=b"/Type /ObjStm /N 2 /First %d" % len(b"1 0 3 %d " % (len(STORE) + 1)),
        ),
        "extends": lambda pdf: in_stream(pdf, stream=b"/Type /ObjStm /N 1 /First 4 /Extends 56 0 R"),
        "list with a comment": lambda pdf: in_stream(pdf, b"1 0 % \n" + STORE, stream=b"/Type /ObjStm /N 1 /First 7"),
        "first within the list": lambda pdf: in_stream(pdf, b"1 3 (9" + STORE, stream=b"/Type /ObjStm /N 1 /First 3"),
        "count too small": lambda pdf: compressed(pdf, b"1 0 9 77 " + STORE + b" null", [(1, 2, 55, 0)], stream=b"/Type /ObjStm /N 1 /First 9"),
        "count elsewhere": lambda pdf: in_stream(pdf, stream=b"/Type /ObjStm /N 58 0 R /First 4", others={58: b"1"}),
        "filter elsewhere": lambda pdf: in_stream(
            pdf, (b"1 0 " + STORE).hex().encode() + b">", stream=b"/Type /ObjStm /N 1 /First 4 /Filter 58 0 R", others={58: b"/ASCIIHexDecode"}
        ),
        "no type": lambda pdf: in_stream(pdf, stream=b"/N 1 /First 4"),
        "cut short": lambda pdf: in_stream(
            pdf, zlib.compress(b"1 0 " + STORE)[:-3], stream=b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"
        ),
        "junk in hexadecimal": lambda pdf: in_stream(
            pdf, b"zz" + (b"1 0 " + STORE).hex().encode() + b">", stream=b"/Type /ObjStm /N 1 /First 4 /Filter /ASCIIHexDecode"
        ),
        "an odd token": lambda pdf: in_stream(pdf, b"1 0 " + STORE.replace(b"[]", b"[1-2]")),
        "what cannot be read": lambda pdf: in_stream(pdf, b"1 0 " + STORE.replace(b"[]", b"1..2")),
    },
    "token": {
        name: (lambda odd: lambda pdf: Revision({1: STORE.replace(b"/Certs []", odd)}).append(pdf))(odd)
        for name, odd in {
            "number with a dash": b"/Certs [] /X 1-2",
            "two signs": b"/Certs [] /X --1",
            "plus": b"/Certs [] /X +1",
            "hexadecimal": b"/Certs [] /X 0x10",
            "exponent": b"/Certs [] /X 1e3",
            "two points": b"/Certs [] /X 1..2",
            "thirty digits": b"/Certs [] /X 111111111111111111111111111111",
            "more than 31 bits": b"/Certs [] /X 4294967297",
            "name with NUL": b"/Certs [] /X /A\0B",
            "name with escaped NUL": b"/Certs [] /X /A#00B",
            "name with half an escape": b"/Certs [] /X /A#4",
            "name with 0x80": b"/Certs [] /X /A\x80/Contents",
            "name of 300 bytes": b"/Certs [] /X /" + b"a" * 300,
            "junk in hexadecimal": b"/Certs [] /X <41zz42>",
            "form feed": b"/Certs []\x0c/X 1",
            "NUL": b"/Certs []\0/X 1",
            "comment": b"/Certs [] % >>\n",
            "deep": b"/Certs [] /X " + b"[" * 70 + b"]" * 70,
            "key twice": b"/Certs [] /Certs [9 0 R]",
            "key twice, once escaped": b"/Certs [] /C#65rts [9 0 R]",
            "braces": b"/Certs [] /X {1}",
            "a word": b"/Certs [] /X word",
        }.items()
    },
    "decoder": {
        "predictor, a row cut short": lambda pdf: Revision(
            coded(b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 42 >>", zlib.compress(b"\0" + PLAIN + b"\0" + CONTENT[:30]))
        ).append(pdf),
        "flate, bytes behind": lambda pdf: Revision(coded(b"/Filter /FlateDecode", zlib.compress(PLAIN) + zlib.compress(CONTENT))).append(pdf),
        "flate, cut short": lambda pdf: Revision(coded(b"/Filter /FlateDecode", zlib.compress(PLAIN)[:-3])).append(pdf),
        "flate, wrong checksum": lambda pdf: Revision(coded(b"/Filter /FlateDecode", zlib.compress(PLAIN)[:-1] + b"?")).append(pdf),
        "hexadecimal, no end": lambda pdf: Revision(coded(b"/Filter /ASCIIHexDecode", PLAIN.hex().encode())).append(pdf),
        "hexadecimal, junk": lambda pdf: Revision(coded(b"/Filter /ASCIIHexDecode", b"x" + PLAIN.hex().encode() + b">")).append(pdf),
        "hexadecimal, bytes behind": lambda pdf: Revision(
            coded(b"/Filter /ASCIIHexDecode", PLAIN.hex().encode() + b">" + CONTENT.hex().encode() + b">")
        ).append(pdf),
        "parameters of another filter": lambda pdf: Revision(
            coded(b"/Filter /ASCIIHexDecode /DecodeParms << /Predictor 12 /Columns 42 >>", (b"\0" + PLAIN).hex().encode() + b">")
        ).append(pdf),
        "short name": lambda pdf: Revision(coded(b"/Filter /Fl", zlib.compress(PLAIN))).append(pdf),
        "more parameters than filters": lambda pdf: Revision(
            coded(b"/Filter [/FlateDecode] /DecodeParms [null << /Predictor 12 >>]", zlib.compress(PLAIN))
        ).append(pdf),
        "in another file": lambda pdf: Revision({4: SAME.replace(b"/Length 42", b"/Length 42 /F (other.bin)")}).append(pdf),
        "short name of the filter's key": lambda pdf: Revision({4: SAME.replace(b"/Length 42", b"/Length 42 /F /ASCIIHexDecode")}).append(pdf),
    },
}  # fmt: skip


def in_section_without_type(pdf: bytes) -> bytes:
    """A section whose rows have no type: all are of type 1 (7.5.8.3)."""
    at = len(pdf) + len(b"1 0 obj\n" + STORE + b"\nendobj\n")
    data = len(pdf).to_bytes(4, "big") + b"\0\0" + at.to_bytes(4, "big") + b"\0\0"
    section = b"<< /Type /XRef /W [0 4 2] /Index [1 1 56 1] /Size 70 /Root 1 0 R /Prev %d" % pdfs.last_start(pdf)
    pdf += b"1 0 obj\n" + STORE + b"\nendobj\n56 0 obj\n" + section + b" /Length %d >>\nstream\n" % len(data) + data
    return pdf + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at


def hybrid(pdf: bytes, root: bytes, *, also: bool = False) -> bytes:
    """A revision with a table and a stream of entries that says something else."""
    previous, pages = pdfs.last_start(pdf), b"<< /Type /Pages /Kids [59 0 R] /Count 1 >>"
    objects = {
        1: STORE, 57: OTHER, 58: CATALOG.replace(b"/Pages 2", b"/Pages 60"), 59: OTHER_PAGE.replace(b"/Parent 2", b"/Parent 60"), 60: pages,
    }  # fmt: skip
    offsets = {}
    for number, body in objects.items():
        offsets[number] = len(pdf)
        pdf += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    hidden = len(pdf)
    place = offsets[57] if also else offsets[1]
    row = b"\1" + place.to_bytes(4, "big") + b"\0\0"
    pdf += b"61 0 obj\n<< /Type /XRef /W [1 4 2] /Index [%d 1] /Size 70 " % (57 if not also else 1) + root
    pdf += b" /Length 7 >>\nstream\n" + row + b"\nendstream\nendobj\n"
    at = len(pdf)
    pdf += b"xref\n" + table_rows({**offsets, 61: hidden}) + b"trailer\n<< /Size 70 /Root 1 0 R /Prev %d" % previous
    return pdf + b" /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n" % (hidden, at)


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
    "numbered from 1": lambda make: _evidence_after(
        _signed_with(make, lambda pdf: _first_table(pdf, b"0 1\n0000000000 65535 f ", b"1 1\n0000000000 65535 f "))
    ),
    "size too small": lambda make: _evidence_after(_signed_with(make, lambda pdf: pdf.replace(b"/Size 60", b"/Size 06"))),
    "an entry beside its object": lambda make: _evidence_after(
        _signed_with(make, lambda pdf: _first_table(pdf, b"%010d 00000 n" % pdf.index(b"7 0 obj"), b"0000000012 00000 n"))
    ),
    "a length that is to come": _prepared(
        _objects(_4=SAME.replace(b"/Length 42", b"/Length 43 0 R")), lambda pdf: Revision({1: STORE, 43: b"12"}).append(pdf)
    ),
    "a length that becomes another": _prepared(
        {**_objects(_4=SAME.replace(b"/Length 42", b"/Length 43 0 R")), 43: b"42"}, lambda pdf: Revision({43: b"12"}).append(pdf)
    ),
    "an escaped length": _prepared(
        {**_objects(_4=SAME.replace(b"/Length 42", b"/#4cength 43 0 R")), 43: b"42"}, lambda pdf: Revision({43: b"12"}).append(pdf)
    ),
    "a length that is freed": _prepared(
        {**_objects(_4=SAME.replace(b"/Length 42", b"/Length 43 0 R")), 43: b"42"},
        lambda pdf: Revision(rows=lambda at: table_rows(at) + b"43 1\n0000000000 00001 f \n").append(pdf),
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
    "bytes before the header": lambda make: _evidence_after(_signed_with(make, lambda pdf: pdf, _with_front(b"junk\n"))),
    "two headers": lambda make: _evidence_after(_signed_with(make, lambda pdf: pdf, _with_front(b"%PDF-1.4\n"))),
    "a shadow, and spaces": lambda make: _signed_with(make, lambda pdf: pdf, pdfs.build(
        {**pdfs.OBJECTS, 57: stream(b"/Length %d" % len(NESTED), NESTED)}
    )) + b" " * 5000,
}  # fmt: skip


def _with_front(front: bytes) -> bytes:
    """The file with bytes before its header, which all offsets count."""
    pdf = pdfs.build()
    moved = re.sub(rb"(\d{10}) 00000 n", lambda m: b"%010d 00000 n" % (int(m[1]) + len(front)), front + pdf)
    start = pdfs.last_start(pdf)
    return moved.replace(b"startxref\n%d" % start, b"startxref\n%d" % (start + len(front)))


def cases() -> list[tuple[str, str]]:
    """All classes and names."""
    return [(kind, name) for kind, members in CASES.items() for name in members]
