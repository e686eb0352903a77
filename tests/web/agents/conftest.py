"""An office whose server is really called, and an agent of one of its people with an emulated card."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="the extra 'service' is not installed")

import uvicorn
from starlette.testclient import TestClient

from signkit.contracts.data import load_contract_data
from signkit.contracts.template import EXAMPLE, find_template
from signkit.library.making import render
from signkit.rehearsal.cards import kept_contents
from signkit.settings import Settings
from signkit.web.agent_program.device import keep_device, load_device
from signkit.web.agent_program.running import agent_app
from signkit.web.agent_program.server import OfficeServer
from signkit.web.agent_program.work import AgentOffice, AgentWork
from signkit.web.common.listening import listen_at
from signkit.web.common.sessions import Sessions
from signkit.web.desk.office import DeskOptions
from tests.web.browser import ADDRESS, ORIGIN, Browser, make_pinentry
from tests.web.office import conftest as offices_made

CARD = "card:virtual:takahashi"
#: The office of a file of tests, as the office's own tests have it.
offices, operator_says, tenant, clerk = (
    offices_made.offices, offices_made.operator_says, offices_made.tenant, offices_made.clerk,
)  # fmt: skip


@pytest.fixture(scope="session")
def sale():
    """A sale whose seller holds the emulated card of takahashi."""
    template = find_template("real-estate-sale")
    return render(template.folder, load_contract_data(template.folder / EXAMPLE)).pdf


@dataclass
class Running:
    """An office that answers over HTTP."""

    offices: object
    tenant: object
    clerk: object
    origin: str
    server: uvicorn.Server
    thread: threading.Thread

    def prepared(self, pdf, name="sale.pdf"):
        """Put a contract into the office; return its digest."""
        return self.office.shelf.put(pdf, name, "prepared").sha256

    @property
    def office(self):
        return self.offices.served._office.desks.office_of(self.tenant)

    def ask(self, sha256, role="seller"):
        return self.clerk.post(f"/documents/{sha256}/agent/{role}")

    def task_page(self):
        return offices_made.text_of(self.clerk.get("/agents"))

    def stop(self):
        self.server.should_exit = True
        self.thread.join()


@pytest.fixture
def running(tmp_path):
    listener = listen_at("127.0.0.1", 0)
    origin = f"http://localhost:{listener.getsockname()[1]}"
    offices = offices_made.start(tmp_path, origin=origin)
    server = uvicorn.Server(uvicorn.Config(offices.served, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    tenant = offices.tenant()
    clerk = seat(offices, tenant, origin)
    made = Running(offices, tenant, clerk, origin, server, thread)
    yield made
    made.stop()
    listener.close()
    offices.served.close()
    offices.service.close()


def seat(offices, tenant, origin, **more):
    """Return somebody at the office's pages under its own origin."""
    seated = offices.seat(tenant, **more)
    cookies = dict(seated.client.cookies)
    client = TestClient(offices.served, base_url=origin, follow_redirects=False, cookies=cookies)
    ours = {"sec-fetch-site": "same-origin", "origin": origin}

    def post(path, data=None, **about):
        headers = ours | about.pop("headers", {})
        return client.post(path, data={"csrf": seated.session.csrf} | (data or {}), headers=headers, **about)

    return replace_seat(seated, client, post)


def replace_seat(seated, client, post):
    seated.client, seated.post = client, post
    return seated


class AgentBrowser(Browser):
    """The browser at an agent's window."""

    def __init__(self, office, work, desk):
        self.office, self.sessions = office, Sessions("ja")
        self.app = agent_app(office, work, desk, ADDRESS, self.sessions)
        self.client = TestClient(self.app, base_url=ORIGIN, follow_redirects=False)
        self.client.get(f"/start?token={self.sessions.start_token}")
        self.session = self.sessions.find(self.client.cookies["signkit-desk"])


@dataclass
class Agent:
    """An agent on somebody's PC, whose steps the test makes."""

    home: Path
    server: OfficeServer
    office: AgentOffice
    work: AgentWork
    browser: AgentBrowser
    asked: Path
    more: dict = field(default_factory=dict)

    def step(self):
        """Do the next thing, in this thread."""
        return self.work._step()

    def sign(self, key=CARD):
        """Sign what is shown, as its person does."""
        task = self.work.task
        path = f"/documents/{task.sha256}/sign/{task.role}"
        assert self.browser.get(path).status_code == 200
        return self.browser.follow(self.browser.post(path, {"key": key}))


def paired(running, seated, server):
    """Pair a device as its owner does: by the code, on the page."""
    begun = server.begin_pairing("受付のパソコン")
    page = seated.post("/agents/pair", {"code": begun.code.lower()})
    assert page.status_code == 200, page.text
    shown = re.search(r'name="fingerprint" value="([^"]+)"', page.text)[1]
    answer = seated.post("/agents/confirm", {"code": begun.code, "fingerprint": shown})
    assert answer.status_code == 303, answer.text
    return server.ask_pairing(begun)


@pytest.fixture
def make_agent(running, tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr("signkit.web.agent_program.work._LOOK", 0.05)
    monkeypatch.setattr("signkit.web.agent_program.server._WAIT", 0)
    home = tmp_path / "home"
    kept_contents(home / "rehearsal", "takahashi")

    def make(seated=None, folder="pc"):
        seated = seated or running.clerk
        keys = tmp_path / folder / "offices"
        device = load_device(keys, running.origin)
        device = keep_device(keys, device, paired(running, seated, OfficeServer(device)))
        return at_home(folder, device)

    def at_home(folder, device):
        pinentry_folder = tmp_path / f"pinentry-{len(made)}"
        pinentry_folder.mkdir()
        pinentry = make_pinentry(pinentry_folder, "SIGNKIT1")
        options = DeskOptions(
            replace(Settings(), home=home, archive=tmp_path / "none"), tmp_path / folder, offline=True, rehearsal=True,
            tsa=("rehearsal",), trust=(str(tmp_path / "trusted" / "ca.pem"),), program=str(pinentry.program),
        )  # fmt: skip
        office = AgentOffice(options)
        server = OfficeServer(device)
        work = AgentWork(office, server, options.home)
        agent = Agent(options.home, server, office, work, AgentBrowser(office, work, running.origin), pinentry.asked)
        agent.more["again"] = lambda: at_home(folder, device)
        made.append(agent)
        return agent

    yield make
    for each in made:
        each.office.close()


@pytest.fixture
def agent(make_agent):
    return make_agent()
