"""The agent as a process on a PC that no network but one relay leads to, and the office's server beyond that."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import signkit
from signkit.rehearsal.cards import kept_contents
from tests.web.agents.conftest import CARD
from tests.web.agents.own_network import relay
from tests.web.browser import make_pinentry
from tests.web.office.conftest import operations

_UNSHARE = ("unshare", "--user", "--map-root-user", "--net")
_PC = Path(__file__).with_name("own_network.py")


def may_unshare():
    try:
        return subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not may_unshare(), reason="this system makes no network namespaces for its users"),
]


def type_code(running, seen, code):
    page = running.clerk.post("/agents/pair", {"code": code})
    shown = re.search(r'name="fingerprint" value="([^"]+)"', page.text)
    assert shown is not None, page.text
    assert any(shown[1] in line for line in seen), seen
    assert running.clerk.post("/agents/confirm", {"code": code, "fingerprint": shown[1]}).status_code == 303


def test_a_card_in_a_network_of_its_own_signs_what_the_office_asks(running, tmp_path, sale):
    port = int(running.origin.rpartition(":")[2])
    door = str(tmp_path / "door")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(door)
    listener.listen()
    office = ("127.0.0.1", port)
    threading.Thread(target=relay, args=(listener, lambda: socket.create_connection(office)), daemon=True).start()
    home = tmp_path / "pc-home"
    kept_contents(tmp_path / "home" / "rehearsal", "takahashi")
    shutil.copytree(tmp_path / "home" / "rehearsal", home / "rehearsal-desk" / "rehearsal")
    programs = tmp_path / "programs"
    programs.mkdir()
    pinentry = make_pinentry(programs, "SIGNKIT1")
    (programs / "pinentry").symlink_to(pinentry.program)
    without_screen = {name: value for name, value in os.environ.items() if not name.endswith("DISPLAY")}
    environment = {
        **without_screen, "SIGNKIT_HOME": str(home), "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(signkit.__file__).parent.parent),
    }  # fmt: skip
    running.ask(running.prepared(sale))
    command = [*_UNSHARE, sys.executable, str(_PC), door, str(port), CARD]
    seen, code = [], None
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pc, listener:  # fmt: skip
        bound = threading.Timer(280, pc.kill)
        bound.start()
        try:
            for line in pc.stdout:
                seen.append(line)
                if found := re.fullmatch(r"\s+([A-Z]{4}-[A-Z]{4})\s*", line):
                    code = found[1]
                elif code is not None and "ingerprint" in line:
                    type_code(running, seen, code)
                    code = None
            assert pc.wait() == 0, "".join(seen)
        finally:
            bound.cancel()
            pc.kill()
            listener.shutdown(socket.SHUT_RDWR)
    taken = [each for each in operations(running.tenant) if each["action"] == "agentSigned"]
    assert [each["status"] for each in taken] == [200], "".join(seen)
    report = running.office.judge(taken[0]["subject"], "sale.pdf")
    assert [(item.field, item.intact) for item in report.signatures] == [("seller", True)]
    assert pinentry.asked.read_text().count("GETPIN") == 1
