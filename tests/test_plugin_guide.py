"""The worked examples of the plug-ins' guide, run as they stand there."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from signkit.jpki.attributes import PersonAttributes
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.words import Text
from tests.validation import pdfs, pki

PAGES = ("docs/reference/plugins.md", "docs/ja/reference/plugins.md")


@pytest.fixture(params=PAGES)
def guide(request, repository):
    """The names that the page's Python makes."""
    page = (repository / request.param).read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for block in re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        exec(compile(block, request.param, "exec"), names)
    return SimpleNamespace(**{name: names[name] for name in ("OwnVerifier", "Register", "KNOWN", "REVOKED")})


@pytest.mark.parametrize(
    ("known", "revoked", "verdict", "code"),
    [
        (True, False, "TOTAL-PASSED", "status-only"),
        (True, True, "INDETERMINATE", "revoked"),
        (False, False, "INDETERMINATE", "operator-silent"),
    ],
)
def test_the_verifier_of_the_guide_is_judged_by(guide, known, revoked, verdict, code):
    ca = pki.authority("Japanese Public CA", organisation="JPKI", end=datetime.now(UTC) + pki.YEAR)
    card = pki.issue(ca, "20261121090000AB")
    serial = card.asn1.serial_number
    guide.KNOWN.update({serial} if known else ())
    guide.REVOKED.update({serial: datetime.now(UTC) - pki.DAY} if revoked else {})
    contract = pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, card))
    options = ValidationOptions(trust=pki.trust(ca, source="jpki"), revocation=[guide.OwnVerifier()])
    report = validate_pdf(contract, name="contract.pdf", options=options)
    assert (str(report.verdict), [each.code for each in report.signatures[0].reasons]) == (verdict, [code])
    offline = validate_pdf(contract, name="contract.pdf", options=replace(options, offline=True))
    assert [each.code for each in offline.signatures[0].reasons] == ["revocation-not-permitted"]


def test_the_register_of_the_guide_tells_or_says_why_not(guide):
    told = guide.Register().latest(SimpleNamespace(serial_number=1000), None)
    assert isinstance(told, PersonAttributes)
    assert told.birth_date.iso() == "1993-04-01"
    assert isinstance(guide.Register().latest(SimpleNamespace(serial_number=1), None), Text)
