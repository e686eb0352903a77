"""法人番号: its check digit, and the contract's compared with that of an organisation's certificate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from signkit.jpki.corporate_number import base_numbers_of, corporate_number_fits
from signkit.jpki.party_match import PartyClaim, match_person, signer_identity

NUMBER = "7123456789012"
NAME = "株式会社架空製作所"


def certificate(*attributes) -> x509.Certificate:
    """Return a certificate whose subject has these attributes."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = pyca.Name([pyca.NameAttribute(oid, value) for oid, value in attributes])
    builder = pyca.CertificateBuilder(subject, subject, key.public_key(), 1, now, now + timedelta(days=1))
    return x509.Certificate.load(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


def company(*further) -> x509.Certificate:
    return certificate((NameOID.ORGANIZATION_NAME, NAME), (NameOID.COMMON_NAME, NAME), *further)


STATED = {
    "organizationIdentifier": company((NameOID.ORGANIZATION_IDENTIFIER, f"NTRJP-{NUMBER}")),
    "serialNumber": company((NameOID.SERIAL_NUMBER, NUMBER)),
    "会社法人等番号": company((NameOID.SERIAL_NUMBER, NUMBER[1:])),
}


def codes(signed_with, number):
    match = match_person(signer_identity(signed_with), PartyClaim(NAME, kind="organization", corporate_number=number))
    return match.verdict, {reason.code for reason in match.reasons}


@pytest.mark.parametrize("signed_with", STATED.values(), ids=STATED)
def test_the_same_number_is_said_to_be_the_same(signed_with):
    verdict, found = codes(signed_with, NUMBER)
    assert verdict == "match"
    assert "corporate-number-equal" in found


@pytest.mark.parametrize("signed_with", STATED.values(), ids=STATED)
def test_another_number_is_a_mismatch_whatever_the_name(signed_with):
    verdict, found = codes(signed_with, "4011001098993")
    assert verdict == "mismatch"
    assert "corporate-number-other" in found


@pytest.mark.parametrize(
    "signed_with",
    [
        company(),
        company((NameOID.SERIAL_NUMBER, "0001")),
        company((NameOID.SERIAL_NUMBER, "7123456789013")),
        certificate((NameOID.COMMON_NAME, "番号 花子"), (NameOID.SERIAL_NUMBER, NUMBER)),
    ],
    ids=["none", "short", "check digit", "a person's"],
)
def test_where_the_certificate_states_none_there_is_nothing_to_compare(signed_with):
    assert base_numbers_of(signed_with) == frozenset()


def test_where_the_contract_states_none_there_is_nothing_to_compare():
    assert not {code for code in codes(STATED["serialNumber"], None)[1] if code.startswith("corporate")}


def test_a_changed_digit_is_found():
    assert corporate_number_fits(NUMBER)
    changed = [NUMBER[:place] + str((int(NUMBER[place]) + 1) % 10) + NUMBER[place + 1 :] for place in range(13)]
    # 0 and 9 are the same to a remainder of nine.
    fits = [number for number in changed if corporate_number_fits(number)]
    assert all("9" in NUMBER and NUMBER[place] == "9" for place in range(13) if changed[place] in fits)
