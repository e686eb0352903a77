"""PC/SC: finding the one card that is meant, holding it, and saying what went wrong."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import threading
import types

import pytest

from signkit.card import reader as reader_module
from signkit.card.apdu import VERIFY, Command
from signkit.card.emulator import EmulatedCard
from signkit.card.jpki import JpkiApplication
from signkit.card.pin import SIGNATURE
from signkit.card.reader import PcscTransport, Reader, choose_reader, connect, error_for, list_readers
from signkit.card.session import signing_session
from signkit.card.transport import Connection
from signkit.errors import CardBusy, CardUnresponsive, MissingExtra, NoCard, NoReader, ReaderNotFound
from tests.card.bench import READERS, until
from tests.card.contents import rsa_contents
from tests.card.faults import SIGN, FaultyCard, vanish
from tests.refusals import refused_as

DIGEST = hashlib.sha256(b"a contract").digest()
EMPTY, FULL = Reader("ACR 1252 (1)", False, b""), Reader("ACR 1252 (2)", True, b"\x3b")
OTHER = Reader("Sony RC-S300", True, b"\x3b")


# Choosing.


def test_the_only_card_is_chosen():
    assert choose_reader((EMPTY, FULL)) is FULL


def test_a_reader_is_chosen_by_any_part_of_its_name():
    assert choose_reader((FULL, OTHER), "rc-s300") is OTHER


def test_a_whole_name_wins_over_longer_ones():
    longer = Reader(OTHER.name + " 01", True, b"\x3b")
    assert choose_reader((longer, OTHER), OTHER.name) is OTHER


def test_two_cards_are_never_guessed_between():
    with refused_as("several-cards") as caught:
        choose_reader((FULL, OTHER, EMPTY))
    assert caught.value.readers == (FULL.name, OTHER.name)
    assert "ACR 1252 (2), Sony RC-S300" in caught.value.hint("ja")


@pytest.mark.parametrize(
    ("readers", "wanted", "error"),
    [
        ((), None, NoReader),
        ((), "Sony", NoReader),
        ((FULL,), "Sony", ReaderNotFound),
        ((EMPTY,), None, NoCard),
        ((EMPTY, OTHER), "ACR", NoCard),
    ],
)
def test_no_choice_is_explained(readers, wanted, error):
    with pytest.raises(error):
        choose_reader(readers, wanted)


def test_an_unknown_reader_is_answered_with_those_that_are_there():
    with pytest.raises(ReaderNotFound) as caught:
        choose_reader((EMPTY, FULL), "Sony")
    assert "ACR 1252 (1), ACR 1252 (2)" in caught.value.hint("en")


# Result codes.

_CODES = {
    0x8010001D: "card-service-unavailable",
    0x8010001E: "card-service-unavailable",
    0x80100001: "card-service-unavailable",
    0x80100009: "reader-gone",
    0x80100017: "reader-gone",
    0x8010000B: CardBusy,
    0x8010000C: NoCard,
    0x8010002E: NoReader,
    0x80100066: CardUnresponsive,
    0x80100067: CardUnresponsive,
    0x80100068: "card-reset",
    0x80100069: "card-removed",
    0x8010006A: "card-service-forbidden",
    0x80100027: "card-service-forbidden",
    0x8010002F: "card-link-broken",
    0x80100013: "card-link-broken",
}


@pytest.mark.parametrize("code", _CODES)
@pytest.mark.parametrize("signed", [True, False])
def test_each_result_code_has_its_error_and_its_fix(code, signed):
    error = error_for(code - (1 << 32) if signed else code)
    expected = _CODES[code]
    assert error.code == (expected if isinstance(expected, str) else expected.code)
    assert error.hint("en")
    assert error.hint("ja")


class FakeScard(types.SimpleNamespace):
    """The functions of pyscard's scard module, answering these codes."""

    SCARD_SCOPE_USER = SCARD_SHARE_EXCLUSIVE = SCARD_SHARE_SHARED = 1
    SCARD_PROTOCOL_T0 = SCARD_PROTOCOL_T1 = SCARD_RESET_CARD = 1

    def __init__(self, transmit=0, connect=0):
        super().__init__(transmit=transmit, connect=connect, disconnected=[])

    def SCardEstablishContext(self, scope):
        return 0, 1

    def SCardConnect(self, *arguments):
        return self.connect, 2, 1

    def SCardTransmit(self, *arguments):
        return self.transmit, []

    def SCardDisconnect(self, card, disposition):
        self.disconnected.append(disposition)

    def SCardReleaseContext(self, context):
        return 0


