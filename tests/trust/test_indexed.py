"""Answers from imported lists: for the certificates that a list covers, and no others."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from signkit.errors import CertificateRevoked, CrlIndexDamaged, EvidenceMissing
from signkit.pki.revocation import crl_import
from signkit.pki.revocation.collecting import collect_evidence
from signkit.pki.revocation.crl_import import import_crl
from signkit.pki.revocation.crl_index import Good, Revoked
from signkit.pki.revocation.indexed import IndexedRevocation, imported_lists
from signkit.pki.revocation.sources import (
    NOT_PUBLISHED,
    STATUS_ONLY,
    CrlEvidence,
    IndexedStatus,
    NoEvidence,
    all_answers,
    most_telling,
    to_be_kept,
)
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import HANAKO
from tests.trust.crls import DAY, NOW, authority, entry, issuing_point, leaf, make_list, name, new_authority


@pytest.fixture
def holds(tmp_path):
    """Import DER lists of `authority` (or another) and return the source."""

    def run(*lists: bytes, by=None, now=NOW):
        for number, der in enumerate(lists):
            (tmp_path / f"{number}.crl").write_bytes(der)
            import_crl(tmp_path / f"{number}.crl", tmp_path / "crl", [(by or authority()).candidate], now)
        return IndexedRevocation(tmp_path / "crl")

    return run


def ask(source, certificate, issuer=None):
    answer = source.look_up(certificate, (issuer or authority()).candidate)[0]
    return answer.status if isinstance(answer, IndexedStatus) else answer.kind


def directory(*common_names):
    return x509.DirectoryName(name("Test CA", *common_names))


def uri(number):
    return x509.UniformResourceIdentifier(f"http://ca.example/{number}.crl")


def relative(text):
    return x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def point(*names, rdn=None, reasons=None, crl_issuer=None):
    return x509.DistributionPoint(list(names) or None, rdn, reasons, crl_issuer)


def test_a_complete_list_speaks_of_every_certificate_of_its_issuer(holds):
    source = holds(make_list([5]))
    assert ask(source, leaf(5)) == Revoked(NOW - DAY, "unspecified")
    assert ask(source, leaf(6)) == Good()
    assert ask(source, leaf(5, points=[point(directory("千代田区 CRLDP"))])) == Revoked(NOW - DAY, "unspecified")


def test_the_answer_says_of_when_it_is(holds):
    answer = holds(make_list([])).look_up(leaf(5), authority().candidate)[0]
    assert (answer.this_update, answer.next_update) == (NOW, NOW + DAY)
    assert not answer.stale_at(NOW + DAY)
    assert answer.stale_at(NOW + DAY + DAY / 24)


def test_nothing_imported_is_no_evidence(tmp_path):
    assert ask(IndexedRevocation(tmp_path / "none"), leaf(5)) == "not-published"


def test_a_list_of_a_name_alike_authority_says_nothing(holds):
    other = new_authority()
    source = holds(make_list([5], by=other), by=other)
    assert ask(source, leaf(5)) == "not-published"
    assert ask(source, leaf(5, other), other) == Revoked(NOW - DAY, "unspecified")


def test_a_certificate_of_another_issuer_is_not_answered(holds):
    other = new_authority("Another CA")
    assert ask(holds(make_list([])), leaf(5, other)) == "not-published"


# --- partitions ----------------------------------------------------------------------------------------------


def test_a_partition_answers_only_for_its_own_certificates(holds):
    source = holds(
        make_list([5], point=issuing_point([directory("千代田区 CRLDP")])),
        make_list([6], point=issuing_point([directory("港区 CRLDP")])),
    )
    chiyoda, minato = [point(directory("千代田区 CRLDP"))], [point(directory("港区 CRLDP"))]
    assert isinstance(ask(source, leaf(5, points=chiyoda)), Revoked)
    assert ask(source, leaf(5, points=minato)) == Good()
    assert isinstance(ask(source, leaf(6, points=minato)), Revoked)
    assert ask(source, leaf(5, points=[point(directory("中央区 CRLDP"))])) == "not-published"
    assert ask(source, leaf(5)) == "not-published"


def test_a_name_with_characters_younger_than_rfc_4518_is_compared(holds):
    source = holds(make_list([5], point=issuing_point([directory("辻󠄀町 CRLDP")])))
    assert isinstance(ask(source, leaf(5, points=[point(directory("辻󠄀町 CRLDP"))])), Revoked)
    assert ask(source, leaf(5, points=[point(directory("辻町 CRLDP"))])) == "not-published"


@pytest.mark.parametrize(
    ("of_list", "of_certificate"),
    [
        (issuing_point([uri(1)]), point(uri(1))),
        (issuing_point([uri(1)]), point(uri(9), uri(1))),
        (issuing_point([directory("x"), uri(1)]), point(uri(1))),
        (issuing_point([directory("x"), uri(1)]), point(directory("x"))),
        (issuing_point(relative=relative("港区 CRLDP")), point(rdn=relative("港区 CRLDP"))),
        (issuing_point(relative=relative("港区 CRLDP")), point(x509.DirectoryName(x509.Name(
            [*authority().certificate.subject, x509.NameAttribute(NameOID.COMMON_NAME, "港区 CRLDP")]
        )))),
    ],
    ids=["uri", "second uri", "second name", "first name", "relative", "relative and full"],
)  # fmt: skip
def test_points_are_compared_by_any_of_their_names(holds, of_list, of_certificate):
    source = holds(make_list([5], point=of_list))
    assert isinstance(ask(source, leaf(5, points=[of_certificate])), Revoked)
    assert ask(source, leaf(6, points=[point(uri(7)), of_certificate])) == Good()


@pytest.mark.parametrize(
    "odd",
    [
        point(uri(1), reasons=frozenset({x509.ReasonFlags.key_compromise})),
        point(uri(1), crl_issuer=[x509.DirectoryName(name("Another CA"))]),
    ],
    ids=["some reasons", "indirect"],
)
def test_a_point_of_some_reasons_or_another_issuer_is_not_answered(holds, odd):
    assert ask(holds(make_list([5], point=issuing_point([uri(1)]))), leaf(5, points=[odd])) == "not-published"


def test_lists_of_users_and_of_authorities_are_kept_apart(holds):
    source = holds(make_list([5], point=issuing_point(user=True)), make_list([6], point=issuing_point(ca=True)))
    assert isinstance(ask(source, leaf(5)), Revoked)
    assert ask(source, leaf(6)) == Good()
    assert isinstance(ask(source, leaf(6, ca=True)), Revoked)
    assert ask(source, leaf(5, ca=True)) == Good()


def test_a_revocation_on_any_list_counts(holds):
    old = make_list([5], issued=NOW - DAY)
    source = holds(old, make_list([], point=issuing_point([uri(1)])))
    assert isinstance(ask(source, leaf(5, points=[point(uri(1))])), Revoked)
    newer = source.look_up(leaf(6, points=[point(uri(1))]), authority().candidate)[0]
    assert newer.this_update == NOW


def test_a_rehearsal_card_finds_its_municipalitys_list(rehearsal, seller_card, tmp_path):
    from asn1crypto import x509 as asn1_x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    certificate = asn1_x509.Certificate.load(seller_card.sign.certificate)
    issuer = asn1_x509.Certificate.load(seller_card.sign.ca_certificate)
    own = x509.load_der_x509_certificate(seller_card.sign.certificate)
    full_name = own.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0].full_name
    now = utc_now()
    builder = x509.CertificateRevocationListBuilder(rehearsal.signature_ca.certificate.subject, now, now + DAY)
    builder = builder.add_extension(issuing_point(full_name), True)
    builder = builder.add_revoked_certificate(entry(certificate.serial_number))
    crl = builder.sign(rehearsal.signature_ca.key, hashes.SHA256())
    (tmp_path / "m.crl").write_bytes(crl.public_bytes(Encoding.DER))
    header = import_crl(tmp_path / "m.crl", tmp_path / "crl", [issuer], now).header
    assert HANAKO.municipality in header.partition
    [answer] = IndexedRevocation(tmp_path / "crl").look_up(certificate, issuer)
    assert isinstance(answer.status, Revoked)


# --- what must not be concluded ------------------------------------------------------------------------------


def test_a_list_younger_than_the_certificates_end_does_not_say_good(holds):
    source = holds(make_list([5]))
    assert ask(source, leaf(6, end=NOW - DAY)) == "not-published"
    assert isinstance(ask(source, leaf(5, end=NOW - DAY)), Revoked)


def test_a_damaged_index_is_an_error_and_not_good(holds, tmp_path):
    source = holds(make_list(range(1, 300)))
    index = next((tmp_path / "crl").glob("*.crlindex"))
    index.write_bytes(index.read_bytes()[:-4096])
    with pytest.raises(CrlIndexDamaged):
        ask(source, leaf(500))
    with pytest.raises(CrlIndexDamaged):
        imported_lists(tmp_path / "crl")


def test_an_index_in_anothers_place_is_an_error(holds, tmp_path):
    source = holds(make_list([5]), make_list([], point=issuing_point([uri(1)])))
    first, second = (tmp_path / "crl").glob("*.crlindex")
    first.write_bytes(second.read_bytes())
    with pytest.raises(CrlIndexDamaged, match="another list"):
        ask(source, leaf(5, points=[point(uri(1))]))


# --- evidence for documents ----------------------------------------------------------------------------------


def fresh_list(entries, **choices):
    """A list that is in date by the machine's clock, which decides what goes into a document."""
    return make_list(entries, **({"issued": utc_now(), "due": utc_now() + DAY} | choices))


