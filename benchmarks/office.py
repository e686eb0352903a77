"""The office: 100 people who click and 10 agents that wait, over loopback; how long pages take, and memory.

    python benchmarks/office.py [--seconds N] [--people N] [--pause SECONDS] [--smoke]

A ``signkit serve`` of its own, one tenant, an archive of a thousand contracts.  Each person has a session and opens
pages that draw nothing (start, lists, a search, a contract, the archive, its journal), with a pause of ``--pause``
seconds on average; each agent keeps a long poll open.  Before it, one person alone, without a pause.  Target: p99 of
the pages at most 200 ms; memory flat.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import psutil
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

sys.path.insert(0, str(Path(__file__).resolve().parent))
from service import memory_of

from signkit.archive.adding import add_paper
from signkit.archive.entries import TransactionFacts, TransactionParty
from signkit.archive.store import utc_now
from signkit.web.agents.devices import add_agent
from signkit.web.agents.proof import make_proof
from signkit.web.api.archives import opened
from signkit.web.api.service_settings import create_service
from signkit.web.api.tenants import Tenant, Tenants
from signkit.web.people.accounts import Person, add_person
from signkit.web.people.sessions import begin_session

_TARGET_MS = 200.0
_ROLES = ("clerk", "clerk", "clerk", "supervisor")


@dataclass
class Times:
    """How long answers took."""

    seconds: list[float] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    def note(self, seconds: float, what: str) -> None:
        self.seconds.append(seconds)
        self.slowest = max(self.slowest, (seconds, what))

    def percentile(self, of_hundred: int) -> float:
        """Return milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, len(ordered) * of_hundred // 100)] * 1000


@dataclass
class Address:
    """A running office."""

    port: int

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("localhost", self.port, timeout=60)


def click(address: Address, cookie: str, pause: float, ends: float, times: Times, count: int) -> None:
    """Be a person until the time is over."""
    rng = random.Random(cookie)
    time.sleep(rng.uniform(0, pause))
    while time.perf_counter() < ends:
        look(address, cookie, rng.choice(pages(rng.randint(1, count))), times)
        if pause:
            time.sleep(min(rng.expovariate(1 / pause), max(0.0, ends - time.perf_counter())))


