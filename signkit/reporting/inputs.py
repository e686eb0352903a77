"""From names to files: folders, globs, URLs and archives become one stream of files to judge, never a list of all.

What cannot be read is a source too, with its problem: each costs one report, and none stops the others.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from signkit.errors import system_cause
from signkit.incoming import OFFLINE, FileProblem, fsspec, is_url, needs_network
from signkit.reporting.packed_inputs import ARCHIVE_SUFFIXES, members
from signkit.words import Text

#: Files of these kinds are looked for in folders and archives.
SUFFIXES = (".pdf", ".p7m", ".p7s", ".pkcs7", ".p7b", ".cms", ".asice")


@dataclass(frozen=True)
class FileSource:
    """One file to judge.

    Attributes:
        name: what the report calls it; ``archive.zip!member.pdf`` inside an archive.
        data: its bytes where they are at hand already; None: ``name`` is the path or URL to read.
        problem: why it cannot be read.
    """

    name: str
    data: bytes | None = None
    problem: FileProblem | None = None


def sources(
    names: Iterable[str | os.PathLike[str]], *, offline: bool = False, may_be_empty: bool = False
) -> Iterator[FileSource]:
    """Yield every file that ``names`` stand for: in the order given, within a folder or glob in order of names.

    A folder is searched for files of a known kind and for archives; symbolic links to folders are followed, each folder
    is entered once.  A name that exists is never taken for a glob.  ``offline``: no URL is asked what it holds.  A name
    that stands for no file is a source with that problem: nothing that was named passes in silence, unless it
    ``may_be_empty``.
    """
    for name in names:
        text = os.fspath(name)
        if offline and needs_network(text):
            yield FileSource(text, problem=OFFLINE)
            continue
        empty = True
        for source in chain.from_iterable(map(_open_archive, _sources_at(text))):
            empty = False
            yield source
        if empty and not may_be_empty:
            yield FileSource(text, problem=FileProblem("unreadable", _NOTHING))


def list_names(names: Iterable[str]) -> Iterator[str]:
    """Yield the names that `sources` would, with archives unopened: for counting."""
    for name in names:
        yield from (source.name for source in _sources_at(name))


def _sources_at(name: str) -> Iterator[FileSource]:
    if is_url(name):
        yield from _at_url(name)
    elif os.path.isdir(name):  # noqa: PTH112
        yield from _in_folder(name)
    elif glob.has_magic(name) and not os.path.lexists(name):
        yield from _matching(name)
    else:
        yield FileSource(name)


def _open_archive(source: FileSource) -> Iterator[FileSource]:
    """Replace an archive by its members."""
    if source.problem is not None or is_url(source.name) or not source.name.lower().endswith(ARCHIVE_SUFFIXES):
        yield source
        return
    for member in members(source.name, SUFFIXES):
        name = source.name if member.name is None else f"{source.name}!{member.name}"
        yield FileSource(name, member.data, member.problem)


def _matching(pattern: str) -> Iterator[FileSource]:
    try:
        found = sorted(glob.iglob(pattern, recursive=True))  # noqa: PTH207  a text may be no path on this system
    except ValueError as error:  # no system takes it: with NUL in it, as where a file's bytes came in place of names
        yield FileSource(pattern, problem=FileProblem("unreadable", system_cause(error)))
        return
    if not found:
        yield FileSource(
            pattern, problem=FileProblem("unreadable", Text("no file matches", "該当するファイルがありません"))
        )
    for name in found:
        if os.path.isdir(name):  # noqa: PTH112
            if not pattern.endswith("**"):  # which matches what is inside by itself
                yield from _in_folder(name)
        else:
            yield FileSource(name)


def _in_folder(folder: str) -> Iterator[FileSource]:
    """Walk without recursion, so that depth costs nothing; a folder that was entered before is passed over."""
    entered: set[tuple[int, int]] = set()
    stack = [folder]
    while stack:
        current = stack.pop()
        try:
            facts = os.stat(current)  # noqa: PTH116
            if (facts.st_dev, facts.st_ino) in entered:
                continue
            entered.add((facts.st_dev, facts.st_ino))
            with os.scandir(current) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield FileSource(current, problem=FileProblem("unreadable", system_cause(error)))
            continue
        for entry in entries:
            if not _is_folder(entry) and entry.name.lower().endswith(SUFFIXES + ARCHIVE_SUFFIXES):
                yield FileSource(os.path.normpath(entry.path))
        stack += [entry.path for entry in reversed(entries) if _is_folder(entry)]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _at_url(url: str) -> Iterator[FileSource]:
    """A URL is one file; one that ends with ``/`` a folder, one with ``*`` a glob."""
    if not url.endswith("/") and "*" not in url:
        yield FileSource(url)
        return
    try:
        system, path = fsspec().core.url_to_fs(url)
        found = system.glob(path) if "*" in url else [p for p in system.find(path) if p.lower().endswith(SUFFIXES)]
        names = sorted(system.unstrip_protocol(item) for item in found)
    except Exception as error:  # every file system behind fsspec has errors of its own
        if type(error).__module__.startswith("signkit."):
            raise
        yield FileSource(url, problem=FileProblem("unreadable", system_cause(error)))
        return
    yield from map(FileSource, names)


_NOTHING = Text("no PDF or CMS file in it", "PDF も CMS も入っていません")
