"""Files that readers read in different ways: a case appends to a signed PDF, or prepares it before it is signed.

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

#: A revision, or what appends one.
Case = Revision | Callable[[bytes], bytes]


def appended(case: Case, pdf: bytes) -> bytes:
    """Return ``pdf`` with what the case puts behind it."""
    return case.append(pdf) if isinstance(case, Revision) else case(pdf)


#: What a revision may be written as, and is everywhere read alike.
HONEST: dict[str, Case] = {
    "a revision": Revision(),
    "in an object stream": in_stream,
    "a section packed": lambda pdf: in_stream(pdf, section=b" /Filter /FlateDecode", code=zlib.compress),
    "an object stream packed": lambda pdf: in_stream(
        pdf, zlib.compress(b"1 0 " + STORE), stream=b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"
    ),
    "line ends of Windows": Revision(head=b"%d 0 obj\r\n", foot=b"\r\nendobj\r\n"),
    "the version of a program as comment": Revision(tail=b"%%program-1.0\nstartxref\n%d\n%%%%EOF"),
    "spaces behind the end": Revision(end=b" " * 500 + b"\n"),
    "words and long decimals": Revision(
        {1: STORE.replace(b"[]", b"[] /X (an object, a trailer \\(of a stream\\)) /Y 0.12345678901234568 /Z / ")}
    ),
    "content packed anew": Revision(coded(b"/Filter /FlateDecode", zlib.compress(PLAIN))),
    "an offset at the line end before": Revision(before=b"\n", shift=-1),
    "a short name as array": Revision(coded(b"/Filter [/ASCIIHexDecode]", PLAIN.hex().encode() + b">")),
}

#: What is appended, by class and name.
CASES: dict[str, dict[str, Case]] = {
    "reach": {
        "spaces": Revision(end=b" " * 5000),
        "zeros": Revision(end=b"\0" * 1100),
        "lines": Revision(end=b"\n" * 1100),
        "only spaces": lambda pdf: pdf + b" " * 5000,
        "between startxref and its number": Revision(tail=b"startxref\n" + b" " * 2000 + b"%d\n%%%%EOF\n"),
    },
    "startxref": {
        "one too far": Revision(start=1),
        "far before": Revision(after=b" " * 40, start=-30),
        "a comment before": Revision(after=b"%" + b"x" * 20 + b"\n", start=-10),
        "none": Revision(tail=b"%%%%EOF\n"),
        "twice": lambda pdf: Revision(end=b"%% startxref %d\n%%%%EOF\n" % pdfs.last_start(pdf)).append(pdf),
        "of the revision before": lambda pdf: Revision(tail=b"startxref\n%d\n%%%%EOF\n" % pdfs.last_start(pdf)).append(
            pdf
        ),
        "words behind": Revision(end=b"% more words\n"),
        "without its end": Revision(tail=b"startxref\n%d\n"),
        "number with a sign": Revision(tail=b"startxref\n+%d\n%%%%EOF\n"),
    },
    "hidden object": {
        "in a stream": Revision({1: STORE, 57: stream(b"/Length %d" % len(HIDDEN), HIDDEN)}),
        "past an endstream": Revision({57: stream(b"/Length %d" % len(NESTED), NESTED)}),
        "past an endstream, length elsewhere": Revision(
            {57: stream(b"/Length 59 0 R", NESTED), 59: b"%d" % len(NESTED)}
        ),
        "in a string": Revision(
            {1: STORE, 57: b"(\nendobj\n" + HIDDEN.replace(b"(", b"\\(").replace(b")", b"\\)") + b")"}
        ),
        "in a comment": Revision(before=b"% 4 0 obj <</Length 0>>stream\n"),
        "comments between": Revision(before=HIDDEN.replace(b"4 0 obj", b"4 % a\n0 % b\nobj")),
        "between objects": Revision(before=HIDDEN),
        "glued digits": Revision({1: STORE, 4: SAME}, before=b"1", shift=0),
        "named, and missing": Revision({1: STORE.replace(b"[]", b"[99 0 R]")}),
        "at an old place": lambda pdf: Revision(
            rows=lambda at: (
                b"0 1\n0000000000 65535 f \n" + table_rows({**at, 4: pdf.index(b"4 0 obj"), 7: pdf.index(b"5 0 obj")})
            )
        ).append(pdf),
        "one in another": lambda pdf: Revision(
            {57: stream(b"/Length %d" % (len(HIDDEN) + 2), b"x\n" + HIDDEN)},
            rows=lambda at: b"0 1\n0000000000 65535 f \n" + table_rows({**at, 4: pdf.__len__() + at[57] - at[57] + 37}),
        ).append(pdf),
    },
    "frame": {
        "no endobj": Revision(foot=b"\n"),
        "endobj glued": Revision(foot=b"\nendobjx\n"),
        "obj glued": Revision(head=b"%d 0 objx"),
        "other generation": Revision(head=b"%d 1 obj\n"),
        "other number": Revision(head=b"3 0 obj\n"),
        "form feeds": Revision(head=b"%d\x0c0\x0cobj\n"),
        "stream with a bare return": Revision({4: SAME.replace(b"stream\nBT", b"stream\rBT")}),
        "stream with a space": Revision({4: SAME.replace(b"stream\nBT", b"stream \nBT")}),
        "length too small": Revision({4: SAME.replace(b"/Length 42", b"/Length 40")}),
        "length too large": Revision({4: SAME.replace(b"/Length 42", b"/Length 49")}),
        "no length": Revision({4: SAME.replace(b"/Length 42", b"")}),
        "length a float": Revision({4: SAME.replace(b"/Length 42", b"/Length 42.0")}),
        "length of nothing": Revision({4: SAME.replace(b"/Length 42", b"/Length 99 0 R")}),
    },
    "table": {
        "numbered from 1": Revision(
            {1: CATALOG, 2: pdfs.OBJECTS[2]},
            rows=lambda at: b"1 3\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \n" % (at[1], at[2]),
        ),
        "rows of 19 bytes": Revision(rows=lambda at: b"1 1\n%010d 00000 n\n" % at[1]),
        "rows of 21 bytes": Revision(
            {1: STORE, 2: pdfs.OBJECTS[2]},
            rows=lambda at: b"1 2\n" + b"".join(b"%010d 00000 n \r\n" % at[one] for one in (1, 2)),
        ),
        "short numbers": Revision(rows=lambda at: b"1 1\n%d 0 n \n" % at[1]),
        "count too large": Revision(rows=lambda at: b"1 2\n%010d 00000 n \n" % at[1]),
        "count too small": Revision(rows=lambda at: b"1 1\n" + b"%010d 00000 n \n" % at[1] * 2),
        "an object twice": lambda pdf: Revision(
            {1: STORE, 57: OTHER},
            rows=lambda at: table_rows({1: at[1], 4: pdf.index(b"4 0 obj")}) + b"4 1\n%010d 00000 n \n" % at[57],
        ).append(pdf),
        "no offset": Revision(rows=lambda at: table_rows(at) + b"9 1\n0000000000 00000 n \n"),
        "freed without a new generation": Revision(rows=lambda at: table_rows(at) + b"10 1\n0000000000 00000 f \n"),
        "a comment within": Revision(rows=lambda at: b"%x\n" + table_rows(at)),
        "a wrong kind": Revision(rows=lambda at: b"1 1\n%010d 00000 o \n" % at[1]),
    },
    "trailer": {
        "size too small": Revision(trailer=b"/Size 5 /Root 1 0 R /Prev %d"),
        "size beyond what readers know": Revision(trailer=b"/Size 10000000 /Root 1 0 R /Prev %d"),
        "no size": Revision(trailer=b"/Root 1 0 R /Prev %d"),
        "root of another generation": Revision(trailer=b"/Size 60 /Root 1 3 R /Prev %d"),
        "information that is missing": Revision(trailer=b"/Size 60 /Root 1 0 R /Prev %d /Info 57 0 R"),
        "root direct": Revision(trailer=b"/Size 60 /Root " + STORE + b" /Prev %d"),
        "previous as float": Revision(trailer=b"/Size 60 /Root 1 0 R /Prev %d.0"),
        "previous beside the section": lambda pdf: Revision(
            trailer=b"/Size 60 /Root 1 0 R /Prev %d" % (pdfs.last_start(pdf) - 9)
        ).append(pdf),
        "previous twice": Revision(trailer=b"/Size 60 /Root 1 0 R /Prev 9 /Prev %d"),
        "root twice": Revision({1: STORE, 57: STORE}, trailer=b"/Size 60 /Root 57 0 R /Root 1 0 R /Prev %d"),
        "root twice, one escaped": Revision(
            {1: STORE, 57: STORE}, trailer=b"/Size 60 /R#6fot 57 0 R /Root 1 0 R /Prev %d"
        ),
        "encrypted from now on": Revision(trailer=b"/Size 60 /Root 1 0 R /Encrypt << /Filter /None >> /Prev %d"),
        "hybrid with another root": lambda pdf: hybrid(pdf, b"/Root 58 0 R"),
        "hybrid with another object": lambda pdf: hybrid(pdf, b"/Root 1 0 R", also=True),
    },
    "section stream": {
        "three fields and more": lambda pdf: in_stream(pdf, widths=b"[1 4 2 0]"),
        "without a type": lambda pdf: in_section_without_type(pdf),
        "an unknown type": lambda pdf: compressed(pdf, b"1 0 " + STORE, [(1, 2, 55, 0), (9, 3, 1, 0)]),
        "more data than rows": lambda pdf: in_stream(pdf, code=lambda rows: rows + b"\1\0\0\0\7\0\0"),
        "fewer data than rows": lambda pdf: in_stream(pdf, code=lambda rows: rows[:-3]),
        "cut short": lambda pdf: in_stream(
            pdf, section=b" /Filter /FlateDecode", code=lambda rows: zlib.compress(rows)[:-4]
        ),
        "bytes behind": lambda pdf: in_stream(
            pdf, section=b" /Filter /FlateDecode", code=lambda rows: zlib.compress(rows) + b"junk"
        ),
        "with the number of another object": lambda pdf: in_stream(pdf, number=4, entry=(1, pdf.index(b"4 0 obj"), 0)),
        "one that is none, with another root": Revision(
            {1: STORE, 55: stream(b"/Type /XRef /W [1 1 1] /Size 1 /Root 57 0 R /Length 3", b"\0\0\0"), 57: CATALOG}
        ),
        "in place of another object": lambda pdf: in_stream(pdf, number=10),
    },
    "object stream": {
        "a number twice": lambda pdf: compressed(
            pdf,
            b"3 0 3 %d " % (len(PAGE) + 1) + PAGE + b"\n" + OTHER_PAGE,
            [(3, 2, 55, 1)],
            stream=b"/Type /ObjStm /N 2 /First %d" % len(b"3 0 3 %d " % (len(PAGE) + 1)),
            others={57: OTHER},
        ),
        "another index": lambda pdf: compressed(
            pdf,
            b"3 0 9 %d " % (len(PAGE) + 1) + PAGE + b"\n" + OTHER_PAGE,
            [(3, 2, 55, 1)],
            stream=b"/Type /ObjStm /N 2 /First %d" % len(b"3 0 9 %d " % (len(PAGE) + 1)),
            others={57: OTHER},
        ),
        "an object that is not listed": lambda pdf: in_stream(
            pdf,
            b"1 0 3 %d " % (len(STORE) + 1) + STORE + b"\n" + OTHER_PAGE,
            others={57: OTHER},
            stream=b"/Type /ObjStm /N 2 /First %d" % len(b"1 0 3 %d " % (len(STORE) + 1)),
        ),
        "listed by nothing": Revision(
            {
                1: STORE,
                55: stream(b"/Type /ObjStm /N 1 /First 4 /Length %d" % (len(OTHER_PAGE) + 4), b"3 0 " + OTHER_PAGE),
            }
        ),
        "bytes between its objects": lambda pdf: in_stream(
            pdf, b"1 10 " + b"<< /X 1 >>" + STORE, stream=b"/Type /ObjStm /N 1 /First 5"
        ),
        "extends": lambda pdf: in_stream(pdf, stream=b"/Type /ObjStm /N 1 /First 4 /Extends 56 0 R"),
        "list with a comment": lambda pdf: in_stream(pdf, b"1 0 % \n" + STORE, stream=b"/Type /ObjStm /N 1 /First 7"),
        "first within the list": lambda pdf: in_stream(pdf, b"1 3 (9" + STORE, stream=b"/Type /ObjStm /N 1 /First 3"),
        "count too small": lambda pdf: compressed(
            pdf, b"1 0 9 77 " + STORE + b" null", [(1, 2, 55, 0)], stream=b"/Type /ObjStm /N 1 /First 9"
        ),
        "count elsewhere": lambda pdf: in_stream(pdf, stream=b"/Type /ObjStm /N 58 0 R /First 4", others={58: b"1"}),
        "filter elsewhere": lambda pdf: in_stream(
            pdf,
            (b"1 0 " + STORE).hex().encode() + b">",
            stream=b"/Type /ObjStm /N 1 /First 4 /Filter 58 0 R",
            others={58: b"/ASCIIHexDecode"},
        ),
        "no type": lambda pdf: in_stream(pdf, stream=b"/N 1 /First 4"),
        "cut short": lambda pdf: in_stream(
            pdf, zlib.compress(b"1 0 " + STORE)[:-3], stream=b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"
        ),
        "junk in hexadecimal": lambda pdf: in_stream(
            pdf,
            b"zz" + (b"1 0 " + STORE).hex().encode() + b">",
            stream=b"/Type /ObjStm /N 1 /First 4 /Filter /ASCIIHexDecode",
        ),
        "an odd token": lambda pdf: in_stream(pdf, b"1 0 " + STORE.replace(b"[]", b"[1-2]")),
        "what cannot be read": lambda pdf: in_stream(pdf, b"1 0 " + STORE.replace(b"[]", b"1..2")),
    },
    "token": {
        name: Revision({1: STORE.replace(b"/Certs []", odd)})
        for name, odd in {
            "number with a dash": b"/Certs [] /X 1-2",
            "two signs": b"/Certs [] /X --1",
            "plus": b"/Certs [] /X +1",
            "hexadecimal": b"/Certs [] /X 0x10",
            "exponent": b"/Certs [] /X 1e3",
            "two points": b"/Certs [] /X 1..2",
            "a reference with a sign": b"/Certs [] /X [1 -0 R]",
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
            "octal number of more than a byte": b"/Certs [] /X (\\777)",
            "an unknown escape": b"/Certs [] /X (\\x41)",
            "braces": b"/Certs [] /X {1}",
            "a word": b"/Certs [] /X word",
        }.items()
    },
    "decoder": {
        "predictor, a row cut short": Revision(
            coded(
                b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 42 >>",
                zlib.compress(b"\0" + PLAIN + b"\0" + CONTENT[:30]),
            )
        ),
        "flate, bytes behind": Revision(coded(b"/Filter /FlateDecode", zlib.compress(PLAIN) + zlib.compress(CONTENT))),
        "flate, cut short": Revision(coded(b"/Filter /FlateDecode", zlib.compress(PLAIN)[:-3])),
        "flate, wrong checksum": Revision(coded(b"/Filter /FlateDecode", zlib.compress(PLAIN)[:-1] + b"?")),
        "hexadecimal, no end": Revision(coded(b"/Filter /ASCIIHexDecode", PLAIN.hex().encode())),
        "hexadecimal, junk": Revision(coded(b"/Filter /ASCIIHexDecode", b"x" + PLAIN.hex().encode() + b">")),
        "hexadecimal, bytes behind": Revision(
            coded(b"/Filter /ASCIIHexDecode", PLAIN.hex().encode() + b">" + CONTENT.hex().encode() + b">")
        ),
        "parameters of another filter": Revision(
            coded(
                b"/Filter /ASCIIHexDecode /DecodeParms << /Predictor 12 /Columns 42 >>",
                (b"\0" + PLAIN).hex().encode() + b">",
            )
        ),
        "short name": Revision(coded(b"/Filter /Fl", zlib.compress(PLAIN))),
        "more parameters than filters": Revision(
            coded(b"/Filter [/FlateDecode] /DecodeParms [null << /Predictor 12 >>]", zlib.compress(PLAIN))
        ),
        "type elsewhere": Revision({1: STORE, 57: stream(b"/Type 58 0 R /Length 1", b"x"), 58: b"/ObjStm"}),
        "in another file": Revision({4: SAME.replace(b"/Length 42", b"/Length 42 /F (other.bin)")}),
        "short name of the filter's key": Revision({4: SAME.replace(b"/Length 42", b"/Length 42 /F /ASCIIHexDecode")}),
    },
}


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
        1: STORE,
        57: OTHER,
        58: CATALOG.replace(b"/Pages 2", b"/Pages 60"),
        59: OTHER_PAGE.replace(b"/Parent 2", b"/Parent 60"),
        60: pages,
    }
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


def cases() -> list[tuple[str, str]]:
    """All classes and names."""
    return [(kind, name) for kind, members in CASES.items() for name in members]
