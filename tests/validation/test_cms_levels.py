"""The level of a CMS signature: by what is there and kept, not by attributes that hold nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from asn1crypto import tsp

from signkit.cms import archive_timestamp
from signkit.cms.archive_timestamp import InfoParts, covered_bytes
from signkit.cms.container import Parts
from signkit.cms.der import OCTET_STRING, SEQUENCE, SET, element, members
from signkit.pki.anchors import default_trust_store
from signkit.pki.timestamps import obtain_timestamp
from signkit.signing.levels import Level
from signkit.validation.cms_file import validate_cms
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Verdict
from tests.validation import pki
from tests.validation.test_cms_files import CONTENT, at_level

_SHA256 = bytes.fromhex("300b0609608648016503040201")
_REVOCATION_VALUES = bytes.fromhex("060b2a864886f70d0109100218")


@pytest.fixture(scope="module")
def options(rehearsal, tmp_path_factory):
    path = tmp_path_factory.mktemp("trust") / "ca.pem"
    path.write_bytes(rehearsal.trust_pem())
    return ValidationOptions(trust=default_trust_store([path]), offline=True)


def level_of(parts: Parts, options: ValidationOptions) -> str:
    return level_of_data(parts.to_der(), options)


def level_of_data(data: bytes, options: ValidationOptions) -> str:
    [signature] = validate_cms(data, name="x", options=options, content=CONTENT).signatures
    return signature.level


def info_of(parts: Parts) -> InfoParts:
    return InfoParts.of(parts.signer_infos[0])


@pytest.mark.slow
def test_an_attribute_without_evidence_in_it_makes_no_level(person_signer, services, options):
    parts = at_level(Level.B_T, person_signer, services).parts
    empty = info_of(parts).with_unsigned(element(SEQUENCE, _REVOCATION_VALUES, element(SET, element(SEQUENCE))))
    assert level_of(replace(parts, signer_infos=(empty.to_der(),)), options) == "CAdES-B-T"


@pytest.mark.slow
def test_an_archive_timestamp_that_leaves_the_evidence_or_the_timestamp_out_makes_no_level(
    person_signer, services, options
):
    parts = at_level(Level.B_LT, person_signer, services).parts
    values = [kind + value for kind, value in info_of(parts).unsigned_values()]

    def archived(crls: list[bytes], unsigned: list[bytes]) -> Parts:
        return with_archive(parts, services, [parts.certificates, crls, unsigned])

    assert level_of(archived(list(parts.crls), values), options) == "CAdES-B-LTA"
    assert level_of(archived([], values), options) == "CAdES-B-LT"
    assert level_of(archived(list(parts.crls), []), options) == "CAdES-B-LT"


@pytest.mark.parametrize(("digest", "verdict"), [("sha256", Verdict.PASSED), ("md5", Verdict.INDETERMINATE)])
def test_a_digest_that_is_broken_names_no_certificate(world, digest, verdict):
    entry = {"hash_algorithm": {"algorithm": digest}, "cert_hash": hashlib.new(digest, world.signer.der).digest()}
    named = tsp.SigningCertificateV2({"certs": [entry]}).dump()
    attribute = pki.sequence(bytes.fromhex("060b2a864886f70d010910022f"), pki.set_of(named))
    data = pki.signed_data(CONTENT, world.signer, ess=False, added=(attribute,))
    assert validate_cms(data, name="x", options=world.options, content=CONTENT).verdict is verdict


def test_signed_attributes_that_are_none_are_not_taken_for_absent_ones(world):
    whole = members(world.cms(CONTENT))
    signed_data = members(members(whole[1])[0])
    [info] = members(signed_data[-1])
    fields = members(info)
    signature = element(OCTET_STRING, world.signer.sign(CONTENT))

    def signed(*attributes: bytes) -> bytes:
        made = element(SEQUENCE, *fields[:3], *attributes, fields[4], signature)
        inside = element(SEQUENCE, *signed_data[:-1], element(SET, made))
        return element(SEQUENCE, whole[0], element(0xA0, inside))

    verdicts = [
        validate_cms(data, name="x", options=world.options, content=CONTENT).verdict
        for data in (signed(), signed(b"\xa0\x00"))
    ]
    assert verdicts == [Verdict.PASSED, Verdict.FAILED]


def with_archive(parts: Parts, services, covered: list) -> Parts:
    """An archive timestamp whose index names these certificates, lists and unsigned values only."""
    digests = [[element(OCTET_STRING, hashlib.sha256(item).digest()) for item in items] for items in covered]
    index = element(SEQUENCE, _SHA256, *(element(SEQUENCE, *items) for items in digests))
    info = info_of(parts)
    stamped = b"".join(covered_bytes(parts, info, hashlib.sha256(CONTENT).digest(), index))
    token = obtain_timestamp(services.timestamps, hashlib.sha256(stamped).digest())
    attribute = archive_timestamp.archive_attribute(token.der, index)
    return replace(parts, signer_infos=(info.with_unsigned(attribute).to_der(),))
