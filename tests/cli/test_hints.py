"""What is advised works: what hints name is there, and what they tell to type ends as it should."""

from __future__ import annotations

import io
import re
import shlex
import sys

import pytest
from typer.main import get_command

from signkit.cli.app import make_app
from signkit.errors.wording import WORDINGS
from signkit.rehearsal.evidence_services import utc_now
from signkit.validation.next_steps import STEPS
from tests.cli.conftest import PASSWORD
from tests.test_docs import commands
from tests.validation import pdfs, pki

ROOT = get_command(make_app())
#: Options of other programs that hints name.
OF_OTHERS = {"--cask", "--no-install-recommends", "--now"}


def texts():
    """Every sentence that advises, in both languages."""
    for code, wording in WORDINGS.items():
        if wording.hint is not None:
            yield from ((code, wording.hint.en), (code, wording.hint.ja))
    for step in STEPS:
        yield from ((step.code, step.text.en), (step.code, step.text.ja))


def parameters(command) -> set[str]:
    own = {form for each in command.params for form in (*each.opts, *each.secondary_opts)}
    return own.union(*(parameters(inner) for inner in getattr(command, "commands", {}).values()))


def command_of(words: list[str]):
    command = ROOT
    for word in words:
        inner = getattr(command, "commands", {})
        if word not in inner:
            return command
        command = inner[word]
    return command


@pytest.mark.parametrize(("code", "text"), [pytest.param(*each, id=f"{n}") for n, each in enumerate(texts())])
def test_a_hint_names_commands_and_options_that_are_there(code, text):
    for typed in re.findall(r"(?<![\w/-])signkit ((?:[a-z-]+ ?)+)", text):
        words = typed.split()
        assert words[0] in ROOT.commands, (code, typed)
        if hasattr(ROOT.commands[words[0]], "commands"):
            assert len(words) == 1 or words[1] in ROOT.commands[words[0]].commands, (code, typed)
    known = parameters(ROOT)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - known - OF_OTHERS == set(), code


@pytest.mark.parametrize("command", list(commands(ROOT)))
def test_a_command_that_reads_encrypted_files_takes_their_password(command):
    """The hint names --ask-password and --password-stdin: whoever judges or signs one PDF takes them."""
    takes = {form for each in command_of(command.split()).params for form in each.opts}
    reads = command in {"sign", "prepare", "finish", "extend", "status", "complete", "validate", "deliver check"}
    assert not reads or takes >= {"--ask-password", "--password-stdin"}


# --- typed as it is printed --------------------------------------------------------------------------------------


