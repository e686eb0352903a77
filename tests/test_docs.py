"""The documents: links lead somewhere, and the Japanese README is a twin of the English one."""

from __future__ import annotations

import re

import pytest

_LINK = re.compile(r"\]\((?!https?:|mailto:)([\w./-]+\.\w+)[)#]")


def documents(repository):
    return [*repository.glob("*.md"), *repository.glob("docs/**/*.md"), *repository.glob("templates/*/README.md")]


def test_every_link_leads_somewhere(repository):
    broken = [
        f"{document.relative_to(repository)}: {target}"
        for document in documents(repository)
        for target in _LINK.findall(document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize(
    "pattern", [r"^## ", r"^```", r"^\| \d+ \|", r"^- \*\*"], ids=["headings", "code", "codes", "points"]
)
def test_the_readmes_are_twins(repository, pattern):
    counts = [
        len(re.findall(pattern, (repository / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("README.md", "README.ja.md")
    ]
    assert counts[0] == counts[1] > 0


def test_both_readmes_give_the_same_commands(repository):
    texts = [(repository / name).read_text(encoding="utf-8") for name in ("README.md", "README.ja.md")]
    commands = [re.findall(r"^(?:signkit|python3) [^#\n]*", text, re.MULTILINE) for text in texts]
    assert [c.rstrip() for c in commands[0]] == [c.rstrip() for c in commands[1]]
