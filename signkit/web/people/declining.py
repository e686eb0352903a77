"""What a person at a page is not given, with the words that say why."""

from __future__ import annotations


class Declined(Exception):
    """A person's wish that is not fulfilled; nothing was changed.

    Args:
        reason: the last part of the words' key, ``declined_…`` (`signkit.web.people.page_words`).
        facts: what the words name.
    """

    def __init__(self, reason: str, status: int = 422, **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.facts = facts
