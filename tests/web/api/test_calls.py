"""What holds for every call: who may, what is refused, what is written down."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from signkit.web.api import operation_log
from signkit.web.api.access import ApiKey, Principal, add_key, list_keys, revoke_key
from signkit.web.api.calls import Refusal
from signkit.web.api.identifiers import ID, new_id
from signkit.web.api.readiness import SharedLook
from signkit.web.api.requests import origin_of, parameters_of, parse_json
from signkit.web.api.resources import keys
from tests.web.api.conftest import key_client

PDF = {"content-type": "application/pdf"}


def problem(response, status, code):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert (told["status"], told["code"], told["type"]) == (status, code, f"urn:signkit:problem:{code}")
    assert told["request_id"] == response.headers["x-request-id"]
    return told


def asked_from(client, *forwarded):
    fields = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    return Request({"type": "http", "client": (client, 4711), "headers": fields})


@pytest.mark.parametrize(
    ("client", "forwarded", "origin"),
    [
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        # the client's own line, and that of a proxy that adds one: what a client says of itself does not count
        ("127.0.0.1", ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1", "10.0.0.1 , 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("127.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("127.0.0.1", ["2001:DB8:0::1"], "2001:db8::1"),
        ("127.0.0.1", ["unknown"], "unknown"),
        ("127.0.0.1", ["203.0.113.9, <script>"], "unknown"),
        ("127.0.0.1", ["203.0.113.9, 127.1"], "unknown"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("192.0.2.1", ["203.0.113.9"], "192.0.2.1"),  # not the proxy
    ],
)
def test_from_where_a_request_came(client, forwarded, origin):
    assert origin_of(asked_from(client, *forwarded), "127.0.0.1") == origin
    assert origin_of(asked_from(client, *forwarded), None) == client


def test_lines_of_one_header_are_one_list():
    request = Request({"type": "http", "path_params": {}, "query_string": b"", "headers": [
        (b"if-match", b'"a"'), (b"prefer", b"wait=1"), (b"if-match", b'"b"'),
    ]})  # fmt: skip
    assert parameters_of(request) == {("header", "if-match"): '"a", "b"', ("header", "prefer"): "wait=1"}


@pytest.mark.parametrize("limit", ["1_0", "%EF%BC%95", "%2B5", "%205", "5%0A", "05", "5.0", "0x5", "1e1", "9" * 5000])
def test_a_number_is_written_as_json_writes_it(shared, limit):
    problem(shared.client.get(f"/api/v1/validations?limit={limit}"), 400, "request-invalid")


@pytest.mark.parametrize("path", ["validations?cursor=AA", "usage?month=2026-11%00", "keys/a%00", "usage?a%00=1"])
def test_no_parameter_holds_a_character_that_ends_texts(shared, path):
    problem(shared.client.get(f"/api/v1/{path}"), 400, "request-invalid")


@pytest.mark.parametrize("name", ["a\0", "a\x1b[31m", "\u202eb", " ", "a\n"])
def test_a_keys_name_is_one_that_is_shown(shared, name):
    body = {"name": name, "permissions": ["log:read"]}
    assert problem(shared.client.post("/api/v1/keys", json=body), 422, "key-name")["hint"]


def test_many_who_ask_whether_it_is_ready_are_one_look(shared):
    """To find out takes each tenant's turn to write, and everybody may ask."""
    moment, looks, found = [0.0], [], []
    look = SharedLook(lambda: looks.append(1) or len(looks), 1.0, lambda: moment[0])
    assert [look.find() for _ in range(5)] == [1] * 5
    moment[0] = 1.5
    assert look.find() == 2

    def slow():
        looks.append(1)
        if len(looks) > 4:
            found.append(slower.find())  # asked while one looks
        return len(looks)

    looks[:] = [1, 1, 1]
    slower = SharedLook(slow, 0.0, lambda: 0.0)
    assert (slower.find(), slower.find(), found) == (4, 5, [4])


