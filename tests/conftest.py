"""Fixtures that every room's tests use: one rehearsal PKI, one rendered contract, signers with keys."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.requirements import require

if not any(each.startswith("--card-serial") for each in sys.argv):  # tests/hardware goes to the reader that is there
    import tests.card.bench  # noqa: F401  sets PCSCLITE_CSOCK_NAME before any test can use PC/SC

#: Where Python is told to write no bytecode, it reads 300 files of tests anew in each run, and all of SignKit in every
#: process that a test starts: half of a command's time.  So it is kept outside the folders of the source.
if sys.dont_write_bytecode:
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(__file__).resolve().parent.parent / "build" / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

#: What may be skipped even where everything else is at hand: each begins its reason so.
_NEVER_REQUIRED = ("hardware:",)


#: Whoever asks for one of these is slow: programs of strangers that take seconds to start, and a service of one's own,
#: whose tables, worker process and end take half a second.
_SLOW_FIXTURES = {"libreoffice", "verapdf", "dss", "offices", "running", "tried"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is said to be at hand (SIGNKIT_REQUIRE_ALL=1), a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or os.environ.get("SIGNKIT_REQUIRE_ALL") != "1":
        return
    reasons = [report.longrepr[2].removeprefix("Skipped: ") for report in reporter.stats.get("skipped", ())]
    missed = [reason for reason in reasons if not reason.startswith(_NEVER_REQUIRED)]
    if missed and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"{len(missed)} tests were skipped that should run here: {missed[0]}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def bench():
    """A running PC/SC service with two virtual readers, for this worker alone."""
    from tests.card import bench as bench_module

    lack = bench_module.missing()
    require(lack is None, lack or "")
    running = bench_module.Bench()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def rehearsal():
    from signkit.rehearsal.pki import new_rehearsal

    return new_rehearsal()


@pytest.fixture(scope="session")
def kept_home(tmp_path_factory):
    """A home with the kept rehearsal and the cards of the profiles whose contents differ: made once, then copied."""
    from tests.made_once import lay_rehearsal

    home = tmp_path_factory.mktemp("kept") / "home"
    lay_rehearsal(home / "rehearsal", "standard", "expired", "next-generation")
    return home


@pytest.fixture(scope="session")
def blank(repository) -> bytes:
    """The rendered example of the sales contract: empty fields seller, buyer, broker."""
    from signkit.contracts.data import load_contract_data
    from signkit.contracts.render import render_contract
    from signkit.contracts.template import find_template

    template = find_template("real-estate-sale")
    return render_contract(template, load_contract_data(template.folder / "example.yaml")).pdf


@pytest.fixture(scope="session")
def seller_card(rehearsal):
    """What the emulated card of 番号 花子 holds."""
    from signkit.rehearsal.evidence_services import utc_now
    from signkit.rehearsal.pki import HANAKO

    return rehearsal.card(HANAKO, utc_now())


@pytest.fixture(scope="session")
def person_signer(seller_card):
    """The key of 番号 花子's signing certificate, held in software for speed."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    from signkit.signers.p12 import Pkcs12Signer
    from signkit.signers.software import SoftwareKey

    contents = seller_card.sign
    key = SoftwareKey.of(load_der_private_key(contents.private_key, None), "test")
    return Pkcs12Signer(key, contents.certificate, (contents.ca_certificate,))


@pytest.fixture(scope="session")
def services(rehearsal):
    """The rehearsal's timestamps and revocation, and its CA certificates."""
    from asn1crypto import pem

    from signkit.signing.levels import Services

    issuers = [der for _, _, der in pem.unarmor(rehearsal.trust_pem(), multiple=True)]
    return Services([rehearsal.timestamps()], [rehearsal.revocation()], issuers)


@pytest.fixture
def trust_pem(rehearsal, tmp_path) -> Path:
    """A file with the rehearsal's CA certificates, as for ``--trust``."""
    path = tmp_path / "rehearsal-ca.pem"
    path.write_bytes(rehearsal.trust_pem())
    return path