def advised(text: str) -> list[str]:
    """The command that a text tells to type: from ``signkit`` to the end of its line or sentence."""
    word = r"""(?:'[^']*'|"[^"]*"|[^\s'"\u0080-\uffff])+"""
    found = re.search(rf"(?<![\w/-])signkit ({word}(?: {word})*)", text)
    assert found, text
    return shlex.split(found[1].rstrip(".;)"))


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("name", ["contract.pdf", "契約書 (写し) 1.pdf", "it's.pdf"])
def test_the_next_step_of_a_rehearsals_file_ends_with_a_pass(signkit, tmp_path, blank, name, lang):
    (tmp_path / name).write_bytes(blank)
    assert signkit(
        "sign", name, "--as", "売主", "--signer", "card:virtual:takahashi", "--level", "B-LT", "--tsa", "rehearsal",
        "--pin-stdin", "-o", f"signed {name}", stdin=PASSWORD,
    ).returncode == 0  # fmt: skip
    told = signkit("validate", "--offline", f"signed {name}", "--jobs", "0", lang=lang)
    (step,) = [line for line in told.stdout.splitlines() if "→" in line]
    typed = advised(step)
    assert typed == ["validate", f"signed {name}", "--trust", "rehearsal"]
    passed = signkit(*typed, lang=lang)
    assert passed.returncode == 0, passed.stdout
    assert "→" not in passed.stdout


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_next_steps_of_other_verdicts_can_be_typed(signkit, tmp_path, lang):
    signed = pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, pki.issue(pki.authority())))
    repainted = pdfs.OBJECTS[pdfs.CONTENT].replace(b"100", b"900")
    for name, pdf in {
        "空.pdf": pdfs.build(), "changed one.pdf": pdfs.update(signed, {pdfs.CONTENT: repainted}),
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(pdf)
        told = signkit("validate", "--offline", name, "--jobs", "0", lang=lang)
        (step,) = [line for line in told.stdout.splitlines() if "→" in line]
        assert signkit(*advised(step), lang=lang).returncode == 0


@pytest.mark.slow
def test_a_broken_file_is_not_said_to_be_unsignable_where_nobody_signs(signkit, tmp_path, blank):
    (tmp_path / "broken.pdf").write_bytes(blank[:3000])
    for command in (("status",), ("complete",), ("extend",)):
        told = signkit(*command, "broken.pdf")
        assert "cannot be used" in told.stdout + told.stderr
        assert "cannot be signed" not in told.stdout + told.stderr
        japanese = signkit(*command, "broken.pdf", lang="ja")
        assert "壊れているか、対応していない構造です" in japanese.stdout + japanese.stderr
        assert "cross-reference" not in japanese.stdout + japanese.stderr
    told = signkit("diff", "broken.pdf")
    assert "Whether anything was added to it since it was made cannot be told." in told.stdout
    assert "Nothing was added" not in told.stdout


# --- before a secret is asked for ----------------------------------------------------------------------------------


@pytest.fixture
def key_file(tmp_path, rehearsal):
    (tmp_path / "key.p12").write_bytes(rehearsal.key_file("髙橋 祐一郎", "架空", b"secret", utc_now()))
    return "p12:key.p12"


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(monkeypatch):
    """Who types at a terminal: what was said before is noted when the secret is asked for."""
    asked: list[str] = []

    def secret(prompt: str) -> str:
        asked.append(sys.stderr.buffer.getvalue().decode())
        return "secret"

    monkeypatch.setattr("getpass.getpass", secret)
    monkeypatch.setattr("io.TextIOWrapper", _Terminal)
    return asked


@pytest.mark.slow
def test_what_is_about_to_be_signed_is_said_first(signkit, contract, key_file, typed, blank):
    from hashlib import sha256

    done = signkit("sign", contract, "--as", "売主", "--signer", key_file, "--other-person", lang="ja")
    assert done.returncode == 0, done.stderr
    (before,) = typed
    for said in (
        "これから署名します (B-B):", "不動産売買契約書", "売主 (seller): 髙橋 祐一郎", "買主 (buyer): 𠮷田 美咲",
        sha256(blank).hexdigest(), "済んだ署名        なし", "contract-seller.pdf",
    ):  # fmt: skip
        assert said in before
    again = signkit("sign", "contract-seller.pdf", "--as", "Buyer", "--signer", key_file, "--other-person")
    assert again.returncode == 0, again.stderr
    assert re.search(r"Signed before +Seller \(seller\): 髙橋 祐一郎, \d{4}-\d\d-\d\d \d\d:\d\d", typed[1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--seal-image", "key.p12"), 2, "neither PNG nor JPEG"),
        (("--seal-image", "none.png"), 2, "Cannot read none.png"),
        (("-o", "none/x.pdf"), 14, "no such folder"),
        (("--level", "B-T"), 13, "no service is named"),
        (("--level", "B-T", "--tsa", "tsa.example.jp"), 2, "no timestamp service's address"),
        (("--level", "B-T", "--tsa", "https://:99999/"), 2, "no timestamp service's address"),
        (("--level", "B-X"), 2, "B-X"),
        (("--evidence", "none"), 2, "none"),
    ],
)
def test_what_is_wrong_is_said_before_the_secret_is_asked_for(signkit, contract, key_file, typed, options, code, words):
    told = signkit("sign", contract, "--as", "seller", "--signer", key_file, "--other-person", *options)
    assert (told.returncode, typed) == (code, []), told.stderr
    assert words in told.stderr


@pytest.mark.slow
def test_the_end_of_input_in_place_of_a_secret_stops_the_run(signkit, contract, key_file, typed, monkeypatch):
    def end(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", end)
    stopped = signkit("sign", contract, "--as", "seller", "--signer", key_file, lang="ja")
    assert (stopped.returncode, stopped.stdout) == (130, "")
    assert stopped.stderr.endswith("中断しました。\n")
