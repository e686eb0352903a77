"""Which language is spoken."""

from __future__ import annotations

import pytest

from signkit.cli.language import choose_language


@pytest.mark.parametrize(
    ("arguments", "environ", "language"),
    [
        (["--lang", "ja", "demo"], {"LANG": "en_US.UTF-8"}, "ja"),
        (["--lang=en"], {"LANG": "ja_JP.UTF-8"}, "en"),
        ([], {"LANG": "ja_JP.UTF-8"}, "ja"),
        ([], {"LC_ALL": "C.UTF-8", "LANG": "ja_JP.UTF-8"}, "en"),
        ([], {"SIGNKIT_LANG": "ja", "LANG": "en_US"}, "ja"),
        ([], {"LANG": "fr_FR"}, "en"),
        (["--lang"], {}, "en"),
    ],
)
def test_the_language_is_chosen(arguments, environ, language):
    assert choose_language(arguments, environ) == language
