"""Writing a file: whole or not at all."""

from __future__ import annotations

import pytest

from signkit.errors import OutputExists, SigningRefused
from signkit.output import write_checked
from tests.refusals import refused_as


def test_the_file_is_written_and_nothing_else_remains(tmp_path):
    write_checked(tmp_path / "a.pdf", b"content")
    assert [p.name for p in tmp_path.iterdir()] == ["a.pdf"]
    assert (tmp_path / "a.pdf").read_bytes() == b"content"


def test_an_existing_file_is_kept(tmp_path):
    target = tmp_path / "a.pdf"
    target.write_bytes(b"old")
    with pytest.raises(OutputExists):
        write_checked(target, b"new")
    assert target.read_bytes() == b"old"


def test_an_existing_file_is_replaced_when_asked(tmp_path):
    target = tmp_path / "a.pdf"
    target.write_bytes(b"old")
    write_checked(target, b"new", overwrite=True)
    assert target.read_bytes() == b"new"


def test_a_failed_check_leaves_no_file(tmp_path):
    def refuse(_: bytes) -> None:
        raise SigningRefused("self-check-failed", cause="test")

    with refused_as("self-check-failed"):
        write_checked(tmp_path / "a.pdf", b"content", check=refuse)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_one_clear_error(tmp_path):
    with refused_as("output-not-written", match="No such file or directory"):
        write_checked(tmp_path / "missing" / "a.pdf", b"content")
    assert list(tmp_path.iterdir()) == []
