"""A revocation whose day is still to come: good until then, as long as what tells of it is not out of date."""

from __future__ import annotations

import pytest
from cryptography import x509

from signkit.pki.policy import shipped_policy
from signkit.pki.revocation.crl_import import import_crl
from signkit.pki.revocation.indexed import IndexedRevocation
from signkit.pki.revocation.sources import FolderRevocation
from signkit.validation.certificate_status import certificate_status, status_by_number
from tests.pki.generated import judges
from tests.pki.generated.cases import answered, listed, plain
from tests.pki.generated.making import DAY, HOUR, NOW, STATUS, Entry, response, revocation_list

REASONS = x509.ReasonFlags
STALE, FRESH = NOW - 9 * DAY, NOW - HOUR
#: When it was said, when the certificate was used, and what that shows.
SAID = {
    "today": (FRESH, REASONS.cessation_of_operation, NOW, "good"),
    "today, without a reason": (FRESH, None, NOW, "good"),
    "last week": (STALE, REASONS.cessation_of_operation, NOW, "unproven"),
    "last week, of a use before": (STALE, REASONS.cessation_of_operation, STALE - DAY, "good"),
    "today, of a key that is stolen": (FRESH, REASONS.key_compromise, NOW, "revoked"),
    "last week, of a key that is stolen": (STALE, REASONS.key_compromise, NOW, "revoked"),
    "last week, of an authority's": (STALE, REASONS.ca_compromise, NOW, "revoked"),
    "last week, of a key that is stolen, of a use before": (STALE, REASONS.key_compromise, STALE - DAY, "good"),
}


@pytest.mark.parametrize("said", SAID)
def test_a_day_that_is_still_to_come_holds_as_long_as_what_names_it(said):
    issued, reason, moment, wanted = SAID[said]
    case = plain()
    case = judges.replace(case, moment=moment)
    end = NOW + 30 * DAY
    by_list = listed(case, revocation_list(case.issuer, Entry(case.leaf, since=end, reason=reason), issued=issued))
    told = {"status": STATUS.REVOKED, "since": end, "reason": reason, "issued": issued}
    by_answer = answered(case, response(case.issuer, case.leaf, **told))
    assert [judges.validation(by_list), judges.validation(by_answer)] == [wanted, wanted]


@pytest.mark.parametrize("said", [name for name in SAID if SAID[name][2] == NOW])
def test_whoever_asks_is_told_the_same(tmp_path, said):
    issued, reason, _, wanted = SAID[said]
    case = plain(points=None)
    path = tmp_path / "lists" / "ca.crl"
    path.parent.mkdir()
    entry = Entry(case.leaf, since=NOW + 30 * DAY, reason=reason)
    path.write_bytes(revocation_list(case.issuer, entry, issued=issued))
    ca, leaf = case.issuer.asn1, case.leaf
    imported = import_crl(path, tmp_path / "crl", [ca], issued)
    states = [status_by_number(ca, leaf.asn1.serial_number, imported.files, NOW).state]
    for source in (IndexedRevocation(tmp_path / "crl"), FolderRevocation(path.parent)):
        states.append(certificate_status(leaf.der, [ca], [source], shipped_policy("default").algorithms, NOW).state)
    assert states == ["unknown" if wanted == "unproven" else wanted] * 3
