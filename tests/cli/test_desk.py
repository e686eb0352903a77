"""``signkit desk`` where it cannot begin."""

from __future__ import annotations

import socket
import sys

import pytest

from tests.command import run_signkit


@pytest.mark.slow
def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("signkit.web.desk", "uvicorn"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    answer = run_signkit("desk", "--no-browser", home=tmp_path)
    assert answer.error is not None
    assert answer.error.code == "extra-missing"
    assert "[web]" in answer.stderr


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_port_that_is_taken_is_told(tmp_path, lang):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        answer = run_signkit("desk", "--no-browser", "--port", port, home=tmp_path, lang=lang)
    assert answer.error is not None
    assert answer.error.code == "port-taken"
    assert "--port" in answer.stderr
    assert f"127.0.0.1:{port}" in answer.stderr
