"""A batch: milliseconds a document, and the memory of all processes over time.

    python benchmarks/batch.py [--files 1000] [--jobs 2] [--kind mixed|three|one] [--distinct 50] [--every SECONDS]
                               [--smoke]

Signs contracts, each with keys of its own, puts N of them into folders (repeated as hard links where the file system
allows), one in fifty of the mixed kind a forgery, and runs ``signkit validate --jobs J --format jsonl --offline`` on
them as a person would.  Every result is counted and compared with what it must be.  Target: at most 12 ms a document,
start included, for a batch of 1,000 on two cores, on a machine on which pyHanko's AdES-LTA validation of the contract
with three signatures takes 141 ms (measured here too, afterwards: other machines are faster or slower).  Memory is
read from /proc, so it is shown on Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from signkit.demo import run_demo

FORGED_EVERY = 50
TARGET = 12.0
#: pyHanko's milliseconds for the contract with three signatures on the machine that the target was set on.
TARGET_MACHINE = 141.0


def make_folder(folder: Path, count: int, kind: str, distinct: int) -> Counter[str]:
    """Fill ``folder``; return how many files must get which verdict."""
    base = folder / "base"
    run_demo(base, lambda *_: None)
    (base / "ca").mkdir()
    shutil.copy(base / "rehearsal-ca.pem", base / "ca" / "demo.pem")
    signed = make_contracts(base, kind, distinct)
    expected: Counter[str] = Counter()
    for number in range(count):
        forged = kind == "mixed" and number % FORGED_EVERY == 0
        source = base / "contract-forged.pdf" if forged else signed[number % len(signed)]
        target = folder / "in" / f"{number // 1000:03}" / f"{number:06}.pdf"
        target.parent.mkdir(parents=True, exist_ok=True)
        link(source, target)
        expected["TOTAL-FAILED" if forged else "TOTAL-PASSED"] += 1
    return expected


def make_contracts(base: Path, kind: str, distinct: int) -> list[Path]:
    """Contracts of one rehearsal PKI, each signed with keys of its own; of the mixed kind every other has three."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from validate import make_files

    from signkit.rehearsal.evidence_services import utc_now
    from signkit.rehearsal.pki import new_rehearsal

    pki = new_rehearsal(utc_now())
    (base / "ca" / "batch.pem").write_bytes(pki.trust_pem())
    paths = []
    for number in range(distinct):
        three, one = make_files(pki).values()
        made = {"three": [three], "one": [one], "mixed": [three, one]}[kind]
        for part, pdf in enumerate(made):
            path = base / f"signed-{number}-{part}.pdf"
            path.write_bytes(pdf)
            paths.append(path)
    return paths


def pyhanko_milliseconds() -> float:
    """pyHanko's time for one contract with three signatures, the least of five."""
    from asn1crypto import pem, x509
    from validate import make_files, milliseconds, pyhanko_specification, validate_with_pyhanko

    from signkit.rehearsal.evidence_services import utc_now
    from signkit.rehearsal.pki import new_rehearsal

    pki = new_rehearsal(utc_now())
    roots = [x509.Certificate.load(der) for _, _, der in pem.unarmor(pki.trust_pem(), multiple=True)]
    three, _ = make_files(pki).values()
    specification = pyhanko_specification(roots)
    return min(milliseconds(lambda: validate_with_pyhanko(three, specification)) for _ in range(5))


def link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def resident(root: int) -> tuple[int, int]:
    """Return the resident bytes of a process and all below it, and how many they are."""
    parents: dict[int, int] = {}
    sizes: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            number = int(entry.name)
            parents[number] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            sizes[number] = int((entry / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    family = {root}
    for _ in range(4):
        family |= {number for number, parent in parents.items() if parent in family}
    return sum(sizes.get(number, 0) for number in family), len(family & sizes.keys())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kind", choices=("mixed", "three", "one"), default="mixed")
    parser.add_argument("--distinct", type=int, default=50, help="how many contracts (pairs, of the mixed kind)")
    parser.add_argument("--every", type=float, default=5.0)
    parser.add_argument("--smoke", action="store_true", help="one small round, to see that it runs")
    chosen = parser.parse_args()
    if chosen.smoke:
        chosen.files, chosen.distinct = 4, 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        expected = make_folder(folder, chosen.files, chosen.kind, chosen.distinct)
        print(f"{chosen.files} files ({chosen.kind}), --jobs {chosen.jobs}")
        seconds = run(folder, chosen.jobs, chosen.every)
        found = Counter(json.loads(line)["verdict"] for line in (folder / "out.jsonl").open(encoding="utf-8"))
        each, baseline = seconds * 1000 / chosen.files, pyhanko_milliseconds()
        print(f"{seconds:.1f} s, {each:.2f} ms a document; pyHanko's AdES-LTA validation alone {baseline:.0f} ms")
        print(
            f"ratio to pyHanko's AdES-LTA validation {each / baseline:.3f}, "
            f"target {TARGET / TARGET_MACHINE:.3f} ({TARGET:g} of {TARGET_MACHINE:g} ms)"
        )
        print(
            f"verdicts {dict(found)}: {'as they must be' if found == expected else f'WRONG, must be {dict(expected)}'}"
        )
        if found != expected:
            raise SystemExit(1)


def run(folder: Path, jobs: int, every: float) -> float:
    """Run the command; print lines done and memory now and then; return its seconds."""
    command = [
        sys.executable, "-m", "signkit", "validate", str(folder / "in"), "--trust", str(folder / "base" / "ca"),
        "--offline", "--format", "jsonl", "--jobs", str(jobs),
    ]  # fmt: skip
    peak, start = 0, time.perf_counter()
    with (folder / "out.jsonl").open("wb") as out, subprocess.Popen(command, stdout=out) as process:
        shown = 0.0
        while process.poll() is None:
            passed = time.perf_counter() - start
            if sys.platform == "linux":
                size, processes = resident(process.pid)
                peak = max(peak, size)
                if passed - shown >= every:
                    shown = passed
                    done = (folder / "out.jsonl").read_bytes().count(b"\n")
                    print(f"  {passed:6.1f} s  {done:6} done  {size / 1e6:6.1f} MB in {processes} processes")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
    seconds = time.perf_counter() - start
    print(f"peak {peak / 1e6:.1f} MB in all processes together")
    return seconds


if __name__ == "__main__":
    main()
