"""The kept cards: one for every profile, the same from run to run."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signkit.card.pin import SIGNATURE
from signkit.card.profiles import PROFILES
from signkit.errors import InputUnreadable
from signkit.rehearsal.cards import FACE_CA_FILE, fresh_emulated_card, kept_contents, kept_emulated_card
from tests.refusals import refused_as


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rehearsal")


def certificate(folder, profile):
    return x509.load_der_x509_certificate(kept_contents(folder, profile).auth.certificate)


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_has_contents_that_stay_the_same(folder, profile):
    contents = kept_contents(folder, profile)
    assert contents == kept_contents(folder, profile)
    assert (contents.sign is not None) == PROFILES[profile].has_signing_certificate
    assert (contents.face is not None) == PROFILES[profile].has_face


@pytest.mark.slow
def test_the_expired_profile_has_expired(folder):
    assert certificate(folder, "expired").not_valid_after_utc < datetime.now(UTC)
    assert certificate(folder, "standard").not_valid_after_utc > datetime.now(UTC)


@pytest.mark.slow
def test_the_next_generation_has_p384_keys(folder):
    key = certificate(folder, "next-generation").public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP384R1)
    assert isinstance(certificate(folder, "standard").public_key(), rsa.RSAPublicKey)


@pytest.mark.slow
def test_the_face_shows_what_the_certificate_says(folder):
    assert kept_contents(folder).face.attributes.name == "番号　花子"
    assert kept_contents(folder).face.code_b == "05040120352285"
    assert (folder / FACE_CA_FILE).read_bytes().startswith(b"-----BEGIN PUBLIC KEY-----")


@pytest.mark.slow
def test_counters_survive_and_each_profile_has_its_own(folder):
    kept = kept_emulated_card(folder)
    kept._count(SIGNATURE.key, 2)
    assert kept_emulated_card(folder).state.tries[SIGNATURE.key] == 2
    assert kept_emulated_card(folder, "android").state.tries[SIGNATURE.key] == 5
    assert kept_emulated_card(folder, "locked").state.tries[SIGNATURE.key] == 0
    kept._count(SIGNATURE.key, 5)


@pytest.mark.slow
def test_a_state_file_of_ones_own_keeps_the_card_apart(folder, tmp_path):
    own = kept_emulated_card(folder, "last-try", tmp_path / "state.json")
    assert own.state.tries[SIGNATURE.key] == 1
    own._count(SIGNATURE.key, 0)
    assert kept_emulated_card(folder, "last-try", tmp_path / "state.json").state.tries[SIGNATURE.key] == 0
    assert kept_emulated_card(folder, "last-try").state.tries[SIGNATURE.key] == 1


@pytest.mark.slow
def test_a_fresh_card_keeps_nothing(folder):
    before = sorted(folder.iterdir())
    fresh_emulated_card(folder)._count(SIGNATURE.key, 1)
    assert fresh_emulated_card(folder).state.tries[SIGNATURE.key] == 5
    assert sorted(folder.iterdir()) == before


@pytest.mark.slow
def test_a_state_of_another_kind_of_card_is_refused(folder, tmp_path):
    kept_emulated_card(folder, "android", tmp_path / "state.json")._count(SIGNATURE.key, 4)
    with pytest.raises(InputUnreadable):
        kept_emulated_card(folder, "standard", tmp_path / "state.json")


def test_a_damaged_key_file_is_told(folder, tmp_path):
    import shutil

    shutil.copytree(folder, tmp_path / "damaged")
    (tmp_path / "damaged" / "face-ca.pem").write_bytes(b"damaged")
    with refused_as("output-not-written"):
        kept_contents(tmp_path / "damaged")
