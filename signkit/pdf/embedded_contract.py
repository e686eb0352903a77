"""The contract's data inside the PDF: an associated file (PDF/A-3, ISO 19005-3 6.8) that a script reads back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Literal, Protocol

from signkit.errors import ContractDataUnreadable, InputUnreadable
from signkit.limits import LimitExceeded, Limits, Meter
from signkit.pdf.embedded_files import (
    FileSpecification,
    all_file_specifications,
    names_of,
    specifications_elsewhere,
    streams_of,
)
from signkit.pdf.reading.document import PdfFile, Unreadable, View
from signkit.pdf.reading.syntax import SyntaxProblem
from signkit.plain_data import Data, read_json, read_plain
from signkit.words import Text

#: ``fixed``: the parties sign in the order in which they are listed.
SigningOrder = Literal["fixed", "free"]

# Viewers list it under this name; scripts find it by /AF and by the name tree (ISO 32000-2 14.13, 7.11.4).
FILE_NAME = "contract.json"
FORMAT = "signkit-contract/1"
#: File specifications looked at.
_MAX_SPECIFICATIONS = 10_000
#: Attachments and appended files that a contract lists.
_MAX_FILES = 100
_MAX_PARTIES = 100
_LANGUAGE = re.compile("\x1b[^\x1b]*(?:\x1b|$)")


@dataclass(frozen=True)
class EmbeddedParty:
    """One who is to sign, as the contract itself names them; what it does not hold of them is None.

    ``organization`` is an organization's own name, where ``name`` is that of the person who signs for it.
    """

    role: str
    label: Text
    kind: Literal["person", "organization"]
    name: str | None
    address: str | None
    organization: str | None = None
    corporate_number: str | None = None

    @property
    def full_name(self) -> str | None:
        """The organization with the person who signs for it; None where the contract names nobody."""
        return " ".join(dict.fromkeys(filter(None, (self.organization, self.name)))) or None


@dataclass(frozen=True)
class EmbeddedFile:
    """A file that was attached to the contract or appended to it.

    Attributes:
        pages: how many; None for an attachment.
        size: in bytes; None for an attachment, whose bytes are there, and where older contracts do not say it.
    """

    name: str
    description: str
    sha256: str
    pages: int | None = None
    size: int | None = None


@dataclass(frozen=True)
class Provenance:
    """What a contract says it was made with; older ones do not say it.

    Attributes:
        template_digest: SHA-256 of the template's files (`signkit.contracts.provenance.template_digest`).
        fonts: family and version of each font.
    """

    template_digest: str
    signkit: str
    typst: str
    fonts: tuple[tuple[str, str], ...]


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
    provenance: Provenance | None = None
    other_numbers: tuple[tuple[str, str], ...] = ()

    def turn(self, signed: Collection[str]) -> tuple[str, ...]:
        """Return the roles that may sign next, given the roles that have signed."""
        waiting = tuple(party.role for party in self.parties if party.role not in signed)
        return waiting[:1] if self.signing_order == "fixed" else waiting


class NamedRole(Protocol):
    """A party of a contract or a template: its role by name (seller) and by title (売主)."""

    @property
    def role(self) -> str:
        """The name, as signature fields and data have it."""

    @property
    def label(self) -> Text:
        """The title that people use."""


def roles_asked_for(asked: str, parties: Iterable[NamedRole]) -> tuple[str, ...]:
    """Return the names of the roles that are asked for by name or by title; several where they share a title."""
    roles = {party.role: party.label for party in parties}
    if asked in roles:
        return (asked,)
    title = _fold(asked)
    # People type a role's title in full width or with capitals.
    return tuple(role for role, label in roles.items() if title in (_fold(label.ja), _fold(label.en), _fold(role)))


def role_asked_for(asked: str, parties: Iterable[NamedRole]) -> str:
    """Return the name of the role that is asked for by name or by title; what no one party has, as it is."""
    meant = roles_asked_for(asked, parties)
    return meant[0] if len(meant) == 1 else asked


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def read_contract(pdf: bytes, password: str | None = None) -> EmbeddedContract | None:
    """Return the contract data a PDF carries, or None where it carries none; ``password`` opens an encrypted one.

    The file may come from anywhere; what it says is only as good as the signatures over it.

    Raises:
        InputUnreadable: the bytes are no PDF that can be read.
        ContractDataUnreadable: see `contract_of`.
    """
    try:
        file = PdfFile(pdf, Meter(Limits()), password)
        # A rebuilt file has no newest revision that all readers agree about.
        if file.damaged or not isinstance(file.history.last.root, dict):
            raise Unreadable("damaged", "its cross-reference or its catalog is damaged")
        return contract_of(file)
    except Unreadable as error:
        raise InputUnreadable("PDF", Text(error.detail, "PDF として読み取れません")) from error


def contract_of(file: PdfFile) -> EmbeddedContract | None:
    """Return the contract that the newest revision of ``file`` carries, or None where it carries none.

    Whatever a viewer may show or a script find as ``contract.json`` counts, by any of its names and any of its streams,
    associated (PDF/A-3, ISO 19005-3 6.8), embedded or attached to a page, an element or anything else: who reads
    another than we do would read another contract.

    Raises:
        ContractDataUnreadable: there is a ``contract.json`` that SignKit did not write or that cannot be read, or there
            are two that differ.
    """
    try:
        found = _contract_files(file.history.last)
    except (SyntaxProblem, LimitExceeded, RecursionError) as error:
        raise ContractDataUnreadable(FILE_NAME, _BROKEN_STREAM) from error
    if len(found) > 1:
        raise ContractDataUnreadable(FILE_NAME, _TWO)
    return parse_contract(found.pop()) if found else None


def _contract_files(view: View) -> set[bytes]:
    found = _contracts_among(view, all_file_specifications(view))
    # What no program finds by itself makes no contract of a file, but may be taken for another one.
    return found | _contracts_among(view, specifications_elsewhere(view)) if found else found


def _contracts_among(view: View, specifications: Iterable[FileSpecification]) -> set[bytes]:
    found: set[bytes] = set()
    for number, specification in enumerate(specifications):
        if number >= _MAX_SPECIFICATIONS:
            raise LimitExceeded("objects", _MAX_SPECIFICATIONS)  # what is behind, other readers may take for it
        if not any(map(_is_contract_name, names_of(view, specification))):
            continue
        streams = streams_of(view, specification)
        if not streams:
            raise SyntaxProblem("a file specification without a stream")
        found |= {view.file.decode_stream(stream, view) for stream in streams}
    return found


def _is_contract_name(name: str) -> bool:
    """Whether a file of this name comes out as ``contract.json``: viewers drop folders, some systems fold letters.

    Windows takes off full stops and spaces at the end, and what names a stream of the file; others end at a NUL, and
    take out what tells the language (ISO 32000-2 7.9.2.2.1).
    """
    spoken = _LANGUAGE.sub("", name)
    return any(_is_shown_as_contract(each) for each in {name, spoken, name.split("\0")[0], spoken.split("\0")[0]})


def _is_shown_as_contract(name: str) -> bool:
    shown = "".join(letter for letter in name if letter.isprintable())
    return _fold(PureWindowsPath(shown).name.split(":")[0]).rstrip(". ") == FILE_NAME


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
    read = tuple(_read_party(entry) for entry in parties)
    # A role that stands twice: nobody could tell whose signature is missing.
    if len({party.role for party in read}) < len(read):
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    title = content.get("title")
    return EmbeddedContract(
        identity,
        version,
        data,
        title=_two_texts(title) if title is not None else None,
        parties=read,
        signing_order=order,
        attachments=_read_files(content.get("attachments", [])),
        appended=_read_files(content.get("appended", [])),
        provenance=_read_provenance(template.get("sha256"), content.get("made_with")),
        other_numbers=_read_other_numbers(content.get("other_numbers", [])),
    )


def _read_other_numbers(entries: object) -> tuple[tuple[str, str], ...]:
    """Read the items whose twelve digits were said to be no 個人番号, and what they were said to be."""
    if not isinstance(entries, list) or len(entries) > _MAX_FILES:
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    return tuple(map(_read_other_number, entries))


def _read_other_number(entry: object) -> tuple[str, str]:
    match entry:
        case {"item": str(item), "reason": str(reason)}:
            return item, reason
    raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)


def _read_provenance(digest: object, made_with: object) -> Provenance | None:
    if digest is None and made_with is None:
        return None
    # Both or neither: half a provenance proves nothing about the text.
    match made_with:
        case {"signkit": str(signkit), "typst": str(typst), "fonts": dict(fonts)} if isinstance(digest, str):
            if len(fonts) <= _MAX_FILES and all(isinstance(version, str) for version in fonts.values()):
                return Provenance(digest, signkit, typst, tuple(sorted(fonts.items())))
    raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)


def _read_files(entries: object) -> tuple[EmbeddedFile, ...]:
    if not isinstance(entries, list) or len(entries) > _MAX_FILES:
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    return tuple(_read_file(entry) for entry in entries)


def _read_file(entry: object) -> EmbeddedFile:
    if not isinstance(entry, dict):
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    size = entry.get("size")
    match entry.get("name"), entry.get("description"), entry.get("sha256"), entry.get("pages"):
        case str(name), str(description), str(sha256), (int() | None) as pages if isinstance(size, int | None):
            return EmbeddedFile(name, description, sha256, pages, size)
    raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)


def _read_party(entry: object) -> EmbeddedParty:
    if not isinstance(entry, dict) or not isinstance(entry.get("role"), str):
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    name, address, organization = (entry.get(item) for item in ("name", "address", "organization"))
    number = entry.get("corporate_number")
    return EmbeddedParty(
        role=entry["role"],
        label=_two_texts(entry.get("label")),
        kind="organization" if entry.get("kind") == "organization" else "person",
        name=name if isinstance(name, str) else None,
        address=address if isinstance(address, str) else None,
        organization=organization if isinstance(organization, str) else None,
        corporate_number=number if isinstance(number, str) else None,
    )


def _two_texts(value: object) -> Text:
    if not isinstance(value, dict) or not isinstance(value.get("en"), str) or not isinstance(value.get("ja"), str):
        raise ContractDataUnreadable(FILE_NAME, _NOT_OURS)
    return Text(value["en"], value["ja"])


_NOT_OURS = Text("it is not contract data that SignKit wrote", "SignKit が書いた契約データではありません")
_BROKEN_STREAM = Text("its stream cannot be unpacked", "埋め込みデータを展開できません")
_TWO = Text(
    "the PDF carries two that differ, so that nobody can tell which contract it is",
    "内容の異なるものが二つ入っており、どちらの契約か決められません",
)
