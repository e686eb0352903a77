"""The contract's data inside the PDF: an associated file (PDF/A-3, ISO 19005-3 6.8) that a script reads back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from signkit.contracts.data import MAX_BYTES, Data, parse_contract_data
from signkit.contracts.template import Template
from signkit.errors import ContractDataUnreadable, InputUnreadable
from signkit.words import Text

if TYPE_CHECKING:
    from pypdf.generic import StreamObject

FILE_NAME = "contract.json"
FORMAT = "signkit-contract/1"
#: Associated files looked at; a contract has one, and its attachments.
_MAX_FILES = 100


@dataclass(frozen=True)
class EmbeddedContract:
    """What a contract says about itself: which template made it, from what data."""

    template_id: str
    template_version: str
    data: Data


def contract_json(template: Template, data: Mapping[str, Any]) -> bytes:
    """Return the associated file; the same data gives the same bytes in whatever order its items stand."""
    content = {
        "format": FORMAT,
        "template": {"id": template.id, "version": template.version},
        "data": data,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False).encode() + b"\n"


def read_contract(pdf: bytes) -> EmbeddedContract | None:
    """Return the contract data a PDF carries, or None where it carries none.

    The file may come from anywhere; what it says is only as good as the signatures over it.

    Raises:
        InputUnreadable: the bytes are no PDF that can be read.
        ContractDataUnreadable: there is a ``contract.json`` which is not what SignKit writes.
    """
    raw = _associated_file(pdf)
    if raw is None:
        return None
    content = parse_contract_data(raw, ".json", FILE_NAME)
    template, data = content.get("template"), content.get("data")
    if content.get("format") != FORMAT or not isinstance(template, dict) or not isinstance(data, dict):
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    identity, version = template.get("id"), template.get("version")
    if not isinstance(identity, str) or not isinstance(version, str):
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    return EmbeddedContract(identity, version, data)


_NOT_OURS = Text("it is not contract data that SignKit wrote", "SignKit が書いた契約データではありません")
_BROKEN_STREAM = Text("its stream cannot be unpacked", "埋め込みデータを展開できません")


def _associated_file(pdf: bytes) -> bytes | None:
    """Return the bytes of the associated file ``contract.json`` of the PDF's newest revision."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError
    from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

    try:
        entries = PdfReader(BytesIO(pdf)).root_object.get("/AF", ArrayObject()).get_object()
        for entry in entries[:_MAX_FILES] if isinstance(entries, ArrayObject) else ():
            file = entry.get_object()
            if isinstance(file, DictionaryObject) and file.get("/UF", file.get("/F")) == FILE_NAME:
                stream = file["/EF"].get_object()["/F"].get_object()  # type: ignore[index]
                return _unpacked(stream) if isinstance(stream, StreamObject) else None
    except (PyPdfError, KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        raise InputUnreadable("PDF", str(error) or type(error).__name__) from error
    return None


def _unpacked(stream: StreamObject) -> bytes:
    """Unpack a stream without growing beyond what contract data may be."""
    raw, filters = stream._data, stream.get("/Filter")
    if filters in (["/FlateDecode"], "/FlateDecode") and "/DecodeParms" not in stream:
        try:
            raw = zlib.decompressobj().decompress(raw, MAX_BYTES + 1)
        except zlib.error as error:
            raise ContractDataUnreadable(FILE_NAME, _BROKEN_STREAM) from error
    elif filters is not None:
        raise ContractDataUnreadable(FILE_NAME, _BROKEN_STREAM)
    return bytes(raw)
