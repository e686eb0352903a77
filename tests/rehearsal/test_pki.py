"""The rehearsal: shaped like the real PKI, and never mistakable for it."""

from __future__ import annotations

import os

import pytest
from asn1crypto import x509

from signkit.jpki.attributes import read_attributes
from signkit.pki.anchors import REHEARSAL_ORGANISATION
from signkit.rehearsal.cards import kept_contents
from signkit.rehearsal.pki import HANAKO, kept_rehearsal, trust_file


def test_every_certificate_says_that_it_is_a_rehearsal(seller_card):
    for contents in (seller_card.sign, seller_card.auth):
        issuer = x509.Certificate.load(contents.certificate).issuer.native
        assert issuer["organization_name"] == REHEARSAL_ORGANISATION
        assert "Rehearsal" in issuer["organizational_unit_name"]


def test_a_signing_certificate_is_shaped_like_jpkis(seller_card):
    certificate = x509.Certificate.load(seller_card.sign.certificate)
    assert certificate.key_usage_value.native == {"digital_signature", "non_repudiation"}
    assert certificate["tbs_certificate"]["extensions"].native  # parses throughout
    [point] = certificate.crl_distribution_points_value
    assert point["distribution_point"].chosen[0].name == "directory_name"
    assert certificate.subject.native["common_name"] not in HANAKO.name
    assert certificate.serial_number.bit_length() <= 31
    assert f"{certificate.not_valid_after:%H:%M:%S}" == "14:59:59"  # 23:59:59 in Japan
    assert read_attributes(certificate).name == HANAKO.name


@pytest.mark.slow
def test_a_rehearsal_is_kept_between_runs(tmp_path):
    first = kept_rehearsal(tmp_path / "rehearsal")
    second = kept_rehearsal(tmp_path / "rehearsal")
    assert first.signature_ca.certificate == second.signature_ca.certificate
    assert trust_file(tmp_path / "rehearsal").read_bytes() == first.trust_pem()
    card = kept_contents(tmp_path / "rehearsal")
    assert kept_contents(tmp_path / "rehearsal").sign.certificate == card.sign.certificate


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_its_keys_are_the_users_alone(tmp_path):
    kept_contents(tmp_path / "rehearsal")
    keys = [path for path in (tmp_path / "rehearsal").iterdir() if b"PRIVATE KEY" in path.read_bytes()]
    assert len(keys) >= 6
    assert not [path.name for path in keys if path.stat().st_mode & 0o077]
