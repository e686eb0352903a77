"""Killed at any file-system event, or with a disk that is full from any of them on: is anything lost, or half there?

As SQLite's own tests do it: each deed is run once under ``strace``, which lists its file-system events; then once for
each of them, killed on entering it (SIGKILL), or told that the disk is full (ENOSPC).  After each the archive is opened
again, as the next run would, and looked at.

    python -m tests.archive.kills [DEED…] [--each N] [--way WAY]        prints a table: deed, way, events, losses
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from signkit.archive.adding import add_file, add_paper, add_renewal, correct_entry
from signkit.archive.backup import backup
from signkit.archive.entries import TransactionFacts, TransactionParty
from signkit.archive.judging import Judged
from signkit.archive.purging import due_entries, purge
from signkit.archive.store import LEDGER, create_archive, finish_disposal, open_archive
from signkit.archive.verifying import verify
from signkit.errors import SignKitError

#: What changes a file system.
EVENTS = (
    "write", "pwrite64", "writev", "fsync", "fdatasync", "ftruncate", "openat", "open", "mkdir", "mkdirat", "unlink",
    "unlinkat", "rmdir", "rename", "renameat", "renameat2", "link", "linkat", "chmod", "fchmod", "fchmodat",
)  # fmt: skip
FIRST, SECOND = b"%PDF-1.7 first\n%%EOF\n", b"%PDF-1.7 second\n%%EOF\n"
#: Stands in what is purged, and nowhere else.
SECRET = "廃棄対象の花沢類子"
TODAY = date(2026, 11, 27)
_SECONDS = 60.0


@dataclass(frozen=True)
class Deed:
    """Something that is done to an archive in ``folder`` (with a backup beside it), and what must hold afterwards."""

    name: str
    run: Callable[[Path], object]
    is_whole: Callable[[Path], Iterator[str]]


def make_base(folder: Path) -> None:
    """An archive with two entries, one of them past its period, and its backup."""
    create_archive(folder / "archive", {"tax_years": "7"})
    with open_archive(folder / "archive") as archive:
        add_file(
            archive, FIRST, "first.pdf", Judged("scan", "unsigned", text="ほんぶん"), TransactionFacts(title="最初")
        )
        old = TransactionFacts("contract", SECRET, date(2001, 1, 1), 4711, (TransactionParty(SECRET),), note=SECRET)
        add_file(archive, SECRET.encode() + FIRST, f"{SECRET}.pdf", Judged("scan", "unsigned", text=SECRET), old)
        backup(archive, folder / "backup")
        add_paper(archive, TransactionFacts(title="紙"))


def _add(folder: Path) -> None:
    with open_archive(folder / "archive") as archive:
        add_file(
            archive, SECOND, "second.pdf", Judged("scan", "unsigned", text="にほんめ"), TransactionFacts(title="二番目")
        )


def _join(folder: Path) -> None:
    with open_archive(folder / "archive") as archive:
        add_file(archive, FIRST + SECOND, "longer.pdf", Judged("scan", "unsigned", text="つづき"))


def _renew(folder: Path) -> None:
    before = hashlib.sha256(FIRST).hexdigest()
    with open_archive(folder / "archive") as archive:
        add_renewal(archive, 1, before, FIRST + SECOND, Judged("scan", "unsigned", text="こうしん"))


def _correct(folder: Path) -> None:
    with open_archive(folder / "archive") as archive:
        correct_entry(archive, 1, TransactionFacts(amount=5))


def _purge(folder: Path) -> None:
    with open_archive(folder / "archive") as archive:
        purge(archive, list(due_entries(archive, TODAY)))


def _backup(folder: Path) -> None:
    with open_archive(folder / "archive") as archive:
        backup(archive, folder / "backup")


def _first_backup(folder: Path) -> None:
    with open_archive(folder / "archive") as archive:
        backup(archive, folder / "another")


def _init(folder: Path) -> None:
    create_archive(folder / "new")


def _is_archive_whole(folder: Path, *titles: tuple[str, ...]) -> Iterator[str]:
    """Yield what is wrong once the next run has begun; the entries' titles must be one of ``titles``."""
    with open_archive(folder) as archive:
        with archive.writing():
            pass
        yield from (trouble.text.en for trouble in verify(archive).troubles)
        rows = archive.connection.execute("SELECT title FROM entry ORDER BY id").fetchall()
        if tuple(title for (title,) in rows) not in titles:
            yield f"entries: {rows}"
    litter = [path.name for path in (folder / "staging").iterdir()]
    litter += [path.name for path in folder.iterdir() if ".part" in path.name]
    yield from (f"litter: {name}" for name in litter)


