"""The guide's tour by curl, as it stands (but for the port), against a service that its own first lines start."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys

import pytest

from signkit.client import Client
from tests.client.serving import served
from tests.readme_blocks import python_blocks

GUIDES = ["docs/guides/service.md", "docs/ja/guides/service.md"]


def _shell(repository, guide):
    text = (repository / guide).read_text(encoding="utf-8")
    return "".join(re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL))


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="needs curl and bash")
@pytest.mark.parametrize("guide", GUIDES)
def test_the_tour_by_curl(repository, blank, tmp_path, guide):
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "signkit"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m signkit "$@"\n')
    command.chmod(0o755)
    (tmp_path / "contract.pdf").write_bytes(blank)
    script = (
        _shell(repository, guide)
        .replace("8420", str(_free_port()))
        .replace("serve service &", "serve service --port $PORT &")
    )
    port = re.search(r"127\.0\.0\.1:(\d+)", script)[1]
    done = subprocess.run(
        ["bash", "-c", f"set -e\ntrap 'kill $(jobs -p); wait' EXIT\n{script}"],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
        env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "PORT": port,
             "SIGNKIT_HOME": str(tmp_path / "home"), "PYTHONPATH": str(repository), "SIGNKIT_LANG": "en"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "exit code 3" in done.stdout
    assert "署名" in done.stdout
    verdicts = {
        json.loads((tmp_path / name).read_text())["report"]["verdict"] for name in ("judged.json", "later.json")
    }
    assert verdicts == {"NOT-SIGNED"}
    assert json.loads((tmp_path / "strict.json").read_text())["report"]["policy"] == "strict"
    assert (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")
    results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert sorted(each["name"] for each in results) == ["4711.pdf", "contract.pdf"]
    assert {(each["report"]["verdict"], each["report"]["policy"]) for each in results} == {("NOT-SIGNED", "strict")}
    webhook = json.loads((tmp_path / "webhook.json").read_text())
    assert webhook["secret"].startswith("whsec_")
    assert "secret" not in json.loads((tmp_path / "webhook-now.json").read_text())


def test_both_guides_say_the_same_commands(repository):
    assert _shell(repository, GUIDES[0]) == _shell(repository, GUIDES[1]) != ""


@pytest.mark.slow
@pytest.mark.parametrize("guide", GUIDES)
def test_the_python_of_the_guide(repository, blank, shared, guide):
    [block] = python_blocks((repository / guide).read_text(encoding="utf-8"))
    names: dict[str, object] = {}
    exec(block, names)
    key = shared.client.headers["authorization"].removeprefix("Bearer ")
    with served(shared.client.app) as url:
        assert names["judge"](url, key, blank) == "NOT-SIGNED"
        assert str(Client(url, key).validate(blank, "a.pdf").report.verdict) == "NOT-SIGNED"
