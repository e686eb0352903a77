"""An office that lies: what it names, sends and asks for do not go together, and the agent shows none of it."""

from __future__ import annotations

import hashlib
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest
import uvicorn

from signkit.demo import forge_price
from signkit.errors import SigningRefused
from signkit.library.acts import services as services_of
from signkit.library.acts import sign
from signkit.rehearsal.cards import kept_contents
from signkit.settings import Settings
from signkit.signers.registry import SignerContext, open_signer
from signkit.signing.levels import Level
from signkit.signing.terms import SignatureTerms
from signkit.web.agent_program.running import agent_app
from signkit.web.agent_program.server import Asked
from signkit.web.agent_program.work import AgentOffice, AgentWork
from signkit.web.agents.taking import SignedByAgent, look_at_signed
from signkit.web.common.listening import DeskAddress, listen_at
from signkit.web.common.sessions import Sessions
from signkit.web.desk.rehearsal_desk import rehearsal_options
from tests.web.browser import ADDRESS, follow
from tests.web.office.test_browser_office import ReadyServer
from tests.web.test_browser import Screens

pytestmark = pytest.mark.slow


class Lying:
    """An office that hands out what it likes."""

    def __init__(self, asked, data):
        self.asked, self.data, self.told, self.signed = asked, data, [], []

    def next_task(self, wait=0):
        del wait
        return None if self.told or self.signed else self.asked

    def document(self, task):
        del task
        return self.data

    def send_refusal(self, task, reason):
        self.told.append(reason)

    def send_signed(self, task, pdf):
        self.signed.append(pdf)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("agent") / "home"
    options = rehearsal_options(Settings(home=home), "ja")
    kept_contents(options.settings.home_folder() / "rehearsal", "takahashi")
    return home


@pytest.fixture(scope="module")
def office(home, tmp_path_factory):
    options = rehearsal_options(Settings(home=home), "ja")
    office = AgentOffice(replace(options, home=tmp_path_factory.mktemp("pc")))
    yield office
    office.close()


@pytest.fixture(scope="module")
def signed(home, sale):
    """The sale with the seller's signature."""
    options = rehearsal_options(Settings(home=home), "ja")
    services = services_of(tsa=options.tsa, trust=options.trust, settings=options.settings)
    terms = SignatureTerms("seller", Level.B_B)
    context = SignerContext(lambda request: bytearray(b"SIGNKIT1"), options.settings)
    with open_signer("card:virtual:takahashi", context) as key:
        return sign(sale, terms, key, services=services, settings=options.settings).pdf


def told(office, tmp_path, data, role="seller", sha256=None):
    """Return what an agent tells an office that asks for this; it shows nothing."""
    server = Lying(Asked("1", sha256 or hashlib.sha256(data).hexdigest(), role, "契約書"), data)
    work = AgentWork(office, server, tmp_path)
    assert work._step() is True
    assert work.task is None
    assert server.signed == []
    return server.told


def test_an_honest_one_is_shown(office, tmp_path, sale, monkeypatch):
    monkeypatch.setattr("signkit.web.agent_program.work._LOOK", 0.01)
    work = AgentWork(office, Lying(Asked("1", hashlib.sha256(sale).hexdigest(), "seller", "x"), sale), tmp_path)
    assert work._step() is False
    assert "不動産売買契約書" in work.task.title


def test_another_document_than_it_names(office, tmp_path, sale):
    assert told(office, tmp_path, sale + b" ", sha256=hashlib.sha256(sale).hexdigest()) == [
        "名指しされた文書と違う文書が送られてきました。"
    ]


def test_a_document_that_was_changed_after_a_signature(office, tmp_path, signed):
    forged = forge_price(signed, 58_000_000)
    assert forged.startswith(signed)
    assert told(office, tmp_path, forged, role="buyer") == [
        "以前の署名が正しくないか、署名の後に文書が変更されています。"
    ]


@pytest.mark.parametrize("role", ["buyer", "nobody", "../seller", "seller\n"])
def test_another_party_than_whose_turn_it_is(office, tmp_path, sale, role):
    [reason] = told(office, tmp_path, sale, role=role)
    assert "署名できません" in reason


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"\x00" * 1000, b"%PDF-1.7\n" + b"[" * 100_000])
def test_what_is_no_document(office, tmp_path, data):
    assert len(told(office, tmp_path, data)) == 1


@contextmanager
def window(chromium, office, tmp_path):
    """A browser at the window of an agent, and what the agent is at: the test says what the office sends."""
    listener = listen_at("127.0.0.1", 0)
    address = DeskAddress(ADDRESS.name, listener.getsockname()[1])
    sessions, work = Sessions("ja"), AgentWork(office, Lying(None, b""), tmp_path)
    app = agent_app(office, work, "https://desk.example.jp", address, sessions)
    server = ReadyServer(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    context = chromium.new_context(locale="ja-JP", bypass_csp=True, viewport={"width": 1180, "height": 900})
    with listener:
        thread.start()
        assert server.is_up.wait(60), "the window did not come up"
        page = context.new_page()
        page.goto(f"http://{address.hosts[0]}/start?token={sessions.start_token}")
        yield page, work
        context.close()
        server.should_exit = True
        thread.join(30)


def test_what_the_window_shows_when_the_server_lies(chromium, office, tmp_path, sale, signed):
    lies = {
        "other": (sale + b" ", hashlib.sha256(sale).hexdigest(), "seller", "違う文書"),
        "changed": (
            (forged := forge_price(signed, 58_000_000)),
            hashlib.sha256(forged).hexdigest(),
            "buyer",
            "署名の後に文書が変更",
        ),
    }
    with window(chromium, office, tmp_path) as (page, work):
        screens = Screens(page)
        for name, (data, sha256, role, said) in lies.items():
            work._server = Lying(Asked("1", sha256, role, "契約書"), data)
            assert work._step() is True
            page.wait_for_selector(f"[role=alert]:has-text('{said}')", timeout=60_000)  # it looks by itself
            assert "署名は成立していません" in page.inner_text("[role=alert]")
            assert page.locator("a[href*='/sign/']").count() == 0
            screens.look(f"agent-lied-{name}")
        page.set_viewport_size({"width": 375, "height": 800})
        page.emulate_media(color_scheme="dark")
        follow(page, "form[action='/language'] button")
        assert "Not signed" in page.inner_text("[role=alert]")
        screens.look("agent-lied-en")


def test_what_somebody_else_signed_is_not_taken(home, sale, signed, tmp_path):
    """The other way round: an agent that lies to the office."""
    options = rehearsal_options(Settings(home=home), "ja")
    kept_contents(options.settings.home_folder() / "rehearsal", "yoshida")
    services = services_of(tsa=options.tsa, trust=options.trust, settings=options.settings)
    context = SignerContext(lambda request: bytearray(b"SIGNKIT1"), options.settings)
    terms = SignatureTerms("seller", Level.B_B, other_person=True)
    with open_signer("card:virtual:yoshida", context) as key:
        other = sign(sale, terms, key, services=services, settings=options.settings).pdf
    (tmp_path / "original").write_bytes(sale)

    def look(data, role="seller"):
        (tmp_path / "signed").write_bytes(data)
        pair = SignedByAgent(str(tmp_path / "original"), str(tmp_path / "signed"), "sale.pdf", role)
        return look_at_signed(pair, services.judgement)

    assert look(signed) == signed
    for data, role in ((other, "seller"), (signed, "buyer"), (sale, "seller"), (sale + b" ", "seller")):
        with pytest.raises(SigningRefused):
            look(data, role)
    with pytest.raises(SigningRefused):
        look(forge_price(signed, 58_000_000))
