"""One rule over a contract's data, as a template states it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from signkit.words import Text

#: ``refused``: void or forbidden beyond doubt, no contract is made; ``warning``: told, and the contract is made.
Severity = Literal["refused", "warning"]


@dataclass(frozen=True)
class Scrutiny:
    """What a contract's data are held against.

    Attributes:
        law: the law, beside the document's own consistency; False for a contract that was made and signed and is only
            typeset again.
        strict: warnings refuse, too.
        other_numbers: items whose twelve digits are no 個人番号, though they fit, each with what number it is.
    """

    law: bool = True
    strict: bool = False
    other_numbers: tuple[tuple[str, str], ...] = ()


LAWFUL = Scrutiny()


@dataclass(frozen=True)
class Source:
    """Where a provision was read.

    Attributes:
        address: of the page.
        read: the day on which it was read.
    """

    title: str
    address: str
    read: date


@dataclass(frozen=True)
class Basis:
    """What a rule rests on.

    Attributes:
        law: the provision, as cited.
        source: where it was read; None where nobody found a text of it, and then the rule is off.
        values: the file of yearly values that it is reckoned with (``law/values``), or None.
    """

    title: Text
    law: str
    source: Source | None
    values: str | None = None

    @property
    def confirmed(self) -> bool:
        """Tell whether a source says what the rule holds."""
        return self.source is not None


@dataclass(frozen=True)
class Check:
    """A rule over several items: where ``when`` holds ``expression`` must hold too, else ``path`` is found fault with.

    Both are Jinja expressions over the contract's data (see `signkit.contracts.rules.functions`).

    Attributes:
        id: the item's name in the law file; None for a rule that only keeps the document consistent.
        clause: the clause of the contract.
        basis: the law behind it; None where the document would only contradict itself.
    """

    path: str
    expression: str
    clause: str | None
    message: Text
    id: str | None = None
    when: str = "true"
    severity: Severity = "refused"
    basis: Basis | None = None

    def is_on(self, scrutiny: Scrutiny) -> bool:
        """Tell whether contracts are held to it: what no source confirms is listed only."""
        return self.basis is None or (self.basis.confirmed and scrutiny.law)
