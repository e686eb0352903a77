"""A text in the two languages of our users.  The command line chooses which one is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "ja"]


@dataclass(frozen=True)
class Text:
    """One sentence in English and in Japanese; both are ``str.format`` templates over the same facts."""

    en: str
    ja: str

    def in_language(self, language: Language, **facts: object) -> str:
        """Return the sentence in ``language`` with ``facts`` filled in."""
        template = self.ja if language == "ja" else self.en
        return template.format(**facts) if facts else template
