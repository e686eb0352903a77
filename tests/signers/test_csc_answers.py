"""A hostile service: whatever stands in its answers, they are read or refused, never an internal error."""

from __future__ import annotations

import base64
import random
from typing import Any

import pytest

from signkit.errors import SignKitError
from signkit.settings import Settings
from signkit.signers.csc import CscSigner, parse_csc_uri
from tests.validation import pki

_ODD = (
    None, True, 0, -1, 10**30, float("nan"), "", "x", "\ud800", "enabled", "valid", "explicit", "implicit", [], {},
    [None], [1], [[]], {"id": "PIN"}, [{"id": []}], {"presence": None}, {"presence": "true"},
)  # fmt: skip


def answers(der: bytes, seed: int) -> Any:
    """Return what credentials/info says of a good credential, changed in one to three places."""
    choice = random.Random(seed)
    told: Any = {
        "cert": {"status": "valid", "certificates": [base64.b64encode(der).decode()]},
        "key": {"status": "enabled", "algo": ["1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11"]},
        "auth": {"mode": "explicit", "objects": [{"id": "PIN"}]},
        "authMode": "explicit",
        "PIN": {"presence": "true"},
    }
    for _ in range(choice.choice((1, 1, 2, 3))):
        told = _changed(told, choice, der)
    return told if isinstance(told, dict) else {}


def _changed(value: Any, choice: random.Random, der: bytes) -> Any:
    if isinstance(value, dict) and value and choice.random() < 0.8:
        key = choice.choice(list(value))
        return value | {key: _changed(value[key], choice, der)}
    if isinstance(value, list) and value and choice.random() < 0.5:
        at = choice.randrange(len(value))
        return [*value[:at], _changed(value[at], choice, der), *value[at + 1 :]]
    if isinstance(value, str) and len(value) > 100 and choice.random() < 0.7:
        flipped = bytearray(der)
        flipped[choice.randrange(len(der))] ^= 1 << choice.randrange(8)
        return base64.b64encode(flipped).decode()
    return choice.choice(_ODD)


@pytest.mark.slow
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_credential_of_any_shape_is_taken_or_refused(monkeypatch, tmp_path, version):
    der = pki.issue(pki.authority()).der
    outcomes = set()
    for seed in range(1500):
        monkeypatch.setattr(CscSigner, "_call", lambda *_, seed=seed: answers(der, seed))
        service = parse_csc_uri(f"https://sign.example/csc/{version}/#alice")
        try:
            with CscSigner(service, lambda _: bytearray(b"1234"), Settings(home=tmp_path)):
                outcomes.add("taken")
        except SignKitError as error:
            outcomes.add(error.code)
    assert outcomes == {"taken", "csc-failed", "csc-unsupported"}
