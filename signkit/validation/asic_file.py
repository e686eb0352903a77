"""Judging ASiC-E containers with CAdES (ETSI EN 319 162-1 4.4): what is signed, and what is merely in the same file.

Each signature signs a manifest, and the manifest holds the digests of files.  A file that no good signature covers is
never passed over in silence: it makes the container's verdict INDETERMINATE, and is named.
"""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote
from xml.parsers import expat

from signkit.cms.asic import DIGEST_NAMESPACE, MIME_TYPE, NAMESPACE
from signkit.cms.content import PIECE, Content, FilePieces, UnknownDigest, size_of
from signkit.errors import InputUnreadable, system_cause
from signkit.incoming import open_regular
from signkit.limits import LimitExceeded, Limits, exhaustion
from signkit.validation.cms_file import validate_cms
from signkit.validation.judge import unreadable
from signkit.validation.options import ValidationOptions
from signkit.validation.reasons import reason
from signkit.validation.report import Reason, Report, SignatureReport, Verdict, worst
from signkit.words import is_shown

_MAX_MEMBERS = 2_000
_MAX_MANIFEST = 4 * 1024 * 1024
_MAX_SIGNATURE = 64 * 1024 * 1024
_MAX_NAME = 1_024
#: The most that a member may grow: Deflate gives at most 1032 to one; what people sign does not.
_MAX_RATIO = 200
_SMALL = 1024 * 1024
# APPNOTE 4.3.7: the fixed part of a local file header.
_LOCAL_HEADER = 30
# APPNOTE 4.6.9: Info-ZIP Unicode Path.
_UNICODE_PATH = 0x7075
# APPNOTE 4.3.9: a data descriptor, with its mark and the sizes of ZIP64.
_DESCRIPTOR = 24

#: What stands in META-INF by the standard (4.4.3, A.7): anything else there is a file like others.
_OWN = re.compile(
    r"META-INF/[^/]*(manifest[^/]*\.xml|signature[^/]*\.(p7s|xml)|timestamp[^/]*\.tst|evidencerecord[^/]*\.(ers|xml))",
    re.IGNORECASE,
)

# RFC 9231 2.1; SHA-1 and MD5 are left out: who can collide them can exchange a file.
_DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-256": "sha3_256",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-384": "sha3_384",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-512": "sha3_512",
}


class AsicUnreadable(Exception):
    """This is no ASiC-E container, or one that different programs read differently."""


@dataclass(frozen=True)
class ContainerMember:
    """A file in a container, as ``asic list`` tells it.

    Attributes:
        manifests: the manifests that name it; whether their signatures hold is for `validate_asic` to say.
    """

    name: str
    size: int
    manifests: tuple[str, ...]


@dataclass(frozen=True)
class _Reference:
    """One file as a manifest names it."""

    name: str
    digest_name: str | None
    digest: bytes


@dataclass(frozen=True)
class _Manifest:
    """What one ASiCManifest says."""

    name: str
    data: bytes = field(repr=False)
    signature: str | None
    references: tuple[_Reference, ...]
    is_critical: bool = False


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
        with _Archive(stream, options.limits) as archive:
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
        with open_regular(path) as stream, _Archive(stream, limits or Limits()) as archive:
            manifests = archive.manifests()
            return [
                ContainerMember(name, archive.size(name), tuple(m.name for m in manifests if _names(m, name)))
                for name in archive.data_objects
            ]
    except (AsicUnreadable, LimitExceeded, zipfile.BadZipFile, expat.ExpatError, OSError, ValueError) as error:
        raise InputUnreadable(str(path), system_cause(error)) from error


def _names(manifest: _Manifest, name: str) -> bool:
    return any(reference.name == name for reference in manifest.references)


# --- judging -------------------------------------------------------------------------------------------------


