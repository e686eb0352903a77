"""Keys and signatures that fit more than one message, or can be written in more than one way."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from asn1crypto import keys
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signkit.pki.algorithms import KeyUnreadable, SignatureAlgorithm, public_key, verify

EDWARDS = {"ed25519": ed25519.Ed25519PublicKey, "ed448": ed448.Ed448PublicKey}
FIELDS = {"ed25519": 2**255 - 19, "ed448": 2**448 - 2**224 - 1}
_EIGHTH = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
ODD_POINTS = {"ed25519": [0, 1, -1, _EIGHTH, -_EIGHTH], "ed448": [0, 1, -1]}
SIZES = {"ed25519": 32, "ed448": 57}


@dataclass(frozen=True)
class Named:
    """What a certificate says of its key."""

    public_key: keys.PublicKeyInfo


def named(key) -> Named:
    return Named(keys.PublicKeyInfo.load(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)))


@pytest.mark.parametrize("kind", EDWARDS)
def test_a_key_with_which_one_signature_fits_every_message_is_none(kind):
    size, field = SIZES[kind], FIELDS[kind]
    points = [y % field for y in ODD_POINTS[kind]]
    # A sign, and a coordinate beyond the field that some programs reduce.
    beyond = [y + field for y in points if (y + field).bit_length() <= 8 * size - 1]
    for point in (*points, *beyond):
        for sign in (0, 0x80):
            raw = bytearray(point.to_bytes(size, "little"))
            raw[-1] |= sign
            with pytest.raises(KeyUnreadable):
                public_key(named(EDWARDS[kind].from_public_bytes(bytes(raw))))
    honest = {"ed25519": ed25519.Ed25519PrivateKey, "ed448": ed448.Ed448PrivateKey}[kind].generate()
    assert verify(public_key(named(honest.public_key())), SignatureAlgorithm(kind, None), honest.sign(b"x"), b"x")


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP521R1(), ec.BrainpoolP256R1()])
def test_a_plain_signature_is_as_long_as_its_curve(curve):
    key = ec.generate_private_key(curve)
    r, s = utils.decode_dss_signature(key.sign(b"x", ec.ECDSA(hashes.SHA256())))
    own = (curve.key_size + 7) // 8
    for size in (own, own + 1, own + 8):
        signature = r.to_bytes(size, "big") + s.to_bytes(size, "big")
        fits = verify(key.public_key(), SignatureAlgorithm("ecdsa-plain", "sha256"), signature, b"x")
        assert fits == (size == own)
