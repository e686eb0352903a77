"""What a real card must answer without any PIN."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from signkit.card.jpki import CertificateKind, TokenKind
from signkit.card.pin import AUTHENTICATION, SIGNATURE
from signkit.card.session import read_certificate, touch
from signkit.errors import PinNeeded
from signkit.holder.card_certificate import authentication_anchors, judge_certificate
from signkit.holder.judgement import Conclusion
from signkit.signers.card_report import read_card_report


@pytest.fixture(scope="module")
def report(card):
    return read_card_report(card)


def test_the_label_is_one_that_is_known(report):
    assert report.token.kind is not TokenKind.UNKNOWN, report.token.label


def test_the_tries_left_are_told_and_asking_costs_none(card, report):
    again = read_card_report(card)
    assert again.tries == report.tries
    assert report.tries[AUTHENTICATION.key] in range(AUTHENTICATION.max_tries + 1)
    assert report.tries[SIGNATURE.key] in {None, *range(SIGNATURE.max_tries + 1)}


def test_the_free_certificates_are_read_whole(report):
    for kind in (CertificateKind.AUTH, CertificateKind.AUTH_CA):
        facts = report.certificate(kind)
        assert facts.start < facts.end


def test_the_authentication_certificate_was_issued_by_a_shipped_ca(report):
    from asn1crypto import x509

    certificate = report.certificate(CertificateKind.AUTH).certificate
    if x509.Certificate.load(certificate).issuer.native["organization_name"] != "JPKI":
        pytest.skip("hardware: the card's certificates are not the JPKI's (a test card)")
    found = {
        finding.question: finding.conclusion
        for finding in judge_certificate(certificate, authentication_anchors(), (), datetime.now(UTC))
    }
    assert (found["certificate"], found["issuer"]) == (Conclusion.PASSED, Conclusion.PASSED)


def test_the_signing_certificate_stays_closed_without_its_password(card, report):
    if not report.certificate(CertificateKind.SIGN).is_present:
        pytest.skip("hardware: the card holds no signing certificate")
    with pytest.raises(PinNeeded):
        read_certificate(card, CertificateKind.SIGN)


def test_a_touch_gives_the_same_certificate_each_time(card):
    assert touch(card) == touch(card)
