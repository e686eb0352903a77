"""What is printed on the card: read, proven, and never the individual number."""

from __future__ import annotations

import dataclasses

import pytest

from signkit.card import apdu, pin, surface
from signkit.card.apdu import Command
from signkit.card.elementary_files import CardFiles
from signkit.card.emulator import EmulatedCard, EmulatedTransport
from signkit.card.jpki import CertificateKind
from signkit.card.layout import CODE_A, NO_INDIVIDUAL_NUMBER
from signkit.card.session import (
    authenticate,
    change_pin,
    read_certificate,
    read_status,
    signing_session,
    touch,
)
from signkit.card.surface import era_date, prove_genuine, read_four_attributes
from signkit.card.tlv import encode
from signkit.card.transport import Connection
from signkit.errors import CardAnswerInvalid, CardNotGenuine, CardRefused, NotAnIndividualNumberCard, PinWrong
from tests.card.contents import ATTRIBUTES, rsa_contents
from tests.card.faults import FaultyCard, answer
from tests.refusals import refused_as

INTERNAL_AUTHENTICATION = bytes.fromhex("802A0000")


def with_face(**changes) -> EmulatedCard:
    contents = rsa_contents()
    return EmulatedCard(dataclasses.replace(contents, face=dataclasses.replace(contents.face, **changes)))


@pytest.mark.parametrize(("secret", "value"), [(pin.SURFACE, b"5678"), (pin.CODE_B, b"55021720352285")])
def test_the_four_attributes_open_after_the_pin_or_code_b(lay, secret, value):
    given = bytearray(value)
    assert read_four_attributes(lay(EmulatedCard(rsa_contents())), secret, given) == ATTRIBUTES
    assert given == bytes(len(value))


def test_a_wrong_pin_opens_nothing(lay):
    with pytest.raises(PinWrong) as caught:
        read_four_attributes(lay(EmulatedCard(rsa_contents())), pin.SURFACE, bytearray(b"0000"))
    assert caught.value.tries_left == 2


def test_a_card_proves_that_it_is_no_copy(lay):
    proof = prove_genuine(lay(EmulatedCard(rsa_contents())), era_date("19800217"))
    assert proof.age_record.birth_date == "19800217"
    assert proof.certificate.issuer_key_id.startswith(b"0000023")


def test_a_copy_of_the_files_without_the_key_is_found_out(lay):
    with pytest.raises(CardNotGenuine, match="challenge"):
        prove_genuine(lay(_copy_with_another_key()), era_date("19800217"))


def _copy_with_another_key() -> EmulatedCard:
    genuine, copy = EmulatedCard(rsa_contents()), with_face(own_key=rsa_contents().face.ca_key)
    files = genuine._applications[surface.FACE_AID].files
    copy._applications[surface.FACE_AID].files[0x0001] = files[0x0001]
    return copy


def test_a_record_that_its_issuer_did_not_sign_is_found_out(lay):
    genuine, forged = EmulatedCard(rsa_contents()), with_face(issuer_key=rsa_contents().face.ca_key)
    files = genuine._applications[surface.FACE_AID].files
    forged._applications[surface.FACE_AID].files[0x0004] = files[0x0004]
    with pytest.raises(CardNotGenuine, match="age record"):
        prove_genuine(lay(forged), era_date("19800217"))


def test_garbage_for_a_proof_is_found_out(lay):
    card = FaultyCard(EmulatedCard(rsa_contents()), INTERNAL_AUTHENTICATION, answer(bytes(256) + b"\x90\x00"))
    with pytest.raises(CardNotGenuine, match="challenge"):
        prove_genuine(lay(card), era_date("19800217"))


def test_each_challenge_is_new():
    sent = []
    for _ in range(2):
        card = FaultyCard(EmulatedCard(rsa_contents()), b"never", answer(b""))
        prove_genuine(Connection(EmulatedTransport(card)), era_date("19800217"))
        sent += [wire for wire in card.sent if wire.startswith(INTERNAL_AUTHENTICATION)]
    assert len(set(sent)) == 2


def test_a_smartphone_has_no_face():
    card = EmulatedCard(dataclasses.replace(rsa_contents(), face=None))
    with pytest.raises(NotAnIndividualNumberCard):
        prove_genuine(Connection(EmulatedTransport(card)), era_date("19800217"))


