"""Trust, time and revocation: who may vouch, for what, and when (EN 319 102-1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from signkit.pki.anchors import TrustStore
from signkit.pki.policy import shipped_policy
from signkit.validation.report import Verdict
from tests.validation import pdfs, pki
from tests.validation.conftest import codes

NOW, DAY, YEAR = pki.NOW, pki.DAY, pki.YEAR
NOBODY = TrustStore(())


def sign(world, signer=None, *, store=None, tsa=None, time=NOW, over=None, **changes):
    """A signed PDF; ``store``: (certificates, OCSP responses, CRLs) for a DSS; ``tsa``: adds a signature timestamp."""
    signer = signer or world.signer

    def make(content):
        stamp = None if tsa is None else lambda value: pki.timestamp_token(over or value, tsa, time=time)
        return pki.signed_data(content, signer, stamp=stamp, **changes)

    pdf = pdfs.sign(pdfs.build(), make)
    return add_store(pdf, *store) if store else pdf


def add_store(pdf, certificates=(), ocsps=(), crls=()):
    """Append a revision with a document security store."""
    objects, lists = {}, []
    for name, items in (("Certs", certificates), ("OCSPs", ocsps), ("CRLs", crls)):
        numbers = range(40 + len(objects), 40 + len(objects) + len(items))
        for number, der in zip(numbers, items, strict=True):
            objects[number] = b"<< /Length %d >>\nstream\n" % len(der) + der + b"\nendstream"
        lists.append(b"/%s [%s]" % (name.encode(), b" ".join(b"%d 0 R" % number for number in numbers)))
    dss = b" /DSS << " + b" ".join(lists) + b" >> >>"
    return pdfs.update(pdf, {**objects, pdfs.CATALOG: pdfs.OBJECTS[pdfs.CATALOG][:-2] + dss})


def add_document_timestamp(pdf, tsa, *, time=NOW, number=21, over=None):
    """Append a revision with a document timestamp in an invisible field."""
    catalog = pdfs.OBJECTS[pdfs.CATALOG]
    start = pdf.rindex(b"\n1 0 obj\n") + 9
    catalog = pdf[start : pdf.index(b"\nendobj", start)]
    field = b"<< /FT /Sig /T (stamp%d) /Type /Annot /Subtype /Widget /F 132 /Rect [0 0 0 0] /P 3 0 R /V %d 0 R >>"
    kids = b"".join(b" %d 0 R" % (n + 9) for n in range(21, number + 1))
    objects = {
        pdfs.CATALOG: catalog,
        pdfs.FORM: b"<< /Fields [6 0 R 8 0 R" + kids + b"] /SigFlags 3 >>",
        pdfs.PAGE: pdfs.OBJECTS[pdfs.PAGE].replace(b"8 0 R]", b"8 0 R" + kids + b"]"),
        number + 9: field % (number, number),
        number: pdfs.signature_dictionary(sub_filter=b"ETSI.RFC3161").replace(b"/Type /Sig", b"/Type /DocTimeStamp"),
    }
    return pdfs.fill(pdfs.update(pdf, objects), lambda content: pki.timestamp_token(over or content, tsa, time=time))


def outcome(report):
    return report.verdict, report.sub_indication, codes(report)


# --- chains --------------------------------------------------------------------------------------------------


def test_without_an_anchor_nothing_is_known_of_the_signer(world, signed):
    report = world.only(signed, trust=NOBODY)
    assert outcome(report) == (Verdict.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND", ["no-anchor"])
    assert report.intact


def test_a_ca_of_the_same_name_is_not_the_ca(world):
    impostor = pki.authority()
    report = world.only(sign(world, pki.issue(impostor)))
    assert report.verdict is Verdict.INDETERMINATE
    assert report.signer.trusted_by is None


def test_a_self_signed_signer_is_trusted_by_nothing(world):
    report = world.only(sign(world, pki.authority("Hanako")))
    assert report.verdict is Verdict.INDETERMINATE


def test_certificates_injected_into_the_cms_do_not_help(world):
    impostor = pki.authority()
    signer = pki.issue(impostor)
    report = world.only(sign(world, signer, certificates=(impostor, world.ca, world.signer)))
    assert report.verdict is Verdict.INDETERMINATE
    assert report.signer.common_name == "Hanako"


def test_certificates_injected_into_a_timestamp_do_not_help(world):
    """Neither the token of a service that nobody trusts, nor a signer of that authority."""
    impostor = pki.authority("Other CA")
    tsa, signer = pki.timestamp_authority(impostor), pki.issue(impostor)

    def make(content, holder):
        def stamp(value):
            return pki.timestamp_token(value, tsa, extra=(impostor, world.ca, world.tsa, world.signer))

        return pki.signed_data(content, holder, stamp=stamp)

    report = world.only(pdfs.sign(pdfs.build(), lambda content: make(content, world.signer), room=9000))
    assert report.verdict is Verdict.PASSED  # by the signer's own certificate, now
    assert (report.timestamps[0].verdict, report.best_time) == (Verdict.INDETERMINATE, None)
    report = world.only(pdfs.sign(pdfs.build(), lambda content: make(content, signer), room=9000))
    assert outcome(report) == (Verdict.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND", ["no-anchor"])


def test_certificates_in_the_security_store_are_no_anchors(world):
    impostor = pki.authority("Other CA")
    signer = pki.issue(impostor)
    pdf = add_store(sign(world, signer, certificates=(impostor,)), certificates=[impostor.der, signer.der])
    assert outcome(world.only(pdf)) == (Verdict.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND", ["no-anchor"])


def test_a_document_timestamp_by_an_ordinary_signer_proves_no_time(world):
    """Its certificate is trusted, but not for timestamps."""
    report = world.judge(add_document_timestamp(sign(world), world.signer))
    stamp = report.document_timestamps[0]
    assert (stamp.verdict, [item.code for item in stamp.reasons]) == (
        Verdict.INDETERMINATE,
        ["certificate-not-for-timestamps"],
    )
    assert report.signatures[0].best_time is None
    assert report.verdict is Verdict.INDETERMINATE


def test_a_signature_called_a_document_timestamp_is_none(world):
    """A CMS signature in a dictionary that says /DocTimeStamp."""
    dressed = add_document_timestamp(sign(world), world.tsa)
    plain = pdfs.sign(pdfs.build(), world.cms, sub_filter=b"ETSI.RFC3161")
    assert world.judge(plain).verdict is Verdict.FAILED
    assert world.judge(dressed).verdict is Verdict.PASSED


def test_a_rehearsal_authority_is_named_in_the_report(world, signed):
    report = world.only(signed, trust=pki.trust(world.ca, source="rehearsal"))
    assert outcome(report) == (Verdict.PASSED, None, ["rehearsal"])
    assert (report.signer.key_kind, report.signer.trusted_by) == ("rehearsal", "rehearsal")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"usage": {"key_encipherment": True}}, id="key usage"),
        pytest.param({"usage": {"key_cert_sign": True}}, id="for certificates only"),
        pytest.param(
            {"usage": {"digital_signature": True}, "extended": ExtendedKeyUsageOID.CLIENT_AUTH}, id="for logging in"
        ),
    ],
)
def test_a_certificate_that_is_not_for_signing(world, changes):
    report = world.only(sign(world, pki.issue(world.ca, **changes)))
    assert outcome(report) == (
        Verdict.INDETERMINATE,
        "CHAIN_CONSTRAINTS_FAILURE",
        ["certificate-not-for-signing"],
    )


def test_the_signing_certificate_attribute_of_another_certificate(world):
    other = pki.issue(world.ca, "Taro")
    report = world.only(sign(world, ess=other))
    assert outcome(report) == (
        Verdict.INDETERMINATE,
        "NO_SIGNING_CERTIFICATE_FOUND",
        ["signing-certificate-mismatch"],
    )


def test_without_the_signing_certificate_attribute_it_is_no_pades(world):
    report = world.only(sign(world, ess=False))
    assert (report.verdict, report.level) == (Verdict.PASSED, "unknown")


def test_two_signers_in_one_pdf_signature_never_pass(world):
    pdf = pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, world.signer, pki.issue(world.ca, "Taro")))
    report = world.judge(pdf)
    assert sorted(item.signer.common_name for item in report.signatures) == ["Hanako", "Taro"]
    assert all(item.intact and codes(item) == ["several-signers"] for item in report.signatures)
    assert report.verdict is Verdict.INDETERMINATE


# --- validity ------------------------------------------------------------------------------------------------


def test_an_expired_certificate_without_proof_of_time(world):
    signer = pki.issue(world.ca, start=NOW - 2 * YEAR, end=NOW - YEAR)
    assert outcome(world.only(sign(world, signer))) == (Verdict.INDETERMINATE, "OUT_OF_BOUNDS_NO_POE", ["expired"])


def test_an_expired_certificate_with_a_timestamp_of_its_time(world):
    signer = pki.issue(world.ca, start=NOW - 2 * YEAR, end=NOW - YEAR)
    tsa = pki.timestamp_authority(world.ca, start=NOW - 3 * YEAR)
    report = world.only(sign(world, signer, tsa=tsa, time=NOW - 400 * DAY))
    assert (report.verdict, report.best_time_source) == (Verdict.PASSED, "signature-timestamp")
    assert report.best_time == NOW - 400 * DAY


def test_a_certificate_that_is_not_yet_valid(world):
    signer = pki.issue(world.ca, start=NOW + DAY)
    assert world.only(sign(world, signer)).verdict is Verdict.INDETERMINATE


def test_judging_at_another_time(world, signed):
    assert world.only(signed, at=NOW + 2 * YEAR).sub_indication == "OUT_OF_BOUNDS_NO_POE"
    assert world.only(signed, at=NOW - DAY).verdict is Verdict.PASSED


@pytest.mark.slow
def test_an_authority_that_has_ended_passes_on_evidence_sealed_before_and_fails_without(world):
    """As with JPKI's CA of 2015: the signature, its evidence and a document timestamp are all from its time."""
    old = pki.authority("Old CA", end=NOW - 30 * DAY)
    signer = pki.issue(old, start=NOW - YEAR, end=NOW - 60 * DAY, declares_crl=True)
    tsa = pki.timestamp_authority(world.ca, start=NOW - 3 * YEAR)
    then = NOW - 100 * DAY
    store = ([old.der], [], [pki.revocation_list(old, issued=then + timedelta(hours=1))])
    trust = pki.trust(old, world.ca)
    timed = sign(world, signer, tsa=tsa, time=then)
    stored = sign(world, signer, tsa=tsa, time=then, store=store)
    sealed = add_document_timestamp(stored, tsa, time=then + timedelta(hours=2))
    assert world.only(sealed, trust=trust).verdict is Verdict.PASSED
    assert world.only(stored, trust=trust).verdict is Verdict.INDETERMINATE
    assert world.only(timed, trust=trust).verdict is Verdict.INDETERMINATE


