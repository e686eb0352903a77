"""What a timestamp token itself says: its version, its extensions, its time, and what follows it (RFC 3161 2.4.2)."""

from __future__ import annotations

import pytest
from asn1crypto import cms, core, tsp

from signkit.pki.timestamp_info import is_understood
from signkit.validation.cms_file import validate_cms
from signkit.validation.report import Verdict
from tests.validation import pki
from tests.validation.test_evidence_classes import stamped

NOW, DAY = pki.NOW, pki.DAY


def extension(*, critical: bool) -> tsp.Extension:
    return tsp.Extension({"extn_id": "2.25.4711", "critical": critical, "extn_value": core.OctetString(b"\x05\x00")})


SAID = {
    "nothing of its own": ({}, []),
    "an extension": ({"extensions": (extension(critical=False),)}, []),
    "a critical extension": ({"extensions": (extension(critical=True),)}, ["timestamp-not-understood"]),
    "version 2": ({"version": 2}, ["timestamp-not-understood"]),
    "an accuracy of a second": ({"accuracy": {"seconds": 1, "millis": 500, "micros": 999}}, []),
    "an accuracy of nothing": ({"accuracy": {"seconds": 0, "millis": 0}}, []),
    "an accuracy of a year": ({"accuracy": {"seconds": 31_536_000}}, ["timestamp-not-understood"]),
    "an accuracy beyond all numbers": ({"accuracy": {"seconds": 2**200}}, ["timestamp-not-understood"]),
    "an accuracy of two thousand thousandths": ({"accuracy": {"millis": 2000}}, ["timestamp-not-understood"]),
    "an accuracy below nothing": ({"accuracy": {"seconds": -1}}, ["timestamp-not-understood"]),
    "a time before its certificate": ({"time": NOW - 6 * pki.YEAR}, ["timestamp-before-certificate"]),
    "a time just after its certificate began": ({"time": NOW - 5 * pki.YEAR + DAY}, []),
}


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("place", ["signature", "alone"])
def test_a_token_is_believed_only_if_it_is_understood_and_its_time_can_be(world, said, place):
    changes, codes = SAID[said]
    if place == "signature":
        [stamp] = world.only(stamped(world, **changes)).timestamps
    else:
        token = pki.timestamp_token(b"The contract.", world.tsa, **changes)
        [stamp] = validate_cms(token, name="x.tsr", options=world.options, content=b"The contract.").document_timestamps
    assert [item.code for item in stamp.reasons] == codes
    assert stamp.verdict is (Verdict.INDETERMINATE if codes else Verdict.PASSED)


@pytest.mark.parametrize("behind", [b"", b"\0\0", b"x", b"\x30\x00"])
def test_what_stands_behind_a_token_is_told_as_behind_a_signature(world, behind):
    content = b"The contract."
    made = pki.timestamp_token(content, world.tsa), pki.signed_data(content, world.signer)
    reports = [validate_cms(item + behind, name="x", options=world.options, content=content) for item in made]
    wanted = Verdict.FAILED if behind.strip(b"\0") else Verdict.PASSED
    assert [report.verdict for report in reports] == [wanted, wanted]


def test_who_obtains_a_token_and_who_judges_it_understand_the_same(world):
    """The service that answers so is passed over for the next one."""
    for said in (item for item, _ in SAID.values() if "time" not in item):
        token = cms.ContentInfo.load(pki.timestamp_token(b"x", world.tsa, **said))
        info = token["content"]["encap_content_info"]["content"].parsed
        assert is_understood(info) is (said in [item for item, codes in SAID.values() if not codes])
