"""``card emulate``: a process of its own, on a virtual reader that the test plays."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess

import pytest

from tests.command import start_signkit
from tests.refusals import has_code

SELECT_JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")
SELECT_PASSWORD, WRONG = bytes.fromhex("00A4020C02001B"), bytes.fromhex("0020008008") + b"WRONG123"


@pytest.fixture
def emulate(kept_home, tmp_path):
    """Start the command against a listening socket; yields the process and the reader's end of the connection."""
    shutil.copytree(kept_home, tmp_path / "home")
    started = []

    def start(*arguments: str, listening: socket.socket) -> tuple[subprocess.Popen, socket.socket]:
        host, port = listening.getsockname()
        process = start_signkit(
            "card", "emulate", "--reader", f"{host}:{port}", *arguments, home=tmp_path / "home", stdin=None, stdout=None
        )
        started.append(process)
        listening.settimeout(60)
        link, _ = listening.accept()
        link.settimeout(60)
        return process, link

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ask(link, message: bytes) -> bytes:
    link.sendall(len(message).to_bytes(2, "big") + message)
    return link.recv(2 + 258)[2:]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_the_card_tells_its_pins_and_stops_cleanly(emulate, number):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process, link = emulate(listening=listening)
        with link:
            assert ask(link, SELECT_JPKI) == b"\x90\x00"
            process.send_signal(number)
            _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert "signature password: SIGNKIT1 (5 tries left)" in told
    assert "verification number B: 05040120352285" in told
    assert "The card was taken away." in told
    assert "Traceback" not in told


@pytest.mark.slow
def test_the_state_is_kept_in_a_file(emulate, tmp_path):
    state = tmp_path / "state.json"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process, link = emulate("--profile", "last-try", "--state", str(state), listening=listening)
        with link:
            ask(link, SELECT_JPKI)
            ask(link, SELECT_PASSWORD)
            assert ask(link, WRONG) == b"\x63\xc0"
        process.terminate()
        process.communicate(timeout=60)
    assert json.loads(state.read_text())["tries"]["signature"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--profile", "gold"), "There is no profile 'gold'"),
        (("--reader", "localhost"), "not HOST:PORT"),
        (("--reader", "localhost:0"), "not HOST:PORT"),
        (("--reader", "localhost:99999"), "not HOST:PORT"),
        (("--reader", ":1"), "not HOST:PORT"),
    ],
)
def test_wrong_words_are_refused(cards, arguments, words):
    result = cards.run("emulate", *arguments, reader=None)
    assert words in result.error.message("en")
    assert result.error.exit_code == 2


@pytest.mark.slow
def test_no_virtual_reader_is_told_with_the_way_to_one(cards, monkeypatch):
    from signkit.card import vpcd

    serve = vpcd.serve
    monkeypatch.setattr(vpcd, "serve", lambda *arguments: serve(*arguments, connect_seconds=0.01))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        host, port = closed.getsockname()
    result = cards.run("emulate", "--reader", f"{host}:{port}", reader=None)
    assert has_code(result.error, "virtual-reader-unavailable")
    assert result.error.exit_code == 11
