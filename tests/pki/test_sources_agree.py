"""One list says the same of a certificate whether it was imported, lies in a folder, or is asked by number."""

from __future__ import annotations

import itertools

import pytest
from cryptography import x509

from signkit.pki.policy import shipped_policy
from signkit.pki.revocation.crl_import import import_crl
from signkit.pki.revocation.indexed import IndexedRevocation
from signkit.pki.revocation.sources import FolderRevocation
from signkit.validation.certificate_status import certificate_status, status_by_number
from signkit.validation.cms_file import validate_cms
from signkit.validation.options import ValidationOptions
from tests.pki.generated.making import DAY, NOW, Entry, certificate, revocation_list, root
from tests.validation import pki

REASONS = x509.ReasonFlags
#: Lines on a list: since when, and why.
LINES = {
    "lost": (NOW - 30 * DAY, REASONS.key_compromise),
    "ended": (NOW - 20 * DAY, REASONS.cessation_of_operation),
    "held": (NOW - 10 * DAY, REASONS.certificate_hold),
    "to come": (NOW + 30 * DAY, None),
}
ALREADY = ("lost", "ended", "held")
TABLES = [(), ("to come",), ("held",), *itertools.permutations(ALREADY, 2), ("to come", "lost"), ("ended", "to come")]


def wanted_of(table) -> str:
    if {"lost", "ended"} & set(table):
        return "revoked"
    return "on-hold" if "held" in table else "good"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: "+".join(table) or "nothing")
def test_a_list_says_one_thing_however_it_comes(tmp_path, table):
    ca = root()
    holder = certificate(ca, "Hanako")
    entries = [Entry(holder, since, reason) for since, reason in map(LINES.get, table)]
    path = tmp_path / "lists" / "ca.crl"
    path.parent.mkdir()
    path.write_bytes(revocation_list(ca, *entries))
    imported = import_crl(path, tmp_path / "crl", [ca.asn1], NOW)
    algorithms = shipped_policy("default").algorithms
    said = {"number": status_by_number(ca.asn1, holder.asn1.serial_number, imported.files, NOW)}
    content = b"The contract."
    for source in (IndexedRevocation(tmp_path / "crl"), FolderRevocation(path.parent)):
        name = type(source).__name__
        said[name] = certificate_status(holder.der, [ca.asn1], [source], algorithms, NOW)
        options = ValidationOptions(trust=pki.trust(ca), revocation=(source,), offline=True, at=NOW)
        [judged] = validate_cms(pki.signed_data(content, holder), name="x", options=options, content=content).signatures
        assert judged.revocation.status == wanted_of(table), name
    words = {name: item.why[0] if item.why else item.state for name, item in said.items()}
    assert words == dict.fromkeys(said, wanted_of(table))


@pytest.mark.parametrize("source", [IndexedRevocation, FolderRevocation])
@pytest.mark.parametrize("reason", [REASONS.key_compromise, REASONS.cessation_of_operation])
def test_a_lost_key_is_lost_under_each_of_its_certificates(tmp_path, source, reason):
    """Only where the reason is about the key does the revocation of one certificate end what the other's lists say."""
    one, two = root("One"), root("Two")
    middle = certificate(one, "Middle", ca=True)
    across = certificate(two, "Middle", ca=True, key=middle.key)
    holder = certificate(middle, "Hanako")
    folder = tmp_path / "lists"
    folder.mkdir()
    lists = [revocation_list(one), revocation_list(two, Entry(across, reason=reason)), revocation_list(middle)]
    for number, (der, ca) in enumerate(zip(lists, (one, two, middle), strict=True)):
        (folder / f"{number}.crl").write_bytes(der)
        import_crl(folder / f"{number}.crl", tmp_path / "crl", [ca.asn1], NOW)
    options = ValidationOptions(
        trust=pki.trust(one, two),
        revocation=(source(folder if source is FolderRevocation else tmp_path / "crl"),),
        offline=True,
        at=NOW,
    )
    made = pki.signed_data(b"x", holder, certificates=(middle, across))
    [judged] = validate_cms(made, name="x", options=options, content=b"x").signatures
    # Which of the two paths is told of is not fixed: on the other one the holder's own list is by a lost key.
    lost = [["ca-revoked"], ["revocation-missing"]]
    assert [item.code for item in judged.reasons] in (lost if reason is REASONS.key_compromise else [[]])
