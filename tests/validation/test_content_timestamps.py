"""Content timestamps: they are older than the signature that holds them, or something is wrong with the times."""

from __future__ import annotations

import pytest

from signkit.validation.cms_file import validate_cms
from signkit.validation.report import Verdict
from tests.validation import pdfs, pki

NOW, DAY, YEAR = pki.NOW, pki.DAY, pki.YEAR
CONTENT = b"The contract."


def with_times(world, content: bytes, *, content_time, signature_time, tsa=None, covered: bytes | None = None) -> bytes:
    """A signature of ``signature_time`` (None: of no proven time) with a content timestamp of ``content_time``."""
    token = pki.timestamp_token(content if covered is None else covered, tsa or world.tsa, time=content_time)
    attribute = pki.sequence(bytes.fromhex("060b2a864886f70d0109100214"), pki.set_of(token))

    def stamp(value: bytes) -> bytes:
        return pki.timestamp_token(value, world.tsa, time=signature_time)

    made = {} if signature_time is None else {"stamp": stamp}
    return pki.signed_data(content, world.signer, added=(attribute,), **made)


ORDERS = {
    "before": (NOW - 30 * DAY, NOW - DAY, True),
    "a minute after": (NOW - DAY + DAY / 1440, NOW - DAY, True),
    "a day after": (NOW - DAY, NOW - 2 * DAY, False),
    "before no proven time": (NOW - DAY, None, True),
    "in the future": (NOW + DAY, None, False),
}


@pytest.mark.parametrize("order", ORDERS)
def test_a_content_timestamp_later_than_its_signature_is_told(world, order):
    content_time, signature_time, is_fine = ORDERS[order]
    times = {"content_time": content_time, "signature_time": signature_time}
    pdf = pdfs.sign(pdfs.build(), lambda content: with_times(world, content, **times))
    data = with_times(world, CONTENT, **times)
    [other] = validate_cms(data, name="x", options=world.options, content=CONTENT).signatures
    for signature in (world.only(pdf), other):
        assert [item.code for item in signature.reasons] == ([] if is_fine else ["timestamp-later"])
        assert signature.verdict is (Verdict.PASSED if is_fine else Verdict.INDETERMINATE)
        assert signature.sub_indication == (None if is_fine else "TIMESTAMP_ORDER_FAILURE")


@pytest.mark.parametrize("what", ["by a stranger", "over other content"])
def test_a_content_timestamp_that_is_not_believed_says_nothing(world, what):
    changes = (
        {"tsa": pki.timestamp_authority(pki.authority("Stranger"))} if what == "by a stranger" else {"covered": b"-"}
    )
    data = with_times(world, CONTENT, content_time=NOW - DAY, signature_time=NOW - 2 * DAY, **changes)
    assert validate_cms(data, name="x", options=world.options, content=CONTENT).verdict is Verdict.PASSED
