"""The values that a comparison of revisions is made of; their JSON form is ``signkit-diff/1``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from signkit.drawing import Area
from signkit.validation.report import iso
from signkit.words import Text

Kind = Literal[
    "text", "picture", "annotation", "form", "attachment", "structure", "signature", "timestamp", "evidence", "metadata"
]

#: From what touches the contract itself to what is mere accompaniment; changes are listed in this order.
KINDS: tuple[Kind, ...] = (
    "text", "picture", "annotation", "form", "attachment", "structure", "signature", "timestamp", "evidence", "metadata"
)  # fmt: skip


_MAX_TEXT = 4000


@dataclass(frozen=True)
class Difference:
    """One difference between two revisions.

    Attributes:
        text: a sentence; names from the file stand in it as they are, so clean it before showing it on a terminal.
        page: counted from 1, in the newer revision (in the older one for what was taken away).
        before, after: what stood there and what stands there now; None where nothing did, or where it is no text.
        area: where on the page.
    """

    kind: Kind
    text: Text
    page: int | None = None
    before: str | None = None
    after: str | None = None
    area: Area | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the change as plain data."""
        return {
            "kind": self.kind,
            "page": self.page,
            "before": self.before,
            "after": self.after,
            "area": [round(number, 1) for number in self.area] if self.area else None,
            "text": {"en": self.text.en, "ja": self.text.ja},
        }


@dataclass(frozen=True)
class SignatureEvent:
    """A signature or document timestamp, as far as it can be told without judging it.

    Attributes:
        field: the field's name, which is the party's role in contracts of SignKit's.
        name: the common name of the signer's certificate, or of the timestamp service; None also for one that is a
            number (JPKI).
        party: whom the contract and the page beside the field name, where the certificate is theirs (売主 髙橋 祐一郎).
        time: a timestamp's time; a signer's own statement for signatures.
        intact: the signed bytes are what was signed; says nothing of trust.
    """

    kind: Literal["signature", "timestamp"]
    field: str | None
    name: str | None
    time: datetime | None
    intact: bool
    party: Text | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "kind": self.kind,
            "field": self.field,
            "name": self.name,
            "party": {"en": self.party.en, "ja": self.party.ja} if self.party else None,
            "time": iso(self.time),
            "intact": self.intact,
        }


@dataclass(frozen=True)
class RevisionDiff:
    """What one revision changed in the one before it.

    Attributes:
        number: counted from 1; the first is the original, whose items are the signatures it was made with.
        end: the file's first ``end`` bytes are the document at this revision.
        after: who had signed before it.
        items: in the order of :data:`KINDS`.
        not_compared: what could not be looked at, as sentences; where there are any, ``items`` may be incomplete.
    """

    number: int
    end: int
    after: tuple[SignatureEvent, ...]
    items: tuple[Difference, ...] = ()
    not_compared: tuple[Text, ...] = ()

    @property
    def kind(self) -> str:
        """``original``, ``content``, ``attachment``, ``annotation``, ``form``, ``signature``, …, or ``none``."""
        if self.number == 1:
            return "original"
        first = self.items[0].kind if self.items else "none"
        return "content" if first in ("text", "picture", "structure") else first

    def to_json(self) -> dict[str, Any]:
        """Return the revision as plain data."""
        return {
            "number": self.number,
            "kind": self.kind,
            "end": self.end,
            "after": [signed.to_json() for signed in self.after],
            "changes": [item.to_json() for item in self.items],
            "not_compared": [{"en": text.en, "ja": text.ja} for text in self.not_compared],
        }


@dataclass(frozen=True)
class Diff:
    """The history of one file.

    Attributes:
        overall: what differs between the first revision and the last, signatures and evidence left out.
    """

    file: str
    sha256: str
    revisions: tuple[RevisionDiff, ...]
    overall: tuple[Difference, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the whole as ``signkit-diff/1``."""
        return {
            "schema": "signkit-diff/1",
            "file": self.file,
            "sha256": self.sha256,
            "revisions": [revision.to_json() for revision in self.revisions],
            "overall": [item.to_json() for item in self.overall],
        }


def in_order(changes: list[Difference]) -> tuple[Difference, ...]:
    """Return the changes, the gravest kinds first, then by page."""
    return tuple(sorted(changes, key=lambda change: (KINDS.index(change.kind), change.page or 0)))


def fill(words: Text, **facts: object) -> Text:
    """Return the sentence with facts that are the same in both languages."""
    return Text(words.en.format(**facts), words.ja.format(**facts))


def cut_short(text: str) -> str:
    """Return the text, cut where a stranger wrote a book into a field."""
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + "…"
