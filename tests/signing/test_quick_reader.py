"""pyHanko's reader gives the same objects with and without the short way for a signature's /Contents."""

from __future__ import annotations

from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from signkit.pdf.writing import quick_reader as quick
from tests.validation import pdfs

DIGITS = b"30820a" + b"fF0912" * 400


def both(value: bytes) -> tuple[generic.PdfObject, generic.PdfObject]:
    pdf = pdfs.update(pdfs.build(), {30: value})
    reference = generic.Reference(30, 0)
    return tuple(
        reader.get_object(reference) for reader in (PdfFileReader(BytesIO(pdf), strict=False), quick.quick_reader(pdf))
    )


@pytest.mark.parametrize(
    "value",
    [
        b"<< /Type /Sig /Contents <" + DIGITS + b"> /ByteRange [0 1 2 3] /Reason (words) >>",
        b"<< /Contents\n<" + DIGITS + b">\n/Reference [<< /TransformParams << /P 2 >> >>] >>",
        b"<< /FT /Sig /T (inside) /V << /Contents <" + DIGITS + b"> >> >>",  # not its own entry
        b"<< /Contents <" + DIGITS + b"> /Other << /Contents <" + DIGITS + b"> >> >>",
        b"<< /Contents <" + DIGITS + b"5> >>",  # an odd digit
        b"<< /Contents <" + DIGITS[:900] + b"\n" + DIGITS[900:] + b"> >>",
        b"<< /Contents <" + b"20" * 600 + b"> >>",  # text, to pyHanko
        b"[<" + DIGITS + b">]",
        b"<< /Contents (short) >>",
    ],
)
def test_the_objects_are_the_same(value):
    slow, fast = both(value)
    assert type(slow) is type(fast)
    assert slow == fast
    if isinstance(slow, generic.DictionaryObject) and "/Contents" in slow:
        assert type(slow.raw_get("/Contents")) is type(fast.raw_get("/Contents"))
        assert fast.raw_get("/Contents").container_ref.idnum == 30


def test_the_long_way_is_not_gone_for_what_every_signer_writes(monkeypatch):
    pdf = pdfs.update(pdfs.build(), {30: b"<< /Type /Sig /Contents <" + DIGITS + b"> >>"})
    reader = quick.quick_reader(pdf)
    digits = generic.read_hex_string_from_stream
    lengths = []
    monkeypatch.setattr(
        generic, "read_hex_string_from_stream", lambda stream: lengths.append(1) or digits(_Short(stream))
    )
    found = reader.get_object(generic.Reference(30, 0))
    assert bytes(found["/Contents"]) == bytes.fromhex(DIGITS.decode())
    assert lengths == [1]


class _Short:
    """A stream of which no more than a mark is read."""

    def __init__(self, stream: BytesIO) -> None:
        self._stream, self._left = stream, 200

    def read(self, size: int) -> bytes:
        self._left -= size
        assert self._left > 0
        return self._stream.read(size)

    def seek(self, *place: int) -> int:
        return self._stream.seek(*place)