def test_ids_sort_as_they_were_made():
    made = [new_id() for _ in range(5000)]
    assert made == sorted(set(made))
    assert all(ID.fullmatch(each) for each in made)


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer sk_x", "Basic YTpi", "Bearer sk_{0}_{0}_{1}"])
def test_without_a_good_key_nothing_is_told(shared, key):
    key = key.format(new_id(), "a" * 43)
    response = shared.client.get("/api/v1/keys", headers={"authorization": key})
    problem(response, 401, "credentials-needed")
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_key_of_one_tenant_with_anothers_id_is_none(shared):
    other = shared.service.tenants.add("別会社")
    text = shared.client.headers["authorization"]
    problem(
        shared.client.get("/api/v1/keys", headers={"authorization": text.replace(shared.tenant.id, other.id)}),
        401,
        "credentials-needed",
    )


def test_what_was_not_granted_is_refused_and_written_down(shared):
    reader = shared.as_other(["validations:read"])
    assert reader.get("/api/v1/validations").status_code == 200
    told = problem(reader.post("/api/v1/validations", content=b"%PDF", headers=PDF), 403, "permission-missing")
    assert told["needs"] == "validations:write"
    with shared.tenant.store.reading() as connection:
        last = operation_log.head(connection)
    assert (last.action, last.status) == ("validateDocument", 403)


@pytest.mark.parametrize(
    ("limits", "good"),
    [
        ({"networks": ["192.0.2.0/24"]}, False),
        ({"expires_at": "2020-01-01T00:00:00.000000Z"}, False),
        ({"expires_at": "2999-01-01T00:00:00.000000Z"}, True),
    ],
)
def test_a_key_holds_where_and_as_long_as_it_was_made_for(shared, limits, good):
    assert shared.as_other(**limits).get("/api/v1/keys").status_code == (200 if good else 401)


@pytest.mark.parametrize("ends", ["2020-01-01T00:00:00Z", "2999-02-30T00:00:00Z", "2999-01-01T24:00:01Z"])
def test_an_end_that_is_over_or_none_is_refused(shared, ends):
    body = {"name": "a", "permissions": ["keys:read"], "expires_at": ends}
    told = problem(shared.client.post("/api/v1/keys", json=body), 400, "request-invalid")
    assert [each["at"] for each in told["errors"]] == ["/expires_at"]


def test_an_end_is_kept_as_the_store_compares_it(shared):
    body = {"name": "a", "permissions": ["keys:read"], "expires_at": "2999-01-01T00:00:00Z"}
    assert shared.client.post("/api/v1/keys", json=body).json()["expires_at"] == "2999-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("networks", "status"),
    [
        (["10.1.2.0/24"], 201), (["10.1.2.3"], 201), (["fd00::1"], 201), (["10.1.0.0/16", "fd00::/16"], 201),
        ([], 400), (["0.0.0.0/0"], 400), (["10.2.0.0/16"], 400), (["10.1.2.3", "192.0.2.1"], 400), (["::/0"], 400),
        (["nix"], 422),
    ],
)  # fmt: skip
def test_a_key_of_some_networks_makes_none_for_others(shared, networks, status):
    with shared.tenant.store.writing() as connection:
        maker, _ = add_key(connection, shared.tenant, "a", ["keys:write"], networks=["10.1.0.0/16", "fd00::/16"])
    call = SimpleNamespace(
        body={"name": "b", "permissions": ["keys:write"], "networks": networks}, tenant=shared.tenant, language="en",
        principal=Principal("key", maker.id, frozenset(["keys:write"])), service=shared.service,
    )  # fmt: skip
    try:
        answer = keys.add(call)
    except Refusal as refusal:
        answer = refusal
    assert answer.status == status


def test_an_ipv4_address_is_of_its_network_also_where_a_socket_maps_it():
    key = ApiKey("a", "a", (), ("192.0.2.0/24",), "")
    assert [key.allows("", each) for each in ("192.0.2.7", "::ffff:192.0.2.7", "::ffff:192.0.3.7", "")] == [
        True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["keys", "keys/nix", "validations?limit=0"])
def test_every_answer_to_a_known_key_tells_what_is_left(shared, path):
    answer = shared.client.get(f"/api/v1/{path}")
    assert answer.headers["ratelimit"].startswith('"requests";r='), answer.status_code
    assert "ratelimit" in shared.as_other(["log:read"]).get("/api/v1/keys").headers
    assert "ratelimit" not in shared.client.get(f"/api/v1/{path}", headers={"authorization": "Bearer nix"}).headers


