"""Certificates of strangers: whatever their bytes are, they are read to the end or refused by a known error."""

from __future__ import annotations

import random

import pytest

from signkit.errors import SignKitError
from signkit.holder.card_certificate import judge_certificate
from signkit.holder.judgement import Conclusion
from signkit.pki.anchors import certificates_in
from signkit.pki.distinguished_names import labelled_name
from signkit.pki.strangers import read_whole
from signkit.rehearsal.evidence_services import utc_now
from tests.validation import pki

#: OBJECT DESCRIPTOR, INSTANCE OF and REAL in place of a UTF8String: asn1crypto's own classes for them have no value.
ODD_TAGS = (0x07, 0x08, 0x09)
WHOLE = pki.issue(pki.authority("A CA of strangers"), "Somebody").der


def altered(seed: int) -> bytes:
    chance, der = random.Random(seed), bytearray(WHOLE)
    for _ in range(chance.randint(1, 3)):
        der[chance.randrange(len(der))] = chance.randrange(256)
    return bytes(der)


def odd(tag: int) -> bytes:
    place = WHOLE.index(b"\x0c\x08Somebody")
    return WHOLE[:place] + bytes([tag]) + WHOLE[place + 1 :]


def test_a_whole_one_is_read():
    assert read_whole(WHOLE).dump() == WHOLE


@pytest.mark.parametrize("tag", ODD_TAGS, ids=hex)
def test_a_name_of_a_kind_that_the_parser_does_not_know_is_refused(tag):
    der = odd(tag)
    with pytest.raises(ValueError, match="can be read"):
        read_whole(der)
    with pytest.raises(SignKitError):
        certificates_in(der, "x.der")


@pytest.mark.parametrize("behind", [b"\0", b"\x30\x00"])
def test_nothing_stands_behind_it(behind):
    with pytest.raises(ValueError, match="can be read"):
        read_whole(WHOLE + behind)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_altered_raises_nothing_else(seed):
    for number in range(60):
        der = altered(1000 * seed + number)
        try:
            certificate = read_whole(der)
        except ValueError:
            pass
        else:
            assert labelled_name(certificate.subject)
        findings = list(judge_certificate(der, (), (), utc_now()))
        assert any(finding.conclusion is not Conclusion.PASSED for finding in findings)
