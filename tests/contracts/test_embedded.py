"""Reading contract data back from PDFs that may come from anywhere."""

from __future__ import annotations

import json
import zlib

import pytest

from signkit.contracts.render import render_contract
from signkit.errors import ContractDataUnreadable, InputUnreadable
from signkit.pdf.contract import EmbeddedContract, EmbeddedParty, read_contract
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


@pytest.mark.parametrize(("content", "filters"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable_contract_data(content: bytes, filters: bytes) -> None:
    with pytest.raises(ContractDataUnreadable):
        read_contract(pdf_with(content, filters))


@pytest.mark.parametrize("pdf", [b"", b"not a PDF", b"%PDF-1.7\n", pdf_with(b"{}")[:200]])
def test_no_pdf(pdf: bytes) -> None:
    with pytest.raises(InputUnreadable):
        read_contract(pdf)


@pytest.mark.parametrize("files", [b"[[3 0 R]]", b"[99 0 R]", b"[1 0 R]", b"3 0 R", b"(x)"])
def test_associated_files_that_make_no_sense(files: bytes) -> None:
    assert read_contract(pdf_with(b"{}", files=files)) is None
