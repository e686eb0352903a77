"""Thirty years in a minute: certificates end, authorities end, SHA-256 is retired, timestamp services change.

python -m tests.archive.ages            prints the table of docs/concepts/time.md, with EU DSS as second judge
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest import mock

from asn1crypto import core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes

from signkit.archive.adding import add_file
from signkit.archive.entries import LedgerEntry, load_entry
from signkit.archive.judging import judge_file
from signkit.archive.renewing import Renewal, entries_to_look_at, renew
from signkit.archive.store import Archive, create_archive, open_archive
from signkit.pki import timestamps
from signkit.pki.policy import Policy, shipped_policy
from signkit.pki.revocation import collecting
from signkit.pki.revocation.sources import CrlEvidence
from signkit.pki.timestamps import TimestampRefused
from signkit.signing.levels import Services
from signkit.validation import options as validation_options
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.report import Report
from tests.validation import pdfs, pki
from tests.witnesses.dss import PadesWitness

SIGNED = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
YEARS = range(2027, 2058)
#: SHA-256's last day by the policy, and when the policy first says so.
RETIRED, ANNOUNCED = date(2041, 12, 31), datetime(2040, 4, 1, tzinfo=UTC)
AHEAD = timedelta(days=90)


def _day(year: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


class _Clocked(type(datetime)):
    """What is no instance of the class with another clock is a time all the same."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


