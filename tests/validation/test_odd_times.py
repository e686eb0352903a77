"""Times that no date can be compared with: without a zone, or of the year 0.  Anybody can write them into a file."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from asn1crypto import algos, core
from asn1crypto import x509 as asn1_x509

from signkit.validation.cms_file import validate_cms
from signkit.validation.report import Verdict
from tests.validation import pdfs, pki
from tests.validation.test_trust import add_store, sign

CONTENT = b"The contract."
#: No zone; a year that Python has no date for; the very first and last moments.
ODD = [b"20200101000000", b"00000101000000Z", b"00010101000000Z", b"99991231235959Z", b"00010101000000+0900"]
#: What is in the file of these is compared with nothing.
UNREAD = (ODD[0], ODD[1], ODD[4])
_SHA256_WITH_ECDSA = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}).dump()
_AUTHORITY = bytes.fromhex("300f0603551d130101ff040530030101ff")


def generalized(text: bytes) -> bytes:
    return pki.tagged(0x18, text)


def token(covered: bytes, tsa, time: bytes, accuracy: bytes = b"") -> bytes:
    imprint = pki.sequence(
        algos.DigestAlgorithm({"algorithm": "sha256"}).dump(), pki.octets(hashlib.sha256(covered).digest())
    )
    policy, serial = bytes.fromhex("06032a0304"), b"\x02\x01\x05"
    info = pki.sequence(b"\x02\x01\x01", policy, imprint, serial, generalized(time), accuracy)
    return pki.signed_data(info, tsa, encapsulate=info, content_type="tst_info")


class Read(pki.Holder):
    """A holder whose certificate is DER that only we read."""

    @property
    def der(self) -> bytes:
        return self.certificate

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.der)


def certificate(like: pki.Holder, issuer: pki.Holder, start: bytes, end: bytes, extension: bytes = _AUTHORITY) -> Read:
    """One with the name and key of another one, and these times."""
    tbs = pki.sequence(
        pki.explicit(0, b"\x02\x01\x02"),
        core.Integer(77).dump(),
        _SHA256_WITH_ECDSA,
        issuer.asn1.subject.dump(),
        pki.sequence(generalized(start), generalized(end)),
        like.asn1.subject.dump(),
        like.asn1.public_key.dump(),
        *([pki.explicit(3, pki.sequence(extension))] if extension else []),
    )
    return Read(pki.sequence(tbs, _SHA256_WITH_ECDSA, pki.tagged(3, b"\0" + issuer.sign(tbs))), like.key)


@pytest.mark.parametrize("time", ODD)
@pytest.mark.parametrize("by_stranger", [False, True])
def test_a_token_of_an_odd_time_proves_nothing_and_takes_nothing(world, time, by_stranger):
    tsa = pki.timestamp_authority(pki.authority("Stranger")) if by_stranger else world.tsa
    data = pki.signed_data(CONTENT, world.signer, stamp=lambda value: token(value, tsa, time))
    [signature] = validate_cms(data, name="x", options=world.options, content=CONTENT).signatures
    [stamp] = signature.timestamps
    assert (signature.verdict, signature.best_time) == (Verdict.PASSED, None)
    assert stamp.verdict is not Verdict.PASSED
    alone = validate_cms(token(CONTENT, tsa, time), name="x", options=world.options, content=CONTENT)
    assert alone.error is None
    assert alone.verdict in (Verdict.FAILED, Verdict.INDETERMINATE)


@pytest.mark.parametrize("place", ["start", "end"])
@pytest.mark.parametrize("time", ODD)
def test_a_certificate_of_odd_times_beside_the_others_changes_nothing(world, time, place):
    """Of the authority's name, by its key or a stranger's: what anybody puts into the security store."""
    signer, stranger = pki.issue(world.ca, declares_crl=True), pki.authority("Stranger")
    start, end = (time, b"20300101000000Z") if place == "start" else (b"20200101000000Z", time)
    beside = [
        certificate(like, by, start, end).der
        for like in (world.ca, replace(stranger, certificate=world.ca.certificate))
        for by in (world.ca, replace(world.ca, key=stranger.key))
    ]
    store = ([*beside, world.ca.der], [], [pki.revocation_list(world.ca)])
    report = world.judge(sign(world, signer, store=store, tsa=world.tsa))
    assert report.verdict is Verdict.PASSED, report.error
    assert [item.verdict for item in report.signatures[0].timestamps] == [Verdict.PASSED]


@pytest.mark.parametrize("time", UNREAD)
def test_a_certificate_whose_times_cannot_be_compared_signs_nothing(world, time):
    for signer in (
        certificate(world.signer, world.ca, time, b"20300101000000Z", b""),
        certificate(world.signer, world.ca, b"20200101000000Z", time, b""),
    ):
        data = pki.signed_data(CONTENT, signer)
        [report] = validate_cms(data, name="x", options=world.options, content=CONTENT).signatures
        assert report.verdict is Verdict.INDETERMINATE
        assert [reason.code for reason in report.reasons] == ["signer-certificate-missing"]


@pytest.mark.parametrize("time", ODD)
def test_a_revocation_list_of_an_odd_time_hides_no_other(world, time):
    signer = pki.issue(world.ca, declares_crl=True)
    good = pki.revocation_list(world.ca)
    for times in ((time, b"20261122000000Z"), (b"20261121000000Z", time)):
        tbs = pki.sequence(b"\x02\x01\x01", _SHA256_WITH_ECDSA, world.ca.asn1.subject.dump(), *map(generalized, times))
        odd = pki.sequence(tbs, _SHA256_WITH_ECDSA, pki.tagged(3, b"\0" + world.ca.sign(tbs)))
        pdf = pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, signer))
        assert world.judge(add_store(pdf, [world.ca.der], [], [odd, good])).verdict is Verdict.PASSED


@pytest.mark.parametrize("time", ODD)
def test_a_claimed_time_that_is_odd_can_be_reported(world, time):
    claim = pki.sequence(bytes.fromhex("06092a864886f70d010905"), pki.set_of(generalized(time)))
    data = pki.signed_data(CONTENT, world.signer, added=(claim,))
    report = validate_cms(data, name="x", options=world.options, content=CONTENT)
    assert report.verdict is Verdict.PASSED
    stated = report.to_json()["signatures"][0]["claimed_time"]
    assert stated is None or len(stated) == len("2026-11-21T05:00:00Z")
