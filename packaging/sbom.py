"""A bill of materials of what ``pip install`` of SignKit's wheel brings: CycloneDX 1.6, JSON.

``python packaging/sbom.py -o sbom.json`` installs the wheel with the locked versions into an environment of its own
and lets cyclonedx-py (extra ``release``) read that.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Write the bill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist" / "sbom.json")
    arguments = parser.parse_args()
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        _run(python, "-m", "pip", "install", "-q", "-c", str(ROOT / "constraints.txt"), str(ROOT))
        _run(python, "-m", "pip", "uninstall", "-q", "-y", "pip")  # it made the environment, and is no part of it
        _run(
            Path(sys.executable), "-m", "cyclonedx_py", "environment", str(python), "--pyproject",
            str(ROOT / "pyproject.toml"), "--mc-type", "application", "--output-reproducible", "--spec-version", "1.6",
            "--output-file", str(arguments.output),
        )  # fmt: skip


def _run(program: Path, *arguments: str) -> None:
    subprocess.run([program, *arguments], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
