"""Many at once, as HR does it: 300 employment agreements rendered from a CSV file, then signed B-B with a key file.

    python benchmarks/bulk.py [--rows N] [--jobs N] [--smoke]

Runs the commands themselves, the start of Python and of the workers included (after one run for a single agreement, so
that modules are compiled), and prints the time of each and the peak of the memory that all their processes held
together (resident sets summed every 20 ms, so pages that processes share count several times; Linux only).  The
processors' time divided among the processes tells what is left of the time where nobody else is at work.  Target of
that on two cores: 15 s each, 400 MB.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from signkit.rehearsal.pki import new_rehearsal
from signkit.shipped import shipped_folder

TARGET_SECONDS = 15.0
TARGET_MB = 400
_SAMPLES = shipped_folder("samples") / "employment-agreement"
_PASSPHRASE = "benchmark"


def write_staff(target: Path, rows: int) -> None:
    """Write the sample's people over and over, each with an address of their own."""
    with (_SAMPLES / "staff.csv").open(encoding="utf-8-sig", newline="") as source:
        header, *people = csv.reader(source)
    address = header.index("employee.address")
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for number in range(rows):
            row = list(people[number % len(people)])
            row[address] += f" {number + 1}号室"
            writer.writerow(row)


def resident_bytes(root: int) -> int:
    """Return the resident sets of a process and all below it, summed; 0 where there is no /proc."""
    parents, sizes = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)], sizes[int(folder.name)] = int(fields[1]), int(fields[21])
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(sizes.get(pid, 0) for pid in family) * os.sysconf("SC_PAGE_SIZE")


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of the commands: a home of their own, and compiled modules kept, as installers do."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    own = {"SIGNKIT_HOME": str(folder / "home"), "PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONUTF8": "1"}
    return {**kept, **own}


def measured(command: list[str], folder: Path, stdin: str = "") -> tuple[float, float, float]:
    """Run a command; return its seconds, those of the processors, and the peak megabytes of all its processes."""
    before = processor_seconds()
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "signkit", *command],
        cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(folder),
    )  # fmt: skip
    peak = 0
    ended = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.02):
            peak = max(peak, resident_bytes(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, messages = process.communicate(stdin)
    seconds = time.perf_counter() - start
    ended.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{command[0]} failed with {process.returncode}:\n{messages[-2000:]}")
    return seconds, processor_seconds() - before, peak / 1e6


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--smoke", action="store_true", help="one small round, to see that it runs")
    options = parser.parse_args()
    if options.smoke:
        options.rows = 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_staff(folder / "staff.csv", options.rows)
        key = new_rehearsal().key_file("廣瀨 渚", "株式会社架空製作所", _PASSPHRASE.encode(), datetime.now(UTC))
        (folder / "company.p12").write_bytes(key)
        (folder / "signed").mkdir()
        base = ["--base", str(_SAMPLES / "base.yaml"), "--jobs", str(options.jobs), "-o", "out"]
        key_options = ["--as", "employer", "--signer", "p12:company.p12", "--pin-stdin", "--yes", "-o"]
        sample = str(_SAMPLES / "01-indefinite-full-time.yaml")
        for number in range(2):  # the first time compiles the modules
            alone = {
                "render": measured(["render", "employment-agreement", sample, "-o", f"{number}.pdf"], folder),
                "sign": measured(
                    ["sign", f"{number}.pdf", *key_options, f"{number}-signed.pdf"], folder, f"{_PASSPHRASE}\n"
                ),
            }
        render = measured(["render", "employment-agreement", "staff.csv", *base], folder)
        files = sorted(str(path.relative_to(folder)) for path in (folder / "out").glob("*.pdf"))
        sign = measured(["sign", *files, *key_options, "signed"], folder, f"{_PASSPHRASE}\n")
        signed = len(list((folder / "signed").glob("*.pdf")))
    missed = False
    print(f"{len(files)} agreements rendered by {options.jobs} processes, {signed} signed B-B with a software key")
    for title, (seconds, processors, peak) in (("render", render), ("sign", sign)):
        print(
            f"{title:8}{seconds:6.2f} s, {processors:.2f} s of processors: {processors / options.jobs:.2f} s where "
            f"they are free (target {TARGET_SECONDS:g}), peak {peak:.0f} MB (target {TARGET_MB})"
        )
        print(f"        ratio to a command for each agreement {seconds / (options.rows * alone[title][0]):.3f}")
        missed |= processors / options.jobs > TARGET_SECONDS or peak > TARGET_MB
    return 1 if (missed and not options.smoke) or signed != options.rows else 0


if __name__ == "__main__":
    raise SystemExit(main())
