"""The document security store: evidence that a PDF brings along (ISO 32000-2 12.8.4.3, EN 319 142-1 5.4)."""

from __future__ import annotations

from collections.abc import Iterator

from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, SyntaxProblem, Value


def security_store(view: View) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Return the DER certificates, OCSP responses and CRLs of the document security store at a revision."""
    root = view.root
    dss = view.resolve(root.get("/DSS")) if isinstance(root, dict) else None
    if not isinstance(dss, dict):
        return [], [], []
    return (
        # /VRI (12.8.4.4) only tells which signature a piece is for: all of it is at hand in any case.
        list(_streams(view, dss.get("/Certs"))),
        list(_streams(view, dss.get("/OCSPs"))),
        list(_streams(view, dss.get("/CRLs"))),
    )


def _streams(view: View, value: Value) -> Iterator[bytes]:
    items = view.resolve(value)
    for item in items if isinstance(items, list) else []:
        stream = view.resolve(item)
        if isinstance(stream, Stream):
            try:
                yield view.file.decode_stream(stream, view)
            # What cannot be decoded proves nothing, and must not hide the rest.
            except SyntaxProblem:
                continue
