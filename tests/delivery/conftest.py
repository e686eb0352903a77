"""An employment agreement dated today that both parties signed, and consents of its employee."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from asn1crypto import pem

from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.delivery.consent import JudgedConsent, read_consent
from signkit.japan_time import JST
from signkit.pki.anchors import default_trust_store
from signkit.progress.contract import ContractStatus, contract_status
from signkit.rehearsal.authority import FictionalResident
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import RehearsalPki, new_rehearsal
from signkit.signers.base import Signer
from signkit.signing.levels import Level, Services, sign
from signkit.signing.request import SignatureRequest
from signkit.validation.options import ValidationOptions

DAY = timedelta(days=1)

MakeConsent = Callable[..., bytes]


@cache
def now() -> datetime:
    """Return the moment of every signature here: a run may cross midnight in Japan, a timestamp is of the present."""
    return utc_now()


def today() -> date:
    """Return the day of the documents."""
    return now().astimezone(JST).date()


@pytest.fixture(scope="session")
def rehearsal() -> RehearsalPki:
    return new_rehearsal(now())


@pytest.fixture(scope="session")
def services(rehearsal) -> Services:
    issuers = [der for _, _, der in pem.unarmor(rehearsal.trust_pem(), multiple=True)]
    return Services([rehearsal.timestamps(clock=now)], [rehearsal.revocation(clock=now)], issuers)


@pytest.fixture(scope="session")
def employment_data() -> dict[str, Any]:
    template = find_template("employment-agreement")
    data = copy.deepcopy(dict(load_contract_data(template.folder / "example.yaml")))
    return {**data, "contract_date": today().isoformat()}


@pytest.fixture(scope="session")
def employment(employment_data) -> bytes:
    """Nobody has signed it."""
    return render_contract(find_template("employment-agreement"), employment_data).pdf


@pytest.fixture(scope="session")
def employee(rehearsal, employment_data) -> Signer:
    return person(rehearsal, employment_data["employee"]["name"], employment_data["employee"]["address"])


def person(rehearsal, name: str, address: str) -> Signer:
    """Return a resident's key, held in software for speed."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    from signkit.signers.p12 import Pkcs12Signer
    from signkit.signers.software import SoftwareKey

    resident = FictionalResident(name.replace(" ", "　"), address, "419900401", "3", "Kakuu-shi", "Kakuu-ku")
    contents = rehearsal.card(resident, now()).sign
    key = SoftwareKey.of(load_der_private_key(contents.private_key, None), "test")
    return Pkcs12Signer(key, contents.certificate, (contents.ca_certificate,))


@pytest.fixture(scope="session")
def employer(rehearsal, employment_data, tmp_path_factory) -> Signer:
    from signkit.signers.p12 import open_pkcs12

    file = tmp_path_factory.mktemp("keys") / "employer.p12"
    who = employment_data["employer"]
    file.write_bytes(rehearsal.key_file(who["signer"], who["name"], b"secret", now()))
    return open_pkcs12(file, lambda _: bytearray(b"secret"))


@pytest.fixture(scope="session")
def half_signed(employment, employer, services) -> bytes:
    return signed(employment, "employer", employer, services)


@pytest.fixture(scope="session")
def complete(half_signed, employee, services) -> bytes:
    return signed(half_signed, "employee", employee, services)


@pytest.fixture(scope="session")
def bare(employment, employer, employee, services) -> bytes:
    """Both have signed with believed keys at B-B: nothing says whether these were revoked."""
    pdf = employment
    for role, key in (("employer", employer), ("employee", employee)):
        pdf = sign(pdf, SignatureRequest(role, role, now()), key, Level.B_B, services).pdf
    return pdf


def signed(pdf: bytes, role: str, key: Signer, services) -> bytes:
    return sign(pdf, SignatureRequest(role, role, now()), key, Level.B_LTA, services).pdf


@pytest.fixture(scope="session")
def options(rehearsal, tmp_path_factory) -> ValidationOptions:
    path = tmp_path_factory.mktemp("trust") / "ca.pem"
    path.write_bytes(rehearsal.trust_pem())
    return ValidationOptions(trust=default_trust_store([path]), offline=True)


@pytest.fixture(scope="session")
def status(complete, options) -> ContractStatus:
    return contract_status(complete, "out/agreement.pdf", options)


@pytest.fixture(scope="session")
def blank_consent() -> MakeConsent:
    """Render the employee's consent, of ``day``, with items replaced."""
    template = find_template("consent")
    sample = load_contract_data(template.folder.parent.parent / "samples" / "consent" / "02-working-conditions.json")

    def make(day: date | None = None, **items: Any) -> bytes:
        return render_contract(template, {**sample, "consented_on": (day or today()).isoformat(), **items}).pdf

    return make


@pytest.fixture(scope="session")
def make_consent(blank_consent, employee, services) -> MakeConsent:
    """Render the consent and have the employee sign it."""

    def make(day: date | None = None, key: Signer | None = None, **items: Any) -> bytes:
        return signed(blank_consent(day, **items), "recipient", key or employee, services)

    return make


@pytest.fixture(scope="session")
def consent_pdf(make_consent) -> bytes:
    return make_consent()


@pytest.fixture(scope="session")
def consent(consent_pdf, options) -> JudgedConsent:
    return read_consent(consent_pdf, "consent.pdf", options)
