"""To whom a secret is sent, and what is asked again: one rule for operators, services and phones."""

from __future__ import annotations

import pytest

from signkit.pki.http import AnswerTooLong, HttpAnswer, HttpFailure, ask_patiently, is_safe_address


@pytest.mark.parametrize(
    "url",
    ["https://example.jp", "https://example.jp:8443/x/", "http://127.0.0.1:80", "http://[::1]", "http://localhost"],
)
def test_a_secret_goes_where_nobody_listens(url):
    assert is_safe_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.jp", "http://localhost.example.jp", "http://127.0.0.1.example.jp", "http://0x7f000001",
        "ftp://127.0.0.1", "https://", "https://user:word@example.jp", "https://example.jp/?q", "https://example.jp/#f",
        "https://例.jp", "https://example.jp/ x", "https://[::1", "https://example.jp:port", "",
    ],
)  # fmt: skip
def test_a_secret_does_not_go_anywhere_else(url):
    assert not is_safe_address(url)


def asked(*outcomes, tries=3, **more):
    """Return what comes of these answers (a status, or no answer), and for how long was waited."""
    left, waited = list(outcomes), []

    def ask():
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return HttpAnswer(outcome, more.get("headers", {}), b"")

    try:
        ended = ask_patiently(ask, tries=tries, pause=waited.append).status
    except HttpFailure as failure:
        ended = failure
    return ended, waited, len(left)


@pytest.mark.parametrize("passing", [408, 429, 502, 503, 504, HttpFailure("no connection")])
def test_what_may_pass_is_asked_again_and_waited_for_longer_each_time(passing):
    assert asked(passing, passing, 200) == (200, [0.5, 1.0], 0)


@pytest.mark.parametrize("lasting", [200, 302, 400, 401, 404, 500, 501, AnswerTooLong("too long")])
def test_what_will_be_so_again_is_not(lasting):
    assert asked(lasting, 200) == (lasting, [], 1)


def test_the_last_answer_counts_whatever_it_is():
    assert asked(503, 503, 503, 200) == (503, [0.5, 1.0], 1)


@pytest.mark.parametrize(("wished", "waited"), [("7", 7.0), ("86400", 30.0), ("soon", 0.5), ("-1", 0.5), ("", 0.5)])
def test_a_service_says_how_long_to_wait_up_to_half_a_minute(wished, waited):
    assert asked(503, 200, headers={"retry-after": wished}) == (200, [waited], 0)
