"""What killed runs leave: told from what is in the making, and from what is no business of ours."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from signkit import leftovers
from signkit.leftovers import is_part, new_file, new_folder, remove_leftovers
from signkit.output import remove_scratch_leftovers, scratch_folder, write_checked, write_folder

posix = pytest.mark.skipif(os.name == "nt", reason="Windows itself guards what is open")


@pytest.fixture(autouse=True)
def look_each_time(monkeypatch):
    monkeypatch.setattr(leftovers, "_next_look", {})


def killed(part, content=b"half a contract"):
    """Leave a part as the end of the process does: nothing removes it, the lock is gone."""
    if part.path.is_dir():
        (part.path / "contract.pdf").write_bytes(content)
    else:
        part.path.write_bytes(content)
    part.close()
    return part.path


@pytest.mark.parametrize("make", [new_file, new_folder])
@pytest.mark.parametrize("name", ["a.pdf", "契約書" * 27 + ".pdf", ".hidden", "two\nlines.pdf", "\udc80.pdf"])
def test_what_a_killed_run_left_is_gone_after_the_next_writing(tmp_path, make, name):
    left = killed(make(tmp_path / name))
    assert is_part(left.name)
    write_checked(tmp_path / "other.pdf", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["other.pdf"]


@posix
@pytest.mark.parametrize("make", [new_file, new_folder])
def test_what_another_run_is_writing_stays(tmp_path, make):
    part = make(tmp_path / "a.pdf")
    remove_leftovers(tmp_path)
    assert part.path.exists()
    part.discard()
    assert list(tmp_path.iterdir()) == []


@posix
def test_links_and_their_targets_stay(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "contract.pdf").write_bytes(b"signed")
    folder = tmp_path / "folder"
    folder.mkdir()
    link = folder / ".a.0123456789abcdef.signkit.part"
    link.symlink_to(outside)
    remove_leftovers(folder)
    assert link.is_symlink()
    assert (outside / "contract.pdf").exists()


@posix
def test_a_link_within_a_leftover_folder_is_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "contract.pdf").write_bytes(b"signed")
    part = new_folder(tmp_path / "pack")
    (part.path / "link").symlink_to(outside)
    killed(part)
    remove_leftovers(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["outside"]
    assert (outside / "contract.pdf").exists()


@posix
def test_what_belongs_to_another_user_stays(tmp_path, monkeypatch):
    left = killed(new_file(tmp_path / "a.pdf"))
    monkeypatch.setattr(os, "getuid", lambda: left.stat().st_uid + 1)
    remove_leftovers(tmp_path)
    assert left.exists()


@posix
def test_where_there_are_no_locks_nothing_is_removed(tmp_path, monkeypatch):
    left = killed(new_file(tmp_path / "a.pdf"))
    monkeypatch.setattr(leftovers, "try_lock", lambda _: None)
    remove_leftovers(tmp_path)
    assert left.exists()


@pytest.mark.parametrize(
    "name", ["a.part", ".a.part", ".a.pdf.abcdefgh.part", ".a.0123456789abcdef.signkit.part.pdf", "a.signkit.part"]
)
def test_what_does_not_bear_the_mark_stays(tmp_path, name):
    (tmp_path / name).write_bytes(b"mine")
    remove_leftovers(tmp_path)
    assert (tmp_path / name).exists()


@posix
def test_a_pipe_with_such_a_name_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / ".a.0123456789abcdef.signkit.part")
    remove_leftovers(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_that_is_taken_for_a_leftover_before_it_is_locked_is_made_anew(tmp_path, monkeypatch):
    """Between making and locking there is a moment in which another run may come by."""
    taken: list[Path] = []

    def lock(_handle):
        if not taken:
            taken.extend(tmp_path.iterdir())
            taken[0].unlink()
        return True

    monkeypatch.setattr(leftovers, "try_lock", lock)
    part = new_file(tmp_path / "a.pdf")
    assert part.path.exists() or os.name == "nt"
    assert part.path not in taken


@posix
def test_the_systems_temporary_files_are_looked_through(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = killed(new_folder(tmp_path / "scratch", private=True))
    with scratch_folder() as live:
        assert not left.exists()
        assert live.stat().st_mode & 0o077 == 0
        leftovers._next_look.clear()
        remove_scratch_leftovers()
        assert live.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("signkit.output.os.fsync", full)
    with pytest.raises(Exception, match="No space"):
        write_folder(tmp_path / "pack", {"a.pdf": b"a", "b.pdf": b"b"})
    assert list(tmp_path.iterdir()) == []