def look(address: Address, cookie: str, page: str, times: Times) -> None:
    """Open a page, on a connection of its own: after a pause a browser's is closed."""
    start, connection = time.perf_counter(), address.connect()
    headers = {"Cookie": f"signkit-office={cookie}", "Sec-Fetch-Site": "same-origin"}
    connection.request("GET", page, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    times.note(time.perf_counter() - start, page.partition("?")[0])
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{page}: {answer.status} {body[:300]!r}")


def pages(number: int) -> list[str]:
    """Return what people open; nothing of it draws a page of a contract."""
    return ["/", "/contracts", f"/contracts?q=%E7%94%B0%E4%B8%AD+{number}", f"/contracts/{number}", "/archive",
            "/archive/journal", "/new"]  # fmt: skip


def poll(address: Address, key: Ed25519PrivateKey, id_: str, ends: float, times: Times) -> None:
    """Be an agent: ask for a task again and again; each answer comes after its wait, for there is none."""
    connection = address.connect()
    while (left := ends - time.perf_counter()) > 0:
        wait = int(min(20, left)) or 1
        path = f"/agent/v1/tasks?wait={wait}"
        start = time.perf_counter()
        connection.request("GET", path, headers=make_proof(key, id_, "GET", path, b"", utc_now()).headers())
        answer = connection.getresponse()
        body = answer.read()
        times.note(time.perf_counter() - start - wait, path)
        if answer.status != 200:
            raise SystemExit(f"an agent's poll: {answer.status} {body[:300]!r}")


def cpu_of(pid: int) -> float:
    """Return the seconds of processors that a process and its children took, those that have ended since included."""
    first = psutil.Process(pid)
    while first.is_running():
        with contextlib.suppress(
            psutil.NoSuchProcess
        ):  # a child that ends while they are read is in its parent's times
            return sum(sum(each.cpu_times()[:4]) for each in [first, *first.children(recursive=True)])
    raise psutil.NoSuchProcess(pid)


def fill(tenant: Tenant, count: int) -> None:
    """Put contracts into the tenant's archive."""
    with opened(tenant) as archive:
        for number in range(count):
            day = date(2026, 1, 1) + timedelta(days=number % 365)
            parties = (TransactionParty(f"田中 {number}"),)
            add_paper(archive, TransactionFacts(title=f"契約 {number}", date=day, amount=1000, parties=parties))


def seat(tenant: Tenant, number: int) -> tuple[Person, str]:
    """Let a person come in; return them with their cookie."""
    with tenant.store.writing() as connection:
        role = _ROLES[number % len(_ROLES)]
        person = add_person(connection, f"担当 {number}", role, tenant.store.now())
        return person, begin_session(connection, tenant, person)[1]


def pair(tenant: Tenant, person: Person) -> tuple[Ed25519PrivateKey, str]:
    """Pair an agent of a person; return its key and its id."""
    key = Ed25519PrivateKey.generate()
    with tenant.store.writing() as connection:
        public = key.public_key().public_bytes_raw()
        agent = add_agent(connection, person, "PC", public, tenant.store.now())
    return key, f"{tenant.id}.{agent.id}"


def serve(folder: Path, port: int) -> subprocess.Popen[str]:
    """Start the office's server and wait until it takes requests."""
    command = [sys.executable, "-m", "signkit", "--lang", "en", "serve", str(folder), "--port", str(port)]
    environment = os.environ | {"SIGNKIT_HOME": str(folder / "home")}
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    line = server.stderr.readline()
    if "requests at" not in line:
        raise SystemExit(line)
    return server


def run_all(threads: list[threading.Thread]) -> None:
    """Start threads and wait for them."""
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--pause", type=float, default=5.0, help="of each person between two pages, on average")
    parser.add_argument("--smoke", action="store_true", help="a small round")
    chosen = parser.parse_args()
    people, agents, seconds, count = (8, 2, 2.0, 20) if chosen.smoke else (chosen.people, 10, chosen.seconds, 1000)
    pause = 0.5 if chosen.smoke else chosen.pause
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "service"
        create_service(folder)
        (folder / "service.toml").write_text(f'origin = "http://localhost:{port}"\n')
        tenant = Tenants(folder).add("株式会社架空")
        fill(tenant, count)
        seats = [seat(tenant, number) for number in range(people)]
        paired = [pair(tenant, person) for person, _ in seats[:agents]]
        server, address = serve(folder, port), Address(port)
        try:
            measure(address, server.pid, [cookie for _, cookie in seats], paired, seconds, pause, count)
        finally:
            server.terminate()
            server.wait(60)
            assert server.stderr is not None
            server.stderr.close()


def measure(
    address: Address,
    pid: int,
    cookies: list[str],
    paired: list[tuple[Ed25519PrivateKey, str]],
    seconds: float,
    pause: float,
    count: int,
) -> None:
    """Put the load on, and print what came of it."""
    first, alone, pages_, polls = Times(), Times(), Times(), Times()
    for page in pages(1):
        look(address, cookies[0], page, first)
    print(f"each page for the first time: the slowest {first.percentile(99):.0f} ms ({first.slowest[1]})")
    click(address, cookies[0], 0.0, time.perf_counter() + seconds / 4, alone, count)
    print(f"one person alone     p50 {alone.percentile(50):7.1f} ms  p99 {alone.percentile(99):7.1f} ms")
    before, worked, ends = memory_of(pid), cpu_of(pid), time.perf_counter() + seconds
    run_all(
        [threading.Thread(target=click, args=(address, each, pause, ends, pages_, count)) for each in cookies]
        + [threading.Thread(target=poll, args=(address, key, id_, ends, polls)) for key, id_ in paired]
    )
    p99 = pages_.percentile(99)
    print(
        f"{len(cookies)} people, {len(paired)} agents  p50 {pages_.percentile(50):7.1f} ms  p99 {p99:7.1f} ms  "
        f"{len(pages_.seconds) / seconds:6.1f} pages /s, the slowest {pages_.slowest[1]}"
    )
    print(f"processor time {(cpu_of(pid) - worked) / len(pages_.seconds) * 1000:.1f} ms a page, polls included")
    late = statistics.median(polls.seconds) * 1000
    print(f"agents' polls: {len(polls.seconds)}, each {late:.0f} ms later than its wait")
    print(f"memory (PSS) {before:.0f} MB at the start, {memory_of(pid):.0f} MB at the end")
    print(f"ratio to one person alone (p99): {p99 / alone.percentile(99):.2f}")
    print(f"ratio to the target ({_TARGET_MS:.0f} ms at p99): {p99 / _TARGET_MS:.2f}")


if __name__ == "__main__":
    main()
