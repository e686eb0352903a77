"""Heads of the operation logs, kept where whoever could write a log anew cannot.

A chain that was written anew from its beginning is unbroken, and so is one whose end was cut off with its counter;
whoever holds a head from before sees both.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from signkit.archive.blobs import disk_trouble
from signkit.errors import ServiceError
from signkit.incoming import read_file
from signkit.web.api import operation_log
from signkit.web.api.database import StoreConnection
from signkit.web.api.store import Store
from signkit.web.api.tenants import Tenants
from signkit.words import Text

#: The name of the service's own log, beside those of the tenants.
SERVICE = "service"
_MOST = 256 * 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class LogCheckpoint:
    """The newest record of a log at a time.

    Attributes:
        tenant: whose it is; `SERVICE`: the service's own.
    """

    tenant: str
    number: int
    hash: str
    at: str


def write_checkpoints(tenants: Tenants, folder: Path, known: dict[str, str]) -> None:
    """Append each log's head to its file in ``folder``, where it has another than ``known`` says.

    Raises:
        FileUnusable("output-not-written"): the folder is not there, is full, or refuses.
    """
    with disk_trouble(folder):  # told before there is anything to keep
        folder.stat()
    logs: list[tuple[str, Store]] = [(SERVICE, tenants.common), *((each.id, each.store) for each in tenants.all())]
    for name, store in logs:
        with store.reading() as connection:
            last = operation_log.head(connection)
        if last is None or known.get(name) == last.hash:
            continue
        line = json.dumps(asdict(LogCheckpoint(name, last.number, last.hash, store.now())))
        with disk_trouble(folder):
            handle = os.open(_file(folder, name), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, line.encode() + b"\n")
                os.fsync(handle)
            finally:
                os.close(handle)
        known[name] = last.hash


def read_checkpoints(folder: Path, tenant: str) -> list[LogCheckpoint]:
    """Return the heads that were kept of a log, the oldest first.

    Args:
        tenant: whose it is; `SERVICE`: the service's own.

    Raises:
        InputUnreadable: there are none.
        ServiceError("checkpoints-damaged"): a line is none of a head of this log, or there is no line.
    """
    path, found = _file(folder, tenant), []
    lines = read_file(path, _MOST).split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line and number == len(lines):
            continue
        try:
            checkpoint = LogCheckpoint(**json.loads(line))
            good = checkpoint.tenant == tenant and checkpoint.number > 0 and _HASH.fullmatch(checkpoint.hash)
        except (ValueError, TypeError, RecursionError) as error:
            raise ServiceError("checkpoints-damaged", path=str(path), cause=_LINE.filled(number=number)) from error
        if not good:
            raise ServiceError("checkpoints-damaged", path=str(path), cause=_LINE.filled(number=number))
        found.append(checkpoint)
    if not found:  # each file begins with a head: what was emptied would else agree with any log
        raise ServiceError("checkpoints-damaged", path=str(path), cause=_EMPTY)
    return found


def contradicted(connection: StoreConnection, checkpoints: Iterable[LogCheckpoint]) -> Iterator[LogCheckpoint]:
    """Yield each head that the log does not hold (any more) as it was."""
    return (each for each in checkpoints if operation_log.hash_of(connection, each.number) != each.hash)


def _file(folder: Path, tenant: str) -> Path:
    return folder / f"{tenant}.jsonl"


_EMPTY = Text("there is none in it", "1 件も入っていません")
_LINE = Text("line {number} is no head of this log", "{number} 行目はこの操作記録のものではありません")
