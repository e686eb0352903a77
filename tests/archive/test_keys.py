"""No key comes into a ledger, and with it into its backups."""

from __future__ import annotations

import pytest

from tests.command import run_signkit


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("office.p12", b"key bytes 1"),
        ("OFFICE.PFX", b"key bytes 2"),
        ("notes.txt", b"-----BEGIN PRIVATE KEY-----\n"),
        ("a.key", b"key bytes 3"),
    ],
)
def test_a_key_is_refused_by_name_and_by_what_it_is(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    ledger = ("--archive", str(tmp_path / "ledger"))
    assert run_signkit("archive", "init", *ledger[1:], home=tmp_path).returncode == 0
    answer = run_signkit("archive", "add", str(tmp_path / name), *ledger, home=tmp_path)
    assert answer.returncode != 0
    assert "key file" in answer.stdout + answer.stderr
    assert content not in b"".join(each.read_bytes() for each in (tmp_path / "ledger").rglob("*") if each.is_file())
