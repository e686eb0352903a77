"""Having work done on what a tenant sent: in a worker process, which it may cost, and nothing else."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TypeAlias, TypeVar

from signkit.errors import InputUnreadable
from signkit.incoming import read_file
from signkit.limits import PDF_BYTES
from signkit.output import write_checked
from signkit.web.api import problems
from signkit.web.api.calls import Call, Refusal, Upload
from signkit.web.api.jobs import LOST
from signkit.web.api.requests import shown_name
from signkit.web.api.store import Store
from signkit.workers import WorkerLost

#: A file by what it is called and where it lies.
NamedFile: TypeAlias = tuple[str, str]

_P = ParamSpec("_P")
_T = TypeVar("_T")


def have_done(call: Call, work: Callable[_P, _T], *arguments: _P.args, **named: _P.kwargs) -> _T:
    """Return what a function of a module gives in a worker.

    Raises:
        Refusal("worker-lost"): the process did not survive what it was given, or not in time.
        SignKitError: as the function raises.
    """
    try:
        done: _T = call.service.pool.submit(work, *arguments, **named).result()
    except WorkerLost as lost:
        if lost.cause == "start":  # nothing was given to it yet
            raise
        raise Refusal(422, "worker-lost", LOST.filled(detail=lost.detail)) from lost
    return done


def read_upload(path: str, name: str = "document.pdf") -> bytes:
    """Return an uploaded file's bytes; called in a worker.

    Raises:
        InputUnreadable: it cannot be read; it bears the file's own name, for nobody is told where it lies.
    """
    try:
        return read_file(Path(path), PDF_BYTES)
    except InputUnreadable as error:
        raise InputUnreadable(name, error.cause) from error


def kept_bytes(store: Store, sha256: str) -> bytes | None:
    """Return a kept file; None where it is gone meanwhile."""
    with store.files.at_hand(sha256) as path:
        return path.read_bytes() if path.exists() else None


def name_of(call: Call, file: Upload) -> str:
    """Return what a file is called: as the caller says, else as it came; to be shown, never to be a path."""
    return shown_name(call.values["name"]) if call.values.get("name") else file.name


def numbered_files(call: Call, kind: str) -> list[NamedFile]:
    """Return the files of a form that are called so (``consent_1``, …), in the order of their numbers."""
    named = {name.removeprefix(kind): each for name, each in call.uploads.items() if name.startswith(kind)}
    return [(named[number].name, str(named[number].path)) for number in sorted(named, key=int)]


def options_in(call: Call) -> dict[str, Any]:
    """Return what a form says as ``options``, or a JSON body."""
    body = call.body or {}
    options: dict[str, Any] = body.get("options", body)
    return options


def first_bytes(file: Upload, most: int) -> bytes:
    """Return a small file's bytes.

    Raises:
        Refusal("too-large"): it is no small one.
    """
    if file.size > most:
        raise problems.too_large(most)
    return file.path.read_bytes()


@contextlib.contextmanager
def spooled(store: Store, content: bytes) -> Iterator[Path]:
    """Give a file of the spool with that content; it is gone afterwards where `Store.keep_file` did not take it."""
    path = store.spool / secrets.token_hex(16)
    try:
        write_checked(path, content, private=True)
        yield path
    finally:
        path.unlink(missing_ok=True)
