"""What is wrong with a contract's data, item by item: facts of errors, and no errors themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from signkit.words import Language, Text


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a contract's data or text.

    Attributes:
        code: what kind of problem, for scripts: ``missing``, ``unknown``, ``type``, ``value``, ``check``, ``law``,
            ``not-known``, ``character``, ``glyph``, ``my-number``.
        path: where it stands in the data (``seller.name``, ``buildings[0].area``; empty: the whole) or
            ``file:line`` in the template.
        title: the item's title for people; the path where the item has none.
        clause: the clause of the contract that the item answers, or None.
        message: what is wrong, for people.
        severity: ``refused``: no contract is made; ``warning``: it is told, and the contract is made.
        rule: the item of the template's law file that finds it, or None.
        law: the provision behind it, as cited, or None.
    """

    code: str
    path: str
    title: Text
    clause: str | None
    message: Text
    severity: Literal["refused", "warning"] = "refused"
    rule: str | None = None
    law: str | None = None

    def in_language(self, language: Language) -> str:
        """Return the problem as one line."""
        title = self.title.in_language(language)
        place = f"{title} [{self.path}]" if self.path not in ("", title) else title
        clause = "" if self.clause is None else (f"({self.clause})" if language == "ja" else f" ({self.clause})")
        law = "" if self.law is None else (f"（{self.law}）" if language == "ja" else f" ({self.law})")
        return f"{place}{clause}: {self.message.in_language(language)}{law}"

    def to_json(self) -> dict[str, object]:
        """Return it for scripts, in both languages."""
        return {
            "code": self.code,
            "severity": self.severity,
            "rule": self.rule,
            "path": self.path,
            "title": {"en": self.title.en, "ja": self.title.ja},
            "clause": self.clause,
            "law": self.law,
            "message": {"en": self.message.en, "ja": self.message.ja},
        }


@dataclass(frozen=True)
class RowProblem:
    """One thing wrong with one row of a table; the problem's path is the column, written as in the header."""

    row: int
    problem: Problem
