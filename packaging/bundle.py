"""One folder that runs where no Python is: made by PyInstaller from the wheel, tried by its own demo.

``python packaging/bundle.py -o build/bundle`` makes an environment of its own there, so that what happens to be
installed here does not get in.  The bundle is for the system it was made on.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Packages whose data files and late imports PyInstaller does not find by itself.
_WHOLE = (
    "signkit",
    "pylopdf_fonts_jp",
    "typst",
    "pypdfium2_raw",
    "jsonschema",
    "jsonschema_specifications",
    "pyhanko",
    "pyhanko_certvalidator",
)
_SECONDS = 600


def environment(folder: Path, extras: str) -> Path:
    """Make an environment with SignKit's wheel and PyInstaller; return its interpreter."""
    venv.create(folder, with_pip=True, clear=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    constraints = ("-c", str(ROOT / "constraints.txt"))
    _run(python, "-m", "pip", "install", "-q", *constraints, f"{ROOT}{extras}", "pyinstaller>=6.11")
    return python


def bundle(python: Path, folder: Path) -> Path:
    """Freeze what is installed (``-P``: not what lies in the current folder); return the program."""
    collected = [f"--collect-all={package}" for package in _WHOLE]
    _run(
        python, "-P", "-m", "PyInstaller", "--noconfirm", "--log-level=ERROR", "--name=signkit", "--onedir",
        "--console", f"--distpath={folder}", f"--workpath={folder}/work", f"--specpath={folder}/work",
        "--copy-metadata=signkit", *collected, str(ROOT / "packaging" / "bundle_entry.py"),
    )  # fmt: skip
    shutil.rmtree(folder / "work")
    return folder / "signkit" / ("signkit.exe" if os.name == "nt" else "signkit")


def _run(program: Path, *arguments: str) -> None:
    subprocess.run([program, *arguments], check=True, timeout=_SECONDS)  # noqa: S603


def main() -> None:
    """Make the bundle and run its demo into a folder beside it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "build" / "bundle")
    parser.add_argument("--extras", default="", help="for example [card,excel]")
    arguments = parser.parse_args()
    output = arguments.output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    program = bundle(environment(output / "environment", arguments.extras), output)
    shutil.rmtree(output / "environment")
    shutil.rmtree(output / "demo", ignore_errors=True)
    _run(program, "demo", "-o", str(output / "demo"))
    size = sum(file.stat().st_size for file in program.parent.rglob("*") if file.is_file())
    print(f"{program.parent}: {size / 1e6:.0f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
