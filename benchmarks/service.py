"""The service under load: documents a second, p50 and p99, memory, against EU DSS behind a minimal HTTP server.

    python benchmarks/service.py [--seconds N] [--soak MINUTES] [--smoke]

One file, a sales contract with three signatures at B-LTA, sent over loopback by 1, 4 and 16 clients to
``signkit serve`` and to DSS (as many threads as cores, the JVM's own settings), in turn.  Each answer is looked at: it
must pass.  DSS needs a JDK and Maven; the floor (one process that judges, without HTTP) is printed in any case.
``--soak`` prints the service's memory, files and processes every minute.  Target: at least 20 times DSS's documents a
second.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from asn1crypto import pem

sys.path.insert(0, str(Path(__file__).resolve().parent))
from validate import make_files, milliseconds

from signkit.pki.anchors import default_trust_store
from signkit.rehearsal.pki import new_rehearsal
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf

_HERE = Path(__file__).resolve().parent
_CLIENTS = (1, 4, 16)


class Load:
    """What came of one load: the seconds of each answer, and of all of it."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.seconds = 0.0

    @property
    def rate(self) -> float:
        """Documents a second."""
        return len(self.times) / self.seconds

    def line(self, name: str, clients: int, memory: float) -> str:
        """Tell it."""
        ordered = sorted(self.times)
        p50, p99 = statistics.median(ordered) * 1000, ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] * 1000
        return (
            f"{name:10} {clients:3} clients {self.rate:8.1f} /s  p50 {p50:8.1f} ms  p99 {p99:8.1f} ms  {memory:6.0f} MB"
        )


