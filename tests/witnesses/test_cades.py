"""The European Commission's DSS as witness: our levels, archive timestamps, counter-signatures and containers."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from signkit.cms.asic import DataObject, make_manifest, write_asic
from signkit.cms.container import Parts
from signkit.cms.content import BytesPieces, Content
from signkit.rehearsal.evidence_services import utc_now
from signkit.signing.cades import countersign, extend_content, sign_content
from signkit.signing.cms import Statement
from signkit.signing.levels import Level
from tests import witness
from tests.requirements import require

CHECK = Path(__file__).parent / "cades" / "check.sh"
CONTENT = b"An attachment.\n" * 100


@pytest.fixture(scope="module")
def dss():
    for program in ("javac", "mvn"):
        require(shutil.which(program), f"{program} is not installed (for DSS)")

    def findings(*files: Path) -> list[str]:
        answer = witness.run("sh", CHECK, *files)
        assert answer.returncode == 0, answer.stderr
        return [line for line in answer.stdout.splitlines() if line.endswith((" intact", " broken"))]

    return findings


@pytest.fixture
def made(person_signer, services):
    """Signed content with a counter-signature, raised to B-LTA and renewed once."""

    def make(level: Level) -> Parts:
        said = Statement(utc_now(), "text/plain")
        content = Content(BytesPieces(CONTENT))
        first = Level.B_B if level is Level.B_B else Level.B_T
        parts = sign_content(content, person_signer, first, services, said).parts
        parts = countersign(parts, 0, person_signer, utc_now())
        rounds = {Level.B_B: 0, Level.B_T: 0, Level.B_LT: 1, Level.B_LTA: 2}[level]
        for _ in range(rounds):
            parts = extend_content(parts, content, level, services).parts
        return parts

    return make


@pytest.mark.parametrize(
    ("level", "timestamps"),
    [
        (Level.B_B, []),
        (Level.B_T, ["SIGNATURE_TIMESTAMP"]),
        (Level.B_LT, ["SIGNATURE_TIMESTAMP"]),
        (Level.B_LTA, ["SIGNATURE_TIMESTAMP", "ARCHIVE_TIMESTAMP", "ARCHIVE_TIMESTAMP"]),
    ],
)
def test_dss_sees_our_level_and_every_part_intact(level, timestamps, dss, made, tmp_path):
    (tmp_path / "x.p7s").write_bytes(made(level).to_der())
    (tmp_path / "x").write_bytes(CONTENT)
    assert dss(tmp_path / "x.p7s", tmp_path / "x") == [
        f"signature CAdES-BASELINE-{level.removeprefix('B-')} intact",
        "counter intact",
        *(f"{kind} intact" for kind in timestamps),
    ]


def test_dss_sees_what_was_taken_away(dss, made, tmp_path):
    (tmp_path / "x.p7s").write_bytes(replace(made(Level.B_LTA), crls=()).to_der())
    (tmp_path / "x").write_bytes(CONTENT)
    assert "ARCHIVE_TIMESTAMP broken" in dss(tmp_path / "x.p7s", tmp_path / "x")


def test_dss_accepts_our_container(dss, person_signer, services, tmp_path):
    attachments = [DataObject(name, Content(BytesPieces(CONTENT))) for name in ("契約 書.txt", "b.bin")]
    manifest, now = make_manifest(attachments), utc_now()
    said = Statement(now, "text/xml")
    signed = sign_content(Content(BytesPieces(manifest)), person_signer, Level.B_LT, services, said).parts
    with (tmp_path / "x.asice").open("wb") as stream:
        write_asic(stream, attachments, manifest, signed, now)
    assert dss(tmp_path / "x.asice") == ["signature CAdES-BASELINE-LT intact", "SIGNATURE_TIMESTAMP intact"]
