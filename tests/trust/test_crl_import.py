"""Importing lists: what is refused and why, what a delta changes, what hostile bytes do."""

from __future__ import annotations

import base64

import pytest
from cryptography import x509
from hypothesis import strategies as st

from signkit.errors import CrlIndexDamaged, CrlUnreadable, InputUnreadable, SignKitError
from signkit.pki.revocation import crl_import
from signkit.pki.revocation.crl_import import import_crl, import_order
from signkit.pki.revocation.crl_index import CrlIndex, Good, Revoked
from tests.examples import HealthCheck, given, settings
from tests.refusals import refused_as
from tests.trust.crls import (
    DAY,
    ECDSA_SHA1,
    NOW,
    authority,
    entry,
    issuing_point,
    make_list,
    new_authority,
    raw_entry,
    raw_extension,
    raw_list,
    tlv,
    utc_time,
)

URI = x509.UniformResourceIdentifier("http://ca.example/1.crl")
REASON_OID, ISSUER_OID, UNKNOWN_OID = "551d15", "551d1d", "2a0304"


@pytest.fixture
def take(tmp_path):
    """Import DER bytes; candidates are `authority` unless others are given."""

    def run(der: bytes, candidates=None, now=NOW):
        (tmp_path / "list.crl").write_bytes(der)
        known = [authority().candidate] if candidates is None else candidates
        return import_crl(tmp_path / "list.crl", tmp_path / "crl", known, now)

    return run


def statuses(imported, *serials):
    with CrlIndex.open(imported.files[0]) as index:
        return ["revoked" if isinstance(index.status(serial), Revoked) else "good" for serial in serials]


def test_what_was_imported_is_told(take):
    header = take(make_list([5, 6], number=12)).header
    assert header.issuer == "Common Name: Test CA, Country: JP"
    assert (header.entries, header.number, header.base_number) == (2, 12, None)
    assert (header.this_update, header.next_update) == (NOW, NOW + DAY)
    assert (header.names, header.partition, header.certificates) == ((), None, "all")


def test_pem_is_read(take):
    pem = b"-----BEGIN X509 CRL-----\n" + base64.encodebytes(make_list([5])) + b"-----END X509 CRL-----\n"
    assert statuses(take(pem), 5, 6) == ["revoked", "good"]


def test_a_list_without_entries_and_extensions_is_read(take):
    assert statuses(take(make_list(number=None)), 5) == ["good"]


def test_a_list_of_version_1_is_read(take):
    assert statuses(take(raw_list(raw_entry(b"\x05"), version=b"")), 5) == ["revoked"]


# --- who and when --------------------------------------------------------------------------------------------


def test_an_unknown_issuer_is_told(take):
    with refused_as("crl-issuer-unknown", match="Test CA"):
        take(make_list(), [new_authority("Another CA").candidate])


def test_a_name_alike_authority_is_no_issuer(take):
    with refused_as("crl-signature-invalid"):
        take(make_list(), [new_authority().candidate])


def test_of_several_generations_the_one_that_signed_is_found(take):
    old, new = new_authority(), new_authority()
    imported = take(make_list([5], by=new), [old.candidate, new.candidate])
    assert statuses(imported, 5) == ["revoked"]


def test_an_altered_list_is_refused(take):
    der = bytearray(make_list([5]))
    at = der.index(utc_time(NOW - DAY))  # the entry's date
    der[at + 13] ^= 1
    with refused_as("crl-signature-invalid"):
        take(bytes(der))


def test_an_issuer_whose_key_is_not_for_lists_is_refused(take):
    other = new_authority(crl_sign=False)
    with refused_as("crl-not-usable", match="not for signing lists"):
        take(make_list(by=other), [other.candidate])


def test_an_issuer_that_has_ended_is_refused(take):
    ended = new_authority(end=NOW - DAY)
    with refused_as("crl-not-usable", match="ended at 2026-11-20"):
        take(make_list(by=ended), [ended.candidate])


def test_a_list_signed_with_sha1_is_refused(take):
    with refused_as("crl-not-usable", match="SHA1"):
        take(raw_list(algorithm=ECDSA_SHA1))


def test_a_stale_list_is_refused_with_its_times(take):
    with refused_as("crl-stale", match="issued 2026-11-19 09:30:00 UTC, the next one was due 2026-11-20 09:30:00 UTC"):
        take(make_list(issued=NOW - 2 * DAY, due=NOW - DAY))


def test_a_list_from_the_future_is_refused(take):
    with refused_as("crl-not-usable", match="issued in the future"):
        take(make_list(issued=NOW + DAY, due=NOW + 2 * DAY))


def test_a_list_that_does_not_say_when_the_next_is_due_is_refused(take):
    with refused_as("crl-not-usable", match="when the next one is due"):
        take(raw_list(times=utc_time(NOW)))


