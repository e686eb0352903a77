"""Strangers' documents by an independent little writer: what they show, and in which layout they are written."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from tests.attacks import crypt, syntax
from tests.attacks.writer import Draft

LAYOUTS = ("classic", "streams", "hybrid", "linearised")
#: ``open``: RC4 that leaves metadata as it is.
CIPHERS = ("rc4", "aes", "open")
IDENTIFIER = b"0123456789abcdef"

CATALOG, PAGES, PAGE, CONTENT, FORM, SELLER, FONT, BUYER = range(1, 9)
NOTE, NOTE_LOOKS, NAME, TICK, SECOND, SECOND_CONTENT, GLYPHS, GLYPH = range(11, 19)

XMP = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    b"<rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/' dc:format='application/pdf'/>"
    b"</rdf:RDF></x:xmpmeta>"
)
_WIDGET = b" /Type /Annot /Subtype /Widget /F 4 /P 3 0 R"
_FONTS = b"/Font << /F1 7 0 R >>"


def looks(width: int, height: int, content: bytes) -> bytes:
    """Return a form XObject."""
    said = {
        b"/Type": b"/XObject", b"/Subtype": b"/Form", b"/BBox": b"[0 0 %d %d]" % (width, height),
        b"/Resources": b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>",
    }  # fmt: skip
    return syntax.stream(said, content)


DINGBATS = b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >> >> >>"


def box_drawn_anew(content: bytes, resources: bytes = DINGBATS) -> bytes:
    """Return a state of a check box as another program than the form's writes it."""
    return syntax.with_entries(looks(16, 16, b"q 0 0 16 16 re S Q " + content), {b"/Resources": resources})


def ticked_box() -> bytes:
    """Return the state of a check box that shows the tick which its caption asks for."""
    shown = looks(16, 16, b"0 0 16 16 re S BT /F1 12 Tf 1 0 0 1 3 4 Tm (4) Tj ET")
    return syntax.with_entries(shown, {b"/Resources": DINGBATS})


def words(text: bytes, *, x: int = 5, y: int = 8, size: int = 12, font: bytes = b"/F1") -> bytes:
    return b"BT " + font + b" %d Tf %d %d Td (" % (size, x, y) + text + b") Tj ET"


def plain() -> dict[int, bytes]:
    """One page of text, two signature fields, one of them to be signed."""
    return {
        CATALOG: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>",
        PAGES: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 140] /Contents 4 0 R /Resources << "
        + _FONTS + b" >> /Annots [6 0 R 8 0 R] >>",
        CONTENT: syntax.stream({}, words(b"Pay 100 yen", x=12, y=110, size=16)),
        FORM: b"<< /Fields [6 0 R 8 0 R] /SigFlags 3 >>",
        SELLER: b"<< /FT /Sig /T (seller)" + _WIDGET + b" /Rect [10 10 80 30] >>",
        FONT: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        BUYER: b"<< /FT /Sig /T (buyer)" + _WIDGET + b" /Rect [110 10 180 30] >>",
    }  # fmt: skip


def _more(of: dict[int, bytes], number: int, **changed: bytes) -> None:
    """Set entries of an object; a list is appended to."""
    new = {b"/" + key.encode(): value for key, value in changed.items()}
    old = syntax.entries(of[number])
    for key, value in new.items():
        if value.startswith(b"[") and old.get(key, b"").startswith(b"["):
            new[key] = old[key][:-1] + b" " + value[1:]
    of[number] = syntax.with_entries(of[number], new)


