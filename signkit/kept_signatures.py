"""What is not overwritten: a file with signatures that are not in what would stand in its place.

Signatures are told by their values, whatever else changed around them: a PDF that was signed once more keeps those of
the file before, a CMS that was extended keeps its own.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from signkit.errors import OutputSigned
from signkit.limits import PDF_BYTES

_NUMBER = rb"[\0\t\n\f\r ]*(\d{1,12})"
#: Stands in the clear in every signed PDF: what it leaves out could not be found otherwise (ISO 32000-2 12.8.1).
_BYTE_RANGE = re.compile(rb"/ByteRange[\0\t\n\f\r ]*\[" + _NUMBER * 4)
#: What stands there until a signature is put in.
_PLACE_HELD = b"<0> \t\r\n"
_PDF_BEGINS_WITHIN = 1024
_ZIP, _DER, _PEM = b"PK\x03\x04", b"\x30", b"-----BEGIN "
_MAX_MEMBERS = 1000


def refuse_losing_signatures(target: Path, read_new: Callable[[], bytes]) -> None:
    """Refuse to overwrite ``target`` where it holds a signature that what comes in its place does not keep.

    Args:
        read_new: returns what comes in its place; called only where there are signatures.

    Raises:
        OutputSigned: a signature would be lost.
    """
    if not target.is_file() or target.stat().st_size > PDF_BYTES:
        return
    before = set(signature_values(target.read_bytes()))
    if before and not before <= set(signature_values(read_new())):
        raise OutputSigned(str(target))


def signature_values(data: bytes) -> Iterator[bytes]:
    """Yield the values of the signatures and timestamps in a PDF, a CMS (DER or PEM) or a container (ASiC)."""
    if b"%PDF-" in data[:_PDF_BEGINS_WITHIN]:
        yield from _values_of_pdf(data)
    elif data.startswith(_ZIP):
        yield from _values_of_container(data)
    elif data.startswith((_DER, _PEM)):
        yield from _values_of_cms(data)


def _values_of_pdf(data: bytes) -> Iterator[bytes]:
    """Yield what each signed byte range leaves out: the signature's value."""
    for found in _BYTE_RANGE.finditer(data):
        _, length, second, _ = map(int, found.groups())
        value = data[length:second]
        if value.strip(_PLACE_HELD):
            yield value


def _values_of_container(data: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for member in archive.infolist()[:_MAX_MEMBERS]:
                if member.filename.upper().startswith("META-INF/") and member.file_size <= PDF_BYTES:
                    yield from _values_of_cms(archive.read(member))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError, EOFError):
        return


def _values_of_cms(data: bytes) -> Iterator[bytes]:
    from asn1crypto import cms, pem

    try:
        der = pem.unarmor(data)[2] if data.startswith(_PEM) else data
        content = cms.ContentInfo.load(der)
        signers: Any = content["content"]["signer_infos"] if content["content_type"].native == "signed_data" else ()
        yield from [signer["signature"].native for signer in signers]
    except (ValueError, TypeError, KeyError):
        return
