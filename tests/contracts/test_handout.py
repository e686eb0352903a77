"""Handing out: one folder a person, nobody else's files in it."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest

from signkit.contracts.handout import hand_out, plan_handout
from signkit.contracts.render import render_contract
from tests.refusals import refused_as

BY = ("employee.name",)


@pytest.fixture
def agreement(employment, employment_data, tmp_path):
    """Write an agreement of a person, and give its path."""

    def make(file: str, name: str, address: str = "大阪府架空市港町一丁目1番1号") -> Path:
        data = copy.deepcopy(employment_data)
        data["employee"] = {"name": name, "address": address}
        (tmp_path / file).write_bytes(render_contract(employment, data).pdf)
        return tmp_path / file

    return make


def continued(path: Path, name: str) -> Path:
    """Write a copy that continues the file, as a signed one does."""
    target = path.with_name(name)
    pdf = path.read_bytes()
    target.write_bytes(pdf + b"% signed\n" + pdf[pdf.rindex(b"startxref") :])
    return target


@pytest.mark.slow
def test_each_person_gets_the_furthest_copy_of_their_own(agreement, tmp_path):
    first, other = agreement("1.pdf", "渡邉󠄂 薫"), agreement("2.pdf", "髙橋 𠮷子")
    signed = continued(first, "1-employer.pdf")
    plan = plan_handout([first, signed, other], BY, Path.read_bytes)
    copies = hand_out(plan, tmp_path / "out", Path.read_bytes)
    assert [copy.relative_to(tmp_path / "out").as_posix() for copy in copies] == [
        "渡邉󠄂 薫/1-employer.pdf", "髙橋 𠮷子/2.pdf",
    ]  # fmt: skip
    assert copies[0].read_bytes() == signed.read_bytes()
    assert len(list((tmp_path / "out").rglob("*.pdf"))) == 2
    assert hand_out(plan, tmp_path / "out", Path.read_bytes) == copies


@pytest.mark.slow
def test_an_earlier_copy_of_ones_own_may_lie_there(agreement, tmp_path):
    first = agreement("1.pdf", "渡邉󠄂 薫")
    hand_out(plan_handout([first], BY, Path.read_bytes), tmp_path / "out", Path.read_bytes)
    plan = plan_handout([first, continued(first, "1-employer.pdf")], BY, Path.read_bytes)
    assert len(hand_out(plan, tmp_path / "out", Path.read_bytes)) == 1


@pytest.mark.slow
def test_two_people_of_one_name_are_not_mixed(agreement):
    files = [agreement("1.pdf", "佐藤 健"), agreement("2.pdf", "佐藤 健", "大阪府架空市緑町二丁目2番2号")]
    with refused_as("handout-refused", match="two people"):
        plan_handout(files, BY, Path.read_bytes)
    plan = plan_handout(files, ("employee.name", "employee.address"), Path.read_bytes)
    assert len({person.folder for person in plan}) == 2


@pytest.mark.slow
def test_a_strangers_file_in_the_folder_stops_it(agreement, tmp_path):
    plan = plan_handout([agreement("1.pdf", "渡邉󠄂 薫")], BY, Path.read_bytes)
    folder = tmp_path / "out" / "渡邉󠄂 薫"
    folder.mkdir(parents=True)
    (folder / "payroll.csv").write_text("x")
    with refused_as("handout-refused", match=r"payroll\.csv"):
        hand_out(plan, tmp_path / "out", Path.read_bytes)
    assert not (folder / "1.pdf").exists()


@pytest.mark.slow
def test_a_copy_that_differs_is_left_alone(agreement, tmp_path):
    plan = plan_handout([agreement("1.pdf", "渡邉󠄂 薫")], BY, Path.read_bytes)
    (copied,) = hand_out(plan, tmp_path / "out", Path.read_bytes)
    copied.write_bytes(b"other")
    with refused_as("outputs-differ"):
        hand_out(plan, tmp_path / "out", Path.read_bytes)
    assert copied.read_bytes() == b"other"


@pytest.mark.slow
def test_a_name_that_is_a_path_is_refused(agreement):
    with refused_as("handout-refused", match="may not hold /"):
        plan_handout([agreement("1.pdf", "../../薫")], BY, Path.read_bytes)


@pytest.mark.slow
@pytest.mark.parametrize("by", ["employee", "労働者", "Employee", "労働者.name"])
def test_a_party_is_told_by_its_role_or_title(agreement, by):
    (person,) = plan_handout([agreement("1.pdf", "渡邉󠄂 薫")], (by,), Path.read_bytes)
    assert person.folder == "渡邉󠄂 薫"


@pytest.mark.slow
def test_what_is_advised_to_tell_people_apart_does(agreement):
    """An address with a line break, which no folder's name may hold, is not advised."""
    first = agreement("1.pdf", "佐藤 健", "東京都架空区\n1丁目")
    other = agreement("2.pdf", "佐藤 健", "大阪府架空市\n2丁目")
    with refused_as("handout-refused") as caught:
        plan_handout([first, other], BY, Path.read_bytes)
    assert "--by" not in caught.value.hint(), "the rest of both contracts is alike"
    assert f"Hand {other} out in a run of its own" in caught.value.hint()
    with refused_as("handout-refused", match="control characters") as caught:
        plan_handout([first], ("employee.address",), Path.read_bytes)
    advised = re.findall(r"--by (\S+)", caught.value.hint("ja"))
    assert advised
    for role in advised:
        plan_handout([first], (role,), Path.read_bytes)


@pytest.mark.slow
def test_a_further_item_is_advised_that_works(agreement):
    files = [agreement("1.pdf", "佐藤 健"), agreement("2.pdf", "佐藤 健", "大阪府架空市緑町二丁目2番2号")]
    with refused_as("handout-refused") as caught:
        plan_handout(files, BY, Path.read_bytes)
    (item,) = re.findall(r"--by (\S+)", caught.value.hint())
    assert len({person.folder for person in plan_handout(files, (*BY, item), Path.read_bytes)}) == 2


@pytest.mark.slow
@pytest.mark.parametrize("by", ["employee.age", "nobody", "wages.base"])
def test_an_item_that_names_nobody_is_refused(agreement, by):
    with refused_as("handout-refused", match="does not say whose it is"):
        plan_handout([agreement("1.pdf", "渡邉󠄂 薫")], (by,), Path.read_bytes)


def test_a_stranger_pdf_is_refused(tmp_path):
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7 broken")
    with refused_as("handout-refused", match="does not say whose it is"):
        plan_handout([tmp_path / "x.pdf"], BY, Path.read_bytes)