_BEFORE = ("最初", SECRET, "紙")


def _after_add(folder: Path) -> Iterator[str]:
    yield from _is_archive_whole(folder / "archive", _BEFORE, (*_BEFORE, "二番目"))
    _add(folder)
    yield from _is_archive_whole(folder / "archive", (*_BEFORE, "二番目"))


def _after_join(folder: Path) -> Iterator[str]:
    yield from _after_second_file(folder, _join)


def _after_renew(folder: Path) -> Iterator[str]:
    yield from _after_second_file(folder, _renew)


def _after_second_file(folder: Path, again: Callable[[Path], None]) -> Iterator[str]:
    yield from _is_archive_whole(folder / "archive", _BEFORE)
    again(folder)
    with open_archive(folder / "archive") as archive:
        (count,) = archive.connection.execute("SELECT count(*) FROM revision WHERE entry = 1").fetchone()
    if count != 2:
        yield f"files of the entry: {count}"


def _after_correct(folder: Path) -> Iterator[str]:
    yield from _is_archive_whole(folder / "archive", _BEFORE)


def _after_purge(folder: Path) -> Iterator[str]:
    rest = ("最初", "紙")
    yield from _is_archive_whole(folder / "archive", _BEFORE, rest)
    _purge(folder)
    yield from _is_archive_whole(folder / "archive", rest)
    with open_archive(folder / "archive") as archive:
        if not finish_disposal(archive):
            yield "not disposed of"
    yield from (f"still in {path.name}" for path in holding(folder / "archive", SECRET))


def _after_backup(folder: Path) -> Iterator[str]:
    yield from _is_archive_whole(folder / "archive", _BEFORE)
    yield from _is_archive_whole(folder / "backup", ("最初", SECRET), _BEFORE)
    _backup(folder)
    yield from _is_archive_whole(folder / "backup", _BEFORE)


def _after_first_backup(folder: Path) -> Iterator[str]:
    yield from _is_archive_whole(folder / "archive", _BEFORE)
    if (folder / "another" / LEDGER).exists():
        yield from _is_archive_whole(folder / "another", _BEFORE)
    _first_backup(folder)
    yield from _is_archive_whole(folder / "another", _BEFORE)


def _after_init(folder: Path) -> Iterator[str]:
    if not (folder / "new" / LEDGER).exists():
        _init(folder)
    yield from _is_archive_whole(folder / "new", ())


DEEDS = {
    deed.name: deed
    for deed in (
        Deed("init", _init, _after_init),
        Deed("add", _add, _after_add),
        Deed("join", _join, _after_join),
        Deed("renew", _renew, _after_renew),
        Deed("correct", _correct, _after_correct),
        Deed("purge", _purge, _after_purge),
        Deed("backup", _backup, _after_backup),
        Deed("first-backup", _first_backup, _after_first_backup),
    )
}


def holding(folder: Path, word: str) -> list[Path]:
    """The files that hold a word, as it is or as the index of pairs has it."""
    pairs = " ".join(map("".join, pairwise(word)))
    needles = [word.encode(), pairs.encode(), word[:2].encode()]
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if any(needle in path.read_bytes() for needle in needles)]


# --- the driver ------------------------------------------------------------------------------------------


