"""A service with an office, and people who have come in."""

from __future__ import annotations

import re
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

pytest.importorskip("starlette", reason="the extra 'service' is not installed")

from starlette.testclient import TestClient

from signkit.settings import Settings
from signkit.web.api import operation_log
from signkit.web.api.job_runner import JobRunner
from signkit.web.api.running import Served
from signkit.web.api.service import Service
from signkit.web.api.service_settings import ServiceSettings, create_service
from signkit.web.office.door import cookie_name
from signkit.web.office.workers import OFFICE_WORKERS
from signkit.web.people.accounts import add_person
from signkit.web.people.sessions import begin_session
from tests.made_once import lay_rehearsal
from tests.web.office.mail_server import MailServer

ORIGIN = "https://desk.example.jp"
#: Noon in Japan.
DAY = datetime(2026, 12, 1, 3, tzinfo=UTC)
OURS = {"sec-fetch-site": "same-origin", "origin": ORIGIN}


def ours(client):
    """Return what a browser says of a form of our own page."""
    return {"sec-fetch-site": "same-origin", "origin": str(client.base_url).rstrip("/")}


@dataclass
class Seated:
    """Somebody at the office's pages."""

    client: TestClient
    person: object
    session: object

    def get(self, path, **more):
        return self.client.get(path, **more)

    def post(self, path, data=None, **more):
        """Send a form as our own page does."""
        headers = ours(self.client) | more.pop("headers", {})
        return self.client.post(path, data={"csrf": self.session.csrf} | (data or {}), headers=headers, **more)


@dataclass
class Offices:
    """A running service with pages."""

    service: Service
    served: Served

    def tenant(self, name="株式会社架空"):
        return self.service.tenants.add(name)

    def seat(self, tenant, role="clerk", name="髙橋", language="ja"):
        with tenant.store.writing() as connection:
            person = add_person(connection, name, role, tenant.store.now())
            session, cookie = begin_session(connection, tenant, person, language)
        client = self.browser(cookies={cookie_name(self.service): cookie})
        return Seated(client, person, session)

    def browser(self, **more):
        return TestClient(
            self.served,
            base_url=self.service.own.origin or ORIGIN,
            follow_redirects=False,
            raise_server_exceptions=False,
            **more,
        )


def start(folder, **own):
    """Return a running office, whose operator trusts a rehearsal's authority."""
    create_service(folder / "service")
    home = folder / "home"
    lay_rehearsal(home / "rehearsal", "takahashi")
    (folder / "trusted").mkdir()
    (folder / "trusted" / "ca.pem").write_bytes((home / "rehearsal" / "rehearsal-ca.pem").read_bytes())
    settings = replace(Settings(), home=home, trust_folders=(folder / "trusted",))
    service = Service(folder / "service", settings, ServiceSettings(workers=1, **{"origin": ORIGIN} | own))
    return Offices(service, Served(service))


@contextmanager
def running_offices(folder, **own):
    """Give a running office; it is let go at the end."""
    made = start(folder, **own)
    with closing(made.service), closing(made.served):
        yield made


@pytest.fixture(scope="module")
def operator_says():
    """What the operator of the office of a file of tests sets; such a file has its own."""
    return {}


@pytest.fixture(scope="module")
def offices(tmp_path_factory, operator_says):
    """The office of a file of tests, each of which has a tenant of its own."""
    with running_offices(tmp_path_factory.mktemp("office"), **operator_says) as made:
        yield made


@pytest.fixture
def tenant(offices):
    return offices.tenant()


@pytest.fixture
def clerk(offices, tenant):
    return offices.seat(tenant, "clerk", "髙橋")


@pytest.fixture
def supervisor(offices, tenant):
    return offices.seat(tenant, "supervisor", "佐藤")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = MailServer(tmp_path_factory.mktemp("mail"))
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def believed(server, monkeypatch):
    """The certificate of the server is one that this machine believes."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    server.refusal, server.offers_tls = None, True
    server.mails.clear()
    server.said_in_clear.clear()
    return server


def do_one(offices, tenant):
    """Do one of the office's jobs that are due; return how it ended."""
    ends = []
    JobRunner(offices.service, OFFICE_WORKERS, 0, lambda kind, end: ends.append(end)).run_one(tenant)
    return ends


def operations(tenant):
    """Return the records of a tenant's operation log."""
    with tenant.store.reading() as connection:
        return [each.to_json() for each in operation_log.operations(connection)]


def text_of(response) -> str:
    """What a person reads on a page."""
    main = response.text.split("<main", 1)[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def at(tenant, clerk, supervisor):
    """Set the tenant's clock; its people have come in again."""

    def set_clock(**later):
        object.__setattr__(tenant.store, "clock", lambda: DAY + timedelta(**later))
        with tenant.store.writing() as connection:
            now = tenant.store.now()
            connection.execute("UPDATE person_session SET begun_at = ?, seen_at = ?", (now, now))

    set_clock()
    return set_clock
