"""Killing commands at every step that they take on the disk, and counting what that leaves.

A run is killed (SIGKILL) just before its n-th change of the file system: the opening of a file for writing, a rename, a
link, a removal, the making of a folder, a synchronisation.  Then it is run again to its end.  Counted are half files
after the kill, and litter after the next run.  ``python -m tests.killing [POINTS]`` does it by hand, for all points or
that many of each command; the tests take a few.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from signkit.delivery.pack import Pack, write_pack
from signkit.errors import OutputExists
from signkit.shipped import shipped_folder
from tests.command import run_signkit

_EVENTS = frozenset({"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_SAMPLES = shipped_folder("samples")
_SALE = _SAMPLES / "real-estate-sale" / "01-existing-house.yaml"
_PIN = "SIGNKIT1\n"


@dataclass(frozen=True)
class Place:
    """Where a run works: its folder, its home and its temporary files."""

    folder: Path

    def signkit(self, *arguments: str, stdin: str = "") -> int:
        home = self.folder / "home"
        return run_signkit(*arguments, home=home, folder=self.folder / "work", stdin=stdin).returncode

    def files(self) -> set[Path]:
        return {path for path in self.folder.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Killable:
    """A command: what is there before it, and how it is run."""

    prepare: Callable[[Place], object]
    run: Callable[[Place], object]


def _contract(place: Place) -> None:
    assert place.signkit("render", "real-estate-sale", str(_SALE), "-o", "c.pdf") == 0
    assert place.signkit("card", "status", "--reader", "virtual:takahashi") in (0, 2, 11)


def _signed(place: Place) -> None:
    _contract(place)
    assert _sign(place) == 0


def _sign(place: Place) -> int:
    command = ["sign", "c.pdf", "--as", "seller", "--signer", "card:virtual:takahashi", "--pin-stdin", "-o", "s.pdf"]
    return place.signkit(*command, stdin=_PIN)


def _table(place: Place) -> int:
    table = (_SAMPLES / "employment-agreement" / "staff.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True)
    (place.folder / "work" / "staff.csv").write_text("".join(table[:4]), encoding="utf-8")
    base = str(_SAMPLES / "employment-agreement" / "base.yaml")
    return place.signkit(
        "render", "employment-agreement", "staff.csv", "--base", base, "-o", "out", "--jobs", "1"
    )  # fmt: skip


def _hand_out(place: Place) -> int:
    return place.signkit("handout", "out", "-o", "hand", "--by", "employee.name")


def _extend(place: Place) -> int:
    return place.signkit("extend", "s.pdf", "--tsa", "rehearsal", "-o", "e.pdf", "--overwrite")


def _pack(place: Place) -> None:
    with suppress(OutputExists):
        write_pack(place.folder / "work" / "pack", Pack({"a.pdf": b"%PDF-1.7\n%%EOF\n", "sums.txt": b"sums"}, None))


def _new_template(place: Place) -> int:
    return place.signkit("template", "new", "mine")


COMMANDS = {
    "sign": Killable(_contract, _sign),
    "extend": Killable(_signed, _extend),
    "render a table": Killable(lambda _: None, _table),
    "handout": Killable(_table, _hand_out),
    "deliver pack": Killable(lambda _: None, _pack),
    "template new": Killable(lambda _: None, _new_template),
}


@dataclass
class Tally:
    """What came of one command: points of killing, kills, half files, litter after the next run."""

    points: int = 0
    kills: int = 0
    half: int = 0
    left: int = 0
    litter: int = 0


def sweep(name: str, most: int | None, folder: Path) -> Tally:
    """Kill a command at all its points, or at ``most`` of them evenly."""
    command, tally = COMMANDS[name], Tally()
    whole = _fresh(folder / "whole", command)
    before = whole.files()
    tally.points = _in_child(whole, command.run, None)
    assert tally.points > 0, "it was never run to its end"
    made = {path.relative_to(whole.folder): path.stat().st_size for path in whole.files() - before}
    chosen = range(1, tally.points + 1)
    if most is not None and most < tally.points:
        chosen = sorted({1 + index * (tally.points - 1) // (most - 1) for index in range(most)})
    for point in chosen:
        place = _fresh(folder / str(point), command)
        before = place.files()
        tally.kills += _in_child(place, command.run, point) == -signal.SIGKILL
        after = {path.relative_to(place.folder) for path in place.files() - before}
        tally.half += sum(not _is_whole(place.folder / path, made[path]) for path in after & made.keys())
        tally.left += len(after - made.keys())
        _in_child(place, command.run, None)
        tally.litter += len({path.relative_to(place.folder) for path in place.files() - before} - made.keys())
    return tally


def _fresh(folder: Path, command: Killable) -> Place:
    for each in ("work", "home", "tmp"):
        (folder / each).mkdir(parents=True)
    place = Place(folder)
    assert _in_child(place, command.prepare, None) >= 0
    return place


def _is_whole(path: Path, size: int) -> bool:
    data = path.read_bytes()
    if path.suffix == ".pdf":
        return data.rstrip().endswith(b"%%EOF")
    return len(data) == size


def _temporary_files_in(folder: Path):
    from unittest import mock

    return mock.patch.object(tempfile, "tempdir", str(folder))


def _in_child(place: Place, run: Callable[[Place], object], point: int | None) -> int:
    """Run a command in a child, killed at ``point``; return the number of points, or minus the signal.

    All runs are children's: workers that this process kept would be lost to a child of it, which waits for them.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _be_child(place, run, point, writing)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    assert said or os.WIFSIGNALED(status), "the command failed"
    return int(said) if said else -os.WTERMSIG(status)


def _be_child(place: Place, run: Callable[[Place], object], point: int | None, answer: int) -> NoReturn:
    """Run the command, say how many points it had, and end as an interpreter ends, but without the parent's tests."""
    import atexit
    import traceback

    atexit._clear()  # what the parent does at its end is not the child's to do
    try:
        counted = _count_changes(point)
        with _temporary_files_in(place.folder / "tmp"):
            run(place)
        atexit._run_exitfuncs()
        os.write(answer, str(next(counted) - 1).encode())
    except BaseException:
        traceback.print_exc()
    os._exit(0)


def _count_changes(point: int | None) -> Iterator[int]:
    numbers = iter(range(1, 1 << 30))
    sync = os.fsync

    def step() -> None:
        if next(numbers) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        opened = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
        if (opened and arguments[0] != os.devnull) or event in _EVENTS:
            step()

    def synchronise(handle: int) -> None:
        step()
        sync(handle)

    os.fsync = synchronise
    sys.addaudithook(hook)
    return numbers


def main() -> None:
    """Kill every command (or those that are named) at all points, or at as many as are said; print what was left."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else None
    print("command | points | killed | half files | files left by the kill | litter after the next run")
    for name in sys.argv[2:] or COMMANDS:
        with tempfile.TemporaryDirectory() as folder:
            tally = sweep(name, most, Path(folder))
        print(name, tally.points, tally.kills, tally.half, tally.left, tally.litter, sep=" | ", flush=True)


if __name__ == "__main__":
    main()
