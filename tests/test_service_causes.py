"""What a service's failure is called, in both languages."""

from __future__ import annotations

import ast

import pytest

from signkit.errors.service_causes import service_cause

#: Where such failures arise.
SOURCES = ("signkit/pki/http.py", "signkit/pki/timestamps.py", "signkit/pki/revocation/sources.py")


def sentences(repository):
    """Every sentence that is raised there, with 7 in the place of what is filled in."""
    for source in SOURCES:
        for node in ast.walk(ast.parse((repository / source).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("HttpFailure", "TimestampRefused"):
                yield from sentence_of(node.args[0])


def sentence_of(argument):
    match argument:
        case ast.Constant(str(said)):
            yield said
        case ast.JoinedStr(parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)


def test_every_failure_has_its_japanese(repository):
    said = list(sentences(repository))
    assert len(said) > 12
    assert [each for each in said if service_cause(each).ja == each] == []
    assert all(service_cause(each).en == each for each in said)


@pytest.mark.parametrize(
    ("said", "japanese"),
    [
        ("[Errno 111] Connection refused", "接続を拒否されました"),
        ("[Errno -2] Name or service not known", "サーバーの名前を解決できません"),
        ("HTTP status 503", "HTTP ステータス 503"),
        ("<urlopen error timed out>", "時間内に応答がありません"),
        ("the answer is longer than 64 MB", "応答が長すぎます (64 MB 超)"),
        ("something {else}", "something {else}"),
    ],
)
def test_what_the_system_says_is_told_in_japanese(said, japanese):
    assert service_cause(said).ja == japanese


#: What makes the errors of the phone's client, its cause as the last argument.
PHONE_FAILURES = ("failure", "OpenIdFailure", "bad", "_bad_token", "_bad_result", "_bad_redirect")


def test_whatever_the_phones_client_says_has_its_japanese(repository):
    said = set()
    rooms = repository / "signkit"
    for source in (*rooms.glob("signers/auth_app*.py"), *rooms.glob("openid/*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in PHONE_FAILURES:
                said.update(sentence_of(node.args[-1]))
    said.discard("7 7")  # an address of the metadata, and what is wrong with it
    said |= {
        f"token_endpoint {wrong}" for wrong in ("is not at the issuer's own host", "is no address", "is not behind TLS")
    }
    assert len(said) > 25
    assert [each for each in said if service_cause(each).ja == each] == []
