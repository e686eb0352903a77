"""Jobs in, jobs out, over several nodes: each is killed (SIGKILL) and started again while clients go on sending.

A PostgreSQL of its own, two or three ``signkit serve`` on it and on one folder of files, clients that send validations
and batches to any node, and at seeded moments one node is killed.  At the end all work must be done: counted are what
was accepted, what is there, and how often.  ``python -m tests.web.api.sweep [--seconds N] [--nodes N] [--seed N]`` does
it by hand; a test does a short one.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.rehearsal.authority import issue_organisation_certificate, new_rsa_key
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import new_rehearsal
from signkit.signers.p12 import Pkcs12Signer
from signkit.signers.software import SoftwareKey
from signkit.signing.levels import Level, Services, sign
from signkit.signing.request import SignatureRequest
from signkit.web.api.access import add_key
from signkit.web.api.service import open_tenants
from signkit.web.api.service_settings import ServiceSettings, create_service
from signkit.web.api.store import list_documents
from signkit.web.api.tenants import Tenant
from tests.web.api.cluster import running_cluster

_PATIENCE = 120.0
_FILES = 3
#: Whoever takes a job up counts its attempts: each is written down, to be counted when the job is gone.
_WATCH = """
    SET search_path = signkit;
    CREATE TABLE taken_up (attempts bigint);
    CREATE FUNCTION note_taken_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = signkit AS
        $$ BEGIN INSERT INTO taken_up VALUES (NEW.attempts); RETURN NULL; END $$;
    CREATE TRIGGER taken_up AFTER UPDATE ON job FOR EACH ROW WHEN (NEW.attempts > OLD.attempts)
        EXECUTE FUNCTION note_taken_up();
"""
_PERMISSIONS = [f"{each}:{way}" for each in ("validations", "batches", "jobs") for way in ("read", "write")]


class Node:
    """``signkit serve`` on a port that stays its own, however often it is started."""

    def __init__(self, folder: Path, home: Path, log: Path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._folder, self._home, self._log = folder, home, log
        self.start()

    def start(self):
        command = [sys.executable, "-m", "signkit", "--lang", "en", "serve", str(self._folder)]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)], stderr=log, env=os.environ | {"SIGNKIT_HOME": str(self._home)}
            )

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_PATIENCE)

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None):
        """Return status and JSON; OSError or HTTPException where no answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    def await_answers(self):
        ends = time.monotonic() + _PATIENCE
        while time.monotonic() < ends and self.process.poll() is None:
            with suppress(OSError):
                if self.ask("GET", "/health", {})[0] == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"the node does not answer: {self._log.read_text()[-2000:]}")


