"""Which names nothing asks for: what is drawn may be cut in two, what is not ends as it likes."""

from __future__ import annotations

import pytest

from signkit.limits import Limits, Meter
from signkit.pdf.changes.unused_names import UnusedNames
from signkit.pdf.reading.document import PdfFile
from tests.validation import pdfs

PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents [50 0 R] >>"


def stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


@pytest.mark.parametrize(
    ("objects", "unused"),
    [
        ({50: stream(b"q Q")}, True),
        ({50: stream(b"BT /Fo")}, False),  # poppler goes on with the page's next stream
        ({50: stream(b"BT /#")}, False),
        ({50: stream(b"q Q"), 51: b"<< /Type /Sig /Contents <3082AA2F23BB> >>"}, True),
        ({50: stream(b"q Q"), 51: stream(b"0\x82\xaa/#\xbb")}, True),  # a certificate of the security store, say
        ({50: stream(b"q Q"), 51: b"<< /DA (/Font 9 Tf) >>"}, False),
        ({50: stream(b"q Q"), 51: stream(b"/F#6fnt 9 Tf")}, False),
    ],
)
def test_what_asks_for_a_name(objects, unused):
    pdf = pdfs.update(pdfs.build(), {pdfs.PAGE: PAGE, **objects})
    assert UnusedNames(PdfFile(pdf, Meter(Limits())).history.last).has("/Font") is unused
