"""What the surroundings do to a command: told in words, with the exit code of what was under way."""

from __future__ import annotations

import errno
import os

import pytest

from signkit.cli.faults import fault_of_surroundings
from signkit.settings import Settings
from tests.command import run_signkit
from tests.refusals import refused_as

NO_ROOM = [
    MemoryError(),
    OSError(errno.ENOMEM, "Cannot allocate memory"),
    BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"),
    ImportError("x.so: failed to map segment from shared object"),
    RuntimeError("can't start new thread"),
]


@pytest.mark.parametrize("error", NO_ROOM, ids=repr)
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (["validate", "a.pdf"], 4),
        (["--lang", "ja", "diff", "a.pdf"], 4),
        (["cms", "verify", "a.p7m"], 4),
        (["cms", "sign", "verify"], 14),
        (["sign", "validate"], 14),
        (["render", "x", "y"], 14),
        ([], 14),
    ],
)
def test_memory_that_is_out_is_the_fault_of_what_was_under_way(error, typed, code):
    fault = fault_of_surroundings(error, typed)
    assert fault is not None
    assert fault.exit_code == code
    assert "Memory" in fault.message("en")
    assert "メモリー" in fault.message("ja")


def test_a_defect_stays_a_defect():
    assert fault_of_surroundings(ValueError("x"), ["validate"]) is None
    assert fault_of_surroundings(RuntimeError("x"), ["validate"]) is None


def test_a_library_that_is_found_half_loaded_is_memory_too(monkeypatch):
    monkeypatch.setattr("signkit.cli.faults._memory_is_out", lambda: True)
    fault = fault_of_surroundings(AttributeError("partially initialized module"), ["validate"])
    assert fault is not None
    assert fault.exit_code == 4


@pytest.mark.parametrize("command", [["validate", "a.pdf", "--jobs", "0"], ["diff", "a.pdf"], ["status", "a.pdf"]])
def test_a_file_that_memory_does_not_suffice_for_is_exit_4(tmp_path, monkeypatch, command):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")

    def no_room(*_, **__):
        raise MemoryError

    for place in ("signkit.incoming._read_bounded", "signkit.validation.pdf.PdfFile"):
        monkeypatch.setattr(place, no_room)
    answer = run_signkit(*command, home=tmp_path / "home", folder=tmp_path)
    assert answer.returncode == 4
    assert "memory" in (answer.stdout + answer.stderr).lower()
    assert "MemoryError" not in answer.stdout + answer.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
@pytest.mark.parametrize(
    "command",
    [
        ["validate", "loop"],
        ["diff", "loop"],
        ["status", "loop"],
        ["extend", "loop", "--tsa", "rehearsal"],
        ["sign", "loop", "--as", "seller", "--signer", "p12:loop"],
        ["handout", "loop", "-o", "out", "--by", "a"],
        ["render", "consent", "loop", "-o", "out.pdf"],
        ["validate", "--resume", "loop", "x.pdf"],
        ["validate", "--trust", "loop", "x.pdf"],
        ["trust", "add", "loop"],
        ["archive", "restore", "loop", "restored"],
        ["archive", "restore", "x", "loop"],
    ],
    ids=" ".join,
)
def test_links_that_lead_in_a_circle_are_told(tmp_path, command):
    (tmp_path / "loop").symlink_to("loop")
    answer = run_signkit(*command, home=tmp_path / "home", folder=tmp_path)
    assert answer.returncode in (2, 4, 14)
    assert "symbolic links" in answer.stdout + answer.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", ["約" * 84 + ".pdf", "x" * 5000, "a\0b.pdf"])
@pytest.mark.parametrize("command", [["validate"], ["diff"], ["status"], ["extend", "--tsa", "rehearsal"]])
def test_a_name_that_no_file_has_is_told(tmp_path, command, name):
    answer = run_signkit(*command, name, home=tmp_path / "home", folder=tmp_path)
    assert answer.returncode in (2, 4, 14)
    assert "Internal" not in answer.stderr


class TestNoHome:
    """A container's user without HOME and without an entry in the list of users."""

    @pytest.fixture(autouse=True)
    def nobody(self, monkeypatch):
        def unknown(*_, **__):
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.setattr("platformdirs.user_data_path", unknown)
        monkeypatch.setattr("platformdirs.user_config_path", unknown)

    def test_the_home_is_asked_for(self):
        with refused_as("no-home"):
            Settings().home_folder()

    @pytest.mark.slow
    @pytest.mark.parametrize("command", [["trust", "list"], ["template", "list"], ["validate", "none.pdf"]])
    def test_what_needs_none_works(self, tmp_path, monkeypatch, command):
        monkeypatch.setattr("tests.command._environment", lambda *_: {"SIGNKIT_LANG": "en"})
        answer = run_signkit(*command, home=tmp_path, folder=tmp_path)
        assert answer.returncode in (0, 4)
        assert "Internal" not in answer.stderr


def test_a_home_that_stays_a_tilde_is_none(monkeypatch, tmp_path):
    from pathlib import Path

    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: Path("~/.local/share/signkit"))
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_, **__: Path("~/.config/signkit"))
    monkeypatch.chdir(tmp_path)
    with refused_as("no-home"):
        Settings().home_folder()


@pytest.mark.slow
def test_an_unknown_name_in_the_settings_does_not_stop_the_list_of_anchors(tmp_path, monkeypatch):
    (tmp_path / "s.toml").write_text("colour = 'red'\n", encoding="utf-8")
    monkeypatch.setenv("SIGNKIT_SETTINGS", str(tmp_path / "s.toml"))
    answer = run_signkit("trust", "list", home=tmp_path)
    assert answer.returncode == 0
    assert "sign-ca-2023" in answer.stdout
    assert "colour" in answer.stderr
    told = run_signkit("doctor", "--reader", "virtual", home=tmp_path)
    assert "unknown names: colour" in told.stdout
    assert run_signkit("validate", "x.pdf", home=tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (["asic", "list", "empty.asice"], 2, "ASiC-E コンテナではない"),
        (["render", "nda", "data", "-o", "x.pdf"], 10, "拡張子 (.yaml、.json、.toml) がありません"),
        (["status", "folder"], 0, "folder: PDF がありません"),
    ],
    ids=str,
)
def test_what_is_nothing_is_told_in_words(tmp_path, typed, code, said):
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.asice").touch()
    (tmp_path / "data").write_text("a: 1", encoding="utf-8")
    answer = run_signkit(*typed, home=tmp_path / "home", folder=tmp_path, lang="ja")
    assert (answer.returncode, said in answer.stderr) == (code, True), answer.stderr
