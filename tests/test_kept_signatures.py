"""No signed file is overwritten by one that does not hold its signatures."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from asn1crypto import pem

from signkit.errors import ExitCode, OutputExists, OutputSigned
from signkit.kept_signatures import signature_values
from signkit.output import write_checked, write_streamed
from tests.command import run_signkit
from tests.validation import pdfs, pki


@pytest.fixture(scope="module")
def signer():
    return pki.issue(pki.authority())


@pytest.fixture(scope="module")
def signed(signer) -> bytes:
    return pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, signer))


@pytest.fixture(scope="module")
def cms(signer) -> bytes:
    return pki.signed_data(b"content", signer)


def container(cms: bytes) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", b"content")
        archive.writestr("META-INF/signature001.p7s", cms)
    return stream.getvalue()


def files(signed: bytes, cms: bytes) -> dict[str, bytes]:
    return {"pdf": signed, "der": cms, "pem": pem.armor("CMS", cms), "asic": container(cms)}


@pytest.mark.parametrize("kind", ["pdf", "der", "pem", "asic"])
def test_a_signed_file_stays(kind, signed, cms, tmp_path):
    target, before = tmp_path / "out", files(signed, cms)[kind]
    target.write_bytes(before)
    assert len(list(signature_values(before))) == 1
    for other in (b"", b"text", pdfs.build()):
        with pytest.raises(OutputSigned):
            write_checked(target, other, overwrite=True)
        with pytest.raises(OutputSigned):
            write_streamed(
                target, lambda stream, other=other: stream.write(other), check=lambda _: None, overwrite=True
            )
    with pytest.raises(OutputExists):
        write_checked(target, b"text")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before], "and nothing lies beside it"


@pytest.mark.parametrize("kind", ["pdf", "der", "pem", "asic"])
def test_what_keeps_the_signatures_may_take_its_place(kind, signed, cms, tmp_path):
    target, before = tmp_path / "out", files(signed, cms)[kind]
    target.write_bytes(before)
    write_checked(target, before, overwrite=True)
    if kind == "pdf":
        longer = before + b"\n% an update\n"
        write_checked(target, longer, overwrite=True)
        assert target.read_bytes() == longer


def test_what_was_never_signed_is_overwritten(tmp_path):
    target = tmp_path / "out"
    prepared = pdfs.build() + b"/ByteRange [0 10 20 30] and behind it a place that is held"
    held = b"%PDF-1.7\n/ByteRange [0 40 50 60]".ljust(40) + b"<00000000>" + b" " * 60
    for before in (
        b"text",
        pdfs.build(),
        prepared[:100],
        held,
        b"PK\x03\x04 no container",
        b"0 no CMS",
        b"-----BEGIN ",
    ):
        target.write_bytes(before)
        write_checked(target, b"new", overwrite=True)
        assert target.read_bytes() == b"new"


def test_who_made_signatures_to_throw_them_away_may(signed, tmp_path):
    target = tmp_path / "out"
    target.write_bytes(signed)
    write_checked(target, b"new", overwrite=True, signed_too=True)
    assert target.read_bytes() == b"new"


def test_render_does_not_replace_a_signed_contract(signed, tmp_path, repository):
    target = tmp_path / "contract.pdf"
    target.write_bytes(signed)
    sample = repository / "samples/real-estate-sale/01-existing-house.yaml"
    refused = run_signkit(
        "render", "real-estate-sale", str(sample), "-o", str(target), "--overwrite", home=tmp_path, lang="ja"
    )
    assert (refused.returncode, target.read_bytes()) == (ExitCode.OUTPUT, signed)
    assert "署名があり、置き換えると失われます" in refused.stderr


def test_the_demo_writes_over_its_own_rehearsals_only(signed, tmp_path):
    from signkit.demo import _refuse_others_contracts

    (tmp_path / "contract.pdf").write_bytes(signed)
    with pytest.raises(OutputSigned):
        _refuse_others_contracts(tmp_path)
    (tmp_path / "rehearsal-ca.pem").touch()
    _refuse_others_contracts(tmp_path)
