"""Trust anchors: pinned, labelled, and none that the user did not name."""

from __future__ import annotations

import hashlib

import pytest
from asn1crypto import x509

from signkit.errors import InputUnreadable
from signkit.jpki.authorities import certification_authorities
from signkit.pki.anchors import default_trust_store
from tests.refusals import refused_as

FINGERPRINTS = {
    "sign-ca-2015": "19645405a1fe14377434bd55957628ac4038557c542403a2243f21c706fc9355",
    "sign-ca-2019": "79679c33e4cc9319440f1ad120a597ff1844e2ef217063adb176966fd5e6fbeb",
    "sign-ca-2023": "d227f6cde11d35c5252178f106f843d24651944975413b539fa2fb68dbfa365f",
    "auth-ca-2015": "4dcfc4ca0aaf9fb2a3081b3f0c991c320b3acc008667a341eeaec5af1d58ca7d",
    "auth-ca-2023": "64114f29620c24ed2631d46476a040e7ee740d956089c00b036a6a8118c322b5",
}


def test_the_shipped_jpki_certificates_have_the_published_fingerprints():
    shipped = [*certification_authorities("signature"), *certification_authorities("authentication")]
    found = {item.name: hashlib.sha256(item.certificate).hexdigest() for item in shipped}
    assert found == FINGERPRINTS


def test_only_signing_cas_are_believed_for_signatures_and_none_for_timestamps():
    store = default_trust_store()
    assert [store.label(c).name for c in store.certificates("signature")] == [
        "sign-ca-2015", "sign-ca-2019", "sign-ca-2023",
    ]  # fmt: skip
    assert store.certificates("timestamp") == []


def test_a_rehearsal_ca_keeps_its_label(trust_pem):
    store = default_trust_store([trust_pem], jpki=False)
    assert {anchor.label.source for anchor in store.anchors} == {"rehearsal"}
    assert len(store.certificates("timestamp")) == 2


def test_a_folder_is_read_whole(rehearsal, tmp_path):
    from cryptography.hazmat.primitives.serialization import Encoding

    (tmp_path / "a.pem").write_bytes(rehearsal.trust_pem())
    (tmp_path / "b.der").write_bytes(rehearsal.service_ca.certificate.public_bytes(Encoding.DER))
    (tmp_path / "notes.txt").write_text("not a certificate")
    assert len(default_trust_store([tmp_path], jpki=False).anchors) == 3


def test_another_certificate_has_no_label(seller_card, trust_pem):
    store = default_trust_store([trust_pem])
    assert store.label(x509.Certificate.load(seller_card.sign.certificate)) is None


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_without_certificate_is_refused(content, tmp_path):
    path = tmp_path / "odd.pem"
    path.write_bytes(content)
    with refused_as("trust-anchor-unreadable"):
        default_trust_store([path])


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputUnreadable):
        default_trust_store([tmp_path / "none.pem"])


def test_a_rehearsals_authority_in_an_imported_list_stays_a_rehearsals(trust_pem, tmp_path):
    from datetime import UTC, datetime

    from signkit.pki.trust_lists.bundle import BundleTerms, read_bundle
    from signkit.pki.trust_lists.importing import keep_list

    terms = BundleTerms("bundle", frozenset({"timestamp"}))
    keep_list(tmp_path / "lists", read_bundle(trust_pem.read_bytes(), "rehearsal.pem", terms, datetime.now(UTC)))
    store = default_trust_store([tmp_path / "lists"], jpki=False)
    assert {(anchor.label.source, anchor.service.listed_in) for anchor in store.anchors} == {("rehearsal", "bundle")}
