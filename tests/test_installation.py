"""The command that adds a part names what was installed, never a name on an index."""

from __future__ import annotations

import json
import re
import shlex
import sys
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pytest

from signkit import installation
from signkit.errors import MissingExtra
from signkit.installation import install_command, reinstall_command

COMMIT = "a" * 40
SOURCES = {
    "editable": ({"url": "file:///work/my%20kit", "dir_info": {"editable": True}}, ["-e", "/work/my kit[card]"]),
    "folder": ({"url": "file:///work/kit", "dir_info": {}}, ["signkit[card] @ file:///work/kit"]),
    "wheel": (
        {"url": "file:///tmp/signkit-0.1.0-py3-none-any.whl", "archive_info": {}},
        ["signkit[card] @ file:///tmp/signkit-0.1.0-py3-none-any.whl"],
    ),
    "repository": (
        {"url": "https://example.jp/kit.git", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
        [f"signkit[card] @ git+https://example.jp/kit.git@{COMMIT}"],
    ),
}


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """An environment of its own: what the installer left, and who manages it."""

    def make(record: object = None, marker: str = "", *, has_pip: bool = True, checkout: bool = False) -> None:
        text = json.dumps(record) if record is not None else None
        monkeypatch.setattr(installation, "distribution", lambda _: SimpleNamespace(read_text=lambda _: text))
        monkeypatch.setattr(installation, "find_spec", lambda _: object() if has_pip else None)
        monkeypatch.setattr(installation.sys, "prefix", str(tmp_path))
        monkeypatch.setattr(installation, "_PACKAGE", tmp_path / "kit" / "signkit")
        if marker:
            (tmp_path / marker).touch()
        if checkout:
            (tmp_path / "kit").mkdir()
            (tmp_path / "kit" / "pyproject.toml").touch()

    return make


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.skipif(sys.platform == "win32", reason="quoting is the shell's")
def test_the_command_names_what_was_installed(environment, source):
    record, requirement = SOURCES[source]
    environment(record)
    assert shlex.split(install_command("card")) == [sys.executable, "-m", "pip", "install", *requirement]


@pytest.mark.parametrize(
    ("marker", "has_pip", "begin", "again"),
    [
        ("pipx_metadata.json", True, ["pipx", "install", "--force"], ["pipx", "install", "--force"]),
        ("uv-receipt.toml", False, ["uv", "tool", "install", "--force"], ["uv", "tool", "install", "--force"]),
        ("", False, ["uv", "pip", "install", "--python", sys.executable], ["uv", "pip", "install"]),
        ("", True, [sys.executable, "-m", "pip", "install"], [sys.executable, "-m", "pip", "install"]),
    ],
)
def test_the_command_is_that_of_who_manages_the_environment(environment, marker, has_pip, begin, again):
    environment(SOURCES["wheel"][0], marker, has_pip=has_pip)
    assert shlex.split(install_command("excel"))[: len(begin)] == begin
    reinstalled = shlex.split(reinstall_command())
    assert reinstalled[: len(again)] == again
    assert {"--force", "--reinstall", "--force-reinstall"} & set(reinstalled)
    assert reinstalled[-1] == f"signkit @ {SOURCES['wheel'][0]['url']}"


def test_what_is_run_from_a_checkout_names_it(environment, tmp_path):
    environment(checkout=True)
    assert shlex.split(install_command("card"))[-1] == f"{tmp_path / 'kit'}[card]"


@pytest.mark.parametrize("record", [None, [], {"url": 3}, {}])
def test_where_nothing_is_known_the_person_names_the_file(environment, record):
    environment(record)
    assert shlex.split(install_command("card"))[-1] == f"{installation.UNKNOWN_SOURCE}[card]"


def test_a_package_without_metadata_does_no_harm(environment, monkeypatch):
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    environment()
    monkeypatch.setattr(installation, "distribution", missing)
    assert "[card]" in install_command("card")


def test_a_missing_part_is_said_so(environment):
    environment(SOURCES["folder"][0])
    assert MissingExtra("x", "docx").hint() == install_command("docx")
    assert MissingExtra("x", "docx").hint("ja") == f"{install_command('docx')} を実行してください。"


@pytest.mark.slow
def test_no_text_names_an_index(repository):
    """Neither code nor documents tell anybody to install a name that a stranger may register."""
    texts = [
        *repository.glob("*.md"),
        *(path for room in ("signkit", "docs") for path in repository.glob(f"{room}/**/*")),
    ]
    named = re.compile(r"(?:pip|pipx|uv\w*) (?:tool )?install [^\n`&;]*?(?<=[ '\"])signkit(?![\w./-])(?! @)")
    found = [
        str(path)
        for path in texts
        if path.suffix in (".md", ".py", ".sh", ".yaml", ".toml") and named.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
