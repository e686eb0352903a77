"""Where many contracts stand: flat memory, parallel copies, files that cannot be read."""

from __future__ import annotations

import pytest

from signkit.errors import InputUnreadable
from signkit.progress.contract import ContractStatus, contract_status
from signkit.progress.overview import MAX_NAMED, UnreadableFile, lineage, overview, parallel_copies
from signkit.validation.options import ValidationOptions
from signkit.words import Text

ROOT = b"%PDF-1.7\nthe contract\n%%EOF\n"


def signed_by(pdf: bytes, who: str) -> bytes:
    return pdf + f"/ByteRange [0 1 2 3] {who}\n%%EOF\n".encode()


def parallel(**files: bytes) -> dict[str, tuple[str, ...]]:
    return parallel_copies([(name, lineage(pdf)) for name, pdf in files.items()])


def test_each_signed_a_copy_of_its_own():
    found = parallel(blank=ROOT, one=signed_by(ROOT, "seller"), two=signed_by(ROOT, "buyer"))
    assert found == {"one": ("two",), "two": ("one",)}


def test_a_file_and_its_continuation_are_not_parallel():
    first = signed_by(ROOT, "seller")
    second = signed_by(first, "buyer")
    assert parallel(first=first, second=second, third=signed_by(second, "broker")) == {
        "first": (), "second": (), "third": ()
    }  # fmt: skip


def test_a_continuation_is_parallel_to_the_other_copy_too():
    one, two = signed_by(ROOT, "seller"), signed_by(ROOT, "buyer")
    found = parallel(one=one, two=two, longer=signed_by(one, "broker"))
    assert found == {"one": ("two",), "two": ("one", "longer"), "longer": ("two",)}


def test_the_same_file_twice_is_no_parallel_copy():
    assert parallel(a=signed_by(ROOT, "seller"), b=signed_by(ROOT, "seller")) == {"a": (), "b": ()}


def test_a_copy_that_lost_its_last_line_break_is_still_the_beginning():
    first = signed_by(ROOT, "seller")
    assert parallel(cut=first[:-1], longer=signed_by(first, "buyer")) == {"cut": (), "longer": ()}


def test_contracts_of_their_own_have_nothing_to_do_with_one_another():
    other = ROOT.replace(b"the contract", b"another one")
    assert parallel(a=signed_by(ROOT, "seller"), b=signed_by(other, "seller")) == {"a": (), "b": ()}


def test_of_very_many_parallel_copies_the_first_are_named():
    found = parallel(**{f"copy{number}": signed_by(ROOT, str(number)) for number in range(1000)})
    assert {len(others) for others in found.values()} == {MAX_NAMED}


class Counted(bytes):
    """Bytes that know how many files are in memory at once."""

    now = most = 0

    def __new__(cls, content: bytes):
        Counted.now += 1
        Counted.most = max(Counted.most, Counted.now)
        return super().__new__(cls, content)

    def __del__(self):
        Counted.now -= 1


@pytest.fixture(scope="module")
def thousand() -> dict[str, bytes]:
    """Small PDFs, each with a text of its own."""
    from io import BytesIO

    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": "NUMBER-0000"})
    output = BytesIO()
    writer.write(output)
    return {f"{n}.pdf": output.getvalue().replace(b"NUMBER-0000", b"NUMBER-%04d" % n) for n in range(1000)}


@pytest.mark.slow
def test_a_thousand_files_are_never_in_memory_together(thousand):
    Counted.now = Counted.most = 0
    options = ValidationOptions(offline=True)
    rows = overview(list(thousand), lambda name: Counted(thousand[name]), lambda pdf, name: judged(pdf, name, options))
    assert sum(isinstance(row, ContractStatus) for row in rows) == 1000
    assert Counted.most <= 2


def judged(pdf: bytes, name: str, options: ValidationOptions) -> ContractStatus:
    return contract_status(bytes(bytearray(pdf)), name, options)


def test_the_rows_come_as_they_are_judged(thousand):
    """The first answer does not wait for the second file's judgement."""
    asked: list[str] = []

    def judge(pdf: bytes, name: str) -> ContractStatus:
        asked.append(name)
        return contract_status(pdf, name, ValidationOptions(offline=True))

    rows = overview(list(thousand)[:3], thousand.__getitem__, judge)
    assert next(rows).file == "0.pdf"
    assert asked == ["0.pdf"]


def test_a_file_that_cannot_be_read_is_one_row(blank):
    def read(name: str) -> bytes:
        if name == "gone.pdf":
            raise InputUnreadable(name, Text("No such file or directory", "ありません"))
        return {"letter.pdf": b"Dear Sir", "sale.pdf": blank}[name]

    options = ValidationOptions(offline=True)
    names = ["gone.pdf", "letter.pdf", "sale.pdf"]
    rows = list(overview(names, read, lambda pdf, name: contract_status(pdf, name, options)))
    assert [row.file for row in rows] == names
    assert [isinstance(row, UnreadableFile) for row in rows] == [True, True, False]
    assert rows[0].to_json()["error"]["message"].startswith("Cannot read gone.pdf")
    assert rows[0].to_json().keys() - {"error"} == rows[2].to_json().keys()
