"""A screen of its own (Xvfb) for the window that asks for a PIN, and the keys that a person presses there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.requirements import require


@contextmanager
def native_screen() -> Iterator[str]:
    """Run a screen; yields what ``DISPLAY`` names it."""
    require(shutil.which("Xvfb") and shutil.which("xdotool"), "Xvfb and xdotool are not installed")
    try:
        import tkinter  # noqa: F401
    except ImportError:
        require(False, "Python has no tkinter")
    reader, writer = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1024x768x24", "-nolisten", "tcp"],
        pass_fds=(writer,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writer)
    try:
        with os.fdopen(reader) as said:
            yield ":" + said.readline().strip()
    finally:
        screen.terminate()
        screen.wait()


def type_into_window(display: str, secret: str) -> None:
    """Type into the window that asks, as soon as it is there."""
    environment = {**os.environ, "DISPLAY": display}
    find = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "SignKit"]
    window = subprocess.run(
        find, env=environment, check=True, capture_output=True, text=True, timeout=60
    ).stdout.split()
    if folder := os.environ.get("SIGNKIT_PICTURES"):
        from PIL import ImageGrab

        Path(folder).mkdir(parents=True, exist_ok=True)
        ImageGrab.grab(xdisplay=display).save(Path(folder) / "prompt.png")
    focus = ["xdotool", "windowfocus", "--sync", window[0]]
    subprocess.run(focus, env=environment, check=True, timeout=60)
    subprocess.run(["xdotool", "type", "--delay", "40", secret], env=environment, check=True, timeout=60)
    subprocess.run(["xdotool", "key", "Return"], env=environment, check=True, timeout=60)
