"""Every error: its code, its words in both languages, what raises it, a way through a process pool."""

from __future__ import annotations

import ast
import errno
import inspect
import pickle
import sqlite3
import string
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import signkit
from signkit import errors
from signkit.errors import (
    ExitCode,
    FileUnusable,
    InputUnreadable,
    NoReader,
    OutputExists,
    SignerUnusable,
    SignKitError,
    system_cause,
)
from signkit.errors.telling import WAYS, Fact
from signkit.errors.wording import TABLES, WORDINGS
from signkit.words import Text
from tests.refusals import refused_as

CLASSES = {
    name: kind
    for name in errors.__all__
    if inspect.isclass(kind := getattr(errors, name)) and issubclass(kind, SignKitError)
}
#: Classes that stand for one thing, by their code; the others are families, raised with a code.
ONE_THING = {kind.code: kind for kind in CLASSES.values() if "code" in vars(kind)}
FAMILIES = {name for name, kind in CLASSES.items() if "code" not in vars(kind)}


@dataclass(frozen=True)
class Site:
    """Where the source makes an error."""

    place: str
    kind: str
    code: str | None
    facts: frozenset[str] | None


@cache
def sites() -> list[Site]:
    """Return all of them; reading the whole source takes a second, so nobody asks while tests are collected."""
    root = Path(signkit.__file__).parent
    return [
        site for path in sorted(root.rglob("*.py")) if path.parent != root / "errors" for site in _sites_in(path, root)
    ]


def _sites_in(path: Path, root: Path) -> list[Site]:
    sites = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if not isinstance(node, ast.Call):
            # a class handed over to be made later: the table of PC/SC's result codes
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in CLASSES:
                sites.append(Site(f"{path.relative_to(root)}:{node.lineno}", node.id, None, None))
            continue
        name, arguments = node.func, node.args
        if isinstance(name, ast.Name) and name.id == "partial" and arguments:
            name, arguments = arguments[0], arguments[1:]
        if isinstance(name, ast.Name) and name.id in FAMILIES:
            code = arguments[0].value if arguments and isinstance(arguments[0], ast.Constant) else None
            given = [keyword.arg for keyword in node.keywords] + ["?"] * (len(arguments) - 1)
            sites.append(
                Site(f"{path.relative_to(root)}:{node.lineno}", name.id, str(code), frozenset(map(str, given)))
            )
    return sites


def raised() -> list[Site]:
    return [site for site in sites() if site.code is not None]


def _named(text: Text | None) -> dict[str, set[tuple[str, str]]]:
    """Return the facts that a sentence names, with the way each is written, by language."""
    if text is None:
        return {"en": set(), "ja": set()}
    return {
        language: {(name, way or "") for _, name, way, _ in string.Formatter().parse(words) if name is not None}
        for language, words in (("en", text.en), ("ja", text.ja))
    }


def _facts_of(code: str) -> set[str]:
    wording = WORDINGS[code]
    return {name for text in (wording.message, wording.hint) for name, _ in _named(text)["en"]}


@pytest.mark.parametrize("code", WORDINGS)
def test_both_languages_use_the_same_facts(code):
    wording = WORDINGS[code]
    assert isinstance(wording.exit_code, ExitCode)
    for text in (wording.message, wording.hint):
        named = _named(text)
        assert named["en"] == named["ja"]
        assert {way for _, way in named["en"]} <= set(WAYS)
        if text is not None and not text.en.startswith("{"):  # a fact alone brings its own two languages
            assert text.en != text.ja


def test_no_code_stands_in_two_tables():
    assert sum(len(table) for table in TABLES) == len(WORDINGS)


@pytest.mark.slow
def test_a_raised_code_has_words():
    assert [site.place for site in raised() if site.code not in WORDINGS or site.code in ONE_THING] == []


@pytest.mark.slow
def test_the_words_of_a_raised_code_use_exactly_its_facts():
    told = [(site.place, site.facts, _facts_of(site.code)) for site in raised()]
    assert len(told) > 300
    assert [(place, given, used) for place, given, used in told if given != used] == []


@pytest.mark.parametrize("code", ONE_THING)
def test_the_words_of_a_class_use_exactly_its_fields(code):
    kind = ONE_THING[code]
    given = {field.name for field in fields(kind)} if is_dataclass(kind) else set()
    assert given == _facts_of(code)


@pytest.mark.slow
def test_every_code_is_raised_somewhere():
    made = {site.kind for site in sites()}
    one_thing = {code for code, kind in ONE_THING.items() if kind.__name__ in made}
    assert {site.code for site in raised()} | one_thing == set(WORDINGS)


@pytest.mark.slow
def test_a_code_is_raised_by_one_class():
    by_code = defaultdict(set)
    for site in raised():
        by_code[site.code].add(site.kind)
    assert {code: kinds for code, kinds in by_code.items() if len(kinds) > 1} == {}


@pytest.mark.slow
def test_the_root_is_never_raised_itself():
    assert [site.place for site in raised() if site.kind == "SignKitError"] == []


def test_every_room_of_errors_is_exported():
    rooms = [import_module(f"signkit.errors.{room}") for room in errors._ROOMS]
    defined = {
        name
        for room in rooms
        for name, kind in vars(room).items()
        if inspect.isclass(kind) and issubclass(kind, SignKitError)
    }
    assert defined == set(CLASSES)


