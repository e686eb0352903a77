"""Who may go where: every route of every served screen, by every role, from another tenant, and without a cookie."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

import signkit.web.desk
from signkit.web.agents.page_words import AGENT_WORDS
from signkit.web.api.roles import ROLES
from signkit.web.desk.app import _SCREENS
from signkit.web.desk.page_words import WORDS
from signkit.web.office.desks import method_of
from signkit.web.office.page_words import OFFICE_WORDS
from signkit.web.office.ways import DESK_ONLY, SHOWN, served
from signkit.web.people.page_words import PEOPLE_WORDS
from tests.web.office.conftest import OURS, operations, text_of
from tests.web.office.owned import PLACES, own

#: Every way for every role: a matrix for the whole run.
pytestmark = pytest.mark.slow

SCREENS = [(shown, shown.screen(None, _pages := type("NoPages", (), {"refuse": None})())) for shown in SHOWN]
ROUTES = [(method_of(route), route.path, need) for route, need in served(SCREENS)]
IDS = [f"{method} {path}" for method, path, _ in ROUTES]


@pytest.fixture(scope="module")
def owner(offices):
    """An office with something at every address, and a seat for each role."""
    return own(offices)


def test_every_screen_of_the_desk_is_in_the_table():
    of_desk = {shown.screen for shown in SHOWN if shown.screen.__module__.startswith("signkit.web.desk.")}
    assert of_desk | set(DESK_ONLY) == set(_SCREENS)
    assert not of_desk & set(DESK_ONLY)


def test_no_room_says_another_thing_with_another_rooms_key():
    """All pages are said from one table; the office says some of the desk's sentences in its own way."""
    rooms = [WORDS, OFFICE_WORDS, PEOPLE_WORDS, AGENT_WORDS]
    shared = [
        key for one, other in combinations(rooms, 2) for key in one.keys() & other.keys() if one[key] != other[key]
    ]
    assert sorted(shared) == ["check_lead", "end", "ended", "refused_session", "verify_bad_lead"]


def test_every_exception_in_the_table_is_of_a_route_that_is_there():
    for shown, screen in SCREENS:
        there = {f"{method_of(route)} {route.path}" for route in screen.routes()}
        assert set(shown.but) <= there


#: What some pages are asked for.
QUERIES = {"/many/{number}/handout": "?by=party", "/documents/{sha256}/certificate": "?allow=yes"}
#: What a page answers that finds nothing to show: another's draft, a draft that says nothing yet, nothing changed.
NOTHING_YET = {"/drafts/{number}": 404, "/drafts/{number}/preview": 404, "/documents/{sha256}/certificate": 400,
               "/documents/{sha256}/changes/{page:int}-{side}.png": 404}  # fmt: skip


def filled(path, places):
    return re.sub(r"\{(\w+)(:int)?\}", lambda place: str(places[place[1]]), path)


@pytest.mark.parametrize(("method", "path", "need"), ROUTES, ids=IDS)
def test_each_role_goes_where_it_may_and_no_further(owner, method, path, need):
    """Who may is past the door: their form is refused for its token alone; who may not is told so in words."""
    place = filled(path, owner.places_of(path))
    for role in ROLES:
        seat = owner.seats[role]
        may = need.is_met(seat.person, owner.service.document)
        query = QUERIES.get(path, "")
        answer = (
            seat.get(place + query) if method == "GET" else seat.client.post(place, data={"csrf": "x"}, headers=OURS)
        )
        role_refused = answer.status_code == 403 and "役割" in text_of(answer)
        assert role_refused is not may, (role, answer.status_code, text_of(answer)[:200])
        if may and method == "GET":
            good = (200, 303, 400, NOTHING_YET[path]) if path in NOTHING_YET else (200, 303)
            assert answer.status_code in good, (role, answer.status_code, text_of(answer)[:200])


@pytest.mark.parametrize(("method", "path", "need"), ROUTES, ids=IDS)
def test_another_tenant_reaches_nothing(owner, method, path, need):
    place = filled(path, owner.places_of(path))
    role = next(each for each in ROLES if need.is_met(owner.seats[each].person, owner.service.document))
    stranger = owner.offices.seat(owner.elsewhere, role)
    before = owner.snapshot()
    answer = stranger.get(place) if method == "GET" else stranger.post(place, owner.form_of(path))
    if PLACES & set(re.findall(r"\{(\w+)", path)):
        assert answer.status_code in (404, 303, 400), (answer.status_code, text_of(answer)[:200])
    assert owner.mark not in answer.text
    assert owner.snapshot() == before