@pytest.mark.parametrize(
    ("date", "key"),
    [
        ("19800217", b"550217"),
        ("19890107", b"640107"),
        ("19890108", b"010108"),
        ("20190430", b"310430"),
        ("20190501", b"010501"),
        ("19261224", b"151224"),
        ("19120729", b"450729"),
    ],
)
def test_a_birth_date_in_its_era(date, key):
    assert era_date(date) == key


@pytest.mark.parametrize("date", ["18680124", "20230229", "1980-2-17", ""])
def test_a_date_without_era_is_refused(date):
    with pytest.raises(ValueError, match=r"Meiji|does not match|unconverted|out of range"):
        era_date(date)


def _attributes(**changes) -> bytes:
    texts = {0xDF22: "名", 0xDF23: "住所", 0xDF24: "19800217", 0xDF25: "1"} | changes.get("fields", {})
    return encode(0xFF20, b"".join(encode(tag, text.encode()) for tag, text in texts.items()))


@pytest.mark.parametrize(
    "record",
    [
        b"",
        encode(0xFF10, b""),
        encode(0xFF20, b""),
        _attributes()[:-1],
        _attributes(fields={0xDF24: "1980-2-17"}),
        _attributes(fields={0xDF25: "male"}),
        encode(0xFF20, encode(0xDF22, b"\xff\xfe") + encode(0xDF23, b"") + encode(0xDF24, b"") + encode(0xDF25, b"")),
    ],
    ids=["empty", "another record", "no fields", "cut off", "no date", "no sex", "no UTF-8"],
)
def test_what_are_no_four_attributes_is_refused(record):
    with pytest.raises(CardAnswerInvalid):
        surface.parse_four_attributes(record)


@pytest.mark.parametrize(
    "record",
    [encode(0xFF10, b""), encode(0xFF10, encode(0xDF11, b"19800217") + encode(0xDF12, b"") + encode(0xDF13, b""))],
    ids=["no fields", "no key"],
)
def test_what_is_no_age_record_is_refused(record):
    with pytest.raises(CardAnswerInvalid):
        surface.parse_age_record(record)


def test_a_certificate_with_a_small_key_is_refused():
    key = encode(0x90, b"\x03") + encode(0x91, bytes(127) + b"\x01")
    record = encode(0x7F21, encode(0x5F4E, bytes(32) + key) + encode(0x5F37, bytes(256)))
    with pytest.raises(CardAnswerInvalid, match="bits"):
        surface.parse_certificate(record)


# Changing the PIN.


def test_the_text_input_support_pin_is_changed(lay):
    connection, old, new = lay(EmulatedCard(rsa_contents())), bytearray(b"5678"), bytearray(b"8765")
    surface.change_pin(connection, lambda tries: old if tries == 3 else bytearray(), new)
    assert (old, new) == (bytes(4), bytes(4))
    assert read_four_attributes(connection, pin.SURFACE, bytearray(b"8765")) == ATTRIBUTES


def test_a_new_pin_of_the_wrong_form_risks_no_try(lay):
    connection = lay(EmulatedCard(rsa_contents()))
    with refused_as("pin-format-invalid"):
        surface.change_pin(connection, bytearray(b"0000"), bytearray(b"12345"))
    assert surface.pin_tries_left(connection) == 3


def test_a_wrong_old_pin_changes_nothing(lay):
    connection = lay(EmulatedCard(rsa_contents()))
    with pytest.raises(PinWrong):
        surface.change_pin(connection, bytearray(b"0000"), bytearray(b"8765"))
    assert surface.pin_tries_left(connection) == 2
    assert read_four_attributes(connection, pin.SURFACE, bytearray(b"5678")) == ATTRIBUTES


def test_a_card_that_does_not_change_this_pin_keeps_the_old_one(lay):
    """No source says that this application knows CHANGE REFERENCE DATA."""
    connection = lay(FaultyCard(EmulatedCard(rsa_contents()), bytes.fromhex("00240180"), answer(b"\x6d\x00")))
    with pytest.raises(CardRefused):
        surface.change_pin(connection, bytearray(b"5678"), bytearray(b"8765"))
    assert read_four_attributes(connection, pin.SURFACE, bytearray(b"5678")) == ATTRIBUTES


