"""A Dask cluster as the executor of a batch (extra ``cluster``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from signkit.errors import MissingExtra, UsageProblem, ValidationRefused
from signkit.words import Text

_ADDRESS = re.compile(r"dask://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})/?")
_CONNECT_SECONDS = 15


def is_cluster(address: str) -> bool:
    """Tell the address of a cluster."""
    return _ADDRESS.fullmatch(address) is not None


@contextmanager
def dask_executor(address: str) -> Iterator[tuple[Executor, int]]:
    """Give the executor of the cluster at ``dask://HOST:PORT``, and how many files its workers judge at once.

    Every worker needs SignKit in the same version, and must reach the files by the same names.  A worker that is lost
    has its files judged by the others; Dask gives a file up after it has lost three workers.

    Raises:
        UsageProblem: the address is none.
        MissingExtra: Dask is not installed.
        ValidationRefused("engine-failed"): no scheduler answers there, or it has no workers.
    """
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        raise UsageProblem(
            Text(f"{address!r} is no engine", f"{address!r} は指定できません"),
            Text("Write it like dask://HOST:PORT.", "dask://ホスト:ポート の形で指定してください。"),
        )
    client = _connect(f"tcp://{parts[1]}:{parts[2]}")
    try:
        workers = sum(client.nthreads().values())
        if not workers:
            raise ValidationRefused("engine-failed", cause=f"{address}: no workers")
        # pure=False: each file is a task of its own, also one that is named twice.
        yield client.get_executor(pure=False), workers
    finally:
        client.close()


def _connect(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtra("--engine dask://…", "cluster") from error
    try:
        return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValidationRefused("engine-failed", cause=f"{address}: {type(error).__name__}") from error
