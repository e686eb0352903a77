"""Independent witnesses: other people's programs that look at what we made."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.requirements import require

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a witness; skip (or fail under CI) where it is not installed."""
    program = str(command[0])
    require(shutil.which(program), f"{program} is not installed")
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, timeout=120)


def valid_signatures(path: Path) -> int:
    """Count the signatures that pdfsig calls valid in cryptography."""
    answer = run("pdfsig", "-nocert", path)
    return answer.stdout.count("Signature Validation: Signature is Valid.")


def check_structure(path: Path) -> None:
    """Fail unless qpdf finds nothing to complain about."""
    answer = run("qpdf", "--check", path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "No syntax or stream encoding errors found" in answer.stdout


def extract_signature(pdf: bytes, index: int) -> tuple[bytes, bytes]:
    """Return CMS (with its padding cut) and the signed bytes of the signature at ``index``, by plain search."""
    first, second, length = (int(number) for number in _BYTE_RANGE.findall(pdf)[index])
    padded = bytes.fromhex(pdf[first + 1 : second - 1].decode())
    size = 4 + int.from_bytes(padded[2:4], "big")  # a CMS of 256 to 65535 bytes: 30 82 xx xx
    return padded[:size], pdf[:first] + pdf[second : second + length]


def openssl_cms_verifies(pdf: bytes, index: int, ca: Path, folder: Path) -> bool:
    """Ask openssl whether an extracted signature holds over the signed bytes and leads to ``ca``."""
    cms, content = extract_signature(pdf, index)
    (folder / "signature.der").write_bytes(cms)
    (folder / "content.bin").write_bytes(content)
    answer = run(
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", folder / "signature.der",
        "-content", folder / "content.bin", "-CAfile", ca, "-purpose", "any", "-out", folder / "ignored.bin",
    )  # fmt: skip
    return answer.returncode == 0
