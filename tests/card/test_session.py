"""Signing, authenticating and touching, each over both transports."""

from __future__ import annotations

import hashlib

import pytest

from signkit.card.authentication import check_authentication
from signkit.card.emulator import EmulatedCard
from signkit.card.session import authenticate, signing_session, touch
from signkit.errors import CardRefused
from tests.card.contents import ec_contents, rsa_contents

DIGEST = hashlib.sha256(b"a contract").digest()


def test_a_session_signs_with_the_signature_key(lay):
    connection = lay(EmulatedCard(rsa_contents()))
    with signing_session(connection, bytearray(b"SIGNKIT1")) as session:
        signature = session.sign("sha256", DIGEST)
    session.key.verify("sha256", DIGEST, signature)
    assert session.certificate == rsa_contents().sign.certificate
