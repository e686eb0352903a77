"""Where many contracts stand: one after the other, with no more than one file in memory.

Whether copies were signed in parallel, and which file amends which, can be told only of all files together, so each is
read twice: first for the digests of its revisions and what it names, which are all that is kept, then to be judged.
"""

from __future__ import annotations

import gc
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from signkit.errors import SignKitError
from signkit.pdf.embedded_contract import read_contract
from signkit.progress.chain import Chain, ChainLink, chains, named_by
from signkit.progress.contract import ContractStatus

#: Of more copies signed in parallel than anybody compares, the first are named.
MAX_NAMED = 20
#: A contract has a revision a signature and a few more; of a file with more ends than these, the first count.
_MAX_REVISIONS = 200
_END = re.compile(rb"%%EOF(?:\r\n|\r|\n)?")


@dataclass(frozen=True)
class UnreadableFile:
    """A file that cannot be judged, and why."""

    file: str
    error: SignKitError

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data (``signkit-status/1``), in the form of a status with nothing in it."""
        return {
            "schema": "signkit-status/1",
            "file": self.file,
            "verdict": "UNREADABLE",
            "error": {"code": "unreadable", "message": self.error.message("en")},
            "template": None,
            "template_match": None,
            "complete": False,
            "next": [],
            "open_fields": [],
            "other_signatures": [],
            "parties": [],
            "parallel_with": [],
            "amends": [],
            "amended_by": [],
            "amendments_left_out": [],
            "evidence_until": None,
        }


@dataclass(frozen=True)
class Lineage:
    """A file by the digests (SHA-256) of its beginnings.

    Attributes:
        whole: of the whole file.
        beginnings: of the file as it was after each revision but the last, the first first.
        signed: whether a signature was put in after the first revision.
    """

    whole: bytes
    beginnings: tuple[bytes, ...]
    signed: bool

    @property
    def root(self) -> bytes:
        """The first revision's digest: copies of one contract have it in common."""
        return self.beginnings[0] if self.beginnings else self.whole


def lineage(pdf: bytes) -> Lineage:
    """Return the digests of ``pdf``'s revisions, each with and without the line break after its end mark."""
    marks = list(islice(_END.finditer(pdf), _MAX_REVISIONS))
    ends = sorted({end for mark in marks for end in (mark.start() + 5, mark.end()) if end < len(pdf)})
    hasher, beginnings, start = hashlib.sha256(), [], 0
    for end in ends:
        hasher.update(memoryview(pdf)[start:end])
        beginnings.append(hasher.digest())
        start = end
    hasher.update(memoryview(pdf)[start:])
    # A signature's dictionary cannot be packed: its ByteRange must point to its own bytes (ISO 32000-2 12.8.1).
    signed = bool(ends) and pdf.find(b"/ByteRange", ends[0]) >= 0
    return Lineage(hasher.digest(), tuple(beginnings), signed)


def parallel_copies(files: Sequence[tuple[str, Lineage]]) -> dict[str, tuple[str, ...]]:
    """Return, for each file, up to `MAX_NAMED` others that were signed in parallel from the same contract.

    Two files are parallel when both grew from one first revision, both are signed, and neither is the beginning of the
    other: each party signed a copy of its own, and neither file holds both signatures.
    """
    names: dict[bytes, list[str]] = defaultdict(list)
    by_root: dict[bytes, dict[bytes, Lineage]] = defaultdict(dict)
    for file, each in files:
        if each.signed:
            names[each.whole].append(file)
            by_root[each.root][each.whole] = each
    found: dict[str, tuple[str, ...]] = {}
    for copies in by_root.values():
        related = _related_copies(copies)
        for whole in copies:
            others = (name for other in copies if other not in related[whole] for name in names[other])
            parallel = tuple(islice(others, MAX_NAMED))
            found |= dict.fromkeys(names[whole], parallel)
    return found


def _related_copies(copies: dict[bytes, Lineage]) -> dict[bytes, set[bytes]]:
    """Return, for each of the copies, itself, those it continues and those that continue it."""
    related = {whole: {whole} for whole in copies}
    for whole, each in copies.items():
        for beginning in each.beginnings:
            if beginning in related:
                related[whole].add(beginning)
                related[beginning].add(whole)
    return related


def overview(
    files: Sequence[str], read: Callable[[str], bytes], judge: Callable[[bytes, str], ContractStatus]
) -> Iterator[ContractStatus | UnreadableFile]:
    """Yield where each file stands, in the order given; one that cannot be read stops none of the others.

    Args:
        read: returns a file's bytes; called twice for each.
        judge: returns the status of these bytes under this name.
    """
    looked_at = list(_lineages(files, read))
    parallel = parallel_copies([(link.file, each) for each, link in looked_at])
    amended = chains([link for _, link in looked_at])
    for file in files:
        try:
            status = judge(read(file), file)
            yield replace(status, parallel_with=parallel.get(file, ()), chain=amended.get(file, Chain()))
        except SignKitError as error:
            yield UnreadableFile(file, error)


def _lineages(files: Sequence[str], read: Callable[[str], bytes]) -> Iterator[tuple[Lineage, ChainLink]]:
    for file in files:
        try:
            found = _look(file, read(file))
        except SignKitError:
            continue  # said in its turn
        # A file as it was read and its views refer to one another: left to themselves, dozens would wait in memory.
        gc.collect(1)
        yield found


def _look(file: str, pdf: bytes) -> tuple[Lineage, ChainLink]:
    """Return a file's revisions, and what it names; a contract that cannot be read names nothing."""
    each = lineage(pdf)
    try:
        date, named = named_by(read_contract(pdf))
    except SignKitError:
        date, named = "", ()
    beginnings = frozenset(digest.hex() for digest in each.beginnings)
    return each, ChainLink(file, each.whole.hex(), beginnings, date, named)
