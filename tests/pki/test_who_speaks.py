"""Who may speak of a certificate: its issuer and whom those above vouch for, never one who only bears name and key."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.report import Verdict
from tests.validation import pdfs, pki
from tests.validation.conftest import codes
from tests.validation.test_trust import add_store

NOW, DAY, YEAR = pki.NOW, pki.DAY, pki.YEAR
#: When the documents below were signed and stamped.
SIGNED = NOW - 60 * DAY
CERT_AND_LISTS = {"key_cert_sign": True, "crl_sign": True}


def key_pair():
    return ec.generate_private_key(ec.SECP256R1())


def authority(by, name, end, key, usage=None):
    """Return an authority's certificate for a key that exists already."""
    usage = usage or CERT_AND_LISTS
    return pki.issue(by, name, start=NOW - 5 * YEAR, end=end, usage=usage, key=key, authority=True)


def judge(root, signer, *, chain=(), certificates=(), ocsps=(), crls=(), stamped=True):
    """Sign as of SIGNED, with what the document brings along, and judge without a network."""
    tsa = pki.timestamp_authority(root, start=NOW - 3 * YEAR, end=NOW + 2 * YEAR)
    stamp = (lambda value: pki.timestamp_token(value, tsa, time=SIGNED)) if stamped else None
    brought = (*chain, *certificates)
    pdf = pdfs.sign(pdfs.build(), lambda c: pki.signed_data(c, signer, certificates=brought, stamp=stamp), room=60_000)
    pdf = add_store(pdf, (), ocsps, crls)
    options = ValidationOptions(trust=pki.trust(root), at=NOW, offline=True)
    return validate_pdf(pdf, name="x.pdf", options=options).signatures[0]


def passed(report):
    assert report.verdict in (Verdict.PASSED, Verdict.INDETERMINATE), codes(report)
    return report.verdict is Verdict.PASSED


@pytest.fixture(scope="module")
def root():
    return pki.authority("Root", start=NOW - 8 * YEAR, end=NOW + 8 * YEAR)


class Middle:
    """An authority below the root, of which several certificates may be made."""

    def __init__(self, root, *, end):
        self.root, self.key, self.end = root, key_pair(), end
        self.own = self.certified()
        self.signer = pki.issue(
            self.own, start=NOW - 2 * YEAR, end=min(end, NOW + YEAR) - 10 * DAY, declares_crl=True
        )  # fmt: skip

    def certified(self, by=None, signed_with=None, *, start=NOW - 5 * YEAR, end=None, key=None, plain=False):
        """Return a certificate of its name; ``plain``: without usage and constraints."""
        issuer, key = by or self.root, key or self.key
        builder = pki._builder(pki.name("Middle"), issuer.certificate.subject, key, start, end or self.end)
        if not plain:
            builder = builder.add_extension(x509.BasicConstraints(True, None), True)
            builder = builder.add_extension(pki._usage(**CERT_AND_LISTS), True)
        return pki.Holder(builder.sign(signed_with or issuer.key, hashes.SHA256()), key)


@pytest.fixture(scope="module")
def ended(root):
    return Middle(root, end=NOW - 30 * DAY)


def spoken(ca, signer, form):
    """Return good evidence that claims to be of the day after the signature, as arguments of ``judge``."""
    if form == "ocsp":
        return {"ocsps": [pki.status_response(ca, signer, issued=SIGNED + DAY)]}
    return {"crls": [pki.revocation_list(ca, issued=SIGNED + DAY)]}


FORMS = pytest.mark.parametrize("form", ["ocsp", "crl"])
#: Certificates of the ended authority's name and key that its parent never signed, or that it signed itself.
SELF_MADE = {
    "a stranger's signature": lambda it: it.certified(signed_with=key_pair(), end=NOW + 8 * YEAR),
    "no usage, no constraints": lambda it: it.certified(signed_with=key_pair(), end=NOW + 8 * YEAR, plain=True),
    "signed by itself": lambda it: it.certified(by=it.own, end=NOW + 7 * YEAR),
}


