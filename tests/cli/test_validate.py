"""``signkit validate`` on many files: names, formats, exit codes, interruption and going on."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import zipfile

import pytest

from tests.command import start_signkit
from tests.validation import pdfs, pki


@pytest.fixture(scope="module")
def signed() -> bytes:
    """A PDF with one signature of a CA that nobody trusts: INDETERMINATE."""
    signer = pki.issue(pki.authority())
    return pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, signer))


@pytest.fixture
def inbox(tmp_path, signed):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.pdf").write_bytes(signed)
    return folder


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def names(text: str) -> list[str]:
    return sorted(os.path.basename(report["file"]) for report in lines(text))  # noqa: PTH119


def validate(signkit, *arguments, **options):
    return signkit("validate", "--offline", *arguments, **options)


@pytest.mark.slow
def test_a_folder_is_judged_by_several_processes(signkit, inbox):
    done = validate(signkit, "in", "--format", "jsonl", "--jobs", "2")
    assert done.returncode == 3, done.stderr
    assert names(done.stdout) == [f"{number}.pdf" for number in range(5)]


@pytest.mark.slow
def test_reports_of_several_processes_come_by_name_and_a_line_sums_them_up(signkit, inbox, tmp_path):
    (inbox / "1.pdf").write_bytes(pdfs.build())
    done = validate(signkit, "in", "--format", "jsonl", "--jobs", "2")
    assert [report["file"][-5:] for report in lines(done.stdout)] == [f"{number}.pdf" for number in range(5)]
    assert done.stderr == "Files judged: 5 (4 not proven, 1 not signed).\n"
    assert validate(signkit, "in/0.pdf").stderr == "", "one file needs no sum"
    assert "検証したファイルは 5 件です" in validate(signkit, "in", lang="ja").stderr


@pytest.mark.slow
def test_a_table_in_japanese_begins_as_excel_needs_it(signkit, inbox):
    done = validate(signkit, "in", "--format", "csv", lang="ja")
    assert done.stdout.startswith("\ufeffファイル,")
    assert done.stdout.count("ファイル,") == 1


@pytest.mark.slow
def test_pictures_can_be_left_out(signkit, inbox):
    assert "<img" in validate(signkit, "in/0.pdf", "--format", "html").stdout
    assert "<img" not in validate(signkit, "in/0.pdf", "--format", "html", "--no-pictures").stdout


@pytest.mark.slow
def test_a_pdf_on_stdin_is_no_list_of_names(signkit, inbox):
    done = validate(signkit, "-", stdin="%PDF-1.7\n1 0 obj\n")
    assert done.returncode == 2
    assert "a PDF, where - means names of files" in done.stderr


def test_an_empty_name_is_no_file_and_not_the_folder(signkit, inbox):
    """As where a script's variable is not set: nothing must pass for it."""
    done = validate(signkit, "", "--format", "jsonl")
    assert done.returncode == 4, done
    assert [json.loads(line)["verdict"] for line in done.stdout.splitlines()] == ["UNREADABLE"]


@pytest.mark.slow
def test_names_come_from_stdin(signkit, inbox):
    done = validate(signkit, "-", "--format", "jsonl", stdin="in/1.pdf\n\nin/3.pdf\r\n")
    assert names(done.stdout) == ["1.pdf", "3.pdf"]


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [("--jobs", "0"), ("--jobs", "2"), ()])
def test_a_name_is_judged_before_the_next_comes(signkit, inbox, tmp_path, jobs):
    """A script names files as they arrive, and reads each verdict before it goes on."""
    command = ("validate", "--offline", "-", "--format", "jsonl", *jobs)
    with start_signkit(*command, home=tmp_path / "home", folder=tmp_path) as process:
        for number in (1, 3, 1):
            process.stdin.write(f"in/{number}.pdf\n")
            process.stdin.flush()
            assert names(process.stdout.readline()) == [f"{number}.pdf"]
        process.stdin.close()
        assert process.wait(60) == 3
        assert process.stderr.read().count("\n") == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