def test_an_older_list_does_not_replace_a_newer_one(take):
    newer = take(make_list([5], number=3, issued=NOW))
    with refused_as("crl-older", match="issued 2026-11-21 08:30:00 UTC"):
        take(make_list([], number=2, issued=NOW - DAY / 24))
    assert statuses(newer, 5) == ["revoked"]


def test_the_same_list_again_changes_nothing(take):
    der = make_list([5])
    assert take(der).header == take(der).header


def test_a_newer_list_replaces_the_older_one(take):
    take(make_list([5], number=1, issued=NOW - DAY))
    assert statuses(take(make_list([6], number=2)), 5, 6) == ["good", "revoked"]


def test_importing_anew_repairs_a_damaged_index(take):
    imported = take(make_list([5]))
    imported.files[0].write_bytes(b"damaged")
    assert statuses(take(make_list([5])), 5) == ["revoked"]


# --- what is not understood ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "words"),
    [
        (issuing_point([URI], indirect=True), "indirect list"),
        (issuing_point([URI], reasons=frozenset({x509.ReasonFlags.key_compromise})), "only some reasons"),
        (issuing_point([URI], attribute=True), "attribute certificates"),
        (issuing_point([x509.DNSName("ca.example")]), "names of a kind"),
    ],
    ids=["indirect", "some reasons", "attribute certificates", "unknown name"],
)  # fmt: skip
def test_a_list_about_something_else_is_refused(take, point, words):
    with refused_as("crl-not-usable", match=words):
        take(make_list(point=point))


def test_a_point_for_users_and_authorities_at_once_is_refused(take):
    contradiction = raw_extension("551d1c", tlv(0x30, b"\x81\x01\xff\x82\x01\xff"), critical=True)
    with pytest.raises(CrlUnreadable, match="contradicts itself"):
        take(raw_list(extensions=contradiction))


def test_a_point_that_cannot_be_read_is_refused(take):
    with pytest.raises(CrlUnreadable, match="distribution point cannot be read"):
        take(raw_list(extensions=raw_extension("551d1c", b"\x30\x05\xff", critical=True)))


def test_an_unknown_version_is_refused(take):
    with refused_as("crl-not-usable", match="unknown version"):
        take(raw_list(version=b"\x02\x01\x02"))


def test_an_unknown_critical_extension_is_refused(take):
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    with refused_as("crl-not-usable", match=r"critical extension 1\.2\.3\.4 is not known"):
        take(make_list(more=[(unknown, True)]))
    assert take(make_list(more=[(unknown, False)])).header.entries == 0


def test_an_entrys_unknown_critical_extension_is_refused(take):
    more = tlv(0x30, raw_extension(UNKNOWN_OID, b"\x05\x00", critical=True))
    with refused_as("crl-not-usable", match=r"entry's critical extension 1\.2\.3\.4 is not known"):
        take(raw_list(raw_entry(b"\x05", more=more)))
    harmless = tlv(0x30, raw_extension(UNKNOWN_OID, b"\x05\x00"))
    assert statuses(take(raw_list(raw_entry(b"\x05", more=harmless))), 5) == ["revoked"]


def test_an_entry_of_another_issuer_is_refused(take):
    more = tlv(0x30, raw_extension(ISSUER_OID, b"\x30\x00", critical=True))
    with refused_as("crl-not-usable", match="indirect list"):
        take(raw_list(raw_entry(b"\x05", more=more)))


# --- delta lists ---------------------------------------------------------------------------------------------


def test_a_delta_adds_changes_and_removes(take):
    take(make_list([1, entry(2, NOW - DAY, x509.ReasonFlags.certificate_hold), 3], number=10, issued=NOW - DAY))
    delta = [
        entry(2, NOW, x509.ReasonFlags.remove_from_crl),
        entry(3, NOW, x509.ReasonFlags.key_compromise),
        entry(4, NOW),
    ]
    imported = take(make_list(delta, number=11, delta_of=10))
    assert statuses(imported, 1, 2, 3, 4, 5) == ["revoked", "good", "revoked", "revoked", "good"]
    assert (imported.header.number, imported.header.base_number, imported.header.entries) == (11, 10, 3)
    assert imported.header.kept is None
    with CrlIndex.open(imported.files[0]) as index:
        assert index.status(3) == Revoked(NOW, "keyCompromise")


def test_deltas_follow_each_other(take):
    take(make_list([1], number=10, issued=NOW - DAY))
    take(make_list([2], number=11, delta_of=10, issued=NOW - DAY / 2))
    imported = take(make_list([2, 3], number=12, delta_of=10))
    assert statuses(imported, 1, 2, 3) == ["revoked", "revoked", "revoked"]
    assert imported.header.base_number == 10


