"""What a document costs over PostgreSQL: processors, rows, transactions, write-ahead log, disk, network, memory.

    python benchmarks/nodes.py [--documents N] [--smoke]

One ``signkit serve`` with one worker, a file of three signatures at B-LTA (as ``benchmarks/service.py`` sends), first
with SQLite, then with a PostgreSQL of its own (Debian's package), judged at once and later (``Prefer: respond-async``).
All is counted for a document, in time of processors: what else the machine does counts little.  From these
docs/reference/speed.md reckons what a million documents a day needs.
"""

from __future__ import annotations

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from office import cpu_of
from service import memory_of
from validate import make_files

from signkit.rehearsal.pki import new_rehearsal
from signkit.web.api.access import add_key
from signkit.web.api.service import open_tenants
from signkit.web.api.service_settings import create_service, read_service_settings
from signkit.web.api.tenants import Tenant
from tests.web.api.cluster import Cluster, running_cluster

_PERMISSIONS = ["validations:read", "validations:write", "jobs:read"]
_COUNTED = """
    SELECT (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables),
           (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()),
           pg_current_wal_lsn() - '0/0'::pg_lsn, pg_database_size(current_database())
"""


@dataclass
class Node:
    """A running node.

    Attributes:
        pid: of its process.
        tenant: in whose name is asked.
    """

    pid: int
    address: str
    headers: dict[str, str]
    tenant: Tenant


@contextmanager
def running_node(folder: Path, trust: bytes, database: str | None) -> Iterator[Node]:
    """Run a node with one worker."""
    create_service(folder)
    named = f'database = "{database}"\n' if database else ""
    (folder / "service.toml").write_text(f"workers = 1\nrequests_a_minute = 10000000\n{named}")
    (folder / "trust").mkdir()
    (folder / "trust" / "ca.pem").write_bytes(trust)
    tenants = open_tenants(folder, read_service_settings(folder))
    tenant = tenants.add("benchmark")
    with tenant.store.writing() as connection:
        _, key = add_key(connection, tenant, "benchmark", _PERMISSIONS)
    environment = os.environ | {"SIGNKIT_HOME": str(folder / "home"), "SIGNKIT_TRUST_FOLDERS": str(folder / "trust")}
    command = [sys.executable, "-m", "signkit", "--lang", "en", "serve", str(folder), "--port", "0"]
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        address = server.stderr.readline().split("requests at ")[1].split(" ")[0]
        yield Node(server.pid, address, {"Authorization": f"Bearer {key}", "Content-Type": "application/pdf"}, tenant)
    finally:
        server.terminate()
        server.wait(60)
        server.stderr.close()
        tenants.close()


def judge_now(node: Node, pdf: bytes, count: int) -> int:
    """Have documents judged at once; return the bytes that the last answer had."""
    return _send(node, pdf, count, {}, (201, b'"verdict":"TOTAL-PASSED"'))


def judge_later(node: Node, pdf: bytes, count: int) -> int:
    """Have documents judged as jobs, and wait until all are done."""
    size = _send(node, pdf, count, {"Prefer": "respond-async"}, (202, b'"job"'))
    while True:
        with node.tenant.store.reading() as connection:
            if connection.execute("SELECT COUNT(*) FROM job").fetchone()[0] == 0:
                return size
        time.sleep(0.2)


def _send(node: Node, pdf: bytes, count: int, more: dict[str, str], expected: tuple[int, bytes]) -> int:
    place, size = urlsplit(node.address), 0
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=120)
    for _ in range(count):
        connection.request("POST", "/api/v1/validations", pdf, node.headers | more)
        answer = connection.getresponse()
        said = answer.read()
        size = len(said)
        if answer.status != expected[0] or expected[1] not in said:
            raise SystemExit(f"{answer.status} {said[:300]!r}")
    connection.close()
    return size