@pytest.mark.slow
def test_words_are_not_loaded_before_an_error_is_told():
    program = (
        "import sys; from signkit.errors import OutputExists, SigningRefused\n"
        "for error in (OutputExists('a'), SigningRefused('field-signed', role='r')):\n"
        "    assert (error.code, error.facts, repr(error))\n"
        "assert not [name for name in sys.modules if name.startswith(('signkit.errors.word', 'signkit.errors.tell'))]\n"
        "assert error.hint() and 'signkit.errors.wording' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    "error",
    [
        OutputExists("a.pdf"),
        NoReader(),
        FileUnusable(
            "settings-invalid", path="signkit.toml", item="tsa_urls", cause=Text("is no list", "配列ではない")
        ),
        SignerUnusable("passphrase-wrong", path="a.p12"),
    ],
    ids=lambda error: error.code,
)
def test_an_error_survives_pickling(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (copy.code, copy.facts, copy.exit_code, repr(copy)) == (
        error.code,
        error.facts,
        error.exit_code,
        repr(error),
    )
    assert copy != error  # as exceptions are
    assert [copy.message(language) for language in ("en", "ja")] == [
        error.message(language) for language in ("en", "ja")
    ]


def test_facts_are_attributes_too():
    error = SignerUnusable("passphrase-wrong", path="a.p12")
    assert error.path == "a.p12"
    error.add_note("of a caller")
    assert error.facts == {"path": "a.p12"}
    assert repr(error) == "SignerUnusable('passphrase-wrong', path='a.p12')"


@pytest.mark.parametrize(
    ("value", "way", "english", "japanese"),
    [
        (("a", "b"), "", "a, b", "a, b"),
        (Text("why {x}", "なぜ {x}"), "", "why {x}", "なぜ {x}"),
        (7, "", "7", "7"),
        (("a", "b"), "count", "2", "2"),
        ((), "or-none", "none", "なし"),
        ((), "or-dash", "-", "-"),
        (tuple("abcdef"), "first", "a, b, c, d, e, ...", "a, b, c, d, e, ..."),
        (tuple("abcde"), "first", "a, b, c, d, e", "a, b, c, d, e"),
        ((Text("one", "一"), Text("two", "二")), "lines", "  - one\n  - two", "  - 一\n  - 二"),
        ((Text("one", "一"), Text("two", "二")), "and", "one; two", "一、二"),
        ((("CN", Text("gone", "なし")),), "reasons", "\n  - CN: gone", "\n  - CN: なし"),
        ((), "choices", "  (nothing)", "  (ありません)"),
        ("code-b", "secret", "verification number B", "照合番号B（数字14桁）"),
        (3.14159, ".2f", "3.14", "3.14"),
    ],
)
def test_a_fact_is_written_in_its_way(value, way, english, japanese):
    assert [format(Fact(value, language), way) for language in ("en", "ja")] == [english, japanese]


def sqlite_error(name, said):
    error = sqlite3.OperationalError(said)
    error.sqlite_errorname = name  # what sqlite3 sets
    return error


@pytest.mark.parametrize(
    ("error", "english", "japanese"),
    [
        (OSError(errno.ENOENT, "No such file or directory"), "No such file or directory", "フォルダーがありません"),
        (OSError(errno.EACCES, "Permission denied"), "Permission denied", "権限がありません"),
        (OSError(errno.EISDIR, "Is a directory"), "Is a directory", "ファイルではなくフォルダーです"),
        (OSError(errno.EEXIST, "File exists"), "File exists", "同じ名前のものが既にあります"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device", "空き容量がありません"),
        (OSError(errno.ESTALE, "Stale file handle"), "Stale file handle", "Stale file handle"),  # a rare one stays
        (OSError("the bucket is not there"), "the bucket is not there", "the bucket is not there"),
        (ValueError("embedded null byte"), "embedded null byte", "名前に使えない文字 (NUL) があります"),
        (OSError(), "OSError", "OSError"),
        (sqlite_error("SQLITE_CORRUPT_INDEX", "malformed"), "malformed", "構造が壊れています"),
        (sqlite_error("SQLITE_IOERR_READ", "disk I/O error"), "disk I/O error", "装置のエラー"),
        (sqlite_error("SQLITE_ERROR", "no such table: journal"), "no such table: journal", "欠けているか"),
    ],
)
def test_what_the_system_said_is_told_in_both_languages(error, english, japanese):
    cause = system_cause(error)
    assert cause.en == english
    assert japanese in cause.ja


def test_a_pdf_that_is_open_in_a_viewer_on_windows():
    error = PermissionError(errno.EACCES, "The process cannot access the file")
    error.winerror = 32  # what Windows sets
    assert "ほかのプログラムが使用中" in system_cause(error).ja


def test_a_japanese_message_holds_no_english_cause():
    cause = system_cause(OSError(errno.ENOENT, "No such file or directory"))
    assert InputUnreadable("a.pdf", cause).message("ja") == (
        "a.pdf を読めません: ファイルまたはフォルダーがありません。"
    )
    assert (
        FileUnusable("output-not-written", path="a.pdf", cause=cause).message("en")
        == "Could not write a.pdf: No such file or directory."
    )


def test_no_fact_hides_what_an_error_does():
    own = {name for name in dir(SignKitError) if not name.startswith("_")} | {"code"}
    assert {fact for code in WORDINGS for fact in _facts_of(code)} & own == set()


def test_an_error_of_another_code_is_not_taken_for_the_expected_one():
    with (
        pytest.raises(pytest.fail.Exception, match="expected token-failed, got SignerUnusable"),
        refused_as("token-failed"),
    ):
        raise SignerUnusable("passphrase-wrong", path="a.p12")
    with refused_as("passphrase-wrong", match=r"does not open a\.p12"):
        raise SignerUnusable("passphrase-wrong", path="a.p12")
