"""The European Commission's DSS, started once for many files: it is built by Maven, and reads paths on stdin."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from tests.requirements import require

_HERE = Path(__file__).parent
_PADES = _HERE / "pades"


def start(pom: Path, sources: list[Path], *arguments: str | Path) -> subprocess.Popen[str]:
    """Build ``sources`` and start the last one's ``main``; most of what Java costs is its start."""
    for program in ("javac", "mvn"):
        require(shutil.which(program), f"{program} is not installed (for DSS)")
    built = subprocess.run(
        ["sh", _HERE / "build.sh", pom, *sources], capture_output=True, text=True, check=False, timeout=300
    )
    require(built.returncode == 0, "DSS cannot be built here")
    classpath, main = built.stdout.strip(), sources[-1].stem
    # C2 works for long runs; here it would work against the tests beside it.
    machine = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true"]
    return subprocess.Popen(
        [*machine, "-cp", classpath, main, *map(str, arguments)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
    )  # fmt: skip


def ask(process: subprocess.Popen[str], *paths: Path | str) -> list[str]:
    """Return the lines of the answer about one file."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\t".join(map(str, paths)) + "\n")
    process.stdin.flush()
    lines = []
    while (line := process.stdout.readline().rstrip("\n")) != "done":
        assert line, "DSS has ended"
        lines.append(line)
    return lines


@dataclass
class PadesSignature:
    """What DSS's default policy says of one signature of a PDF.

    Attributes:
        errors, warnings: DSS's own keys.
        changes: what changed after it that DSS knows no honest reason for.
    """

    field_name: str
    indication: str
    level: str
    is_intact: bool
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    @property
    def permits_changes(self) -> bool:
        """Whether it is intact, and DSS finds no fault with the file's format and what changed after it.

        Its default policy only warns of changes (of undefined ones, and of those that DocMDP or FieldMDP restrict).
        """
        found = [key for key in (*self.errors, *self.warnings) if key.startswith("BBB_FC_")]
        return self.is_intact and not found and not self.changes


class PadesWitness:
    """DSS on PDFs: ``with PadesWitness(trusted, lists) as dss: dss.signatures(path)``."""

    def __init__(self, trusted: list[bytes], lists: list[bytes]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="signkit-dss-")
        self._evidence = [self._keep(f"{at}.der", der) for at, der in enumerate(trusted)]
        self._evidence += [self._keep(f"{at}.crl", der) for at, der in enumerate(lists)]

    def __enter__(self) -> PadesWitness:
        sources = [_PADES / "PadesWitness.java"]
        self._process = start(_PADES / "pom.xml", sources, *self._evidence)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=120)  # ends it: its stdin is closed
        self._folder.cleanup()

    def signatures(
        self, pdf: bytes, at: datetime | None = None, sha256_until: date | None = None
    ) -> list[PadesSignature] | None:
        """Return what DSS says of each signature; None where it cannot read the file.

        Args:
            at: the moment to judge at; None: now.
            sha256_until: the last day of SHA-256; None: as its default policy has it.
        """
        found: list[PadesSignature] = []
        moment = [] if at is None else [at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")]
        until = [] if sha256_until is None else [sha256_until.isoformat()]
        for line in ask(self._process, self._keep("asked.pdf", pdf), *moment, *until):
            kind, *rest = line.split("\t")
            if kind == "unreadable":
                return None
            if kind == "signature":
                name, indication, level, word = rest
                found.append(PadesSignature(name, indication, level, word == "intact"))
            else:
                _list_of(found[-1], kind).append(rest[0])
        return found

    def _keep(self, name: str, data: bytes) -> Path:
        path = Path(self._folder.name) / name
        path.write_bytes(data)
        return path


def _list_of(signature: PadesSignature, kind: str) -> list[str]:
    return {"error": signature.errors, "warning": signature.warnings, "change": signature.changes}[kind]
