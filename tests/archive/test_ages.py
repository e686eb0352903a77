"""Thirty years of renewals: every year passes; where one is left out it fails from then on, and says why."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from signkit.archive.adding import add_file
from signkit.archive.entries import load_entry
from signkit.archive.judging import judge_file
from signkit.archive.store import create_archive, open_archive
from signkit.archive.verifying import verify
from signkit.validation.report import Verdict
from tests.archive.ages import RETIRED, SIGNED, YEARS, Dss, World, clock_at, live, moment_of

pytestmark = pytest.mark.slow
#: One of each kind: before any renewal, the first, another service, SHA-256 retired, long after.
WITNESSED = (2027, 2031, 2034, 2042, 2057)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("ages") / "kept"


@pytest.fixture(scope="module")
def life(folder):
    return live(folder, World())


def stamps_of(life, data, now):
    return life.world.judge(data, now).document_timestamps


def test_every_year_passes(life):
    for year in YEARS:
        now = moment_of(year)
        report = life.world.judge(life.kept_at(now), now)
        assert report.verdict is Verdict.PASSED, (year, report)
        assert report.evidence_until.time > now


def test_each_file_goes_on_from_the_one_before_and_nothing_is_renewed_without_need(life, folder):
    files = [data for _, data in life.files]
    assert all(later.startswith(earlier) for earlier, later in pairwise(files))
    assert [renewal.outcome for _, renewal in life.told].count("renewed") == len(files) - 1 == 9
    assert {renewal.outcome for _, renewal in life.told} == {"renewed", "holds"}
    assert [revision.size for revision in life.entry.revisions] == [len(each) for each in files]
    with open_archive(folder) as archive:
        assert verify(archive).troubles == ()


def test_the_services_change_and_sha_256_is_left_in_time(life):
    last = moment_of(2057)
    tsas = {stamp.tsa for stamp in stamps_of(life, life.files[-1][1], last)}
    assert tsas == {"Test TSA"}
    first, second, third = life.world.services
    assert (set(first.asked), set(second.asked)) == ({"sha256"}, {"sha256", "sha512"})
    assert third.asked == ["sha512"] * len(third.asked)
    assert len(third.asked) >= 5


@pytest.mark.parametrize("left_out", range(9))
def test_where_one_is_left_out_it_fails_from_then_on(life, left_out):
    data = life.files[left_out][1]
    now = life.files[left_out][0]
    end = life.world.judge(data, now + timedelta(days=1)).evidence_until
    if end.time.date() > RETIRED > now.date():
        end = life.world.judge(data, life.files[left_out + 1][0]).evidence_until  # the policy says it by then
    years = [year for year in YEARS if moment_of(year) > now]
    for year in (each for each in years if abs(each - end.time.year) < 2 or each % 6 == 0):
        report = life.world.judge(data, moment_of(year))
        assert report.verdict is (Verdict.PASSED if moment_of(year) <= end.time else Verdict.INDETERMINATE), year
    lost = life.world.judge(data, end.time + timedelta(days=1))
    last = [*lost.signatures, *lost.document_timestamps][-1]
    assert {reason.code for reason in last.reasons} & EXPECTED[end.why.code], (end.why.code, last.reasons)


#: What the judge says of what `evidence_until` foretold.
EXPECTED = {
    "evidence-outside": {"revocation-missing"},
    "timestamp-certificate-ends": {"expired", "ca-expired"},
    "algorithm-ends": {"weak-algorithm", "weak-algorithm-in-chain"},
}


def test_what_was_left_out_is_not_made_up_for_later(tmp_path):
    """Nobody ran the renewal in time: the file is refused, with the reason, and stays as it is."""
    world = World()
    create_archive(tmp_path / "kept", clock=lambda: SIGNED)
    with open_archive(tmp_path / "kept", lambda: SIGNED) as archive, clock_at(SIGNED):
        contract = world.contract()
        add_file(archive, contract, "contract.pdf", judge_file(contract, "contract.pdf", world.options(SIGNED)))
        [renewal] = world.renew(archive, moment_of(2035))
        assert (renewal.outcome, renewal.until) == ("refused", None)
        assert "failed" in renewal.why.en or "expired" in renewal.why.en or "ended" in renewal.why.en, renewal.why
        assert load_entry(archive.connection, 1).current.size == len(contract)


def test_eu_dss_says_the_same(life):
    with Dss(life) as dss:
        for year in WITNESSED:
            now = moment_of(year)
            assert dss.verdict(life.kept_at(now), now) == "passed", year
            kept = [data for since, data in life.files if since <= now]
            without = life.world.judge(kept[-2], now).verdict if len(kept) > 1 else None
            if without is not None:
                assert dss.verdict(kept[-2], now) == ("passed" if without is Verdict.PASSED else "indeterminate"), year
