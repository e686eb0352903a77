"""From names to files: folders, globs, packed_inputs."""

from __future__ import annotations

import gzip
import io
import os
import sys
import tarfile
import zipfile

import pytest

from signkit.reporting import packed_inputs
from signkit.reporting.inputs import sources


def found(*names) -> dict[str, str]:
    """What ``names`` stand for: the bytes as text, ``path``, or the problem's code and detail."""
    result = {}
    for source in sources(names):
        if source.problem is not None:
            result[source.name] = ": ".join(
                filter(None, (source.problem.code, source.problem.detail and source.problem.detail.en))
            )
        else:
            result[source.name] = "path" if source.data is None else source.data.decode()
    return result


def make_zip(path, members, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_folder_gives_its_known_files_in_order(tmp_path):
    for name in ("b.PDF", "a/x.p7m", "a.pdf", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert list(found(tmp_path)) == [str(tmp_path / name) for name in ("a.pdf", "b.PDF", "a/x.p7m")]


def test_a_named_file_is_taken_whatever_it_is_called(tmp_path):
    assert found(tmp_path / "notes.txt") == {str(tmp_path / "notes.txt"): "path"}


@pytest.mark.parametrize("name", ["a\0b.pdf", "a*\0.pdf", "x\0/*.pdf", "[\0]", "\0*.zip"])
def test_a_name_that_no_system_takes_is_one_source(name):
    """Bytes that came in place of names must not end the others' judgement."""
    (source,) = sources([name])
    assert source.name == name
    assert source.problem is not None or "*" not in name


def test_a_glob_gives_what_matches_and_an_existing_name_is_none(tmp_path):
    for name in ("a1.pdf", "a2.pdf", "b.pdf", "[a].pdf"):
        (tmp_path / name).touch()
    assert list(found(f"{tmp_path}/a*.pdf")) == [f"{tmp_path}/a1.pdf", f"{tmp_path}/a2.pdf"]
    assert list(found(f"{tmp_path}/[a].pdf")) == [f"{tmp_path}/[a].pdf"]
    assert found(f"{tmp_path}/x*.pdf") == {f"{tmp_path}/x*.pdf": "unreadable: no file matches"}


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")
def test_a_loop_of_links_is_walked_once(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.pdf").touch()
    (tmp_path / "in" / "again").symlink_to(tmp_path)
    (tmp_path / "in" / "self").symlink_to(tmp_path / "in" / "self")
    assert list(found(tmp_path)) == [str(tmp_path / "in" / "a.pdf")]


def test_a_folder_without_permission_is_one_problem(tmp_path, monkeypatch):
    (tmp_path / "shut").mkdir()
    listing = os.scandir

    def refuse(path):
        if os.fspath(path).endswith("shut"):
            raise PermissionError(13, "Permission denied")  # as root meets none of its own
        return listing(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert found(tmp_path) == {str(tmp_path / "shut"): "unreadable: Permission denied"}


def test_a_zip_gives_its_known_members(tmp_path):
    path = make_zip(tmp_path / "x.zip", {"a.pdf": b"A", "in/b.p7m": b"B", "notes.txt": b"", "c.zip": b""})
    assert found(path) == {f"{path}!a.pdf": "A", f"{path}!in/b.p7m": "B"}
    assert found(tmp_path) == found(path)


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tgz"])
def test_a_tar_gives_its_known_members(tmp_path, suffix):
    path = tmp_path / f"x{suffix}"
    with tarfile.open(path, "w:gz" if "gz" in suffix else "w") as archive:
        for name, data in {"a.pdf": b"A" * 1024, "b.pdf": b"B", "notes.txt": b"x"}.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("link.pdf")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert found(path) == {
        f"{path}!a.pdf": "A" * 1024,
        f"{path}!b.pdf": "B",
        f"{path}!link.pdf": "unreadable: not a regular file",
    }


def test_what_was_named_and_holds_nothing_known_is_a_problem(tmp_path):
    path = make_zip(tmp_path / "x.zip", {"notes.txt": b"x"})
    assert found(path) == {str(path): "unreadable: no PDF or CMS file in it"}
    assert found(tmp_path) == {str(tmp_path): "unreadable: no PDF or CMS file in it"}


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz"])
@pytest.mark.parametrize("data", [b"", b"no archive", b"\x1f\x8b\x08broken", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_one_problem(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    ((reported, problem),) = found(tmp_path / name).items()
    assert reported == str(tmp_path / name)
    assert problem.split(":")[0] in ("malformed", "unreadable", "limit")


@pytest.mark.parametrize("name", ["../a.pdf", "/etc/a.pdf", "in/../../a.pdf", "C:/a.pdf", "\\\\host\\a.pdf"])
def test_a_member_whose_name_leads_out_is_refused(tmp_path, name):
    path = make_zip(tmp_path / "x.zip", {name: b"A", "good.pdf": b"G"})
    problems = found(path)
    assert problems.pop(f"{path}!good.pdf") == "G"
    assert list(problems.values()) == ["unreadable: the member's name leads out of the archive"]


@pytest.mark.slow
def test_a_bomb_is_refused_by_its_ratio(tmp_path):
    bomb = make_zip(tmp_path / "x.zip", {"a.pdf": bytes(50_000_000)}, compression=zipfile.ZIP_DEFLATED)
    assert found(bomb) == {f"{bomb}!a.pdf": "limit: a member that unpacks to more than 200 times its size"}
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(bytes(50_000_000)))
    assert list(found(tmp_path / "x.tar.gz").values()) == [
        "limit: an archive that unpacks to more than 200 times its size"
    ]


def test_a_member_that_is_longer_than_it_says_is_refused(tmp_path):
    path = make_zip(tmp_path / "x.zip", {"a.pdf": b"A" * 100})
    data = path.read_bytes()
    path.write_bytes(data.replace((100).to_bytes(4, "little") * 2, (100).to_bytes(4, "little") + bytes([50, 0, 0, 0])))
    assert found(path)[f"{path}!a.pdf"].startswith("malformed: archive")


def test_members_and_bytes_of_an_archive_are_bounded(tmp_path, monkeypatch):
    path = make_zip(tmp_path / "x.zip", {f"{number}.pdf": b"A" for number in range(5)})
    monkeypatch.setattr(packed_inputs, "_MEMBER_BYTES", 0)
    assert found(path)[f"{path}!0.pdf"] == "limit: more than 0 bytes in an archive's member"
    monkeypatch.setattr(packed_inputs._Budget.__init__, "__defaults__", (2, 100))
    assert list(found(path)) == [f"{path}!{number}.pdf" for number in range(3)]


def test_a_compression_that_asks_for_much_memory_is_not_undone(tmp_path):
    path = make_zip(tmp_path / "x.zip", {"a.pdf": b"A"}, compression=zipfile.ZIP_LZMA)
    assert found(path) == {f"{path}!a.pdf": "unreadable: a compression that is not supported"}


def test_an_encrypted_member_is_told(tmp_path):
    path = make_zip(tmp_path / "x.zip", {"a.pdf": b"A"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert found(path) == {f"{path}!a.pdf": "encrypted"}
