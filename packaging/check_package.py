"""Build the packages and say what would keep them from being published.

``python packaging/check_package.py -o dist`` builds and checks; ``--publish`` also refuses what only matters then.
Needs build, twine and check-wheel-contents (extra ``release``).
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parent.parent


def build(folder: Path) -> list[Path]:
    """Build source archive and wheel into ``folder``."""
    subprocess.run([sys.executable, "-m", "build", "-q", "-o", folder, ROOT], check=True)  # noqa: S603
    return sorted(folder.glob("signkit-*"))


def check(files: list[Path]) -> None:
    """Hold the files against what the index takes, and the wheel against what a wheel holds."""
    wheels = [file for file in files if file.suffix == ".whl"]
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *files], check=True)  # noqa: S603
    subprocess.run([sys.executable, "-m", "check_wheel_contents", *wheels], check=True, cwd=ROOT)  # noqa: S603
    for wheel in wheels:
        if twice := duplicates(wheel):
            raise SystemExit(f"{wheel.name} holds files twice: {twice}")


def duplicates(wheel: Path) -> list[list[str]]:
    """Return the files of a wheel that are the same, apart from those of templates' kept versions."""
    by_content: dict[bytes, list[str]] = {}
    with ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if entry.file_size and "/templates/kept/" not in entry.filename:
                by_content.setdefault(hashlib.sha256(archive.read(entry)).digest(), []).append(entry.filename)
    return [names for names in by_content.values() if len(names) > 1]


def obstacles(root: Path = ROOT) -> list[str]:
    """Say what must be settled before the first release: addresses that nobody owns, a version without its date."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = re.findall(r'__version__ = "(.+)"', (root / "signkit" / "version.py").read_text(encoding="utf-8"))[0]
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    found = [
        f"[project.urls] {name}: {url} is of a reserved domain (RFC 2606); name the real one"
        for name, url in project["urls"].items()
        if re.search(r"//[^/]*\.example(/|$)", url)
    ]
    if not re.search(rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", changes, re.MULTILINE):
        found.append(f"CHANGELOG.md has no dated section for {version}")
    return found


def main() -> int:
    """Build, check, and say what is in the way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist")
    parser.add_argument("--publish", action="store_true", help="refuse what may not be published")
    arguments = parser.parse_args()
    check(build(arguments.output))
    found = obstacles()
    for obstacle in found:
        print(("error: " if arguments.publish else "before a release: ") + obstacle, file=sys.stderr)
    return int(arguments.publish and bool(found))


if __name__ == "__main__":
    sys.exit(main())
