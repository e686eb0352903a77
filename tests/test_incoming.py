"""Files by address: why one could not be had is said in words."""

from __future__ import annotations

import socket

import pytest

from signkit.incoming import FileProblem, read_location


@pytest.mark.parametrize("url", ["http:///x.pdf", "http://[::1", "https://host:99999/x.pdf", "ftp:///x.pdf"])
def test_a_malformed_address_is_told_as_one(url):
    with pytest.raises(FileProblem) as caught:
        read_location(url, 100)
    assert caught.value.detail.ja == "アドレスの形が正しくありません"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "その名前のホストが見つかりません"),
        (FileNotFoundError("http://host/x.pdf"), "そのアドレスから取得できません"),
    ],
)
def test_a_failure_at_an_address_is_told_in_the_reader_s_words(monkeypatch, error, words):
    class Failing:
        def open(self, url, mode):
            raise error

    monkeypatch.setattr("signkit.incoming.fsspec", Failing)
    with pytest.raises(FileProblem) as caught:
        read_location("http://host/x.pdf", 100)
    assert caught.value.detail.ja == words
