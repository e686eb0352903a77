"""veraPDF as witness: what we render is PDF/A-3b, and stays so through every signature and extension."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from signkit.rehearsal.evidence_services import utc_now
from signkit.signing.appearance import seal_appearance
from signkit.signing.levels import Level, sign
from signkit.signing.request import SignatureRequest
from tests import witness
from tests.requirements import require

CHECK = Path(__file__).parent / "pdfa" / "check.sh"


@pytest.fixture(scope="module")
def verapdf():
    for program in ("javac", "mvn"):
        require(shutil.which(program), f"{program} is not installed (for veraPDF)")

    def verdicts(*files: Path | str) -> dict[str, str]:
        """Return PASS or FAIL by file name; ``1b=FILE`` asks for PDF/A-1b, a name alone for PDF/A-3b."""
        answer = witness.run("sh", CHECK, *files)
        lines = [line.split(maxsplit=1) for line in answer.stdout.splitlines() if line.startswith(("PASS ", "FAIL "))]
        assert len(lines) == len(files), answer.stdout + answer.stderr
        return {Path(name).name: verdict for verdict, name in lines}

    return verdicts


def test_contracts_are_pdf_a_3b_before_and_after_signing(verapdf, blank, person_signer, services, tmp_path):
    assert b"/FontFile3" in blank
    files = {"blank.pdf": blank, "spoiled.pdf": blank.replace(b"/FontFile3", b"/FontFilex")}
    seal = seal_appearance("番号　花子", utc_now())
    for level in Level:
        request = SignatureRequest("seller", "番号　花子", utc_now(), appearance=seal)
        files[f"{level}.pdf"] = sign(blank, request, person_signer, level, services).pdf
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    verdicts = verapdf(*(tmp_path / name for name in files))
    assert verdicts == {name: "FAIL" if name == "spoiled.pdf" else "PASS" for name in files}
