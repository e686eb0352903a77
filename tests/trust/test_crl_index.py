"""The index itself: every revoked serial number is found, no other, and no altered file answers."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from hypothesis import strategies as st

from signkit.errors import CrlIndexDamaged, InputUnreadable
from signkit.pki.revocation.crl_import import import_crl
from signkit.pki.revocation.crl_index import CrlIndex, Good, IndexHeader, Revoked, write_index
from tests.examples import HealthCheck, given, settings
from tests.refusals import refused_as
from tests.trust.crls import DAY, NOW, authority, entry, make_list, raw_entry, raw_list

SERIALS = st.integers(min_value=1, max_value=(1 << 159) - 1)
DATES = st.datetimes(datetime(1950, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
REASONS = st.sampled_from(
    [None, *(item for item in x509.ReasonFlags if item.value not in ("unspecified", "removeFromCRL"))]
)
relaxed = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture
def index_of(tmp_path):
    """Import a DER list and return its index's path."""

    def make(der: bytes):
        shutil.rmtree(tmp_path / "crl", ignore_errors=True)
        (tmp_path / "list.crl").write_bytes(der)
        return import_crl(tmp_path / "list.crl", tmp_path / "crl", [authority().candidate], NOW).files[0]

    return make


@pytest.mark.slow
@relaxed
@given(st.dictionaries(SERIALS, st.tuples(DATES, REASONS), max_size=300), st.lists(SERIALS, max_size=20))
def test_every_revoked_serial_number_is_found_and_no_other(index_of, revoked, others):
    der = make_list(entry(serial, date, reason) for serial, (date, reason) in revoked.items())
    witness = x509.load_der_x509_crl(der)
    near = [serial + step for serial in revoked for step in (-1, 1)]
    with CrlIndex.open(index_of(der)) as index:
        assert index.header.entries == len(revoked)
        for serial, (date, reason) in revoked.items():
            assert index.status(serial) == Revoked(date, reason.value if reason else "unspecified")
        for serial in [*others, *near]:
            named = witness.get_revoked_certificate_by_serial_number(serial) is not None
            assert isinstance(index.status(serial), Revoked) == named


@pytest.mark.parametrize("count", [0, 1, 135, 136, 137, 272, 1000])
def test_pages_end_where_they_should(index_of, count):
    der = make_list(range(2, 2 + 2 * count, 2))
    with CrlIndex.open(index_of(der)) as index:
        named = [serial for serial in range(1, 2 * count + 4) if isinstance(index.status(serial), Revoked)]
    assert named == list(range(2, 2 + 2 * count, 2))


@pytest.mark.parametrize("serial", [0, -1, -128, -(1 << 150), (1 << 160) - 1])
def test_serial_numbers_that_ought_not_to_be_are_kept_apart(index_of, serial):
    content = serial.to_bytes(serial.bit_length() // 8 + 1 if serial >= 0 else (serial + 1).bit_length() // 8 + 1,
                              "big", signed=True)  # fmt: skip
    with CrlIndex.open(index_of(raw_list(raw_entry(content)))) as index:
        assert isinstance(index.status(serial), Revoked)
        assert index.status(serial ^ 0xFF) == Good()
        assert index.status(-serial - 1) == Good()


def test_a_serial_number_too_long_for_any_list_is_on_none(index_of):
    with CrlIndex.open(index_of(make_list([5]))) as index:
        assert index.status(1 << 200) == Good()


def test_of_two_entries_on_one_certificate_the_earlier_counts(index_of):
    late, early = raw_entry(b"\x05"), raw_entry(b"\x05", b"\x17\x0d200101000000Z")
    with CrlIndex.open(index_of(raw_list(late, early, late))) as index:
        assert index.header.entries == 1
        assert index.status(5) == Revoked(datetime(2020, 1, 1, tzinfo=UTC), "unspecified")


def test_entries_in_any_order_are_found(index_of):
    serials = [900, 3, 70_000, 1, 255, 256, 128, 127]
    with CrlIndex.open(index_of(make_list(serials))) as index:
        assert all(isinstance(index.status(serial), Revoked) for serial in serials)


def test_a_date_beyond_2049_is_read(index_of):
    with CrlIndex.open(index_of(raw_list(raw_entry(b"\x05", b"\x18\x0f20510203040506Z")))) as index:
        assert index.status(5) == Revoked(datetime(2051, 2, 3, 4, 5, 6, tzinfo=UTC), "unspecified")


