"""A request that comes again: done once, and never held up for long by a node that is gone."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from signkit.web.api import repeats
from signkit.web.api.access import Principal
from signkit.web.api.calls import Answer, Call, Refusal
from signkit.web.api.leases import LEASE


@pytest.fixture
def call(tried):
    """A call that is made at a time that the test moves."""
    now = [tried.tenant.store.clock()]
    store = replace(tried.tenant.store, clock=lambda: now[0])
    made = Call(tried.service, None, replace(tried.tenant, store=store), Principal("key", "a"))
    return made, lambda passed: now.__setitem__(0, now[0] + passed)


def ask(call, number, request="same"):
    return repeats.answer_once(call, "order-1", request, lambda: Answer(201, {"number": number}))


def refused(call, request="same"):
    with pytest.raises(Refusal) as caught:
        ask(call, 2, request)
    return caught.value.code


def test_the_first_answer_is_given_again_and_another_request_is_not(call):
    call, _ = call
    assert [ask(call, number).body for number in (1, 2)] == [{"number": 1}] * 2
    assert refused(call, "other") == "idempotency-other"


def test_what_failed_may_be_sent_again_at_once(call):
    call, _ = call
    with pytest.raises(KeyError):
        repeats.answer_once(call, "order-1", "same", lambda: {}["x"])
    assert ask(call, 2).body == {"number": 2}


def test_a_request_under_way_keeps_its_key_for_as_long_as_it_is_renewed(call):
    call, pass_ = call
    told = []

    def work():
        for _ in range(3):
            pass_(LEASE * 0.9)
            call.service.leases.renew()
            told.append(refused(call))
        return Answer(201, {"number": 1})

    assert repeats.answer_once(call, "order-1", "same", work).body == {"number": 1}
    assert told == ["idempotency-busy"] * 3
    assert ask(call, 2).body == {"number": 1}


def test_the_key_of_a_node_that_is_gone_comes_free_with_its_lease(call):
    """The node that was taken for gone, and was not, changes nothing of what another answered."""
    call, pass_ = call
    told = []

    def work():
        pass_(LEASE * 1.1)
        told.append(ask(call, 2).body)
        return Answer(201, {"number": 1})

    assert repeats.answer_once(call, "order-1", "same", work).body == {"number": 1}
    assert told == [{"number": 2}]
    assert ask(call, 3).body == {"number": 2}


def test_of_many_at_once_one_is_done(tried):
    call = Call(tried.service, None, tried.tenant, Principal("key", "a"))
    begun, ended, done, told = threading.Barrier(4), threading.Barrier(4), [], []

    def work():
        done.append(1)
        ended.wait(30)  # the others were answered meanwhile
        return Answer(201, {"number": 1})

    def send():
        begun.wait(30)
        try:
            repeats.answer_once(call, "order-1", "same", work)
        except Refusal as refusal:
            told.append(refusal.code)
            ended.wait(30)

    senders = [threading.Thread(target=send) for _ in range(4)]
    for each in senders:
        each.start()
    for each in senders:
        each.join(60)
    assert (done, told) == ([1], ["idempotency-busy"] * 3)


def test_a_run_that_is_over_holds_no_key(tried):
    from signkit.web.api.jobs import release_leases

    call = Call(tried.service, None, tried.tenant, Principal("key", "a"))
    assert repeats._first_answer(call, "order-1", "same", "gone") is None
    assert refused(call) == "idempotency-busy"
    release_leases(tried.tenant.store)
    assert ask(call, 2).body == {"number": 2}
