"""A PC in a network namespace of its own: one relay leads out of it, to the office; run by test_sale.py.

It starts the agent as its owner does, and sits at its window: ``python -m tests.web.agents.own_network SOCKET PORT``.
"""

from __future__ import annotations

import fcntl
import re
import signal
import socket
import struct
import subprocess
import sys
import threading

from playwright.sync_api import sync_playwright

from tests.web.browser import follow
from tests.web.conftest import CHROMIUM
from tests.web.test_browser import Screens

CARD = "card:virtual:takahashi"
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
    """A browser at the agent's own window, on the agent's own PC."""

    def __init__(self, playwright, start: str) -> None:
        self._browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = self._browser.new_context(locale="ja-JP", bypass_csp=True, viewport={"width": 1180, "height": 900})
        self.page = context.new_page()
        self.page.set_default_timeout(_SECONDS * 1000)
        self.page.goto(start)
        self.screens = Screens(self.page)

    def look(self, name):
        """Look at a screen in both languages."""
        self.screens.look(name)
        follow(self.page, "form[action='/language'] button")
        self.screens.look(f"{name}-en")
        follow(self.page, "form[action='/language'] button")

    def sign_what_is_asked(self):
        page = self.page
        page.click("button:has-text('日本語')")
        page.wait_for_selector("a:has-text('ページを確かめて署名する')")
        self.look("agent-asked")
        page.click("a:has-text('ページを確かめて署名する')")
        page.wait_for_selector(f"input[value='{CARD}']")
        page.check(f"input[value='{CARD}']")
        self.look("agent-sign")
        page.click("button:has-text('署名する')")
        page.wait_for_selector("text=署名し、送信しました")
        self.look("agent-sent")


def main(path, port):
    bring_up_loopback()
    with socket.socket() as direct:  # the office listens at this very port, and on another network
        assert direct.connect_ex(("127.0.0.1", int(port))) != 0
    listener = socket.create_server(("127.0.0.1", int(port)))
    threading.Thread(target=relay, args=(listener, lambda: to_unix(path)), daemon=True).start()
    command = [sys.executable, "-m", "signkit", "--lang", "en", "agent", "--desk", f"http://localhost:{port}", "--demo",
               "--no-browser"]  # fmt: skip
    with sync_playwright() as playwright, subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as agent:
        try:
            for line in agent.stderr:
                print(line, end="", flush=True)
                if found := re.search(r"file://\S+", line):
                    Window(playwright, found[0]).sign_what_is_asked()
                    agent.send_signal(signal.SIGINT)
            return agent.wait() - 130  # ended by Ctrl-C
        finally:
            agent.kill()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
