"""A real Dask cluster of this machine: a scheduler and workers of one thread, each a process."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.requirements import require


@contextmanager
def running_dask(repository: Path, folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and two workers; give its address and the workers' processes."""
    require(importlib.util.find_spec("distributed"), "Dask is not installed (extra 'cluster')")
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(repository), "PYTHONWARNINGS": "ignore"}
    quiet = ["--no-dashboard"]
    scheduler = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), *quiet]
    worker = ["distributed.cli.dask_worker", f"tcp://127.0.0.1:{port}", "--nthreads", "1", "--no-nanny", *quiet]
    with ExitStack() as stack:
        processes = []
        for number, arguments in enumerate((scheduler, worker, worker)):
            log = stack.enter_context((folder / f"dask-{number}.log").open("wb"))
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=folder, env=environment, stdout=log, stderr=log
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            processes.append(process)
        wait_for_workers(port, 2)
        yield f"dask://127.0.0.1:{port}", processes[1:]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_workers(port: int, count: int) -> None:
    from distributed import Client

    with Client(f"tcp://127.0.0.1:{port}", timeout=60, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)
