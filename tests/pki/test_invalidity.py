"""An authority tells since when a certificate is invalid: perhaps before it got to revoking it (RFC 5280 5.3.2)."""

from __future__ import annotations

import pytest
from asn1crypto import core
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from signkit.pki.policy import shipped_policy
from signkit.pki.revocation.crl_import import import_crl
from signkit.pki.revocation.indexed import IndexedRevocation
from signkit.pki.revocation.sources import FolderRevocation
from signkit.validation.certificate_status import certificate_status, status_by_number
from signkit.validation.cms_file import validate_cms
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Verdict
from tests.pki.test_who_speaks import judge
from tests.validation import pki
from tests.validation.conftest import codes

NOW, DAY = pki.NOW, pki.DAY
SIGNED, REVOKED = NOW - 60 * DAY, NOW - 30 * DAY
REASONS = x509.ReasonFlags
ENDING = [None, REASONS.key_compromise, REASONS.cessation_of_operation, REASONS.unspecified]
#: The invalidity date, and whether a signature of `SIGNED` was made before all of it.
DATES = {
    "none": (None, True),
    "before the signature": (SIGNED - DAY, False),
    "after the signature": (SIGNED + DAY, True),
    "after the revocation": (NOW - DAY, True),
    "in the last year of all": (NOW.replace(year=9999), True),
}


#: What stands in a date's place and is none, in as many octets.
UNREADABLE = {
    "a text": b"\x0c\x0fyesterday at 1.",
    "cut off": b"\x18\x0e20261121090000Z",
    "no zone": b"\x18\x0f20261121090000X",
    "year 0": b"\x18\x0f00000101000000Z",
    "nothing": b"\0" * 17,
}


def list_of(ca, holder, reason, date, *, indirect=False):
    entry = x509.RevokedCertificateBuilder().serial_number(holder.certificate.serial_number).revocation_date(REVOKED)
    if reason is not None:
        entry = entry.add_extension(x509.CRLReason(reason), False)
    if isinstance(date, bytes):
        entry = entry.add_extension(x509.UnrecognizedExtension(x509.InvalidityDate.oid, date), False)
    elif date is not None:
        entry = entry.add_extension(x509.InvalidityDate(date), False)
    made = x509.CertificateRevocationListBuilder().issuer_name(ca.certificate.subject)
    made = made.last_update(NOW - DAY / 2).next_update(NOW + DAY).add_revoked_certificate(entry.build())
    if indirect:
        made = made.add_extension(x509.IssuingDistributionPoint(None, None, False, False, None, True, False), True)
    return made.sign(ca.key, hashes.SHA256()).public_bytes(pki.Encoding.DER)


def answer_of(ca, holder, reason, date):
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=holder.certificate, issuer=ca.certificate, algorithm=hashes.SHA1(),
        cert_status=ocsp.OCSPCertStatus.REVOKED, this_update=NOW - DAY / 2, next_update=NOW + DAY,
        revocation_time=REVOKED, revocation_reason=reason,
    ).responder_id(ocsp.OCSPResponderEncoding.HASH, ca.certificate)  # fmt: skip
    response = asn1_ocsp.OCSPResponse.load(builder.sign(ca.key, hashes.SHA256()).public_bytes(pki.Encoding.DER))
    placed = core.GeneralizedTime(SIGNED if isinstance(date, bytes) else date) if date is not None else None
    if placed is not None:
        stated = {"extn_id": "invalidity_date", "critical": False, "extn_value": placed}
        basic = response["response_bytes"]["response"].parsed
        basic["tbs_response_data"]["responses"][0]["single_extensions"] = [stated]

    def altered(tbs):
        assert not isinstance(date, bytes) or tbs.count(placed.dump()) == 1
        return tbs.replace(placed.dump(), date) if isinstance(date, bytes) else tbs

    return pki.produced(response.dump(force=True), ca, NOW - DAY / 2, altered)


EVIDENCE = {
    "list": lambda *said: {"crls": [list_of(*said)]},
    "indirect list": lambda *said: {"crls": [list_of(*said, indirect=True)]},
    "answer": lambda *said: {"ocsps": [answer_of(*said)]},
}


@pytest.mark.slow
@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("reason", ENDING)
@pytest.mark.parametrize("form", EVIDENCE)
def test_what_is_invalid_since_before_the_signature_has_not_signed(form, reason, date):
    when, good = DATES[date]
    ca = pki.authority()
    signer = pki.issue(ca, declares_crl=True)
    report = judge(ca, signer, **EVIDENCE[form](ca, signer, reason, when))
    assert (report.verdict is Verdict.PASSED, codes(report)) == (good, [] if good else ["revoked"])


@pytest.mark.parametrize("date", UNREADABLE)
@pytest.mark.parametrize("form", EVIDENCE)
def test_a_date_that_nobody_can_read_may_be_any(form, date):
    ca = pki.authority()
    signer = pki.issue(ca, declares_crl=True)
    report = judge(ca, signer, **EVIDENCE[form](ca, signer, None, UNREADABLE[date]))
    assert report.verdict is Verdict.INDETERMINATE
    assert codes(report)[0] in ("revoked", "revocation-refused")


@pytest.mark.parametrize("form", EVIDENCE)
def test_a_hold_holds_since_it_was_put_on_the_list(form):
    ca = pki.authority()
    signer = pki.issue(ca, declares_crl=True)
    dated, plain = (
        judge(ca, signer, **EVIDENCE[form](ca, signer, REASONS.certificate_hold, date)) for date in (SIGNED - DAY, None)
    )
    assert (dated.verdict, dated.reasons) == (plain.verdict, plain.reasons)


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("reason", ENDING)
def test_a_list_says_one_moment_however_it_comes(tmp_path, reason, date):
    when, _ = DATES[date]
    ca = pki.authority()
    holder = pki.issue(ca, declares_crl=True)
    path = tmp_path / "lists" / "ca.crl"
    path.parent.mkdir()
    path.write_bytes(list_of(ca, holder, reason, when))
    imported = import_crl(path, tmp_path / "crl", [ca.asn1], NOW)
    said = [status_by_number(ca.asn1, holder.asn1.serial_number, imported.files, NOW)]
    for source in (IndexedRevocation(tmp_path / "crl"), FolderRevocation(path.parent)):
        said.append(certificate_status(holder.der, [ca.asn1], [source], shipped_policy("default").algorithms, NOW))
    assert {item.revoked_at for item in said} == {min(when or REVOKED, REVOKED)}


@pytest.mark.parametrize("source", [IndexedRevocation, FolderRevocation])
@pytest.mark.parametrize("date", DATES)
def test_the_verdict_does_not_depend_on_how_the_list_came(tmp_path, source, date):
    when, good = DATES[date]
    ca = pki.authority()
    holder = pki.issue(ca, declares_crl=True)
    path = tmp_path / "lists" / "ca.crl"
    path.parent.mkdir()
    path.write_bytes(list_of(ca, holder, REASONS.key_compromise, when))
    import_crl(path, tmp_path / "crl", [ca.asn1], NOW)
    stored = path.parent if source is FolderRevocation else tmp_path / "crl"
    options = ValidationOptions(trust=pki.trust(ca), revocation=(source(stored),), offline=True, at=NOW)
    tsa = pki.timestamp_authority(ca)
    made = pki.signed_data(b"x", holder, stamp=lambda value: pki.timestamp_token(value, tsa, time=SIGNED))
    [judged] = validate_cms(made, name="x", options=options, content=b"x").signatures
    assert (judged.verdict is Verdict.PASSED, codes(judged)) == (good, [] if good else ["revoked"])
