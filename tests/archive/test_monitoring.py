"""Whose signer was revoked since: found by keyed hashes, told once, never a number in clear."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import pytest

from signkit.archive import schema
from signkit.archive.adding import add_file, add_paper
from signkit.archive.entries import TransactionFacts, load_entry
from signkit.archive.judging import Judged
from signkit.archive.monitoring import ending_soon, note_told, revoked_by_lists, revoked_by_sources, watch
from signkit.archive.purging import Due, purge
from signkit.archive.store import create_archive, open_archive
from signkit.archive.verifying import verify
from signkit.pki.revocation.crl_import import import_crl
from signkit.pki.revocation.sources import FolderRevocation
from signkit.validation.options import ValidationOptions
from tests.validation import pdfs, pki

KEY = bytes(range(32))
TODAY = date(2026, 11, 27)
NOW = pki.NOW


def contract(signer, text=b"Pay 100 yen"):
    page = {number: body.replace(b"Pay 100 yen", text) for number, body in pdfs.OBJECTS.items()}
    return pdfs.sign(pdfs.build(page), lambda content: pki.signed_data(content, signer))


@pytest.fixture(scope="module")
def ca():
    return pki.authority()


@pytest.fixture(scope="module")
def signers(ca):
    return [pki.issue(ca, name, end=NOW + timedelta(days=days)) for name, days in (("A", 400), ("B", 60), ("C", 400))]


@pytest.fixture
def filled(archive, signers):
    """Two running contracts and one that has ended; a paper beside."""
    for place, signer in enumerate(signers):
        facts = TransactionFacts(title=f"contract {place}", end_date=date(2020, 1, 1) if place == 2 else None)
        add_file(archive, contract(signer, b"Pay %d00 yen" % place), f"{place}.pdf", Judged("file", "complete"), facts)
    add_paper(archive, TransactionFacts(title="paper"))
    return archive


def indexes(folder, ca, revoked):
    """Import a list and return its indexes."""
    path = folder / "today.crl"
    path.write_bytes(pki.revocation_list(ca, revoked, issued=NOW))
    return list(import_crl(path, folder / "crl", [ca.asn1], NOW).files)


def revoke(*holders):
    return {holder.certificate.serial_number: NOW - timedelta(days=2) for holder in holders}


@pytest.mark.slow
def test_a_revoked_signer_of_a_running_contract_is_told_once(filled, ca, signers, tmp_path):
    assert watch(filled, KEY, [ca.asn1], TODAY).signers == 2
    files = indexes(tmp_path, ca, revoke(signers[0], signers[2]))
    [change] = revoked_by_lists(filled, KEY, files, TODAY)
    assert (change.entry, change.field, change.is_new) == (1, "seller", True)
    assert change.revoked_at == NOW - timedelta(days=2)
    note_told(filled, [change])
    [again] = revoked_by_lists(filled, KEY, files, TODAY)
    assert not again.is_new
    assert verify(filled).troubles == ()


@pytest.mark.slow
def test_of_another_authority_of_that_name_the_same_number_says_nothing(filled, ca, signers, tmp_path):
    """The generations of JPKI's CA share a name, not a key."""
    watch(filled, KEY, [ca.asn1], TODAY)
    other = pki.authority()
    assert other.asn1.subject == ca.asn1.subject
    assert revoked_by_lists(filled, KEY, indexes(tmp_path, other, revoke(signers[0])), TODAY) == []


@pytest.mark.slow
def test_another_key_knows_nobody(filled, ca, signers, tmp_path):
    watch(filled, KEY, [ca.asn1], TODAY)
    assert revoked_by_lists(filled, bytes(32), indexes(tmp_path, ca, revoke(signers[0])), TODAY) == []