def form() -> dict[int, bytes]:
    """Fields filled, unfilled and ticked, with defaults of the form."""
    of = plain()
    of[NOTE] = (
        b"<< /FT /Tx /T (note) /V (ten keys) /DA (/F1 10 Tf 0 g) /AP << /N 12 0 R >>"
        + _WIDGET
        + b" /Rect [10 80 90 98] >>"
    )
    of[NOTE_LOOKS] = looks(80, 18, b"/Tx BMC " + words(b"ten keys", size=10) + b" EMC")
    of[NAME] = (
        b"<< /FT /Tx /T (name) /DA (/F1 10 Tf 0 g) /MK << /BC [0 0 1] >>" + _WIDGET + b" /Rect [100 80 180 98] >>"
    )
    of[TICK] = (
        b"<< /FT /Btn /T (agreed) /V /Yes /AS /Yes /AP << /N << /Yes 40 0 R /Off 41 0 R >> >>" + _WIDGET
        + b" /Rect [10 50 26 66] >>"
    )  # fmt: skip
    of[75] = (
        b"<< /FT /Btn /T (insured) /MK << /CA (4) >> /AS /Off /AP << /N << /Yes 40 0 R /Off 41 0 R >> >>" + _WIDGET
        + b" /Rect [40 50 56 66] >>"
    )  # fmt: skip
    of[40], of[41] = ticked_box(), looks(16, 16, b"0 0 16 16 re S")
    _more(of, FORM, Fields=b"[11 0 R 13 0 R 14 0 R 75 0 R]", DA=b"(/F1 10 Tf 0 g)", DR=b"<< /Font << /F1 7 0 R >> >>")
    _more(of, PAGE, Annots=b"[11 0 R 13 0 R 14 0 R 75 0 R]")
    return of


def tree() -> dict[int, bytes]:
    """Three pages below two levels of nodes that hand down their size, resources and rotation."""
    of = plain()
    of[PAGES] = (
        b"<< /Type /Pages /Kids [3 0 R 42 0 R] /Count 3 /MediaBox [0 0 200 140] /Resources << " + _FONTS + b" >> >>"
    )
    of[PAGE] = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Annots [6 0 R 8 0 R] >>"
    of[42] = b"<< /Type /Pages /Parent 2 0 R /Kids [15 0 R 43 0 R] /Count 2 /Rotate 90 >>"
    of[SECOND] = b"<< /Type /Page /Parent 42 0 R /Contents 16 0 R >>"
    of[SECOND_CONTENT] = syntax.stream({}, words(b"Rent 200 yen", y=70))
    of[43] = b"<< /Type /Page /Parent 42 0 R /Contents [44 0 R 45 0 R] /CropBox [0 0 180 120] >>"
    of[44] = syntax.stream({}, b"q 0.9 0.9 0.6 rg 20 20 100 60 re f Q")
    of[45] = syntax.stream({}, words(b"End of terms", y=40))
    return of


def annotated() -> dict[int, bytes]:
    """Annotations of kinds, two of them one over the other."""
    of = plain()
    kinds = {46: b"/FreeText", 48: b"/Stamp", 50: b"/Square", 52: b"/Highlight"}
    where = {46: b"[100 50 180 70]", 48: b"[110 40 190 60]", 50: b"[20 50 60 80]", 52: b"[12 106 80 124]"}
    for number, kind in kinds.items():
        of[number] = (
            b"<< /Type /Annot /Subtype " + kind + b" /F 4 /P 3 0 R"
            + b" /Contents (note %d) /NM (n%d) /Rect " % (number, number)
            + where[number] + b" /AP << /N %d 0 R >> /QuadPoints [12 124 80 124 12 106 80 106] /DA (/F1 8 Tf 0 g) >>"
            % (number + 1)
        )  # fmt: skip
    of[47] = looks(80, 20, b"1 1 0.6 rg 0 0 80 20 re f 0 g " + words(b"Remark", size=10))
    of[49] = looks(80, 20, b"0.8 1 0.8 rg 0 0 80 20 re f 0 g " + words(b"Copy", size=10))
    of[51] = looks(40, 30, b"0 0 1 RG 2 2 36 26 re S")
    of[53] = syntax.with_entries(
        looks(68, 18, b"/G gs 1 1 0 rg 0 0 68 18 re f"),
        {b"/Resources": b"<< /ExtGState << /G << /BM /Multiply >> >> >>"},
    )
    of[54] = (
        b"<< /Type /Annot /Subtype /Link /F 4 /P 3 0 R /Rect [12 106 80 124] /Border [0 0 0]"
        b" /A << /S /URI /URI (http://example.com) >> >>"
    )
    of[74] = syntax.entries(of[PAGE])[b"/Annots"][:-1] + b" 46 0 R 48 0 R 50 0 R 52 0 R 54 0 R]"
    of[PAGE] = syntax.with_entries(of[PAGE], {b"/Annots": b"74 0 R"})
    return of


