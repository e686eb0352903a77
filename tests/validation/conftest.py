"""One small PKI and one signed PDF for the whole room."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

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


def codes(report: SignatureReport) -> list[str]:
    """The codes of the reasons."""
    return [reason.code for reason in report.reasons]