def put_load(address: str, headers: dict[str, str], pdf: bytes, passed: bytes, clients: int, seconds: float) -> Load:
    """Send the file from ``clients`` threads, each on a connection of its own, for so long."""
    load, place, begun = Load(), urlsplit(address), time.perf_counter()
    wrong: list[bytes] = []

    def be_client() -> None:
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=120)
        while time.perf_counter() - begun < seconds and not wrong:
            start = time.perf_counter()
            connection.request("POST", place.path, pdf, headers)
            answer = connection.getresponse().read()
            load.times.append(time.perf_counter() - start)
            if passed not in answer:
                wrong.append(answer)

    threads = [threading.Thread(target=be_client) for _ in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if wrong:
        raise SystemExit(f"an answer does not pass: {wrong[0][:500]!r}")
    load.seconds = time.perf_counter() - begun
    return load


def memory_of(pid: int) -> float:
    """Return the megabytes that a process and its children hold, what they share counted once (PSS)."""
    first = psutil.Process(pid)
    total = 0
    for each in [first, *first.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += each.memory_full_info().pss
    return total / 1e6


@contextlib.contextmanager
def running_service(folder: Path, trust: bytes) -> Iterator[tuple[str, dict[str, str], int]]:
    """Run ``signkit serve``; give the address, the headers and the process."""
    (folder / "trust").mkdir()
    (folder / "trust" / "ca.pem").write_bytes(trust)
    environment = os.environ | {"SIGNKIT_HOME": str(folder / "home"), "SIGNKIT_TRUST_FOLDERS": str(folder / "trust")}
    signkit = [sys.executable, "-m", "signkit", "--lang", "en"]
    said: dict[str, Any] = {"env": environment, "check": True, "capture_output": True, "text": True}
    service = str(folder / "service")
    subprocess.run([*signkit, "service", "init", service], **said)
    (folder / "service" / "service.toml").write_text("requests_a_minute = 10000000\n")
    tenant = subprocess.run([*signkit, "service", "tenant", "add", service, "benchmark"], **said).stdout.strip()
    key = subprocess.run([*signkit, "service", "key", "add", service, tenant], **said).stdout.strip()
    server = subprocess.Popen(
        [*signkit, "serve", service, "--port", "0"], env=environment, stderr=subprocess.PIPE, text=True
    )
    assert server.stderr is not None
    address = server.stderr.readline().split("requests at ")[1].split(" ")[0]
    try:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/pdf"}
        yield f"{address}api/v1/validations", headers, server.pid
    finally:
        server.terminate()
        server.wait(60)
        server.stderr.close()


@contextlib.contextmanager
def running_dss(folder: Path, trust: bytes) -> Iterator[tuple[str, int] | None]:
    """Build and run DSS; None where Java or Maven are missing."""
    if not (shutil.which("javac") and shutil.which("mvn")):
        yield None
        return
    classpath, pom = folder / "classpath", _HERE.parent / "tests" / "witnesses" / "pades" / "pom.xml"
    build = ["mvn", "-q", "-B", "-f", str(pom), "dependency:build-classpath", f"-Dmdep.outputFile={classpath}"]
    subprocess.run(build, check=True, capture_output=True)
    path = f"{folder}:{classpath.read_text().strip()}"
    subprocess.run(["javac", "-d", str(folder), "-cp", path, str(_HERE / "DssServer.java")], check=True)
    files = []
    for number, (_, _, der) in enumerate(pem.unarmor(trust, multiple=True)):
        files.append(str(folder / f"{number}.der"))
        Path(files[-1]).write_bytes(der)
    server = subprocess.Popen(
        ["java", "-Djava.awt.headless=true", "-cp", path, "DssServer", *files],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}/", server.pid
    finally:
        server.communicate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each load")
    parser.add_argument("--soak", type=int, default=0, metavar="MINUTES", help="put 4 clients' load on for so long")
    parser.add_argument("--smoke", action="store_true", help="a small round")
    arguments = parser.parse_args()
    seconds = 1.0 if arguments.smoke else arguments.seconds
    pki = new_rehearsal()
    pdf = make_files(pki)["three signatures, B-LTA"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running_service(folder, pki.trust_pem()) as (address, headers, pid):

            def load_service(clients: int, seconds: float) -> Load:
                return put_load(address, headers, pdf, b'"verdict":"TOTAL-PASSED"', clients, seconds)

            if arguments.soak:
                soak(pid, arguments.soak, lambda: load_service(4, 60))
                return
            load_service(2, seconds / 2)
            best = compare("signkit", load_service, pid, seconds, (1, 2) if arguments.smoke else _CLIENTS)
        floor = judged_a_second(pdf, pki.trust_pem(), seconds)
        print(f"ratio to the floor (one process that judges, no HTTP): {best / floor:.2f}")
        if not arguments.smoke:
            against_dss(folder, pki.trust_pem(), pdf, seconds, best)


def compare(name: str, put: Callable[[int, float], Load], pid: int, seconds: float, clients: tuple[int, ...]) -> float:
    """Print a line for each count of clients; return the most documents a second."""
    best = 0.0
    for count in clients:
        load = put(count, seconds)
        print(load.line(name, count, memory_of(pid)), flush=True)
        best = max(best, load.rate)
    return best


def against_dss(folder: Path, trust: bytes, pdf: bytes, seconds: float, best: float) -> None:
    """Put the same load on DSS, and print the ratio."""
    with running_dss(folder, trust) as dss:
        if dss is None:
            print("DSS: no JDK or Maven here")
            return
        address, pid = dss

        def load_dss(clients: int, seconds: float) -> Load:
            return put_load(address, {}, pdf, b"TOTAL_PASSED", clients, seconds)

        load_dss(4, seconds * 2)  # the JVM's compiler has seen it by then
        print(f"ratio to EU DSS's documents a second: {best / compare('EU DSS', load_dss, pid, seconds, _CLIENTS):.1f}")


def judged_a_second(pdf: bytes, trust: bytes, seconds: float) -> float:
    """Return how many documents this process judges a second, without a service."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "ca.pem"
        file.write_bytes(trust)
        options = ValidationOptions(trust=default_trust_store([file]), offline=True)
    times, ends = [], time.perf_counter() + seconds
    while time.perf_counter() < ends:
        times.append(milliseconds(lambda: validate_pdf(pdf, name="contract.pdf", options=options)))
    return 1000 / statistics.median(times)


def soak(pid: int, minutes: int, put: Callable[[], Load]) -> None:
    """Put a load on for so long; print what the service holds after each minute."""
    first = psutil.Process(pid)
    for minute in range(1, minutes + 1):
        load = put()
        files, processes = first.num_fds(), len(first.children(recursive=True))
        print(
            f"minute {minute:3}  {load.rate:6.1f} /s  {memory_of(pid):6.0f} MB  {files} files  {processes} processes",
            flush=True,
        )


if __name__ == "__main__":
    main()
