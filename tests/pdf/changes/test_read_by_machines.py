"""What programs read of a document beside its pages: structure, attachments, text that is taken out, forms in XML."""

from __future__ import annotations

import pytest

from tests.pdf.changes.samples import FIELD, PAGE, signed, with_entries
from tests.pdf.changes.test_beside_evidence import beside_evidence
from tests.pdf.changes.test_shown_values import HELVETICA, filled, looks, shown
from tests.validation import pdfs
from tests.validation.test_attacks_changes import certified

TAGGED = with_entries({pdfs.CATALOG: b" /MarkInfo << /Marked true >> /StructTreeRoot 30 0 R"})[pdfs.CATALOG]
REFERENCE = b"<< /Type /OBJR /Obj 6 0 R /Pg 3 0 R /Parent 2 0 R%s >>"
COMMENT = b"<< /Type /Annot /Subtype /Text /Rect [200 150 220 170] /Contents (x) /Parent 2 0 R /V (first)%s >>"
BOX = b"/MediaBox [0 0 300 200]"


def below_another(page: bytes) -> bytes:
    """The page as one that calls object 34 its parent, and has its size from there."""
    return page.replace(b"/Parent 2 0 R", b"/Parent 34 0 R").replace(BOX, b"")


@pytest.mark.parametrize("entry", [b" /Rotate 180", b" /MediaBox [0 0 300 140]", b" /Resources << >>"])
def test_what_a_page_calls_its_parent_hands_nothing_down_by_other_rules(world, entry):
    """PDFium and mupdf go by /Parent, poppler by the tree; the rules of references and comments say nothing of it."""
    tree = {
        pdfs.CATALOG: TAGGED,
        30: b"<< /Type /StructTreeRoot /K 31 0 R >>",
        31: b"<< /Type /StructElem /S /Document /P 30 0 R /K [34 0 R] >>",
    }
    pages = with_entries({pdfs.PAGES: b" " + BOX})
    base = signed(world, {**tree, **pages, pdfs.PAGE: below_another(PAGE), 34: REFERENCE % b""})
    assert world.only(beside_evidence(base, {}, TAGGED)).changes_permitted is True
    assert not world.only(beside_evidence(base, {34: REFERENCE % entry}, TAGGED)).changes_permitted
    page = below_another(PAGE.replace(b"8 0 R]", b"8 0 R 34 0 R]"))
    base = certified(world, 3, {**pdfs.OBJECTS, **pages, pdfs.PAGE: page, 34: COMMENT % b""})
    assert world.only(base).changes_permitted is True
    assert not world.only(pdfs.update(base, {34: COMMENT % entry})).changes_permitted


TREE = {
    pdfs.CATALOG: TAGGED,
    pdfs.PAGE: PAGE.replace(b"/Type /Page", b"/Type /Page /StructParents 0"),
    30: b"<< /Type /StructTreeRoot /K 31 0 R /ParentTree 33 0 R /ParentTreeNextKey 2 >>",
    31: b"<< /Type /StructElem /S /Document /P 30 0 R /K [32 0 R] >>",
    32: b"<< /Type /StructElem /S /P /P 31 0 R /Pg 3 0 R /K 0 >>",
    33: b"<< /Kids [34 0 R 35 0 R] >>",
    34: b"<< /Limits [0 0] /Nums [0 [32 0 R]] >>",
    35: b"<< /Limits [1 1] /Nums [1 32 0 R] >>",
}
PARENTS = b"<< /Nums [0 [32 0 R] 1 32 0 R 2 36 0 R] >>"
FILE = {
    42: b"<< /Type /Filespec /F (x.xml) /UF (x.xml) /EF << /F 43 0 R >> >>",
    43: b"<< /Type /EmbeddedFile /Length 1 >>\nstream\nx\nendstream",
}


