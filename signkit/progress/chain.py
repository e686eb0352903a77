"""Contracts and their amendments: which file amends which, told by the digests that the amendments name.

An amendment (template ``amendment``) names the first contract and every amendment before it by date and SHA-256.  What
it says counts only as far as its own signatures hold; here the files at hand are put together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from signkit.pdf.embedded_contract import EmbeddedContract

AMENDMENT = "amendment"


@dataclass(frozen=True)
class NamedFile:
    """A signed file as an amendment names it.

    Attributes:
        sha256: in lower case hexadecimal.
        file: the file at hand with that digest; None where there is none among those given.
        earlier: the file at hand was added to since: the digest is of what it was before.
    """

    title: str
    date: str
    sha256: str
    file: str | None = None
    earlier: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        plain = {"title": self.title, "date": self.date, "sha256": self.sha256}
        return {**plain, "file": self.file, "earlier_state": self.earlier}


@dataclass(frozen=True)
class Chain:
    """What a file amends and what amends it.

    Attributes:
        amends: the first contract, and the amendments before this one in their order; empty for no amendment.
        amended_by: files at hand that amend this one, the oldest first.
        left_out: earlier amendments at hand of the same contract that this one does not name.
    """

    amends: tuple[NamedFile, ...] = ()
    amended_by: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChainLink:
    """A file at hand: the digests that may name it, and what it names itself.

    Attributes:
        whole: SHA-256 of the file.
        beginnings: of what it was before its last revisions.
        date: of an amendment.
        named: the first contract, then the earlier amendments; empty for no amendment.
    """

    file: str
    whole: str
    beginnings: frozenset[str] = frozenset()
    date: str = ""
    named: tuple[NamedFile, ...] = field(default=())


def named_by(contract: EmbeddedContract | None) -> tuple[str, tuple[NamedFile, ...]]:
    """Return an amendment's date and the files that it names; nothing of another document."""
    if contract is None or contract.template_id != AMENDMENT:
        return "", ()
    previous = contract.data.get("previous", [])
    entries = [contract.data.get("amends"), *(previous if isinstance(previous, list) else [])]
    return str(contract.data.get("contract_date", "")), tuple(_named_files(entries))


def _named_files(entries: Sequence[object]) -> Iterator[NamedFile]:
    for entry in entries:
        match entry:
            case {"title": str(title), "date": str(day), "sha256": str(digest)}:
                yield NamedFile(title, day, digest.lower())


def chains(links: Sequence[ChainLink]) -> Mapping[str, Chain]:
    """Return each file's chain, by its name; files that neither amend nor are amended have none."""
    whole = {link.whole: link.file for link in reversed(links)}
    before = {digest: link.file for link in reversed(links) for digest in link.beginnings}
    amendments = sorted((link for link in links if link.named), key=lambda link: (link.date, link.file))
    found = {link.file: tuple(_at_hand(named, whole, before) for named in link.named) for link in amendments}
    amended: dict[str, list[str]] = {}
    for link in amendments:
        for named in found[link.file]:
            if named.file is not None and named.file != link.file:
                amended.setdefault(named.file, []).append(link.file)
    return {
        file: Chain(found.get(file, ()), tuple(amended.get(file, ())), _left_out(file, amendments, found))
        for file in found.keys() | amended.keys()
    }


def _at_hand(named: NamedFile, whole: Mapping[str, str], before: Mapping[str, str]) -> NamedFile:
    digest = named.sha256
    earlier = digest not in whole and digest in before
    file = whole.get(digest) or before.get(digest)
    return NamedFile(named.title, named.date, digest, file, earlier)


def _left_out(
    file: str, amendments: Sequence[ChainLink], found: Mapping[str, tuple[NamedFile, ...]]
) -> tuple[str, ...]:
    """Return the earlier amendments at hand of the same contract that an amendment does not name."""
    this = next((link for link in amendments if link.file == file), None)
    if this is None:
        return ()
    named = {each.file for each in found[file]}
    return tuple(
        other.file
        for other in amendments
        if other.date < this.date and other.named[0].sha256 == this.named[0].sha256 and other.file not in named
    )
