"""Reading contract data back from PDFs that may come from anywhere."""

from __future__ import annotations

import base64
import json
import zlib

import pytest

from signkit.contracts.render import render_contract
from signkit.errors import ContractDataUnreadable, InputUnreadable
from signkit.pdf.embedded_contract import EmbeddedContract, EmbeddedParty, read_contract
from signkit.plain_data import Data
from signkit.words import Text

from .conftest import MakeTemplate

GOOD = {"format": "signkit-contract/1", "template": {"id": "receipt", "version": "1.0.0"}, "data": {"a": "1"}}


def pdf_with(content: bytes, filters: bytes = b"", name: bytes = b"contract.json", files: bytes = b"[3 0 R]") -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AF " + files + b">>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Type/Filespec/F(" + name + b")/UF(" + name + b")/AFRelationship/Data/EF<</F 4 0 R>>>>",
        b"<<%s/Length %d>>\nstream\n%s\nendstream" % (filters, len(content), content),
    ]
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out + b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table)


def test_what_was_rendered_is_read_back(make_template: MakeTemplate, data: Data) -> None:
    rendered = render_contract(make_template(), data)

    contract = read_contract(rendered.pdf)
    assert contract is not None
    assert (contract.template_id, contract.template_version, contract.data) == ("receipt", "1.0.0", data)
    assert [(party.role, party.name) for party in contract.parties] == [("issuer", data["name"])]


def test_whose_turn_it_is_follows_the_order() -> None:
    parties = tuple(EmbeddedParty(role, Text(role, role), "person", None, None) for role in ("a", "b", "c"))
    fixed = EmbeddedContract("x", "1.0.0", {}, parties=parties, signing_order="fixed")
    free = EmbeddedContract("x", "1.0.0", {}, parties=parties, signing_order="free")

    assert fixed.turn([]) == ("a",)
    assert fixed.turn(["a"]) == ("b",)
    assert fixed.turn(["a", "b", "c"]) == ()
    assert free.turn(["b"]) == ("a", "c")


@pytest.mark.parametrize(
    "parties",
    [{"a": 1}, [1], [{"role": 1}], [{"role": "a", "label": "A"}], [{"role": "a", "label": {"en": "A"}}], [{}] * 101],
    ids=["no list", "no tables", "no role", "no label", "one language", "too many"],
)
def test_parties_that_signkit_does_not_write_are_refused(parties: object) -> None:
    with pytest.raises(ContractDataUnreadable, match="not contract data that SignKit wrote"):
        read_contract(pdf_with(json.dumps({**GOOD, "parties": parties}).encode()))


@pytest.mark.parametrize("filters", [b"", b"/Filter/FlateDecode", b"/Filter[/FlateDecode]"])
def test_written_by_others(filters: bytes) -> None:
    content = json.dumps(GOOD).encode()

    found = read_contract(pdf_with(zlib.compress(content) if filters else content, filters))

    assert found == EmbeddedContract("receipt", "1.0.0", {"a": "1"})


def test_pdf_without_contract_data() -> None:
    assert read_contract(pdf_with(b"{}", name=b"other.json")) is None
    assert read_contract(pdf_with(b"{}", files=b"[]")) is None
    assert read_contract(pdf_with(b"{}", files=b"null")) is None


