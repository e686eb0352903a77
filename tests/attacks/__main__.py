"""Hunt by hand: ``python -m tests.attacks --cases 2000 --seed 1``."""

from __future__ import annotations

import argparse
import signal
import time
from collections import Counter
from pathlib import Path

from tests.attacks import honest, hunt, verdicts, witnesses
from tests.attacks.hunt import Findings

_WORDS = (
    "cases",
    "permitted",
    "refused",
    "not judged",
    "unreadable",
    "not permitted before",
    "drawn",
    "visible",
    "findings",
)


def table(findings: Findings) -> str:
    """Return the counts by class."""
    names = ["pdfium", "poppler", "mupdf", *(["pdf.js"] if "pdf.js" in findings.asked else [])]
    rule = "finding rule"
    words = [*_WORDS, rule, *(f"finding {name}" for name in names), *(f"lost {name}" for name in names)]
    head = ["class", *(word.replace("finding ", "f:").replace("not permitted before", "n/a") for word in words)]
    rows = [head] + [[kind, *(str(count[word]) for word in words)] for kind, count in sorted(findings.counts.items())]
    rows.append(["all", *(str(findings.total()[word]) for word in words)])
    return _aligned(rows)


def keep(findings: Findings, folder: Path, each: int = 3) -> None:
    """Write the first findings of every kind, with the files before."""
    folder.mkdir(parents=True, exist_ok=True)
    for what, found in findings.by_mutation().items():
        for number, item in enumerate(found[:each]):
            name = what.replace(" + ", "+")[:100] + f"-{number}"
            (folder / f"{name}.pdf").write_bytes(item.made.after)
            (folder / f"{name}.before.pdf").write_bytes(item.made.before)


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


class Progress:
    """Says every so many seconds how far a hunt is, and each finding as it comes: a stopped run told its part."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._start = self._last = time.monotonic()
        self._told = 0

    def __call__(self, findings: Findings) -> None:
        for item in findings.found[self._told :]:
            print(f"finding: {item.case}\t{item.seen}", flush=True)
        self._told = len(findings.found)
        now = time.monotonic()
        if now - self._last >= self._seconds:
            self._last = now
            total = findings.total()
            said = ", ".join(f"{total[word]} {word}" for word in _WORDS if total[word])
            print(f"{now - self._start:.0f} s: {said}", flush=True)


def print_verdicts(given: argparse.Namespace) -> int:
    start = time.monotonic()
    asked = verdicts.attacks(given.cases, given.seed, given.kind)
    counts = verdicts.side_by_side(verdicts.honest_updates(given.cases, given.seed) if given.honest else asked)
    print("\n".join(verdicts.as_markdown(counts)))
    total = sum(counts.values(), Counter())
    for judge in verdicts.JUDGES:
        print(judge, {word: total[f"{judge} {word}"] for word in ("permitted", "refused", "not judged", "unreadable")})
    print(f"seed {given.seed}, {time.monotonic() - start:.0f} s")
    return 0


def print_honest(given: argparse.Namespace) -> int:
    made: Counter[str] = Counter()
    for case in honest.cases(given.cases, given.seed):
        report = hunt.product(case.after)
        made["cases"] += 1
        if not hunt.all_permitted(report):
            made["not permitted"] += 1
            print(case, [(item.field, item.intact, item.changes_permitted) for item in report.signatures])
    print(dict(made))
    return 1 if made["not permitted"] else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--class", dest="kind", help="only this class of mutations")
    parser.add_argument("--keep", type=Path, help="write findings into this folder")
    parser.add_argument("--every", type=float, default=10, help="seconds between two lines on how far it is")
    parser.add_argument("--visible", action="store_true", help="draw everything, to see whether each class shows")
    parser.add_argument(
        "--witness-verdicts",
        action="store_true",
        help="count the verdicts of EU DSS and pyHanko beside ours, as a table",
    )
    parser.add_argument("--pdfjs", action="store_true", help="have pdf.js draw too (npm ci in tests/witnesses/pdfjs)")
    parser.add_argument("--honest", action="store_true", help="make honest updates, and count those not permitted")
    given = parser.parse_args()
    if given.witness_verdicts:
        return print_verdicts(given)
    if given.honest:
        return print_honest(given)
    start = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a run in the background is broken off by that
    findings = Findings()
    asked = hunt.cases(given.cases, given.seed, given.kind)
    try:
        call = witnesses.with_pdfjs if given.pdfjs else witnesses.witnesses
        told = Progress(given.every)
        hunt.hunt(cases=asked, everything=given.visible, findings=findings, progress=told, call=call)
    except KeyboardInterrupt:
        print("broken off")
    for name, why in findings.missing.items():
        print(f"not asked: {name}: {why}")
    print(table(findings))
    for what, found in findings.by_mutation().items():
        first = found[0]
        print(f"{len(found):4} {what}\t{first.case.base}\t{first.seen}")
    if given.keep:
        keep(findings, given.keep)
    print(f"{time.monotonic() - start:.0f} s")
    return 1 if findings.found else 0


if __name__ == "__main__":
    raise SystemExit(main())