def layered() -> dict[int, bytes]:
    """Two layers: one shown, one hidden."""
    of = plain()
    of[55] = b"<< /Type /OCG /Name (terms) >>"
    of[56] = b"<< /Type /OCG /Name (draft) >>"
    _more(
        of,
        CATALOG,
        OCProperties=b"<< /OCGs [55 0 R 56 0 R] /D << /Order [55 0 R 56 0 R] /ON [55 0 R] /OFF [56 0 R] >> >>",
    )
    fonts = b"<< " + _FONTS + b" /Properties << /L1 55 0 R /L2 56 0 R >> >>"
    _more(of, PAGE, Resources=fonts)
    shown = b"/OC /L1 BDC " + words(b"Binding", x=12, y=60) + b" EMC"
    hidden = b"/OC /L2 BDC " + words(b"Only a draft", x=100, y=60) + b" EMC"
    of[CONTENT] = syntax.stream({}, words(b"Pay 100 yen", x=12, y=110, size=16) + b" " + shown + b" " + hidden)
    return of


def tagged() -> dict[int, bytes]:
    """A structure tree with other words for the text, and the form's fields in it."""
    of = form()
    of[57] = b"<< /Type /StructTreeRoot /K 58 0 R /ParentTree 61 0 R >>"
    of[58] = b"<< /Type /StructElem /S /Document /P 57 0 R /K [59 0 R 60 0 R 72 0 R] >>"
    of[59] = b"<< /Type /StructElem /S /P /P 58 0 R /Pg 3 0 R /K 0 /ActualText (Pay 100 yen) /Alt (Pay 100 yen) >>"
    of[71] = (
        b"<< /Type /Annot /Subtype /FreeText /F 4 /P 3 0 R /Rect [100 50 180 70] /Contents (a remark) /StructParent 2"
        b" /DA (/F1 8 Tf 0 g) /AP << /N 73 0 R >> >>"
    )
    of[73] = looks(80, 20, b"1 1 0.6 rg 0 0 80 20 re f 0 g " + words(b"Remark", size=10))
    of[72] = b"<< /Type /StructElem /S /Annot /P 58 0 R /K << /Type /OBJR /Obj 71 0 R /Pg 3 0 R >> >>"
    of[60] = b"<< /Type /StructElem /S /Form /P 58 0 R /K << /Type /OBJR /Obj 11 0 R /Pg 3 0 R >> >>"
    of[61] = b"<< /Nums [0 [59 0 R] 1 60 0 R 2 72 0 R] >>"
    _more(of, CATALOG, StructTreeRoot=b"57 0 R", MarkInfo=b"<< /Marked true >>", Lang=b"(en)")
    _more(of, PAGE, StructParents=b"0", Annots=b"[71 0 R]")
    _more(of, NOTE, StructParent=b"1")
    of[CONTENT] = syntax.stream({}, b"/P << /MCID 0 >> BDC " + words(b"Pay 100 yen", x=12, y=110, size=16) + b" EMC")
    return of