# --- timestamps ----------------------------------------------------------------------------------------------


def test_a_timestamp_over_other_data_proves_nothing(world):
    report = world.only(sign(world, tsa=world.tsa, over=b"other"))
    assert report.timestamps[0].verdict is Verdict.FAILED
    assert report.timestamps[0].sub_indication == "HASH_FAILURE"
    assert report.best_time is None


def test_a_timestamp_by_a_certificate_that_is_not_for_timestamps(world):
    report = world.only(sign(world, tsa=world.signer))
    assert report.timestamps[0].sub_indication == "CHAIN_CONSTRAINTS_FAILURE"
    assert report.best_time is None


def test_a_timestamp_of_an_unknown_service_proves_nothing(world):
    stranger = pki.timestamp_authority(pki.authority("Stranger"))
    report = world.only(sign(world, tsa=stranger))
    assert report.verdict is Verdict.PASSED
    assert report.best_time is None


def test_a_document_timestamp_over_other_data_fails(world, signed):
    report = world.judge(add_document_timestamp(signed, world.tsa, over=b"other"))
    assert report.verdict is Verdict.FAILED
    assert report.document_timestamps[0].sub_indication == "HASH_FAILURE"


@pytest.mark.slow
def test_levels_grow_with_what_is_added(world):
    evidence = ([world.ca.der], [pki.status_response(world.ca, world.signer)], [])
    timed = sign(world, tsa=world.tsa)
    stored = add_store(timed, *evidence)
    sealed = add_document_timestamp(stored, world.tsa, time=NOW + timedelta(seconds=5))
    reports = [world.only(pdf, at=NOW + DAY) for pdf in (sign(world), timed, stored, sealed)]
    assert [item.level for item in reports] == ["PAdES-B-B", "PAdES-B-T", "PAdES-B-LT", "PAdES-B-LTA"]
    assert [(item.verdict, codes(item)) for item in reports] == [(Verdict.PASSED, [])] * 4


