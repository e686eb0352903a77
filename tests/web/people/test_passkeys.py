"""Passkeys: who has the key, here, now, verified by their own device."""

from __future__ import annotations

import json

import pytest

from signkit.web.people.accounts import disable_person
from signkit.web.people.declining import Declined
from signkit.web.people.passkeys import PasskeyOffice, add_passkey, list_passkeys
from tests.web.people.authenticator import PRESENT, Device
from tests.web.people.conftest import new_person

ORIGIN = "https://desk.example.jp"


def plain(options):
    return json.loads(json.dumps(options))


def office(tenant):
    return PasskeyOffice(tenant, ORIGIN)


def make(tenant, person, device):
    challenge, options = office(tenant).ask_new(person)
    key = office(tenant).read_new(person, challenge, device.make(plain(options)), "")
    with tenant.store.writing() as connection:
        add_passkey(connection, key)
    return key


def come_in(tenant, device):
    challenge, options = office(tenant).ask_known()
    return office(tenant).recognise(challenge, device.sign(plain(options)))


def reason(call, *args):
    with pytest.raises(Declined) as caught:
        call(*args)
    return caught.value.reason


@pytest.fixture
def device(tenant, person):
    made = Device()
    make(tenant, person, made)
    return made


def test_whoever_has_the_key_is_its_person(tenant, person, device):
    assert come_in(tenant, device) == person
    assert come_in(tenant, device) == person


@pytest.mark.slow
def test_a_person_has_several_keys_and_a_device_is_asked_for_no_second(tenant, person, device):
    other = Device()
    make(tenant, person, other)
    assert come_in(tenant, other) == come_in(tenant, device) == person
    _, options = office(tenant).ask_new(person)
    assert len(options["publicKey"]["excludeCredentials"]) == 2
    assert options["publicKey"]["authenticatorSelection"]["userVerification"] == "required"
    with tenant.store.reading() as connection:
        assert len(list_passkeys(connection, person.id)) == 2


def test_a_challenge_is_answered_once(tenant, device):
    challenge, options = office(tenant).ask_known()
    answer = device.sign(plain(options))
    office(tenant).recognise(challenge, answer)
    assert reason(office(tenant).recognise, challenge, answer) == "challenge"


def test_a_wrong_answer_uses_the_challenge_up_too(tenant, device):
    challenge, options = office(tenant).ask_known()
    assert reason(office(tenant).recognise, challenge, Device().sign(plain(options))) == "sign_in_passkey"
    assert reason(office(tenant).recognise, challenge, device.sign(plain(options))) == "challenge"


@pytest.mark.slow
def test_an_answer_to_one_challenge_is_none_to_another(tenant, device):
    _, options = office(tenant).ask_known()
    other, _ = office(tenant).ask_known()
    assert reason(office(tenant).recognise, other, device.sign(plain(options))) == "sign_in_passkey"


def test_a_challenge_that_was_for_a_new_key_brings_nobody_in(tenant, person, device):
    challenge, options = office(tenant).ask_new(person)
    assert reason(office(tenant).recognise, challenge, device.sign(plain(options))) == "challenge"


def test_a_challenge_for_one_person_makes_no_key_for_another(tenant, person):
    challenge, options = office(tenant).ask_new(person)
    other = new_person(tenant, name="佐藤")
    assert reason(office(tenant).read_new, other, challenge, Device().make(plain(options)), "") == "challenge"


def test_a_challenge_that_waited_too_long_is_none(tenant, clock, device):
    challenge, options = office(tenant).ask_known()
    clock.advance(minutes=11)
    assert reason(office(tenant).recognise, challenge, device.sign(plain(options))) == "challenge"


@pytest.mark.slow
def test_another_tenant_knows_nothing_of_a_key(tenants, tenant, device):
    other = tenants.add("別の会社")
    new_person(other)
    assert reason(come_in, other, device) == "sign_in_passkey"
    challenge, options = office(tenant).ask_known()
    assert reason(office(other).recognise, challenge, device.sign(plain(options))) == "challenge"


def test_a_key_that_is_somebodys_is_nobody_elses(tenant, device):
    other = new_person(tenant, name="佐藤")
    assert reason(make, tenant, other, device) == "passkey_known"


def test_another_persons_handle_is_refused(tenant, device):
    device.user = "AAAA"
    assert reason(come_in, tenant, device) == "sign_in_passkey"


@pytest.mark.slow
@pytest.mark.parametrize(
    "changed",
    [{"flags": PRESENT}, {"flags": 0x04}, {"origin": "https://evil.example"}, {"origin": "https://x.desk.example.jp"},
     {"origin": "https://desk.example.jp:8443"}, {"origin": "http://desk.example.jp"}, {"rp_id": "example.jp"}],
)  # fmt: skip
def test_an_unverified_person_or_another_origin_comes_in_neither_makes_a_key(tenant, person, device, changed):
    for name, value in changed.items():
        setattr(device, name, value)
    assert reason(come_in, tenant, device) == "sign_in_passkey"
    assert reason(make, tenant, person, Device(**changed)) == "passkey_wrong"


@pytest.mark.slow
def test_a_copy_of_a_key_is_seen_by_its_counter(tenant, device):
    come_in(tenant, device)
    device.count -= 1
    assert reason(come_in, tenant, device) == "sign_in_passkey"


def test_a_device_that_does_not_count_comes_in_each_time(tenant, person):
    device = Device(count=-1)
    make(tenant, person, device)
    for _ in range(3):
        device.count = -1
        assert come_in(tenant, device) == person


def test_who_is_disabled_comes_in_no_more(tenant, person, device):
    with tenant.store.writing() as connection:
        disable_person(connection, person.id, tenant.store.now())
    assert reason(come_in, tenant, device) == "sign_in_passkey"


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", "7", '{"id": "x"}', '{"rawId": 7, "response": []}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"AA","authenticatorData":"AA","signature":"AA"}}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"bnVsbA","attestationObject":"gA"}}',
    "[" * 2000])  # fmt: skip
def test_what_is_no_answer_is_refused(tenant, person, answer):
    challenge, _ = office(tenant).ask_known()
    assert reason(office(tenant).recognise, challenge, answer) == "sign_in_passkey"
    challenge, _ = office(tenant).ask_new(person)
    assert reason(office(tenant).read_new, person, challenge, answer, "") == "passkey_wrong"
