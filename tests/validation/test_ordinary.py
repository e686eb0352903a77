"""The quick way of finding a certificate path must find exactly what the engine finds, or nothing.

Every other test of this folder asks both ways too (the fixture ``both_ways`` in conftest.py); here some thousand small
hierarchies are made at random, good and bad, and mutated.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from signkit.pki.paths import engine, ordinary
from signkit.pki.paths.known_certificates import known_certificate
from signkit.pki.paths.pool import Pool
from signkit.pki.policy import shipped_policy
from signkit.pki.revocation.evidence import ocsp_answers
from signkit.validation.report import Verdict
from tests.validation import pki
from tests.validation.conftest import World, codes, same_path
from tests.validation.test_trust import sign

NOW, DAY, YEAR = pki.NOW, pki.DAY, pki.YEAR
#: As if SHA-384 had been broken since.
ALGORITHMS = replace(
    shipped_policy("default").algorithms,
    digests={**shipped_policy("default").algorithms.digests, "sha384": NOW.date() - DAY},
)
KEYS = [ec.generate_private_key(ec.SECP256R1()) for _ in range(4)]
STATUS = ocsp.OCSPCertStatus
UNKNOWN_EXTENSION = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")


def certificate(choose, subject, key, issuer, issuer_key, *, ca, serial=0):
    """A certificate that is mostly as it should be; the engine knows certificates by issuer and serial number."""
    start, end = NOW - 2 * YEAR, NOW + 2 * YEAR
    if not choose(12):
        start, end = choose.choice([(NOW + DAY, end), (start, NOW - DAY), (start, NOW)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(pki.name(subject))
        .issuer_name(pki.name(issuer))
        .public_key(key.public_key())
        .serial_number(serial + choose(4) + 1)  # so that serial numbers meet
        .not_valid_before(start)
        .not_valid_after(end)
    )
    if choose(12):
        builder = builder.add_extension(x509.BasicConstraints(ca, choose.choice([None, None, 0]) if ca else None), True)
    if choose(8):
        usage = {"key_cert_sign": bool(choose(12)), "crl_sign": bool(choose(12))} if ca else {"digital_signature": True}
        builder = builder.add_extension(pki._usage(**usage), True)
    if choose(2):
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    if choose(2):
        named = issuer_key if choose(8) else key
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(named.public_key()), False)
    if not choose(2):
        point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://127.0.0.1/a")], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), bool(choose(2)))
    if not choose(12):
        builder = builder.add_extension(UNKNOWN_EXTENSION, bool(choose(2)))
    if not choose(12):
        allowed = x509.NameConstraints([x509.DirectoryName(pki.name("x"))], None)
        builder = builder.add_extension(allowed, True)
    if not choose(6):
        builder = builder.add_extension(
            x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), None)]), bool(choose(2))
        )
    if not choose(12):
        builder = builder.add_extension(x509.PolicyConstraints(choose.choice([0, 1, None]), 0), True)
    if not choose(16):
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)
    if not choose(16):
        builder = builder.add_extension(x509.OCSPNoCheck(), False)
    signer = issuer_key if choose(16) else choose.choice(KEYS)
    digest = hashes.SHA256() if choose(10) else hashes.SHA384()
    return builder.sign(signer, digest).public_bytes(Encoding.DER)


class Chooser(random.Random):
    """``choose(n)``: a number below n, so that ``not choose(n)`` holds once in n times."""

    def __call__(self, below: int) -> int:
        return self.randrange(below)


def question(choose):
    """(certificate, pool, anchors, moment, algorithms): a leaf under a middle authority under a root."""
    root_key, middle_key, leaf_key, other_key = KEYS
    root = certificate(choose, "root", root_key, "root", root_key, ca=True, serial=50)
    middle = certificate(choose, "middle", middle_key, "root", root_key, ca=bool(choose(16)))
    leaf = certificate(choose, "leaf", leaf_key, "middle", middle_key, ca=False)
    certificates = [leaf, middle] if choose(16) else [leaf]
    if not choose(8):
        certificates.append(certificate(choose, "middle", other_key, "root", root_key, ca=True, serial=60))
    if not choose(8):
        certificates.append(root)
    anchors = tuple(filter(None, [known_certificate(root if choose(8) else middle)]))
    moment = NOW + choose.choice([timedelta(), timedelta(), DAY / 2, -DAY, 3 * DAY])
    return known_certificate(leaf), Pool.from_der(certificates, (), ()), anchors, moment, ALGORITHMS


def both(asked):
    """(what the quick way finds, whether the engine finds the same)"""
    quick = World.quick(*asked)
    return quick, quick is None or same_path(quick, engine.find(*asked))


@pytest.mark.slow
def test_both_ways_find_the_same_in_random_hierarchies():
    decided = 0
    for seed in range(1_500):
        quick, agree = both(question(Chooser(seed)))
        assert agree, seed
        decided += quick is not None
    assert decided > 200  # else there would be nothing that was compared


@pytest.mark.slow
def test_both_ways_find_the_same_with_damaged_certificates():
    """One byte of a certificate is another."""
    for seed in range(600):
        choose = Chooser(10_000 + seed)
        leaf, pool, *rest = question(choose)
        chosen = [item.der for item in pool.certificates]
        number = choose(len(chosen))
        damaged = bytearray(chosen[number])
        damaged[choose(len(damaged))] ^= 1 << choose(8)
        chosen[number] = bytes(damaged)
        assert both((leaf, Pool.from_der(chosen, (), ()), *rest))[1], seed


@pytest.mark.parametrize("evidence", ["list", "answer", "none"])
def test_an_honest_signature_is_decided_the_quick_way(world, evidence, monkeypatch):
    def refuse(*_):
        raise AssertionError("the engine was asked")

    monkeypatch.setattr(ordinary, "find", World.quick)
    monkeypatch.setattr(engine, "find", refuse)
    lists = [pki.revocation_list(world.ca)] if evidence == "list" else []
    answers = [pki.status_response(world.ca, world.signer)] if evidence == "answer" else []
    report = world.only(sign(world, tsa=world.tsa, store=([], answers, lists)))
    assert report.verdict is Verdict.PASSED


def test_a_list_by_another_holder_of_a_certificate_is_no_evidence(world):
    """Whoever holds a certificate of the same CA could else vouch for a revoked one: it is asked for nothing."""
    required = replace(shipped_policy("default"), revocation="required")
    neighbour = pki.issue(world.ca, "Neighbour", usage={"crl_sign": True, "digital_signature": True})
    store = ([neighbour.der], [], [pki.revocation_list(neighbour)])
    report = world.only(sign(world, store=store), policy=required)
    assert (report.verdict, codes(report)) == (Verdict.INDETERMINATE, ["revocation-missing"])


def test_a_list_is_believed_of_an_anchor_that_is_no_root(world, monkeypatch):
    """Trusting an intermediate authority is enough: it signs its own lists."""
    monkeypatch.setattr(ordinary, "find", World.quick)
    root = pki.authority("Root")
    middle = pki.issue(root, "Middle", usage={"key_cert_sign": True, "crl_sign": True}, authority=True)
    signer = pki.issue(middle, "Taro")
    store = ([middle.der], [], [pki.revocation_list(middle)])
    report = world.only(sign(world, signer, store=store), trust=pki.trust(middle))
    assert (report.verdict, report.revocation.status) == (Verdict.PASSED, "good")


def test_an_answer_that_names_the_issuer_by_another_digest_is_believed(world, monkeypatch):
    """EU DSS makes such responses."""
    monkeypatch.setattr(ordinary, "find", World.quick)
    response = pki.status_response(world.ca, world.signer, named_by=hashes.SHA512())
    report = world.only(sign(world, store=([], [response], [])))
    assert (report.verdict, report.revocation.status) == (Verdict.PASSED, "good")


# --- evidence that proves less than it seems to --------------------------------------------------------------------


def ended(world):
    """A certificate that ended a year ago, a contract signed and timestamped with it a year before that."""
    holder = pki.issue(world.ca, start=NOW - 3 * YEAR, end=NOW - YEAR, declares_crl=True)

    def judge(store):
        return world.only(sign(world, holder, tsa=world.tsa, time=NOW - 2 * YEAR, store=store))

    return holder, judge


def test_a_list_made_after_a_certificate_had_ended_says_nothing_of_it(world):
    """Authorities take ended certificates off their lists (RFC 5280 3.3): a revoked one would look good again."""
    _, judge = ended(world)
    report = judge(([], [], [pki.revocation_list(world.ca)]))
    assert (report.verdict, codes(report)) == (Verdict.INDETERMINATE, ["revocation-missing"])


def test_an_answer_made_after_a_certificate_had_ended_says_nothing_of_it(world):
    holder, judge = ended(world)
    report = judge(([], [pki.status_response(world.ca, holder)], []))
    assert (report.verdict, codes(report)) == (Verdict.INDETERMINATE, ["revocation-missing"])


def test_a_list_that_keeps_ended_certificates_speaks_of_them(world):
    """expiredCertsOnCRL (X.509 8.5.2.12)."""
    _, judge = ended(world)
    report = judge(([], [], [pki.revocation_list(world.ca, keeps_ended_since=NOW - 9 * YEAR)]))
    assert (report.verdict, report.revocation.status) == (Verdict.PASSED, "good")


def test_a_revocation_that_a_later_list_still_tells_counts(world):
    holder, judge = ended(world)
    revoked = {holder.certificate.serial_number: NOW - 2 * YEAR - DAY}
    assert codes(judge(([], [], [pki.revocation_list(world.ca, revoked)]))) == ["revoked"]


@pytest.mark.parametrize("stranger", [False, True], ids=["alone", "with a certificate of the same name"])
def test_a_list_of_an_ended_authority_without_proof_of_its_age_is_no_evidence(world, stranger):
    """Whoever has the key of an ended authority could make it; a certificate of its name is easily made too."""
    gone = pki.authority("Gone CA", start=NOW - 9 * YEAR, end=NOW - YEAR)
    holder = pki.issue(gone, start=NOW - 3 * YEAR, end=NOW - YEAR - DAY, declares_crl=True)
    others = [pki.authority("Gone CA", end=NOW + 9 * YEAR).der] if stranger else []
    store = (others, [], [pki.revocation_list(gone, issued=NOW - 2 * YEAR)])
    pdf = sign(world, holder, tsa=world.tsa, time=NOW - 2 * YEAR, store=store)
    report = world.only(pdf, trust=pki.trust(world.ca, gone))
    assert (report.verdict, codes(report)) == (Verdict.INDETERMINATE, ["revocation-missing"])


def answering(world, holder, *, end=NOW + YEAR, issued=NOW, usage="digital_signature"):
    """An OCSP response by a responder that the CA appointed."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = pki._builder(pki.name("responder"), world.ca.certificate.subject, key, NOW - 3 * YEAR, end)
    builder = builder.add_extension(pki._usage(**{usage: True}), True).add_extension(x509.OCSPNoCheck(), False)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)
    own = builder.sign(world.ca.key, hashes.SHA256())
    response = ocsp.OCSPResponseBuilder().add_response(
        holder.certificate, world.ca.certificate, hashes.SHA1(), STATUS.GOOD, issued, issued + DAY, None, None
    )  # fmt: skip
    response = response.responder_id(ocsp.OCSPResponderEncoding.HASH, own).certificates([own])
    der = response.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    return pki.produced(der, pki.Holder(own, key), issued)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({}, "good", id="appointed"),
        pytest.param({"end": NOW - DAY, "issued": NOW - 2 * DAY}, "unknown", id="ended, and nothing shows its age"),
        pytest.param({"usage": "key_encipherment"}, "unknown", id="a key that does not sign"),
    ],
)
def test_who_may_answer_for_an_authority(world, changes, status):
    holder = pki.issue(world.ca, start=NOW - 3 * YEAR, declares_crl=True)
    pdf = sign(world, holder, tsa=world.tsa, time=NOW - 2 * DAY, store=([], [answering(world, holder, **changes)], []))
    assert world.only(pdf).revocation.status == status


@pytest.mark.slow
def test_a_response_of_many_answers_and_certificates_is_left_out(world):
    """Reading every certificate anew for every answer took minutes."""
    single = ocsp_response(world, answers=200, certificates=1)
    crowd = ocsp_response(world, answers=1, certificates=50)
    assert ocsp_answers(single) == ocsp_answers(crowd) == ()
    assert len(ocsp_answers(ocsp_response(world, answers=3, certificates=2))) == 3


def ocsp_response(world, *, answers, certificates):
    """An OCSP response that says the same several times."""
    response = asn1_ocsp.OCSPResponse.load(pki.status_response(world.ca, world.signer))
    basic = response["response_bytes"]["response"].parsed
    data = basic["tbs_response_data"]
    data["responses"] = list(data["responses"]) * answers
    basic["certs"] = [world.ca.asn1] * certificates
    return asn1_ocsp.OCSPResponse(
        {
            "response_status": "successful",
            "response_bytes": {
                "response_type": "basic_ocsp_response",
                "response": asn1_ocsp.BasicOCSPResponse.load(basic.dump(force=True)),
            },
        }
    ).dump()
