"""What several threads read at once: each sees whole values, whoever asked first."""

from __future__ import annotations

import sys
import threading
from functools import partial

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signkit.pki.anchors import TrustStore, _user_anchor
from signkit.pki.paths.known_certificates import known_certificate
from signkit.pki.revocation.evidence import ocsp_answers, revocation_list
from signkit.pki.revocation.sources import FolderRevocation, OcspEvidence
from signkit.pki.sharing import kept_by_thread
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import HANAKO
from signkit.signing.levels import Services

_THREADS = 4
_ROUNDS = 60


@pytest.fixture
def hurried():
    """Threads that change places as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(act):
    """Do something in several threads at the same time; return what each had."""
    barrier, found = threading.Barrier(_THREADS), [None] * _THREADS

    def run(place):
        barrier.wait()
        try:
            found[place] = act()
        except Exception as error:
            found[place] = repr(error)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(_THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found


@pytest.fixture(scope="module")
def material(rehearsal):
    """A signer's certificate, its issuer's, and an OCSP response on it."""
    signer = rehearsal.card(HANAKO, utc_now()).sign.certificate
    issuer = rehearsal.signature_ca.certificate.public_bytes(Encoding.DER)
    answer = rehearsal.revocation().look_up(x509.Certificate.load(signer), x509.Certificate.load(issuer))
    return signer, issuer, answer.der


def what_is_read(item):
    """Everything that a verdict may ask a certificate for."""
    return (
        item.critical_extensions,
        item.key_usage_value.native,
        item.subject.hashable,
        item.issuer.dump(),
        item.native["tbs_certificate"]["extensions"],
        item.dump(),
    )


def test_each_thread_keeps_for_itself_and_once():
    made = []

    @kept_by_thread(maxsize=4)
    def make(about):
        made.append(about)
        return object()

    assert make(1) is make(1)
    assert made == [1]
    assert len({id(each) for each in at_once(lambda: make(1))} | {id(make(1))}) == _THREADS + 1


@pytest.mark.slow
def test_threads_see_whole_values(material, rehearsal, tmp_path, hurried):
    signer, issuer, response = material
    (tmp_path / "answer.ocsp").write_bytes(response)
    expected = what_is_read(x509.Certificate.load(signer))
    expected_answers = [(each.status, each.serial, each.responder) for each in ocsp_answers(response)]
    for _ in range(_ROUNDS):
        batch = Services(issuers=[signer])
        anchors = TrustStore((_user_anchor(signer),))
        folder = FolderRevocation(tmp_path)
        assert at_once(lambda: what_is_read(known_certificate(signer).certificate)) == [expected] * _THREADS
        assert at_once(partial(anchor_as_read, anchors)) == [expected] * _THREADS
        assert at_once(partial(issuer_as_read, batch)) == [expected] * _THREADS
        found = at_once(partial(told_by, folder, signer, issuer))
        assert found == [[OcspEvidence(response)]] * _THREADS
        told = at_once(lambda: [(each.status, each.serial, each.responder) for each in ocsp_answers(response)])
        assert told == [expected_answers] * _THREADS


def anchor_as_read(anchors):
    return what_is_read(anchors.certificates("sign")[0])


def issuer_as_read(services):
    return what_is_read(services.issuer_certificates()[0])


def told_by(folder, signer, issuer):
    return folder.look_up(x509.Certificate.load(signer), x509.Certificate.load(issuer))


def test_a_list_is_read_by_each_thread(rehearsal, hurried):
    der = rehearsal.revocation().crl(rehearsal.signature_ca)
    expected = revocation_list(der).issuer
    assert at_once(lambda: revocation_list(der).issuer) == [expected] * _THREADS