def pictured() -> dict[int, bytes]:
    """An image with a predictor, a drawn form, and a font of the document's own."""
    of = plain()
    rows = b"".join(b"\2" + bytes((16 * x if y == 0 else 4) % 256 for x in range(12)) for y in range(12))
    of[62] = syntax.stream(
        {
            b"/Type": b"/XObject", b"/Subtype": b"/Image", b"/Width": b"12", b"/Height": b"12",
            b"/BitsPerComponent": b"8", b"/ColorSpace": b"/DeviceGray", b"/Filter": b"/FlateDecode",
            b"/DecodeParms": b"<< /Predictor 12 /Columns 12 /Colors 1 >>",
        },
        zlib.compress(rows),
    )  # fmt: skip
    of[63] = looks(60, 30, b"0.3 0.3 0.9 rg 0 0 60 30 re f 1 g " + words(b"Plan B", size=10))
    of[GLYPHS] = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 65"
        b" /LastChar 66 /Widths [1000 1000] /Encoding << /Type /Encoding /Differences [65 /one /two] >>"
        b" /CharProcs << /one 18 0 R /two 64 0 R >> /Resources << >> /ToUnicode 65 0 R >>"
    )
    of[GLYPH] = syntax.stream({}, b"1000 0 0 0 750 750 d1 0 0 750 750 re f")
    of[64] = syntax.stream({}, b"1000 0 0 0 750 750 d1 0 0 m 375 750 l 750 0 l f")
    of[65] = syntax.stream(
        {}, b"1 begincodespacerange <00> <FF> endcodespacerange 2 beginbfchar <41> <0031> <42> <0032> endbfchar"
    )
    _more(of, PAGE, Resources=b"<< /Font << /F1 7 0 R /F3 17 0 R >> /XObject << /I 62 0 R /X 63 0 R >> >>")
    of[CONTENT] = syntax.stream(
        {},
        words(b"Pay 100 yen", x=12, y=110, size=16) + b" q 40 0 0 40 20 50 cm /I Do Q q 1 0 0 1 110 60 cm /X Do Q "
        + words(b"ABBA", x=70, y=40, font=b"/F3"),
    )  # fmt: skip
    return of


def outlined() -> dict[int, bytes]:
    """Outlines, named places, metadata, page labels, what opening does, and two pages."""
    of = plain()
    of[SECOND] = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 140] /Contents 16 0 R /Resources << " + _FONTS + b" >> >>"
    )
    of[SECOND_CONTENT] = syntax.stream({}, words(b"Rent 200 yen", y=70))
    of[PAGES] = b"<< /Type /Pages /Kids [3 0 R 15 0 R] /Count 2 >>"
    of[66] = b"<< /Type /Outlines /First 67 0 R /Last 67 0 R /Count 1 >>"
    of[67] = b"<< /Title (Terms) /Parent 66 0 R /Dest (terms) >>"
    of[68] = b"<< /Names [(terms) [3 0 R /Fit]] >>"
    of[69] = b"<< /Title (Lease) /Author (Someone) >>"
    of[70] = syntax.stream({b"/Type": b"/Metadata", b"/Subtype": b"/XML"}, XMP)
    _more(
        of, CATALOG, Outlines=b"66 0 R", Names=b"<< /Dests 68 0 R >>", Metadata=b"70 0 R", OpenAction=b"[3 0 R /Fit]",
        PageLabels=b"<< /Nums [0 << /S /D >>] >>", ViewerPreferences=b"<< /DisplayDocTitle true >>",
        PageMode=b"/UseOutlines",
    )  # fmt: skip
    return of


SHAPES: dict[str, Callable[[], dict[int, bytes]]] = {
    maker.__name__: maker for maker in (plain, form, tree, annotated, layered, tagged, pictured, outlined)
}


def draft(shape: str, layout: str, cipher: str | None = None) -> Draft:
    """Return a document of a shape, not yet signed."""
    made = Draft(SHAPES[shape](), layout=layout)
    made.trailer[b"/ID"] = b"[<%s> <%s>]" % ((IDENTIFIER.hex().encode(),) * 2)
    if 69 in made.objects:
        made.trailer[b"/Info"] = b"69 0 R"
    if cipher is not None:
        made.crypt = crypt.aes256() if cipher == "aes" else crypt.rc4(IDENTIFIER, metadata=cipher == "rc4")
    return made
