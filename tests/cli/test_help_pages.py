"""Help pages, usage errors and manual pages in the user's language; completion of the shells."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest
from typer.main import get_command

from signkit.cli.app import make_app
from signkit.cli.help_pages import METAVARS
from signkit.cli.language import language_first
from signkit.cli.wrapping import width, wrap
from tests.test_docs import commands

ALL = ["", "card", "cms", *commands(get_command(make_app()))]
#: Words of a value's name that read the same in both languages.
SAME_IN_BOTH = {"CSV", "DD", "HOST", "MM", "N", "PDF", "URI", "URL", "X", "Y"}


def values_of(command):
    """The names of the values that a command and those below it take."""
    for inner in getattr(command, "commands", {}).values():
        yield from values_of(inner)
    for parameter in command.params:
        argument = parameter.param_type_name == "argument"
        yield parameter.metavar or (parameter.name.upper() if argument else "")


@pytest.mark.slow
def test_every_name_of_a_value_has_its_japanese():
    words = {word for name in values_of(get_command(make_app())) for word in re.findall(r"\b[A-Z]+\b", name)}
    assert words - SAME_IN_BOTH - METAVARS.keys() - {"FILES", "PATHS", "PDFS"} == set()


@pytest.mark.parametrize("command", ALL)
def test_a_help_page_is_japanese_from_top_to_bottom_and_fits_the_terminal(signkit, command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    page = signkit(*command.split(), "--help", lang="ja")
    assert page.returncode == 0
    assert page.stdout.startswith(f"使い方: signkit {command}".rstrip())
    english = r"Usage|OPTIONS|Options|Arguments|Commands|\[required|\[default|Show this|<\w+>|ARGS"
    assert re.findall(english, page.stdout) == []
    headings = re.findall(r"^(\S.*):$", page.stdout, re.MULTILINE)
    assert headings, page.stdout
    assert not [heading for heading in headings if heading.isascii()]
    assert [line for line in page.stdout.splitlines() if width(line) > 80] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "japanese", "english"),
    [
        ("sgin", "コマンド 'sgin' はありません。もしかして: sign", "No such command 'sgin'. Did you mean sign?"),
        ("it's", "コマンド 'it's' はありません。", "No such command 'it's'."),
        ("card raeders", "もしかして: readers", "Did you mean readers?"),
        ("sign --levle x", "オプション --levle はありません。もしかして: --level", "--levle. Did you mean --level?"),
        ("sign -z", "オプション -z はありません。", "No such option: -z."),
        ("sign a.pdf", "オプション '--as' が必要です。", "Missing option '--as'."),
        ("render", "引数 'ひな形' が必要です。", "Missing argument 'TEMPLATE'."),
        ("sign --as", "オプション '--as' には値が必要です。", "Option '--as' requires an argument."),
        ("validate --lang", "オプション '--lang' には値が必要です。", "Option '--lang' requires an argument."),
        ("validate a --offline=3", "'--offline' は値を取りません。", "'--offline' does not take a value."),
        ("validate a --format x", "'x' は指定できません。指定できるもの: text, json", "'x' is not one of text, json"),
        ("validate a --jobs 999", "999 は 256 より大きい値です。", "999 is more than 256."),
        ("validate a --jobs=-1", "-1 は 0 より小さい値です。", "-1 is less than 0."),
        ("validate a --jobs x", "'x' は整数ではありません。", "'x' is no whole number."),
        ("card touch --wait x", "'x' は数ではありません。", "'x' is no number."),
        ("diff a b c", "余分な引数があります: b c", "Got unexpected extra argument(s) (b c)"),
        ("card change-pin", "次のいずれかを指定してください: signature,", "Choose from: signature,"),
        ("validate a --lang fr", "'fr' は指定できません。", "'fr' is not one of en, ja."),
    ],
)
def test_what_was_typed_wrongly_is_said_in_the_users_language(signkit, typed, japanese, english):
    for lang, sentence, label in (("ja", japanese, "エラー: "), ("en", english, "Error: ")):
        told = signkit(*typed.split(), lang=lang)
        assert (told.returncode, told.stdout) == (2, "")
        assert sentence in told.stderr
        assert label in told.stderr
        assert ("Usage" in told.stderr, "使い方" in told.stderr) == (lang == "en", lang == "ja")
    said = signkit(*typed.split(), lang="ja").stderr.partition("エラー")[2]
    assert not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", said)


def test_an_option_that_was_moved_says_where_to(signkit):
    told = signkit("sign", "a.pdf", "--as", "x", "--signer", "y", "--complete", "r.json", lang="ja")
    assert "  → 別の場所で作った署名値は signkit finish" in told.stderr


def test_the_language_may_be_named_behind_the_command(signkit):
    assert "読み取れません" in signkit("validate", "--offline", "none.pdf", "--lang", "ja").stdout
    assert "unreadable" in signkit("validate", "--lang=en", "--offline", "none.pdf", lang="ja").stdout


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["validate", "x", "--lang", "ja"], ["--lang=ja", "validate", "x"]),
        (["--lang=en", "validate", "--lang", "ja"], ["--lang=en", "--lang=ja", "validate"]),
        (["diff", "--", "--lang", "ja"], ["diff", "--", "--lang", "ja"]),
        (["diff", "x", "--lang"], ["--lang"]),
    ],
)
def test_where_the_language_stands(typed, read):
    assert language_first(typed) == read


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a bb ccc", ["a bb", "ccc"]),
        ("契約書を作る", ["契約", "書を", "作る"]),
        ("ああ。いい", ["あ", "あ。", "いい"]),  # no line begins with a full stop
        ("あ「いう」", ["あ", "「い", "う」"]),  # nor ends with an opening bracket
        ("フォルダー", ["フォ", "ル", "ダー"]),
        ("longerthanfive a", ["longerthanfive", "a"]),
        ("", [""]),
    ],
)
def test_lines_are_broken_as_in_print(text, lines):
    assert wrap(text, 5) == lines


def test_the_wide_space_of_a_name_is_kept():
    assert wrap("例: 番号\u3000花子", 20) == ["例: 番号\u3000花子"]


# --- completion ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell", "pwsh"])
def test_each_shell_has_its_script(signkit, shell):
    shown = signkit("--show-completion", shell)
    assert shown.returncode == 0
    assert f"complete_{'powershell' if shell == 'pwsh' else shell}" in shown.stdout


@pytest.mark.parametrize(("shell", "place"), [("bash", ".bash_completions/signkit.sh"), ("zsh", ".zfunc/_signkit")])
def test_the_script_is_installed(signkit, tmp_path, monkeypatch, shell, place):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path)
    done = signkit("--install-completion", shell, lang="ja")
    assert (done.returncode, done.stderr) == (
        0,
        f"補完を設定しました ({tmp_path / place})。新しく開いたシェルから使えます。\n",
    )
    assert "_SIGNKIT_COMPLETE" in (tmp_path / place).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("signkit vali", ["validate"]),
        ("signkit card re", ["readers"]),
        ("signkit sign --lev", ["--level"]),
        ("signkit validate x --format j", ["json", "jsonl", "junit"]),
        ("signkit --lang ja validate --off", ["--offline"]),
    ],
)
def test_a_word_is_completed(signkit, monkeypatch, typed, offered):
    monkeypatch.setenv("_SIGNKIT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split()) - 1))
    assert signkit().stdout.split() == offered


@pytest.mark.slow
def test_bash_completes_with_the_script(repository, tmp_path):
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash: none on this machine")
    program = tmp_path / "signkit"
    program.write_text(f"#!{sys.executable}\nfrom signkit.cli import main\nmain()\n", encoding="utf-8")
    program.chmod(0o755)
    typed = f"""
        PATH={tmp_path}:$PATH; export PYTHONPATH={repository}
        source <(signkit --show-completion bash)
        COMP_WORDS=(signkit temp); COMP_CWORD=1; _signkit_completion signkit; echo "${{COMPREPLY[@]}}"
    """
    done = subprocess.run([bash, "-c", typed], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("template\n", "")


# --- manual pages ----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "heading"), [("en", '.SH "Options"'), ("ja", '.SH "オプション"')])
def test_manual_pages_are_made_of_the_same_texts(repository, tmp_path, lang, heading):
    made = subprocess.run(
        [sys.executable, str(repository / "docs/man_pages.py"), str(tmp_path), "--lang", lang],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=True,
        env={"PYTHONPATH": str(repository), "PYTHONUTF8": "1", "HOME": str(tmp_path)},
    )  # fmt: skip
    names = {line.rpartition("/")[2] for line in made.stdout.split()}
    assert names >= {f"signkit{'-' if each else ''}{each.replace(' ', '-')}.1" for each in ALL}
    folder = tmp_path / ("ja/man1" if lang == "ja" else "man1")
    for page in folder.iterdir():
        text = page.read_text(encoding="utf-8")
        assert heading in text
        requests = {line.split()[0] for line in text.splitlines() if line.startswith((".", "'"))}
        assert requests <= {".TH", ".SH", ".TP", ".ad"}, page
