"""A template with its data in it, on the way to the typesetter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from signkit.contracts.attachments import Attachment
from signkit.errors import Problem
from signkit.words import Text


@dataclass(frozen=True)
class Filled:
    """A template with the data in it, not yet typeset.

    Attributes:
        text: what will be printed, for checks.
        content: Typst source, or a .docx.
        warnings: what was found of the data and does not refuse them.
        other_numbers: twelve digits that the data hold and that are no 個人番号, though they fit.
    """

    text: str
    content: str | bytes
    warnings: tuple[Problem, ...] = ()
    other_numbers: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class Order:
    """One contract to typeset.

    Attributes:
        day: what dates the document.
        data: the associated file ``contract.json``.
        title: of the document with its data; None: the template's.
    """

    filled: Filled
    day: date
    data: bytes
    attachments: Sequence[Attachment] = ()
    appended: Sequence[Attachment] = ()
    title: Text | None = None
