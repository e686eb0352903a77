"""How fast the command line answers: every command's ``--help`` and an error, in time and in modules loaded.

    python benchmarks/startup.py [--rounds N] [--only NAME] [--smoke]

Whole processes in turn.  The commands are those of the command line itself, whatever they are today.  The error is
what comes of files that are not there; for a command that would do something without any, an option that it does not
have.  Baselines: a Python process that does nothing, and, where it is installed (pip install pyhanko-cli), ``pyhanko
--help``.  Target for ``signkit --help``: at most 0.25 of that.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from typer.main import get_command

from signkit.cli.app import make_app

_COUNTED = """
import sys
from signkit.cli import main
sys.argv[0] = "signkit"
try:
    main()
except SystemExit as end:
    status = end.code
print(len(sys.modules), file=sys.stderr)
sys.exit(status)
"""
#: What a command is given for a parameter that it asks for.
_NOT_THERE = "none.pdf"
_NO_OPTION = "--no-such-option"


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command that does something, by the words that are typed."""
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from commands(inner, (*path, name))
    else:
        yield path, command


def error_of(command: Any) -> list[str]:
    """Return arguments that end in an error: a file that is not there for whatever the command asks for."""
    words = []
    for parameter in command.params:
        if parameter.required:
            words += [parameter.opts[0]] if parameter.param_type_name == "option" else []
            words.append(_NOT_THERE)
    return words or [_NO_OPTION]


def run(arguments: Sequence[str], folder: Path) -> tuple[float, int]:
    """Return seconds and modules of one command."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _COUNTED, *arguments],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", cwd=folder, timeout=120,
        check=False, env={**os.environ, "SIGNKIT_HOME": str(folder / "home"), "PYTHONUTF8": "1"},
    )  # fmt: skip
    seconds = time.perf_counter() - start
    if (done.returncode != 0) != ("--help" not in arguments):
        sys.exit(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    return seconds, int(done.stderr.split()[-1])


def median_run(arguments: Sequence[str], folder: Path, rounds: int) -> tuple[float, int]:
    runs = [run(arguments, folder) for _ in range(rounds)]
    return statistics.median(seconds for seconds, _ in runs), runs[-1][1]


def seconds_of(command: list[str], rounds: int) -> float:
    """Return the median seconds of another program."""
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def pyhanko() -> str | None:
    beside = Path(sys.executable).with_name("pyhanko")
    return str(beside) if beside.exists() else shutil.which("pyhanko")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help="commands that begin with this word")
    parser.add_argument("--smoke", action="store_true", help="one round of one command, to see that it runs")
    chosen = parser.parse_args()
    rounds, only = (1, "status") if chosen.smoke else (chosen.rounds, chosen.only)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"{'':34}    --help            an error")
        for path, command in commands(get_command(make_app())):
            if only in (None, path[0]):
                cells = [median_run([*path, *words], folder, rounds) for words in (["--help"], error_of(command))]
                times = "   ".join(f"{seconds:6.3f} s {modules:5}" for seconds, modules in cells)
                print(f"signkit {' '.join(path):26} {times} modules", flush=True)
        whole, modules = median_run(["--help"], folder, rounds)
    print(f"signkit --help {whole:.3f} s, {modules} modules")
    print(f"ratio to an empty Python process {whole / seconds_of([sys.executable, '-c', 'pass'], rounds):.2f}")
    if theirs := pyhanko():
        print(f"ratio to pyhanko --help {whole / seconds_of([theirs, '--help'], rounds):.3f}   target 0.25")


if __name__ == "__main__":
    main()
