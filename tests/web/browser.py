"""A browser without a screen: what our own pages send, and what others would."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from starlette.testclient import TestClient

from signkit.web.common.listening import DeskAddress
from signkit.web.common.sessions import Sessions
from signkit.web.desk.app import make_app
from signkit.web.desk.office import Office

ADDRESS = DeskAddress("0123456789abcdef.localhost", 43210)
HOST = ADDRESS.hosts[0]
ORIGIN = f"http://{HOST}"

#: A pinentry that answers with what stands in the file beside it, a line each time and the last one from then on;
#: nothing there: the person cancels.
PINENTRY = """#!{python}
import sys
from pathlib import Path

def say(line):
    sys.stdout.write(line + "\\n")
    sys.stdout.flush()

say("OK")
asked = []
for line in sys.stdin:
    asked.append(line)
    if line.startswith("GETPIN"):
        Path({asked!r}).write_text("".join(asked), encoding="utf-8")
        lines = Path({secret!r}).read_text().splitlines() or [""]
        secret = lines[0]
        if lines[1:]:
            Path({secret!r}).write_text("\\n".join(lines[1:]))
        if secret:
            say("D " + secret)
            say("OK")
        else:
            say("ERR 83886179 cancelled")
    else:
        say("OK")
"""


@dataclass(frozen=True)
class TestPinentry:
    """A pinentry program, what it answers, and what it was asked."""

    __test__ = False

    program: Path
    secret: Path
    asked: Path


def follow(page, selector: str) -> None:
    """Click what leads to another page, or to the same one anew; return once that is there.

    A click alone may come back before it on a machine that is busy: what is read then is the page before.
    """
    with page.expect_navigation():
        page.click(selector)


def make_pinentry(folder: Path, secret: str) -> TestPinentry:
    made = TestPinentry(folder / "pinentry-test", folder / "secret", folder / "asked")
    made.secret.write_text(secret)
    made.program.write_text(
        PINENTRY.format(python=sys.executable, secret=str(made.secret), asked=str(made.asked)), encoding="utf-8"
    )
    made.program.chmod(0o700)
    return made


class Browser:
    """A desk in this process, and a browser that has begun its session."""

    def __init__(self, office: Office, sessions: Sessions | None = None) -> None:
        self.office = office
        self.sessions = sessions or Sessions("ja")
        self.app = make_app(office, ADDRESS, self.sessions)
        self.client = TestClient(self.app, base_url=ORIGIN, follow_redirects=False)
        self.start = self.client.get(f"/start?token={self.sessions.start_token}")
        session = self.sessions.find(self.client.cookies["signkit-desk"])
        assert session is not None
        self.session = session

    def get(self, path: str, **more):
        return self.client.get(path, **more)

    def post(self, path: str, data=None, **more):
        """Send a form as our own page does."""
        headers = {"sec-fetch-site": "same-origin", "origin": ORIGIN} | more.pop("headers", {})
        return self.client.post(path, data={"csrf": self.session.csrf} | (data or {}), headers=headers, **more)

    def follow(self, response):
        """Go where a form leads, and wait for what is under way there."""
        while response.status_code == 303:
            path = response.headers["location"]
            number = re.fullmatch(r"/jobs/([\w-]+)", path)
            if number:
                job = self.office.jobs.find(number[1])
                while job.state == "working":
                    job.thread.join()
            response = self.get(path)
            if number and response.status_code == 200:
                return response
        return response


def text_of(response) -> str:
    """What a person reads on a page."""
    main = response.text.split("<main", 1)[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
