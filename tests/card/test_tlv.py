"""Objects on the card, well formed and not."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import strategies as st

from signkit.card.tlv import MAX_OBJECT, encode, object_size, objects, only_object, pick
from signkit.errors import CardAnswerInvalid
from tests.examples import given


@pytest.mark.slow
@given(tag=st.sampled_from([0x30, 0x90, 0xDF22, 0xFF20, 0x7F21, 0x5F4E]), value=st.binary(max_size=700))
def test_what_is_encoded_is_read_back(tag, value):
    raw = encode(tag, value)
    assert object_size(raw, "test") == len(raw)
    assert only_object(raw + b"\xff" * 20, tag, "test") == value


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(st.sampled_from([0x90, 0x91, 0xDF22, 0xDF23]), st.binary(max_size=300)), unique_by=lambda o: o[0]
    )
)
def test_objects_in_a_row_are_read_up_to_the_filler(row):
    found = objects(b"".join(encode(tag, value) for tag, value in row) + b"\xff\xff\xff", "test")
    assert [(tag, found[tag].value) for tag in found] == row


@pytest.mark.slow
@given(st.binary(max_size=400))
def test_no_bytes_break_the_parser(data):
    for parse in (lambda: objects(data, "test"), lambda: object_size(data, "test")):
        with contextlib.suppress(CardAnswerInvalid):  # the only error there may be
            parse()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x80\x00\x00",
        b"\x30\x83\x00\x00\x01\x00",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00",
        b"\x30\x82\x01",
    ],
    ids=["empty", "tag only", "indefinite length", "three length bytes", "filler FF", "filler 00", "half a length"],
)
def test_what_is_no_object_is_refused(data):
    with pytest.raises(CardAnswerInvalid, match="no object"):
        object_size(data, "test")


def test_an_object_beyond_the_bound_is_refused():
    with pytest.raises(CardAnswerInvalid, match=str(MAX_OBJECT + 1)):
        object_size(b"\x30\x82" + (MAX_OBJECT - 3).to_bytes(2, "big"), "test")


def test_an_object_that_is_cut_off_is_refused():
    with pytest.raises(CardAnswerInvalid):
        objects(encode(0x90, b"1234")[:-1], "test")
    with pytest.raises(CardAnswerInvalid):
        only_object(encode(0x90, b"1234")[:-1], 0x90, "test")


def test_an_object_that_comes_twice_is_refused():
    with pytest.raises(CardAnswerInvalid):
        objects(encode(0x90, b"1") * 2, "test")


def test_a_missing_object_is_named():
    with pytest.raises(CardAnswerInvalid, match="DF22"):
        pick({}, 0xDF22, "test")
