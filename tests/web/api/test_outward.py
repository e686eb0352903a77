"""What waits for somebody outside has places of its own: a receiver that never answers keeps nobody else waiting."""

from __future__ import annotations

import queue
import threading

import pytest

from signkit.web.api.events import DELIVERY
from signkit.web.api.job_runner import JobRunner
from signkit.web.api.jobs import Job, add_job, lease_job
from signkit.web.api.outward import MOST, SLOW, OutwardPlaces

#: So long somebody would wait for what never comes, before the test says so.
PATIENCE = 60


def delivery(number, webhook):
    return Job(f"job-{number}", DELIVERY, {"webhook": webhook, "delivery": f"d{number}"}, "leased", 1)


def passed_over(places, tenant):
    return [set(each.passed_over) for each in places.wanted(tenant)]


def filled(places, tenants, receivers):
    """Take every place there is with one delivery each; return those under way."""
    under_way = []
    for tenant in tenants:
        for number in range(receivers):
            if places.wanted(tenant):
                job = delivery(f"{tenant}-{number}", f"{tenant}-hook-{number}")
                places.begin(tenant, job)
                under_way.append((tenant, job))
    return under_way


@pytest.mark.slow
def test_other_tenants_work_and_webhooks_go_on_while_a_hundred_receivers_hang(tried):
    """Two threads did all jobs: 5 tenants of 20 silent receivers kept every other tenant waiting for minutes."""
    tenants = tried.service.tenants
    hanging = [tenants.add(f"死-{number}") for number in range(5)]
    for number, tenant in enumerate(hanging):
        with tenant.store.writing() as connection:
            for hook in range(20):
                add_job(connection, tenant.store, DELIVERY, {"webhook": f"dead-{number}-{hook}"})
    with tried.tenant.store.writing() as connection:
        add_job(connection, tried.tenant.store, DELIVERY, {"webhook": "good"})
        add_job(connection, tried.tenant.store, "test", {})
    answered, begun, done = threading.Event(), queue.Queue(), queue.Queue()

    def deliver(_service, _tenant, job):
        if job.content["webhook"].startswith("dead"):
            begun.put(job.content["webhook"])
            answered.wait(PATIENCE)
        return lambda _: done.put(job.content["webhook"])

    workers = {DELIVERY: deliver, "test": lambda *_: lambda _: done.put("test")}
    runner = JobRunner(tried.service, workers, 2, lambda *_: None, outward=(DELIVERY,))
    runner.start()
    try:
        assert {done.get(timeout=PATIENCE) for _ in range(2)} == {"good", "test"}
        assert begun.get(timeout=PATIENCE).startswith("dead")
        with tried.tenant.store.writing() as connection:
            add_job(connection, tried.tenant.store, "test", {})
        assert done.get(timeout=PATIENCE) == "test"
        assert not answered.is_set()
    finally:
        answered.set()
        runner.stop(PATIENCE)


def test_a_tenant_takes_a_part_of_the_places_and_a_receiver_a_part_of_those():
    places = OutwardPlaces([DELIVERY])
    for number in range(2):
        assert passed_over(places, "a") == [set()]
        places.begin("a", delivery(number, "one"))
    assert passed_over(places, "a") == [{"one"}]
    count = len(filled(places, ["a"], 20))
    assert places.wanted("a") == []
    assert 0 < count < MOST / 2
    assert places.wanted("b")


def test_who_was_slow_shares_a_part_of_the_places_and_who_answers_is_slow_no_more():
    now = 0.0
    places = OutwardPlaces([DELIVERY], clock=lambda: now)
    slow = [(f"t{tenant}", f"hook-{tenant}-{hook}") for tenant in range(10) for hook in range(8)]
    for tenant, hook in slow:
        places.begin(tenant, delivery(hook, hook))
        now += 20
        places.end(tenant, delivery(hook, hook))
    taken = 0
    for tenant, hook in slow:
        tries = places.wanted(tenant)
        if len(tries) == 2 and hook not in tries[1].passed_over:
            places.begin(tenant, delivery(hook, hook))
            taken += 1
    assert taken == SLOW < MOST
    assert places.wanted("another"), "there is room for who is not slow"
    tenant, hook = slow[0]
    now += 1
    places.end(tenant, delivery(hook, hook))
    assert hook not in places.wanted(tenant)[0].passed_over


@pytest.mark.slow
def test_a_job_of_a_receiver_that_is_passed_over_waits_and_the_next_is_taken(tried):
    store = tried.tenant.store
    with store.writing() as connection:
        for webhook in ("dead", "dead", "good"):
            add_job(connection, store, DELIVERY, {"webhook": webhook})
        add_job(connection, store, "office-mail", {"to": 'x "webhook": "good"'})
    places = OutwardPlaces([DELIVERY, "office-mail"], clock=iter(range(0, 1000, 50)).__next__)
    places.begin(tried.tenant.id, delivery(0, "dead"))
    places.end(tried.tenant.id, delivery(0, "dead"))
    first, rest = places.wanted(tried.tenant.id)
    found = [lease_job(store, "one", first) for _ in range(3)]
    assert [each and each.content.get("webhook", each.kind) for each in found] == ["good", "office-mail", None]
    assert lease_job(store, "one", rest).content["webhook"] == "dead"