@pytest.mark.parametrize(("method", "path", "need"), ROUTES, ids=IDS)
def test_nobody_gets_in(owner, method, path, need):
    place = filled(path, owner.places_of(path))
    nobody = owner.offices.browser()
    answer = nobody.get(place) if method == "GET" else nobody.post(place, headers=OURS)
    assert answer.status_code == 403
    assert "サインイン" in text_of(answer)


def test_an_auditor_has_no_way_to_change_anything(owner):
    """To verify, and to put together what is handed out, is to look at all of it."""
    auditor = owner.seats["auditor"].person
    forms = {path for method, path, need in ROUTES if method == "POST" and need.is_met(auditor, owner.service.document)}
    assert forms == {"/archive/verify", "/archive/export"}


def test_an_administrator_sees_no_contract(owner):
    person = owner.seats["administrator"].person
    assert [path for _, path, need in ROUTES if need.is_met(person, owner.service.document)] == ["/"]
    assert owner.mark not in owner.seats["administrator"].get("/").text


@pytest.mark.parametrize("role", ROLES)
def test_no_page_links_to_where_its_reader_may_not_go(owner, role):
    """From the first page on, everything that is linked is there, and every form that is shown may be sent."""
    seat, seen, waiting = owner.seats[role], set(), ["/"]
    while waiting:
        path = waiting.pop()
        answer = seat.get(path)
        assert answer.status_code in (200, 303), (role, path, answer.status_code)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        for action in set(re.findall(r'method="post" action="([^"?]+)', answer.text)):
            sent = seat.client.post(action, data={"csrf": "x"}, headers=OURS)
            assert "役割" not in text_of(sent), (role, path, action)
            assert sent.status_code == 403, (role, path, action, sent.status_code)
        linked = {each.replace("&amp;", "&") for each in re.findall(r'(?:href|src)="(/[^"#]*)"', answer.text)}
        for each in linked - seen:
            seen.add(each)
            if not each.startswith(("/static/", "/people", "/account", "/approvals", "/agents")):
                waiting.append(each)
    assert len(seen) > (20 if role in ("clerk", "supervisor") else 3)


def test_no_secret_is_asked_for_on_any_page(owner):
    """Neither a PIN nor a password of a key: no field for one, and no way to a prompt."""
    pages = Path(signkit.web.desk.__file__).parent.parent.rglob("pages/*.html")
    assert [path.name for path in pages if 'type="password"' in path.read_text(encoding="utf-8")
            and "people" not in path.parts] == []  # fmt: skip
    for path in ("/documents/{sha256}/sign/seller", "/card", "/documents/{sha256}/open", "/card/pin", "/settings"):
        place = filled(path, owner.places_of(path))
        assert owner.seats["supervisor"].get(place).status_code in (404, 405)
        assert owner.seats["supervisor"].post(place).status_code in (404, 405)


def test_drafts_and_searches_are_the_persons_who_typed_them(owner):
    draft = owner.places["/drafts"]["number"]
    other = owner.offices.seat(owner.tenant, "clerk", "佐藤")
    assert other.get(f"/drafts/{draft}").status_code == 404
    assert other.post(f"/drafts/{draft}", {"do": "save", "item:purpose": "x"}).status_code == 404
    assert owner.mark not in other.get("/contracts").text
    assert owner.mark in owner.seats["clerk"].get("/contracts").text
    assert owner.office.seat(owner.seats["clerk"].person).drafts.find(draft).words == {"purpose": owner.mark}


def test_every_look_stands_in_the_log_with_who_and_at_what(owner):
    clerk = owner.seats["clerk"]
    sha256 = owner.places_of("/documents/{sha256}")["sha256"]
    clerk.get(f"/documents/{sha256}")
    owner.seats["administrator"].get(f"/documents/{sha256}")
    found = operations(owner.tenant)[-2:]
    assert [(each["actor"], each["action"], each["subject"], each["status"]) for each in found] == [
        (f"person:{clerk.person.id}", "GET /documents/{sha256}", sha256, 303),
        (f"person:{owner.seats['administrator'].person.id}", "GET /documents/{sha256}", sha256, 403),
    ]