@FORMS
@pytest.mark.parametrize("made", SELF_MADE)
def test_a_certificate_of_its_own_making_does_not_lift_an_authoritys_end(root, ended, form, made):
    twin = SELF_MADE[made](ended)
    said = spoken(ended.own, ended.signer, form)
    assert not passed(judge(root, ended.signer, chain=(ended.own,), certificates=[twin], **said))


@FORMS
def test_a_certificate_that_the_parent_renewed_does(root, ended, form):
    renewed = ended.certified(start=NOW - 31 * DAY, end=NOW + 3 * YEAR)
    said = spoken(ended.own, ended.signer, form)
    assert passed(judge(root, ended.signer, chain=(ended.own,), certificates=[renewed], **said))


@FORMS
def test_the_end_of_an_anchor_is_lifted_by_nobody(form):
    root, other = pki.authority("Old", start=NOW - 9 * YEAR, end=NOW - 30 * DAY), pki.authority("Other")
    signer = pki.issue(root, start=NOW - 2 * YEAR, end=NOW - 40 * DAY, declares_crl=True)
    twin = authority(root, "Old", NOW + 8 * YEAR, root.key)
    tsa = pki.timestamp_authority(other, start=NOW - 3 * YEAR)
    pdf = pdfs.sign(pdfs.build(), lambda c: pki.signed_data(
        c, signer, stamp=lambda value: pki.timestamp_token(value, tsa, time=SIGNED)))  # fmt: skip
    said = spoken(root, signer, form)
    pdf = add_store(pdf, [twin.der], said.get("ocsps", ()), said.get("crls", ()))
    options = ValidationOptions(trust=pki.trust(root, other), at=NOW, offline=True)
    assert not passed(validate_pdf(pdf, name="x.pdf", options=options).signatures[0])


REASONS = x509.ReasonFlags


@FORMS
@pytest.mark.parametrize(
    ("vouched", "reason", "revived"),
    [
        pytest.param(False, None, False, id="self-made"),
        pytest.param(False, REASONS.superseded, False, id="self-made, beside one that was replaced"),
        pytest.param(True, REASONS.key_compromise, False, id="by the parent, of a key that is lost"),
        pytest.param(True, REASONS.superseded, True, id="by the parent, in place of the other"),
    ],
)
def test_no_certificate_revives_a_compromised_key(root, form, vouched, reason, revived):
    lost = Middle(root, end=NOW + YEAR)
    twin = lost.certified(signed_with=None if vouched else key_pair(), end=NOW + 7 * YEAR)
    said = spoken(lost.own, lost.signer, form)
    told = listed_by(root, {lost.own.certificate.serial_number: NOW - 20 * DAY}, reason=reason)
    said["crls"] = [*said.get("crls", ()), told]
    assert passed(judge(root, lost.signer, chain=(lost.own,), certificates=[twin], **said)) is revived


@FORMS
@pytest.mark.parametrize("end", [NOW - 30 * DAY, NOW + YEAR], ids=["ended", "alive"])
def test_whom_an_authority_appoints_speaks_no_longer_than_it_does(root, form, end):
    middle = Middle(root, end=end)
    if form == "crl":
        other = middle.certified(by=middle.own, end=NOW + 7 * YEAR, key=key_pair())
        said = spoken(other, middle.signer, form)
    else:
        other = pki.issue(
            middle.own, "Responder", start=NOW - 2 * YEAR, end=NOW + 7 * YEAR,
            extended=ExtendedKeyUsageOID.OCSP_SIGNING,
        )  # fmt: skip
        said = {"ocsps": [answered_by(other, middle.own, middle.signer, issued=SIGNED + DAY)]}
    report = judge(root, middle.signer, chain=(middle.own,), certificates=[other], **said)
    assert passed(report) is (end > NOW)


