"""An archive of its own a test, with a clock that the test holds, and files to take in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from signkit.archive.store import create_archive, open_archive


class Clock:
    """Tells the time that a test says."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def folder(tmp_path, clock):
    create_archive(tmp_path / "kept", clock=clock)
    return tmp_path / "kept"


@pytest.fixture
def archive(folder, clock):
    with open_archive(folder, clock) as opened:
        yield opened


@pytest.fixture(scope="session")
def options(rehearsal, tmp_path_factory):
    """Options that believe the rehearsal's authorities and ask nobody."""
    from signkit.settings import Settings
    from signkit.validation.options import validation_options

    trust = tmp_path_factory.mktemp("trust") / "rehearsal-ca.pem"
    trust.write_bytes(rehearsal.trust_pem())
    return validation_options(Settings(home=trust.parent), trust=[trust], offline=True)


@pytest.fixture(scope="session")
def signed(blank, person_signer, services):
    """The sample sale, signed by 番号 花子 in the seller's place."""
    from signkit.rehearsal.evidence_services import utc_now
    from signkit.signing.levels import Level, sign
    from signkit.signing.request import SignatureRequest

    return sign(blank, SignatureRequest("seller", "番号　花子", utc_now()), person_signer, Level("B-T"), services).pdf
