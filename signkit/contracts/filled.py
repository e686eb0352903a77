"""A template with its data in it, on the way to the typesetter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from signkit.contracts.attachments import Attachment
from signkit.errors import Problem


@dataclass(frozen=True)
class Filled:
    """A template with the data in it, not yet typeset.

    Attributes:
        text: what will be printed, for checks.
        content: Typst source, or a .docx.
        warnings: what was found of the data and does not refuse them.
    """

    text: str
    content: str | bytes
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Order:
    """One contract to typeset.

    Attributes:
        day: what dates the document.
        data: the associated file ``contract.json``.
    """

    filled: Filled
    day: date
    data: bytes
    attachments: Sequence[Attachment] = ()
    appended: Sequence[Attachment] = ()