@pytest.fixture
def holds_now(holds):
    return lambda *lists: holds(*lists, now=utc_now())


@pytest.fixture
def large(monkeypatch):
    """As if every list were too large to be kept."""
    monkeypatch.setattr(crl_import, "MAX_KEPT_BYTES", 0)


def test_a_small_list_is_kept_and_goes_into_the_document(holds_now):
    der = fresh_list([5])
    evidence = collect_evidence([leaf(6)], [authority().candidate], [holds_now(der)], "B-LT")
    assert evidence.crls == (der,)


def test_a_status_without_its_list_cannot_go_into_a_document(holds_now, large):
    with pytest.raises(EvidenceMissing, match="a status without the list cannot be kept in the document"):
        collect_evidence([leaf(6)], [authority().candidate], [holds_now(fresh_list([5]))], "B-LT")


def test_another_source_may_still_have_evidence(holds_now, large):
    class Elsewhere:
        def look_up(self, certificate, issuer):
            return CrlEvidence(fresh_list([]))

    source = holds_now(fresh_list([]))
    assert collect_evidence([leaf(6)], [authority().candidate], [source, Elsewhere()], "B-LT").crls
    kinds = [type(answer) for answer in all_answers([source, Elsewhere()], leaf(6), authority().candidate)]
    assert kinds == [IndexedStatus, CrlEvidence]


