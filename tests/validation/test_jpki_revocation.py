"""What becomes of a contract signed with a JPKI card: each outcome of revocation, from the file and imported lists.

The certificates are shaped like JPKI's (O=JPKI, lists by municipality) and are trusted by a store made here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from signkit.pki.policy import shipped_policy
from signkit.pki.revocation.crl_import import import_crl
from signkit.pki.revocation.indexed import IndexedRevocation
from signkit.validation.report import Verdict
from tests.validation import pki
from tests.validation.conftest import codes
from tests.validation.test_trust import add_document_timestamp, add_store, sign

NOW, DAY, HOUR = pki.NOW, pki.DAY, timedelta(hours=1)
CHIYODA, MINATO = "Chiyoda-ku CRLDP", "Minato-ku CRLDP"
MORNING = NOW - 6 * HOUR  # JPKI's lists are made daily: this one was there at the signature


@pytest.fixture(scope="module")
def ca():
    return pki.authority("Japanese Public CA", organisation="JPKI")


@pytest.fixture(scope="module")
def card(ca):
    return pki.issue(ca, "20261121090000AB", partition=CHIYODA)


@pytest.fixture(scope="module")
def judge(world, ca):
    """The report of the contract's signature under both CAs, one hour after it was signed unless said otherwise."""

    def run(pdf, **changes):
        changes = {"trust": pki.trust(ca, world.ca, source="jpki"), "at": NOW + HOUR, **changes}
        return world.only(pdf, **changes)

    return run


def revoked(card, when):
    return {card.certificate.serial_number: when}


GOOD, UNKNOWN = "good", "unknown"


@pytest.mark.parametrize(
    ("listing", "at", "verdict", "sub_indication", "code", "status"),
    [
        pytest.param({}, HOUR, "PASSED", None, None, GOOD, id="good"),
        pytest.param({"when": -DAY}, HOUR, "INDETERMINATE", "REVOKED_NO_POE", "revoked", "revoked",
                     id="revoked before"),
        pytest.param({"when": 30 * DAY, "issued": 31 * DAY}, 32 * DAY, "PASSED", None, None, GOOD,
                     id="revoked after: moved house a month later"),
        pytest.param(None, HOUR, "INDETERMINATE", "TRY_LATER", "revocation-not-permitted", "not-permitted",
                     id="not permitted to obtain"),
        pytest.param({"issued": -9 * DAY}, HOUR, "INDETERMINATE", "TRY_LATER", "revocation-stale", UNKNOWN,
                     id="stale list"),
        pytest.param({"by": "Other CA"}, HOUR, "INDETERMINATE", "TRY_LATER", "revocation-not-permitted",
                     "not-permitted", id="list of the wrong issuer"),
        pytest.param({"by": "Japanese Public CA"}, HOUR, "INDETERMINATE", "TRY_LATER", "revocation-refused", UNKNOWN,
                     id="list of a CA of the same name"),
        pytest.param({"partition": MINATO}, HOUR, "INDETERMINATE", "TRY_LATER", "revocation-not-permitted",
                     "not-permitted", id="list of another municipality"),
    ],
)  # fmt: skip
def test_each_outcome_of_revocation(world, ca, card, judge, listing, at, verdict, sub_indication, code, status):
    store = ([], [], [])
    if listing is not None:
        by = pki.authority(listing["by"], organisation="JPKI") if "by" in listing else ca
        entries = revoked(card, NOW + listing["when"]) if "when" in listing else {}
        issued = NOW + listing["issued"] if "issued" in listing else MORNING
        store = ([], [], [pki.revocation_list(by, entries, issued=issued, partition=listing.get("partition", CHIYODA))])
    report = judge(sign(world, card, tsa=world.tsa, store=store), at=NOW + at)
    assert report.verdict is Verdict[verdict]
    assert report.sub_indication == sub_indication
    assert codes(report) == ([code] if code else [])
    assert report.revocation.status == status
    assert report.revocation.revoked_at == (NOW + listing["when"] if listing and "when" in listing else None)