def cosigned(world, element: bytes = b"", parents: bytes = PARENTS, **objects: bytes) -> bool | None:
    """Add a signature with an element of the structure for its field, and return what is permitted."""
    base = signed(world, TREE)
    widget = b"<< /FT /Sig /T (buyer) /Type /Annot /Subtype /Widget /F 132 /Rect [150 80 280 120] /P 3 0 R"
    added = {
        pdfs.FORM: b"<< /Fields [6 0 R 8 0 R 40 0 R] /SigFlags 3 >>",
        pdfs.PAGE: TREE[pdfs.PAGE].replace(b"8 0 R]", b"8 0 R 40 0 R]"),
        31: TREE[31].replace(b"32 0 R]", b"32 0 R 36 0 R]"),
        33: parents,
        36: b"<< /Type /StructElem /S /Form /P 31 0 R /K << /Type /OBJR /Obj 40 0 R /Pg 3 0 R >>%s >>" % element,
        40: widget + b" /StructParent 2 >>",
        **{int(name[1:]): body for name, body in objects.items()},
    }
    return world.only(world.sign(base, field=40, number=41, objects=added)).changes_permitted


@pytest.mark.parametrize(
    ("element", "allowed"),
    [
        (b" /Alt (Signature) /T (Buyer) /Lang (en) /A << /O /Layout /Placement /Block >>", True),
        (b" /AF [42 0 R]", False),
        (b" /Phoneme (nine)", False),
        (b" /ActualText (nine)", False),
        (b" /A << /O /UserProperties /P [<< /N (Price) /V (900) >>] >>", False),
        (b" /A [<< /O /Layout >> << /O /UserProperties /P [<< /N (Price) /V (900) >>] >>]", False),
    ],
)
def test_an_element_that_comes_describes_its_field_and_no_more(world, element, allowed):
    files = {f"n{number}": body for number, body in FILE.items()} if b"42 0 R" in element else {}
    assert cosigned(world, element, **files) is allowed


@pytest.mark.parametrize(("schema", "allowed"), [(b"", True), (b" /Schema 42 0 R", False)])
def test_a_namespace_that_comes_attaches_no_file(world, schema, allowed):
    root = TREE[30][:-2] + b" /Namespaces [44 0 R] >>"
    space = b"<< /Type /Namespace /NS (http://iso.org/pdf2/ssn)%s >>" % schema
    files = {f"n{number}": body for number, body in FILE.items()} if schema else {}
    assert cosigned(world, b" /NS 44 0 R", n30=root, n44=space, **files) is allowed


@pytest.mark.parametrize(
    ("parents", "leaves", "allowed"),
    [
        (PARENTS, {}, True),
        (b"<< /Kids [34 0 R 35 0 R 45 0 R] >>", {"n45": b"<< /Limits [2 2] /Nums [2 36 0 R] >>"}, True),
        (b"<< /Nums [2 36 0 R 1 32 0 R 0 [32 0 R]] >>", {}, False),
        (b"<< /Nums [0.0 [32 0 R] 1 32 0 R 2 36 0 R] >>", {}, False),
        (
            b"<< /Kids [34 0 R 35 0 R 45 0 R] >>",
            {"n34": b"<< /Limits [5 6] /Nums [0 [32 0 R]] >>", "n45": b"<< /Limits [2 2] /Nums [2 36 0 R] >>"},
            False,
        ),
        (b"<< /Kids [34 0 R 35 0 R 45 0 R] >>", {"n45": b"<< /Nums [2 36 0 R] >>"}, False),
        (b"<< /Kids [34 0 R 35 0 R 45 0 R] >>", {"n45": b"<< /Limits [1 2] /Nums [2 36 0 R] >>"}, False),
    ],
)
def test_what_a_search_found_in_the_structure_it_finds_still(world, parents, leaves, allowed):
    """A search goes by order and limits: what is not where these say is another element's, or nobody's."""
    assert cosigned(world, parents=parents, **leaves) is allowed


MAP = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
HONEST, LIES = b"2 beginbfchar <30> <0030> <31> <0031> endbfchar", b"2 beginbfchar <30> <0030> <31> <0039> endbfchar"


@pytest.mark.parametrize(
    ("mapped", "allowed"),
    [
        (HONEST, True),
        (b"1 beginbfrange <20> <7e> <0020> endbfrange", True),
        (LIES, None),
        (HONEST + b" " + LIES, None),
        (LIES + b" " + HONEST, None),
        (b"% " + HONEST + b"\n" + LIES, None),
        (b"1 beginbfchar <31> <0031> endbfchar", None),
        (b"/Other usecmap " + HONEST, None),
    ],
)
def test_what_is_taken_out_of_a_filled_field_is_what_is_seen(world, mapped, allowed):
    """Of a font that everybody has the encoding tells what is seen, and /ToUnicode what pdftotext and mutool read."""
    font = HELVETICA[:-2] + b"/ToUnicode 32 0 R >>"
    content = MAP + mapped + b" endcmap end end"
    said = b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream"
    assert filled(world, b"", b" /V (100)", looks(shown(b"100"), font=font), n32=said) is allowed


