"""A desk in a process of its own, as a person starts it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class RunningDesk:
    """A desk that is ready."""

    process: subprocess.Popen[str]
    start_page: Path

    @property
    def start_uri(self) -> str:
        return self.start_page.as_uri()


@contextmanager
def running_desk(home: Path, *options: str, **environment: str) -> Iterator[RunningDesk]:
    log = home.parent / "desk.log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "signkit", "desk", "--no-browser", *options],
            env={**os.environ, "SIGNKIT_HOME": str(home), "PYTHONUNBUFFERED": "1", **environment},
            stderr=stderr,
            stdin=subprocess.DEVNULL,
            text=True,
        )
    try:
        yield RunningDesk(process, _start_page(process, log))
    finally:
        process.terminate()
        process.wait()


def _start_page(process: subprocess.Popen[str], log: Path) -> Path:
    while process.poll() is None:
        if found := re.search(r"file://\S+\.html", log.read_text()):
            return Path(unquote(urlsplit(found[0]).path))
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(log.read_text())
