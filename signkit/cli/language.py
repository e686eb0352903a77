"""Which language the user reads, decided once when the process starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import cast, get_args

from signkit.words import Language, Text


def choose_language(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    """Return the language of ``--lang``, else of the locale's environment variables, else English."""
    named = [name.removeprefix("--lang=") for name in language_first(arguments) if name.startswith("--lang=")]
    if named and named[-1] in get_args(Language):
        return cast("Language", named[-1])
    for name in ("SIGNKIT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return _language_of(environ[name])
    return "ja" if sys.platform == "win32" and _windows_speaks_japanese() else "en"


def language_first(arguments: Sequence[str]) -> list[str]:
    """Return what was typed with ``--lang=VALUE`` before the command; behind ``--`` nothing is an option."""
    chosen: list[str] = []
    others: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            others += [argument, *rest]
        elif argument == "--lang":
            value = next(rest, None)
            if value is None:
                return [*chosen, argument]  # nothing else can be said of it than that its value is missing
            chosen.append(f"{argument}={value}")
        else:
            (chosen if argument.startswith("--lang=") else others).append(argument)
    return chosen + others


def _language_of(name: str) -> Language:
    return "ja" if name.lower().startswith("ja") else "en"


def _windows_speaks_japanese() -> bool:
    import locale

    return (locale.getlocale()[0] or "").lower().startswith("ja")


LANGUAGE: Language = choose_language(sys.argv[1:], os.environ)


def words(en: str, ja: str) -> str:
    """Return the one of two texts that the user reads; for help texts."""
    return ja if LANGUAGE == "ja" else en


def translate(text: Text, **facts: object) -> str:
    """Return ``text`` in the user's language."""
    return text.in_language(LANGUAGE, **facts)


def role_words(role: str, label: Text | None) -> str:
    """Return a role as it is told: in Japanese by its title, too (売主 (seller)); in English the two are one word."""
    return role if label is None or LANGUAGE != "ja" or label.ja == role else f"{label.ja} ({role})"