@contextlib.contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Let everything that judges or makes evidence take ``moment`` for now."""

    class At(datetime, metaclass=_Clocked):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return moment.astimezone(tz)

    with contextlib.ExitStack() as stack:
        for module in (collecting, timestamps, validation_options):
            stack.enter_context(mock.patch.object(module, "datetime", At))
        yield


@dataclass
class Service:
    """A timestamp service: its certificates in their order, and until when it answers."""

    name: str
    authority: pki.Holder
    holders: list[pki.Holder]
    digest: str
    closes: datetime
    now: datetime = SIGNED
    asked: list[str] = field(default_factory=list)

    def request(self, request: bytes) -> bytes:
        if self.now >= self.closes:
            raise TimestampRefused("the service is closed")
        parsed = tsp.TimeStampReq.load(request)
        self.asked.append(parsed["message_imprint"]["hash_algorithm"]["algorithm"].native)
        token = self._token(parsed)
        status = pki.sequence(core.Integer(0).dump())
        return pki.sequence(status, token)

    def _token(self, request: tsp.TimeStampReq) -> bytes:
        """By the newest certificate that is valid now."""
        holder = max(
            (each for each in self.holders if each.certificate.not_valid_before_utc <= self.now),
            key=lambda each: each.certificate.not_valid_before_utc,
        )
        info = tsp.TSTInfo(
            {
                "version": "v1", "policy": "1.2.3.4", "message_imprint": request["message_imprint"],
                "serial_number": secrets.randbits(60), "gen_time": core.GeneralizedTime(self.now),
                "nonce": request["nonce"],
            }
        ).dump()  # fmt: skip
        return pki.signed_data(
            info, holder, certificates=(self.authority,), encapsulate=info, content_type="tst_info", digest=self.digest
        )


@dataclass
class Lists:
    """The revocation lists of today, of every authority that lives."""

    authorities: list[tuple[pki.Holder, hashes.HashAlgorithm]]
    now: datetime = SIGNED

    def look_up(self, certificate: asn1_x509.Certificate, issuer: asn1_x509.Certificate) -> list[CrlEvidence]:
        living = [
            (each, digest) for each, digest in self.authorities
            if each.asn1.subject == issuer.subject and each.certificate.not_valid_after_utc >= self.now
        ]  # fmt: skip
        return [CrlEvidence(pki.revocation_list(each, issued=self.now, digest=digest)) for each, digest in living]


class World:
    """One signer, three timestamp services one after the other, and what is believed when."""

    def __init__(self) -> None:
        old, new = hashes.SHA256(), hashes.SHA512()
        self.card = pki.authority("Card CA", start=_day(2021), end=_day(2033))
        first = pki.authority("TSA A root", start=_day(2018), end=_day(2034))
        second = pki.authority("TSA B root", start=_day(2029), end=_day(2047))
        third = pki.authority("TSA C root", start=_day(2038), end=_day(2062))
        self.signer = pki.issue(self.card, start=_day(2026, 6), end=_day(2031, 6), declares_crl=True)
        self.services = [
            Service(
                "A", first, [_stamper(first, year, old, _day(2034)) for year in (2025, 2029)], "sha256", _day(2033)
            ),
            Service("B", second, [_stamper(second, year, old) for year in (2030, 2034, 2038)], "sha256", _day(2042)),
            Service("C", third, [_stamper(third, year, new) for year in range(2039, 2060, 4)], "sha512", _day(2060)),
        ]
        self.lists = Lists([(self.card, old), (first, old), (second, old), (third, new)])
        self.trust = pki.trust(self.card, first, second, third)

    @property
    def authorities(self) -> list[pki.Holder]:
        """All that are believed."""
        return [each for each, _ in self.lists.authorities]

    def move(self, now: datetime) -> None:
        """Let the services' clocks show another time."""
        self.lists.now = now
        for service in self.services:
            service.now = now

    def contract(self) -> bytes:
        """A contract at B-T."""
        stamper = self.services[0].holders[0]

        def stamp(value: bytes) -> bytes:
            return pki.timestamp_token(value, stamper, time=SIGNED, extra=(self.services[0].authority,))

        return pdfs.sign(
            pdfs.build(), lambda content: pki.signed_data(content, self.signer, certificates=(self.card,), stamp=stamp),
            room=10_000, extra=b" /M (D:%s)" % SIGNED.strftime("%Y%m%d%H%M%SZ").encode(),
        )  # fmt: skip

    def policy(self, now: datetime) -> Policy:
        """The default policy, from one day on with an end of SHA-256."""
        policy = shipped_policy("default")
        if now < ANNOUNCED:
            return policy
        digests = policy.algorithms.digests | {"sha256": RETIRED}
        return replace(policy, algorithms=replace(policy.algorithms, digests=digests))

    def options(self, now: datetime) -> ValidationOptions:
        """How files are judged then."""
        return ValidationOptions(policy=self.policy(now), trust=self.trust, revocation=[self.lists], at=now)

    def judge(self, pdf: bytes, now: datetime) -> Report:
        """Judge a file then."""
        self.move(now)
        return validate_pdf(pdf, name="contract.pdf", options=self.options(now))

    def renew(self, archive: Archive, now: datetime) -> list[Renewal]:
        """Run ``signkit archive renew`` then."""
        self.move(now)
        known = [each for each in self.services if each.holders[0].certificate.not_valid_before_utc <= now]
        options, due = self.options(now), (now + AHEAD).date()
        judgement = replace(options, revocation=(), offline=True)
        issuers = [each.asn1.dump() for each in self.authorities]
        services = Services(known, [self.lists], issuers, judgement)
        with clock_at(now):
            numbers = entries_to_look_at(archive, due, None, options.policy)
            return list(renew(archive, numbers, services, options, due))


def _stamper(root: pki.Holder, year: int, digest: hashes.HashAlgorithm, end: datetime | None = None) -> pki.Holder:
    """A certificate of a service for six years."""
    return pki.timestamp_authority(root, start=_day(year), end=end or _day(year + 6), digest=digest)


@dataclass(frozen=True)
class Life:
    """What became of a contract in thirty years.

    Attributes:
        files: what was kept, from the first on, each with the moment from which it was.
        told: what every run of the renewal said of it, where it said anything.
    """

    world: World
    entry: LedgerEntry
    files: list[tuple[datetime, bytes]]
    told: list[tuple[datetime, Renewal]]

    def kept_at(self, moment: datetime) -> bytes:
        """The file as it was kept then."""
        return [data for since, data in self.files if since <= moment][-1]


