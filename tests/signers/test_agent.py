"""The signing agent: an honest program gets what the person agrees to; every other gets nothing."""

from __future__ import annotations

import socket
import struct
import threading
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from signkit.card.emulator import EmulatedCard, EmulatedTransport
from signkit.card.transport import Connection
from signkit.errors import PinWrong
from signkit.rehearsal.evidence_services import utc_now
from signkit.signers.agent import AgentSigner, open_agent_signer
from signkit.signers.agent_channel import LOOPBACK, ChannelBroken, greet, new_code, secret_of
from signkit.signers.agent_service import NotAttributes, _digest_of, listen, serve
from signkit.signers.base import Purpose
from signkit.signers.card import CardSigner
from signkit.signing.cms import Statement, signed_attributes
from signkit.signing.levels import Level, sign
from signkit.signing.request import SignatureRequest
from tests.refusals import has_code, refused_as

PURPOSE = Purpose("seller", (("contract.pdf", "ab" * 32),))


@dataclass
class Person:
    """The person at the agent: remembers what was shown, answers as told."""

    opens: bool = True
    signs: bool = True
    codes: list = field(default_factory=list)
    shown: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    code_shown: threading.Event = field(default_factory=threading.Event)

    def show_code(self, port, code, seconds):
        self.codes.append(code)
        self.code_shown.set()

    def agree_to_open(self, purpose):
        self.shown.append(purpose)
        return self.opens

    def agree_to_sign(self, wanted):
        self.shown.append(wanted)
        return self.signs

    def report(self, error):
        self.errors.append(error)

    def wrong_code(self, left):
        self.wrong.append(left)

    def say_end(self, signatures):
        self.shown.append(signatures)


class Agent:
    """An agent in a thread, with the emulated card of 番号 花子."""

    def __init__(self, listener, person, card, password, **options):
        self.port = listener.getsockname()[1]
        self.person = person
        self.card = card
        self.failure = None
        self._listener = listener
        self._options = {"once": True, **options}
        self._password = password
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert person.code_shown.wait(10)

    def _run(self):
        def key():
            return CardSigner(
                Connection(EmulatedTransport(self.card)), "card", lambda _: bytearray(self._password.encode())
            )

        try:
            serve(self._listener, self.person, key, **self._options)
        except Exception as error:
            self.failure = error

    def done(self):
        self._thread.join(20)
        assert not self._thread.is_alive()

    def client(self, code=None, purpose=PURPOSE):
        return AgentSigner(self.port, lambda _: bytearray((code or self.person.codes[-1]).encode()), purpose)

    def connection(self):
        return socket.create_connection((LOOPBACK, self.port), timeout=10)


@pytest.fixture
def agent_for(seller_card):
    opened = []

    @contextmanager
    def make(person=None, password="SIGNKIT1", **options):
        listener = listen()
        opened.append(listener)
        yield Agent(listener, person or Person(), EmulatedCard(seller_card), password, **options)

    yield make
    for listener in opened:
        listener.close()


@pytest.mark.slow
def test_a_program_gets_the_signature_that_the_person_agreed_to(agent_for, blank, services):
    with agent_for() as agent:
        with agent.client() as key:
            request = SignatureRequest("seller", "番号　花子", utc_now())
            signed = sign(blank, request, key, Level.B_T, services).pdf
        agent.done()
    assert signed.startswith(blank)
    purpose, wanted, count = agent.person.shown
    assert (purpose, wanted.purpose, wanted.number, count) == (PURPOSE, PURPOSE, 1, 1)
    import hashlib

    from signkit.signing.readback import _BYTE_RANGE  # what was shown is the digest that the file carries

    first, start, length = (int(number) for number in _BYTE_RANGE.findall(signed, len(blank))[0])
    assert wanted.digest == hashlib.sha256(signed[:first] + signed[start : start + length]).hexdigest()


def test_the_person_may_refuse_to_open_the_key(agent_for):
    with agent_for(Person(opens=False)) as agent:
        with refused_as("agent-refused", match="did not agree"), agent.client():
            pass
        agent.done()
    assert agent.person.shown == [PURPOSE, 0]


def test_the_person_may_refuse_a_signature(agent_for):
    with agent_for(Person(signs=False)) as agent:
        with agent.client() as key, refused_as("agent-refused", match="did not agree"):
            key.sign(signed_attributes(key, bytes(32), Statement()))
        agent.done()
    assert agent.person.shown[-1] == 0


