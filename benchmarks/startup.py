"""How fast the command line answers: ``signkit --help`` against ``pyhanko --help``, whole processes in turn.

    pip install pyhanko-cli; python benchmarks/startup.py [--rounds N]

Target: at most 0.25.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def program(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        sys.exit(f"{name} is not installed")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    commands = [[program("signkit"), "--help"], [program("pyhanko"), "--help"]]
    for command in commands:
        seconds(command)
    pairs = [tuple(seconds(command) for command in commands) for _ in range(rounds)]
    print(f"signkit --help {statistics.median(pair[0] for pair in pairs):7.3f} s")
    print(f"pyhanko --help {statistics.median(pair[1] for pair in pairs):7.3f} s")
    print(f"ratio (median) {statistics.median(a / b for a, b in pairs):7.3f}   target 0.25")


if __name__ == "__main__":
    main()
