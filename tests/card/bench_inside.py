"""The part of the bench that runs in its own namespaces, as a script: pcscd, and connections to its virtual readers."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

PORT = 0x8C7B
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")

_CONFIGURATION = f"""FRIENDLYNAME "Virtual PCD"
DEVICENAME   /dev/null:0x{PORT:X}
LIBPATH      {DRIVER}
CHANNELID    0x{PORT:X}
"""
_CONNECT_SECONDS = 10.0
_STOP_SECONDS = 5.0


def run_bench(run: Path, requests: socket.socket) -> None:
    """Run pcscd until ``requests`` closes; each byte received asks for a connection to that reader."""
    configuration = run / "reader"
    configuration.mkdir()
    (configuration / "vpcd").write_text(_CONFIGURATION)
    for command in (
        "ip link set lo up",
        "mount -t tmpfs tmpfs /run",  # /run/pcscd need not be there, and the machine's own is not touched
        "mkdir /run/pcscd",
        f"mount --bind {run} /run/pcscd",
    ):
        subprocess.run(command.split(), check=True)
    with (run / "log").open("wb") as log:
        pcscd = subprocess.Popen(
            ["pcscd", "--foreground", "--info", "--config", str(configuration)], stdout=log, stderr=log
        )
    try:
        while request := requests.recv(1):
            link = _connect(PORT + request[0])
            socket.send_fds(requests, [b"+"], [link.fileno()])
            link.close()
    finally:
        pcscd.terminate()
        pcscd.wait(_STOP_SECONDS)


def _connect(port: int) -> socket.socket:
    deadline = time.monotonic() + _CONNECT_SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=_CONNECT_SECONDS)
        except OSError:
            if time.monotonic() >= deadline:
                raise
        threading.Event().wait(0.02)


if __name__ == "__main__":
    run_bench(Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2])))
