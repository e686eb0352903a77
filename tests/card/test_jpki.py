"""公的個人認証AP: what can be read, and after which secret."""

from __future__ import annotations

import dataclasses

import pytest

from signkit.card.emulator import Behaviour, EmulatedCard, EmulatedTransport, EndOfFile
from signkit.card.jpki import CardStatus, CertificateKind, JpkiApplication, Token, TokenKind
from signkit.card.pin import AUTHENTICATION, SIGNATURE
from signkit.card.session import signing_session
from signkit.card.transport import Connection
from signkit.errors import CardAnswerInvalid, CardRefused, NotAnIndividualNumberCard, PinNeeded
from tests.card.contents import rsa_contents
from tests.card.faults import SELECT_APPLICATION, FaultyCard, answer
from tests.refusals import refused_as


def select(card) -> JpkiApplication:
    return JpkiApplication.select(Connection(EmulatedTransport(card)))


def with_certificate(der: bytes) -> EmulatedCard:
    """A card whose signing certificate is ``der``."""
    contents = rsa_contents()
    return EmulatedCard(
        dataclasses.replace(contents, sign=dataclasses.replace(contents.sign, certificate=der)), Behaviour(filler=b"")
    )


def without_signing_certificate() -> EmulatedCard:
    return EmulatedCard(dataclasses.replace(rsa_contents(), sign=None))


def test_status_needs_no_pin():
    assert select(EmulatedCard(rsa_contents())).status() == CardStatus(
        Token("JPKIAPICCTOKEN2", TokenKind.PLASTIC), True, 5, 3
    )


def test_the_free_certificates_need_no_pin():
    application = select(EmulatedCard(rsa_contents()))
    assert application.certificate(CertificateKind.AUTH) == rsa_contents().auth.certificate
    assert application.certificate(CertificateKind.AUTH_CA) == rsa_contents().auth.ca_certificate
    assert application.certificate(CertificateKind.SIGN_CA) == rsa_contents().sign.ca_certificate


def test_the_signing_certificate_opens_after_the_password():
    application = select(EmulatedCard(rsa_contents()))
    with pytest.raises(PinNeeded):
        application.certificate(CertificateKind.SIGN)
    application.verify(SIGNATURE, bytearray(b"SIGNKIT1"))
    assert application.certificate(CertificateKind.SIGN) == rsa_contents().sign.certificate


def test_the_authentication_pin_does_not_open_the_signing_certificate():
    application = select(EmulatedCard(rsa_contents()))
    application.verify(AUTHENTICATION, bytearray(b"1234"))
    with pytest.raises(PinNeeded):
        application.certificate(CertificateKind.SIGN)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("JPKIAPICCTOKEN2", TokenKind.PLASTIC),
        ("JPKIAPICCTOKEN", TokenKind.JUKI),
        ("JPKIAPGPSETOKEN", TokenKind.ANDROID),
        ("JPKIAPIOSTOKEN", TokenKind.IPHONE),
        ("SOMETHINGNEW", TokenKind.UNKNOWN),
    ],
)
def test_the_label_tells_what_carries_the_application(label, kind):
    assert select(EmulatedCard(rsa_contents(), Behaviour(token_label=label))).token() == Token(label, kind)


def test_a_smartphone_wants_its_pin_before_the_authentication_certificate():
    application = select(EmulatedCard(rsa_contents(), Behaviour(certificate_needs_pin=True)))
    with pytest.raises(PinNeeded) as caught:
        application.certificate(CertificateKind.AUTH)
    assert "authentication PIN" in caught.value.message("en")
    application.verify(AUTHENTICATION, bytearray(b"1234"))
    assert application.certificate(CertificateKind.AUTH) == rsa_contents().auth.certificate


def test_a_card_without_signing_certificate_says_so_in_its_status():
    status = select(without_signing_certificate()).status()
    assert (status.has_signing_certificate, status.signature_tries) == (False, None)


def test_a_card_without_signing_certificate_is_not_called_locked():
    with refused_as("no-signing-certificate"):
        select(without_signing_certificate()).verify(SIGNATURE, bytearray(b"SIGNKIT1"))


def test_a_card_without_signing_certificate_but_with_a_password_is_found_out_too():
    card = without_signing_certificate()
    card.state.tries[SIGNATURE.key] = 5
    with (
        refused_as("no-signing-certificate"),
        signing_session(Connection(EmulatedTransport(card)), bytearray(b"SIGNKIT1")),
    ):
        pass
    assert card.state.tries[SIGNATURE.key] == 5


@pytest.mark.parametrize("status", ["6A82", "6D00", "6E00", "6A86"])
def test_another_card_is_no_individual_number_card(status):
    card = FaultyCard(EmulatedCard(rsa_contents()), SELECT_APPLICATION, answer(bytes.fromhex(status)))
    with pytest.raises(NotAnIndividualNumberCard):
        select(card)


def test_a_card_with_a_fault_is_not_called_another_card():
    card = FaultyCard(EmulatedCard(rsa_contents()), SELECT_APPLICATION, answer(bytes.fromhex("6F00")))
    with pytest.raises(CardRefused, match="6F00"):
        select(card)


_ENDS = list(EndOfFile)


@pytest.mark.parametrize("end", _ENDS)
@pytest.mark.parametrize("filler", [b"", b"\xff" * 32, bytes(300)], ids=["none", "FF", "00"])
@pytest.mark.parametrize("short_identifiers", [True, False])
@pytest.mark.parametrize("corrects_le", [True, False])
@pytest.mark.parametrize("part_size", [None, 128])
def test_a_certificate_is_read_however_the_card_ends_its_files(end, filler, short_identifiers, corrects_le, part_size):
    card = EmulatedCard(
        rsa_contents(),
        Behaviour(
            end_of_file=end,
            filler=filler,
            short_identifiers=short_identifiers,
            corrects_le=corrects_le,
            part_size=part_size,
        ),
    )
    application = select(card)
    assert application.certificate(CertificateKind.AUTH) == rsa_contents().auth.certificate
    assert application.token().kind is TokenKind.PLASTIC


@pytest.mark.parametrize("end", _ENDS)
def test_a_certificate_that_is_cut_off_is_refused(end):
    contents = rsa_contents()
    cut = dataclasses.replace(contents.auth, certificate=contents.auth.certificate[:600])
    card = EmulatedCard(dataclasses.replace(contents, auth=cut), Behaviour(end_of_file=end, filler=b""))
    with pytest.raises(CardAnswerInvalid, match="cut off"):
        select(card).certificate(CertificateKind.AUTH)


@pytest.mark.parametrize(
    ("der", "cause"),
    [
        (b"\x30\x82\xff\xff" + bytes(300), "65539 bytes"),
        (bytes(300), "no object"),
        (b"\xff" * 300, "no object"),
        (b"\x30\x82\x00\x10" + bytes(16), "unreadable"),
    ],
    ids=["endless", "zeros", "erased", "no certificate"],
)
def test_what_is_no_certificate_is_refused(der, cause):
    with (
        pytest.raises(CardAnswerInvalid, match=cause),
        signing_session(Connection(EmulatedTransport(with_certificate(der))), bytearray(b"SIGNKIT1")),
    ):
        pass
