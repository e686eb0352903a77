"""The network is asked unless what is at hand settles the matter; the document's maker chose what is in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signkit.pki.revocation.sources import CrlEvidence, OcspEvidence
from signkit.validation.cms_file import validate_cms
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from tests.pki.generated.making import NOW as MADE_NOW
from tests.pki.generated.making import Entry, certificate, remade, revocation_list, root, with_key_of
from tests.validation import pdfs, pki
from tests.validation.conftest import codes
from tests.validation.test_trust import add_store

NOW, DAY = pki.NOW, pki.DAY


class Service:
    """A service that counts its questions."""

    def __init__(self, holder, response) -> None:
        self._serial, self._response, self.questions = holder.certificate.serial_number, response, 0

    def look_up(self, certificate, issuer):
        if certificate.serial_number != self._serial:
            return []
        self.questions += 1
        return [OcspEvidence(self._response)]


#: What the document holds: when the list was issued, for how long it counts, and since when the signer is on it.
EMBEDDED = {
    "nothing": None,
    "a list in time": (6 * DAY, 30 * DAY, None),
    "a list out of time": (90 * DAY, DAY, None),
    "a list of a minute ago": (timedelta(minutes=1), DAY, None),
}


@pytest.mark.parametrize("stamped", [False, True], ids=["B-B", "B-T"])
@pytest.mark.parametrize("revoked", [False, True], ids=["good", "revoked"])
@pytest.mark.parametrize("held", EMBEDDED)
def test_an_older_list_in_the_document_keeps_nobody_from_asking(held, revoked, stamped):
    service, report = asked(EMBEDDED[held], revoked=revoked, stamped=stamped)
    assert service.questions == 1
    assert codes(report) == (["revoked"] if revoked else [])


@pytest.mark.parametrize("listed", [None, 5 * DAY], ids=["good at the moment itself", "revoked"])
def test_what_is_settled_is_not_asked(listed):
    service, report = asked((timedelta(0) if listed is None else DAY, DAY, listed), revoked=False, stamped=False)
    assert service.questions == 0
    assert codes(report) == ([] if listed is None else ["revoked"])


def test_offline_nobody_is_asked():
    service, report = asked(EMBEDDED["a list in time"], revoked=True, stamped=False, offline=True)
    assert (service.questions, codes(report)) == (0, [])


def asked(held, *, revoked, stamped, offline=False):
    ca = pki.authority()
    signer, tsa = pki.issue(ca, declares_crl=True), pki.timestamp_authority(ca)
    stamp = (lambda value: pki.timestamp_token(value, tsa, time=NOW - 2 * DAY)) if stamped else None
    pdf = pdfs.sign(pdfs.build(), lambda c: pki.signed_data(c, signer, stamp=stamp))
    if held is not None:
        age, good_for, since = held
        entries = {} if since is None else {signer.certificate.serial_number: NOW - since}
        pdf = add_store(pdf, (), (), [pki.revocation_list(ca, entries, issued=NOW - age, good_for=good_for)])
    response = pki.status_response(ca, signer, revoked_at=NOW - 5 * DAY if revoked else None)
    service = Service(signer, response)
    options = ValidationOptions(trust=pki.trust(ca), at=NOW, offline=offline, revocation=(service,))
    return service, validate_pdf(pdf, name="x.pdf", options=options).signatures[0]


# --- who stands in the way -------------------------------------------------------------------------------------------


class Registry:
    """A service that knows of one revocation, and counts whom it was asked about."""

    def __init__(self, issuer, revoked) -> None:
        self._serial, self._list = revoked.certificate.serial_number, revocation_list(issuer, Entry(revoked))
        self.asked: list[int] = []

    def look_up(self, certificate, issuer):
        self.asked.append(certificate.serial_number)
        return [CrlEvidence(self._list)] if certificate.serial_number == self._serial else []


def strangers_of_the_authoritys_name(root_holder, middle):
    """Anybody can make certificates of an authority's name, as many as he likes."""
    return [certificate(None, "Middle", ca=True) for _ in range(25)]


def strangers_with_the_authoritys_key(root_holder, middle):
    """The name and the key of an authority are public: a stranger's authority may certify both."""
    stranger = root("Stranger")
    return [remade(certificate(stranger, "Middle", ca=True), stranger, with_key_of(middle)), stranger]


def others_of_the_authority(root_holder, middle):
    """What the authority issued to others is public, and each is a certificate to ask about."""
    return [certificate(middle, f"Other {number}") for number in range(45)]


@pytest.mark.parametrize("declares", [True, False])
@pytest.mark.parametrize(
    "crowd", [strangers_of_the_authoritys_name, strangers_with_the_authoritys_key, others_of_the_authority]
)
@pytest.mark.parametrize("form", ["pdf", "cms"])
def test_certificates_of_others_keep_nobody_from_asking_about_the_signer(crowd, declares, form):
    top = root()
    middle = certificate(top, "Middle", ca=True, points=None)
    signer = certificate(middle, "Hanako", **({} if declares else {"points": None}))
    service = Registry(middle, signer)
    brought = (*crowd(top, middle), middle, signer)

    def make(content):
        return pki.signed_data(content, signer, certificates=brought, brings=False)

    options = ValidationOptions(trust=pki.trust(top), revocation=(service,), at=MADE_NOW)
    if form == "pdf":
        report = validate_pdf(pdfs.sign(pdfs.build(), make, room=120_000), name="x.pdf", options=options)
    else:
        report = validate_cms(make(b"The contract."), name="x", options=options, content=b"The contract.")
    assert signer.certificate.serial_number in service.asked
    assert codes(report.signatures[0]) == ["revoked"]