PROPERTIES = b" /Properties << /P << /ActualText (900) >> /Q << /MCID 0 >> >>"


@pytest.mark.parametrize(
    ("content", "allowed"),
    [
        (b"/Span << /Lang (en) >> BDC " + shown(b"100") + b" EMC", True),
        (b"/Span << /ActualText (900) >> BDC " + shown(b"100") + b" EMC", None),
        (b"/Span << /E (900) >> BDC " + shown(b"100") + b" EMC", None),
        (b"/Span << /Alt (900) >> BDC " + shown(b"100") + b" EMC", None),
        (b"/Span /Q BDC " + shown(b"100") + b" EMC", True),
        (b"/Span /P BDC " + shown(b"100") + b" EMC", None),
        (b"/Span /Missing BDC " + shown(b"100") + b" EMC", None),
        (shown(b"00", 7) + shown(b"1", 2), None),
    ],
)
def test_nothing_else_is_said_in_place_of_what_is_seen(world, content, allowed):
    appearance = looks(content).replace(b" >> >> /Length", b" >>" + PROPERTIES + b" >> /Length")
    assert PROPERTIES in appearance
    assert filled(world, b"", b" /V (100)", appearance) is allowed


@pytest.mark.parametrize(
    ("entry", "allowed"),
    [
        (b" /Group << /S /Transparency >> /StructParents 3", True),
        (b" /AF [42 0 R]", None),
        (b" /Ref << /F (other.pdf) /Page 0 >>", None),
        (b" /Subtype2 /PS", None),
        (b" /OPI << /2.0 << /Type /OPI /F (picture.tif) >> >>", None),
    ],
)
def test_looks_stand_for_nothing_elsewhere_and_bring_no_file(world, entry, allowed):
    files = {f"n{number}": body for number, body in FILE.items()} if b"42 0 R" in entry else {}
    assert filled(world, b"", b" /V (100)", looks(shown(b"100"), more=entry), **files) is allowed


@pytest.mark.parametrize(
    ("stated", "allowed"),
    [
        (b"/DA (/Helv 12 Tf 0 0 0.5 rg)", True),
        (b"/DA (/Helv 0 Tf 0 g)", True),
        (b"/DA (/Helv 9 Tf 1 g)", None),
        (b"/DA (/Helv 0.1 Tf 0 g)", None),
        (b"/DA (/Helv 9 Tf 0 g 3 Tr)", None),
    ],
)
def test_viewers_that_show_a_field_to_type_in_write_its_value_legibly(world, stated, allowed):
    """pdf.js lays an input with the letters of /DA over each field, whatever its looks are."""
    entries = FIELD[:-2].replace(b"/V (first) /AP << /N 9 0 R >>", b"%s >>")
    base = signed(world, {pdfs.TEXT_FIELD: entries % b"/DA (/Helv 9 Tf 0 g)"})
    more = {pdfs.TEXT_FIELD: entries % (stated + b" /V (100) /AP << /N 31 0 R >>"), 31: looks(shown(b"100"))}
    assert world.only(pdfs.update(base, more)).changes_permitted is allowed


@pytest.mark.parametrize(("form", "allowed"), [(b"", True), (b" /XFA [(datasets) 33 0 R]", None)])
def test_a_value_is_not_entered_in_one_of_two_forms(world, form, allowed):
    """Acrobat and pdf.js show the data in XML."""
    data = b"<< /Length 5 >>\nstream\n<a/>\n\nendstream"
    entries = FIELD[:-2].replace(b"/V (first) /AP << /N 9 0 R >>", b"%s >>")
    objects = {**with_entries({pdfs.FORM: form}), pdfs.TEXT_FIELD: entries % b"", 33: data}
    base = signed(world, objects)
    more = {pdfs.TEXT_FIELD: entries % b"/V (100) /AP << /N 31 0 R >>", 31: looks(shown(b"100"))}
    assert world.only(pdfs.update(base, more)).changes_permitted is allowed


def test_little_endian_text_is_not_judged(world):
    value = b"\\377\\376\\061\\000\\060\\000\\060\\000"
    assert filled(world, b"", b" /V (%s)" % value, looks(shown(b"100"))) is None
