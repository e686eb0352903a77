"""What a person is told before a secret is asked for."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from signkit.cli.terminal import secret_reader
from signkit.signers.base import SecretRequest


@pytest.mark.parametrize(
    ("request_", "english", "japanese"),
    [
        (SecretRequest("token-pin", "Office"), "", ""),
        (SecretRequest("signature-password", "card", 5), "5 tries left.\n", "残り5回です。\n"),
        (
            SecretRequest("token-pin", "Office", 1),
            "1 try left: a wrong entry locks it.\n",
            "残り1回です。間違えるとロックされます。\n",
        ),
        (
            SecretRequest("token-pin", "Office", after_wrong=True),
            "A wrong PIN was entered since the last right one; the token does not say how many tries are left.\n",
            "前回の正しい入力のあとに、誤った PIN が入力されています。残り回数はトークンから得られません。\n",
        ),
    ],
    ids=["nothing known", "five tries", "last try", "after a wrong PIN"],
)
def test_the_state_of_a_secret_is_told_before_it_is_read(request_, english, japanese, monkeypatch, capsys):
    for language, told in (("en", english), ("ja", japanese)):
        monkeypatch.setattr("signkit.cli.language.LANGUAGE", language)
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"secret\r\n")))
        assert secret_reader(from_stdin=True)(request_) == b"secret"
        assert capsys.readouterr().err == told
