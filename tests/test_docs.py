"""The documents: links lead somewhere, and the Japanese README is a twin of the English one."""

from __future__ import annotations

import re

import pytest
from typer.main import get_command

from signkit.cli.app import make_app
from signkit.errors import ExitCode

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


def commands(group, name=""):
    """Every command's words: ``card touch``."""
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{name}{word} ")
        else:
            yield f"{name}{word}"


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_each_readme_names_every_command_template_and_exit_code(repository, readme):
    text = (repository / readme).read_text(encoding="utf-8")
    rows = re.findall(r"^\|.*`signkit .*$", text, re.MULTILINE)
    for command in commands(get_command(make_app())):
        first, _, rest = command.partition(" ")
        row = next(row for row in rows if re.search(rf"`signkit {first}\b", row))
        assert f"`signkit {command}`" in row or f"`{rest}`" in row, command
    for description in (repository / "templates").glob("*/template.toml"):
        assert f"`{description.parent.name}`" in text
    codes = set(map(int, re.findall(r"^\| (\d+) \|", text, re.MULTILINE)))
    assert codes == {*map(int, ExitCode), 70, 130}


def english_documents(repository):
    return [path for path in (repository / "docs").glob("*/*.md") if path.parent.name != "ja"]


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_each_readme_leads_to_every_document(repository, readme):
    linked = set(_LINK.findall((repository / readme).read_text(encoding="utf-8")))
    for document in english_documents(repository):
        name = document.relative_to(repository / "docs").as_posix()
        twin = f"docs/ja/{name}"
        japanese = readme == "README.ja.md" and (repository / twin).exists()
        assert (twin if japanese else f"docs/{name}") in linked


def test_every_document_for_users_has_a_japanese_twin(repository):
    """What only those who change SignKit read is in English: the card's commands, JPKI's facts, the dependencies."""
    docs = repository / "docs"
    english = {path.relative_to(docs).as_posix() for path in [*docs.glob("*.md"), *english_documents(repository)]}
    japanese = {path.relative_to(docs / "ja").as_posix() for path in (docs / "ja").rglob("*.md")}
    assert english - japanese == {"reference/card.md", "reference/jpki.md", "reference/dependencies.md"}
    assert japanese <= english
