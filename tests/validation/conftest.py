"""One small PKI and one signed PDF for the whole room."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from signkit.pki.paths import engine, ordinary
from signkit.pki.paths.finding import Path, PathFinding
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.report import Report, SignatureReport
from tests.validation import pdfs, pki


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
def signed(world) -> bytes:
    """A PDF with one good signature in the field ``seller``."""
    return world.sign(pdfs.build())


def same_path(quick: Path, full: list[Path] | PathFinding) -> bool:
    """Whether the engine found this path and no other."""
    return isinstance(full, list) and [[item.der for item in path] for path in full] == [[item.der for item in quick]]


@pytest.fixture(autouse=True)
def both_ways(monkeypatch) -> None:
    """Every path that a test finds the quick way is looked for by the engine too, and both must agree."""

    def find(*question: Any) -> Path | None:
        quick = World.quick(*question)
        if quick is not None and not same_path(quick, full := engine.find(*question)):
            pytest.fail(f"the quick way: {quick}; the engine: {full}")
        return quick

    monkeypatch.setattr(ordinary, "find", find)


def codes(report: SignatureReport) -> list[str]:
    """The codes of the reasons."""
    return [reason.code for reason in report.reasons]