# --- damage --------------------------------------------------------------------------------------------------


@pytest.fixture
def index(index_of):
    return index_of(make_list(range(1, 1000)))


@pytest.mark.parametrize("keep", [0, 7, 47, 48, 500, 4096, 4097, 8192, -4096, -1])
def test_a_cut_index_is_an_error(index, keep):
    index.write_bytes(index.read_bytes()[:keep])
    with pytest.raises(CrlIndexDamaged):
        CrlIndex.open(index)


def test_a_longer_index_is_an_error(index):
    index.write_bytes(index.read_bytes() + bytes(4096))
    with pytest.raises(CrlIndexDamaged, match="length"):
        CrlIndex.open(index)


@pytest.mark.parametrize("length", [0, 1, 4047, 1 << 19, 0xFFFFFFFF])
def test_a_false_length_of_the_header_is_an_error(index, length):
    data = bytearray(index.read_bytes())
    data[12:16] = length.to_bytes(4, "big")
    index.write_bytes(data)
    with pytest.raises(CrlIndexDamaged, match="header is altered"):
        CrlIndex.open(index)


def test_another_version_is_an_error(index):
    data = bytearray(index.read_bytes())
    data[11] = 9
    index.write_bytes(data)
    with pytest.raises(CrlIndexDamaged, match="version 9"):
        CrlIndex.open(index)


def test_exchanged_pages_are_an_error(index):
    data = index.read_bytes()
    pages = [data[at : at + 4096] for at in range(0, len(data), 4096)]
    index.write_bytes(b"".join([pages[0], pages[2], pages[1], *pages[3:]]))
    with CrlIndex.open(index) as opened:
        for serial in (1, 136, 137, 200, 272):
            with pytest.raises(CrlIndexDamaged, match="records are altered"):
                opened.status(serial)


def test_a_page_of_another_index_is_an_error(index, index_of):
    mine = index.read_bytes()
    other = index_of(make_list(range(2, 1001))).read_bytes()
    index.write_bytes(mine[:4096] + other[4096:])
    with CrlIndex.open(index) as opened, pytest.raises(CrlIndexDamaged, match="records are altered"):
        opened.status(1)


@pytest.mark.slow
@relaxed
@given(data=st.data())
def test_no_altered_byte_makes_a_revoked_certificate_good(index, data):
    whole = index.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    serial = data.draw(st.integers(1, 999))
    altered = bytearray(whole)
    altered[at] ^= data.draw(st.integers(1, 255))
    index.write_bytes(altered)
    try:
        with CrlIndex.open(index) as opened:
            assert isinstance(opened.status(serial), Revoked)
    except CrlIndexDamaged:
        pass
    finally:
        index.write_bytes(whole)


def test_a_missing_index_is_told(tmp_path):
    with pytest.raises(InputUnreadable):
        CrlIndex.open(tmp_path / "none.crlindex")


# --- writing -------------------------------------------------------------------------------------------------

HEADER = IndexHeader("CA", "00", "11", NOW, NOW + DAY, 1, None, (), None, "all", 2, "22", None)


def test_unsorted_records_are_not_published(tmp_path):
    records = [bytes([2]).rjust(21, b"\0") + bytes(9), bytes([1]).rjust(21, b"\0") + bytes(9)]
    with pytest.raises(CrlIndexDamaged, match="out of order"):
        write_index(tmp_path / "x.crlindex", HEADER, records)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with refused_as("output-not-written"):
        write_index(tmp_path / "none" / "x.crlindex", HEADER, [])


def test_a_failed_writing_keeps_the_old_index(index, monkeypatch):
    before = index.read_bytes()

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("signkit.output.os.fsync", full)
    with refused_as("output-not-written", match="No space"):
        write_index(index, HEADER, [bytes(30), b"\0" * 20 + b"\1" + bytes(9)])
    assert index.read_bytes() == before
    assert [item.suffix for item in index.parent.iterdir() if item.name.startswith(".")] == []


def test_the_header_comes_back_as_it_was_written(tmp_path):
    header = IndexHeader(
        "CN=辻󠄀", "00", "11", NOW, NOW + timedelta(hours=1), 1 << 150, 7, ("uri:a", "uri:b"), "a", "user", 0, "22", "x"
    )
    write_index(tmp_path / "x.crlindex", header, [])
    with CrlIndex.open(tmp_path / "x.crlindex") as opened:
        assert opened.header == header
