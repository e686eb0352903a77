"""PDFs of every kind that a stranger may send, each with one empty signature field, by name."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

from tests import witness
from tests.validation import pdfs

SOURCE = b"""#set document(title: "Lease", author: "Someone")
#set page(width: 300pt, height: 300pt)
= Lease
The rent is 100,000 yen. #rect(fill: red)[Seal here]"""
#: Where the field lies, points.
BOX = (50, 50, 250, 110)
#: What stands in the text fields.
NOTE = "Bring the keys"


@cache
def document(standard: str) -> bytes:
    """Return a tagged page as the typesetter makes it for ``standard``; it does not end its last line."""
    import typst

    made = typst.compile(SOURCE, format="pdf", pdf_standards=[standard])
    assert isinstance(made, bytes)
    return made


def with_field(pdf: bytes, name: str = "seller") -> bytes:
    """Return the PDF with an empty signature field added by an update, with pyHanko as the stranger's tool."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    writer = IncrementalPdfFileWriter(BytesIO(pdf + b"\n"), strict=False)
    append_signature_field(writer, SigFieldSpec(name, box=BOX))
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


@cache
def typeset(standard: str) -> bytes:
    """Return a document of the standard with the field."""
    return with_field(document(standard))


def qpdf(pdf: bytes, *options: str) -> bytes:
    """Return the PDF as qpdf writes it anew."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.pdf"), Path(folder, "out.pdf")
        source.write_bytes(pdf)
        answer = witness.run("qpdf", *options, source, target)
        assert answer.returncode == 0, answer.stderr
        return target.read_bytes()


def by_hand(form: bytes = b"<< /Fields [6 0 R 8 0 R] >>", **changed: bytes) -> bytes:
    """Return a small PDF 1.7 without metadata; ``changed`` gives objects by number (``o6=…``)."""
    objects = {**pdfs.OBJECTS, pdfs.FORM: form}
    objects |= {int(name[1:]): body for name, body in changed.items()}
    return pdfs.build(objects)


WIDGET = b" /Type /Annot /Subtype /Widget /F 4 /P 3 0 R"


def filled_form() -> bytes:
    """A hierarchy of filled fields that inherit their type and appearance string; viewers are told to draw them."""
    kid = b"<< /Parent 30 0 R" + WIDGET
    return by_hand(
        b"<< /Fields [6 0 R 30 0 R] /NeedAppearances true /DA (/F1 10 Tf 0 g) /DR << /Font << /F1 7 0 R >> >> >>",
        o30=b"<< /T (tenant) /FT /Tx /Ff 2 /DA (/F1 9 Tf 0 g) /Kids [31 0 R 32 0 R] >>",
        o31=kid + b" /T (name) /V (Hanako) /Rect [20 70 120 90] >>",
        o32=kid + b" /T (note) /V (" + NOTE.encode() + b") /Rect [20 100 120 120] >>",
    )


def nested_signature() -> bytes:
    """The signature field's name is ``party.seller``, and it inherits its type."""
    return by_hand(
        b"<< /Fields [30 0 R 8 0 R] >>",
        o30=b"<< /T (party) /FT /Sig /Kids [6 0 R] >>",
        o6=b"<< /T (seller) /Parent 30 0 R" + WIDGET + b" /Rect [20 20 120 60] >>",
    )


def separate_widget() -> bytes:
    """The field and its widget are two objects."""
    return by_hand(
        o6=b"<< /FT /Sig /T (seller) /Kids [30 0 R] >>",
        o30=b"<< /Parent 6 0 R" + WIDGET + b" /Rect [20 20 120 60] >>",
        o3=pdfs.OBJECTS[pdfs.PAGE].replace(b"/Annots [6 0 R 8 0 R]", b"/Annots [30 0 R 8 0 R]"),
    )


def form_in_the_catalog() -> bytes:
    """The form is a direct value of the catalog, its list of fields an object of its own."""
    return by_hand(o1=b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields 30 0 R >> >>", o30=b"[6 0 R 8 0 R]")


def seeded(seed: bytes) -> bytes:
    """The field says how it is to be signed (ISO 32000-2 12.7.5.5, table 237)."""
    return by_hand(o6=pdfs.OBJECTS[pdfs.SELLER][:-2] + b"/SV << /Type /SV " + seed + b" >> >>")


def locking() -> bytes:
    """Signing the field locks the other one."""
    lock = b"/Lock << /Type /SigFieldLock /Action /Include /Fields [(note)] >> >>"
    note = b"<< /FT /Tx /T (note)" + WIDGET + b" /V (first) /Rect [150 20 280 60] >>"
    return by_hand(o6=pdfs.OBJECTS[pdfs.SELLER][:-2] + lock + b" >>", o8=note)


def hybrid() -> bytes:
    """A hybrid-reference file (ISO 32000-2 7.5.8.4): the form's text field lies in an object stream that old readers
    do not see."""
    hidden = {pdfs.TEXT_FIELD: pdfs.OBJECTS[pdfs.TEXT_FIELD], pdfs.APPEARANCE + 41: b"<< >>"}
    pdf = b"%PDF-1.7\n"
    offsets = {}
    for number, body in pdfs.OBJECTS.items():
        if number not in hidden:
            offsets[number] = len(pdf)
            pdf += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    head, bodies = b"", b""
    for number, body in hidden.items():
        head += b"%d %d " % (number, len(bodies))
        bodies += body + b"\n"
    container = len(pdf)
    packed = zlib.compress(head + bodies)
    pdf += b"51 0 obj\n<< /Type /ObjStm /N 2 /First %d /Filter /FlateDecode /Length %d >>\nstream\n" % (
        len(head), len(packed),
    )  # fmt: skip
    pdf += packed + b"\nendstream\nendobj\n"
    stream = len(pdf)
    rows = b"".join(
        bytes([kind]) + first.to_bytes(4, "big") + bytes([second])
        for kind, first, second in ((2, 51, 0), (2, 51, 1), (1, container, 0))
    )
    pdf += b"52 0 obj\n<< /Type /XRef /Size 60 /W [1 4 1] /Index [8 1 50 2] /Length %d >>\nstream\n" % len(rows)
    pdf += rows + b"\nendstream\nendobj\n"
    return pdf + pdfs.cross_reference(offsets, len(pdf), trailer=b" /XRefStm %d" % stream)


#: One maker a kind; the field to sign is the only empty one.
FORMATS: dict[str, Callable[[], bytes]] = {
    **{f"pdf-{version}": lambda version=version: typeset(version) for version in ("1.4", "1.5", "1.6", "1.7", "2.0")},
    "xref-stream": lambda: qpdf(typeset("1.7"), "--object-streams=generate"),
    "xref-stream-2.0": lambda: qpdf(typeset("2.0"), "--object-streams=generate"),
    "linearised": lambda: qpdf(typeset("1.7"), "--linearize", "--object-streams=disable"),
    "linearised-streams": lambda: qpdf(typeset("1.7"), "--linearize", "--object-streams=generate"),
    "hybrid": hybrid,
    "filled-form": filled_form,
    "nested-signature": nested_signature,
    "separate-widget": separate_widget,
    "form-in-the-catalog": form_in_the_catalog,
    "seeded": lambda: seeded(b"/SubFilter [/ETSI.CAdES.detached /adbe.pkcs7.detached] /Ff 2"),
    "locking": locking,
    "open-last-line": lambda: by_hand().rstrip(b"\n"),
}