def _judge_archive(archive: _Archive, options: ValidationOptions, blank: Report) -> Report:
    if not archive.signatures:
        if archive.has_xades:
            raise AsicUnreadable("its signatures are XAdES, which is not supported")
        return unreadable(blank, "not-signed")
    manifests = archive.manifests()
    named: list[set[str]] = []
    reports = []
    for name in archive.signatures:
        # EN 319 162-1 A.4: SigReference says which signature a manifest is of.
        signed = [manifest for manifest in manifests if manifest.signature == name]
        reports.append(_one(archive, name, signed, options))
        named.append({reference.name for manifest in signed for reference in manifest.references})
    good = [files for report, files in zip(reports, named, strict=True) if report.verdict is Verdict.PASSED]
    uncovered = [name for name in archive.data_objects if not any(name in files for files in good)]
    verdicts = [report.verdict for report in reports]
    # A signature file that holds no signature: nothing can be said of the files under it.
    if broken := next((report for report in reports if report.error is not None), None):
        return replace(blank, error=broken.error)
    # A file under a failed signature is a failure already; one under none at all must not pass.
    doubts = [_naming("asic-uncovered", uncovered)] if uncovered else []
    doubts += [_naming("asic-two-names", archive.renamed)] if archive.renamed else []
    verdict = worst([*verdicts, *([Verdict.INDETERMINATE] if doubts else [])])
    return replace(
        blank,
        verdict=verdict,
        signatures=tuple(
            replace(item, field=_short(name), coverage="partial" if archive.besides(files) else "whole-file")
            for name, report, files in zip(archive.signatures, reports, named, strict=True)
            for item in report.signatures
        ),
        document_timestamps=tuple(stamp for report in reports for stamp in report.document_timestamps),
        reasons=tuple(doubts),
    )


def _one(archive: _Archive, name: str, signed: Sequence[_Manifest], options: ValidationOptions) -> Report:
    """Judge one signature: over its manifest, then the manifest over the files."""
    data = archive.read(name, _MAX_SIGNATURE)
    manifest = signed[0] if len(signed) == 1 else None
    report = validate_cms(data, name=name, options=options, content=manifest.data if manifest else None)
    # Of two manifests each would cover other files; which one was meant, nobody knows.
    if manifest is None:
        words = reason("asic-manifest", detail=f"{len(signed)} manifests name {_short(name)}")
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
    """Return the report with every signature at most as good as what was found of the signed files."""

    def hold(item: SignatureReport) -> SignatureReport:
        # A graver finding stays; what was found of the files is told beside it.
        if worst([item.verdict, verdict]) is item.verdict and item.verdict is not verdict:
            return replace(item, reasons=(*item.reasons, words))
        return replace(
            item,
            verdict=verdict,
            sub_indication=sub_indication,
            intact=False if verdict is Verdict.FAILED else item.intact,
            reasons=(words, *item.reasons),
        )

    if not report.signatures:
        return report
    return replace(report, verdict=worst([report.verdict, verdict]), signatures=tuple(map(hold, report.signatures)))


def _naming(code: str, names: Sequence[str]) -> Reason:
    shown = [_short(name) for name in names[:20]] + (["…"] if len(names) > 20 else [])
    return reason(code, names=", ".join(shown) or "-")


def _short(name: str) -> str:
    return "".join(character if is_shown(character) else "?" for character in name)[:200]


# --- the ZIP -------------------------------------------------------------------------------------------------