def events_of(deed: Deed, base: Path) -> Counter[str]:
    """How often a deed enters each system call."""
    with _copy(base) as folder, tempfile.NamedTemporaryFile("r") as trace:
        status = _run_traced(deed, folder, ["-o", trace.name, "-e", f"trace={','.join(_known())}"])
        assert status == 0, status
        return Counter(re.findall(r"^(?:\d+ +)?(\w+)\(", trace.read(), re.MULTILINE))


def losses(deed: Deed, base: Path, way: str, each: int = 1) -> tuple[int, list[str]]:
    """Interrupt a deed at every ``each``-th event; return how many there were, and what was found wrong.

    Args:
        way: ``signal=SIGKILL`` or ``error=ENOSPC``, as strace has it.
    """
    points = [(call, number) for call, count in sorted(events_of(deed, base).items()) for number in range(1, count + 1)]
    points = points[::each]
    found: list[str] = []
    for call, number in points:
        with _copy(base) as folder:
            arguments = ["-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{way}:when={number}"]
            if "ENOSPC" in way:
                arguments[-1] += "+"  # a full disk stays full
            status = _run_traced(deed, folder, arguments)
            if "SIGKILL" in way and status not in (-signal.SIGKILL, 0):  # 0: one run enters a call less often
                found.append(f"{call} {number}: it was not killed ({status})")
            if "ENOSPC" in way and status not in (0, 1):
                found.append(f"{call} {number}: it ended otherwise than with a message ({status})")
            found += [f"{call} {number}: {wrong}" for wrong in _looked_at(deed, folder)]
    return len(points), found


def _looked_at(deed: Deed, folder: Path) -> list[str]:
    try:
        return list(deed.is_whole(folder))
    except SignKitError as error:
        return [f"{error.code}: {error}"]


def _known() -> list[str]:
    """The events that strace knows on this processor."""
    return [f"?{event}" for event in EVENTS]


@contextmanager
def _copy(base: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=base.parent) as name:
        folder = Path(name) / "work"
        shutil.copytree(base, folder)
        yield folder


def _run_traced(deed: Deed, folder: Path, arguments: list[str]) -> int:
    """Run a deed in a child that strace holds; return how it ended (minus the signal that killed it)."""
    go, let_go = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(let_go)
        os.read(go, 1)
        os._exit(_outcome(deed, folder))
    os.close(go)
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", *arguments, "-p", str(child)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _wait_for_tracer(child)
    os.write(let_go, b"x")
    os.close(let_go)
    _, status = os.waitpid(child, 0)
    tracer.wait(_SECONDS)
    return os.waitstatus_to_exitcode(status)


def _outcome(deed: Deed, folder: Path) -> int:
    try:
        deed.run(folder)
    except SignKitError:
        return 1
    except BaseException:
        return 70
    return 0


def _wait_for_tracer(child: int) -> None:
    until = time.monotonic() + _SECONDS
    while "TracerPid:\t0" in Path(f"/proc/{child}/status").read_text():
        assert time.monotonic() < until, "strace did not attach"
        time.sleep(0.002)


def main(arguments: list[str]) -> int:
    each = int(arguments[arguments.index("--each") + 1]) if "--each" in arguments else 1
    ways = [arguments[arguments.index("--way") + 1]] if "--way" in arguments else ["signal=SIGKILL", "error=ENOSPC"]
    wanted = [DEEDS[name] for name in arguments if name in DEEDS] or list(DEEDS.values())
    lost = 0
    with tempfile.TemporaryDirectory() as name:
        base = Path(name) / "base"
        make_base(base)
        for deed in wanted:
            for way in ways:
                points, found = losses(deed, base, way, each)
                print(f"{deed.name:14} {way:15} {points:5} events {len(found):5} losses", flush=True)
                print("".join(f"    {line}\n" for line in found[:20]), end="", flush=True)
                lost += len(found)
    return 1 if lost else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
