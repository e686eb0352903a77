"""A container's ZIP, opened within bounds: every name once, and no name that leads elsewhere."""

from __future__ import annotations

import hashlib
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO
from xml.parsers import expat

from signkit.cms.asic import MIME_TYPE, NAMESPACE
from signkit.cms.content import UnknownDigest
from signkit.cms.der import SEQUENCE, DerProblem, members
from signkit.cms.signed_data import is_timestamp_token
from signkit.limits import LimitExceeded, Limits
from signkit.validation.zip_reading import ZipAmbiguous, check_layout, extra_fields, local_extra, unpacked
from signkit.words import are_shown, printable

MAX_MEMBERS = 2_000
_MAX_NAME = 1_024
#: The most that a member may grow: Deflate gives at most 1032 to one; what people sign does not.
_MAX_RATIO = 200
_SMALL = 1024 * 1024
# APPNOTE 4.6.9: Info-ZIP Unicode Path.
_UNICODE_PATH = 0x7075
# APPNOTE 4.4.15: the low byte of the external attributes is that of MS-DOS.
_DOS_LABEL, _DOS_FOLDER = 0x08, 0x10
#: A member of META-INF that is no file to be signed: signatures, manifests, timestamps.
_MAX_OWN = 64 * 1024 * 1024

#: What stands in META-INF by the standard (4.4.3, A.7): anything else there is a file like others.
_OWN = re.compile(
    r"META-INF/(manifest\.xml|[^/]*(asic[^/]*manifest[^/]*\.xml|signature[^/]*\.(p7s|xml)|timestamp[^/]*\.tst"
    r"|evidencerecord[^/]*\.(ers|xml)))",
    re.IGNORECASE,
)
#: EN 319 162-1 A.7 and A.8; the package's manifest (OpenDocument 1.2 part 3, 3.2); evidence records (RFC 6283).
_MANIFEST_ROOT = f"{NAMESPACE} ASiCManifest"
_ROOTS = {"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0 manifest", "urn:ietf:params:xml:ns:ers EvidenceRecord"}
_BASE64 = re.compile(r"[A-Za-z0-9+/]*=*")
#: EN 319 162-1 A.4, A.7: manifests of signatures, and those of timestamps and evidence records.
MANIFESTS = re.compile(r"META-INF/[^/]*asic[^/]*manifest[^/]*\.xml", re.IGNORECASE)
_SIGNATURE = re.compile(r"META-INF/[^/]*signature[^/]*\.(p7s|xml)", re.IGNORECASE)


class AsicUnreadable(Exception):
    """This is no ASiC-E container, or one that different programs read differently."""


