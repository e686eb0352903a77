"""Archives that swell, over real sockets: they are refused, or their members are, and nothing stays behind."""

from __future__ import annotations

import io
import json
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="the extra 'service' is not installed")

from tests.web.api.test_connections import Listening, status_of

pytestmark = pytest.mark.slow
_MB = 1 << 20
#: What a request may cost, beside the service itself.
_MOST_MEMORY = 200 * _MB


@pytest.fixture(scope="module")
def listening(tmp_path_factory):
    made = Listening(tmp_path_factory.mktemp("bombs"))
    yield made
    made.close()


def a_zip(*members, level=9):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, size in members:
            with archive.open(name, "w", force_zip64=True) as member:
                for _ in range(size // _MB):
                    member.write(bytes(_MB))
                member.write(bytes(size % _MB))
    return target.getvalue()


def lying(data, size):
    """Say in the directory, and before the member, that it is small when unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        [real] = {each.file_size for each in archive.infolist()}
    return data.replace(struct.pack("<Q", real), struct.pack("<Q", size)).replace(
        struct.pack("<L", real), struct.pack("<L", size)
    )


def in_one_place(count):
    """Have many entries of the directory name the same bytes (Fifield's overlapping bomb in its plainest form)."""
    data = a_zip(("a.pdf", 8 * _MB))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.start_dir
    end = data.index(b"PK\x05\x06", start)
    one = data[start:end]
    names = (f"{each:05d}".encode() for each in range(count))
    entries = b"".join(one.replace(b"a.pdf", name) for name in names)
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entries), start, 0)
    return data[:start] + entries + tail


def a_tar(size, claimed=None, mode="w:gz"):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode, compresslevel=1) as archive:
        info = tarfile.TarInfo("a.pdf")
        info.size = size
        archive.addfile(info, io.BytesIO(bytes(size)))
        if claimed is not None:
            more = tarfile.TarInfo("b.pdf")
            more.size = claimed
            archive.fileobj.write(more.tobuf(tarfile.PAX_FORMAT))
    return target.getvalue()


def long_name():
    """A name of 100 MB, as an extended header says it."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz", compresslevel=1) as archive:
        info = tarfile.TarInfo("x" * (100 * _MB))
        archive.addfile(info)
    return target.getvalue()


ZIP, GZIP = "application/zip", "application/gzip"
BOMBS = {
    "one of 300 MB": (ZIP, lambda: a_zip(("a.pdf", 300 * _MB), level=1)),
    "many of 60 MB": (ZIP, lambda: a_zip(*((f"{each}.pdf", 60 * _MB) for each in range(12)), level=1)),
    "one that says it is small": (ZIP, lambda: lying(a_zip(("a.pdf", 300 * _MB), level=1), 10)),
    "5000 in one place": (ZIP, lambda: in_one_place(5000)),
    "20000 names": (ZIP, lambda: a_zip(*((f"{each}", 0) for each in range(20_000)))),
    "a tar of 300 MB": (GZIP, lambda: a_tar(300 * _MB)),
    "a tar that says it holds 8 TB": (GZIP, lambda: a_tar(10, claimed=8 << 40)),
    "a name of 100 MB": (GZIP, long_name),
    "a tar in itself": (GZIP, lambda: a_tar(0) * 3000),
}


def call(listening, method, path, body=b"", kind="application/json"):
    head = listening.head(
        f"{method} {path}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close"
    )
    return listening.send(head, body)


def peak(*, reset=False):
    """Return the most memory that this process had since it was reset, bytes."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    [line] = [each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize("case", BOMBS)
def test_an_archive_that_swells(listening, case):
    kind, make = BOMBS[case]
    data = make()
    assert len(data) < 12 * _MB, "no bomb"
    batch = json.loads(call(listening, "POST", "/api/v1/batches", b"{}").partition(b"\r\n\r\n")[2])["id"]
    before = peak(reset=True)
    answer = call(listening, "POST", f"/api/v1/batches/{batch}/archive", data, kind)
    spent = peak() - before
    status = status_of(answer)
    assert status in (201, 409, 413, 422), answer[:500]
    assert spent < _MOST_MEMORY, f"{spent / _MB:.0f} MB"
    assert listening.serves_others()
    assert listening.left_behind() == []
    kept = sum(path.stat().st_size for path in (listening.tried.tenant.store.folder / "files").iterdir())
    assert kept <= 64 * _MB * 12, f"{kept / _MB:.0f} MB kept"
    assert status_of(call(listening, "DELETE", f"/api/v1/batches/{batch}")) == 204
    listening.tried.tenant.store.sweep()
    assert list((listening.tried.tenant.store.folder / "files").iterdir()) == []
