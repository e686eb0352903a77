"""Files inside the PDF: the name tree of embedded files, associated files, file attachment annotations (7.11.4)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from signkit.history.differences import Difference, fill
from signkit.history.states import DocumentState
from signkit.limits import LimitExceeded
from signkit.pdf.embedded_files import FileSpecification, all_file_specifications, names_of, streams_of
from signkit.pdf.reading.syntax import Stream, SyntaxProblem
from signkit.words import Text

_ADDED = Text("The file {name} was attached ({size} bytes).", "ファイル {name} が添付されました（{size} バイト）。")
_REMOVED = Text("The attached file {name} was taken away.", "添付ファイル {name} が取り除かれました。")
_CHANGED = Text(
    "The attached file {name} was changed ({size} bytes).",
    "添付ファイル {name} が差し替えられました（{size} バイト）。",
)
_MAX_FILES = 10_000


@dataclass(frozen=True)
class _Attached:
    size: int
    sha256: str


def attachment_changes(old: DocumentState, new: DocumentState) -> Iterator[Difference]:
    """Compare the attached files by name and SHA-256 (of what the streams decode to)."""
    before, after = dict(_files(old)), dict(_files(new))
    for name, file in after.items():
        earlier = before.get(name)
        if earlier != file:
            words = fill(_ADDED if earlier is None else _CHANGED, name=name, size=f"{file.size:,}")
            yield Difference("attachment", words, None, _digest(earlier), _digest(file))
    for name, file in before.items():
        if name not in after:
            yield Difference("attachment", fill(_REMOVED, name=name), None, _digest(file), None)


def _digest(file: _Attached | None) -> str | None:
    return None if file is None else f"SHA-256 {file.sha256}"


def _files(state: DocumentState) -> Iterator[tuple[str, _Attached]]:
    """Yield each file once by its name; a second one of the name gets a number."""
    seen: set[int] = set()
    count: dict[str, int] = {}
    for specification in all_file_specifications(state.view):
        name, stream = _file_of(state, specification)
        if stream is None or id(stream) in seen:
            continue
        seen.add(id(stream))
        if len(seen) > _MAX_FILES:
            raise LimitExceeded("attached files", _MAX_FILES)
        number = count[name] = count.get(name, 0) + 1
        yield (f"{name}#{number}" if number > 1 else name), _content_of(state, stream)


def _file_of(state: DocumentState, specification: FileSpecification) -> tuple[str, Stream | None]:
    return (
        next(iter(names_of(state.view, specification)), "?"),
        next(iter(streams_of(state.view, specification)), None),
    )


def _content_of(state: DocumentState, stream: Stream) -> _Attached:
    try:
        data = state.view.file.decode_stream(stream, state.view)
    except SyntaxProblem:
        data = stream.raw
    return _Attached(len(data), hashlib.sha256(data).hexdigest())