@dataclass
class Tally:
    """What came of a sweep.

    Attributes:
        accepted: validations of which a client was told that they will be done.
        unheard: answers that never came, so that the client does not know.
        kept: results that are there.
        lost: accepted, and no result.
        unasked: results that nobody was told of, beyond those ``unheard``.
        files, results, doubled: of batches that were begun: files, results, and results more than files.
        begun, again: jobs that a node took up; those that another node had begun, and took along.
        failed: jobs that were left to a person, who let them be tried again.
        left: jobs that were not done in the end.
    """

    kills: int = 0
    accepted: int = 0
    unheard: int = 0
    kept: int = 0
    lost: int = 0
    unasked: int = 0
    files: int = 0
    results: int = 0
    doubled: int = 0
    begun: int = 0
    again: int = 0
    failed: int = 0
    left: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing was lost or done twice."""
        return not (self.lost or self.unasked or self.doubled or self.left) and self.results == self.files

    def __str__(self) -> str:
        return "  ".join(f"{each.name} {getattr(self, each.name)}" for each in fields(self))


@dataclass
class Client:
    """Somebody who sends to any node, and again to another where no answer came."""

    nodes: list[Node]
    key: str
    file: bytes
    rng: random.Random
    stopping: threading.Event
    sent: set[str] = field(default_factory=set)
    batches: set[str] = field(default_factory=set)
    unheard: int = 0

    def run(self):
        for number in range(1_000_000):
            if self.stopping.is_set():
                return
            if number % 8 == 7:
                self.send_batch()
            else:
                self.send_validation()
            time.sleep(0.1)

    def send_validation(self):
        answer = self.insist("POST", "/api/v1/validations", self.pdf(), "application/pdf", prefer="respond-async")
        if answer is not None:
            self.sent.add(answer["id"])

    def send_batch(self):
        made = self.insist("POST", "/api/v1/batches", b"{}")
        if made is None:
            return
        address = f"/api/v1/batches/{made['id']}"
        for number in range(_FILES):
            self.insist("PUT", f"{address}/files/{number}.pdf", self.pdf(), "application/pdf")
        while self.insist("GET", address)["state"] == "open":
            self.insist("POST", f"{address}/start", b"")
        self.batches.add(made["id"])

    def insist(self, method, path, body=None, media_type="application/json", **headers):
        """Ask until there is an answer; None where a killed node took it along whether it was done."""
        repeatable = {"Idempotency-Key": secrets.token_hex(8)} if method == "POST" else {}
        told = {"Authorization": f"Bearer {self.key}", "Content-Type": media_type, **repeatable, **headers}
        ends = time.monotonic() + _PATIENCE
        while time.monotonic() < ends:
            with suppress(OSError, http.client.HTTPException):
                status, answer = self.rng.choice(self.nodes).ask(method, path, told, body)
                if status < 300:
                    return answer
                if answer["code"] in ("idempotency-busy", "batch-state"):
                    self.unheard += answer["code"] == "idempotency-busy"
                    return None
                assert status == 503, answer
            time.sleep(0.05)
        raise AssertionError(f"no node answers {method} {path}")

    def pdf(self) -> bytes:
        return self.file + b"%" + secrets.token_hex(8).encode()  # each is another file


@contextmanager
def running_nodes(cluster, folder: Path, count: int) -> Iterator[tuple[list[Node], Tenant, str, str]]:
    """Give nodes on one database and one folder of files, a tenant of theirs, its key, and the database."""
    url = cluster.database()
    service = folder / "service"
    create_service(service)
    (service / "service.toml").write_text(f'workers = 1\nrequests_a_minute = 1000000\ndatabase = "{url}"\n')
    tenants = open_tenants(service, ServiceSettings(database=url))
    tenant = tenants.add("株式会社架空")
    with tenant.store.writing() as connection:
        _, key = add_key(connection, tenant, "sweep", _PERMISSIONS)
    nodes = [Node(service, folder / "home", folder / f"node{number}.log") for number in range(count)]
    try:
        for each in nodes:
            each.await_answers()
        yield nodes, tenant, key, url
    finally:
        for each in nodes:
            each.kill()
        tenants.close()


def signed_contract() -> bytes:
    """Return a contract with a signature, so that judging it takes a while."""
    template, pki = find_template("real-estate-sale"), new_rehearsal()
    key = new_rsa_key()
    certificate = issue_organisation_certificate(pki.service_ca, "Sweep", "Sweep", key, utc_now())
    signer = Pkcs12Signer(SoftwareKey.of(key, "sweep"), certificate.public_bytes(Encoding.DER), ())
    blank = render_contract(template, load_contract_data(template.folder / "example.yaml")).pdf
    services = Services([pki.timestamps()], [pki.revocation()], [])
    return sign(blank, SignatureRequest("seller", "Sweep", utc_now()), signer, Level.B_T, services).pdf


def sweep(cluster, folder: Path, file: bytes, *, nodes: int, seconds: float, seed: int) -> Tally:
    """Kill nodes for so long while clients send; then let all be done, and count."""
    rng, stopping, tally = random.Random(seed), threading.Event(), Tally()
    with running_nodes(cluster, folder, nodes) as (running, tenant, key, url):
        owner = url.replace("signkit_serve", "signkit_owner")
        cluster.sql(_WATCH, owner)
        clients = [Client(running, key, file, random.Random(seed + 1 + number), stopping) for number in range(2)]
        threads = [threading.Thread(target=each.run) for each in clients]
        for each in threads:
            each.start()
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            time.sleep(rng.uniform(0.5, 4.0))
            _await_one(running)
            unlucky = rng.choice(running)  # which may be on its way up as well
            unlucky.kill()
            tally.kills += 1
            time.sleep(rng.uniform(0.0, 1.0))
            unlucky.start()
        stopping.set()
        for each in threads:
            each.join()
        for each in running:
            each.await_answers()
        tally.failed = _finish(tenant)
        _count(tally, tenant, clients)
        counted = "SELECT COUNT(*), COUNT(*) FILTER (WHERE attempts > 1) FROM signkit.taken_up"
        tally.begun, tally.again = cluster.rows(counted, owner)[0]
    return tally


def _await_one(nodes: list[Node]) -> None:
    """Wait until a node answers: on a slow machine all might be on their way up for ever."""
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        for each in nodes:
            with suppress(OSError, http.client.HTTPException):
                if each.ask("GET", "/health", {})[0] == 200:
                    return
        time.sleep(0.1)
    raise AssertionError("no node answers")


def _finish(tenant) -> int:
    """Wait until all is done; what was left to a person is tried again by one.  Return how often that was."""
    retried, left, ends = 0, 0, time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        with tenant.store.writing() as connection:
            retried += connection.execute(
                "UPDATE job SET state = 'ready', attempts = 0, problem = NULL WHERE state = 'failed'"
            ).rowcount
            before, left = left, connection.execute("SELECT COUNT(*) FROM job").fetchone()[0]
        if left == 0:
            break
        if left != before:  # a machine that does other work is slow
            ends = time.monotonic() + _PATIENCE
        time.sleep(0.2)
    return retried


def _count(tally: Tally, tenant, clients: list[Client]) -> None:
    sent = set().union(*(each.sent for each in clients))
    batches = set().union(*(each.batches for each in clients))
    tally.unheard = sum(each.unheard for each in clients)
    with tenant.store.reading() as connection:
        kept = [each.id for each in list_documents(connection, "validation", None, 1_000_000)]
        done = connection.execute(
            "SELECT batch, COUNT(*), COUNT(ended), COALESCE(MAX(ended), 0) FROM batch_file GROUP BY batch"
        ).fetchall()
        tally.left = connection.execute("SELECT COUNT(*) FROM job").fetchone()[0]
    tally.accepted, tally.kept = len(sent), len(kept)
    tally.lost = len(sent - set(kept))
    tally.unasked = max(0, len(set(kept) - sent) - tally.unheard)
    tally.files = len(batches) * _FILES
    tally.results = sum(results for batch, _, results, _ in done if batch in batches)
    # The count of a batch's ends goes on with every result that was ever kept.
    tally.doubled = (
        len(kept) - len(set(kept)) + sum(max(0, last - files) for batch, files, _, last in done if batch in batches)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--seed", type=int, default=18)
    chosen = parser.parse_args()
    with running_cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        tally = sweep(
            cluster, Path(folder), signed_contract(), nodes=chosen.nodes, seconds=chosen.seconds, seed=chosen.seed
        )
    print(tally, flush=True)
    raise SystemExit(not tally.is_whole)


if __name__ == "__main__":
    main()