def test_a_delta_without_its_base_is_refused(take):
    with refused_as("crl-delta-without-base", match="number 10 or later"):
        take(make_list([1], number=11, delta_of=10))


def test_a_delta_to_a_later_base_is_refused(take):
    take(make_list([1], number=9, issued=NOW - DAY))
    with refused_as("crl-delta-without-base", match="number 10 or later"):
        take(make_list([2], number=11, delta_of=10))


def test_a_delta_to_a_base_without_number_is_refused(take):
    take(make_list([1], number=None, issued=NOW - DAY))
    with refused_as("crl-delta-without-base"):
        take(make_list([2], number=11, delta_of=10))


def test_a_delta_of_another_partition_is_refused(take):
    take(make_list([1], number=10, issued=NOW - DAY))
    with refused_as("crl-delta-without-base"):
        take(make_list([2], number=11, delta_of=10, point=issuing_point([URI])))


def test_a_delta_that_is_in_already_is_refused(take):
    imported = take(make_list([1], number=11))
    with refused_as("crl-older"):
        take(make_list([2], number=11, delta_of=10))
    assert statuses(imported, 1, 2) == ["revoked", "good"]


def test_a_delta_without_number_is_refused(take):
    take(make_list([1], number=10))
    with refused_as("crl-not-usable", match="without a number"):
        take(make_list([2], number=None, delta_of=10))


def test_a_delta_does_not_build_on_a_damaged_index(take):
    imported = take(make_list(range(1, 300), number=10, issued=NOW - DAY))
    data = bytearray(imported.files[0].read_bytes())
    data[-5000] ^= 1
    imported.files[0].write_bytes(data)
    with pytest.raises(CrlIndexDamaged):
        take(make_list([2], number=11, delta_of=10))


def test_of_a_removal_and_a_revocation_the_revocation_counts(take):
    take(make_list([5], number=10, issued=NOW - DAY))
    delta = [entry(5, NOW - DAY, x509.ReasonFlags.remove_from_crl), entry(5, NOW)]
    assert statuses(take(make_list(delta, number=11, delta_of=10)), 5) == ["revoked"]


def test_a_removal_in_a_complete_list_is_refused(take):
    with pytest.raises(CrlUnreadable, match="complete list removes"):
        take(make_list([entry(5, NOW, x509.ReasonFlags.remove_from_crl)]))


def test_deltas_are_taken_after_complete_lists(tmp_path):
    lists = {
        "b": make_list(number=12, delta_of=10), "c": make_list(number=11, delta_of=10), "d": make_list(number=10),
        "e": b"garbage",
    }  # fmt: skip
    for file, der in lists.items():
        (tmp_path / file).write_bytes(der)
    order = import_order(tmp_path / file for file in ["b", "missing", "c", "d", "e"])
    assert [path.name for path in order] == ["missing", "d", "e", "c", "b"]


# --- hostile bytes -------------------------------------------------------------------------------------------

DATE = utc_time(NOW - DAY)
DEEP = b"\x30\x80" * 5000


