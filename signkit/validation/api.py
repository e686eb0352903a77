"""Validating a file by name: reads it within bounds, tells PDF from CMS, and hands back a report."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from signkit.errors import InputUnreadable
from signkit.incoming import FileProblem, is_url, open_regular, read_file, read_location
from signkit.limits import exhaustion
from signkit.validation.cms_file import validate_cms, validate_cms_file
from signkit.validation.judge import unreadable
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.profile_registry import no_pdf
from signkit.validation.reasons import reason
from signkit.validation.report import FileError, Report, Verdict, worst
from signkit.words import Text
from signkit.workers import WorkerLost

__all__ = ["ValidationOptions", "validate_cms", "validate_data", "validate_file", "validate_pdf"]

_CMS_SUFFIXES = (".p7m", ".p7s", ".pkcs7", ".p7b", ".cms", ".eml")
_ASIC_SUFFIXES = (".asice", ".sce")
#: Enough to tell a signature from a PDF, whose header stands within the first 1,024 bytes.
_HEAD = 4_096


def validate_file(path: Path | str, options: ValidationOptions | None = None, *, content: Path | None = None) -> Report:
    """Judge the file at ``path``.  Whatever it holds, a report comes back, never an exception.

    Args:
        path: a PDF, a CMS file (.p7m, .p7s, .eml) or a container (.asice); a str may be a URL that fsspec
            opens (extra ``cluster``).
        options: see :class:`ValidationOptions`.
        content: what a detached CMS signs; without it ``NAME.content`` beside it, then the name without its suffix.

    Raises:
        MissingExtra: it is a URL, and fsspec is not installed.
    """
    options = options or ValidationOptions()
    name = str(path)
    try:
        streamed = validate_streamed(name, options, content=content)
        if streamed is not None:
            return streamed
        data = read_location(name, options.limits.bytes, offline=options.offline)
    except FileProblem as problem:
        return not_read(name, problem, options)
    except MemoryError as error:
        return not_read(name, FileProblem("limit", exhaustion(error)), options)
    return validate_data(data, name, options, content=content)


def validate_streamed(name: str, options: ValidationOptions, *, content: Path | None = None) -> Report | None:
    """Judge a signature file or a container of this machine, whatever its size; None for a PDF, a URL and no file.

    The formats allow to read in pieces what was signed, so that no bound on files stands in the way.
    """
    if is_url(name):
        return None
    try:
        with open_regular(name) as stream:
            head = stream.read(_HEAD)
    except (InputUnreadable, OSError):
        return None  # said where the whole is read
    if not head:
        return None
    if name.lower().endswith(_ASIC_SUFFIXES):
        from signkit.validation.asic_file import validate_asic  # containers load what makes them

        return _other(validate_asic(name, options), options)
    return _other(validate_cms_file(name, options, content=content), options) if looks_like_cms(name, head) else None


def validate_data(
    data: bytes, name: str, options: ValidationOptions, *, content: Path | None = None, beside: Path | None = None
) -> Report:
    """Judge bytes; ``name`` is what they are called, and by its ending tells some kinds.

    Args:
        content: what a detached signature signs.
        beside: what lay beside a signature, by a name that people take for what was signed.

    Raises:
        InputUnreadable: ``content`` or ``beside`` is named and cannot be read.
    """
    if name.lower().endswith(_ASIC_SUFFIXES):
        from signkit.validation.asic_file import validate_asic_stream

        return _other(validate_asic_stream(BytesIO(data), name=name, options=options), options)
    if looks_like_cms(name, data):
        named, by_it = _content(content, options), _content(beside, options)
        return _other(validate_cms(data, name=name, options=options, content=named, beside=by_it), options)
    return validate_pdf(data, name=name, options=options)


def _other(report: Report, options: ValidationOptions) -> Report:
    """Hold what is no PDF against profile and parties that are asked for: no field in it says who signs as whom."""
    if report.verdict is Verdict.UNREADABLE:
        return report
    if options.expect and report.verdict is not Verdict.NOT_SIGNED:
        untold = tuple(reason("party-not-stated", role=role) for role in options.expect)
        report = replace(
            report, verdict=worst([report.verdict, Verdict.INDETERMINATE]), reasons=(*untold, *report.reasons)
        )
    return report if options.profile is None else replace(report, profile=no_pdf(report.file))


def not_read(name: str, problem: FileProblem, options: ValidationOptions) -> Report:
    """Return the report of a file whose bytes could not be had."""
    digest = hashlib.sha256(b"").hexdigest() if problem.code == "empty" else ""
    blank = Report(name, digest, "pdf", Verdict.UNREADABLE, options.moment(), options.policy.name)
    return unreadable(blank, problem.code, **({"detail": problem.detail} if problem.detail is not None else {}))


_LOST = {
    "died": Text(
        "The worker process ended while judging it ({detail}).", "検証中に処理プロセスが異常終了しました ({detail})。"
    ),
    "hung": Text("It was not judged within {detail}.", "{detail} 以内に検証が終わりませんでした。"),
}


def not_judged(name: str, lost: WorkerLost, options: ValidationOptions) -> Report:
    """Return the report of a file that its worker did not survive (or not begin), or not in time.

    It has no digest, so that nobody passes the file over as one that was judged.
    """
    cause = "hung" if lost.cause == "hung" else "died"
    return Report(
        file=name,
        sha256="",
        kind="pdf",
        verdict=Verdict.UNREADABLE,
        validation_time=options.moment(),
        policy=options.policy.name,
        error=FileError(f"worker-{cause}", _LOST[cause].filled(detail=lost.detail)),
    )


def looks_like_cms(name: str, data: bytes) -> bool:
    """Tell a CMS, which may hold a whole PDF, from a PDF, which may begin with anything (ISO 32000-2 7.5.2)."""
    if data.lstrip()[:5] == b"%PDF-":
        return False
    if name.lower().endswith(_CMS_SUFFIXES):
        return True
    # X.690 8.1.3.5: a SEQUENCE with a length in the long form, as every CMS has it.
    long_sequence = data[:1] == b"\x30" and data[1:2] >= b"\x80"  # in a PDF's first line nobody writes this
    if b"%PDF-" in data[:1024] and (name.lower().endswith(".pdf") or not long_sequence):
        return False
    return data[:1] == b"\x30" or data.lstrip()[:11] == b"-----BEGIN "


def _content(named: Path | None, options: ValidationOptions) -> bytes | None:
    """Return what came with a signature as bytes: of it alone nobody knows what lay beside."""
    return None if named is None else read_file(named, options.limits.bytes)
