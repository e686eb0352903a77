"""A private PC/SC bench: the real pcscd with a virtual reader, in namespaces of its own.

``Bench`` starts ``bench_inside.py`` in new mount and network namespaces.  That runs pcscd, connects to the virtual
readers on request, and hands each connected socket out over a Unix socket, so that the emulated card itself lives in
the test's process.  Any number of benches run side by side.  PC/SC clients find theirs by PCSCLITE_CSOCK_NAME, which
libpcsclite reads once a process: importing this module sets it, and so keeps every test from the machine's readers.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.card import bench_inside

READERS = ("Virtual PCD 00 00", "Virtual PCD 00 01")
START_SECONDS = 20.0
STOP_SECONDS = 5.0
CLEAR_SECONDS = 5.0

# Short, for a Unix socket's path has 107 bytes at the most; made when a bench starts.
RUN = Path(tempfile.gettempdir()) / f"signkit-pcsc-{secrets.token_hex(4)}"
os.environ["PCSCLITE_CSOCK_NAME"] = str(RUN / "pcscd.comm")


def missing() -> str | None:
    """Say what this machine lacks for a bench, or None."""
    if sys.platform != "linux":
        return "the PC/SC bench needs Linux namespaces"
    for program in ("pcscd", "unshare", "ip", "mount"):
        if not shutil.which(program, path=_path()):
            return f"the PC/SC bench needs {program}"
    if not bench_inside.DRIVER.exists():
        return "the PC/SC bench needs vsmartcard-vpcd"
    try:
        import smartcard.scard  # noqa: F401
    except ImportError:
        return "the PC/SC bench needs pyscard"
    if subprocess.run([*_unshare(), "true"], capture_output=True, check=False).returncode:
        return "the PC/SC bench may not make namespaces here"
    return None


def until(condition, what: str, seconds: float = START_SECONDS):
    """Poll ``condition`` until it is true, and return its value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"no {what} within {seconds} s"
        threading.Event().wait(0.005)
    return value


class Bench:
    """A running pcscd with two virtual readers."""

    def __init__(self) -> None:
        from signkit.card.reader import list_readers

        RUN.mkdir(mode=0o700)
        self._readers = list_readers
        ours, theirs = socket.socketpair()
        self._requests = ours
        with theirs:
            self._process = subprocess.Popen(
                [*_unshare(), sys.executable, bench_inside.__file__, str(RUN), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=os.environ | {"PATH": _path()},
            )
        until(self._is_up, f"PC/SC bench; its log is {RUN / 'log'}")

    def _is_up(self) -> bool:
        from signkit.errors import CardError

        assert self._process.poll() is None, (RUN / "log").read_text()
        try:
            return len(self._readers()) == len(READERS)
        except CardError as error:
            if error.code != "card-service-unavailable":
                raise
            return False

    @contextlib.contextmanager
    def card(self, card, reader: int = 0) -> Iterator[threading.Event]:
        """Lay a card on a reader inside the block; setting the event takes it away."""
        from signkit.card.vpcd import serve_on

        gone = threading.Event()
        removals = self._removals(reader)
        self._requests.send(bytes((reader,)))
        _, [descriptor], _, _ = socket.recv_fds(self._requests, 1, 1)
        link = socket.socket(fileno=descriptor)
        thread = threading.Thread(target=serve_on, args=(card, link, gone), daemon=True)
        thread.start()
        until(lambda: self._readers()[reader].has_card, "card")
        try:
            yield gone
        finally:
            gone.set()
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            thread.join(STOP_SECONDS)
            empty_since = [time.monotonic()]
            # Clearing up is no part of the test: after some resets pcscd goes on showing a card that is gone for a
            # while (seen under load, cause not found); the next card is laid all the same.
            with contextlib.suppress(AssertionError):
                until(
                    lambda: self._removals(reader) > removals or self._long_empty(reader, empty_since),
                    "empty reader",
                    CLEAR_SECONDS,
                )

    def _long_empty(self, reader: int, since: list[float]) -> bool:
        """Whether the reader showed no card for two polls of pcscd: a removal during a failing reset is not logged."""
        if self._readers()[reader].has_card:
            since[0] = time.monotonic()
        return time.monotonic() - since[0] > 1.0

    def _removals(self, reader: int) -> int:
        """How often pcscd has seen a card go; what it tells clients runs ahead of that when a reset fails."""
        return (RUN / "log").read_text().count(f"Card Removed From {READERS[reader]}")

    def stop(self) -> None:
        """End the bench: its process stops pcscd when its socket closes."""
        self._requests.close()
        self._process.wait(STOP_SECONDS)
        shutil.rmtree(RUN, ignore_errors=True)


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def _unshare() -> list[str]:
    return ["unshare", "-mn" if os.geteuid() == 0 else "-Urmn"]