def test_a_key_that_is_revoked_while_the_body_comes_is_good_for_nothing(shared):
    sender = shared.as_other(["validations:write", "validations:read"])
    with shared.tenant.store.reading() as connection:
        [newest, *_] = list_keys(connection)

    def slowly():
        yield b"%PDF-1.7 "
        with shared.tenant.store.writing() as connection:
            revoke_key(connection, newest.id, shared.tenant.store.now())
        yield b"%%EOF"

    before = len(shared.client.get("/api/v1/validations").json()["items"])
    problem(sender.post("/api/v1/validations", content=slowly(), headers=PDF), 401, "credentials-needed")
    assert len(shared.client.get("/api/v1/validations").json()["items"]) == before


@pytest.mark.slow
def test_a_key_may_grant_no_more_than_it_has_and_is_revoked_by_its_etag(shared):
    maker = shared.as_other(["keys:read", "keys:write"])
    problem(maker.post("/api/v1/keys", json={"name": "a", "permissions": ["log:read"]}), 403, "permission-missing")
    problem(maker.post("/api/v1/keys", json={"name": "a", "permissions": ["nix"]}), 422, "permission-unknown")
    body = {"name": "a", "permissions": ["keys:read"], "networks": ["x"]}
    problem(maker.post("/api/v1/keys", json=body), 422, "network-invalid")
    made = maker.post("/api/v1/keys", json={"name": "a", "permissions": ["keys:read"]})
    assert made.status_code == 201
    address, key = made.headers["location"], {"authorization": f"Bearer {made.json()['key']}"}
    assert "key" not in maker.get(address).json()
    assert maker.get(address, headers=key).status_code == 200
    problem(maker.delete(address), 428, "if-match-needed")
    problem(maker.delete(address, headers={"if-match": '"x"'}), 412, "if-match-other")
    etag = maker.get(address).headers["etag"]
    assert maker.get(address, headers={"if-none-match": etag}).status_code == 304
    assert maker.delete(address, headers={"if-match": etag}).status_code == 204
    problem(maker.get(address, headers=key), 401, "credentials-needed")


def test_what_is_not_in_the_document_is_not_there(shared):
    problem(shared.client.get("/nix"), 404, "not-found")
    told = problem(
        shared.client.put("/api/v1/keys", headers={"accept-language": "ja-JP,en;q=0.5"}), 405, "method-not-allowed"
    )
    assert "メソッド" in told["title"]
    told = problem(shared.client.get("/api/v1/validations?limit=0&nix=1"), 400, "request-invalid")
    assert {each["at"] for each in told["errors"]} == {"limit", "nix"}
    problem(shared.client.get("/api/v1/validations?limit=1&limit=2"), 400, "request-invalid")
    problem(shared.client.get("/api/v1/validations?cursor=%FF"), 400, "request-invalid")


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"{", {"content-type": "application/json"}, 400, "request-invalid"),
        (b"[" * 100_000, {"content-type": "application/json"}, 400, "request-invalid"),
        (b'{"name": NaN}', {"content-type": "application/json"}, 400, "request-invalid"),
        (b"{}", {"content-type": "application/json"}, 400, "request-invalid"),
        (b"{}", {"content-type": "text/plain"}, 415, "media-type"),
        (b"{}", {}, 415, "media-type"),
        (b"x" * (9 * 1024 * 1024), {"content-type": "application/json"}, 413, "too-large"),
    ],
)
def test_a_bad_body_has_one_problem(shared, content, headers, status, code):
    problem(shared.client.post("/api/v1/keys", content=content, headers=headers), status, code)


JSON = {"content-type": "application/json"}


def spooled(tried):
    return list(tried.tenant.store.spool.iterdir())


@pytest.mark.parametrize(
    "body", [b"[" + b"1," * 300_000 + b"1]", b"[" * 300_000, b"[" + b"{}," * 300_000 + b"{}]",
             b"{" + b",".join(b'"%d":1' % each for each in range(300_000)) + b"}"],
)  # fmt: skip
def test_json_of_more_values_than_memory_is_meant_for_is_not_read(shared, body):
    told = problem(shared.client.post("/api/v1/archive/search", content=body, headers=JSON), 400, "request-invalid")
    assert [each["detail"] for each in told["errors"]] == ["more than 200,000 values"]
    assert spooled(shared) == []


