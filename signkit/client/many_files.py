"""Many files judged by a service, as `signkit.reporting.batch.validate_many` judges them here: same names, same order.

The files are read here: folders, globs, archives and URLs as ever; what lies beside a signature goes with it.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from signkit.client.service import Client
from signkit.cms.content import places_of_content
from signkit.errors import InputUnreadable, ServiceError
from signkit.errors.service_causes import service_cause
from signkit.incoming import FileProblem, is_url, read_file, read_location, too_large
from signkit.reporting.arrivals import Arrivals
from signkit.reporting.inputs import FileSource, sources
from signkit.validation.api import looks_like_cms, not_read
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Report, iso
from signkit.words import printable

#: Of the API document: how long a file's name may be.
_LONGEST_NAME = 120
_TOO_LARGE = "too-large"
_OF_ANOTHER = "the report is of another file"
#: How many files are under way where nobody says otherwise.
AT_ONCE = 4


@dataclass(frozen=True)
class ServerJudge:
    """A service that judges, and what it is asked."""

    client: Client
    options: ValidationOptions

    def judge(self, source: FileSource, known: str | None) -> Report | None:
        """Judge one file; None where it is ``known`` by its SHA-256.

        Raises:
            ServiceError: the service gives no report.
        """
        try:
            data = self._data_of(source)
        except FileProblem as problem:
            return not_read(source.name, problem, self.options)
        digest = hashlib.sha256(data).hexdigest()
        if known == digest:
            return None
        content = _content_beside(source, data, self.options.limits.bytes)
        wishes = wishes_of(self.options) | ({"beside": True} if content is not None else {})
        try:
            told = self.client.validate(data, _sent_name(source.name), content=content, wishes=wishes)
        except ServiceError as error:
            if error.code != "server-refused" or error.facts["problem"] != _TOO_LARGE:
                raise
            return not_read(source.name, FileProblem("limit"), self.options)
        if told.report.sha256 not in ("", digest):
            raise ServiceError("server-answer", url=self.client.url, cause=service_cause(_OF_ANOTHER))
        return told.report.with_name(source.name)

    def _data_of(self, source: FileSource) -> bytes:
        if source.problem is not None:
            raise source.problem
        limit = self.options.limits.bytes
        data = source.data if source.data is not None else read_location(source.name, limit)
        if len(data) > limit:
            raise too_large(limit)
        return data


def validate_by_server(
    judge: ServerJudge,
    paths: Iterable[str | os.PathLike[str]],
    *,
    at_once: int = AT_ONCE,
    done: Mapping[str, str] | None = None,
    on_unchanged: Callable[[str], object] | None = None,
    as_they_come: bool = False,
    may_be_empty: bool = False,
) -> Iterator[Report]:
    """Yield the reports in the order of ``paths``; see `signkit.reporting.batch.validate_many`.

    Args:
        at_once: how many files are under way.

    Raises:
        ServiceError: the service cannot be reached, refuses, or gives no report.
    """
    todo, done = Arrivals(sources(paths, may_be_empty=may_be_empty), elsewhere=as_they_come), done or {}
    waiting: deque[tuple[str, Future[Report | None]]] = deque()
    with ThreadPoolExecutor(at_once, thread_name_prefix="signkit-client") as pool:
        try:
            while True:
                while len(waiting) < 2 * at_once and (source := todo.take()) is not None:
                    waiting.append((source.name, pool.submit(judge.judge, source, done.get(source.name))))
                if not waiting and todo.ended:
                    return
                first: list[Future[Any]] = [future for _, future in islice(waiting, 1)]
                room = len(waiting) < 2 * at_once and not todo.ended
                wait([*first, todo.next()] if room else first, return_when=FIRST_COMPLETED)
                if not first or not first[0].done():
                    continue
                name, future = waiting.popleft()
                report = future.result()
                if report is not None:
                    yield report
                elif on_unchanged is not None:
                    on_unchanged(name)
        finally:
            todo.forget()
            pool.shutdown(wait=False, cancel_futures=True)


def wishes_of(options: ValidationOptions) -> dict[str, Any]:
    """Return what the service is asked, as its API document has it."""
    wishes: dict[str, Any] = {"policy": options.policy.name, "pictures": options.pictures}
    if options.at is not None:
        wishes["at"] = iso(options.at)
    if options.expect:
        wishes["expect"] = dict(options.expect)
    if options.profile is not None:
        wishes["profile"] = str(options.profile)
    if options.template_check is not None:
        wishes["check_template"] = True
    return wishes


def _sent_name(name: str) -> str:
    """Return the last part of a name: folders are nobody's business, and its ending tells the kind."""
    last = name.replace("\\", "/").rpartition("/")[2].rpartition("!")[2]
    return printable(last, "_")[-_LONGEST_NAME:] or "document"


def _content_beside(source: FileSource, data: bytes, limit: int) -> bytes | None:
    """Return what lies where a signature's content usually does; None where nothing does, or this is none."""
    if source.data is not None or is_url(source.name) or not looks_like_cms(source.name, data):
        return None
    for place in places_of_content(Path(source.name)):
        if place.is_file():
            try:
                return read_file(place, limit)
            except InputUnreadable:
                return None
    return None
