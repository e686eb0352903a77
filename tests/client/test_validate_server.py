"""``signkit validate --server`` writes, byte for byte, what ``signkit validate`` writes here."""

from __future__ import annotations

import json
import os
import shutil

import pytest

pytest.importorskip("starlette", reason="the extra 'service' is not installed")

from tests.client.serving import Scripted, served
from tests.command import run_signkit, start_signkit
from tests.corpus.expectations import write_corpus
from tests.corpus.making import made_corpus
from tests.validation import pki
from tests.web.api.conftest import start

_AT = ("--at", "2026-01-02T03:04:05Z")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    made = start(folder / "service", folder / "home")
    key = folder / "key"
    key.write_text(made.client.headers["authorization"].removeprefix("Bearer "))
    key.chmod(0o600)
    with served(made.client.app) as url:
        yield ("--server", url, "--server-key-file", str(key))
    made.service.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Some of each kind, broken ones, an archive, names that are no ASCII, signatures beside what they did not sign."""
    corpus, folder = tmp_path_factory.mktemp("corpus"), tmp_path_factory.mktemp("files")
    write_corpus(corpus, made_corpus())
    chosen = sorted(each for each in corpus.rglob("*") if each.suffix in (".pdf", ".p7m", ".p7s", ".asice"))
    for each in chosen[:: max(1, len(chosen) // 12)]:
        shutil.copy(each, folder / each.name)
    (folder / "壊れた 契約.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "no.p7m").write_bytes(b"0\x82")
    inside = pki.signed_data(b"signed", pki.issue(pki.authority()), encapsulate=b"signed")
    for name, beside in (("same.txt", b"signed"), ("other.txt", b"shown"), ("alone.txt", None)):
        (folder / f"{name}.p7s").write_bytes(inside)
        if beside is not None:
            (folder / name).write_bytes(beside)
    shutil.make_archive(str(folder / "packed"), "zip", folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("chosen", ["text", "json", "jsonl", "csv", "junit", "html", "etsi"])
def test_the_output_is_that_of_here(service, files, tmp_path, chosen, lang):
    common = ("validate", ".", "missing.pdf", "--format", chosen, "--no-pictures", *_AT)
    here = run_signkit(*common, "--offline", "--jobs", "0", home=tmp_path, folder=files, lang=lang)
    there = run_signkit(*common, *service, home=tmp_path, folder=files, lang=lang)
    assert there.stdout == here.stdout
    assert (there.returncode, there.stderr) == (here.returncode, here.stderr)


@pytest.mark.slow
def test_a_name_is_judged_there_before_the_next_comes(service, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.pdf").write_bytes(b"%PDF-1.7 broken")
    with start_signkit("validate", "-", "--format", "jsonl", *service, home=tmp_path, folder=tmp_path) as process:
        for number in range(3):
            process.stdin.write(f"{number}.pdf\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["file"] == f"{number}.pdf"
        process.stdin.close()
        assert process.wait(60) == 4


@pytest.mark.slow
def test_it_goes_on_where_it_stopped(service, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.pdf").write_bytes(f"%PDF-1.7 {number}".encode())
    results = tmp_path / "results.jsonl"
    arguments = ("validate", ".", "--resume", str(results), *service)
    first = run_signkit(*arguments, home=tmp_path, folder=tmp_path)
    written = results.read_bytes()
    assert (first.returncode, written.count(b"\n")) == (4, 3)
    (tmp_path / "1.pdf").write_bytes(b"%PDF-1.7 another")
    again = run_signkit(*arguments, home=tmp_path, folder=tmp_path)
    assert again.returncode == 4
    assert results.read_bytes().startswith(written)
    assert results.read_bytes().count(b"\n") == 4


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_key_that_others_can_read_is_not_sent(tmp_path):
    script = Scripted((200, {}, b"{}"))
    key = tmp_path / "key"
    key.write_text("sk_secret")
    key.chmod(0o644)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    with script.running() as url:
        answer = run_signkit(
            "validate", "a.pdf", "--server", url, "--server-key-file", "key", home=tmp_path, folder=tmp_path
        )
    assert (answer.returncode, answer.error.code) == (2, "server-key")
    assert "sk_secret" not in answer.stderr
    assert script.asked == []


@pytest.mark.slow
def test_without_a_key_or_a_safe_address_nothing_is_read(tmp_path):
    for arguments, code in (
        (("--server", "http://127.0.0.1:1"), "server-key"),
        (("--server", "http://127.0.0.1:1", "--server-key-file", "gone"), "server-key"),
    ):
        answer = run_signkit("validate", "a.pdf", *arguments, home=tmp_path, folder=tmp_path)
        assert (answer.returncode, answer.error.code) == (2, code)
    (tmp_path / "key").write_text("sk_secret")
    (tmp_path / "key").chmod(0o600)
    unsafe = ("--server", "http://example.com", "--server-key-file", "key")
    answer = run_signkit("validate", "a.pdf", *unsafe, home=tmp_path, folder=tmp_path)
    assert (answer.returncode, answer.error.code) == (2, "server-address")


@pytest.mark.parametrize(
    "option", [["--trust", "ca.pem"], ["--offline"], ["--identity"], ["--policy", "own.toml"], ["--template", "x"]]
)
def test_what_the_operator_decides_is_not_asked_here(service, tmp_path, option):
    answer = run_signkit("validate", "a.pdf", *service, *option, home=tmp_path, folder=tmp_path)
    assert answer.returncode == 2
    assert option[0] in answer.stderr


@pytest.mark.parametrize("option", [["--ask-password"], ["--password-stdin"], ["--expect-table", "customers.csv"]])
def test_what_stays_here_is_not_sent(service, tmp_path, option):
    (tmp_path / "customers.csv").write_text("file,name\na.pdf,x\n")
    for language, word in (("en", "nowhere"), ("ja", "どこにも送りません")):
        answer = run_signkit(
            "--lang", language, "validate", "a.pdf", *service, *option, home=tmp_path, folder=tmp_path
        )  # fmt: skip
        assert answer.returncode == 2
        assert option[0] in answer.stderr
        assert word in answer.stderr


@pytest.mark.slow
def test_a_report_of_another_file_is_not_believed(service, tmp_path):
    del service
    import json

    from signkit.validation.api import validate_data
    from signkit.validation.options import ValidationOptions

    other = validate_data(b"%PDF-1.7 other", "a.pdf", ValidationOptions(offline=True)).to_json()
    told = {"id": "x", "created_at": "x", "report": other}
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 mine")
    (tmp_path / "key").write_text("sk_secret")
    (tmp_path / "key").chmod(0o600)
    with Scripted((201, {}, json.dumps(told).encode())).running() as url:
        answer = run_signkit(
            "validate", "a.pdf", "--server", url, "--server-key-file", "key", home=tmp_path, folder=tmp_path
        )
    assert answer.error.code == "server-answer"
    assert answer.stdout == ""