UNUSABLE = {
    "other format": (json.dumps({**GOOD, "format": "x"}).encode(), b""),
    "no template": (json.dumps({**GOOD, "template": None}).encode(), b""),
    "version is a number": (json.dumps({**GOOD, "template": {"id": "a", "version": 1}}).encode(), b""),
    "data is a list": (json.dumps({**GOOD, "data": []}).encode(), b""),
    "not json": (b"<xml/>", b""),
    "nested deeply": (b"[" * 100_000, b""),
    "decompression bomb": (zlib.compress(b" " * 200_000_000), b"/Filter/FlateDecode"),
    "broken compression": (b"xxxx", b"/Filter/FlateDecode"),
    "unusual filter": (b"xxxx", b"/Filter/LZWDecode"),
    "two filters": (zlib.compress(zlib.compress(b"{}")), b"/Filter[/FlateDecode/FlateDecode]"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("content", "filters"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable_contract_data(content: bytes, filters: bytes) -> None:
    with pytest.raises(ContractDataUnreadable):
        read_contract(pdf_with(content, filters))


@pytest.mark.parametrize("pdf", [b"", b"not a PDF", b"%PDF-1.7\n", pdf_with(b"{}")[:200]])
def test_no_pdf(pdf: bytes) -> None:
    with pytest.raises(InputUnreadable):
        read_contract(pdf)


@pytest.mark.parametrize("files", [b"[[3 0 R]]", b"[99 0 R]", b"[1 0 R]", b"(x)"])
def test_associated_files_that_make_no_sense(files: bytes) -> None:
    assert read_contract(pdf_with(b"{}", files=files)) is None


def test_one_associated_file_without_an_array_is_one() -> None:
    """Tolerant readers take it (14.13 has an array)."""
    assert read_contract(pdf_with(json.dumps(GOOD).encode(), files=b"3 0 R")) is not None


def pdf_naming(
    *specifications: bytes,
    associated: str,
    embedded: str,
    streams: tuple[bytes, ...],
    tree: str = "",
    page: bytes = b"",
) -> bytes:
    """A PDF with file specifications (from object 3) and their streams (from object 10), put where it is said."""
    listed = {name: " ".join(f"{3 + index} 0 R" for index in map(int, name)) for name in (associated, embedded)}
    pairs = " ".join(f"(n{index}) {3 + int(index)} 0 R" for index in embedded)
    tree = f"/EmbeddedFiles<<{tree or f'/Names[{pairs}]'}>>"
    objects = {
        1: f"<</Type/Catalog/Pages 2 0 R/AF[{listed[associated]}]/Names<<{tree}>>>>".encode(),
        2: b"<</Type/Pages/Kids[20 0 R]/Count 1>>" if page else b"<</Type/Pages/Kids[]/Count 0>>",
    }
    objects |= {20: b"<</Type/Page/Parent 2 0 R %s>>" % page} if page else {}
    objects |= dict(enumerate(specifications, 3)) | dict(enumerate(streams, 10))
    out, offsets = bytearray(b"%PDF-1.7\n"), {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % item for item in offsets.items())
    out += b"xref\n0 1\n0000000000 65535 f \n" + rows
    return bytes(out + b"trailer\n<</Size 30/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table)


def stream_of(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


def specification(name: bytes, key: bytes = b"/F", target: int = 10, streams: bytes | None = None) -> bytes:
    return b"<</Type/Filespec%s%s/EF<<%s>>>>" % (key, name, streams or b"/F %d 0 R" % target)


CONTENT = json.dumps(GOOD).encode()
OTHER = json.dumps({**GOOD, "data": {"a": "2"}}).encode()
NAMES = {
    "plain": b"(contract.json)",
    "hexadecimal": b"<636F6E74726163742E6A736F6E>",
    "escaped": b"(con\\164ract.json)",
    "utf-16-be": b"<" + (b"\xfe\xff" + "contract.json".encode("utf-16-be")).hex().encode() + b">",
    "utf-16-le": b"<" + (b"\xff\xfe" + "contract.json".encode("utf-16-le")).hex().encode() + b">",
    "utf-8": b"(\xef\xbb\xbfcontract.json)",
}
STORED = {
    "plain": stream_of(CONTENT),
    "flate": stream_of(zlib.compress(CONTENT), b"/Filter/FlateDecode"),
    "ASCIIHex": stream_of(CONTENT.hex().encode() + b">", b"/Filter/ASCIIHexDecode"),
    "ASCII85": stream_of(base64.a85encode(CONTENT) + b"~>", b"/Filter/ASCII85Decode"),
    "two filters": stream_of(zlib.compress(CONTENT).hex().encode() + b">", b"/Filter[/ASCIIHexDecode/FlateDecode]"),
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
@pytest.mark.parametrize("stored", STORED.values(), ids=STORED.keys())
@pytest.mark.parametrize("place", ["first", "second", "embedded only", "both"])
def test_however_a_contract_is_named_and_stored_it_is_seen(name: bytes, stored: bytes, place: str) -> None:
    note = specification(b"(note.txt)", target=11)
    order, associated, embedded = {
        "first": ((name, note), "01", ""),
        "second": ((note, name), "01", ""),
        "embedded only": ((name, note), "", "01"),
        "both": ((name, note), "0", "01"),
    }[place]
    made = [specification(item, b"/UF") if item is name else item for item in order]
    pdf = pdf_naming(*made, associated=associated, embedded=embedded, streams=(stored, stream_of(b"a note")))

    assert read_contract(pdf) == EmbeddedContract("receipt", "1.0.0", {"a": "1"})


ONE, ELSEWHERE = specification(NAMES["plain"]), specification(NAMES["plain"], target=11)
TWO = {
    "two specifications": ((specification(NAMES["plain"]), specification(NAMES["utf-16-le"], target=11)), "01", ""),
    "one associated, one embedded": (
        (specification(NAMES["plain"]), specification(NAMES["plain"], target=11)),
        "0",
        "1",
    ),
    "a stream of another key": ((specification(NAMES["plain"], streams=b"/F 10 0 R/Web 11 0 R"),), "0", ""),
    "a related file": (
        (specification(NAMES["plain"]).replace(b"/EF", b"/RF<</F[(contract.json) 11 0 R]>>/EF"),),
        "0",
        "",
    ),
    "two streams of one": ((specification(NAMES["plain"], streams=b"/UF 10 0 R/F 11 0 R"),), "0", ""),
    "a second name": (
        (specification(NAMES["plain"]), b"<</F(contract.json)/UF(x.txt)/EF<</F 11 0 R>>>>"),
        "01",
        "",
    ),
}


@pytest.mark.parametrize(("made", "associated", "embedded"), TWO.values(), ids=TWO.keys())
def test_two_contracts_in_one_file_are_refused(made: tuple[bytes, ...], associated: str, embedded: str) -> None:
    streams = (stream_of(CONTENT), stream_of(OTHER))
    with pytest.raises(ContractDataUnreadable, match="two that differ"):
        read_contract(pdf_naming(*made, associated=associated, embedded=embedded, streams=streams))
    same = (stream_of(CONTENT), stream_of(zlib.compress(CONTENT), b"/Filter/FlateDecode"))
    assert read_contract(pdf_naming(*made, associated=associated, embedded=embedded, streams=same)) is not None


#: The second of two specifications, which some programs take for the contract, and the name tree where it is one.
OTHERWISE = {
    "listed": (specification(b"(x)", target=11), "/Names[(contract.json) 4 0 R]"),  # qpdf, pikepdf, pypdf go by that
    "listed by a direct kid": (ELSEWHERE, "/Kids[<</Names[(n1) 4 0 R]>>]"),
    "listed by a kid of a kid": (ELSEWHERE, "/Kids[<</Kids[<</Names[(n1) 4 0 R]>>]>>]"),
    "of one platform": (specification(b"(contract.json)", b"/Unix", streams=b"/Unix 11 0 R"), ""),
    "of another": (specification(b"(contract.json)", b"/DOS", streams=b"/Mac 11 0 R"), ""),
    "in a folder": (specification(b"(a/contract.json)", target=11), ""),  # pdf.js drops the folder
    "with a full stop, which Windows drops": (specification(b"(contract.json. )", target=11), ""),
    "with a stream, which Windows takes off": (specification(b"(contract.json:x)", target=11), ""),
    "up to a NUL": (specification(b"(contract.json\\000.txt)", target=11), ""),
    "with a language": (
        specification(b"<FEFF001B006A0061001B0063006F006E00740072006100630074002E006A0073006F006E>", target=11),
        "",
    ),
    "in capitals": (specification(b"(Contract.JSON)", target=11), ""),
    "with what nobody sees": (
        specification(b"<FEFF0063006F006E00740072006100630074200B002E006A0073006F006E>", target=11),
        "",
    ),
}


@pytest.mark.parametrize(("second", "tree"), OTHERWISE.values(), ids=OTHERWISE.keys())
def test_what_some_programs_take_for_the_contract_is_one(second: bytes, tree: str) -> None:
    associated = "0" if tree else "01"
    made = {"associated": associated, "embedded": "", "tree": tree, "streams": (stream_of(CONTENT), stream_of(OTHER))}
    with pytest.raises(ContractDataUnreadable, match="two that differ"):
        read_contract(pdf_naming(ONE, second, **made))
    assert read_contract(pdf_naming(ONE, specification(b"(note)", target=11), **{**made, "tree": ""})) is not None


ON_PAGES = {
    "attached to a page": b"/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 4 0 R>>]",
    "associated with a page": b"/AF[4 0 R]",
    "associated with a note": b"/Annots[<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/AF[4 0 R]>>]",
    "associated with marked content": b"/Resources<</Properties<</P<</AF[4 0 R]>>>>>>",
    "that an action leads into": b"/AA<</O<</S/GoToE/F 4 0 R/T<</R/C>>>>>>",
}


@pytest.mark.parametrize("page", ON_PAGES.values(), ids=ON_PAGES.keys())
def test_a_second_contract_on_a_page_is_one(page: bytes) -> None:
    """Acrobat lists it among the attachments."""
    streams = (stream_of(CONTENT), stream_of(OTHER))
    with pytest.raises(ContractDataUnreadable, match="two that differ"):
        read_contract(pdf_naming(ONE, ELSEWHERE, associated="0", embedded="", streams=streams, page=page))
    note = specification(b"(note)", target=11)
    assert read_contract(pdf_naming(ONE, note, associated="0", embedded="", streams=streams, page=page)) is not None


@pytest.mark.parametrize("key", [b"/EF", b"/#45F", b"/E#46"])
@pytest.mark.parametrize("owner", [b"/Type/StructElem/S/P/AF[%s]", b"/Type/XObject/Subtype/Form/AF[%s]", b"/X[[%s]]"])
def test_a_second_contract_of_anything_is_one(owner: bytes, key: bytes) -> None:
    """Of a structure element or a drawing (ISO 32000-2 14.13), or of what no standard names."""
    streams = (stream_of(CONTENT), stream_of(OTHER))
    for name in (b"(contract.json)", b"(note)"):
        second = b"<<%s>>" % (owner % specification(name, target=11).replace(b"/EF", key))
        pdf = pdf_naming(ONE, second, associated="0", embedded="", streams=streams, page=b"/X 4 0 R")
        if name == b"(note)":
            assert read_contract(pdf) is not None
        else:
            with pytest.raises(ContractDataUnreadable, match="two that differ"):
                read_contract(pdf)


def test_what_lies_behind_more_files_than_are_looked_at_is_not_passed_over() -> None:
    many = " ".join("(n) 4 0 R" for _ in range(10_001))
    made = {"associated": "", "embedded": "", "streams": (stream_of(CONTENT), stream_of(OTHER))}
    with pytest.raises(ContractDataUnreadable):
        read_contract(pdf_naming(ONE, specification(b"(note)", target=11), tree=f"/Names[{many} (n) 3 0 R]", **made))


def test_a_name_tree_in_circles_ends() -> None:
    """The list of kids is a reference itself, and holds a direct node that names it again."""
    kids = b"[<</Kids 4 0 R/Names[(n0) 3 0 R]>> 4 0 R]"
    pdf = pdf_naming(ONE, kids, associated="", embedded="", tree="/Kids 4 0 R", streams=(stream_of(CONTENT),))
    assert read_contract(pdf) is not None
