"""Where people want to be written to: set by themselves, told to nobody, used by the office's own mails alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from signkit.web.api.database import StoreConnection
from signkit.words import Language

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def is_address(text: str) -> bool:
    """Tell whether a text is one address to write to, and nothing more: no header, no second recipient."""
    return _ADDRESS.fullmatch(text) is not None


@dataclass(frozen=True)
class MailAddress:
    """Where, and in which language."""

    address: str
    language: Language


def set_mail_address(connection: StoreConnection, person: str, address: str, language: Language) -> None:
    """Let a person be written to there from now on; empty: nowhere."""
    connection.execute("DELETE FROM person_mail WHERE person = ?", (person,))
    if address:
        connection.execute(
            "INSERT INTO person_mail (person, address, language) VALUES (?, ?, ?)", (person, address, language)
        )


def mail_address_of(connection: StoreConnection, person: str) -> MailAddress | None:
    """Return where a person is written to; None: nowhere, or they may come in no more."""
    row = connection.execute(
        "SELECT m.address, m.language FROM person_mail m JOIN person p ON p.id = m.person"
        " WHERE p.id = ? AND p.disabled_at IS NULL",
        (person,),
    ).fetchone()
    return MailAddress(*row) if row else None
