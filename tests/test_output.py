"""Writing a file: whole or not at all."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from pathlib import Path

import pytest

from signkit.errors import FileUnusable, OutputExists, SigningRefused
from signkit.output import refuse_target, write_checked, write_folder
from tests.refusals import refused_as


def test_the_file_is_written_and_nothing_else_remains(tmp_path):
    write_checked(tmp_path / "a.pdf", b"content")
    assert [p.name for p in tmp_path.iterdir()] == ["a.pdf"]
    assert (tmp_path / "a.pdf").read_bytes() == b"content"


def test_an_existing_file_is_kept(tmp_path):
    target = tmp_path / "a.pdf"
    target.write_bytes(b"old")
    with pytest.raises(OutputExists):
        write_checked(target, b"new")
    assert target.read_bytes() == b"old"


def test_an_existing_file_is_replaced_when_asked(tmp_path):
    target = tmp_path / "a.pdf"
    target.write_bytes(b"old")
    write_checked(target, b"new", overwrite=True)
    assert target.read_bytes() == b"new"


def test_a_failed_check_leaves_no_file(tmp_path):
    def refuse(_: bytes) -> None:
        raise SigningRefused("self-check-failed", cause="test")

    with refused_as("self-check-failed"):
        write_checked(tmp_path / "a.pdf", b"content", check=refuse)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_one_clear_error(tmp_path):
    with refused_as("output-not-written", match="No such file or directory"):
        write_checked(tmp_path / "missing" / "a.pdf", b"content")
    assert list(tmp_path.iterdir()) == []


posix = pytest.mark.skipif(os.name == "nt", reason="as POSIX has it")


@pytest.mark.parametrize("count", [78, 79, 80, 81, 82, 83])
def test_a_name_of_as_many_kanji_as_a_file_can_bear_is_written(tmp_path, count):
    target = tmp_path / ("約" * count + ".pdf")
    write_checked(target, b"content")
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@posix
@pytest.mark.parametrize("name", ["約" * 84 + ".pdf", "x" * 256, "𠮷" * 63 + ".pdf"])
def test_a_name_that_no_file_can_bear_says_so(tmp_path, name):
    for overwrite in (False, True):
        with refused_as("output-name-too-long", match=str(len(name.encode()))):
            write_checked(tmp_path / name, b"content", overwrite=overwrite)
        with refused_as("output-name-too-long"):
            refuse_target(tmp_path / name, overwrite=overwrite)
    assert list(tmp_path.iterdir()) == []


def fifo(path):
    os.mkfifo(path)


def socket_at(path):
    with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(path.parent):
        server.bind(path.name)


def link_to_device(path):
    path.symlink_to("/dev/null")


def link_to_itself(path):
    path.symlink_to(path)


@posix
@pytest.mark.parametrize("make", [fifo, socket_at, link_to_device, link_to_itself, Path.mkdir])
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_is_no_file_is_never_replaced(tmp_path, make, overwrite):
    target = tmp_path / "a.pdf"
    make(target)
    before = target.lstat()
    with refused_as("output-not-written" if overwrite else "output-exists"):
        write_checked(target, b"new", overwrite=overwrite)
    assert os.path.samestat(before, target.lstat())
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]


@posix
def test_a_link_to_a_file_is_replaced_when_asked(tmp_path):
    (tmp_path / "old.pdf").write_bytes(b"old")
    (tmp_path / "a.pdf").symlink_to("old.pdf")
    write_checked(tmp_path / "a.pdf", b"new", overwrite=True)
    assert (tmp_path / "a.pdf").read_bytes() == b"new"
    assert (tmp_path / "old.pdf").read_bytes() == b"old"


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_files_have_the_permissions_that_the_users_umask_gives(tmp_path, mask):
    before = os.umask(mask)
    try:
        write_checked(tmp_path / "a.pdf", b"content")
        write_checked(tmp_path / "secret.pem", b"content", private=True)
        write_folder(tmp_path / "pack", {"a.pdf": b"content"})
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.pdf").stat().st_mode) == 0o666 & ~mask
    assert stat.S_IMODE((tmp_path / "secret.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "pack").stat().st_mode) == 0o777 & ~mask


def test_the_umask_of_the_process_is_never_set(repository):
    """It is one for all threads: a file that another thread makes meanwhile would have other permissions."""
    found = [
        str(path) for path in (repository / "signkit").rglob("*.py") if "umask(" in path.read_text(encoding="utf-8")
    ]
    assert found == []


@posix
@pytest.mark.parametrize("overwrite", [False, True])
def test_the_new_name_reaches_the_disk_too(tmp_path, monkeypatch, overwrite):
    """A rename that only memory knows is undone by a power cut: the folder is synchronised after it."""
    synced: list[tuple[bool, bool]] = []
    sync = os.fsync

    def record(handle):
        synced.append((stat.S_ISDIR(os.fstat(handle).st_mode), (tmp_path / "a.pdf").exists()))
        sync(handle)

    monkeypatch.setattr("signkit.output.os.fsync", record)
    write_checked(tmp_path / "a.pdf", b"content", overwrite=overwrite)
    assert synced == [(False, False), (True, True)]


@pytest.mark.parametrize("refusals", [1, 4])
def test_a_file_that_a_scanner_has_open_is_waited_for(tmp_path, monkeypatch, refusals):
    """As Windows refuses: ERROR_SHARING_VIOLATION (32) until the other program lets go."""
    replace, left = Path.replace, [refusals]

    def refuse(path, target):
        if left[0]:
            left[0] -= 1
            error = PermissionError(13, "in use")
            error.winerror = 32
            raise error
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr("signkit.output.time.sleep", lambda _: None)
    write_checked(tmp_path / "a.pdf", b"content", overwrite=True)
    assert (tmp_path / "a.pdf").read_bytes() == b"content"


def test_a_file_that_stays_open_elsewhere_is_told(tmp_path, monkeypatch):
    def refuse(*_):
        error = PermissionError(13, "in use")
        error.winerror = 32
        raise error

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr("signkit.output.time.sleep", lambda _: None)
    with pytest.raises(FileUnusable) as caught:
        write_checked(tmp_path / "a.pdf", b"content", overwrite=True)
    assert "使用中" in caught.value.message("ja")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_hard_links_keeps_a_file_that_came_meanwhile(tmp_path, monkeypatch):
    def no_links(*_, **__):
        (tmp_path / "a.pdf").write_bytes(b"another's")
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("signkit.output.os.link", no_links)
    with pytest.raises(OutputExists):
        write_checked(tmp_path / "a.pdf", b"content")
    assert (tmp_path / "a.pdf").read_bytes() == b"another's"
