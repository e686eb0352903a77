"""A fuzzer for time: every token that can be repeated, in every place where a scan may meet it.

    python -m tests.pdf.repeated [BYTES [SECONDS]]

Prints a line for each input once it is judged: place, token, seconds.  The limit of time for one file is SECONDS:
what the clock can stop ends then; a regular expression or a loop that does not look at the clock and grows with the
square of its input goes on for minutes, and whoever reads the lines gives up (``test_time.py``).
"""

from __future__ import annotations

import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from signkit.limits import Limits
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from tests.pdf import readings
from tests.validation import pdfs, pki

TOKENS = [
    b"%", b"%%", b"% \n", b" ", b"\n", b"\r", b"\0", b"(", b")", b"()", b"(\\", b"\\", b"<", b"<<", b"<4", b"<>",
    b">", b"[", b"]", b"{", b"/", b"/A", b"/A ", b"#", b"#41", b"/A#41", b"-", b"+", b".", b"1", b"1.", b"1-",
    b"1 ", b"1 0 ", b"1 0 R ", b"R ", b"x", b"null ", b"true", b"obj", b"obj ", b"1 0 obj ", b"1 0 obj<<",
    b"1 0 obj(", b"1 0 obj<</ByteRange", b"1 %\n0 %\nobj ", b"endobj ", b"stream\n", b"endstream\n",
    b"1 0 obj<<>>stream\n", b"startxref ", b"startxref 9 %%EOF ", b"xref ", b"xref\n0 1\n",
    b"0000000000 00000 n \n", b"1 1\n", b"trailer ", b"trailer<<", b"%%EOF", b"%PDF-", b"/ByteRange",
    b"/ByteRange[", b"/Contents<", b"/Length 1 0 R", b"/Length", b"/L#41", b"/Linearized 1", b"<</A", b"<</V",
    b"/P ", b"/Type/StructElem", b"/Kids[", b"BT ", b"ID ", b"q ",
]  # fmt: skip


def _between(signed: bytes, many: bytes) -> bytes:
    pdf = pdfs.build()
    at = pdf.index(b"2 0 obj")
    return pdf[:at] + many + pdf[at:]


def _trailing(signed: bytes, many: bytes) -> bytes:
    return pdfs.build() + many


def _inside(number: int) -> Callable[[bytes, bytes], bytes]:
    def build(signed: bytes, many: bytes) -> bytes:
        return pdfs.build({**pdfs.OBJECTS, number: pdfs.OBJECTS[number][:-2] + many + b">>"})

    return build


def _before_stream(signed: bytes, many: bytes) -> bytes:
    return pdfs.build({**pdfs.OBJECTS, 4: b"<< /Length 42 >>" + many + b"stream\nx\nendstream"})


def _object(signed: bytes, many: bytes) -> bytes:
    return pdfs.build({**pdfs.OBJECTS, 4: many})


def _table(signed: bytes, many: bytes) -> bytes:
    return pdfs.build().replace(b"xref\n", b"xref\n" + many, 1)


def _trailer(signed: bytes, many: bytes) -> bytes:
    return pdfs.build(trailer=many)


def _start(signed: bytes, many: bytes) -> bytes:
    return pdfs.build().replace(b"startxref\n", many + b"startxref" + many)


def _revision(signed: bytes, many: bytes) -> bytes:
    return readings.Revision(before=many).append(signed)


def _later_object(signed: bytes, many: bytes) -> bytes:
    return readings.Revision({1: readings.STORE[:-2] + many + b">>", 43: many}).append(signed)


def _later_stream(signed: bytes, many: bytes) -> bytes:
    return readings.Revision({1: readings.STORE, 43: readings.stream(b"/Length %d" % len(many), many)}).append(signed)


def _behind_signature(signed: bytes, many: bytes) -> bytes:
    return signed + many


def _contained(signed: bytes, many: bytes) -> bytes:
    packed = zlib.compress(b"10 0 " + many)
    return readings.compressed(
        signed, packed, [(10, 2, 55, 0)], stream=b"/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode"
    )


def _content(signed: bytes, many: bytes) -> bytes:
    """A page of tokens, and an annotation that may hide some of them."""
    signed = _signed({**pdfs.OBJECTS, 4: readings.stream(b"/Length %d" % len(many), many)})
    page = pdfs.OBJECTS[pdfs.PAGE].replace(b"8 0 R]", b"8 0 R 43 0 R]")
    note = b"<< /Type /Annot /Subtype /Square /Rect [0 0 200 200] /P 3 0 R >>"
    return readings.Revision({3: page, 43: note}).append(signed)


PLACES: dict[str, Callable[[bytes, bytes], bytes]] = {
    "between objects": _between,
    "in the catalog": _inside(1),
    "in a field": _inside(6),
    "before a stream": _before_stream,
    "as an object": _object,
    "in the table": _table,
    "in the trailer": _trailer,
    "around startxref": _start,
    "at the end": _trailing,
    "in a later revision": _revision,
    "in a later object": _later_object,
    "in a later stream": _later_stream,
    "behind the signature": _behind_signature,
    "in an object stream": _contained,
    "in a page": _content,
}


_HOLDER: list[pki.Holder] = []


def _signed(objects: dict[int, bytes] | None = None) -> bytes:
    if not _HOLDER:
        _HOLDER.append(pki.issue(pki.authority()))
    return pdfs.sign(pdfs.build(objects), lambda content: pki.signed_data(content, _HOLDER[0]))


def inputs(place: str, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Every token, repeated up to ``size`` bytes in ``place``."""
    signed = _signed()
    for token in TOKENS:
        yield token, PLACES[place](signed, token * (size // len(token)))


def main(place: str, size: int, seconds: float) -> None:
    """Judge every input of one place; say so as each is done."""
    options = ValidationOptions(at=pki.NOW, offline=True)
    options = replace(options, limits=replace(Limits(), seconds=seconds))
    for token, pdf in inputs(place, size):
        began = time.monotonic()
        validate_pdf(pdf, name="x.pdf", options=options)
        print(f"{place}\t{token!r}\t{time.monotonic() - began:.2f}", flush=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    for name in [given[0]] if given and given[0] in PLACES else PLACES:
        numbers = [word for word in given if word not in PLACES]
        main(name, int(numbers[0]) if numbers else 400_000, float(numbers[1]) if numbers[1:] else 2.0)
