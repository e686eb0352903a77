"""The contract's data inside the PDF: an associated file (PDF/A-3, ISO 19005-3 6.8) that a script reads back."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from signkit.errors import ContractDataUnreadable, InputUnreadable, system_cause
from signkit.plain_data import MAX_BYTES, Data, read_json, read_plain
from signkit.words import Text

if TYPE_CHECKING:
    from pypdf.generic import StreamObject

#: ``fixed``: the parties sign in the order in which they are listed.
SigningOrder = Literal["fixed", "free"]

FILE_NAME = "contract.json"
FORMAT = "signkit-contract/1"
#: Associated files looked at; a contract has one, and its attachments.
_MAX_FILES = 100
_MAX_PARTIES = 100


@dataclass(frozen=True)
class EmbeddedParty:
    """One who is to sign, as the contract itself names them; ``address`` is None where the contract holds none."""

    role: str
    label: Text
    kind: Literal["person", "organization"]
    name: str | None
    address: str | None


@dataclass(frozen=True)
class EmbeddedFile:
    """A file that was attached to the contract or appended to it; ``pages`` is None for an attachment."""

    name: str
    description: str
    sha256: str
    pages: int | None = None


@dataclass(frozen=True)
class EmbeddedContract:
    """What a contract says about itself: which template made it, from what data, and who signs in which order."""

    template_id: str
    template_version: str
    data: Data
    title: Text | None = None
    parties: tuple[EmbeddedParty, ...] = ()
    signing_order: SigningOrder = "free"
    attachments: tuple[EmbeddedFile, ...] = ()
    appended: tuple[EmbeddedFile, ...] = ()

    def turn(self, signed: Collection[str]) -> tuple[str, ...]:
        """Return the roles that may sign next, given the roles that have signed."""
        waiting = tuple(party.role for party in self.parties if party.role not in signed)
        return waiting[:1] if self.signing_order == "fixed" else waiting


def read_contract(pdf: bytes, password: str | None = None) -> EmbeddedContract | None:
    """Return the contract data a PDF carries, or None where it carries none; ``password`` opens an encrypted one.

    The file may come from anywhere; what it says is only as good as the signatures over it.

    Raises:
        InputUnreadable: the bytes are no PDF that can be read.
        ContractDataUnreadable: there is a ``contract.json`` which is not what SignKit writes.
    """
    raw = _associated_file(pdf, password)
    return None if raw is None else parse_contract(raw)


def parse_contract(raw: bytes) -> EmbeddedContract:
    """Return the contract that the bytes of a ``contract.json`` describe.

    Raises:
        ContractDataUnreadable: they are not what SignKit writes.
    """
    content = read_plain(raw, read_json, FILE_NAME)
    template, data = content.get("template"), content.get("data")
    if content.get("format") != FORMAT or not isinstance(template, dict) or not isinstance(data, dict):
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    identity, version = template.get("id"), template.get("version")
    if not isinstance(identity, str) or not isinstance(version, str):
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    parties = content.get("parties", [])
    order = content.get("signing_order", "free")
    if not isinstance(parties, list) or len(parties) > _MAX_PARTIES or order not in ("fixed", "free"):
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    title = content.get("title")
    return EmbeddedContract(
        identity,
        version,
        data,
        title=_two_texts(title) if title is not None else None,
        parties=tuple(_read_party(entry) for entry in parties),
        signing_order=order,
        attachments=_read_files(content.get("attachments", [])),
        appended=_read_files(content.get("appended", [])),
    )


def _read_files(entries: object) -> tuple[EmbeddedFile, ...]:
    if not isinstance(entries, list) or len(entries) > _MAX_FILES:
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    return tuple(_read_file(entry) for entry in entries)


def _read_file(entry: object) -> EmbeddedFile:
    if not isinstance(entry, dict):
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    match entry.get("name"), entry.get("description"), entry.get("sha256"), entry.get("pages"):
        case str(name), str(description), str(sha256), (int() | None) as pages:
            return EmbeddedFile(name, description, sha256, pages)
    raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)


def _read_party(entry: object) -> EmbeddedParty:
    if not isinstance(entry, dict) or not isinstance(entry.get("role"), str):
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    name, address = entry.get("name"), entry.get("address")
    return EmbeddedParty(
        role=entry["role"],
        label=_two_texts(entry.get("label")),
        kind="organization" if entry.get("kind") == "organization" else "person",
        name=name if isinstance(name, str) else None,
        address=address if isinstance(address, str) else None,
    )


def _two_texts(value: object) -> Text:
    if not isinstance(value, dict) or not isinstance(value.get("en"), str) or not isinstance(value.get("ja"), str):
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    return Text(value["en"], value["ja"])


_NOT_OURS = Text("it is not contract data that SignKit wrote", "SignKit が書いた契約データではありません")
_BROKEN_STREAM = Text("its stream cannot be unpacked", "埋め込みデータを展開できません")


def _associated_file(pdf: bytes, password: str | None) -> bytes | None:
    """Return the bytes of the associated file ``contract.json`` of the PDF's newest revision."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError
    from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

    try:
        reader = PdfReader(BytesIO(pdf))
        if password and reader.is_encrypted:
            reader.decrypt(password)  # where it does not fit, the empty one that was tried first may
        entries = reader.root_object.get("/AF", ArrayObject()).get_object()
        for entry in entries[:_MAX_FILES] if isinstance(entries, ArrayObject) else ():
            file = entry.get_object()
            if isinstance(file, DictionaryObject) and file.get("/UF", file.get("/F")) == FILE_NAME:
                stream = file["/EF"].get_object()["/F"].get_object()  # type: ignore[index]
                return _unpacked(stream) if isinstance(stream, StreamObject) else None
    except (PyPdfError, KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        raise InputUnreadable("PDF", system_cause(error)) from error
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