class _Archive:
    """A container opened within bounds: every name once, nothing hidden between members, nothing beyond its size."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._unpacked = 0
        self._digests: dict[tuple[str, str], bytes] = {}
        self.renamed: list[str] = []
        # zipfile goes by the central directory; the local headers are held against it below.
        self._zip = zipfile.ZipFile(stream)
        self._entries = self._checked_entries()

    def __enter__(self) -> _Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def data_objects(self) -> list[str]:
        """The files that are there to be signed: all but those that the container itself needs."""
        return [name for name in self._entries if name != "mimetype" and not _OWN.fullmatch(name)]

    def holds(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._entries

    def besides(self, names: set[str]) -> bool:
        """Whether there are other files than these."""
        return any(name not in names for name in self.data_objects)

    @property
    def signatures(self) -> list[str]:
        """The CAdES signatures: META-INF/*signature*.p7s (4.4.3.2)."""
        return sorted(name for name in self._inside() if name.endswith(".p7s") and "signature" in name.lower())

    @property
    def has_xades(self) -> bool:
        """Whether there are XAdES signatures: META-INF/*signatures*.xml (4.4.3.1)."""
        return any(name.endswith(".xml") and "signatures" in name.lower() for name in self._inside())

    def manifests(self) -> list[_Manifest]:
        """Return every ASiCManifest."""
        names = [name for name in self._inside() if "asicmanifest" in name.lower() and name.endswith(".xml")]
        return [_read_manifest(name, self.read(name, _MAX_MANIFEST)) for name in sorted(names)]

    def _inside(self) -> list[str]:
        return [name for name in self._entries if name.startswith("META-INF/") and name.count("/") == 1]

    def size(self, name: str) -> int:
        """The size that the directory states."""
        return self._entries[name].file_size

    def read(self, name: str, limit: int) -> bytes:
        """Return a member that must not be larger than ``limit``."""
        found = bytearray()
        self._unpack(name, found.extend, limit)
        return bytes(found)

    def digest(self, name: str, digest: str | None) -> bytes | None:
        """Return a member's digest; None for a digest that is not known."""
        if digest is None:
            return None
        if (name, digest) not in self._digests:
            import hashlib

            try:
                state = hashlib.new(digest)
            except ValueError as error:
                raise UnknownDigest(digest) from error
            self._unpack(name, state.update, self._limits.bytes)
            self._digests[name, digest] = state.digest()
        return self._digests[name, digest]

    def _unpack(self, name: str, take: Callable[[Any], object], limit: int) -> None:
        entry, size = self._entries[name], 0
        with self._zip.open(entry) as member:
            while piece := member.read(PIECE):
                size += len(piece)
                self._unpacked += len(piece)
                grown = size > _SMALL and size > _MAX_RATIO * max(entry.compress_size, 1)
                # The bound is over all members together as well: many small bombs make a large one.
                if size > limit or grown or self._unpacked > 4 * self._limits.bytes:
                    raise LimitExceeded("unpacked bytes", limit)
                take(piece)

    def _checked_entries(self) -> dict[str, zipfile.ZipInfo]:
        entries = self._zip.infolist()
        if len(entries) > _MAX_MEMBERS:
            raise LimitExceeded("members", _MAX_MEMBERS)
        seen: set[str] = set()
        for entry in entries:
            _check_entry(entry)
            # Names that one file system or viewer takes for one: of two, people would see either.
            plain = unicodedata.normalize("NFKC", entry.filename).casefold()
            if plain in seen:
                raise AsicUnreadable(f"two members are called {_short(entry.filename)}")
            seen.add(plain)
        self._refuse_hidden(entries)
        # EN 319 162-1 A.1: mimetype stands first and uncompressed, so that the kind is known before unpacking.
        first = min(entries, key=lambda entry: entry.header_offset, default=None)
        if first is None or first.filename != "mimetype" or first.compress_type != zipfile.ZIP_STORED:
            raise AsicUnreadable("no mimetype at its beginning")
        found = {entry.filename: entry for entry in entries if not entry.is_dir()}
        self._entries = found
        if self.read("mimetype", 200).rstrip(b"\r\n") != MIME_TYPE.encode():
            raise AsicUnreadable("its mimetype is not that of ASiC-E")
        return found

    def _refuse_hidden(self, entries: Sequence[zipfile.ZipInfo]) -> None:
        """Members follow one another from the first byte to the directory: what one program sees all others see."""
        position = 0
        for entry in sorted(entries, key=lambda item: item.header_offset):
            # In a gap there may be a member that only programs find which read from front to back.
            if not position <= entry.header_offset <= position + (_DESCRIPTOR if position else 0):
                raise AsicUnreadable("members overlap, or something stands between them")
            self._stream.seek(entry.header_offset)
            header = self._stream.read(_LOCAL_HEADER)
            if len(header) != _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
                raise AsicUnreadable("a member without header")
            name, extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
            lengths = name + extra
            self._stream.seek(name, 1)
            if any(_is_renamed(entry, part) for part in (entry.extra, self._stream.read(extra))):
                self.renamed.append(entry.filename)
            # APPNOTE 4.3.1: local header, name, extra field, data.
            position = entry.header_offset + _LOCAL_HEADER + lengths + entry.compress_size
        start: int = self._zip.start_dir
        # Between members and directory a descriptor at most, and no member that the directory does not list.
        if not position <= start <= position + _DESCRIPTOR:
            raise AsicUnreadable("something stands between the members and the directory")


def _is_renamed(entry: zipfile.ZipInfo, extra: bytes) -> bool:
    """Whether an Info-ZIP Unicode Path field (APPNOTE 4.6.9) gives another name, which some programs go by."""
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if kind == _UNICODE_PATH and extra[9 : 4 + size] != entry.filename.encode("utf-8"):
            return True
        extra = extra[4 + size :]
    return False


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    # APPNOTE 4.4.4, bit 0.
    if entry.flag_bits & 0x1:
        raise AsicUnreadable("a member is encrypted")
    # What programs unpack differently, or not at all.
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise AsicUnreadable("a member is compressed in an unusual way")
    parts = name.rstrip("/").split("/")
    # "..", an absolute path or an empty part lead out of the folder that somebody unpacks into.
    if len(name) > _MAX_NAME or not name or name.startswith("/") or {"", ".", ".."} & set(parts):
        raise AsicUnreadable(f"a member is called {_short(name)!r}")
    # zipfile cuts a name at a NUL, others do not; "\" and ":" are separators elsewhere.
    if name != entry.orig_filename or "\\" in name or ":" in name or not name.isprintable():
        raise AsicUnreadable(f"a member is called {_short(name)!r}")
    if entry.is_dir() and entry.file_size:
        raise AsicUnreadable(f"{_short(name)} is a folder with content")
    # A link would be followed on unpacking: the file that is read is then another one.
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise AsicUnreadable(f"{_short(name)} is a link")


# --- the manifest --------------------------------------------------------------------------------------------


def _read_manifest(name: str, data: bytes) -> _Manifest:
    """Read an ASiCManifest without document type, entities or anything from outside.

    Raises:
        AsicUnreadable: it is none.
        ExpatError: it is no XML.
    """
    reading = _Reading()
    # Prefixes are a matter of taste; the namespace decides.
    parser = expat.ParserCreate(namespace_separator=" ")
    # Entities could make the text that is read another than the bytes that were signed, and a little text huge.
    parser.StartDoctypeDeclHandler = reading.refuse
    parser.EntityDeclHandler = reading.refuse
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    parser.Parse(data, True)
    return _Manifest(name, data, reading.signature, tuple(reading.references), reading.is_critical)


class _Reading:
    """A manifest while it is read: only what stands where it must counts."""

    def __init__(self) -> None:
        self.signature: str | None = None
        self.is_critical = False
        self.references: list[_Reference] = []
        self._path: list[str] = []
        self._uri: str | None = None
        self._digest_name: str | None = None
        self._value = ""

    def refuse(self, *_: object) -> None:
        raise AsicUnreadable("a manifest with a document type")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._path.append(tag)
        # EN 319 162-1 A.4: Critical is an xs:boolean.
        if tag == f"{NAMESPACE} Extension" and attributes.get("Critical", "").strip() in ("true", "1"):
            self.is_critical = True
        # The depth of a manifest is four; expat itself sets no bound.
        if self._path[0] != f"{NAMESPACE} ASiCManifest" or len(self._path) > 20:
            raise AsicUnreadable("a manifest of another kind")
        if self._is(f"{NAMESPACE} SigReference"):
            if self.signature is not None:
                raise AsicUnreadable("a manifest of two signatures")
            self.signature = _member_name(attributes.get("URI", ""))
        elif self._is(f"{NAMESPACE} DataObjectReference"):
            self._uri, self._digest_name, self._value = attributes.get("URI", ""), None, ""
        elif self._is(f"{NAMESPACE} DataObjectReference", f"{DIGEST_NAMESPACE} DigestMethod"):
            self._digest_name = _DIGESTS.get(attributes.get("Algorithm", ""))

    def text(self, data: str) -> None:
        if self._is(f"{NAMESPACE} DataObjectReference", f"{DIGEST_NAMESPACE} DigestValue"):
            self._value += data

    def end(self, _: str) -> None:
        if self._is(f"{NAMESPACE} DataObjectReference"):
            self._finish()
        self._path.pop()

    def _finish(self) -> None:
        try:
            # White space in base64Binary is legal (XML Schema part 2, 3.2.16).
            digest = base64.b64decode("".join(self._value.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise AsicUnreadable("a manifest with a digest that cannot be read") from error
        name = _member_name(self._uri or "")
        # A file twice with two digests: one of them would always fit.
        if len(self.references) >= _MAX_MEMBERS or any(item.name == name for item in self.references):
            raise AsicUnreadable("a manifest that names a file twice")
        self.references.append(_Reference(name, self._digest_name, digest))

    def _is(self, *tags: str) -> bool:
        return self._path[1:] == list(tags)


def _member_name(uri: str) -> str:
    """Return the member that a URI names: relative to the container's root, percent-encoded (A.6)."""
    # Normalised, "../" at the beginning stays, and no member is called so.
    name = posixpath.normpath(unquote(uri, errors="strict")) if uri else ""
    return name.removeprefix("/")