def test_a_wrong_pin_is_told_at_the_agent_and_not_to_the_program(agent_for):
    with agent_for(password="WRONG123") as agent:
        with refused_as("agent-refused", match="the agent says why") as refusal, agent.client():
            pass
        agent.done()
    [error] = agent.person.errors
    assert isinstance(error, PinWrong)
    assert "4" not in str(refusal.value)


@pytest.mark.parametrize(
    "data",
    [b"", b"a challenge to log in with", b"\x31\x00", b"\x31\x80\x00\x00"],
    ids=["nothing", "challenge", "empty set", "BER"],
)
def test_what_is_no_document_signature_is_not_signed(agent_for, data):
    with agent_for() as agent:
        with agent.client() as key, refused_as("agent-refused", match="not a document signature"):
            key.sign(data)
        agent.done()
    assert agent.person.shown == [PURPOSE, 0]  # nobody was even asked


def test_the_attributes_of_another_key_are_not_signed(person_signer, seller_card):
    from signkit.signing.deferred import DeferredKey

    other = DeferredKey.of([seller_card.sign.ca_certificate], "other")
    with pytest.raises(NotAttributes, match="another key"):
        _digest_of(signed_attributes(other, bytes(32), Statement()), person_signer)


def test_bytes_after_the_attributes_are_not_signed(person_signer):
    with pytest.raises(NotAttributes):
        _digest_of(signed_attributes(person_signer, bytes(32), Statement()) + b"\0", person_signer)


def test_a_wrong_code_opens_nothing_and_the_third_stops_the_agent(agent_for):
    with agent_for() as agent:
        for _ in range(3):
            with refused_as("agent-code-wrong"), agent.client(new_code()):
                pass
        agent.done()
    assert has_code(agent.failure, "agent-codes-wrong")
    assert agent.person.wrong == [2, 1, 0]
    assert agent.person.shown == []


def test_a_code_is_good_for_one_program_only(agent_for):
    with agent_for(once=False) as agent:
        with agent.client():
            agent.person.code_shown.clear()
        assert agent.person.code_shown.wait(10)
        first, second = agent.person.codes
        assert first != second
        with refused_as("agent-code-wrong"), agent.client(first):
            pass


def test_a_code_expires(agent_for):
    ticks = iter([0.0, 0.0, 400.0, 400.0, 400.0])
    with agent_for(clock=lambda: next(ticks, 400.0)) as agent:
        first = agent.person.codes[0]
        with refused_as("agent-code-wrong", "agent-unreachable"), agent.client(first):
            pass
    assert len(agent.person.codes) >= 2


def test_codes_may_be_typed_in_any_case_and_with_or_without_dashes():
    code = new_code()
    assert secret_of(code.encode()) == secret_of(code.lower().replace("-", " ").encode() + b"\n")
    assert len(code.replace("-", "")) == 26


BROWSERS = {
    "form": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example\r\nContent-Length: 2\r\n\r\n{}",
    "rebinding": b"GET /sign HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n\r\n" + b" " * 64,
    "websocket": b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nOrigin: https://evil.example\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
}


@pytest.mark.parametrize("request_bytes", BROWSERS.values(), ids=BROWSERS.keys())
def test_a_web_page_in_a_browser_gets_no_answer(agent_for, request_bytes):
    with agent_for() as agent:
        with agent.connection() as browser:
            browser.sendall(request_bytes)
            assert answer_of(browser) == b""
        with agent.client():  # and the agent is there as before; no try was spent
            pass
        agent.done()
    assert agent.person.wrong == []


def test_a_browser_that_guesses_the_greeting_gets_no_key(agent_for):
    smuggled = b"signkit-agent/1\n" + bytes(32) + b"POST / HTTP/1.1\r\nOrigin: https://evil.example\r\n\r\n"
    with agent_for() as agent:
        with agent.connection() as browser:
            browser.sendall(smuggled)
            answer_of(browser)
        with agent.client():
            pass
        agent.done()
    assert agent.person.shown == [PURPOSE, 0]


