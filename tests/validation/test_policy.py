"""Policies: the shipped ones, files of one's own, and what they change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from signkit.pki.policy import SHIPPED, load_policy, shipped_policy
from signkit.pki.revocation.sources import OcspEvidence
from signkit.validation.report import Verdict
from tests.refusals import refused_as
from tests.validation import pdfs, pki
from tests.validation.conftest import codes
from tests.validation.test_evidence_classes import Handing
from tests.validation.test_trust import add_document_timestamp, add_store

NOW, DAY = pki.NOW, pki.DAY


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_policies_can_be_read(name):
    policy = shipped_policy(name)
    assert policy.name == name
    assert policy.algorithms.digest_until("md5") is False
    assert policy.algorithms.digest_until("sha256") is None
    assert policy.algorithms.digest_until("made-up") is False


def test_an_unknown_policy_names_the_known_ones():
    with refused_as("policy-unreadable") as refusal:
        shipped_policy("lax")
    assert "default, strict, archive" in refusal.value.message()


def test_a_policy_of_ones_own(tmp_path, world, signed):
    file = tmp_path / "house.toml"
    file.write_text('allowed_changes = "evidence"\nrequired_level = "B-T"\n', encoding="utf-8")
    policy = load_policy(file)
    assert policy.name == "house"
    report = world.only(signed, policy=policy)
    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
    assert codes(report) == ["level-too-low"]
    field = pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b"(first)", b"(second)")
    assert world.only(pdfs.update(signed, {pdfs.TEXT_FIELD: field}), policy=policy).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("unknown_item = 1\n", "unknown_item"),
        ('allowed_changes = "all"\n', "allowed_changes"),
        ('revocation_after_signature = "yes"\n', "revocation_after_signature"),
        ("revocation_max_age_hours = -1\n", "revocation_max_age_hours"),
        ("[algorithms]\nother = 1\n", "algorithms"),
        ('[algorithms.digests]\nsha1 = "later"\n', "algorithms: sha1"),
        ("[algorithms.key_sizes]\nrsa = 2048\n", "algorithms.key_sizes.rsa"),
        ("revocation_max_age_hours = nan\n", "revocation_max_age_hours"),
        ("revocation_max_age_hours = inf\n", "revocation_max_age_hours"),
        ("revocation_max_age_hours = 1e9\n", "revocation_max_age_hours"),
        ("[algorithms]\ndigests = [1]\n", "algorithms.digests"),
        ("[algorithms]\nfamilies = 3\n", "algorithms.families"),
        ("[algorithms]\nkey_sizes = 3\n", "algorithms.key_sizes"),
        ("[algorithms.key_sizes]\nrsa = [{ bits = true }]\n", "algorithms.key_sizes.rsa"),
        ("[algorithms.key_sizes]\nrsa = [{ bits = 2048, untill = 2020-01-01 }]\n", "algorithms.key_sizes.rsa"),
    ],
)
def test_a_wrong_item_is_named(tmp_path, text, item):
    file = tmp_path / "wrong.toml"
    file.write_text(text, encoding="utf-8")
    with refused_as("policy-invalid") as refusal:
        load_policy(file)
    assert refusal.value.item == item


@pytest.mark.parametrize("sizes", ["", "[algorithms.key_sizes]\nrsa = [{ bits = 2048 }]\n"])
def test_a_key_whose_size_no_row_names_is_never_believed(tmp_path, world, sizes):
    """Left out, the table of sizes would let any key pass, however short."""
    file = tmp_path / "house.toml"
    named = '[algorithms.digests]\nsha256 = "no end"\n[algorithms.families]\nrsa = "no end"\necdsa = "no end"\n'
    key = rsa.generate_private_key(65537, 1024)
    signer = pki.issue(world.ca, key=key)
    pdf = pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, signer))
    everything = "[algorithms.key_sizes]\nrsa = [{ bits = 1024 }]\necdsa = [{ bits = 256 }]\n"
    for table, verdict in ((sizes, Verdict.INDETERMINATE), (everything, Verdict.PASSED)):
        file.write_text(named + table, encoding="utf-8")
        assert world.only(pdf, policy=load_policy(file)).verdict is verdict


@pytest.mark.parametrize("content", [b"\xff\xfe", b"not toml ["])
def test_what_is_no_toml_is_unreadable(tmp_path, content):
    file = tmp_path / "wrong.toml"
    file.write_bytes(content)
    with refused_as("policy-unreadable"):
        load_policy(file)


def test_a_missing_policy_file_is_unreadable(tmp_path):
    with refused_as("policy-unreadable"):
        load_policy(tmp_path / "none.toml")


# --- a level that is demanded ----------------------------------------------------------------------------------------


def raised(world, *, stamp, answer=None, sealed_by=None) -> bytes:
    """A signature with what would make it B-T, B-LT and B-LTA, whoever made that."""
    pdf = pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, world.signer, stamp=stamp))
    pdf = pdf if answer is None else add_store(pdf, [world.ca.der], [answer], [])
    return pdf if sealed_by is None else add_document_timestamp(pdf, sealed_by)


def materials(world) -> dict[str, tuple[bytes, str, str]]:
    """By what it is: the file, the level that it has material for, and the one that is proven."""
    stranger = pki.authority("Stranger")
    foreign = pki.timestamp_authority(stranger)
    good, by_stranger = pki.status_response(world.ca, world.signer), pki.status_response(stranger, world.signer)
    stale = pki.status_response(world.ca, world.signer, issued=NOW - 30 * DAY)

    def stamped(tsa):
        return lambda value: pki.timestamp_token(value, tsa)

    own = stamped(world.tsa)
    return {
        "a timestamp": (raised(world, stamp=own), "B-T", "B-T"),
        "a stranger's timestamp": (raised(world, stamp=stamped(foreign)), "B-T", "B-B"),
        "a timestamp over other bytes": (
            raised(world, stamp=lambda _: pki.timestamp_token(b"x", world.tsa)), "B-T", "B-B",
        ),
        "no timestamp at all": (raised(world, stamp=lambda _: b"\x30\x00"), "B-B", "B-B"),
        "an answer": (raised(world, stamp=own, answer=good), "B-LT", "B-LT"),
        "a stranger's answer": (raised(world, stamp=own, answer=by_stranger), "B-LT", "B-T"),
        "an old answer": (raised(world, stamp=own, answer=stale), "B-LT", "B-T"),
        "a seal": (raised(world, stamp=own, answer=good, sealed_by=world.tsa), "B-LTA", "B-LTA"),
        "a seal over a stranger's answer": (
            raised(world, stamp=own, answer=by_stranger, sealed_by=world.tsa), "B-LTA", "B-T",
        ),
        "a stranger's seal": (raised(world, stamp=own, answer=good, sealed_by=foreign), "B-LTA", "B-LT"),
    }  # fmt: skip


@pytest.mark.slow
def test_a_level_that_is_demanded_is_proven_by_what_is_believed(world):
    """Material for a level anybody can put into a file, outside of what was signed."""
    order = ["B-B", "B-T", "B-LT", "B-LTA"]
    online = Handing(OcspEvidence(pki.status_response(world.ca, world.signer)))
    for name, (pdf, has, proven) in materials(world).items():
        for wanted in ("none", *order[order.index(proven) :][:2]):
            policy = replace(shipped_policy("default"), required_level=wanted, revocation="if-available")
            # What a source says now shows the signer good, and is not in the file.
            report = world.only(pdf, policy=policy, offline=False, revocation=(online,))
            assert report.level == f"PAdES-{has}", name
            is_enough = wanted in ("none", proven)
            assert (report.verdict is Verdict.PASSED) is is_enough, (name, wanted, codes(report))
            if not is_enough:
                known = order.index(wanted) <= order.index(has)
                assert codes(report)[0] == ("level-not-proven" if known else "level-too-low"), (name, wanted)