def counted(cluster: Cluster, url: str) -> list[int]:
    """Return rows written, transactions, bytes of the log and of the disk, so far."""
    time.sleep(2)  # backends report once a second
    return [int(each) for each in cluster.rows(_COUNTED, url.replace("signkit_serve", "postgres"))[0]]


def postgres_pid(cluster: Cluster) -> int:
    return int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])


def measure(name: str, node: Node, pdf: bytes, count: int, cluster: Cluster | None, url: str) -> float:
    """Print what a document costs, now and later; return the processor's milliseconds of one that is judged at once."""
    least = 0.0
    for way, judge in (("at once", judge_now), ("later", judge_later)):
        judge(node, pdf, max(2, count // 10))
        worked, answering, database = (
            cpu_of(node.pid),
            _own(node.pid),
            cpu_of(postgres_pid(cluster)) if cluster else 0.0,
        )
        before = counted(cluster, url) if cluster else []
        size = judge(node, pdf, count)
        cost = (cpu_of(node.pid) - worked) / count * 1000
        own = (_own(node.pid) - answering) / count * 1000
        print(
            f"{name:10} {way:8} {cost:6.1f} ms of processor a document, {own:.1f} of them in the process that answers, "
            f"answer {size} bytes", end="",
        )  # fmt: skip
        if cluster:
            told = [(after - then) / count for after, then in zip(counted(cluster, url), before, strict=True)]
            spent = (cpu_of(postgres_pid(cluster)) - database) / count * 1000
            print(
                f"; PostgreSQL {spent:.1f} ms, {told[0]:.1f} rows, {told[1]:.1f} transactions, "
                f"{told[2] / 1000:.1f} kB log, {told[3] / 1000:.1f} kB disk", end="",
            )  # fmt: skip
        print(flush=True)
        least = least or cost
    return least


def look_for_work(node: Node, cluster: Cluster, folder: Path, more: int) -> None:
    """Print what it costs to find nothing to do, by tenant."""
    tenants = open_tenants(folder, read_service_settings(folder))
    seconds, spent = 5, []
    for _ in range(2):
        before = cpu_of(node.pid), cpu_of(postgres_pid(cluster))
        time.sleep(seconds)
        spent.append((cpu_of(node.pid) - before[0], cpu_of(postgres_pid(cluster)) - before[1]))
        if len(spent) == 1:
            for number in range(more):
                tenants.add(f"{number}")
            time.sleep(2)
    tenants.close()
    own, database = ((spent[1][each] - spent[0][each]) / seconds / more * 1000 for each in (0, 1))
    print(f"looking for work: {own:.2f} ms a second of the node and {database:.2f} ms of PostgreSQL for each tenant")


def _own(pid: int) -> float:
    return sum(psutil.Process(pid).cpu_times()[:2])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--smoke", action="store_true", help="a small round")
    chosen = parser.parse_args()
    count = 5 if chosen.smoke else chosen.documents
    pki = new_rehearsal()
    pdf = make_files(pki)["three signatures, B-LTA"]
    print(f"the file: {len(pdf)} bytes")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running_node(folder / "sqlite", pki.trust_pem(), None) as node:
            alone = measure("SQLite", node, pdf, count, None, "")
        with running_cluster() as cluster:
            url = cluster.database()
            with running_node(folder / "postgresql", pki.trust_pem(), url) as node:
                shared = measure("PostgreSQL", node, pdf, count, cluster, url)
                each = [psutil.Process(node.pid), *psutil.Process(node.pid).children()]
                sizes = ", ".join(f"{process.memory_full_info().pss / 1e6:.0f}" for process in each)
                print(f"memory (PSS) of a node {memory_of(node.pid):.0f} MB: its process and its worker {sizes} MB")
                look_for_work(node, cluster, folder / "postgresql", 2 if chosen.smoke else 50)
    print(f"ratio to SQLite (processor of the node, at once): {shared / alone:.2f}")


if __name__ == "__main__":
    main()
