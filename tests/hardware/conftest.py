"""Tests on a real card: only for the card that is named, and never with a PIN.

    signkit card status --fingerprint
    python -m pytest tests/hardware --card-serial 7e00e7f6a877 [--card-reader NAME]

``--card-serial`` takes the fingerprint of that command: a cut, salted hash of the authentication certificate, for its
serial number (発行番号) must be kept nowhere, a shell's history included.  Another card on the reader ends the run
before a test has touched it.  No test sends a secret, and every run checks that none was sent.
"""

from __future__ import annotations

import pytest

from signkit.card.apdu import CHANGE_REFERENCE_DATA, VERIFY


def pytest_addoption(parser):
    group = parser.getgroup("a real card")
    group.addoption("--card-serial", metavar="FINGERPRINT", help="run the hardware tests on this card, and no other")
    group.addoption("--card-reader", metavar="NAME", help="part of the name of the reader that it lies on")


@pytest.fixture(scope="session")
def exchanges():
    """What was exchanged with the card, without data; at the end no secret may be among it."""
    seen = []
    yield seen
    sent = [exchange for exchange in seen if exchange.header[1] in (VERIFY, CHANGE_REFERENCE_DATA)]
    assert not [exchange for exchange in sent if exchange.data_length], "a hardware test sent a secret"


@pytest.fixture(scope="session")
def card(request, exchanges):
    """A connection to the card that was named; ends the run where another one lies there."""
    wanted = request.config.getoption("--card-serial", None)
    if not wanted:
        pytest.skip("hardware: tests on a real card run with --card-serial only")
    from signkit.card.reader import connect
    from signkit.card.session import touch
    from signkit.card.transport import Connection
    from signkit.errors import CardError
    from signkit.holder.card_certificate import fingerprint

    try:
        connection = Connection(connect(request.config.getoption("--card-reader", None)), exchanges.append)
    except CardError as error:
        pytest.exit(f"no card to test: {error}", returncode=4)
    with connection:
        try:
            found = fingerprint(touch(connection))
        except CardError as error:
            pytest.exit(f"the card cannot be told: {error}", returncode=4)
        if found != wanted.lower():
            pytest.exit("another card lies on the reader; nothing was tested", returncode=4)
        yield connection
