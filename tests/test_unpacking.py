"""Hostile ZIPs: whatever their bytes are, members within bounds come out, or one refusal with a code."""

from __future__ import annotations

import io
import random
import struct
import zipfile

import pytest

from signkit.unpacking import ZipBounds, ZipRefused, leads_out, open_zip

BOUNDS = ZipBounds(members=5, member_bytes=10_000, total_bytes=20_000, ratio=50, ratio_from=1_000)


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unpacked(data: bytes, bounds: ZipBounds = BOUNDS) -> dict[str, bytes]:
    with open_zip(io.BytesIO(data), bounds) as archive:
        archive.require_distinct()
        archive.require_declared()
        return {entry.filename: archive.read(entry) for entry in archive.entries}


GOOD = {"a.txt": b"first" * 30, "folder/b.txt": bytes(range(256)), "c.txt": b""}


def test_an_honest_archive_is_unpacked():
    assert unpacked(packed(GOOD)) == GOOD


def understated(data: bytes, size: int) -> bytes:
    """The archive with its first member's size said to be another, in both headers."""
    real = struct.pack("<L", len(b"0" * 9_000))
    return data.replace(real, struct.pack("<L", size))


REFUSED = {
    "no archive": (b"PK is not enough", "broken"),
    "empty": (b"", "broken"),
    "too many members": (packed({f"{number}.txt": b"x" for number in range(6)}), "members"),
    "a member that is too large": (packed({"a.txt": random.Random(1).randbytes(10_001)}), "size"),
    "too much together": (packed({f"{n}.txt": random.Random(n).randbytes(9_000) for n in range(3)}), "size"),
    "a bomb": (packed({"a.txt": bytes(9_000)}), "swells"),
    "two of one name": (packed({"a.txt": b"1", "A.TXT": b"2"}), "twice"),
    "full-width twin": (packed({"a.txt": b"1", "ａ.txt": b"2"}), "twice"),
    "a way out": (packed({"../a.txt": b"1"}), "leads-out"),
    "a drive": (packed({"C:/a.txt": b"1"}), "leads-out"),
    "another method": (packed({"a.txt": b"1"}, zipfile.ZIP_LZMA), "method"),
}


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused(data: bytes, code: str):
    with pytest.raises(ZipRefused) as caught:
        unpacked(data)
    assert caught.value.code == code


def test_what_a_member_gives_counts_and_not_what_it_says():
    content = random.Random(7).randbytes(9_000)
    small = ZipBounds(members=5, member_bytes=100, total_bytes=20_000)
    with pytest.raises(ZipRefused):
        unpacked(understated(packed({"a.txt": content}, zipfile.ZIP_STORED), 50), small)


@pytest.mark.slow
def test_altered_archives_fail_in_one_way_only():
    """Every kind of damage that ``zipfile`` answers with a class of its own."""
    random_ = random.Random(2026)
    original, refused = packed(GOOD), 0
    for _ in range(4_000):
        data = bytearray(original)
        for _ in range(random_.randint(1, 6)):
            kind = random_.randrange(3)
            at = random_.randrange(len(data))
            if kind == 0:
                data[at] = random_.choice((0, 1, 0x7F, 0x80, 0xFF, random_.randrange(256)))
            elif kind == 1:
                data[at : at + 4] = struct.pack("<L", random_.choice((0, 1, 0xFFFF, 0xFFFFFFFF, 0x80000000)))
            else:
                del data[at : at + random_.randint(1, 8)]
        try:
            unpacked(bytes(data))
        except ZipRefused:
            refused += 1
    assert refused > 1_000


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/a", "\\a", "C:\\a", "c:a", "\\\\server\\share\\a", "a\\..\\b"])
def test_names_that_lead_out(name: str):
    assert leads_out(name)


@pytest.mark.parametrize("name", ["a", "a/b", "a..b", "..a", "契約書.pdf", "a/.../b"])
def test_names_that_stay_inside(name: str):
    assert not leads_out(name)
