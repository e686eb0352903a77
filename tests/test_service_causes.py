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


#: Who else says causes, in which files, and how: the cause is the last argument.
SAYING = {
    "phones and providers": (
        ("signkit/signers/auth_app*.py", "signkit/openid/*.py"),
        ("failure", "bad", "OpenIdFailure", "_bad_token", "_bad_result", "_bad_redirect", "_bad_metadata"), 30,
    ),
    "reports": (("signkit/validation/report_reading.py",), ("_refuse", "service_cause"), 15),
    "a service's client": (("signkit/client/*.py",), ("service_cause",), 3),
}  # fmt: skip


@pytest.mark.parametrize("who", SAYING)
def test_whatever_is_said_of_an_answer_has_its_japanese(repository, who):
    sources, names, least = SAYING[who]
    said = set()
    for source in (path for pattern in sources for path in repository.glob(pattern)):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                said.update(sentence_of(node.args[-1]))
    assert len(said) >= least
    assert [each for each in said if service_cause(each).ja == each] == []
