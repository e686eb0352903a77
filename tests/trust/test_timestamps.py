"""Timestamp services: failover, and every way in which an answer may not be believed."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from asn1crypto import tsp

from signkit.errors import TimestampUnavailable
from signkit.pki.timestamps import HttpTimestampSource, TimestampRefused, obtain_timestamp, response_type
from signkit.rehearsal.authority import CertifiedKey, issue_organisation_certificate, new_rsa_key
from signkit.rehearsal.evidence_services import RehearsalTimestamps, utc_now

DIGEST = hashlib.sha256(b"data").digest()


class Altering:
    """A service that answers what ``change`` makes of a good answer."""

    name = "altering"

    def __init__(self, good, change) -> None:
        self._good, self._change = good, change

    def request(self, request: bytes) -> bytes:
        return self._change(self._good, request)


class Down:
    name = "down"

    def request(self, request: bytes) -> bytes:
        raise TimestampRefused("no answer")


@pytest.mark.slow
def test_the_next_service_is_asked_when_one_fails(rehearsal):
    token = obtain_timestamp([Down(), rehearsal.timestamps()], DIGEST)
    assert token.certificates[0].subject.native["common_name"] == "SignKit Rehearsal Timestamp Service"


def test_every_failure_is_named(rehearsal):
    with pytest.raises(TimestampUnavailable) as refusal:
        obtain_timestamp([Down(), HttpTimestampSource("ftp://tsa.example")], DIGEST)
    assert refusal.value.causes.en == "down: no answer; ftp://tsa.example: only http and https addresses are used"
    assert refusal.value.exit_code == 13


def over_other_data(good, request):
    parsed = tsp.TimeStampReq.load(request)
    parsed["message_imprint"]["hashed_message"] = bytes(32)
    return good.request(parsed.dump(force=True))


def to_another_request(good, request):
    parsed = tsp.TimeStampReq.load(request)
    parsed["nonce"] = 1
    return good.request(parsed.dump(force=True))


def refused(good, request):
    return response_type()({"status": {"status": "rejection"}}).dump()


def forged_signature(good, request):
    answer = bytearray(good.request(request))
    answer[-1] ^= 1
    return bytes(answer)


def of_another_version(good, request):
    return good.request(request).replace(b"\x02\x01\x01\x06", b"\x02\x01\x02\x06", 1)  # version, then the policy


def forged_time(good, request):
    return good.request(request).replace(b"\x18\x0f2026", b"\x18\x0f2016")


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (over_other_data, "the token is over other data"),
        (to_another_request, "the token answers another request (nonce)"),
        (
            of_another_version,
            "the token is of an unknown version, holds an unknown critical extension, or is too inaccurate",
        ),
        (refused, "the service refused (rejection)"),
        (forged_signature, "the token's signature does not hold"),
        (forged_time, "the token's digest does not fit its content"),
        (lambda good, request: b"<html>", "the answer is not a timestamp response"),
        (lambda good, request: b"", "the answer is not a timestamp response"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(change, cause, rehearsal):
    with pytest.raises(TimestampUnavailable) as refusal:
        obtain_timestamp([Altering(rehearsal.timestamps(), change)], DIGEST)
    assert refusal.value.causes.en == f"altering: {cause}"


def test_a_certificate_not_for_time_stamping_is_refused(rehearsal):
    key = new_rsa_key()
    ordinary = issue_organisation_certificate(rehearsal.service_ca, "Not a TSA", "Test", key, utc_now())
    service = RehearsalTimestamps(CertifiedKey(ordinary, key), rehearsal.service_ca.certificate)
    with pytest.raises(TimestampUnavailable, match="not for time stamping"):
        obtain_timestamp([service], DIGEST)


def without(name: str):
    """A service whose tokens lack one signed attribute, signed all the same."""

    class Lacking(RehearsalTimestamps):
        def _signer_info(self, content: bytes):
            from asn1crypto import cms

            info = super()._signer_info(content)
            kept = [item for item in info["signed_attrs"] if item["type"].native != name]
            attributes = cms.CMSAttributes(kept)
            info["signed_attrs"] = attributes
            info["signature"] = self._sign(attributes.dump())
            return info

    return Lacking


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("message_digest", "digest does not fit"),
        ("content_type", "does not sign that it is a timestamp"),
        ("signing_certificate_v2", "does not name the certificate"),
    ],
)
def test_a_token_that_lacks_a_signed_attribute_is_refused(name, cause, rehearsal):
    service = without(name)(rehearsal.timestamp, rehearsal.service_ca.certificate)
    with pytest.raises(TimestampUnavailable, match=cause):
        obtain_timestamp([service], DIGEST)


@pytest.mark.parametrize("days", [-3000, -1, 1, 3000])
def test_a_token_of_another_time_than_now_is_refused(days, rehearsal):
    service = rehearsal.timestamps(clock=lambda: utc_now() + timedelta(days=days))
    with pytest.raises(TimestampUnavailable, match="not now by this machine's clock"):
        obtain_timestamp([service], DIGEST)
