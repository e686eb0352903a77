"""What the XML formats share: text and attributes that cannot break out, and characters XML can hold."""

from __future__ import annotations

import re
import tempfile
from xml.sax.saxutils import escape, quoteattr

from signkit.reporting.formats.writer import Write
from signkit.words import STEERING

# XML 1.0, 2.2: everything else may not even be written as a reference.
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PIECE = 1024 * 1024


def text(value: object) -> str:
    """Return ``value`` as the text of an element."""
    return _plain(escape(_IMPOSSIBLE.sub("\ufffd", str(value))))


def _plain(written: str) -> str:
    """References for what would steer a terminal, on which CI systems show such files."""
    return STEERING.sub(lambda found: f"&#{ord(found[0])};", written)


def attributes(**values: object) -> str:
    """Return `` name="value"…`` for all values that are not None; a trailing underscore of a name is dropped."""
    return "".join(
        f" {name.rstrip('_')}={_plain(quoteattr(_IMPOSSIBLE.sub(chr(0xFFFD), str(value))))}"
        for name, value in values.items()
        if value is not None
    )


class Spool:
    """Text that must wait for what stands before it: on disk, since there may be much of it."""

    def __init__(self) -> None:
        # Closed by `pour`, which every writer calls in `finish`.
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8", errors="backslashreplace", newline="")  # noqa: SIM115

    def write(self, piece: str) -> None:
        """Keep ``piece``."""
        self._file.write(piece)

    def pour(self, write: Write) -> None:
        """Write everything kept, then forget it."""
        with self._file as file:
            file.seek(0)
            while piece := file.read(_PIECE):
                write(piece)
