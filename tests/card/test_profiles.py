"""Each kind of emulated card ends where its holder would."""

from __future__ import annotations

import pytest

from signkit.card.emulator import EmulatedTransport
from signkit.card.jpki import JpkiApplication, TokenKind
from signkit.card.pin import SIGNATURE
from signkit.card.profiles import PROFILES, make_card
from signkit.card.session import signing_session, touch
from signkit.card.transport import Connection
from signkit.errors import CardLocked, PinNeeded
from tests.card.contents import ec_contents, rsa_contents
from tests.refusals import refused_as


def connection(name: str) -> Connection:
    profile = PROFILES[name]
    contents = ec_contents() if profile.algorithm == "ecdsa" else rsa_contents()
    return Connection(EmulatedTransport(make_card(profile, contents)))


@pytest.mark.parametrize("name", ["standard", "expired", "next-generation", "android", "iphone"])
def test_these_cards_sign(name):
    with signing_session(connection(name), bytearray(b"SIGNKIT1")) as session:
        hash_name = session.key.hashes[0]
        assert session.sign(hash_name, bytes(32 if hash_name == "sha256" else 48))


@pytest.mark.parametrize(
    ("name", "error"),
    [("locked", CardLocked), ("last-try", "pin-last-try"), ("no-signing-certificate", "no-signing-certificate")],
)
def test_these_cards_do_not_sign(name, error):
    with refused_as(error), signing_session(connection(name), bytearray(b"SIGNKIT1")):
        pass


@pytest.mark.parametrize(("name", "kind"), [("android", TokenKind.ANDROID), ("iphone", TokenKind.IPHONE)])
def test_smartphones(name, kind):
    assert JpkiApplication.select(connection(name)).token().kind is kind
    with pytest.raises(PinNeeded):
        touch(connection(name))


def test_a_state_that_was_kept_wins_over_the_profile():
    card = make_card(PROFILES["last-try"], rsa_contents())
    card.state.tries[SIGNATURE.key] = 3
    again = make_card(PROFILES["last-try"], rsa_contents(), card.state)
    assert again.state.tries[SIGNATURE.key] == 3


def test_every_profile_has_its_title_in_both_languages():
    assert all(profile.title.en and profile.title.ja for profile in PROFILES.values())
