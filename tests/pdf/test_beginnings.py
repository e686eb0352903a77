"""What is digested of a file's beginnings, in whatever order, is what hashing each of them alone gives."""

from __future__ import annotations

import hashlib
import random

import pytest

from signkit.cms.content import BeginningAndRest, Beginnings, UnknownDigest

DATA = random.Random(10).randbytes(5000)


@pytest.mark.parametrize("ends", [(0, 10, 4000, 5000), (4000, 10, 4000, 0, 5000), (64, 63, 65, 64)])
def test_beginnings_in_any_order(ends):
    beginnings = Beginnings(DATA)
    for name in ("sha256", "sha384", "shake256"):
        states = [beginnings.state(name, end) for end in ends]
        for end, state in zip(ends, states, strict=True):
            state.update(b"what the caller adds is the caller's alone")
            assert beginnings.state(name, end).copy() is not state
        for end in ends:
            length = (64,) if name == "shake256" else ()
            expected = hashlib.new(name, DATA[:end]).digest(*length)
            assert beginnings.state(name, end).digest(*length) == expected, (name, end)


def test_a_beginning_and_a_rest_are_one_content():
    beginnings = Beginnings(DATA)
    for start, end in ((1000, 2000), (500, 700), (3000, 5000)):
        content = BeginningAndRest(beginnings, DATA[:start], DATA[start + 50 : end])
        assert content.digest("sha512") == hashlib.sha512(DATA[:start] + DATA[start + 50 : end]).digest()
        assert content.digest("shake128") == hashlib.shake_128(b"".join(content.pieces())).digest(32)
        assert content.size == end - 50


def test_a_digest_that_is_not_known():
    with pytest.raises(UnknownDigest):
        BeginningAndRest(Beginnings(DATA), DATA[:10], b"").digest("md17")
