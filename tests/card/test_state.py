"""The emulated card's memory, in a file."""

from __future__ import annotations

import json

import pytest

from signkit.card.emulator import EmulatedCard, EmulatedTransport
from signkit.card.jpki import JpkiApplication
from signkit.card.layout import NO_INDIVIDUAL_NUMBER, NUMBER_SECRETS
from signkit.card.pin import SIGNATURE
from signkit.card.state import fresh_state, load_state, save_state
from signkit.card.transport import Connection
from signkit.errors import InputUnreadable, PinWrong
from tests.card.contents import rsa_contents
from tests.refusals import refused_as


def test_a_try_that_was_lost_stays_lost(tmp_path):
    path = tmp_path / "card.json"
    card = EmulatedCard(rsa_contents(), state=load_state(path, rsa_contents()), on_change=lambda s: save_state(path, s))
    with pytest.raises(PinWrong):
        JpkiApplication.select(Connection(EmulatedTransport(card))).verify(SIGNATURE, bytearray(b"WRONG123"))
    assert load_state(path, rsa_contents()).tries[SIGNATURE.key] == 4
    assert [file.name for file in tmp_path.iterdir()] == ["card.json"]


def test_a_changed_password_stays_changed(tmp_path):
    path = tmp_path / "card.json"
    card = EmulatedCard(rsa_contents(), on_change=lambda state: save_state(path, state))
    application = JpkiApplication.select(Connection(EmulatedTransport(card)))
    application.change_pin(SIGNATURE, bytearray(b"SIGNKIT1"), bytearray(b"NEWWORD22"))
    assert load_state(path, rsa_contents()).pins[SIGNATURE.key] == "NEWWORD22"


def test_a_missing_file_is_a_fresh_card(tmp_path):
    assert load_state(tmp_path / "none", rsa_contents()) == fresh_state(rsa_contents())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": "other"}',
        '{"format": "signkit-emulated-card/1", "pins": {}, "tries": {}}',
        '{"format": "signkit-emulated-card/1", "pins": 1, "tries": 2}',
    ],
)
def test_a_file_that_is_no_state_is_refused(tmp_path, text):
    (tmp_path / "card.json").write_text(text)
    with pytest.raises(InputUnreadable):
        load_state(tmp_path / "card.json", rsa_contents())


@pytest.mark.parametrize("tries", [-1, 16, "5", None])
def test_a_counter_out_of_range_is_refused(tmp_path, tries):
    path = tmp_path / "card.json"
    save_state(path, fresh_state(rsa_contents()))
    raw = json.loads(path.read_text())
    raw["tries"][SIGNATURE.key] = tries
    path.write_text(json.dumps(raw))
    with pytest.raises(InputUnreadable):
        load_state(path, rsa_contents())


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with refused_as("output-not-written"):
        save_state(tmp_path / "none" / "card.json", fresh_state(rsa_contents()))


@pytest.mark.parametrize("secret", NUMBER_SECRETS, ids=lambda secret: secret.key)
@pytest.mark.parametrize("number", [None, "111111111111"], ids=["kept before it was emulated", "another number"])
def test_code_a_is_the_number_that_nobody_has(tmp_path, number, secret):
    path = tmp_path / "card.json"
    save_state(path, fresh_state(rsa_contents()))
    raw = json.loads(path.read_text())
    for part, value in (("pins", number), ("tries", 7)):
        del raw[part][secret.key]
        if number:
            raw[part][secret.key] = value
    path.write_text(json.dumps(raw))
    state = load_state(path, rsa_contents())
    assert (state.pins[secret.key], state.tries[secret.key]) == (NO_INDIVIDUAL_NUMBER, 7 if number else 15)


def test_a_state_from_before_the_face_was_emulated_still_opens(tmp_path):
    path = tmp_path / "card.json"
    fresh = fresh_state(rsa_contents())
    save_state(path, fresh)
    raw = json.loads(path.read_text())
    for part in ("pins", "tries"):
        for key in ("code-a", "face-code-a", "face-code-b"):
            del raw[part][key]
    path.write_text(json.dumps(raw))
    assert load_state(path, rsa_contents()) == fresh
