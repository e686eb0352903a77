"""How large a key is, whatever its kind and however its certificate writes it."""

from __future__ import annotations

import pytest
from asn1crypto import keys
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signkit.pki.algorithms import key_bits
from signkit.pki.policy import shipped_policy
from tests.validation.der_trees import Node, tree

_CURVES = {ec.SECP192R1: 192, ec.SECP224R1: 224, ec.SECP256R1: 256, ec.SECP384R1: 384, ec.SECP256K1: 256}


def _info(key) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _short(key) -> bytes:
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return tree(_info(key)).put((1,), Node(0x03, body=b"\0" + point)).der()


@pytest.mark.parametrize(("curve", "bits"), _CURVES.items())
@pytest.mark.parametrize("written", [_info, _short], ids=["whole", "short"])
def test_a_point_in_its_short_form_is_of_the_same_curve(curve, bits, written):
    """RFC 5480 2.2; asn1crypto takes half the size for a short one."""
    key = ec.generate_private_key(curve())
    assert key_bits(keys.PublicKeyInfo.load(written(key))) == bits


@pytest.mark.parametrize(
    ("key", "bits"),
    [
        (ed25519.Ed25519PrivateKey.generate(), 256),
        (ed448.Ed448PrivateKey.generate(), 456),
        (rsa.generate_private_key(65537, 1024), 1024),
        (dsa.generate_private_key(1024), 1024),
    ],
    ids=["ed25519", "ed448", "rsa", "dsa"],
)
def test_other_keys(key, bits):
    assert key_bits(keys.PublicKeyInfo.load(_info(key))) == bits


def test_the_policy_believes_a_key_however_it_is_written():
    table = shipped_policy("default").algorithms
    key = ec.generate_private_key(ec.SECP256R1())
    ends = [table.key_until("ecdsa", key_bits(keys.PublicKeyInfo.load(form(key)))) for form in (_info, _short)]
    assert ends == [None, None]
