"""What is wrong with a contract's data, item by item: facts of errors, and no errors themselves."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.words import Language, Text


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a contract's data or text.

    Attributes:
        code: what kind of problem, for scripts: ``missing``, ``unknown``, ``type``, ``value``, ``check``,
            ``character``, ``glyph``, ``my-number``.
        path: where it stands in the data (``seller.name``, ``buildings[0].area``; empty: the whole) or
            ``file:line`` in the template.
        title: the item's title for people; the path where the item has none.
        clause: the clause of the contract that the item answers, or None.
        message: what is wrong, for people.
    """

    code: str
    path: str
    title: Text
    clause: str | None
    message: Text

    def in_language(self, language: Language) -> str:
        """Return the problem as one line."""
        title = self.title.in_language(language)
        place = f"{title} [{self.path}]" if self.path not in ("", title) else title
        clause = "" if self.clause is None else (f"({self.clause})" if language == "ja" else f" ({self.clause})")
        return f"{place}{clause}: {self.message.in_language(language)}"


@dataclass(frozen=True)
class RowProblem:
    """One thing wrong with one row of a table; the problem's path is the column, written as in the header."""

    row: int
    problem: Problem