def test_long_json_is_read_as_short_json_is(shared):
    """Commas and brackets in a text are no values."""
    long = json.dumps({"name": "[{," * 200_000, "permissions": ["keys:read"]})
    told = problem(shared.client.post("/api/v1/keys", content=long, headers=JSON), 400, "request-invalid")
    assert [each["at"] for each in told["errors"]] == ["/name"]
    padded = json.dumps({"name": "a", "permissions": ["keys:read"]}) + " " * 100_000
    assert shared.client.post("/api/v1/keys", content=padded, headers=JSON).status_code == 201
    assert shared.client.post("/api/v1/keys", content=iter([padded.encode()]), headers=JSON).status_code == 201
    assert spooled(shared) == []


def test_a_refusal_of_json_does_not_hold_what_was_sent():
    with pytest.raises(Refusal) as caught:
        parse_json([b'{"a": "' + b"x" * 1_000_000])
    frames, error = [], caught.value
    while error is not None:
        trace = error.__traceback__
        while trace is not None:
            frames.append(trace.tb_frame)
            trace = trace.tb_next
        error = error.__cause__ or error.__context__
    held = [value for frame in frames[1:] for value in frame.f_locals.values()]
    assert max(len(repr(each)) for each in held) < 10_000


def test_an_answer_lists_the_first_of_many_faults(shared):
    body = {"name": "a", "permissions": [1] * 100_000}
    told = problem(shared.client.post("/api/v1/keys", json=body), 400, "request-invalid")
    assert 0 < len(told["errors"]) <= 20


@pytest.mark.slow
def test_a_form_holds_little_in_memory_and_more_on_the_disk(shared):
    long = json.dumps({"policy": "strict"}) + " " * 2_000_000
    form = {"file": ("a.pdf", b"%PDF-1.7 x", "application/pdf")}
    problem(shared.client.post("/api/v1/validations", files=form, data={"options": long}), 400, "request-invalid")
    many = {f"field{number}": "x" for number in range(5)}
    problem(shared.client.post("/api/v1/validations", files=form, data=many), 400, "request-invalid")
    unknown = form | {"more": ("a.bin", b"\0" * 2_000_000, "application/octet-stream")}
    told = problem(shared.client.post("/api/v1/validations", files=unknown), 400, "request-invalid")
    assert [each["at"] for each in told["errors"]] == ["/more"]
    as_file = form | {"options": ("options.json", long.encode(), "application/json")}
    assert shared.client.post("/api/v1/validations", files=as_file).status_code == 201
    assert spooled(shared) == []


@pytest.mark.slow
def test_a_repeated_key_is_done_once(shared):
    again = {"idempotency-key": "a"} | PDF
    first = shared.client.post("/api/v1/validations", content=b"%PDF-1.7 x", headers=again)
    second = shared.client.post("/api/v1/validations", content=b"%PDF-1.7 x", headers=again)
    assert first.json() == second.json()
    problem(shared.client.post("/api/v1/validations", content=b"%PDF-1.7 y", headers=again), 422, "idempotency-other")
    other = shared.as_other()
    assert other.post("/api/v1/validations", content=b"%PDF-1.7 y", headers=again).status_code == 201


@pytest.mark.slow
def test_a_tenant_gets_so_many_requests_a_minute_and_another_its_own(tmp_path):
    from tests.web.api.conftest import start

    tried = start(tmp_path / "service", tmp_path / "home", requests_a_minute=3)
    try:
        answers = [tried.client.get("/api/v1/jobs") for _ in range(4)]
        assert [each.status_code for each in answers] == [200, 200, 200, 429]
        problem(answers[-1], 429, "too-many")
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert answers[0].headers["ratelimit"].startswith('"requests";r=2;')
        other = tried.service.tenants.add("別会社")
        assert key_client(tried.service, other, tried.client.app).get("/api/v1/jobs").status_code == 200
    finally:
        tried.service.close()


