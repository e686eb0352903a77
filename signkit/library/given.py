"""What the library's functions are given: files by path or bytes, templates by name, data by file or as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from signkit.contracts.template import Template
from signkit.incoming import read_file
from signkit.limits import PDF_BYTES

#: A path as text or `Path`.
Location: TypeAlias = str | PathLike[str]
#: A file by its path, or its bytes.
FileSource: TypeAlias = bytes | Location
#: A template by its name, its folder, or as read.
TemplateSource: TypeAlias = Template | Location
#: Contract data by its file (.yaml, .json, .toml), or as plain values.
DataSource: TypeAlias = Mapping[str, Any] | Location

#: What bytes are called that came without a name.
NAMELESS = "document.pdf"


def bytes_and_name(source: FileSource) -> tuple[bytes, str]:
    """Return a file's bytes and what it is called.

    Raises:
        InputUnreadable: it cannot be read, or is larger than a PDF may be.
    """
    if isinstance(source, bytes):
        return source, NAMELESS
    return read_file(Path(source), PDF_BYTES), str(source)


def paths_of(sources: Sequence[Location]) -> list[Path]:
    """Return locations as paths."""
    return [Path(each) for each in sources]