# The individual number.

_FORBIDDEN = {
    surface.TEXT_AID: {0x0001, 0x0003, 0x0014},  # the number, a digest of it, 照合番号A
    surface.FACE_AID: {0x0005, 0x0013},  # the number as a picture, 照合番号A
}


def test_no_function_reaches_the_individual_number():
    """Every function that speaks to a card is used; none selects or reads a file that has to do with the number."""
    seen = []
    connection = Connection(EmulatedTransport(EmulatedCard(rsa_contents())), seen.append)
    with signing_session(connection, bytearray(b"SIGNKIT1")) as session:
        session.sign("sha256", bytes(32))
        session.ca_certificate()
    authenticate(connection, bytearray(b"1234"))
    touch(connection)
    read_status(connection)
    read_certificate(connection, CertificateKind.SIGN, bytearray(b"SIGNKIT1"))
    read_four_attributes(connection, pin.SURFACE, bytearray(b"5678"))
    read_four_attributes(connection, pin.CODE_B, bytearray(b"55021720352285"))
    prove_genuine(connection, era_date("19800217"))
    change_pin(connection, pin.AUTHENTICATION, bytearray(b"1234"), bytearray(b"4321"))
    surface.pin_tries_left(connection)
    surface.change_pin(connection, bytearray(b"5678"), bytearray(b"5678"))
    reached = _files_reached(seen)
    assert {aid for aid, _ in reached} >= set(_FORBIDDEN), "the applications were not used at all"
    assert not [(aid, file) for aid, file in reached if file in _FORBIDDEN.get(aid, ())]


def _files_reached(exchanges) -> set[tuple[bytes, int]]:
    aid, reached = b"", set()
    for exchange in exchanges:
        cla_ins_p1 = exchange.header[:3]
        if cla_ins_p1 == b"\x00\xa4\x04":
            aid = exchange.file
        elif exchange.file:
            reached.add((aid, int.from_bytes(exchange.file, "big")))
        elif exchange.header[1] == 0xB0 and exchange.header[2] & 0x80:
            reached.add((aid, exchange.header[2] & 0x1F))
    return reached


def test_the_emulated_cards_number_is_nobodys():
    """番号法: the check digit is 11 - (sum mod 11), 0 for a remainder of 0 or 1."""
    digits = [int(digit) for digit in reversed(NO_INDIVIDUAL_NUMBER)]
    remainder = sum(digit * (i + 1 if i <= 6 else i - 5) for i, digit in enumerate(digits[1:], 1)) % 11
    assert digits[0] != (0 if remainder <= 1 else 11 - remainder)


def test_a_stranger_may_ask_the_tries_of_code_a(lay):
    """What jpki/myna does for its PIN status: SELECT EF 0014, VERIFY without data."""
    connection = lay(EmulatedCard(rsa_contents()))
    files = CardFiles(connection)
    with connection.exclusive():
        files.select_application(surface.TEXT_AID)
        assert pin.tries_left(files, CODE_A) == 15


def test_the_number_behind_code_a_is_nobodys(lay):
    """Its check digit is wrong (番号法施行令8条), and it is the one that stands in EF 0001."""
    card = EmulatedCard(rsa_contents())
    assert card.state.pins[CODE_A.key] == NO_INDIVIDUAL_NUMBER
    weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
    rest = sum(int(digit) * weight for digit, weight in zip(NO_INDIVIDUAL_NUMBER, weights, strict=False)) % 11
    assert int(NO_INDIVIDUAL_NUMBER[-1]) != (0 if rest <= 1 else 11 - rest)


def test_code_a_is_never_changed(lay):
    """Else the emulated card would hold whatever number somebody puts there."""
    card = EmulatedCard(rsa_contents())
    files = CardFiles(lay(card))
    with files.connection.exclusive():
        files.select_application(surface.TEXT_AID)
        pin.verify(files, CODE_A, bytearray(NO_INDIVIDUAL_NUMBER.encode()))
        sent = files.connection.send(Command(0x00, apdu.CHANGE_REFERENCE_DATA, 0x01, 0x80, bytearray(b"1" * 12)))
    assert sent.sw == apdu.SECURITY_NOT_SATISFIED
    assert card.state.pins[CODE_A.key] == NO_INDIVIDUAL_NUMBER
