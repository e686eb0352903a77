"""A PC in a network namespace of its own: one relay leads out of it, to the office; run by test_own_network.py.

It starts the agent as its owner does, and sits at the agent's window: ``python own_network.py SOCKET PORT KEY``.
"""

from __future__ import annotations

import fcntl
import http.client
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _UP = 0x8913, 0x8914, 1
_SECONDS = 240


def bring_up_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, asked))[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def pump(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def relay(listener, connect):
    """Join each connection that comes with one that ``connect`` makes."""
    while True:
        try:
            near = listener.accept()[0]
        except OSError:
            return
        threading.Thread(target=join, args=(near, connect()), daemon=True).start()


def join(near, far):
    with near, far:
        back = threading.Thread(target=pump, args=(far, near), daemon=True)
        back.start()
        pump(near, far)
        back.join()


def to_unix(path):
    made = socket.socket(socket.AF_UNIX)
    made.connect(path)
    return made


class Window:
    """A browser at the agent's own window."""

    def __init__(self, start: str) -> None:
        page = Path(unquote(urlsplit(start).path)).read_text()
        self.address = urlsplit(unescape(re.search(r"url=([^\"]+)", page)[1]))
        self.cookie = ""
        answer, _ = self.ask("GET", f"{self.address.path}?{self.address.query}")
        self.cookie = answer.getheader("set-cookie").partition(";")[0]

    def ask(self, method, path, **form):
        connection = http.client.HTTPConnection("127.0.0.1", self.address.port, timeout=60)
        origin = f"http://{self.address.netloc}"
        headers = {"Host": self.address.netloc, "Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        if form:
            headers |= {"Origin": origin, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        return answer, answer.read().decode(errors="replace")

    def sign_what_is_asked(self, key):
        until = time.monotonic() + _SECONDS
        while (found := re.search(r'href="(/documents/[0-9a-f]{64}/sign/\w+)"', self.ask("GET", "/")[1])) is None:
            assert time.monotonic() < until, "nothing was asked for"
            time.sleep(0.2)
        page = self.ask("GET", found[1])[1]
        csrf = unescape(re.search(r'name="csrf" value="([^"]+)"', page)[1])
        answer, said = self.ask("POST", found[1], csrf=csrf, key=key)
        assert answer.status == 303, said


def main(path, port, key):
    bring_up_loopback()
    with socket.socket() as direct:  # the office listens at this very port, and on another network
        assert direct.connect_ex(("127.0.0.1", int(port))) != 0
    listener = socket.create_server(("127.0.0.1", int(port)))
    threading.Thread(target=relay, args=(listener, lambda: to_unix(path)), daemon=True).start()
    command = [sys.executable, "-m", "signkit", "--lang", "en", "agent", "--desk", f"http://localhost:{port}", "--demo",
               "--once", "--no-browser"]  # fmt: skip
    agent = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for line in agent.stderr:
        print(line, end="", flush=True)
        if found := re.search(r"file://\S+", line):
            Window(found[0]).sign_what_is_asked(key)
    return agent.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
