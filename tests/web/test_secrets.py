"""Where a passphrase is after signing: nowhere but with the person."""

from __future__ import annotations

import os
import re
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from signkit.web.desk.shelf import Shelf
from tests.requirements import require
from tests.web.browser import make_pinentry
from tests.web.running import running_desk

pytestmark = pytest.mark.slow


def memory_of(process: int) -> bytes:
    """Everything that a process of ours has in memory and may be read."""
    found = []
    with Path(f"/proc/{process}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            area = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if area is not None:
                start, end = int(area[1], 16), int(area[2], 16)
                try:
                    memory.seek(start)
                    found.append(memory.read(end - start))
                except (OSError, ValueError, OverflowError):
                    continue
    return b"".join(found)


def family_of(process: int) -> list[int]:
    threads = Path(f"/proc/{process}/task").iterdir()
    children = [child for thread in threads for child in (thread / "children").read_text().split()]
    return [process, *(each for child in children for each in family_of(int(child)))]


def test_no_secret_is_in_memory_files_or_log_after_signing(tmp_path, rehearsal):
    require(sys.platform == "linux", "hardware: the memory of another process is read on Linux alone")
    import signkit
    from signkit.contracts.template import find_template

    passphrase = secrets.token_hex(20)
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    elsewhere.mkdir()
    pinentry = make_pinentry(elsewhere, passphrase)
    key = elsewhere / "employer.p12"
    key.write_bytes(rehearsal.key_file("廣瀨 渚", "株式会社架空製作所", passphrase.encode(), datetime.now(UTC)))
    template = find_template("employment-agreement")
    pdf = signkit.render("employment-agreement", template.folder / "example.yaml").pdf
    sha256 = Shelf(home / "desk" / "files").put(pdf, "雇用.pdf", "prepared").sha256

    with running_desk(home, "--pinentry", str(pinentry.program)) as desk:
        link = re.search(r'href="(http://127[^"]+)"', desk.start_page.read_text(encoding="utf-8"))[1]
        origin = link.partition("/start")[0]
        with httpx2.Client(base_url=origin, timeout=120) as client:
            client.get(link)
            assert not desk.start_page.exists()
            page = client.get(f"/documents/{sha256}/sign/employer").text
            token = re.search(r'name="csrf" value="([^"]+)"', page)[1]
            answer = client.post(
                f"/documents/{sha256}/sign/employer",
                data={"csrf": token, "key": "p12", "path": str(key)},
                headers={"origin": origin, "sec-fetch-site": "same-origin"},
            )
            job = answer.headers["location"]
            while client.get(f"{job}/state").json()["state"] == "working":
                pass
            done = client.get(job, follow_redirects=True)
            assert "署名しました" in done.text, done.text
            assert pinentry.asked.exists()  # the secret was given
        needle = passphrase.encode()
        family = family_of(desk.process.pid)
        assert len(family) > 1
        memory = {process: memory_of(process) for process in family}
        assert token.encode() in memory[desk.process.pid]  # the dump finds what is there
        assert [process for process, found in memory.items() if needle in found] == []
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and elsewhere not in path.parents]
    assert len(kept) > 2
    assert [path for path in kept if needle in path.read_bytes()] == []
    assert os.fsencode(passphrase) not in (tmp_path / "desk.log").read_bytes()