@pytest.mark.parametrize("code", [0x80100017, 0x8010001D, 0x80100068, 0x80100069, 0x80100066])
def test_a_link_that_breaks_is_one_error_and_the_card_is_let_go(code):
    scard = FakeScard(code)
    transport = PcscTransport(scard, "reader", busy=1)
    with refused_as(_CODES[code]):
        transport.transmit(b"\x00\x20\x00\x80")
    transport.close()
    until(lambda: scard.disconnected, "disconnection")
    assert scard.disconnected == [FakeScard.SCARD_RESET_CARD]


@pytest.mark.parametrize("code", [0x8010000C, 0x80100017, 0x80100066, 0x80100067, 0x80100069, 0x8010001D])
def test_a_card_that_cannot_be_connected_to(code):
    with refused_as(_CODES[code]):
        PcscTransport(FakeScard(connect=code), "reader", busy=1)


# The service.


def test_without_pyscard_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "smartcard", None)
    with pytest.raises(MissingExtra) as caught:
        list_readers()
    assert caught.value.extra == "card"
    assert caught.value.message("ja").startswith("カードリーダー に")


@pytest.mark.slow
def test_without_the_service_its_start_is_explained(bench, tmp_path):
    """In a process of its own, for libpcsclite reads the place of the service once."""
    script = "import signkit.card.reader as r\ntry: r.list_readers()\nexcept Exception as e: print(e.code)"
    environment = os.environ | {
        "PCSCLITE_CSOCK_NAME": str(tmp_path / "nobody"),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "card-service-unavailable"


@pytest.mark.slow
def test_the_readers_are_listed_with_their_cards(bench):
    with bench.card(EmulatedCard(rsa_contents()), reader=1):
        assert list_readers() == (
            Reader(READERS[0], False, b""),
            Reader(READERS[1], True, bytes.fromhex("3B888001000005E0B381A1007F")),
        )


def test_an_empty_reader(bench):
    with pytest.raises(NoCard):
        connect()


@pytest.mark.slow
def test_cards_on_two_readers(bench):
    with bench.card(EmulatedCard(rsa_contents()), 0), bench.card(EmulatedCard(rsa_contents()), 1):
        with refused_as("several-cards"):
            connect()
        with contextlib.closing(connect("00 01")) as transport:
            assert transport.reader == READERS[1]


@pytest.mark.slow
def test_a_card_is_waited_for(bench):
    with contextlib.ExitStack() as stack:
        laying = threading.Thread(target=lambda: stack.enter_context(bench.card(EmulatedCard(rsa_contents()))))
        laying.start()
        with contextlib.closing(connect(wait=10)) as transport:
            assert transport.reader == READERS[0]
        laying.join()


@pytest.mark.slow
def test_a_card_that_is_taken_away(bench):
    with bench.card(EmulatedCard(rsa_contents())) as gone, Connection(connect()) as connection:
        application = JpkiApplication.select(connection)
        gone.set()
        until(lambda: not list_readers()[0].has_card, "empty reader")
        with refused_as("card-removed"):
            application.tries_left(SIGNATURE)


# Other programs.


class OtherProgram:
    """Another PC/SC client."""

    def __init__(self, exclusive: bool = False) -> None:
        from smartcard import scard

        self.scard = scard
        _, self.context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        mode = scard.SCARD_SHARE_EXCLUSIVE if exclusive else scard.SCARD_SHARE_SHARED
        self.code, self.card, self.protocol = scard.SCardConnect(
            self.context, READERS[0], mode, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.code == 0:
            self.scard.SCardDisconnect(self.card, self.scard.SCARD_LEAVE_CARD)
        self.scard.SCardReleaseContext(self.context)

    def transmit(self, wire: bytes) -> int:
        return self.scard.SCardTransmit(self.card, self.protocol, list(wire))[0]

    def reset(self) -> int:
        return self.scard.SCardReconnect(
            self.card, self.scard.SCARD_SHARE_SHARED, self.protocol, self.scard.SCARD_RESET_CARD
        )[0]


def sign_with(connection) -> bytes:
    with signing_session(connection, bytearray(b"SIGNKIT1")) as session:
        return session.sign("sha256", DIGEST)


@pytest.fixture
def card_on_bench(bench):
    card = EmulatedCard(rsa_contents())
    with bench.card(card):
        yield card


@pytest.mark.slow
def test_a_card_that_another_program_holds(card_on_bench):
    with OtherProgram(exclusive=True), pytest.raises(CardBusy):
        connect(busy=0.1)


@pytest.mark.slow
def test_a_card_that_another_program_gives_back_in_time(card_on_bench):
    other = OtherProgram(exclusive=True)
    other.__enter__()
    timer = threading.Timer(0.2, other.__exit__)
    timer.start()
    with Connection(connect(busy=10)) as connection:
        assert sign_with(connection)
    timer.join()


@pytest.mark.slow
def test_a_program_that_keeps_the_card_open_is_no_hindrance(card_on_bench):
    with OtherProgram() as other, Connection(connect()) as connection:
        assert other.code == 0
        assert sign_with(connection)


@pytest.mark.slow
@pytest.mark.parametrize("tries", [5, 1])
def test_a_shared_card_is_not_held_while_the_person_types(card_on_bench, tries):
    """Windows would reset it after five seconds; the other program can use it meanwhile."""
    card_on_bench.state.tries[SIGNATURE.key] = tries
    with OtherProgram() as other, Connection(connect()) as connection:

        def ask(left: int) -> bytearray:
            assert left == tries
            assert other.transmit(bytes.fromhex("00A4040C0AD3921000310001010402")) == 0
            return bytearray(b"SIGNKIT1")

        with signing_session(connection, ask, use_last_try=True) as session:
            assert session.sign("sha256", DIGEST)


@pytest.mark.slow
def test_a_program_that_has_the_card_open_waits_until_the_session_is_over(bench):
    probe = bytes.fromhex("00CA0000")
    started = threading.Event()
    card = FaultyCard(EmulatedCard(rsa_contents()), b"never", vanish)

    def interfere() -> None:
        started.set()
        other.transmit(probe)

    thread = threading.Thread(target=interfere)
    with bench.card(card), OtherProgram() as other:
        with Connection(connect()) as connection, signing_session(connection, bytearray(b"SIGNKIT1")) as session:
            thread.start()
            started.wait(10)
            for _ in range(3):
                session.sign("sha256", DIGEST)
        thread.join(10)
        assert not thread.is_alive()
    signing = [index for index, wire in enumerate(card.sent) if wire.startswith(SIGN)]
    assert len(signing) == 3
    assert probe not in card.sent[: signing[-1]]


@pytest.mark.slow
def test_a_card_that_is_held_exclusively_lets_no_program_in(card_on_bench):
    with (
        Connection(connect()) as connection,
        signing_session(connection, bytearray(b"SIGNKIT1")),
        OtherProgram() as other,
    ):
        assert error_for(other.code).__class__ is CardBusy


@pytest.mark.slow
def test_a_transaction_of_another_program_is_waited_for_within_bounds(card_on_bench):
    with OtherProgram() as other:
        transport = connect(busy=0.2)
        assert other.scard.SCardBeginTransaction(other.card) == 0
        with Connection(transport) as connection, pytest.raises(CardBusy):
            sign_with(connection)
        assert card_on_bench.state.tries[SIGNATURE.key] == 5
        other.scard.SCardEndTransaction(other.card, other.scard.SCARD_LEAVE_CARD)
    with Connection(connect()) as connection:
        assert sign_with(connection)


@pytest.mark.slow
def test_a_reset_before_the_session_does_not_matter(card_on_bench):
    with OtherProgram() as other, Connection(connect()) as connection:
        assert other.reset() == 0
        assert sign_with(connection)


@pytest.mark.slow
def test_a_reset_outside_a_session_is_told(card_on_bench):
    with OtherProgram() as other, Connection(connect()) as connection:
        application = JpkiApplication.select(connection)
        assert other.reset() == 0
        with refused_as("card-reset"):
            application.tries_left(SIGNATURE)


@pytest.mark.slow
def test_a_slow_card_is_given_up_and_locked_again(bench):
    released = threading.Event()

    def be_slow(card, wire):
        released.wait(10)
        return card.process(wire)

    with bench.card(FaultyCard(EmulatedCard(rsa_contents()), SIGN, be_slow)):
        scard = reader_module._load_scard()
        connection = Connection(PcscTransport(scard, READERS[0], busy=1, command_seconds=0.3))
        with pytest.raises(CardUnresponsive):
            sign_with(connection)
        with pytest.raises(CardUnresponsive):
            connection.send(Command(0x00, VERIFY, 0x00, 0x80))
        connection.close()
        released.set()
        with Connection(connect()) as again:
            assert JpkiApplication.select(again).tries_left(SIGNATURE) == 5