@pytest.mark.parametrize("vouched", [False, True], ids=["self-made", "by the parent"])
def test_only_the_parent_gives_the_right_to_sign_lists(root, vouched):
    key = key_pair()
    own = authority(root, "Narrow", NOW + 2 * YEAR, key, usage={"key_cert_sign": True})
    by = root if vouched else pki.Holder(root.certificate, key_pair())
    wide = authority(by, "Narrow", NOW + 2 * YEAR, key)
    signer = pki.issue(own, declares_crl=True)
    report = judge(root, signer, chain=(own,), certificates=[wide], crls=[pki.revocation_list(own)])
    assert passed(report) is vouched


# --- crowds ----------------------------------------------------------------------------------------------------------


def answered_by(responder, ca, holder, *, issued=NOW - DAY, revoked_at=None):
    """Return the answer of an appointed responder, which it names by its name and which does not bring it along."""
    status = ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=holder.certificate, issuer=ca.certificate, algorithm=hashes.SHA1(), cert_status=status, this_update=issued,
        next_update=issued + 90 * DAY, revocation_time=revoked_at, revocation_reason=None,
    )  # fmt: skip
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, responder.certificate)
    response = builder.sign(responder.key, hashes.SHA256()).public_bytes(pki.Encoding.DER)
    return pki.produced(response, responder, issued)


CROWDS = pytest.mark.parametrize("size", [0, 5, 25, 60])


@CROWDS
@pytest.mark.parametrize("of", ["another", "the same"], ids=["another issuer", "the issuer's name"])
def test_a_crowd_does_not_hide_what_a_responder_tells(root, size, of):
    signer = pki.issue(root, declares_crl=True)
    responder = pki.issue(root, "Responder", extended=ExtendedKeyUsageOID.OCSP_SIGNING)
    stranger = pki.authority("Root" if of == "the same" else "Stranger")
    crowd = [pki.issue(stranger, "Responder", extended=ExtendedKeyUsageOID.OCSP_SIGNING) for _ in range(size)]
    told = answered_by(responder, root, signer, revoked_at=NOW - 70 * DAY)
    good = pki.status_response(root, signer)
    report = judge(root, signer, certificates=[*crowd, responder], ocsps=[good, told], stamped=False)
    assert codes(report) == (["revoked"] if size <= 5 or of == "another" else ["revocation-refused"])


@pytest.mark.slow
@CROWDS
@pytest.mark.parametrize("names_key", [False, True], ids=["no key named", "key named"])
def test_a_crowd_does_not_hide_what_the_list_of_a_new_key_tells(root, size, names_key):
    signer = pki.issue(root, declares_crl=True)
    new = pki.issue(root, "Root", usage=CERT_AND_LISTS, authority=True, end=NOW + 2 * YEAR)
    told = listed_by(new, {signer.certificate.serial_number: NOW - 70 * DAY}, names_key=names_key)
    crowd = [pki.authority("Root") for _ in range(size)]
    good = pki.status_response(root, signer)
    report = judge(root, signer, certificates=[*crowd, new], ocsps=[good], crls=[told], stamped=False)
    assert codes(report) == (["revoked"] if size <= 5 or names_key else ["revocation-refused"])


def listed_by(ca, revoked, *, names_key=False, reason=None):
    builder = x509.CertificateRevocationListBuilder().issuer_name(ca.certificate.subject)
    builder = builder.last_update(NOW - DAY).next_update(NOW + timedelta(days=1))
    for serial, when in revoked.items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
        entry = entry if reason is None else entry.add_extension(x509.CRLReason(reason), False)
        builder = builder.add_revoked_certificate(entry.build())
    if names_key:
        named = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key())
        builder = builder.add_extension(named, False)
    return builder.sign(ca.key, hashes.SHA256()).public_bytes(pki.Encoding.DER)


@pytest.mark.slow
@FORMS
def test_a_crowd_of_twins_does_not_speak(root, ended, form):
    crowd = [ended.certified(signed_with=key_pair(), end=NOW + 8 * YEAR) for _ in range(25)]
    report = judge(root, ended.signer, chain=(ended.own,), certificates=crowd, **spoken(ended.own, ended.signer, form))
    assert codes(report) == ["revocation-refused"]