def test_ctrl_c_ends_it_while_no_name_comes(signkit, inbox, tmp_path):
    with start_signkit(
        "validate", "--offline", "-", "--format", "jsonl", home=tmp_path / "home", folder=tmp_path
    ) as process:
        process.stdin.write("in/1.pdf\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(60) == 130, said
        assert "Fatal" not in said
        process.stdin.close()


@pytest.mark.slow
def test_offline_asks_no_url_that_stdin_names(signkit, inbox):
    done = validate(signkit, "-", "--format", "jsonl", stdin="s3://bucket/a.pdf\nhttps://host/*\nin/1.pdf\n")
    assert done.returncode == 4
    errors = {report["file"]: report["error"] and report["error"]["message"] for report in lines(done.stdout)}
    says = "The file cannot be read: a URL needs a socket, and the run is offline."
    assert errors == {"s3://bucket/a.pdf": says, "https://host/*": says, os.path.join("in", "1.pdf"): None}  # noqa: PTH118


@pytest.mark.slow
def test_an_archive_is_judged_member_by_member(signkit, tmp_path, signed):
    with zipfile.ZipFile(tmp_path / "mail.zip", "w") as archive:
        archive.writestr("契約書.pdf", signed)
        archive.writestr("broken.pdf", b"no PDF")
    done = validate(signkit, "mail.zip", "--format", "jsonl")
    assert done.returncode == 4
    assert {report["file"]: report["verdict"] for report in lines(done.stdout)} == {
        "mail.zip!契約書.pdf": "INDETERMINATE",
        "mail.zip!broken.pdf": "UNREADABLE",
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("format_", "begins"),
    [
        ("text", "in/0.pdf: not proven (INDETERMINATE)"), ("json", '{\n  "schema": "signkit-report/2"'),
        ("jsonl", '{"schema":"signkit-report/2"'), ("csv", "file,sha256,"), ("junit", "<?xml"),
        ("html", "<!DOCTYPE html>"), ("etsi", '<?xml version="1.0" encoding="UTF-8"?>\n<ValidationReport'),
    ],
)  # fmt: skip
def test_every_format_is_at_hand(signkit, inbox, format_, begins):
    done = validate(signkit, os.path.join("in", "0.pdf"), "--format", format_)  # noqa: PTH118
    assert done.returncode == 3
    assert done.stdout.replace(os.sep, "/").startswith(begins)


def test_a_folder_without_a_file_is_unreadable(signkit, tmp_path):
    (tmp_path / "empty" / "notes").mkdir(parents=True)
    (tmp_path / "empty" / "read.me").write_text("no contract")
    done = validate(signkit, "empty", "--format", "jsonl")
    assert done.returncode == 4
    assert [json.loads(line)["error"]["code"] for line in done.stdout.splitlines()] == ["unreadable"]


@pytest.mark.parametrize("names", ["empty", "-"])
def test_a_folder_that_is_watched_may_be_empty(signkit, tmp_path, names):
    (tmp_path / "empty").mkdir()
    for _ in range(2):
        done = validate(signkit, names, "--resume", "results.jsonl")
        assert (done.returncode, "nothing was judged" in done.stderr) == (0, True)
    assert (tmp_path / "results.jsonl").read_bytes() == b""


@pytest.mark.parametrize("names", ["", "\n \n"])
def test_an_empty_list_on_stdin_is_wrong_usage(signkit, names):
    done = validate(signkit, "-", stdin=names)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing was judged" in done.stderr


@pytest.mark.slow
def test_the_worst_verdict_is_the_exit_code(signkit, inbox, signed, tmp_path):
    (inbox / "forged.pdf").write_bytes(signed.replace(b"100 yen", b"999 yen"))
    assert validate(signkit, "in", "nowhere.pdf").returncode == 1
    (inbox / "forged.pdf").unlink()
    assert validate(signkit, "in", "nowhere.pdf").returncode == 4
    (tmp_path / "unsigned.pdf").write_bytes(pdfs.build())
    assert validate(signkit, "unsigned.pdf").returncode == 3


def test_a_name_that_no_encoding_holds_is_written_escaped(signkit, tmp_path, signed):
    if sys.platform != "linux":
        pytest.skip("only Linux has file names that are no text")
    with open(os.fsencode(tmp_path) + b"/\xff.pdf", "wb") as file:  # noqa: PTH123
        file.write(signed)
    done = validate(signkit, ".", "--format", "jsonl")
    assert [report["file"] for report in lines(done.stdout)] == ["\udcff.pdf"]


# --- going on ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_resume_begins_and_goes_on(signkit, inbox, tmp_path, signed):
    results = tmp_path / "results.jsonl"
    assert validate(signkit, "in/0.pdf", "in/1.pdf", "--resume", "results.jsonl").returncode == 3
    before = results.read_text(encoding="utf-8")
    assert names(before) == ["0.pdf", "1.pdf"]
    (inbox / "1.pdf").write_bytes(signed + b"\n%changed\n")
    done = validate(signkit, "in", "--resume", "results.jsonl")
    assert (done.returncode, done.stdout) == (3, "")
    after = results.read_text(encoding="utf-8")
    assert after.startswith(before)
    assert names(after.removeprefix(before)) == ["1.pdf", "2.pdf", "3.pdf", "4.pdf"]


@pytest.mark.slow
def test_resume_counts_what_was_judged_before(signkit, inbox, signed, tmp_path):
    (inbox / "0.pdf").write_bytes(signed.replace(b"100 yen", b"999 yen"))
    assert validate(signkit, "in", "--resume", "results.jsonl").returncode == 1
    assert validate(signkit, "in", "--resume", "results.jsonl").returncode == 1
    assert len(lines((tmp_path / "results.jsonl").read_text(encoding="utf-8"))) == 5


@pytest.mark.slow
def test_resume_drops_a_last_line_that_was_cut_off(signkit, inbox, tmp_path):
    results = tmp_path / "results.jsonl"
    assert validate(signkit, "in", "--resume", "results.jsonl").returncode == 3
    whole = results.read_bytes()
    results.write_bytes(whole[:-20])
    assert validate(signkit, "in", "--resume", "results.jsonl").returncode == 3
    assert names(results.read_text(encoding="utf-8")) == names(whole.decode())


@pytest.mark.parametrize(
    "content",
    [
        b"my shopping list\n",
        b"my shopping list",
        b'{"file":"x"}\n',
        b'{"schema":"signkit-report/1","file":3}\n',
        b"\0" * 50,
    ],
)
def test_resume_leaves_a_file_that_holds_no_results_alone(signkit, inbox, tmp_path, content):
    (tmp_path / "notes.txt").write_bytes(content)
    done = validate(signkit, "in", "--resume", "notes.txt")
    assert done.returncode == 2
    assert "notes.txt holds no validation results (line 1)" in done.stderr
    assert (tmp_path / "notes.txt").read_bytes() == content


def test_resume_is_for_json_lines(signkit, inbox):
    done = validate(signkit, "in", "--resume", "results.csv", "--format", "csv")
    assert done.returncode == 2
    assert "JSON lines only" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
@pytest.mark.parametrize("jobs", ["0", "2"])
def test_an_interruption_leaves_whole_lines_to_go_on_from(signkit, inbox, tmp_path, jobs):
    command = ("validate", "--offline", "-", "--resume", "r.jsonl", "--jobs", jobs)
    with start_signkit(*command, home=tmp_path / "home", folder=tmp_path, stdout=None) as process:
        process.stdin.write("".join(f"in/{number}.pdf\n" for number in range(5)))
        results, further = tmp_path / "r.jsonl", 0
        while not results.exists() or results.read_bytes().count(b"\n") < 3:
            # What is done is told while further names come; a name that was named is passed over.
            process.stdin.write(f"in/further{(further := further + 1)}.pdf\n")
            process.stdin.flush()
            assert process.poll() is None
            assert further < 3000
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        process.stdin.close()
        assert process.wait(60) == 130, said
    assert "Stopped after" in said
    assert "Traceback" not in said
    assert len(lines(results.read_text(encoding="utf-8"))) >= 3
    done = validate(signkit, "in", "--resume", "r.jsonl")
    assert done.returncode == 3
    assert set(names(results.read_text(encoding="utf-8"))) >= {f"{number}.pdf" for number in range(5)}


# --- engines -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--engine", "ssh://host"), "'ssh://host' is no engine"),
        (("--engine", "dask://"), "'dask://' is no engine"),
        (("s3://bucket/a.pdf",), "--offline opens no socket"),
        (("--jobs", "-1"), "--jobs"),
    ],
)
def test_what_does_not_go_together_is_refused(signkit, inbox, arguments, says):
    done = validate(signkit, "in", *arguments)
    assert done.returncode == 2
    assert says in done.stderr


def test_two_signers_of_one_field_are_wrong_usage(signkit):
    done = validate(signkit, "in", "--expect", "seller=番号　花子", "--expect", "seller=田中 太郎")
    assert done.returncode == 2
    assert "two signers of seller" in done.stderr
