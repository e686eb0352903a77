"""An office that several processes serve: what one of them began the others know, whichever database it is in."""

from __future__ import annotations

import re
import threading
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest

pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")
pytest.importorskip("fido2", reason="the extra 'service' is not installed")

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signkit.errors import ServiceError
from signkit.web.agents.lists import ask_agent_for_list, end_list, find_list, list_with
from signkit.web.agents.pairings import SECONDS, Pairings
from signkit.web.agents.proof import fingerprint
from signkit.web.api.leases import LEASE
from signkit.web.api.running import Served
from signkit.web.api.service import Service
from signkit.web.api.turns import turn
from signkit.web.office import handover
from signkit.web.office.phone_askings import AskedPhone, PhoneAskings
from tests.web.office.conftest import Offices, running_offices

KEY = Ed25519PrivateKey.generate().public_key().public_bytes_raw()


@pytest.fixture
def nodes(tmp_path, database):
    """Two processes' worth of one service, as a proxy has them behind it."""
    with running_offices(tmp_path, **database()) as one:
        service = Service(one.service.folder, one.service.settings, one.service.own)
        other = Offices(service, Served(service))
        yield one, other
        other.served.close()
        other.service.close()


@pytest.mark.slow
def test_a_pc_is_paired_whichever_node_its_agent_and_its_owner_meet(nodes):
    one, other = nodes
    tenant = one.tenant()
    clerk = one.seat(tenant)
    at_other = other.seat(other.service.tenants.get(tenant.id), name="佐藤")
    begun = one.browser().post("/agent/v1/pairings", json={"name": "PC", "key": b64encode(KEY).decode()}).json()
    ask = {"secret": begun["secret"]}
    assert other.browser().post("/agent/v1/pairings/ask", json=ask).json() == {"id": None}
    assert fingerprint(KEY) in at_other.post("/agents/pair", {"code": begun["code"]}).text
    typed = {"code": begun["code"], "fingerprint": fingerprint(KEY)}
    assert at_other.post("/agents/confirm", typed).status_code == 303
    assert clerk.post("/agents/confirm", typed).status_code == 422
    became = [each.browser().post("/agent/v1/pairings/ask", json=ask).json()["id"] for each in nodes]
    assert became[0] == became[1]
    assert re.fullmatch(rf"{tenant.id}\.[0-9a-f-]{{36}}", became[0])


@pytest.mark.slow
def test_what_is_no_tenants_yet_is_no_tenant(nodes):
    one, _ = nodes
    tenant = one.tenant()
    assert Pairings(one.service.tenants).begin("PC", KEY, "192.0.2.1") is not None
    assert [each.id for each in one.service.tenants.all()] == [tenant.id]
    with pytest.raises(ServiceError, match="0000"):
        one.service.tenants.get("00000000-0000-0000-0000-000000000000")
    with tenant.store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM agent_pairing").fetchone()[0] == 0


@pytest.mark.slow
def test_pairings_end_and_are_bounded(nodes):
    one, other = (Pairings(each.service.tenants) for each in nodes)
    begun = [one.begin("PC", KEY, "192.0.2.1") for _ in range(10)]
    assert None not in begun
    assert other.begin("PC", KEY, "192.0.2.1") is None
    assert other.begin("PC", KEY, "192.0.2.2") is not None
    first, secret = begun[0]
    assert other.by_code(first.code.lower()) == first == other.by_secret(secret)
    assert other.by_secret(secret + "x") is None
    store = nodes[0].service.tenants.common
    later = store.clock() + timedelta(seconds=SECONDS)
    object.__setattr__(store, "clock", lambda: later)
    assert one.by_code(first.code) is None
    assert not one.take(first, "x.y")
    assert one.begin("PC", KEY, "192.0.2.1") is not None


@pytest.mark.slow
def test_what_a_phone_was_asked_for_is_taken_by_whichever_node_its_browser_comes_back_to(nodes, monkeypatch):
    monkeypatch.setattr("signkit.web.office.phone_askings._MOST", 3)
    one, other = (PhoneAskings(each.service.tenants) for each in nodes)
    tenant = nodes[0].tenant()
    at_other = nodes[1].service.tenants.get(tenant.id)
    asked = AskedPhone("0" * 64, "seller", "{}", {"verifier": "secret"})
    for number in range(4):
        one.keep(tenant, f"link {number}", f"state {number}", asked, b"%PDF")
    assert [other.whose(f"state {number}") for number in range(4)] == [None, "link 1", "link 2", "link 3"]
    assert other.take(at_other, "state 3") == (asked, b"%PDF")
    assert one.take(tenant, "state 3") is None
    assert one.take(nodes[0].tenant(), "state 2") is None
    assert one.take(tenant, "state 2") == (asked, b"%PDF")


@pytest.mark.slow
def test_a_list_for_an_agent_is_one_whichever_node_it_meets(nodes):
    tenant = nodes[0].tenant()
    clerk = nodes[0].seat(tenant)
    files = [(f"{number:064x}", f"{number}.pdf") for number in range(1200)]
    stores = [each.service.tenants.get(tenant.id).store for each in nodes]
    with stores[0].writing() as connection:
        made = ask_agent_for_list(connection, clerk.person.id, "seller", "表", files, stores[0].clock())
        for sha256, name in files:
            handover.begin(connection, sha256, name, clerk.person.id, stores[0].now(), "b")
    with stores[1].writing() as connection:
        again = ask_agent_for_list(connection, clerk.person.id, "seller", "表", files, stores[1].clock())
        assert (again.id, len(again.waiting)) == (made.id, 1200)
        assert list_with(connection, again.tasks[7]) == made.id
        assert len(handover.find_all(connection, [each for each, _ in files])) == 1200
        assert end_list(connection, again, "withdrawn") == 1200
    with stores[0].reading() as connection:
        assert find_list(connection, made.id, clerk.person.id, stores[0].clock()).waiting == []


@pytest.mark.slow
def test_one_at_a_time_takes_a_signature_in_of_all_nodes(nodes):
    tenant = nodes[0].tenant()
    stores = [each.service.tenants.get(tenant.id).store for each in nodes]
    entered = threading.Event()

    def enter():
        with turn(stores[1], "finishing"):
            entered.set()

    waiting = threading.Thread(target=enter, daemon=True)
    with turn(stores[0], "finishing"):
        waiting.start()
        assert not entered.wait(0.5)
    assert entered.wait(60)
    waiting.join(60)


@pytest.mark.slow
def test_the_turn_of_a_node_that_is_gone_is_taken_by_another(nodes, monkeypatch):
    monkeypatch.setattr("signkit.web.api.turns._LOOK_SECONDS", 0.01)
    store = nodes[0].tenant().store
    with turn(store, "finishing"):
        with pytest.raises(ServiceError, match="finishing"), turn(store, "finishing", patience=0.1):
            pytest.fail("it is held")
        with turn(store, "taking", patience=0.1):
            pass
        now = store.clock()
        gone = replace(store, clock=lambda: now + LEASE + timedelta(seconds=1))
        with turn(gone, "finishing", patience=0.1):  # it did not renew for longer than a lease
            pass
