"""Touch without a PIN: known, valid, unrevoked; and a registry from which nobody learns who is in it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from signkit.errors import CardError
from signkit.holder.card_certificate import authentication_anchors
from signkit.holder.judgement import Conclusion
from signkit.holder.touch import judge_touch, open_registry
from signkit.rehearsal.pki import HANAKO
from tests.refusals import refused_as

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def certificate(seller_card):
    return seller_card.auth.certificate


@pytest.fixture
def path(tmp_path, certificate):
    path = tmp_path / "touch.sqlite"
    with open_registry(path, create=True) as registry:
        registry.register(certificate, NOW)
    return path


@pytest.fixture
def judge(rehearsal, tmp_path, path):
    pem = tmp_path / "auth.pem"
    pem.write_bytes(rehearsal.authentication_trust_pem())

    def judge(certificate, sources=(), now=NOW):
        with open_registry(path) as registry:
            judgement = judge_touch(registry, certificate, authentication_anchors([pem]), sources, now)
            return judgement, registry.find(certificate)

    return judge


def test_a_known_card_in_good_standing_passes_and_that_is_kept(judge, certificate, rehearsal):
    judgement, entry = judge(certificate, [rehearsal.revocation(clock=lambda: NOW)])
    assert judgement.conclusion is Conclusion.PASSED
    assert (entry.registered_at, entry.checked_at, entry.revoked_at) == (NOW, NOW, None)


def test_without_revocation_data_a_known_card_stays_open(judge, certificate):
    judgement, entry = judge(certificate)
    assert judgement.conclusion is Conclusion.INDETERMINATE
    assert entry.checked_at is None


@pytest.mark.slow
def test_an_unknown_card_is_refused_and_not_looked_into(judge, rehearsal):
    judgement, entry = judge(rehearsal.card(HANAKO, NOW).auth.certificate, [rehearsal.revocation(clock=lambda: NOW)])
    assert judgement.conclusion is Conclusion.FAILED
    assert [finding.question for finding in judgement.findings] == ["known"]
    assert entry is None


def test_a_revoked_card_is_refused_and_stays_so_without_evidence(judge, certificate, rehearsal):
    from asn1crypto import x509

    serial = x509.Certificate.load(certificate).serial_number
    revoked = rehearsal.revocation(clock=lambda: NOW, revoked={serial: NOW - timedelta(days=1)})
    judgement, entry = judge(certificate, [revoked])
    assert (judgement.conclusion, entry.revoked_at) == (Conclusion.FAILED, NOW)
    later, entry = judge(certificate, now=NOW + timedelta(days=1))
    assert (later.conclusion, entry.revoked_at) == (Conclusion.FAILED, NOW)


def test_an_expired_card_is_refused(judge, certificate):
    judgement, _ = judge(certificate, now=NOW + timedelta(days=1900))
    assert judgement.conclusion is Conclusion.FAILED


def test_a_card_registered_twice_keeps_its_entry(path, certificate):
    with open_registry(path) as registry:
        registry.register(certificate, NOW + timedelta(days=1))
        assert registry.find(certificate).registered_at == NOW


def test_a_forgotten_card_is_unknown(path, certificate):
    with open_registry(path) as registry:
        assert registry.forget(certificate)
        assert registry.find(certificate) is None
        assert not registry.forget(certificate)


def test_the_file_holds_neither_certificate_nor_number_nor_plain_hash(path, certificate):
    import hashlib

    from asn1crypto import x509

    parsed = x509.Certificate.load(certificate)
    content = path.read_bytes()
    number = parsed.serial_number
    assert certificate[:64] not in content
    assert number.to_bytes(4, "big") not in content
    assert str(number).encode() not in content
    assert parsed.subject.native["common_name"].encode() not in content
    for name in ("sha1", "sha256", "sha512"):
        assert hashlib.new(name, certificate).digest() not in content


def test_two_registries_cannot_be_joined(path, tmp_path, certificate):
    other = tmp_path / "other.sqlite"
    with open_registry(other, create=True) as registry:
        registry.register(certificate, NOW)
    keys = set()
    for file in (path, other):
        with closing(sqlite3.connect(file)) as connection:
            keys.update(connection.execute("SELECT key FROM card"))
    assert len(keys) == 2


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_only_its_owner_reads_the_registry(path):
    assert path.stat().st_mode & 0o777 == 0o600


def test_making_a_registry_leaves_nothing_beside_it(path):
    assert [file.name for file in path.parent.iterdir() if "touch" in file.name] == ["touch.sqlite"]


def test_a_registry_that_is_there_is_not_made_anew(path, certificate):
    with open_registry(path, create=True) as registry:
        assert registry.find(certificate) is not None


def test_several_gates_use_one_registry(path, certificate):
    with open_registry(path) as first, open_registry(path) as second:
        first.note_checked(certificate, NOW)
        assert second.find(certificate).checked_at == NOW


def test_a_registry_that_is_not_there_is_told(tmp_path):
    with refused_as("touch-registry-unusable", match="no such file"), open_registry(tmp_path / "none"):
        pass


def test_what_is_no_registry_is_told_in_both_languages(tmp_path):
    """No word of the database's own reaches a Japanese sentence."""
    (tmp_path / "x").write_bytes(b"not a database" * 100)
    for path, words in [
        ("none", "ファイルがありません"),
        ("", "フォルダーです"),
        ("x", "台帳のファイルではありません"),
    ]:
        with pytest.raises(CardError) as refused, open_registry(tmp_path / path):
            pass
        assert words in refused.value.message("ja")


@pytest.mark.parametrize("content", [b"", b"not a database" * 100, b"SQLite format 3\x00" + bytes(100)])
def test_what_is_no_registry_is_refused(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with refused_as("touch-registry-unusable"), open_registry(tmp_path / "x"):
        pass


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with refused_as("touch-registry-unusable"), open_registry(tmp_path / "file" / "touch.sqlite", create=True):
        pass


def test_a_card_answers_its_customer_number(path, certificate):
    with open_registry(path) as registry:
        registry.register(certificate, NOW + timedelta(days=1), "C-1")
        assert (registry.find(certificate).customer, registry.find(certificate).registered_at) == ("C-1", NOW)
        registry.register(certificate, NOW)
        assert registry.find(certificate).customer == "C-1", "registering without a number took it away"
        registry.register(certificate, NOW, "C-2")
        assert registry.find(certificate).customer == "C-2"


def test_a_registry_of_version_1_goes_on(path, certificate):
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("DROP TABLE binding")
        old.execute("ALTER TABLE card DROP COLUMN customer")
        old.execute("PRAGMA user_version = 1")
    with open_registry(path) as registry:
        assert (registry.find(certificate).registered_at, registry.find(certificate).customer) == (NOW, None)
        registry.register(certificate, NOW, "C-1")
    with open_registry(path) as registry:
        assert registry.find(certificate).customer == "C-1"
