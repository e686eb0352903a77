"""ASiC-E with CAdES: a contract and its attachments in one container with their signature (ETSI EN 319 162-1 4.4)."""

from __future__ import annotations

import mimetypes
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from signkit.cms.container import Parts
from signkit.cms.content import CHANGED_MEANWHILE, NOT_AS_WRITTEN, BytesPieces, Content, FilePieces
from signkit.errors import SigningRefused
from signkit.words import Text, are_shown

MIME_TYPE = "application/vnd.etsi.asic-e+zip"
NAMESPACE = "http://uri.etsi.org/02918/v1.2.1#"
DIGEST_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
MANIFEST = "META-INF/ASiCManifest001.xml"
# EN 319 162-1 4.4.4: signature files are META-INF/*signature*.p7s, manifests META-INF/ASiCManifest*.xml.
SIGNATURE = "META-INF/signature001.p7s"
MANIFEST_TYPE = "text/xml"

_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
# ZIP's dates begin there (APPNOTE 4.4.6, MS-DOS time).
_DOS_START = 1980


@dataclass(frozen=True)
class DataObject:
    """A file that goes into a container under ``name``; ``content`` is read from its opened stream."""

    name: str
    content: Content = field(repr=False)

    @classmethod
    def of(cls, path: Path, stream: BinaryIO) -> DataObject:
        """Return an opened file under its own name."""
        # One spelling for one name: macOS decomposes, Windows does not, and the manifest is compared by bytes.
        return cls(unicodedata.normalize("NFC", path.name), Content(FilePieces(stream)))


def make_manifest(attachments: Sequence[DataObject]) -> bytes:
    """Return ASiCManifest001.xml, which is what is signed: the name and digest of every file.

    Raises:
        SigningRefused("container-not-made"): two files of one name, a name that has a meaning of its own, or no file.
    """
    _refuse_names([item.name for item in attachments])
    references = "".join(_reference(item) for item in attachments)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<asic:ASiCManifest xmlns:asic="{NAMESPACE}" xmlns:ds="{DIGEST_NAMESPACE}">\n'
        # SigReference names the signature that is over this very manifest (EN 319 162-1 A.4).
        f'  <asic:SigReference URI="{SIGNATURE}" MimeType="application/pkcs7-signature"/>\n'
        f"{references}</asic:ASiCManifest>\n"
    ).encode()


def _reference(item: DataObject) -> str:
    import base64

    # The media type is for people and viewers; nothing is decided by it.
    kind = mimetypes.guess_type(item.name)[0] or "application/octet-stream"
    digest = base64.b64encode(item.content.digest("sha256")).decode("ascii")
    return (
        # A URI: everything outside ASCII is percent-encoded as UTF-8 (RFC 3986 2.5).
        f"  <asic:DataObjectReference URI={quoteattr(quote(item.name))} MimeType={quoteattr(kind)}>\n"
        f'    <ds:DigestMethod Algorithm="{_SHA256}"/>\n'
        f"    <ds:DigestValue>{escape(digest)}</ds:DigestValue>\n"
        "  </asic:DataObjectReference>\n"
    )


def _refuse_names(names: Sequence[str]) -> None:
    if not names:
        raise SigningRefused("container-not-made", cause=Text("no file was named", "ファイルが指定されていません"))
    seen: set[str] = set()
    for name in names:
        # Windows and macOS take two names that differ in case for one file: the second would replace the first.
        plain = name.casefold()
        if plain in seen:
            raise SigningRefused(
                "container-not-made",
                cause=Text(f"two files are called {name}", f"同じ名前のファイルが2つあります ({name})"),
            )
        # mimetype and META-INF have their meaning (EN 319 162-1 A.1, 4.4.4); "\" and ":" are paths elsewhere, and lead
        # out.
        if plain in ("mimetype", "meta-inf") or not are_shown(name) or "\\" in name or ":" in name:
            raise SigningRefused(
                "container-not-made",
                cause=Text(f"{name!r} is no name for a file in it", f"{name!r} はファイル名に使えません"),
            )
        seen.add(plain)


def write_asic(
    stream: BinaryIO, attachments: Sequence[DataObject], manifest: bytes, signature: Parts, time: datetime
) -> None:
    """Write the container; ``mimetype`` stands first and uncompressed, so that its kind is seen at once (A.1)."""
    # Before 1980 ZIP cannot say the time; the earliest is taken rather than failing.
    moment = max(time.timetuple()[:6], (_DOS_START, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "mimetype", Content(BytesPieces(MIME_TYPE.encode())), moment, zipfile.ZIP_STORED)
        for item in attachments:
            _add(archive, item.name, item.content, moment)
        _add(archive, MANIFEST, Content(BytesPieces(manifest)), moment)
        _add(archive, SIGNATURE, Content(BytesPieces(signature.to_der())), moment)


def _add(
    archive: zipfile.ZipFile, name: str, content: Content, moment: tuple[int, ...], kind: int = zipfile.ZIP_DEFLATED
) -> None:
    entry = zipfile.ZipInfo(name, (moment[0], moment[1], moment[2], moment[3], moment[4], moment[5]))
    entry.compress_type = kind
    # Readable for everybody, executable for nobody: some unpackers take the bits from here.
    entry.external_attr = 0o644 << 16
    entry.file_size = content.size  # decides between ZIP and ZIP64
    with archive.open(entry, "w") as member:
        for piece in content.pieces():
            member.write(piece)


def check_asic(stream: BinaryIO, attachments: Sequence[DataObject], manifest: bytes, signature: Parts) -> None:
    """Read a written container back: is everything in it, and is it what was signed?

    Raises:
        SigningRefused("self-check-failed"): anything does not fit.
    """
    # Digests of the data objects are those that the manifest signed; a file that changed since then is found here.
    expected = {item.name: item.content.digest("sha256") for item in attachments}
    expected[MANIFEST] = Content(BytesPieces(manifest)).digest("sha256")
    expected[SIGNATURE] = Content(BytesPieces(signature.to_der())).digest("sha256")
    expected["mimetype"] = Content(BytesPieces(MIME_TYPE.encode())).digest("sha256")
    try:
        with zipfile.ZipFile(stream) as archive:
            found = {}
            for entry in archive.infolist():
                with archive.open(entry) as member:
                    found[entry.filename] = Content(FilePieces(member)).digest("sha256")
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise SigningRefused("self-check-failed", cause=NOT_AS_WRITTEN) from error
    if found != expected:
        raise SigningRefused("self-check-failed", cause=CHANGED_MEANWHILE)
