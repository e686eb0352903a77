"""Evidence that is broken anywhere says nothing, and takes nothing from what is whole beside it."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import pytest

from signkit.pki.paths import known_certificates
from signkit.pki.paths.pool import Pool
from signkit.pki.paths.trust_judge import TrustJudge
from signkit.pki.policy import shipped_policy
from signkit.pki.revocation.sources import CrlEvidence
from signkit.validation.cms_file import validate_cms
from signkit.validation.report import Verdict
from tests.pki.generated import judges
from tests.pki.generated.cases import answered, listed, plain
from tests.pki.generated.making import HOUR, NOW, STATUS, Entry, response, revocation_list, root
from tests.validation import pdfs, pki
from tests.validation.der_trees import Node, changed, tree
from tests.validation.test_trust import add_store

_RESPONSE = (1, 0, 1)  # where an OCSPResponse holds the basic one, as an OCTET STRING


def _signed(root: Node, signer: pki.Holder) -> Node:
    inside, algorithm, _, *rest = root.kids
    return Node(root.tag, (inside, algorithm, Node(0x03, body=b"\0" + signer.sign(inside.der())), *rest))


def _broken(der: bytes, kind: str, seed: int, signer: pki.Holder | None) -> bytes:
    """Evidence with a change anywhere; signed again where there is a ``signer``."""
    choice = random.Random(seed)
    whole = tree(der)
    inside = tree(whole.at(_RESPONSE).body) if kind == "answer" else whole
    inside = changed(inside, choice, (0,) if signer else ())
    if signer is not None:
        inside = _signed(inside, signer)
    return whole.put(_RESPONSE, Node(0x04, body=inside.der())).der() if kind == "answer" else inside.der()


@pytest.mark.slow
@pytest.mark.parametrize("is_signed", [True, False], ids=["by the authority", "by nobody"])
@pytest.mark.parametrize("kind", ["list", "answer"])
def test_broken_evidence_takes_nothing_from_what_is_whole(kind, is_signed):
    case = plain()
    good = listed(case, revocation_list(case.issuer, Entry(root("Other"))))
    base = revocation_list(case.issuer, Entry(root("Other")), issued=NOW - HOUR) if kind == "list" else None
    base = base or response(case.issuer, case.leaf)
    for seed in range(150):
        try:
            other = _broken(base, kind, seed, case.issuer if is_signed else None)
        except (IndexError, ValueError):
            continue
        beside = listed(good, other) if kind == "list" else answered(good, other)
        assert judges.validation(beside) == "good", seed


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["list", "answer"])
def test_a_revocation_is_lost_only_with_the_signature_or_the_words_themselves(kind):
    """What nobody signed again tells what it told, or nothing."""
    case = plain()
    base = revocation_list(case.issuer, Entry(case.leaf)) if kind == "list" else None
    base = base or response(case.issuer, case.leaf, status=STATUS.REVOKED)
    found = set()
    for seed in range(300):
        try:
            other = _broken(base, kind, seed, None)
        except (IndexError, ValueError):
            continue
        found.add(judges.validation(listed(case, other) if kind == "list" else answered(case, other)))
    assert found == {"revoked", "unproven"}


class _Source:
    def __init__(self, der: bytes) -> None:
        self._der = der

    def look_up(self, certificate, issuer):
        return [CrlEvidence(self._der)]


def _without_a_name(ca: pki.Holder, holder: pki.Holder) -> bytes:
    """An answer of somebody whose name cannot be read."""
    whole = tree(pki.status_response(ca, holder))
    inside = tree(whole.at(_RESPONSE).body)
    place = next(place for place, item in enumerate(inside.kids[0].kids) if item.tag in (0xA1, 0xA2))
    nobody = inside.put((0, place), Node(0xA5, (Node(0x04, body=b"nobody"),)))
    return whole.put(_RESPONSE, Node(0x04, body=_signed(nobody, ca).der())).der()


@pytest.mark.parametrize("is_offline", [True, False])
def test_one_broken_answer_in_a_file_makes_it_no_worse(world, is_offline):
    """It was a fault of ours where a source was asked, and no path could be judged where none was."""
    holder = pki.issue(world.ca, declares_crl=True)
    good = pki.revocation_list(world.ca)
    pdf = add_store(
        pdfs.sign(pdfs.build(), lambda content: world.cms(content, signer=holder)),
        crls=[good],
        ocsps=[_without_a_name(world.ca, holder)],
    )
    sources = () if is_offline else (_Source(good),)
    assert world.judge(pdf, offline=is_offline, revocation=sources).verdict is Verdict.PASSED


def test_a_list_whose_extensions_cannot_be_read_is_not_understood():
    case = plain()
    whole = tree(revocation_list(case.issuer, Entry(case.leaf)))
    extensions = whole.kids[0].kids[-1]
    broken = whole.put((0, len(whole.kids[0].kids) - 1), Node(extensions.tag, (Node(0x30, (Node(5),)),)))
    broken = _signed(broken, case.issuer)
    assert judges.validation(listed(case, broken.der())) == "unproven"
    assert judges.validation(listed(case, broken.der(), revocation_list(case.issuer))) == "good"


def test_an_entry_with_something_before_its_number_is_not_understood():
    """cryptography and OpenSSL cannot read such a list; asn1crypto reads another number."""
    case = plain()
    whole = tree(revocation_list(case.issuer, Entry(case.leaf)))
    place = next(place for place, item in enumerate(whole.kids[0].kids) if place > 4 and item.tag == 0x30)
    entry = whole.at((0, place, 0))
    odd = whole.put((0, place, 0), Node(0x30, (Node(0x02, body=b"\x01"), *entry.kids)))
    assert judges.validation(listed(case, _signed(odd, case.issuer).der())) == "unproven"


@pytest.mark.slow
def test_no_certificate_that_nobody_signed_stands_in_the_place_of_one(world):
    """Of two with one issuer and number the engine holds the first; some it cannot hold at all."""
    middle = pki.issue(world.ca, "Middle", authority=True, usage={"key_cert_sign": True, "crl_sign": True})
    leaf = pki.issue(middle)
    policy = shipped_policy("default")
    for seed in range(250):
        choice = random.Random(seed)
        try:
            other = changed(tree(choice.choice([world.ca, middle, leaf]).der), choice).der()
        except (IndexError, ValueError):
            continue
        pool = Pool.from_der(choice.sample([leaf.der, middle.der, other], 3), [], [])
        found = TrustJudge(policy, pki.trust(world.ca), pool, pki.NOW).judge(leaf.asn1, "signature", pki.NOW)
        assert found.good, (seed, found.code)


def _issued_by_a_signer(signer: pki.Holder, other: pki.Holder, count: int) -> list[bytes]:
    """Certificates of the signer's own name: every second one signed with his key, and the rest with another."""
    own = tree(signer.der)
    own = own.put((0, 3), own.at((0, 5)))  # issuer, subject
    numbered = (own.put((0, 1), Node(0x02, body=b"\x01" + bytes([place]))) for place in range(count))
    return [_signed(item, other if place % 2 else signer).der() for place, item in enumerate(numbered)]


def test_what_a_signer_issues_himself_is_not_tried_against_one_another(world, monkeypatch):
    """800 of them took half a minute, and twice as many four times as long."""
    holder = pki.issue(world.ca, declares_crl=True)
    checks = []
    honest = known_certificates.verify
    monkeypatch.setattr(known_certificates, "verify", lambda *what: checks.append(1) or honest(*what))
    options = replace(world.options, offline=False, revocation=(_Source(pki.revocation_list(world.ca)),))
    counts = []
    for count in (20, 40):
        checks.clear()
        own = tuple(BareCertificate(der) for der in _issued_by_a_signer(holder, world.ca, count))
        cms = pki.signed_data(b"x", holder, certificates=own)
        assert validate_cms(cms, name="x", options=options, content=b"x").verdict is Verdict.PASSED
        counts.append(len(checks))
    assert counts[1] <= 2 * counts[0] + 10


@dataclass(frozen=True)
class BareCertificate:
    """What takes the place of a holder where only the certificate is asked for."""

    der: bytes