def test_an_oversize_message_ends_the_conversation_unread(agent_for):
    with agent_for() as agent:
        with agent.connection() as hostile:
            greet(hostile, secret_of(agent.person.codes[-1].encode()), "client")
            hostile.sendall(struct.pack(">I", 1 << 31))
            assert answer_of(hostile) == b""
        agent.done()
    assert agent.person.shown == [0]


def test_a_request_sent_again_is_not_signed_again(agent_for, person_signer):
    attributes = b64encode(signed_attributes(person_signer, bytes(32), Statement())).decode("ascii")
    with agent_for() as agent:
        with agent.connection() as raw:
            tape = Tape(raw)
            channel = greet(tape, secret_of(agent.person.codes[-1].encode()), "client")
            channel.send({"role": "seller", "files": []})
            assert "certificate" in channel.receive(10)
            channel.send({"sign": attributes})
            assert "signature" in channel.receive(10)
            raw.sendall(tape.sent[-1])
            with pytest.raises(ChannelBroken):
                channel.receive(10)
        agent.done()
    assert [getattr(item, "number", None) for item in agent.person.shown] == [None, 1, None]  # asked once
    assert agent.person.shown[-1] == 1


def test_a_conversation_played_again_counts_as_a_wrong_code(agent_for):
    with agent_for(once=False) as agent:
        with agent.connection() as raw:
            tape = Tape(raw)
            greet(tape, secret_of(agent.person.codes[-1].encode()), "client")
            agent.person.code_shown.clear()
        assert agent.person.code_shown.wait(10)
        with agent.connection() as raw:
            raw.sendall(b"".join(tape.sent))
            answer_of(raw)
        with agent.client():
            pass
    assert agent.person.wrong == [2]


def test_a_message_sent_back_to_its_sender_is_refused(agent_for):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        mirror = threading.Thread(target=reflect, args=(theirs,), daemon=True)
        mirror.start()
        with pytest.raises(ChannelBroken):
            greet(ours, secret_of(b"code"), "client")
        ours.close()
        mirror.join(10)


def test_names_that_would_steer_the_terminal_are_shown_without_that_power(agent_for):
    purpose = Purpose("sel\x1b[2Jler", (("contract\u202efdp.pdf", "\r" * 64),))
    with agent_for(Person(opens=False)) as agent:
        with refused_as("agent-refused"), agent.client(purpose=purpose):
            pass
        agent.done()
    shown = agent.person.shown[0]
    assert shown == Purpose("sel\ufffd[2Jler", (("contract\ufffdfdp.pdf", "\ufffd" * 64),))


@pytest.mark.parametrize(
    "message",
    [{}, {"role": 1, "files": []}, {"role": "x", "files": [["a"]]}, {"role": "x", "files": [["a", "b"]] * 1001}],
    ids=["empty", "role", "file", "many"],
)
def test_a_purpose_out_of_form_ends_the_conversation(agent_for, message):
    with agent_for() as agent:
        with agent.connection() as raw:
            channel = greet(raw, secret_of(agent.person.codes[-1].encode()), "client")
            channel.send(message)
            with pytest.raises(ChannelBroken):
                channel.receive(10)
        agent.done()
    assert agent.person.shown == [0]


def test_only_this_machine_reaches_the_agent():
    with listen() as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_where_no_agent_is_nobody_types_a_code():
    with listen() as listener:
        port = listener.getsockname()[1]
    asked = []
    with refused_as("agent-unreachable"), AgentSigner(port, asked.append, PURPOSE):
        pass
    assert asked == []


@pytest.mark.parametrize("rest", ["", "0", "65536", "80x", "-1", "１２", "localhost:80"])
def test_an_agent_uri_names_a_port(rest):
    with refused_as("agent-uri-invalid"):
        open_agent_signer(rest, lambda _: bytearray(), PURPOSE)


class Tape:
    """A socket that remembers what was sent through it."""

    def __init__(self, connection):
        self._connection = connection
        self.sent = []

    def sendall(self, data):
        self.sent.append(data)
        self._connection.sendall(data)

    def __getattr__(self, name):
        return getattr(self._connection, name)


def answer_of(connection):
    """Everything until the other side hangs up (a reset is a hang-up)."""
    data = b""
    try:
        while piece := connection.recv(4096):
            data += piece
    except ConnectionResetError:
        pass
    return data


def reflect(connection):
    try:
        while piece := connection.recv(4096):
            connection.sendall(piece)
    except OSError:
        return
