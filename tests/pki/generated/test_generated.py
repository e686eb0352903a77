"""Every generated case before four judges; two pieces of evidence of every kind beside each other, in both orders."""

from __future__ import annotations

import functools
import itertools
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.pki.generated import judges
from tests.pki.generated.cases import LINES, answered, listed, plain
from tests.pki.generated.disagreements import DISAGREEMENTS
from tests.pki.generated.making import DAY, NOW, STATUS, Entry, forged, responder, response, revocation_list, root

_PAGE = Path(__file__).parents[3] / "docs" / "reference" / "pki-cases.md"


@functools.cache
def made(name: str) -> judges.Case:
    return LINES[name].make()


@pytest.mark.parametrize("name", LINES)
def test_validation_and_signing_say_what_the_standards_say(name):
    line = LINES[name]
    assert judges.validation(made(name)) == line.ours
    assert judges.signing(made(name)) == (line.signs or line.ours)


@pytest.mark.parametrize("name", LINES)
def test_certvalidator_disagrees_where_it_is_known_to(name):
    known = DISAGREEMENTS.get(name)
    assert judges.certvalidator(made(name)) == (known.certvalidator if known else LINES[name].ours)


def openssl_version() -> str:
    if shutil.which("openssl") is None:
        return "none"
    return subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(not openssl_version().startswith("OpenSSL 3.0"), reason="needs OpenSSL 3.0: its answers are known")
@pytest.mark.parametrize("name", LINES)
def test_openssl_disagrees_where_it_is_known_to(name, tmp_path):
    known = DISAGREEMENTS.get(name)
    assert judges.openssl(made(name), tmp_path) == (known.openssl if known else LINES[name].ours)


def test_the_page_lists_every_disagreement_and_the_counts():
    page = _PAGE.read_text(encoding="utf-8")
    assert set(DISAGREEMENTS) <= set(LINES)
    for name, found in DISAGREEMENTS.items():
        row = f"| `{name}` | {LINES[name].ours} | {found.openssl} | {found.certvalidator} | {found.why} |"
        assert row in page, row
    counts = f"{len(LINES)} cases, {len(DISAGREEMENTS)} disagreements"
    assert counts in page, counts
    print(counts)


# --- two pieces of evidence ------------------------------------------------------------------------------------------


def _stranger(case, **changes):
    return answered(case, response(case.issuer, case.leaf, responder(root("Stranger")), **changes))


#: A piece of evidence, and what it shows alone.
PIECES = {
    "good list": ("good", lambda case: listed(case, revocation_list(case.issuer))),
    "revoking list": ("revoked", lambda case: listed(case, revocation_list(case.issuer, Entry(case.leaf)))),
    "stale list": ("unproven", lambda case: listed(case, revocation_list(case.issuer, issued=NOW - 9 * DAY))),
    "list of the future": ("unproven", lambda case: listed(case, revocation_list(case.issuer, issued=NOW + 9 * DAY))),
    "forged list": ("unproven", lambda case: listed(case, forged(revocation_list(case.issuer, Entry(case.leaf))))),
    "list not understood": ("unproven", lambda case: listed(case, revocation_list(case.issuer, critical=True))),
    "delta list": ("unproven", lambda case: listed(case, revocation_list(case.issuer, number=6, delta_of=9))),
    "revoking delta list": (
        "revoked", lambda case: listed(case, revocation_list(case.issuer, Entry(case.leaf), number=6, delta_of=9)),
    ),
    "good answer": ("good", lambda case: answered(case, response(case.issuer, case.leaf))),
    "revoking answer": (
        "revoked", lambda case: answered(case, response(case.issuer, case.leaf, status=STATUS.REVOKED)),
    ),
    "unknown": ("unproven", lambda case: answered(case, response(case.issuer, case.leaf, status=STATUS.UNKNOWN))),
    "stale answer": ("unproven", lambda case: answered(case, response(case.issuer, case.leaf, issued=NOW - 9 * DAY))),
    "forged answer": (
        "unproven", lambda case: answered(case, forged(response(case.issuer, case.leaf, status=STATUS.REVOKED))),
    ),
    "a stranger's good answer": ("unproven", _stranger),
    "a stranger's revoking answer": ("unproven", lambda case: _stranger(case, status=STATUS.REVOKED)),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations_with_replacement(PIECES, 2)))
def test_the_worst_proven_word_counts(one, other):
    case = PIECES[other][1](PIECES[one][1](plain()))
    shown = {PIECES[one][0], PIECES[other][0]}
    wanted = next(word for word in ("revoked", "good", "unproven") if word in shown)
    turned = replace(case, lists=case.lists[::-1], answers=case.answers[::-1])
    assert [judges.validation(case), judges.validation(turned)] == [wanted, wanted]
    assert [judges.signing(case), judges.signing(turned)] == [wanted, wanted]