@pytest.mark.parametrize("source", ["jpki", "user"])
def test_only_what_leads_to_jpki_is_spoken_of_as_jpki(world, ca, card, judge, source):
    """Anybody can name an authority so; what is demanded of its certificates stays as strict."""
    report = judge(sign(world, card), trust=pki.trust(ca, source=source))
    told = {"jpki": ("revocation-not-permitted", "not-permitted"), "user": ("revocation-missing", UNKNOWN)}
    assert report.verdict is Verdict.INDETERMINATE
    assert (*codes(report), report.revocation.status) == told[source]


@pytest.mark.parametrize("trusted", [False, True])
def test_an_authority_that_nobody_trusts_is_not_jpki(world, ca, card, judge, trusted):
    trust = pki.trust(*([ca] if trusted else []), world.ca, source="jpki")
    report = judge(sign(world, card, certificates=(ca,)), trust=trust)
    assert report.revocation.status == ("not-permitted" if trusted else UNKNOWN)


@pytest.mark.parametrize("sealed", [pytest.param(False, id="B-LT"), pytest.param(True, id="B-LTA")])
def test_moving_house_a_month_later_does_not_kill_the_contract(world, ca, card, judge, indexed, sealed):
    """The contract holds that day's list; a list imported later names the card."""
    pdf = sign(world, card, tsa=world.tsa, store=([], [], [pki.revocation_list(ca, issued=MORNING, partition=CHIYODA)]))
    pdf = add_document_timestamp(pdf, world.tsa, time=NOW + HOUR) if sealed else pdf
    later = indexed(revoked(card, NOW + 30 * DAY), issued=NOW + 31 * DAY)
    report = judge(pdf, at=NOW + 31 * DAY + HOUR, revocation=[later])
    assert (report.verdict, report.level) == (Verdict.PASSED, "PAdES-B-LTA" if sealed else "PAdES-B-LT")
    assert report.revocation.revoked_at == NOW + 30 * DAY


# --- lists imported with `signkit trust import-crl` -----------------------------------------------------------


@pytest.fixture
def imported(tmp_path, ca):
    """Import a list and return the source; nothing of the list itself is left beside the index."""

    def run(der: bytes, *, now, by=ca):
        (tmp_path / "list.crl").write_bytes(der)
        import_crl(tmp_path / "list.crl", tmp_path / "index", [by.asn1], now)
        return IndexedRevocation(tmp_path / "index")

    return run


@pytest.fixture
def indexed(ca, imported):
    def run(entries=None, *, issued=MORNING, partition: str | None = CHIYODA):
        der = pki.revocation_list(ca, entries, issued=issued, partition=partition)
        return imported(der, now=issued + HOUR)

    return run


def test_an_imported_list_shows_the_card_good_without_a_socket(world, card, judge, indexed):
    report = judge(sign(world, card, tsa=world.tsa), revocation=[indexed()], offline=True)
    assert report.verdict is Verdict.PASSED
    revocation = report.revocation
    assert (revocation.status, revocation.source, revocation.produced_at) == ("good", "crl", MORNING)


def test_an_imported_list_without_partitions_speaks_of_every_card(world, card, judge, indexed):
    report = judge(sign(world, card, tsa=world.tsa), revocation=[indexed(partition=None)])
    assert report.verdict is Verdict.PASSED


def test_an_imported_list_tells_a_revocation_before_the_signature(world, card, judge, indexed):
    report = judge(sign(world, card, tsa=world.tsa), revocation=[indexed(revoked(card, NOW - DAY))])
    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, "REVOKED_NO_POE")
    assert (report.revocation.status, report.revocation.revoked_at) == ("revoked", NOW - DAY)


