"""The documents: links lead somewhere, and the Japanese README is a twin of the English one."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from typer.main import get_command

from signkit.cli.app import make_app
from signkit.demo import forge_price
from signkit.errors import ExitCode
from tests.readme_blocks import python_blocks, run_line, sections, shell_lines

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


@pytest.mark.slow
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


# --- what the READMEs tell to type -----------------------------------------------------------------------------

READMES = [("README.md", "en"), ("README.ja.md", "ja")]
#: The sections for a broker, for HR and for scripts, by their place.
BROKER, HR, BATCH = range(1, 4)


@pytest.fixture
def beginner(repository, tmp_path):
    """A folder with the samples in it, as a checkout has them."""
    shutil.copytree(repository / "samples", tmp_path / "samples")
    return tmp_path


def five_minutes(repository, readme: str, place: int) -> str:
    return list(sections((repository / readme).read_text(encoding="utf-8")).values())[place]


@pytest.mark.slow
@pytest.mark.parametrize(("readme", "lang"), READMES)
def test_the_brokers_five_minutes_end_with_a_pass(repository, beginner, readme, lang):
    lines = list(shell_lines(five_minutes(repository, readme, BROKER)))
    assert [line.words[1] for line in lines] == [
        "template", "render", "sign", "sign", "sign", "status", "extend", "validate",
    ]  # fmt: skip
    for line in lines:
        answer = run_line(line, beginner, "SIGNKIT1", lang)
        assert answer.returncode == 0, answer.stderr
    assert "(TOTAL-PASSED)" in answer.stdout.splitlines()[0]
    assert "→" not in answer.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("readme", "lang"), READMES)
def test_five_minutes_for_hr(repository, beginner, readme, lang, rehearsal):
    from signkit.rehearsal.evidence_services import utc_now

    key = rehearsal.key_file("廣瀨 渚", "株式会社架空製作所", b"secret", utc_now())
    (beginner / "company.p12").write_bytes(key)
    for line in shell_lines(five_minutes(repository, readme, HR)):
        answer = run_line(line, beginner, "secret", lang)
        assert answer.returncode == 0, (line, answer.stderr)
    staff = (beginner / "samples/employment-agreement/staff.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(list((beginner / "handout").iterdir())) == len(staff)
    assert len(list((beginner / "handout").glob("*/*-employer.pdf"))) == len(staff)


@pytest.mark.slow
@pytest.mark.parametrize(("readme", "lang"), READMES)
def test_five_minutes_for_a_script(repository, beginner, readme, lang, capsys, monkeypatch):
    section = five_minutes(repository, readme, BATCH)
    for line in shell_lines(five_minutes(repository, readme, BROKER)):
        assert run_line(line, beginner, "SIGNKIT1", lang).returncode == 0
    contract = (beginner / "sale.pdf").read_bytes()
    forged = forge_price(contract, 58_000_000)
    (beginner / "incoming").mkdir()
    for name, pdf in {
        "incoming/a.pdf": contract, "incoming/b.pdf": forged, "suspicious.pdf": forged, "contract.pdf": contract,
    }.items():  # fmt: skip
        (beginner / name).write_bytes(pdf)
    codes = {}
    for line in shell_lines(section):
        if line.is_signkit:
            codes[line.words[1], line.output] = run_line(line, beginner, "", lang).returncode
        else:
            assert line.words == ("echo", "$?")
    assert codes == {("validate", "results.jsonl"): 1, ("diff", None): 0, ("validate", "report.html"): 3}
    results = (beginner / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["verdict"] for line in results) == ["INDETERMINATE", "TOTAL-FAILED"]
    assert (beginner / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    monkeypatch.chdir(beginner)
    (source,) = python_blocks(section)
    exec(compile(source, readme, "exec"), {})
    assert "INDETERMINATE" in capsys.readouterr().out


def test_a_template_has_one_name_in_japanese(repository):
    """ひな形: the same word on every screen and page."""
    others = re.compile("ひな型|雛|テンプレート")
    places = [*repository.glob("*.ja.md"), *repository.glob("docs/ja/**/*.md"), *repository.glob("signkit/**/*.py")]
    assert [str(path) for path in places if others.search(path.read_text(encoding="utf-8"))] == []
