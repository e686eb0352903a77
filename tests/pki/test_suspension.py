"""A suspension ends when newer evidence that would tell of it does not (RFC 5280 5.3.1, 6.3.3)."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from signkit.validation.report import Verdict
from tests.pki.test_who_speaks import judge
from tests.validation import pki
from tests.validation.conftest import codes

NOW, DAY = pki.NOW, pki.DAY
REASONS = x509.ReasonFlags
HOLD = REASONS.certificate_hold
ALL = [item for item in REASONS if item not in (REASONS.unspecified, REASONS.remove_from_crl)]


def listed(ca, issued, entries=(), some=None):
    builder = x509.CertificateRevocationListBuilder().issuer_name(ca.certificate.subject)
    builder = builder.last_update(issued).next_update(issued + 60 * DAY)
    for holder, reason in entries:
        entry = x509.RevokedCertificateBuilder().serial_number(holder.certificate.serial_number)
        entry = entry.revocation_date(issued).add_extension(x509.CRLReason(reason), False)
        builder = builder.add_revoked_certificate(entry.build())
    if some is not None:
        point = x509.IssuingDistributionPoint(None, None, False, False, frozenset(some), False, False)
        builder = builder.add_extension(point, True)
    return builder.sign(ca.key, hashes.SHA256()).public_bytes(pki.Encoding.DER)


LATER = {
    "a whole list": (None, True),
    "a list of every reason": (ALL, True),
    "a list of suspensions alone": ([HOLD], True),
    "a list of every reason but suspension": ([item for item in ALL if item is not HOLD], False),
    "a list of compromised keys": ([REASONS.key_compromise], False),
}


@pytest.mark.parametrize("later", LATER)
def test_a_suspension_is_lifted_by_a_list_that_would_tell_of_it(later):
    some, lifted = LATER[later]
    ca = pki.authority()
    signer = pki.issue(ca, declares_crl=True)
    lists = [
        listed(ca, NOW - 20 * DAY),
        listed(ca, NOW - 15 * DAY, [(signer, HOLD)]),
        listed(ca, NOW - 5 * DAY, some=some),
    ]
    report = judge(ca, signer, crls=lists, stamped=False)
    assert (report.verdict is Verdict.PASSED) is lifted
    assert codes(report) == ([] if lifted else ["on-hold"])