def test_an_imported_revocation_counts_more_than_a_good_list_in_the_file(world, ca, card, judge, indexed):
    store = ([], [], [pki.revocation_list(ca, issued=MORNING - HOUR, partition=CHIYODA)])
    pdf = sign(world, card, tsa=world.tsa, store=store)
    assert judge(pdf).verdict is Verdict.PASSED
    report = judge(pdf, revocation=[indexed(revoked(card, NOW - DAY))])
    assert report.sub_indication == "REVOKED_NO_POE"


def test_a_revocation_after_the_proven_signature_is_told_and_passes(world, card, judge, indexed):
    source = indexed(revoked(card, NOW + 30 * DAY), issued=NOW + 31 * DAY)
    at = NOW + 31 * DAY + HOUR
    report = judge(sign(world, card, tsa=world.tsa), at=at, revocation=[source])
    assert (report.verdict, report.revocation.revoked_at) == (Verdict.PASSED, NOW + 30 * DAY)
    assert judge(sign(world, card), at=at, revocation=[source]).sub_indication == "REVOKED_NO_POE"  # no proof of time


def test_an_imported_list_that_is_stale_shows_nothing(world, card, judge, indexed):
    report = judge(sign(world, card, tsa=world.tsa), revocation=[indexed(issued=NOW - 9 * DAY)])
    assert codes(report) == ["revocation-stale"]


def test_an_imported_list_of_another_municipality_shows_nothing(world, card, judge, indexed):
    report = judge(sign(world, card, tsa=world.tsa), revocation=[indexed(partition=MINATO)])
    assert codes(report) == ["revocation-not-permitted"]
    assert report.revocation.status == "not-permitted"


def test_an_imported_list_of_a_ca_of_the_same_name_shows_nothing(world, card, judge, imported):
    other = pki.authority("Japanese Public CA", organisation="JPKI")
    source = imported(pki.revocation_list(other, issued=MORNING, partition=CHIYODA), by=other, now=MORNING + HOUR)
    assert codes(judge(sign(world, card, tsa=world.tsa), revocation=[source])) == ["revocation-not-permitted"]


def test_a_damaged_index_never_counts_as_good(world, ca, card, judge, indexed, tmp_path):
    """Not even beside a good list in the file: the index might have named the card."""
    source = indexed(revoked(card, NOW - DAY))
    for index in (tmp_path / "index").glob("*.crlindex"):
        index.write_bytes(index.read_bytes()[:-40])
    pdf = sign(world, card, tsa=world.tsa, store=([], [], [pki.revocation_list(ca, issued=MORNING, partition=CHIYODA)]))
    assert codes(judge(pdf, revocation=[source])) == ["revocation-unreadable"]


@pytest.mark.slow
def test_the_strict_policy_wants_an_imported_list_made_after_the_signature(world, ca, card, judge, indexed):
    strict = replace(shipped_policy("strict"), timestamp_revocation="if-available")
    pdf, at = sign(world, card, tsa=world.tsa), NOW + DAY
    assert judge(pdf, at=at, policy=strict, revocation=[indexed()]).sub_indication == "TRY_LATER"
    later = judge(pdf, at=at, policy=strict, revocation=[indexed(issued=NOW + 12 * HOUR)])
    assert later.verdict is Verdict.PASSED


# --- freshness: the same day's B-LT under each policy ----------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [
        pytest.param("default", Verdict.PASSED, id="default: the list of the day counts while it is valid"),
        pytest.param("strict", Verdict.INDETERMINATE, id="strict: a list made before the signature proves nothing"),
        pytest.param("archive", Verdict.INDETERMINATE, id="archive: not sealed yet (B-LTA)"),
    ],
)
def test_the_same_days_list_under_each_policy(world, ca, card, judge, policy, verdict):
    pdf = sign(world, card, tsa=world.tsa, store=([], [], [pki.revocation_list(ca, issued=MORNING, partition=CHIYODA)]))
    assert judge(pdf, policy=without_timestamp_rule(policy)).verdict is verdict


