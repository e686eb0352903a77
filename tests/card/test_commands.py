"""The commands over real PC/SC: the card that ``card emulate`` lays on a reader is the one that the others find."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
from functools import partial

import pytest

from tests.card.bench import READERS, until
from tests.cli.cards import PIN
from tests.command import start_signkit

pytestmark = pytest.mark.slow  # each command is a process of its own


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    from signkit.rehearsal.cards import kept_contents

    home = tmp_path_factory.mktemp("pcsc") / "home"
    kept_contents(home / "rehearsal")
    return home


@pytest.fixture
def signkit(home, tmp_path):
    shutil.copytree(home, tmp_path / "home")
    return partial(start_signkit, home=tmp_path / "home", folder=tmp_path)


@pytest.fixture
def emulated(bench, signkit):
    """``card emulate``, its connection handed on to the virtual reader inside the bench's namespaces."""
    removals = bench._removals(0)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        process = signkit("card", "emulate", "--reader", f"{host}:{port}")
        listening.settimeout(60)
        link, _ = listening.accept()
    bench._requests.send(b"\x00")
    _, [descriptor], _, _ = socket.recv_fds(bench._requests, 1, 1)
    reader = socket.socket(fileno=descriptor)
    reader.setblocking(True)  # the other process had given it a time limit
    for pair in ((link, reader), (reader, link)):
        threading.Thread(target=pump, args=pair, daemon=True).start()
    until(lambda: bench._readers()[0].has_card, "card")
    yield process
    process.terminate()
    process.communicate(timeout=60)
    link.close()
    reader.close()
    assert process.returncode == 0
    until(lambda: bench._removals(0) > removals, "empty reader")


def pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(4096):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def run(signkit, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    process = signkit(*arguments)
    stdout, stderr = process.communicate(stdin, timeout=60)
    return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)


def test_readers_status_touch_and_doctor_find_the_emulated_card(emulated, signkit, tmp_path):
    listed = run(signkit, "card", "readers")
    assert listed.stdout.splitlines() == [f"{READERS[0]}  card", f"{READERS[1]}  no card"]
    status = run(signkit, "card", "status", "--format", "json")
    assert json.loads(status.stdout)["tries_left"]["signature"] == 5, status.stderr
    trust = ("--trust", str(tmp_path / "home/rehearsal/rehearsal-auth-ca.pem"))
    registered = run(signkit, "card", "touch", "--register", "--pin-stdin", *trust, stdin=f"{PIN}\n")
    assert registered.returncode == 0, registered.stderr
    touched = run(signkit, "card", "touch", "--wait", "5", "--format", "json", *trust)
    judged = json.loads(touched.stdout)
    assert judged["conclusion"] == "INDETERMINATE"
    assert judged["milliseconds"]["total"] >= judged["milliseconds"]["card"] > 0
    assert run(signkit, "doctor").returncode == 0


def test_an_empty_reader_is_told(bench, signkit):
    status = run(signkit, "card", "status")
    assert status.returncode == 11
    listed = run(signkit, "card", "readers", "--format", "json")
    assert [item["has_card"] for item in json.loads(listed.stdout)["readers"]] == [False, False]
    examined = run(signkit, "doctor")
    assert examined.returncode == 11
    assert "ok  card reader: " in examined.stdout
