"""What a card's proof is worth, by whose key is known."""

from __future__ import annotations

from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from signkit.card.emulator import EmulatedCard, EmulatedTransport
from signkit.card.surface import era_date, prove_genuine
from signkit.card.transport import Connection
from signkit.errors import CardNotGenuine, InputUnreadable
from signkit.holder.genuineness import is_at_least, judge_genuineness, load_issuer_keys
from signkit.holder.judgement import Conclusion
from tests.card.contents import rsa_contents
from tests.refusals import refused_as


def public_pem(key) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def face_key(name: str) -> bytes:
    return public_pem(load_der_private_key(getattr(rsa_contents().face, name), None))


@pytest.fixture(scope="module")
def proof():
    return prove_genuine(Connection(EmulatedTransport(EmulatedCard(rsa_contents()))), era_date("19800217"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "conclusion"),
    [
        (("ca_key",), Conclusion.PASSED),
        (("issuer_key", "ca_key"), Conclusion.PASSED),
        (("issuer_key",), Conclusion.INDETERMINATE),
        ((), Conclusion.INDETERMINATE),
    ],
    ids=["the right key", "among others", "another key", "no key"],
)
def test_the_issuers_key_decides(proof, tmp_path, keys, conclusion):
    (tmp_path / "keys.pem").write_bytes(b"".join(map(face_key, keys)))
    loaded = load_issuer_keys([tmp_path / "keys.pem"]) if keys else ()
    judgement = judge_genuineness(proof, loaded)
    assert judgement.conclusion is conclusion
    assert all(finding.reason.en and finding.reason.ja for finding in judgement.findings)


@pytest.mark.parametrize("cause", ["age record", "challenge"])
def test_what_the_card_could_not_prove_fails(cause):
    assert judge_genuineness(CardNotGenuine(cause), ()).conclusion is Conclusion.FAILED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        public_pem(ec.generate_private_key(ec.SECP256R1())),
    ],
    ids=["nothing", "garbage", "an ECDSA key"],
)
def test_a_file_without_rsa_public_key_is_refused(tmp_path, content):
    (tmp_path / "key.pem").write_bytes(content)
    with refused_as("public-key-unreadable"):
        load_issuer_keys([tmp_path / "key.pem"])


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputUnreadable):
        load_issuer_keys([tmp_path / "none.pem"])


@pytest.mark.parametrize(
    ("birth_date", "today", "reached"),
    [
        ("20081121", date(2026, 11, 21), True),
        ("20081122", date(2026, 11, 21), False),
        ("20080229", date(2026, 2, 28), False),
        ("20080229", date(2026, 3, 1), True),
        ("20080000", date(2026, 11, 21), None),
        ("00000101", date(2026, 11, 21), None),
    ],
)
def test_eighteen_is_reached_on_the_birthday(birth_date, today, reached):
    assert is_at_least(18, birth_date, today) is reached