def without_timestamp_rule(policy):
    """The shipped policy, as far as the card is concerned: the test's timestamp service publishes no lists."""
    return replace(shipped_policy(policy), timestamp_revocation="if-available")


def test_strict_passes_once_later_evidence_was_added(world, ca, card, judge):
    """What `signkit extend` does on the following day."""
    tomorrow = NOW + 18 * HOUR
    lists = [pki.revocation_list(ca, issued=MORNING, partition=CHIYODA)]
    early = sign(world, card, tsa=world.tsa, store=([], [], lists))
    late = add_store(early, crls=[*lists, pki.revocation_list(ca, issued=tomorrow, partition=CHIYODA)])
    strict = without_timestamp_rule("strict")
    assert judge(early, at=tomorrow + HOUR, policy=strict).sub_indication == "TRY_LATER"
    assert judge(late, at=tomorrow + HOUR, policy=strict).verdict is Verdict.PASSED


def test_strict_passes_at_once_with_a_fresh_ocsp_response(world, ca, card, judge):
    store = ([], [pki.status_response(ca, card, issued=NOW + timedelta(seconds=5))], [])
    report = judge(sign(world, card, tsa=world.tsa, store=store), policy=without_timestamp_rule("strict"))
    assert (report.verdict, report.revocation.source) == (Verdict.PASSED, "ocsp")


def test_a_greatest_age_of_evidence_is_measured_from_the_signature(world, ca, card, judge):
    """``revocation_max_age_hours``: between default and strict."""
    store = ([], [], [pki.revocation_list(ca, issued=MORNING, partition=CHIYODA)])
    pdf = sign(world, card, tsa=world.tsa, store=store)
    for hours, verdict in ((8, Verdict.PASSED), (4, Verdict.INDETERMINATE)):
        policy = replace(shipped_policy("default"), revocation_max_age_hours=hours)
        assert judge(pdf, policy=policy).verdict is verdict


def test_the_archive_policy_passes_once_the_contract_is_sealed(world, ca, card, judge):
    pdf = sign(world, card, tsa=world.tsa, store=([], [], [pki.revocation_list(ca, issued=MORNING, partition=CHIYODA)]))
    sealed = add_document_timestamp(pdf, world.tsa, time=NOW + timedelta(minutes=5))
    assert judge(sealed, policy=shipped_policy("archive")).verdict is Verdict.PASSED


# --- a CA that has ended since ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_contract_under_a_ca_that_has_ended_passes_on_its_evidence_and_fails_without(world):
    """JPKI's CA of 2015 ended on 2025-10-19; ``--at`` asks what was good then."""
    signed_at = NOW - 3 * pki.YEAR
    end = NOW - pki.YEAR
    old = pki.authority("Old JPKI CA", organisation="JPKI", start=NOW - 10 * pki.YEAR, end=end)
    card = pki.issue(old, start=signed_at - DAY, end=end - DAY, partition=CHIYODA)
    tsa = pki.timestamp_authority(world.ca, start=signed_at - DAY)
    lists = [pki.revocation_list(old, issued=signed_at - HOUR, partition=CHIYODA)]
    trust = {"trust": pki.trust(old, world.ca, source="jpki")}
    bare = sign(world, card, tsa=tsa, time=signed_at)
    stored = add_store(bare, crls=lists)
    sealed = add_document_timestamp(stored, tsa, time=signed_at + HOUR)

    assert world.only(sealed, **trust).verdict is Verdict.PASSED
    assert world.only(bare, **trust).verdict is Verdict.INDETERMINATE
    assert world.only(stored, **trust).verdict is Verdict.INDETERMINATE  # nothing proves the list's age
    assert world.only(stored, **trust, at=signed_at + HOUR).verdict is Verdict.PASSED
    assert world.only(bare, **trust, at=signed_at + HOUR).sub_indication == "TRY_LATER"
    timeless = sign(world, card, store=([], [], lists))
    assert world.only(timeless, **trust).sub_indication == "OUT_OF_BOUNDS_NO_POE"