# --- revocation ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def listed(world):
    """A signer whose certificate names a CRL, so that its status must be shown."""
    return pki.issue(world.ca, declares_crl=True)


def test_no_evidence_where_the_certificate_names_a_service(world, listed):
    assert outcome(world.only(sign(world, listed))) == (Verdict.INDETERMINATE, "TRY_LATER", ["revocation-missing"])


def test_good_by_a_list_made_before_the_signature(world, listed):
    """JPKI's lists are daily: the newest one is older than the signature."""
    store = ([], [], [pki.revocation_list(world.ca, issued=NOW - timedelta(hours=12))])
    report = world.only(sign(world, listed, tsa=world.tsa, store=store), at=NOW + timedelta(hours=1))
    assert report.verdict is Verdict.PASSED
    assert (report.revocation.status, report.revocation.source) == ("good", "crl")


def test_the_strict_policy_wants_evidence_made_after_the_signature(world, listed):
    strict = replace(shipped_policy("strict"), timestamp_revocation="if-available")
    before = ([], [], [pki.revocation_list(world.ca, issued=NOW - timedelta(hours=12))])
    after = ([], [], [pki.revocation_list(world.ca, issued=NOW + timedelta(hours=12))])
    later = NOW + DAY
    first = world.only(sign(world, listed, tsa=world.tsa, store=before), at=later, policy=strict)
    second = world.only(sign(world, listed, tsa=world.tsa, store=after), at=later, policy=strict)
    assert (first.verdict, first.sub_indication) == (Verdict.INDETERMINATE, "TRY_LATER")
    assert second.verdict is Verdict.PASSED


