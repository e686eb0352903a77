"""What a problem says: of each kind of thing in both languages, and what to do."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import signkit.web.api
from signkit.web.api import problems
from signkit.web.api.calls import Refusal
from signkit.web.api.jobs import add_job

_ROOM = Path(signkit.web.api.__file__).parent.parent  # agents ask too


def kinds_that_are_said():
    """Every thing that a call of `unknown`, `missing` or `still_to_be_made` names."""
    for path in _ROOM.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called not in ("unknown", "missing") or not node.args:
                continue
            named = node.args[-1]
            if isinstance(named, ast.Constant):
                yield named.value
            elif isinstance(named, ast.Name) and named.id in ("_WHAT", "KIND"):
                yield constants.get(named.id, "batch")  # KIND comes from `signkit.web.api.batches`


def test_every_kind_of_thing_has_a_name_in_both_languages():
    assert set(kinds_that_are_said()) == set(problems._KINDS)
    for kind, words in problems._KINDS.items():
        assert words.en == kind
        assert not words.ja.isascii() or words.ja == "Webhook"


@pytest.mark.parametrize("kind", sorted(problems._KINDS))
def test_what_is_not_there_is_said_without_a_word_of_another_language(kind):
    said = problems.unknown(kind).title.ja.replace("Webhook", "")
    assert not any(each.isascii() and each.isalpha() for each in said)


@pytest.mark.parametrize(
    "refusal", [problems.no_credentials(), problems.forbidden("keys:write"), problems.job_not_failed()]
)
def test_who_is_refused_is_told_what_to_do(refusal: Refusal):
    assert refusal.hint is not None
    assert refusal.hint.en
    assert refusal.hint.ja
    assert "session" not in refusal.title.en  # people's sessions are no way into the API


@pytest.mark.slow
def test_a_job_that_has_not_failed_is_there_and_not_tried_again(tried):
    client, tenant = tried.client, tried.tenant
    with tenant.store.writing() as connection:
        job = add_job(connection, tenant.store, "validation", {})
    answer = client.post(f"/api/v1/jobs/{job}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "job-not-failed")
    assert client.post(f"/api/v1/jobs/{tenant.id}/retry").status_code == 404
    with tenant.store.writing() as connection:
        connection.execute("UPDATE job SET state = 'failed', problem = '{}' WHERE id = ?", (job,))
    assert client.post(f"/api/v1/jobs/{job}/retry").status_code == 202


#: What no language is: names of parameters, examples, addresses.  Three English words in a row are a sentence,
#: unless they are a command of ours.
_ENGLISH = re.compile(r"(?!signkit )\b[A-Za-z][a-z']+(?: [a-z']+){2,}")
#: What hardly any schema takes.
_ODD = (None, True, -1, 1.5, "", "x" * 5000, "\u65e5 x", [], [{}], [1, 1], {}, {"nmae": 1, "x": "y"})


def bodies_that_do_not_fit(document, schema):
    """Yield bodies of JSON: odd ones, and one for each member that is odd while the others are missing."""
    yield from _ODD
    whole = document.resolved(schema)
    forms = [
        whole,
        *map(document.resolved, [*whole.get("oneOf", []), *whole.get("anyOf", []), *whole.get("allOf", [])]),
    ]
    for form in forms:
        for name in form.get("properties", {}):
            yield from ({name: odd} for odd in _ODD)
            inner = document.resolved(form["properties"][name])
            for each in document.resolved(inner.get("items", inner)).get("properties", {}):
                for odd in _ODD:
                    yield {name: [{each: odd}] if "items" in inner else {each: odd}}


def requests_that_do_not_fit(document, operation):
    """Yield requests (arguments of httpx) that an operation of the document should refuse, or most of them."""
    path = re.sub(r"\{\w+\}", "01a227a0-b7eb-7ff8-b63c-88a6ed5f0c67", operation.path)
    yield {"url": path}
    yield {"url": re.sub(r"\{\w+\}", "nothing", operation.path)}
    yield {"url": path, "params": [("x", "1")]}
    yield {"url": path, "content": b"{", "headers": {"content-type": "text/nothing"}}
    for each in operation.parameters:
        for odd in ("", "-1", "x" * 600, "%", "1.5", "0", "2026-13-45"):
            if each.place == "query":
                yield {"url": path, "params": {each.name: odd}}
                yield {"url": path, "params": [(each.name, odd)] * 2}
            elif each.place == "header":
                yield {"url": path, "headers": {each.name: odd}}
    for kind, schema in operation.bodies.items():
        if kind == "application/json":
            for broken in (b"{", b"\xff", b"[" * 60_000, b"1" * 5000, b"NaN", b"1e999", b'{"a":1,"a":2}', b'"\\ud800"'):
                yield {"url": path, "content": broken, "headers": {"content-type": kind}}
            yield from ({"url": path, "json": body} for body in bodies_that_do_not_fit(document, schema))
        elif kind == "multipart/form-data":
            for name in document.resolved(schema).get("properties", {"file": {}}):
                yield {"url": path, "data": {name: "{"}, "files": {"x": ("x", b"x")}}
                yield {"url": path, "files": {name: ("a.pdf", b"\xffno file")}}
            yield {"url": path, "content": b"--x", "headers": {"content-type": "multipart/form-data; boundary=y"}}
            yield {"url": path, "content": b"--x", "headers": {"content-type": "multipart/form-data"}}
        else:
            yield {"url": path, "content": b"nothing", "headers": {"content-type": kind}}
            yield {"url": path, "content": b"", "headers": {"content-type": kind}}


@pytest.mark.slow
def test_whatever_does_not_fit_is_told_in_japanese_to_who_reads_japanese(shared):
    document, told, english = shared.service.document, 0, set()
    for operation in document.operations:
        for wanted in requests_that_do_not_fit(document, operation):
            headers = {"accept-language": "ja", **wanted.pop("headers", {})}
            answer = shared.client.request(operation.method, headers=headers, **wanted)
            assert answer.status_code != 500, (operation.name, wanted)
            if answer.status_code < 400 or answer.status_code == 503:
                continue
            problem = answer.json()
            said = [problem["title"], problem.get("hint"), *(each["detail"] for each in problem.get("errors", []))]
            told += len(said)
            english |= {
                (operation.name, problem["code"], each)
                for each in said
                if each is not None and (each.isascii() or _ENGLISH.search(each))
            }
    assert told > 2_000
    assert not english


def test_what_a_schema_refuses_is_never_quoted(shared):
    secret = "hunter2 " * 100
    body = {"name": secret, "permissions": [secret], "expires_at": secret, "networks": secret}
    said = shared.client.post("/api/v1/keys", json=body).json()["errors"]
    assert len(said) == 4
    assert "hunter2" not in repr(said)


def test_of_several_forms_the_one_that_is_meant_is_told(shared):
    body = {"certificates": [{"der": 1}]}
    said = shared.client.post("/api/v1/certificates/status", json=body).json()["errors"]
    assert ("/certificates/0/der", "must be a text") in [(each["at"], each["detail"]) for each in said]