@pytest.mark.slow
def test_no_number_lies_in_the_archive_in_clear(filled, folder, ca, signers):
    watch(filled, KEY, [ca.asn1], TODAY)
    rows = filled.connection.execute("SELECT * FROM signer").fetchall()
    assert len(rows) == 2
    for signer in signers[:2]:
        number = signer.certificate.serial_number
        for form in (str(number), f"{number:x}", f"{number:X}"):
            assert all(form not in str(row) for row in rows)
            for path in folder.glob("ledger.sqlite*"):
                assert form.encode() not in path.read_bytes()


@pytest.mark.slow
def test_sources_are_asked_by_the_one_judgement(filled, ca, signers, tmp_path):
    watch(filled, KEY, [ca.asn1], TODAY)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "today.crl").write_bytes(pki.revocation_list(ca, revoke(signers[1])))
    options = ValidationOptions(trust=pki.trust(ca), at=NOW, revocation=[FolderRevocation(tmp_path / "lists")])
    assert [(each.entry, each.field) for each in revoked_by_sources(filled, options, TODAY)] == [(2, "seller")]


@pytest.mark.slow
def test_a_certificate_about_to_end_is_told(filled, ca):
    watch(filled, KEY, [ca.asn1], TODAY)
    [change] = ending_soon(filled, TODAY)
    assert (change.entry, change.ends) == (2, (NOW + timedelta(days=60)).date())
    assert ending_soon(filled, TODAY, 30) == []
    assert ending_soon(filled, change.ends) == [change]
    assert ending_soon(filled, change.ends + timedelta(days=1)) == []


def test_what_cannot_be_watched_is_named(archive, ca, signers):
    add_file(archive, contract(signers[0]), "known.pdf", Judged("file", "complete"))
    add_file(archive, b"%PDF-1.7 no contract", "broken.pdf", Judged("file", "complete"))
    add_file(archive, contract(pki.issue(pki.authority("Stranger"))), "strange.pdf", Judged("file", "complete"))
    assert watch(archive, KEY, [ca.asn1], TODAY).unread == (2, 3)
    assert watch(archive, KEY, [ca.asn1], TODAY).unread == ()  # it was said


@pytest.mark.slow
def test_a_later_file_is_looked_into_anew_and_what_was_told_stays(filled, ca, signers, tmp_path):
    watch(filled, KEY, [ca.asn1], TODAY)
    files = indexes(tmp_path, ca, revoke(signers[0]))
    note_told(filled, revoked_by_lists(filled, KEY, files, TODAY))
    longer = pdfs.update(contract(signers[0], b"Pay 000 yen"), {})
    sha256 = load_entry(filled.connection, 1).current.sha256
    data = filled.blobs.read(sha256)
    add_file(filled, pdfs.update(data, {pdfs.FONT: pdfs.OBJECTS[pdfs.FONT]}), "later.pdf", Judged("file", "complete"))
    assert longer != data
    assert watch(filled, KEY, [ca.asn1], TODAY).signers == 2
    [change] = revoked_by_lists(filled, KEY, files, TODAY)
    assert not change.is_new


@pytest.mark.slow
def test_purging_takes_the_signers_too(filled, ca):
    watch(filled, KEY, [ca.asn1], TODAY)
    purge(filled, [Due(load_entry(filled.connection, 1), TODAY, "tax")])
    assert filled.connection.execute("SELECT entry FROM signer").fetchall() == [(2,)]
    assert verify(filled).troubles == ()


@pytest.mark.slow
def test_an_older_ledger_goes_on(tmp_path, monkeypatch, signers, ca):
    """One that was made before there were signers in it: nothing of it counts as changed."""
    monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
    monkeypatch.setattr(schema, "VERSION", 1)
    create_archive(tmp_path / "kept")
    with sqlite3.connect(tmp_path / "kept" / "ledger.sqlite") as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    monkeypatch.undo()
    with open_archive(tmp_path / "kept") as archive:
        add_file(archive, contract(signers[0]), "a.pdf", Judged("file", "complete"))
        assert verify(archive).troubles == ()
        assert watch(archive, KEY, [ca.asn1], TODAY).signers == 1
        assert verify(archive).troubles == ()
