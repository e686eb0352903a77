"""``signkit diff``: what a person and a program get to read."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import PASSWORD


@pytest.fixture(scope="module")
def forged(blank) -> bytes:
    from signkit.demo import forge_price

    return forge_price(blank, 58_000_000)


@pytest.mark.slow
def test_a_forged_price_is_told_by_page_and_words(signkit, tmp_path, forged):
    (tmp_path / "forged.pdf").write_bytes(forged)
    run = signkit("diff", "forged.pdf")
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert lines[:3] == ["forged.pdf: 2 revision(s)", "Revision 1, the original", "Revision 2, before any signature"]
    assert lines[3].startswith("  - Page 1: Other text was drawn over text")
    assert lines[4] == "      “58,000,000” → “5,800,000”"
    assert "The document itself, from revision 1 to 2" in lines


@pytest.mark.slow
def test_what_follows_a_signature_is_told_after_its_role(signkit, tmp_path, contract):
    from signkit.demo import forge_price

    signkit("sign", contract, "--as", "seller", "--signer", "card:virtual:takahashi", "--pin-stdin", stdin=PASSWORD)
    signed = (tmp_path / "contract-seller.pdf").read_bytes()
    (tmp_path / "forged.pdf").write_bytes(forge_price(signed, 58_000_000))
    lines = signkit("diff", "forged.pdf", lang="ja").stdout.splitlines()
    last = next(number for number, line in enumerate(lines) if "（seller の後）" in line)
    assert lines[last + 1].startswith("  - 1 ページ: ページに残っている文字の上に、別の文字が描かれました")
    assert lines[last + 2] == "      「58,000,000」 → 「5,800,000」"
    plain = json.loads(signkit("diff", "contract-seller.pdf", "--format", "json").stdout)
    assert [revision["kind"] for revision in plain["revisions"]] == ["original", "signature"]
    assert plain["overall"] == []


def test_a_file_of_one_revision_says_so(signkit, contract):
    run = signkit("diff", contract)
    assert run.returncode == 0
    assert "Nothing was added to it since it was made." in run.stdout


def test_garbage_ends_with_code_4_and_no_traceback(signkit, tmp_path):
    (tmp_path / "garbage.pdf").write_bytes(b"garbage")
    run = signkit("diff", "garbage.pdf")
    assert (run.returncode, run.stdout) == (4, "")
    assert run.stderr.startswith("Error: Cannot compare the revisions of garbage.pdf.")
    assert "Traceback" not in run.stderr


def test_a_missing_file_or_an_unknown_format_is_wrong_usage(signkit, contract):
    assert signkit("diff", "missing.pdf").returncode == 2
    assert signkit("diff", contract, "--format", "html").returncode == 2


@pytest.mark.slow
def test_names_in_the_file_cannot_steer_the_terminal(signkit, tmp_path):
    from tests.validation import pdfs

    note = b"<< /Type /Annot /Subtype /Text /Rect [250 170 270 190] /Contents <%s> >>"
    note %= ("\ufeff" + "a\x1b[31mred\nb").encode("utf-16-be").hex().encode()
    page = pdfs.OBJECTS[pdfs.PAGE].replace(b"8 0 R]", b"8 0 R 30 0 R]")
    (tmp_path / "note.pdf").write_bytes(pdfs.update(pdfs.build(), {pdfs.PAGE: page, 30: note}))
    run = signkit("diff", "note.pdf")
    assert "\x1b" not in run.stdout
    assert "      (nothing) → “a[31mred b”" in run.stdout.splitlines()
