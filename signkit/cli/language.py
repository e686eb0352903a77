"""Which language the user reads, decided once when the process starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from signkit.words import Language, Text


def choose_language(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    """Return the language of ``--lang``, else of the locale's environment variables, else English."""
    for index, argument in enumerate(arguments):
        if argument == "--lang" and index + 1 < len(arguments):
            return _language_of(arguments[index + 1])
        if argument.startswith("--lang="):
            return _language_of(argument.removeprefix("--lang="))
    for name in ("SIGNKIT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return _language_of(environ[name])
    return "ja" if sys.platform == "win32" and _windows_speaks_japanese() else "en"


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