@pytest.mark.parametrize("kept", [True, False])
def test_nothing_is_signed_with_a_revoked_certificate(holds_now, monkeypatch, kept):
    monkeypatch.setattr(crl_import, "MAX_KEPT_BYTES", 1_000_000 if kept else 0)
    with pytest.raises(CertificateRevoked, match="2026-11-20"):
        collect_evidence([leaf(5)], [authority().candidate], [holds_now(fresh_list([5]))], "B-LT")


def test_a_kept_list_that_was_exchanged_is_not_used(holds_now, tmp_path):
    source = holds_now(fresh_list([5]))
    next((tmp_path / "crl").glob("*.crl")).write_bytes(fresh_list([]))
    assert source.look_up(leaf(6), authority().candidate)[0].evidence(NOW) == STATUS_ONLY


def test_a_delta_leaves_only_the_status(holds_now):
    source = holds_now(fresh_list([5], number=1, issued=utc_now() - DAY), fresh_list([6], number=2, delta_of=1))
    assert source.look_up(leaf(7), authority().candidate)[0].evidence(NOW) == STATUS_ONLY
    assert isinstance(ask(source, leaf(6)), Revoked)


def test_for_a_jpki_certificate_the_imported_status_is_the_reason_told(holds_now, large):
    class Jpki:
        issuer = None

    class Says:
        def look_up(self, certificate, issuer):
            return IndexedStatus(Good(), utc_now(), utc_now() + DAY, "00")

    answer = to_be_kept(Says().look_up(Jpki(), authority().candidate))
    assert isinstance(answer, NoEvidence)
    assert most_telling([NOT_PUBLISHED, answer], Jpki()).kind == "status-only"


def test_a_stale_list_does_not_go_into_a_document_and_its_times_are_told(holds):
    source = holds(make_list([5], issued=NOW - 9 * DAY, due=NOW - 8 * DAY), now=NOW - 9 * DAY)
    with pytest.raises(EvidenceMissing, match="of 2026-11-12 09:30:00 UTC and the next one was due 2026-11-13 09:30"):
        collect_evidence([leaf(6)], [authority().candidate], [source], "B-LT")
