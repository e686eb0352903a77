"""The four attributes of a JPKI certificate."""

from __future__ import annotations

import pytest
from asn1crypto import core, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import CertificateBuilder, ObjectIdentifier, OtherName, SubjectAlternativeName

from signkit.jpki.attributes import OID_ADDRESS, OID_NAME, attributes_of_card, parse_birth_date, read_attributes
from signkit.jpki.certificates import is_authentication_certificate, issuer_kind
from signkit.rehearsal.authority import FictionalResident, issue_signing_certificate, new_rsa_key
from signkit.rehearsal.evidence_services import utc_now
from tests.validation import pki


def certificate_of(person: FictionalResident, rehearsal) -> x509.Certificate:
    issued = issue_signing_certificate(rehearsal.signature_ca, person, new_rsa_key(), utc_now())
    return x509.Certificate.load(issued.public_bytes(Encoding.DER))


@pytest.mark.slow
def test_all_four_are_read_with_their_substitute_characters(rehearsal):
    person = FictionalResident(
        "渡■　花子", "東京都架空区青葉台一丁目２番３号", "360010200", "2", "Tokyo-to", "X-ku", "01000"
    )
    attributes = read_attributes(certificate_of(person, rehearsal))
    assert attributes.name == "渡■　花子"
    assert attributes.address == "東京都架空区青葉台一丁目２番３号"
    assert attributes.sex == "female"
    assert attributes.name_substitutes == (1,)
    assert attributes.address_substitutes == ()
    assert attributes.birth_date.iso() is None


@pytest.mark.slow
def test_the_attributes_are_not_shown_by_repr(rehearsal):
    person = FictionalResident("番号　花子", "東京都架空区", "419930401", "2", "Tokyo-to", "X-ku")
    shown = repr(read_attributes(certificate_of(person, rehearsal)))
    assert "花子" not in shown
    assert "東京都" not in shown


def with_names(*names: tuple[str, str]) -> x509.Certificate:
    """A certificate that has these other names."""
    others = [OtherName(ObjectIdentifier(oid), core.UTF8String(text).dump()) for oid, text in names]
    made = pki.authority().certificate
    builder = CertificateBuilder(made.issuer, made.subject, made.public_key(), made.serial_number)
    builder = builder.not_valid_before(made.not_valid_before_utc).not_valid_after(made.not_valid_after_utc)
    builder = builder.add_extension(SubjectAlternativeName(others), False)
    signed = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return x509.Certificate.load(signed.public_bytes(Encoding.DER))


ADDRESS = (OID_ADDRESS, "東京都架空区")


@pytest.mark.parametrize("second", [(OID_NAME, "通知　太郎"), (OID_NAME, "番号　花子"), ADDRESS])
def test_an_attribute_that_stands_twice_names_nobody(second):
    assert read_attributes(with_names((OID_NAME, "番号　花子"), ADDRESS)).name == "番号　花子"
    assert read_attributes(with_names((OID_NAME, "番号　花子"), ADDRESS, second)) is None


@pytest.mark.parametrize(
    ("text", "era", "iso"),
    [
        ("419930401", "平成5年4月1日", "1993-04-01"),
        ("520190501", "令和元年5月1日", "2019-05-01"),
        ("319600000", "昭和35年不詳月不詳日", None),
        ("300000000", "昭和不詳年不詳月不詳日", None),
    ],
)
def test_birth_dates(text, era, iso):
    date = parse_birth_date(text)
    assert date.in_era_years() == era
    assert date.iso() == iso


@pytest.mark.parametrize("text", ["", "41993040", "4199304011", "４１９９３０４０１", "4199304xx"])
def test_what_is_no_birth_date_is_none(text):
    assert parse_birth_date(text) is None


def test_a_certificate_without_attributes_has_none(rehearsal):
    service = x509.Certificate.load(rehearsal.timestamp.certificate.public_bytes(Encoding.DER))
    assert read_attributes(service) is None


def test_the_authentication_certificate_is_told_by_its_policy(seller_card):
    assert is_authentication_certificate(x509.Certificate.load(seller_card.auth.certificate))
    assert not is_authentication_certificate(x509.Certificate.load(seller_card.sign.certificate))


def test_a_rehearsal_certificate_is_not_jpkis(seller_card):
    assert issuer_kind(x509.Certificate.load(seller_card.sign.certificate)) is None


@pytest.mark.parametrize(
    ("written", "in_era", "iso"),
    [
        ("19930401", "平成5年4月1日", "1993-04-01"),
        ("19890107", "昭和64年1月7日", "1989-01-07"),
        ("19890108", "平成元年1月8日", "1989-01-08"),
        ("20190501", "令和元年5月1日", "2019-05-01"),
        ("19850000", "1985年不詳月不詳日", None),
        ("00000401", "不詳年4月1日", None),
    ],
)
def test_the_cards_own_birth_date_is_put_in_its_era_where_it_is_whole(written, in_era, iso):
    birth_date = attributes_of_card("名", "住所", written, "1").birth_date
    assert (birth_date.in_era_years(), birth_date.iso()) == (in_era, iso)


@pytest.mark.parametrize("written", ["", "1993-4-1", "１９９３０４０１"])
def test_what_is_no_birth_date_on_the_card_is_none(written):
    assert attributes_of_card("名", "住所", written, "1").birth_date is None


@pytest.mark.parametrize(
    ("digit", "sex"), [("1", "male"), ("2", "female"), ("9", "not-applicable"), ("0", "not-known"), ("3", None)]
)
def test_the_cards_own_digits_for_the_sex(digit, sex):
    assert attributes_of_card("名", "住所", "19930401", digit).sex == sex
