"""One small PKI and one signed PDF for the whole room."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from signkit.pki.paths import engine, ordinary
from signkit.pki.paths.outcome import CertificatePath, PathFinding
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.report import Report, SignatureReport
from tests.corpus.expectations import EXPECTATIONS, write_corpus
from tests.corpus.making import made_corpus
from tests.validation import pdfs, pki

#: Strangers' files with the verdicts of their own test suites, where they are at hand; they are no part of the project.
STRANGERS = Path(os.environ.get("SIGNKIT_CORPUS") or Path(__file__).resolve().parents[3] / "shared" / "corpus")
CORPORA = ["made"] + ["strangers"] * ("SIGNKIT_CORPUS" in os.environ or (STRANGERS / EXPECTATIONS).is_file())


@dataclass(frozen=True)
class World:
    """A CA, a signer, a timestamp service, and the options that trust them."""

    ca: pki.Holder
    signer: pki.Holder
    tsa: pki.Holder
    options: ValidationOptions

    #: The quick way itself, without the comparison of ``both_ways``.
    quick = staticmethod(ordinary.find)

    def cms(self, content: bytes, **changes: object) -> bytes:
        return pki.signed_data(content, changes.pop("signer", self.signer), **changes)

    def sign(self, pdf: bytes, **changes: object) -> bytes:
        return pdfs.sign(pdf, self.cms, **changes)

    def judge(self, pdf: bytes, **changes: object) -> Report:
        return validate_pdf(pdf, name="test.pdf", options=replace(self.options, **changes))

    def only(self, pdf: bytes, **changes: object) -> SignatureReport:
        """The report of the first signature."""
        return self.judge(pdf, **changes).signatures[0]


@pytest.fixture(scope="session")
def world() -> World:
    ca = pki.authority()
    return World(
        ca,
        pki.issue(ca),
        pki.timestamp_authority(ca),
        ValidationOptions(trust=pki.trust(ca), at=pki.NOW, offline=True),
    )


@pytest.fixture(scope="session")
def made_files(tmp_path_factory) -> Path:
    """The corpus that the project makes itself."""
    folder = tmp_path_factory.mktemp("corpus")
    write_corpus(folder, made_corpus())
    return folder


@pytest.fixture(scope="session", params=CORPORA)
def corpus(request) -> Path:
    """A folder of signed files with what must hold of each: our own, and the strangers' where it is at hand."""
    return STRANGERS if request.param == "strangers" else request.getfixturevalue("made_files")


@pytest.fixture(scope="session")
def signed(world) -> bytes:
    """A PDF with one good signature in the field ``seller``."""
    return world.sign(pdfs.build())


def same_path(quick: CertificatePath, full: list[CertificatePath] | PathFinding) -> bool:
    """Whether the engine found this path and no other."""
    return isinstance(full, list) and [[item.der for item in path] for path in full] == [[item.der for item in quick]]


@pytest.fixture(autouse=True)
def both_ways(monkeypatch) -> None:
    """Every path that a test finds the quick way is looked for by the engine too, and both must agree."""

    def find(*question: Any) -> CertificatePath | None:
        quick = World.quick(*question)
        if quick is not None and not same_path(quick, full := engine.find(*question)):
            pytest.fail(f"the quick way: {quick}; the engine: {full}")
        return quick

    monkeypatch.setattr(ordinary, "find", find)


def codes(report: SignatureReport) -> list[str]:
    """The codes of the reasons."""
    return [reason.code for reason in report.reasons]
