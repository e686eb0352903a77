"""Whom an authority may certify, and how far down: random hierarchies, with OpenSSL as the second opinion."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime

import pytest
from asn1crypto import x509

from signkit.pki.anchors import Anchor, AnchorLabel, TrustStore
from signkit.pki.paths.pool import Pool
from signkit.pki.paths.trust_judge import PathJudgement, TrustJudge
from signkit.pki.policy import shipped_policy
from tests.pki.generated.making import pem
from tests.pki.hierarchies import IA5, PRINTABLE, ROOT, Certificate, chain, hierarchy

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def judged(chained: list[bytes], *others: bytes, purpose: str = "signature") -> PathJudgement:
    anchor = Anchor(chained[0], AnchorLabel("user", "Test"), frozenset({"sign", "seal", "timestamp"}))
    pool = Pool.from_der([*others, *chained[1:]], [], [])
    judge = TrustJudge(shipped_policy("default"), TrustStore((anchor,)), pool, NOW)
    return judge.judge(x509.Certificate.load(chained[-1]), purpose, NOW)


def openssl_says(chained: list[bytes], folder, *purpose: str) -> str:
    """What ``openssl verify`` has against it; nothing where it is good."""
    parts = {"root": chained[:1], "between": chained[1:-1], "leaf": chained[-1:]}
    for name, items in parts.items():
        (folder / f"{name}.pem").write_bytes(pem(*items))
    between = ["-untrusted", folder / "between.pem"] if chained[1:-1] else []
    # Any policy will do, as here; without a set of policies OpenSSL takes none.
    words = ["-attime", str(int(NOW.timestamp())), "-policy_check", "-policy", "2.5.29.32.0", *purpose]
    asked = ["openssl", "verify", *words, "-CAfile", folder / "root.pem", *between, folder / "leaf.pem"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr.partition("lookup: ")[2].partition("\n")[0] or done.stderr


#: OpenSSL looks for one path, by names alone where it can; a renewed authority's certificates mislead it.
_ONE_PATH = ("certificate signature failure", "self-signed certificate")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(0, 200, 100))
def test_what_is_believed_here_openssl_believes_too(seed, tmp_path):
    passed = 0
    for number in range(seed, seed + 100):
        chained = [item.der() for item in hierarchy(number)]
        found, others = judged(chained), openssl_says(chained, tmp_path)
        if not any(words in others for words in _ONE_PATH):
            # The engine compares no addresses of networks.
            assert found.good == (not others) or found.code == "path-not-judged", (number, found, others)
            passed += found.good
    assert passed > 20


GOOD = ((("C", "JP", PRINTABLE),), (("O", "Good", PRINTABLE),))
MAILED = (*GOOD, (("E", "boss@other.example", IA5),))


def below(authority: dict, leaf: dict, subject=GOOD) -> list[bytes]:
    middle = Certificate((*GOOD, (("OU", "CA", PRINTABLE),)), 1, ROOT, 0, **authority)
    return chain(middle, Certificate(subject, 2, ROOT, 0, is_authority=False, **leaf))


def of_root(root: dict, leaf: dict, subject=GOOD) -> list[bytes]:
    return chain(
        Certificate(ROOT, 0, ROOT, 0, **root),
        Certificate((*GOOD, (("OU", "CA", PRINTABLE),)), 1, ROOT, 0),
        Certificate(subject, 2, ROOT, 0, is_authority=False, **leaf),
    )


HOST = ("dns", "www.good.example")
PLACED = (
    ("permitted", "mail", "good.example", "a@good.example", True),
    ("permitted", "mail", "good.example", "a@sub.good.example", False),
    ("permitted", "mail", ".good.example", "a@sub.good.example", True),
    ("permitted", "mail", "a@good.example", "A@good.example", False),
    ("excluded", "mail", "a@good.example", "A@good.example", False),
    ("excluded", "mail", "evil.example", "a@EVIL.example", False),
    ("excluded", "mail", "evil.example", "no address", False),
    ("permitted", "dns", "good.example", "WWW.good.example", True),
    ("excluded", "dns", "", "www.good.example", False),
    ("excluded", "dns", ".good.example", "www.good.example", False),
    ("excluded", "uri", "evil.example", "https://evil.example./", False),
    ("excluded", "uri", "evil.example", "https://good.example\\@evil.example/", False),
    ("excluded", "ip", bytes([10, 0, 0, 0, 255, 0, 0, 0]), bytes([10, 1, 1, 1]), False),
)


@pytest.mark.parametrize(("side", "form", "base", "name", "allowed"), PLACED)
@pytest.mark.parametrize("place", [below, of_root])
def test_a_name_outside_of_what_those_above_may_certify_is_not_believed(place, side, form, base, name, allowed):
    assert judged(place({side: ((form, base, 0, None),)}, {"names": ((form, name),)})).good == allowed


@pytest.mark.parametrize("place", [below, of_root])
def test_an_address_in_the_subject_is_bound_also_beside_other_names(place):
    bound = {"permitted": (("mail", "good.example", 0, None),)}
    assert judged(place(bound, {"names": (HOST,)})).good
    assert judged(place(bound, {"names": (HOST,)}, MAILED)).code == "path-invalid"
    assert judged(place(bound, {}, MAILED)).code == "path-invalid"


def test_a_path_longer_than_its_anchor_says_is_not_believed():
    assert judged(of_root({"length": 1}, {})).good
    assert judged(of_root({"length": 0}, {})).code == "path-invalid"


def test_a_subtree_of_other_depths_is_not_passed_over():
    narrow = {"permitted": (("dir", GOOD[:1], 0, None), ("dir", GOOD, 1, None))}
    assert not judged(below(narrow, {})).good
    assert judged(below({"permitted": (*narrow["permitted"][:1], ("mail", "good.example", 1, None))}, {})).good


def test_a_path_that_the_engine_cannot_judge_hides_no_other():
    ca = (*GOOD, (("OU", "CA", PRINTABLE),))
    leaf = Certificate(GOOD, 2, ROOT, 0, is_authority=False, names=(("ip", bytes([10, 1, 1, 1])),))
    plain = chain(Certificate(ca, 1, ROOT, 0), leaf)
    bound = chain(Certificate(ca, 1, ROOT, 0, permitted=(("ip", bytes(8), 0, None),), serial=7), leaf)
    assert judged(plain, bound[1]).good
    assert not judged(bound).good


_SERVER, _MAIL, _STAMP, _ANY, _OWN = (
    "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.8", "2.5.29.37.0", "1.2.3.4",
)  # fmt: skip


@pytest.mark.parametrize(
    ("purposes", "may_vouch"),
    [
        ((), True), ((_MAIL,), True), ((_SERVER, _MAIL), True), ((_ANY,), True), ((_OWN,), True),
        ((_SERVER,), False), ((_STAMP,), False), ((_SERVER, _STAMP), False),
    ],
)  # fmt: skip
def test_an_authority_for_other_trades_alone_makes_nobody_a_signer(purposes, may_vouch, tmp_path):
    found = judged(chained := below({"purposes": purposes}, {"purposes": (_MAIL,)}))
    assert found.code == (None if may_vouch else "path-invalid")
    # OpenSSL wants mail named, also where any purpose is.
    if not {_OWN, _ANY} & set(purposes):
        assert bool(openssl_says(chained, tmp_path, "-purpose", "smimesign")) != may_vouch


@pytest.mark.parametrize(("purposes", "may_vouch"), [((), True), ((_STAMP,), True), ((_SERVER,), False)])
def test_an_authority_for_timestamps_makes_services(purposes, may_vouch):
    assert judged(below({"purposes": purposes}, {"purposes": (_STAMP,)}), purpose="timestamp").good == may_vouch
