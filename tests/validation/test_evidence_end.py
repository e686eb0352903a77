"""Until when a judgement stays what it is: at that moment it still does, a minute later it does not, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from asn1crypto import x509 as asn1_x509

from signkit.pki.policy import shipped_policy
from signkit.pki.revocation.sources import CrlEvidence
from signkit.reporting.formats.text import write_text
from signkit.validation.report import Verdict
from tests.validation import pdfs, pki
from tests.validation.test_trust import NOBODY, add_document_timestamp, add_store, sign

NOW, DAY, YEAR = pki.NOW, pki.DAY, pki.YEAR
INSTANT = timedelta(minutes=1)


@dataclass
class Service:
    """Hands over the lists of today, as long as their authority lasts."""

    authorities: list[pki.Holder]
    now: datetime = NOW

    def look_up(self, certificate: asn1_x509.Certificate, issuer: asn1_x509.Certificate) -> list[CrlEvidence]:
        asked = [each for each in self.authorities if each.asn1.subject == issuer.subject]
        living = [each for each in asked if each.certificate.not_valid_after_utc >= self.now]
        return [CrlEvidence(pki.revocation_list(each, issued=self.now)) for each in living]


def plain(world):
    return sign(world)


def timestamped(world):
    return sign(world, tsa=pki.timestamp_authority(world.ca, end=NOW + 2 * YEAR))


def timestamped_by_one_who_ends_first(world):
    """The signer's certificate outlasts the timestamp's: it still holds by itself."""
    return sign(world, tsa=pki.timestamp_authority(world.ca, end=NOW + 9 * DAY))


def with_evidence(world):
    """Stored evidence that nothing later proves counts until its authority ends."""
    middle = pki.issue(
        world.ca, "Middle", usage={"key_cert_sign": True, "crl_sign": True}, authority=True, end=NOW + 2 * YEAR
    )
    tsa = pki.timestamp_authority(world.ca, end=NOW + 4 * YEAR)
    signer = pki.issue(middle, declares_crl=True)
    lists = [pki.revocation_list(middle), pki.revocation_list(world.ca)]
    return add_store(sign(world, signer, tsa=tsa), [middle.der], [], lists)


def archived(world):
    tsa = pki.timestamp_authority(world.ca, end=NOW + 3 * YEAR)
    return add_document_timestamp(with_evidence(world), tsa)


def archived_twice(world):
    """The second timestamp ends before the first: the file is judged by its worst."""
    later = pki.timestamp_authority(world.ca, end=NOW + 40 * DAY)
    return add_document_timestamp(archived(world), later, number=22)


def archived_by_an_authority_that_ends(world):
    """A service's certificate that says it outlasts its authority."""
    middle = pki.issue(
        world.ca, "Middle", usage={"key_cert_sign": True, "crl_sign": True}, authority=True, end=NOW + 2 * YEAR
    )
    tsa = pki.timestamp_authority(middle, end=NOW + 4 * YEAR)
    return add_document_timestamp(add_store(plain(world), [middle.der], [], []), tsa)


MADE = {
    plain: (NOW + YEAR, "certificate-ends"),
    timestamped: (NOW + 2 * YEAR, "timestamp-certificate-ends"),
    timestamped_by_one_who_ends_first: (NOW + YEAR, "certificate-ends"),
    with_evidence: (NOW + 2 * YEAR, "authority-ends"),
    archived: (NOW + 3 * YEAR, "timestamp-certificate-ends"),
    archived_twice: (NOW + 40 * DAY, "timestamp-certificate-ends"),
    archived_by_an_authority_that_ends: (NOW + 2 * YEAR, "authority-ends"),
}


@pytest.mark.slow
@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_it_holds_until_then_and_no_longer(world, make):
    pdf = make(world)
    report = world.judge(pdf)
    assert report.verdict is Verdict.PASSED
    end = report.evidence_until
    assert (end.time, end.why.code) == MADE[make]
    for moment, verdict in ((end.time, Verdict.PASSED), (end.time + INSTANT, Verdict.INDETERMINATE)):
        asked = [Service([world.ca], moment)]
        assert world.judge(pdf, at=moment, revocation=asked, offline=False).verdict is verdict


@pytest.mark.slow
@pytest.mark.parametrize("make", [timestamped, archived], ids=lambda make: make.__name__)
def test_an_algorithm_ends_by_policy(world, make):
    pdf, last = make(world), date(2027, 6, 30)
    policy = shipped_policy("default")
    retired = replace(policy.algorithms, digests=policy.algorithms.digests | {"sha256": last})
    retiring = replace(policy, algorithms=retired)
    end = world.judge(pdf, policy=retiring).evidence_until
    assert (end.time, end.why.code) == (datetime.combine(last, time.max, UTC), "algorithm-ends")
    assert "sha256" in end.why.text.en
    assert world.judge(pdf, policy=retiring, at=end.time + INSTANT).verdict is Verdict.INDETERMINATE


def test_evidence_from_outside_can_be_had_until_the_certificate_ends(world):
    signer = pki.issue(world.ca, declares_crl=True, end=NOW + YEAR)
    pdf = sign(world, signer, tsa=pki.timestamp_authority(world.ca, end=NOW + 3 * YEAR))
    asked = world.judge(pdf, revocation=[Service([world.ca])], offline=False)
    assert asked.verdict is Verdict.PASSED
    assert (asked.evidence_until.time, asked.evidence_until.why.code) == (NOW + YEAR, "evidence-outside")


def test_what_only_lacks_word_of_revocation_holds_as_long_as_its_timestamp(world):
    """A card's signature, of whose certificate not everybody may ask."""
    pdf = sign(world, pki.issue(world.ca, declares_crl=True), tsa=pki.timestamp_authority(world.ca, end=NOW + 3 * YEAR))
    report = world.judge(pdf)
    assert (report.verdict, report.signatures[0].sub_indication) == (Verdict.INDETERMINATE, "TRY_LATER")
    assert report.evidence_until.time == NOW + 3 * YEAR


@pytest.mark.parametrize("trust", ["nobody", "unsigned", "changed"])
def test_of_what_does_not_hold_nothing_is_told(world, signed, trust):
    report = {
        "nobody": lambda: world.judge(signed, trust=NOBODY),
        "unsigned": lambda: world.judge(pdfs.build()),
        "changed": lambda: world.judge(signed.replace(b"Pay 100 yen", b"Pay 900 yen")),
    }[trust]()
    assert report.evidence_until is None
    assert report.to_json()["evidence_until"] is None


def test_the_day_and_the_reason_are_told(world):
    report = world.judge(archived(world))
    assert json.loads(json.dumps(report.to_json()))["evidence_until"]["time"] == "2029-11-20T09:00:00Z"
    assert "Holds as it is until 2029-11-20" in write_text(report)
    assert "2029-11-20" in write_text(report, "ja")
