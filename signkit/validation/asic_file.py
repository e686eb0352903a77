"""Judging ASiC-E containers with CAdES (ETSI EN 319 162-1 4.4): what is signed, and what is merely in the same file.

Each signature signs a manifest, and the manifest holds the digests of files.  A file that no good signature covers is
never passed over in silence: it makes the container's verdict INDETERMINATE, and is named.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeVar
from xml.parsers import expat

from signkit.cms.content import Content, FilePieces, size_of
from signkit.errors import InputUnreadable, system_cause
from signkit.incoming import open_regular
from signkit.limits import LimitExceeded, Limits, exhaustion
from signkit.validation.asic_archive import AsicUnreadable, ContainerZip, short_name
from signkit.validation.asic_manifest import Manifest, manifests_in, unsigned_manifests
from signkit.validation.cms_file import validate_cms
from signkit.validation.judge import unreadable
from signkit.validation.options import ValidationOptions
from signkit.validation.reasons import reason
from signkit.validation.report import Reason, Report, SignatureReport, TimestampReport, Verdict, worst
from signkit.words import Text

_MAX_SIGNATURE = 64 * 1024 * 1024


@dataclass(frozen=True)
class ContainerMember:
    """A file in a container, as ``asic list`` tells it.

    Attributes:
        manifests: the manifests that name it; whether their signatures hold is for `validate_asic` to say.
    """

    name: str
    size: int
    manifests: tuple[str, ...]


def validate_asic(path: Path | str, options: ValidationOptions) -> Report:
    """Judge a container.  Whatever it holds, a report comes back, never an exception."""
    try:
        with open_regular(Path(path)) as stream:
            return validate_asic_stream(stream, name=str(path), options=options)
    except InputUnreadable as error:
        blank = Report(str(path), "", "asic", Verdict.UNREADABLE, options.moment(), options.policy.name)
        return unreadable(blank, "unreadable", detail=error.cause)


def validate_asic_stream(stream: BinaryIO, *, name: str, options: ValidationOptions) -> Report:
    """Judge a container that is opened already."""
    blank = Report(name, "", "asic", Verdict.UNREADABLE, options.moment(), options.policy.name)
    try:
        blank = replace(blank, sha256=Content(FilePieces(stream)).digest("sha256").hex())
        if size_of(stream) == 0:
            return unreadable(blank, "empty")
        with ContainerZip(stream, options.limits) as archive:
            return _judge_archive(archive, options, blank)
    except LimitExceeded as error:
        return unreadable(blank, "limit", detail=error.words)
    except (AsicUnreadable, zipfile.BadZipFile, expat.ExpatError) as error:
        return unreadable(blank, "malformed", detail=str(error).splitlines()[0] if str(error) else "ZIP")
    except (RecursionError, MemoryError) as error:
        return unreadable(blank, "limit", detail=exhaustion(error))
    except OSError as error:
        return unreadable(blank, "unreadable", detail=system_cause(error))
    except Exception as error:  # the last line of defence: hostile ZIP files fail in many ways
        return unreadable(blank, "internal", detail=type(error).__name__)


def list_asic(path: Path, limits: Limits | None = None) -> list[ContainerMember]:
    """Return the files in a container, without judging any signature.

    Raises:
        InputUnreadable: it cannot be read, or is no container.
    """
    try:
        with open_regular(path) as stream, ContainerZip(stream, limits or Limits()) as archive:
            manifests = manifests_in(archive)
            return [
                ContainerMember(name, archive.size(name), tuple(m.name for m in manifests if m.names(name)))
                for name in archive.data_objects
            ]
    except (AsicUnreadable, zipfile.BadZipFile, expat.ExpatError, ValueError) as error:
        raise InputUnreadable(str(path), _NO_CONTAINER) from error
    except (LimitExceeded, OSError) as error:
        raise InputUnreadable(str(path), system_cause(error)) from error


_NO_CONTAINER = Text("no ASiC-E container, or a damaged one", "ASiC-E コンテナではないか、壊れています")


# --- judging -------------------------------------------------------------------------------------------------


def _judge_archive(archive: ContainerZip, options: ValidationOptions, blank: Report) -> Report:
    if not archive.signatures:
        if archive.unjudged:
            raise AsicUnreadable("its signatures are XAdES, which is not supported")
        return unreadable(blank, "not-signed")
    manifests = manifests_in(archive)
    named: list[set[str]] = []
    reports = []
    for name in archive.signatures:
        # EN 319 162-1 A.4: SigReference says which signature a manifest is of.
        signed = [manifest for manifest in manifests if manifest.signature == name]
        reports.append(_one(archive, name, signed, options))
        named.append({reference.name for manifest in signed for reference in manifest.references})
    good = [files for report, files in zip(reports, named, strict=True) if report.verdict is Verdict.PASSED]
    uncovered = [name for name in archive.data_objects if not any(name in files for files in good)]
    uncovered += unsigned_manifests(manifests, archive)
    verdicts = [report.verdict for report in reports]
    # A signature file that holds no signature: nothing can be said of the files under it.
    if broken := next((report for report in reports if report.error is not None), None):
        return replace(blank, error=broken.error)
    # A file under a failed signature is a failure already; one under none at all must not pass.
    doubts = [_naming("asic-uncovered", uncovered)] if uncovered else []
    doubts += [_naming("asic-unjudged", archive.unjudged)] if archive.unjudged else []
    doubts += [_naming("asic-two-names", archive.renamed)] if archive.renamed else []
    verdict = worst([*verdicts, *([Verdict.INDETERMINATE] if doubts else [])])
    return replace(
        blank,
        verdict=verdict,
        signatures=tuple(
            replace(item, field=short_name(name), coverage="partial" if archive.besides(files) else "whole-file")
            for name, report, files in zip(archive.signatures, reports, named, strict=True)
            for item in report.signatures
        ),
        document_timestamps=tuple(stamp for report in reports for stamp in report.document_timestamps),
        reasons=tuple(doubts),
    )


def _one(archive: ContainerZip, name: str, signed: Sequence[Manifest], options: ValidationOptions) -> Report:
    """Judge one signature: over its manifest, then the manifest over the files."""
    data = archive.read(name, _MAX_SIGNATURE)
    manifest = signed[0] if len(signed) == 1 else None
    report = validate_cms(data, name=name, options=options, content=manifest.data if manifest else None)
    # Of two manifests each would cover other files; which one was meant, nobody knows.
    if manifest is None:
        words = reason("asic-manifest", detail=f"{len(signed)} manifests name {short_name(name)}")
        return _hold_to(report, Verdict.INDETERMINATE, "SIGNED_DATA_NOT_FOUND", words)
    if manifest.is_critical:  # EN 319 162-1 A.4: who does not know it must not take the manifest for understood
        report = _hold_to(report, Verdict.INDETERMINATE, "GENERIC", reason("asic-extension"))
    missing = [item.name for item in manifest.references if not archive.holds(item.name)]
    present = [item for item in manifest.references if archive.holds(item.name)]
    changed = [item.name for item in present if archive.digest(item.name, item.digest_name) != item.digest]
    # EN 319 102-1 5.2.7: a signed data object whose digest does not fit.
    if changed:
        return _hold_to(report, Verdict.FAILED, "HASH_FAILURE", _naming("asic-digest", changed))
    if missing or not present:
        # A manifest that names no file covers nothing.
        return _hold_to(report, Verdict.INDETERMINATE, "SIGNED_DATA_NOT_FOUND", _naming("asic-missing", missing))
    return report


def _hold_to(report: Report, verdict: Verdict, sub_indication: str, words: Reason) -> Report:
    """Return the report with all in it at most as good as what was found of the signed files.

    A timestamp in a signature's place is over the manifest as well, and says as little of files that are not its.
    """
    if not report.signatures and not report.document_timestamps:
        return report
    stamps = tuple(_held(item, verdict, sub_indication, words) for item in report.document_timestamps)
    signatures = tuple(_held(item, verdict, sub_indication, words) for item in report.signatures)
    if verdict is Verdict.FAILED:
        signatures = tuple(replace(item, intact=False) for item in signatures)
    return replace(report, verdict=worst([report.verdict, verdict]), signatures=signatures, document_timestamps=stamps)


_Item = TypeVar("_Item", SignatureReport, TimestampReport)


def _held(item: _Item, verdict: Verdict, sub_indication: str, words: Reason) -> _Item:
    # A graver finding stays; what was found of the files is told beside it.
    if worst([item.verdict, verdict]) is item.verdict and item.verdict is not verdict:
        return replace(item, reasons=(*item.reasons, words))
    return replace(item, verdict=verdict, sub_indication=sub_indication, reasons=(words, *item.reasons))


def _naming(code: str, names: Sequence[str]) -> Reason:
    shown = [short_name(name) for name in names[:20]] + (["…"] if len(names) > 20 else [])
    return reason(code, names=", ".join(shown) or "-")