def test_revoked_before_the_signature(world, listed):
    revoked = {listed.certificate.serial_number: NOW - 10 * DAY}
    store = ([], [], [pki.revocation_list(world.ca, revoked)])
    report = world.only(sign(world, listed, tsa=world.tsa, store=store))
    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, "REVOKED_NO_POE")
    assert report.revocation.status == "revoked"
    assert report.revocation.revoked_at == NOW - 10 * DAY


def test_revoked_after_a_proven_signature_does_not_kill_the_contract(world, listed):
    """An address change a month later revokes the certificate."""
    revoked = {listed.certificate.serial_number: NOW + 30 * DAY}
    for store in (
        ([], [], [pki.revocation_list(world.ca, revoked, issued=NOW + 31 * DAY)]),
        ([], [pki.status_response(world.ca, listed, issued=NOW + 31 * DAY, revoked_at=NOW + 30 * DAY)], []),
    ):
        report = world.only(sign(world, listed, tsa=world.tsa, store=store), at=NOW + 32 * DAY)
        assert report.verdict is Verdict.PASSED
        unproven = world.only(sign(world, listed, store=store), at=NOW + 32 * DAY)
        assert unproven.sub_indication == "REVOKED_NO_POE"


def test_a_stale_list_shows_nothing(world, listed):
    store = ([], [], [pki.revocation_list(world.ca, issued=NOW - 30 * DAY)])
    report = world.only(sign(world, listed, tsa=world.tsa, store=store))
    assert outcome(report)[:2] == (Verdict.INDETERMINATE, "TRY_LATER")


def test_a_list_of_the_wrong_issuer_shows_nothing(world, listed):
    store = ([], [], [pki.revocation_list(pki.authority("Other CA"))])
    assert world.only(sign(world, listed, store=store)).verdict is Verdict.INDETERMINATE


def test_a_list_with_a_forged_signature_shows_nothing(world, listed):
    store = ([], [], [pki.revocation_list(pki.authority())])  # the CA's name, another key
    assert world.only(sign(world, listed, store=store)).verdict is Verdict.INDETERMINATE


# --- algorithms ----------------------------------------------------------------------------------------------


def test_sha1_is_not_believed_today(world):
    report = world.only(sign(world, digest="sha1"))
    assert outcome(report)[:2] == (Verdict.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
    assert report.intact


def test_sha1_proven_to_be_old_is_believed(world):
    old = NOW - 14 * YEAR
    ca = pki.authority("Old CA", start=old - YEAR)
    signer = pki.issue(ca, start=old - DAY)
    tsa = pki.timestamp_authority(ca, start=old - DAY)
    report = world.only(sign(world, signer, digest="sha1", tsa=tsa, time=old), trust=pki.trust(ca))
    assert report.verdict is Verdict.PASSED


def test_a_short_rsa_key_is_not_believed(world):
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    report = world.only(sign(world, pki.issue(world.ca, key=key)))
    assert outcome(report)[:2] == (Verdict.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