def live(folder: Path, world: World) -> Life:
    """Keep a contract for thirty years: ``signkit archive renew --due 90d`` once a month."""
    now = SIGNED
    create_archive(folder, clock=lambda: now)
    told: list[tuple[datetime, Renewal]] = []
    with open_archive(folder, lambda: now) as archive:
        contract = world.contract()
        with clock_at(now):
            world.move(now)
            add_file(archive, contract, "contract.pdf", judge_file(contract, "contract.pdf", world.options(now)))
        files = [(now, contract)]
        for now in (_day(year, month, 15) for year in YEARS for month in range(1, 13)):
            told += [(now, each) for each in world.renew(archive, now)]
            entry = load_entry(archive.connection, 1)
            data = archive.blobs.read(entry.current.sha256)
            if data != files[-1][1]:
                files.append((now, data))
        return Life(world, entry, files, told)


# --- the table -------------------------------------------------------------------------------------------------------

#: What ends or begins in a year, for the reader of the table.
EVENTS = {
    2031: "the signer's certificate ends", 2033: "service A closes; the card's authority ends",
    2034: "A's authority ends",
    2040: "the policy gives SHA-256 an end: 2041-12-31", 2042: "SHA-256 is retired", 2047: "B's authority ends",
}  # fmt: skip
_DSS_WORDS = {"TOTAL_PASSED": "passed", "INDETERMINATE": "indeterminate", "TOTAL_FAILED": "failed"}
_WORDS = {"TOTAL-PASSED": "passed", "INDETERMINATE": "indeterminate", "TOTAL-FAILED": "failed"}


def moment_of(year: int) -> datetime:
    """When a year's judgement is asked for."""
    return _day(year, 7)


class Dss:
    """EU DSS as second judge: of what a renewed file holds, and of the first one with the day's lists, as SignKit."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._trusted = [each.der for each in life.world.authorities]

    def __enter__(self) -> Dss:
        self._witness = PadesWitness(self._trusted, []).__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._witness.__exit__(*error)

    def verdict(self, pdf: bytes, now: datetime) -> str:
        """Ask at that time, by the policy of that time."""
        world = self._life.world
        if pdf != self._life.files[0][1] or now > world.signer.certificate.not_valid_after_utc:
            return self._told(self._witness, pdf, now)
        lists = [
            pki.revocation_list(each, issued=now - timedelta(hours=1), digest=digest)
            for each, digest in world.lists.authorities[:2]
        ]
        with PadesWitness(self._trusted, lists) as witness:
            return self._told(witness, pdf, now)

    @staticmethod
    def _told(witness: PadesWitness, pdf: bytes, now: datetime) -> str:
        found = witness.signatures(pdf, now, RETIRED if now >= ANNOUNCED else None)
        return ", ".join(_DSS_WORDS[each.indication] for each in found) if found is not None else "no answer"


def table(life: Life, dss: Dss) -> Iterator[str]:
    """Yield the lines of the table: each year by both judges, and what would be had the last renewal been left out."""
    yield "| year | what happened | holds until | SignKit | EU DSS | last renewal left out: SignKit | EU DSS |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for year in YEARS:
        now = moment_of(year)
        kept = [data for since, data in life.files if since <= now]
        report = life.world.judge(kept[-1], now)
        until = report.evidence_until.time.date().isoformat() if report.evidence_until else "-"
        renewed = [f"renewed on {since:%Y-%m-%d}" for since, _ in life.files[1:] if since.year == year]
        told = "; ".join([*([EVENTS[year]] if year in EVENTS else []), *renewed])
        cells = [str(year), told, until, _WORDS[report.verdict], dss.verdict(kept[-1], now)]
        if len(kept) > 1:
            without = life.world.judge(kept[-2], now)
            cells += [_WORDS[without.verdict], dss.verdict(kept[-2], now)]
        yield "| " + " | ".join([*cells, *[""] * (7 - len(cells))]) + " |"


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as place, Dss(lived := live(Path(place) / "kept", World())) as second:
        for line in table(lived, second):
            print(line, flush=True)