def test_the_log_tells_what_was_changed_and_what_was_cut_off(tried):
    for _ in range(5):
        tried.client.get("/api/v1/keys")
    lines = tried.client.get("/api/v1/log").text.splitlines()
    assert len(lines) == 5
    assert tried.client.get("/api/v1/log/head").json()["breaks"] == []
    for statement, broken in (
        ("UPDATE operation SET origin = 'x' WHERE number = 3", [3]),
        ("DELETE FROM operation WHERE number = 4", [3, 5]),
        ("DELETE FROM operation WHERE number >= 6", [3, 5, 6]),
    ):
        tamper(tried, statement)
        with tried.tenant.store.reading() as connection:
            assert list(operation_log.breaks(connection))[:3] == broken


def tamper(tried, statement):
    """Do what only who administers the machine can."""
    if tried.service.own.database is not None:
        import psycopg

        with psycopg.connect(tried.service.own.database.replace("signkit_serve", "postgres")) as connection:
            connection.execute("SET search_path = signkit; SET session_replication_role = replica")
            connection.execute(statement)
        return
    with tried.tenant.store.writing() as connection:
        connection.execute("DROP TRIGGER IF EXISTS operation_stays")
        connection.execute("DROP TRIGGER IF EXISTS operation_is_kept")
        connection.execute(statement)


@pytest.mark.parametrize(
    "body",
    [
        b'{"template": "\\ud800"}',
        b'{"template": "\xed\xa0\x80"}',
        '{"template": "a"}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
    ],
)
def test_json_is_utf8_of_whole_characters(shared, body):
    answer = shared.client.post(
        "/api/v1/contracts/check", content=body, headers={"content-type": "application/json"}
    )  # fmt: skip
    told = problem(answer, 400, "request-invalid")
    assert told["errors"][0]["detail"].startswith("no JSON")


def test_a_moment_that_is_none_is_told(shared):
    odd = {"options": '{"at": "2026-02-31T00:00:00Z"}'}
    answer = shared.client.post("/api/v1/validations", files={"file": ("a.pdf", b"%PDF-1.7")}, data=odd)
    assert problem(answer, 400, "request-invalid")["errors"][0]["at"] == "/options/at"


def test_no_address_leads_to_another(shared):
    answer = shared.client.get("/api/v1/validations/", headers={"host": "elsewhere.example"}, follow_redirects=False)
    problem(answer, 404, "not-found")


def test_what_an_address_takes_is_told_with_head(shared):
    answer = shared.client.options("/api/v1/validations")
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert shared.client.head("/api/v1/validations").status_code == 200


@pytest.mark.parametrize("form", ["{}", '"other", {}', "*", "W/{}"])
def test_tags_may_be_listed(shared, form):
    made = shared.client.post("/api/v1/webhooks", json={"url": "https://hooks.example.com/x", "events": ["batch.done"]})
    where = made.headers["location"]
    etag = shared.client.get(where).headers["etag"]
    named = form.format(etag)
    assert shared.client.get(where, headers={"if-none-match": named}).status_code == 304
    assert shared.client.get(where, headers={"if-none-match": '"other"'}).status_code == 200
    weak = form.startswith("W/")  # compared by If-None-Match alone (RFC 9110 8.8.3.2)
    assert shared.client.delete(where, headers={"if-match": named}).status_code == (412 if weak else 204)


@pytest.mark.parametrize(
    ("path", "body", "at"),
    [
        ("consents", {"given_on": "2026-02-31", "payload": "x", "certificate": "AAAA"}, "/given_on"),
        ("archive/search", {"date_from": "2026-02-31"}, "/date_from"),
        ("keys", {"name": "a", "permissions": ["jobs:read"], "expires_at": "2027-02-31T00:00:00Z"}, "/expires_at"),
        ("keys", {"name": "a", "permissions": ["jobs:read"], "expires_at": "2027-02-01T25:00:00Z"}, "/expires_at"),
    ],
)  # fmt: skip
def test_a_day_that_no_calendar_has_is_none(shared, path, body, at):
    told = problem(shared.client.post(f"/api/v1/{path}", json=body), 400, "request-invalid")
    assert [each["at"] for each in told["errors"]] == [at]