@pytest.mark.parametrize(
    ("der", "words"),
    [
        (b"", "empty"),
        (b"\x30", "cut off"),
        (b"\x30\x80", "not DER"),
        (b"\x30\x84\xff\xff\xff\xff", "cut off"),
        (b"\x30\x88" + b"\xff" * 8, "cut off"),
        (b"\x30\xff" + b"\xff" * 200, "not DER"),
        (b"\x30\x81\x05" + bytes(5), "not DER"),
        (b"\x30\x82\x00\x81" + bytes(0x81), "not DER"),
        (DEEP, "not DER"),
        (b"\x30\x00", "not a revocation list"),
        (b"PK\x03\x04 a zip archive", "not a revocation list"),
        (b"-----BEGIN X509 CRL-----\n%%%%", "not a revocation list"),
        (b"-----BEGIN X509 CRL-----\nA\n-----END X509 CRL-----", "PEM is malformed"),
        (b"-----BEGIN X509 CRL-----\n\n-----END X509 CRL-----", "not a revocation list"),
        (b"-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n" * 2, "several lists"),
        (make_list([5]) + b"\0", "bytes too many"),
        (raw_list(inner=ECDSA_SHA1), "two signature algorithms"),
        (raw_list(times=b"\x17\x0b2611210930Z" + utc_time(NOW)), "time is malformed"),
        (raw_list(times=b"\x17\x0d261321093000Z" + utc_time(NOW)), "does not exist"),
        (raw_list(extensions=raw_extension("551d14", b"\x02\x01\x05") * 2), "twice"),
        (raw_list(extensions=raw_extension("551d14", b"\x02\x01\xff")), "list number"),
        (raw_list(extensions=raw_extension("551d14", b"\x04\x01\x05")), "not a revocation list"),
        (raw_list(raw_entry(b"")), "serial number"),
        (raw_list(raw_entry(b"\x7f" * 21)), "serial number"),
        (raw_list(raw_entry(b"\x01" * 22)), "serial number"),
        (raw_list(raw_entry(b"\x00\x05")), "serial number"),
        (raw_list(raw_entry(b"\xff\x85")), "serial number"),
        (raw_list(tlv(0x30, b"\x04\x01\x05", DATE)), "serial number"),
        (raw_list(b"\x31\x00"), "no entry at byte"),
        (raw_list(b"\x30\x00"), "cut off"),
        (raw_list(tlv(0x30, b"\x02\x01\x05")), "cut off"),
        (raw_list(tlv(0x30, b"\x02\x7f\x05", DATE)), "cut off|serial number"),
        (raw_list(b"\x30\x7f\x02\x01\x05"), "too large|cut off"),
        (raw_list(b"\x30\x84\x7f\xff\xff\xff\x02\x01\x05"), "cut off"),
        (raw_list(tlv(0x30, b"\x02\x01\x05", DATE, bytes(70_000))), "too large"),
        (raw_list(raw_entry(b"\x05", b"\x17\x0d261121093060Z")), "does not exist"),
        (raw_list(raw_entry(b"\x05", b"\x17\x0d26112109300 Z")), "malformed"),
        (raw_list(raw_entry(b"\x05", b"\x17\x0d260230093000Z")), "does not exist"),
        (raw_list(raw_entry(b"\x05", b"\x17\x0d26112109+0000")), "not a revocation list|malformed"),
        (raw_list(raw_entry(b"\x05", b"\x04\x0d261121093000Z")), "not a revocation list"),
        (raw_list(raw_entry(b"\x05", b"\x18\x1120511121093000.5Z")), "malformed"),
        (raw_list(raw_entry(b"\x05", more=b"\x30\x05\xff")), "cut off"),
        (raw_list(raw_entry(b"\x05", more=b"\x30\x00\x30\x00")), "bytes too many"),
        (raw_list(raw_entry(b"\x05", more=tlv(0x30, raw_extension(REASON_OID, b"\x0a\x01\x07")))), "reason"),
        (raw_list(raw_entry(b"\x05", more=tlv(0x30, raw_extension(REASON_OID, b"\x0a\x02\x00\x01")))), "reason"),
        (raw_list(raw_entry(b"\x05", more=tlv(0x30, raw_extension(REASON_OID, b"\x0a\x01\x01") * 2))), "twice"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_hostile_bytes_are_refused(take, tmp_path, der, words):
    with pytest.raises(CrlUnreadable, match=words):
        take(der)
    assert not list(tmp_path.rglob("*.crlindex"))


WHOLE = make_list([5, 6, 7], point=issuing_point([URI]))
POSITIONS = st.integers(0, len(WHOLE) - 1)
relaxed = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@relaxed
@given(POSITIONS)
def test_a_cut_list_is_never_imported(take, length):
    with pytest.raises(CrlUnreadable):
        take(WHOLE[:length])


@pytest.mark.slow
@relaxed
@given(st.dictionaries(POSITIONS, st.integers(1, 255), min_size=1, max_size=4))
def test_an_altered_list_is_never_imported(take, changes):
    der = bytearray(WHOLE)
    for position, change in changes.items():
        der[position] ^= change
    with pytest.raises(SignKitError):
        take(bytes(der))


@pytest.mark.slow
@relaxed
@given(st.binary(max_size=60))
def test_signed_garbage_in_the_entries_is_our_error_or_read_as_cryptography_reads_it(take, tmp_path, garbage):
    der = raw_list(garbage)
    try:
        imported = take(der)
    except SignKitError:
        return
    serials = [item.serial_number for item in x509.load_der_x509_crl(der)]
    assert statuses(imported, *serials) == ["revoked"] * len(serials)
    imported.files[0].unlink()


def test_a_list_larger_than_the_bound_is_refused(take, monkeypatch):
    monkeypatch.setattr(crl_import, "MAX_LIST_BYTES", 100)
    with pytest.raises(CrlUnreadable, match="larger than 100 bytes"):
        take(make_list())


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputUnreadable):
        import_crl(tmp_path / "none.crl", tmp_path / "crl", [], NOW)


def test_a_home_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "crl").write_text("a file in the folder's place")
    (tmp_path / "list.crl").write_bytes(make_list())
    with refused_as("output-not-written"):
        import_crl(tmp_path / "list.crl", tmp_path / "crl", [authority().candidate], NOW)


def test_a_list_of_nobodys_certificates_answers_good(take):
    with CrlIndex.open(take(make_list()).files[0]) as index:
        assert index.status(5) == Good()
