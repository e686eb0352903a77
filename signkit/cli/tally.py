"""How many files have which verdict, for the line that a run of many files ends with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from signkit.words import Text

if TYPE_CHECKING:
    from signkit.validation.report import Verdict


@dataclass
class Tally:
    """The verdicts so far, and whether a file is not as asked; ``advance`` hears of each."""

    advance: Callable[[Tally], None]
    counts: dict[Verdict, int] = field(default_factory=dict)
    violated: bool = False

    def add(self, verdict: Verdict, *, violated: bool) -> None:
        """Count one file."""
        self.counts[verdict] = self.counts.get(verdict, 0) + 1
        self.violated |= violated
        self.advance(self)

    def in_words(self) -> Text:
        """Return the counts, the good verdict first: ``3 valid, 1 INVALID``."""
        from signkit.reporting.formats.report_wording import VERDICTS
        from signkit.validation.report import Verdict

        found = [(VERDICTS[verdict], self.counts[verdict]) for verdict in Verdict if verdict in self.counts]
        return Text(
            ", ".join(f"{count} {words.en}" for words, count in found),
            "、".join(f"{words.ja} {count} 件" for words, count in found),
        )

    def summary(self) -> Text:
        """Return the line that a run ends with."""
        words = _SUMMARY_VIOLATED if self.violated else _SUMMARY
        return words.filled(total=sum(self.counts.values()), counts=self.in_words())


_SUMMARY = Text("Files judged: {total} ({counts}).", "検証したファイルは {total} 件です（{counts}）。")
_SUMMARY_VIOLATED = Text(
    "Files judged: {total} ({counts}). Not all are as was asked.",
    "検証したファイルは {total} 件です（{counts}）。指定した要件・ひな形に合わないものがあります。",
)