class ContainerZip:
    """A container opened within bounds: every name once, nothing hidden between members, nothing beyond its size."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._unpacked = 0
        self._digests: dict[tuple[str, str], bytes] = {}
        self._kinds: dict[str, bool] = {}
        self.renamed: list[str] = []
        try:
            self._zip = zipfile.ZipFile(stream)
        except NotImplementedError as error:  # APPNOTE 4.4.3: a version of the format that does not exist
            raise AsicUnreadable("a member is of an unknown version of the format") from error
        entries = self._checked_entries()
        self._entries = {entry.filename: entry for entry in entries if not entry.is_dir()}
        self._refuse_hidden(entries)
        if self.read("mimetype", 200).rstrip(b"\r\n") != MIME_TYPE.encode():
            raise AsicUnreadable("its mimetype is not that of ASiC-E")

    def __enter__(self) -> ContainerZip:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def data_objects(self) -> list[str]:
        """The files that are there to be signed: all but those that the container itself needs."""
        return [name for name in self._entries if name != "mimetype" and not self.is_own(name)]

    def is_own(self, name: str) -> bool:
        """Whether a member belongs to the container: by its name, and by what it is, else anybody might add a file."""
        if name not in self._entries or not _OWN.fullmatch(name) or not name.startswith("META-INF/"):
            return False
        if name not in self._kinds:
            self._kinds[name] = is_of_its_kind(name, self.read(name, _MAX_OWN))
        return self._kinds[name]

    def holds(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._entries

    def besides(self, names: set[str]) -> bool:
        """Whether there are other files than these."""
        return any(name not in names for name in self.data_objects)

    @property
    def signatures(self) -> list[str]:
        """The CAdES signatures: META-INF/*signature*.p7s (4.4.3.2)."""
        return sorted(name for name in self.inside if name.endswith(".p7s") and "signature" in name.lower())

    @property
    def unjudged(self) -> list[str]:
        """Signatures that are not judged here: XAdES (4.4.3.1), and what only some programs take for a signature."""
        judged = self.signatures
        return sorted(name for name in self._entries if _SIGNATURE.fullmatch(name) and name not in judged)

    @property
    def inside(self) -> list[str]:
        """What stands in META-INF itself."""
        return [name for name in self._entries if name.startswith("META-INF/") and name.count("/") == 1]

    def size(self, name: str) -> int:
        """The size that the directory states."""
        return self._entries[name].file_size

    def read(self, name: str, limit: int) -> bytes:
        """Return a member that must not be larger than ``limit``."""
        found = bytearray()
        self._unpack(self._entries[name], found.extend, limit)
        return bytes(found)

    def digest(self, name: str, digest: str | None) -> bytes | None:
        """Return a member's digest; None for a digest that is not known."""
        if digest is None:
            return None
        if (name, digest) not in self._digests:
            try:
                state = hashlib.new(digest)
            except ValueError as error:
                raise UnknownDigest(digest) from error
            self._unpack(self._entries[name], state.update, self._limits.bytes)
            self._digests[name, digest] = state.digest()
        return self._digests[name, digest]

    def _unpack(self, entry: zipfile.ZipInfo, take: Callable[[Any], object], limit: int) -> None:
        size = 0
        for piece in unpacked(self._stream, entry):
            size += len(piece)
            self._unpacked += len(piece)
            grown = size > _SMALL and size > _MAX_RATIO * max(entry.compress_size, 1)
            # The bound is over all members together as well: many small bombs make a large one.
            if size > limit or grown or self._unpacked > 4 * self._limits.bytes:
                raise LimitExceeded("unpacked bytes", limit)
            take(piece)

    def _checked_entries(self) -> list[zipfile.ZipInfo]:
        entries = self._zip.infolist()
        if len(entries) > MAX_MEMBERS:
            raise LimitExceeded("members", MAX_MEMBERS)
        seen: set[str] = set()
        for entry in entries:
            _check_entry(entry)
            # Names that one file system or viewer takes for one: of two, people would see either.
            plain = unicodedata.normalize("NFKC", entry.filename).casefold().rstrip("/")
            if plain in seen:
                raise AsicUnreadable(f"two members are called {short_name(entry.filename)}")
            seen.add(plain)
        # EN 319 162-1 A.1: mimetype stands first and uncompressed, so that the kind is known before unpacking.
        first = min(entries, key=lambda entry: entry.header_offset, default=None)
        if first is None or first.filename != "mimetype" or first.compress_type != zipfile.ZIP_STORED:
            raise AsicUnreadable("no mimetype at its beginning")
        return entries

    def _refuse_hidden(self, entries: Iterable[zipfile.ZipInfo]) -> None:
        """What one program sees all others see; what is not judged is unpacked too, so that nothing is behind it."""
        try:
            check_layout(self._stream, self._zip)
        except ZipAmbiguous as error:
            raise AsicUnreadable(str(error)) from error
        for entry in entries:
            if any(_is_renamed(entry, part) for part in (entry.extra, local_extra(self._stream, entry))):
                self.renamed.append(entry.filename)
            if entry.is_dir() or _OWN.fullmatch(entry.filename):
                self._unpack(entry, len, _MAX_OWN)


def is_of_its_kind(name: str, data: bytes) -> bool:
    """Whether a member of META-INF is what its name says: a manifest, a timestamp, an evidence record.

    Signatures, and the manifests that are judged, are told of there.
    """
    lower = name.lower()
    if _SIGNATURE.fullmatch(name):
        return True
    if lower.endswith(".tst"):
        return is_timestamp_token(data)
    if lower.endswith(".ers"):
        return _is_evidence_record(data)
    root, is_bare = _xml_root(data)
    # What a manifest of a signature says is looked at where it is read.
    return root == _MANIFEST_ROOT if MANIFESTS.fullmatch(name) else is_bare and root in _ROOTS


def _is_evidence_record(data: bytes) -> bool:
    """RFC 4998 3.1: the version, digests, and a sequence of timestamps at the end; nothing behind it."""
    try:
        items = members(data)
        return len(items) >= 3 and items[0] == b"\x02\x01\x01" and [items[1][0], items[-1][0]] == [SEQUENCE, SEQUENCE]
    except (DerProblem, IndexError):
        return False


def _xml_root(data: bytes) -> tuple[str | None, bool]:
    """Return the root element's name with its namespace (None: no XML), and whether no text that people could read is
    in it: at most base64.
    """
    found: list[str] = []
    said: list[str] = []
    loose: list[object] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, _: found.append(name)
    parser.CharacterDataHandler = said.append
    parser.StartDoctypeDeclHandler = lambda *_: loose.append(_)
    parser.CommentHandler = loose.append
    parser.ProcessingInstructionHandler = lambda *_: loose.append(_)
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        return None, False
    lines = (line.strip() for line in "".join(said).splitlines())
    return found[0] if found else None, not loose and all(_BASE64.fullmatch(line) for line in lines)


def _is_renamed(entry: zipfile.ZipInfo, extra: bytes) -> bool:
    """Whether an Info-ZIP Unicode Path field (APPNOTE 4.6.9) gives another name, which some programs go by."""
    wanted = entry.filename.encode("utf-8")
    return any(kind == _UNICODE_PATH and data[5:] != wanted for kind, data in extra_fields(extra))


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
        raise AsicUnreadable(f"a member is called {short_name(name)!r}")
    # zipfile cuts a name at a NUL, others do not; "\" and ":" are separators elsewhere.
    if name != entry.orig_filename or "\\" in name or ":" in name or not are_shown(name):
        raise AsicUnreadable(f"a member is called {short_name(name)!r}")
    if entry.is_dir() and entry.file_size:
        raise AsicUnreadable(f"{short_name(name)} is a folder with content")
    if entry.volume:
        raise AsicUnreadable(f"{short_name(name)} is on another disk")
    # A link would be followed on unpacking: the file that is read is then another one.
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise AsicUnreadable(f"{short_name(name)} is a link")
    # Some programs go by the attributes, others by the name: a file to these is a folder, a pipe or a device to those.
    if kind not in (0, stat.S_IFDIR if entry.is_dir() else stat.S_IFREG) or _is_no_file_by_dos(entry):
        raise AsicUnreadable(f"{short_name(name)} is a file by its name, and something else by its attributes")


def _is_no_file_by_dos(entry: zipfile.ZipInfo) -> bool:
    folder = bool(entry.external_attr & _DOS_FOLDER)
    return bool(entry.external_attr & _DOS_LABEL) or (folder and not entry.is_dir())


def short_name(name: str) -> str:
    """Return a member's name for people, without what could steer a terminal."""
    return printable(name, "?")[:200]
