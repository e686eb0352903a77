"""Validating a file by name: reads it within bounds, tells PDF from CMS, and hands back a report."""

from __future__ import annotations

import hashlib
from pathlib import Path

from signkit.validation.cms_file import validate_cms
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import unreadable, validate_pdf
from signkit.validation.report import Report, Verdict

__all__ = ["ValidationOptions", "validate_cms", "validate_file", "validate_pdf"]

_CMS_SUFFIXES = {".p7m", ".p7s", ".pkcs7", ".p7b", ".cms"}


def validate_file(path: Path, options: ValidationOptions | None = None, *, content: Path | None = None) -> Report:
    """Judge the file at ``path``.  Whatever it holds, a report comes back, never an exception.

    Args:
        path: a PDF, or a CMS file (.p7m, .p7s, .pkcs7).
        options: see :class:`ValidationOptions`.
        content: what a detached CMS signs; without it ``NAME.content`` beside it, then the name without its suffix.
    """
    options = options or ValidationOptions()
    try:
        if path.stat().st_size > options.limits.bytes:
            return _failed(path, options, "limit", f"more than {options.limits.bytes} bytes")
        data = path.read_bytes()
    except OSError as error:
        return _failed(path, options, "unreadable", error.strerror or str(error))
    if not data:
        return _failed(path, options, "empty", None)
    if b"%PDF-" in data[:1024] or not _looks_like_cms(path, data):
        return validate_pdf(data, name=str(path), options=options)
    return validate_cms(data, name=str(path), options=options, content=_content(path, content, options))


def _looks_like_cms(path: Path, data: bytes) -> bool:
    return path.suffix.lower() in _CMS_SUFFIXES or data[:1] == b"\x30" or data.lstrip()[:11] == b"-----BEGIN "


def _content(path: Path, named: Path | None, options: ValidationOptions) -> bytes | None:
    for candidate in [named] if named else [path.with_name(path.name + ".content"), path.with_suffix("")]:
        try:
            if candidate.is_file() and candidate != path and candidate.stat().st_size <= options.limits.bytes:
                return candidate.read_bytes()
        except OSError:
            continue
    return None


def _failed(path: Path, options: ValidationOptions, code: str, detail: str | None) -> Report:
    digest = hashlib.sha256(b"").hexdigest() if code == "empty" else ""
    blank = Report(str(path), digest, "pdf", Verdict.UNREADABLE, options.moment(), options.policy.name)
    return unreadable(blank, code, **({"detail": detail} if detail is not None else {}))
