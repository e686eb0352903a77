"""The object identifier of an AlgorithmIdentifier, kept by its bytes: the same as asn1crypto reads each time."""

import random

import pytest
from asn1crypto import algos

from signkit.pki.algorithms import DIGESTS, SIGNATURES, algorithm_oid

_KINDS = (algos.DigestAlgorithm, algos.SignedDigestAlgorithm)


def _read(kind, der):
    """What is read, or the kind of the refusal."""
    try:
        return kind.load(der)["algorithm"].dotted
    except Exception as error:
        return type(error)


def _kept(kind, der):
    try:
        return algorithm_oid(kind.load(der))
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("kind", _KINDS)
def test_whatever_the_bytes_the_same_is_read_or_refused(kind):
    chance = random.Random(1)
    named = [*DIGESTS, *SIGNATURES]
    ders = [kind({"algorithm": oid}).dump() for oid in named if kind._fields[0][1]._map.get(oid)]
    assert len(ders) > 5
    for der in ders * 40:
        broken = bytearray(der)
        for _ in range(chance.randrange(3)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        broken += bytes(chance.randrange(256) for _ in range(chance.choice([0, 0, 2])))
        read = _read(kind, bytes(broken))
        assert _kept(kind, bytes(broken)) == read, broken.hex()
        assert _kept(kind, bytes(broken)) == read, broken.hex()
