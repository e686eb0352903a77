"""What a problem says: of each kind of thing in both languages, and what to do."""

from __future__ import annotations

import ast
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
