"""The desk: the first page after the start, a page's picture, the list of a thousand contracts, a signature.

    python benchmarks/desk.py [--smoke]

The pages are asked for over loopback from a desk in this process, as a browser would; the signature is the emulated
card's, with the prompt answered by a program, in the process that the page began while it was read.  Beside a picture
stands what it takes with the PDF opened anew and in full colour (`signkit.preview.page_png`), beside a signature the
same one made by the library in this process.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from starlette.testclient import TestClient

from signkit.archive.adding import add_paper
from signkit.archive.entries import TransactionFacts, TransactionParty
from signkit.preview import page_png
from signkit.settings import Settings
from signkit.web.common.listening import DeskAddress
from signkit.web.common.sessions import Sessions
from signkit.web.desk.app import make_app
from signkit.web.desk.office import Office
from signkit.web.desk.prompted_process import PromptRefusal, environment_of
from signkit.web.desk.rehearsal_desk import lay_out, rehearsal_options
from signkit.web.desk.signing_process import OneOrder

START_TARGET_S, PICTURE_TARGET_MS, LIST_TARGET_MS, SIGN_TARGET_S = 1.0, 50.0, 50.0, 1.0
#: Nobody reads document, role, pages and digest in less.
_READING_S = 4.0
_PINENTRY = """#!{python}
import sys
print("OK", flush=True)
for line in sys.stdin:
    print("D SIGNKIT1\\nOK" if line.startswith("GETPIN") else "OK", flush=True)
"""


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def first_page(home: Path) -> tuple[float, float]:
    """From the command to the start page that a browser opens, of a desk that was used before.

    Returns:
        Seconds on the clock, and of the processor, which do not grow where others work on the machine.
    """
    start, before = time.perf_counter(), os.times()
    command = [sys.executable, "-m", "signkit", "desk", "--no-browser", "--lang", "en"]
    with subprocess.Popen(command, env=environment_of(home), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        next(line for line in process.stderr if "file://" in line)
        took = time.perf_counter() - start
        process.kill()  # at once: what is loaded while the browser begins is not counted
    after = os.times()
    return took, after.children_user + after.children_system - before.children_user - before.children_system


def fill_archive(office: Office, count: int) -> None:
    with office.archive() as archive:
        for number in range(count):
            day = date(2026, 1, 1) + timedelta(days=number % 365)
            facts = TransactionFacts(
                title=f"契約 {number}", date=day, amount=1000 * number, parties=(TransactionParty(f"田中 {number}"),)
            )
            add_paper(archive, facts)


def sign_once(office: Office, folder: Path, program: Path, *, reading: float) -> float:
    """Sign in the process that the desk begins when it shows the page, after somebody read it so many seconds."""
    shelved = office.shelf.listed("prepared")[0]
    target = folder / f"{time.perf_counter_ns()}.pdf"
    options = office.options
    order = OneOrder(
        str(office.path_of(shelved.sha256)), shelved.sha256, str(target), "seller", "card:virtual:takahashi", "B-B",
        "sale", "seller", 6, "en", (), options.trust, "pinentry", str(program),
    )  # fmt: skip
    environment = environment_of(office.settings.home)
    if reading:
        office.ahead.begin(environment)
        time.sleep(reading)
    start = time.perf_counter()
    answer = office.ahead.take(environment).run(order, lambda _: None)
    assert not isinstance(answer, PromptRefusal), answer.message.en
    assert target.is_file()
    return time.perf_counter() - start


def sign_here(office: Office) -> float:
    import signkit
    from signkit.signing.terms import SignatureTerms

    path = office.path_of(office.shelf.listed("prepared")[0].sha256)
    start = time.perf_counter()
    with signkit.open_signer(
        "card:virtual:takahashi", lambda _: bytearray(b"SIGNKIT1"), settings=office.settings
    ) as key:
        signkit.sign(path, SignatureTerms("seller"), key)
    return time.perf_counter() - start


def main() -> None:
    smoke = "--smoke" in sys.argv
    rounds, contracts = (1, 20) if smoke else (9, 1000)
    folder = Path(tempfile.mkdtemp())
    program = folder / "pinentry"
    program.write_text(_PINENTRY.format(python=sys.executable))
    program.chmod(0o700)
    office = Office(replace(rehearsal_options(Settings(home=folder / "home"), "ja"), program=str(program)))
    try:
        lay_out(office)
        fill_archive(office, contracts)
        address, sessions = DeskAddress("benchmark.localhost", 1), Sessions()
        with TestClient(make_app(office, address, sessions), base_url=f"http://{address.hosts[0]}") as client:
            client.get(f"/start?token={sessions.start_token}")
            listed = milliseconds(lambda: client.get("/contracts").raise_for_status(), rounds)
        shelved = office.shelf.listed("prepared")[0]
        path = office.path_of(shelved.sha256)
        data = path.read_bytes()
        office.page_facts(shelved.sha256)

        def draw(page: int) -> None:
            office.pictures.png(path, shelved.sha256, page, 1000)
            for kept in (office.options.home / "pictures").glob("*.png"):
                kept.unlink()

        draw(0)
        picture = milliseconds(lambda: draw(1), rounds)
        anew = milliseconds(lambda: page_png(data, 1), rounds)
        here = min(sign_here(office) for _ in range(min(rounds, 3)))
        signed = min(sign_once(office, folder, program, reading=_READING_S) for _ in range(min(rounds, 3)))
        at_once = min(sign_once(office, folder, program, reading=0) for _ in range(min(rounds, 3)))
        start, start_cpu = min(first_page(folder / "home2") for _ in range(min(rounds, 3)))
    finally:
        office.close()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"from the command to the start page   {start:8.2f} s   (target {START_TARGET_S:g})")
    print(f"  of the processor                   {start_cpu:8.2f} s")
    print(f"list of {contracts} contracts, first page {listed:8.1f} ms  (target {LIST_TARGET_MS:g})")
    print(f"a page's picture, warm               {picture:8.1f} ms  (target {PICTURE_TARGET_MS:g})")
    print(f"  ratio to page_png, opened anew     {picture / anew:8.2f}")
    print(f"a signature by its own process       {signed:8.2f} s")
    print(f"  beyond the same in this process    {signed - here:8.2f} s   (target {SIGN_TARGET_S:g})")
    print(f"  by one that was not begun before   {at_once:8.2f} s")


if __name__ == "__main__":
    main()
