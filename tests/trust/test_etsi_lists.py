"""ETSI trust lists: what is read of them, and everything that makes a list be refused."""

from __future__ import annotations

import random
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest

from signkit.errors import TrustError
from signkit.pki.trust_lists.etsi import read_list, take_apart
from signkit.pki.trust_lists.stored import list_bytes, read_stored_list
from signkit.pki.trust_lists.values import ListedService
from tests.trust.etsi_lists import GRANTED, WITHDRAWN, Service, Status, list_xml, sign_xml, signed_list
from tests.validation import pki

NOW, DAY, YEAR = pki.NOW, pki.DAY, pki.YEAR
OPERATOR = pki.issue(pki.authority("List operator CA"), "List operator")
CA = pki.authority("Listed CA")
SERVICE = Service("CA of persons", CA.certificate, (Status(GRANTED, NOW - 2 * YEAR),))


def read(data: bytes, now=NOW):
    return read_list(take_apart(data, "list.xml"), "list.xml", now)


def make(services=(SERVICE,), **facts) -> bytes:
    return signed_list(services, OPERATOR, **({"issued": NOW - DAY} | facts))


def xml(services=(SERVICE,), **facts) -> str:
    return list_xml(services, **({"issued": NOW - DAY} | facts))


# --- reading -------------------------------------------------------------------------------------------------


def test_a_list_says_who_runs_it_its_number_and_its_services():
    found = read(make(sequence=7))
    assert (found.kind, found.name, found.sequence) == ("etsi", "総務省 (試験) (JP)", 7)
    assert (found.issued, found.next_update, found.signer) == (NOW - DAY, NOW + 89 * DAY, OPERATOR.der)
    (service,) = found.services
    assert (service.provider, service.name, service.certificates) == (
        "Example Trust Services", "CA of persons", (CA.der,),
    )  # fmt: skip
    assert service.purposes == {"sign", "seal"}


@pytest.mark.parametrize(
    ("kind", "narrowed", "purposes"),
    [
        ("CA/QC", (), {"sign", "seal"}),
        ("CA/QC", ("ForeSignatures",), {"sign"}),
        ("CA/QC", ("ForeSeals",), {"seal"}),
        ("CA/QC", ("ForeSignatures", "ForeSeals"), {"sign", "seal"}),
        ("CA/QC", ("ForWebSiteAuthentication",), set()),
        ("CA/QC", ("QCSSCDStatusAsInCert",), {"sign", "seal"}),
        ("CA/PKC", (), {"sign", "seal"}),
        ("TSA/QTST", (), {"timestamp"}),
        ("TSA", (), {"timestamp"}),
    ],
)
def test_what_a_service_is_believed_for_follows_from_its_type(kind, narrowed, purposes):
    status = Status(GRANTED, NOW - YEAR, kind, narrowed)
    (service,) = read(make([replace(SERVICE, statuses=(status,))])).services
    assert service.purposes == purposes


@pytest.mark.parametrize("kind", ["Certstatus/OCSP", "EDS/Q", "of/our/own", ""])
def test_services_of_other_types_are_passed_over(kind):
    other = replace(SERVICE, name="other", statuses=(Status(GRANTED, NOW - YEAR, kind),))
    assert [service.name for service in read(make([other, SERVICE])).services] == ["CA of persons"]


def test_a_service_that_changed_its_type_is_for_nothing_while_it_is_of_another():
    statuses = (Status(GRANTED, NOW - DAY, "EDS/Q"), Status(GRANTED, NOW - YEAR))
    (service,) = read(make([replace(SERVICE, statuses=statuses)])).services
    assert service.objection(frozenset({"sign"}), NOW).code == "anchor-other-purpose"
    assert service.objection(frozenset({"sign"}), NOW - 2 * DAY) is None


@pytest.mark.parametrize("status", ["withdrawn", "supervisionceased", "deprecatedatnationallevel", "unheardof"])
def test_only_a_status_of_being_granted_counts(status):
    (service,) = read(make([replace(SERVICE, statuses=(Status(status, NOW - YEAR),))])).services
    assert service.purposes == set()
    assert service.objection(frozenset({"sign"}), NOW).facts["status"] == status


def test_the_history_tells_what_a_service_was_at_a_time():
    statuses = (
        Status(WITHDRAWN, NOW - 10 * DAY),
        Status(GRANTED, NOW - 100 * DAY, "CA/QC"),
        Status("undersupervision", NOW - 200 * DAY, "TSA"),
    )
    (service,) = read(make([replace(SERVICE, statuses=statuses)])).services
    sign = frozenset({"sign"})
    assert service.objection(sign, NOW - 50 * DAY) is None
    assert service.objection(sign, NOW).code == "service-not-granted"
    assert service.objection(sign, NOW - 10 * DAY).code == "service-not-granted"
    assert service.objection(sign, NOW - 10 * DAY - timedelta(seconds=1)) is None
    assert service.objection(sign, NOW - 150 * DAY).code == "anchor-other-purpose"
    assert service.objection(sign, NOW - 300 * DAY).code == "service-not-yet-listed"


def test_a_list_answers_for_no_time_after_its_next_update_was_due():
    (service,) = read(make(next_update=NOW + DAY)).services
    assert service.objection(frozenset({"sign"}), NOW) is None
    late = service.objection(frozenset({"sign"}), NOW + 2 * DAY)
    assert (late.code, late.sub_indication) == ("trust-list-stale", "TRY_LATER")


def test_the_last_list_of_a_scheme_is_never_out_of_date():
    found = read(make(closed=True), NOW + 300 * DAY)
    assert (found.next_update, found.is_stale(NOW + 300 * DAY)) == (None, False)


def test_what_is_kept_is_what_was_read(tmp_path):
    found = read(
        make([SERVICE, replace(SERVICE, statuses=(Status(WITHDRAWN, NOW - DAY), Status(GRANTED, NOW - YEAR)))])
    )
    (tmp_path / "list.json").write_bytes(list_bytes(found))
    assert read_stored_list(tmp_path / "list.json") == found


@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", b'{"version": 2}', b"\xff"])
def test_a_kept_list_that_is_damaged_says_so(tmp_path, damage):
    (tmp_path / "list.json").write_bytes(damage)
    with pytest.raises(TrustError) as caught:
        read_stored_list(tmp_path / "list.json")
    assert caught.value.code == "trust-list-damaged"


# --- refusing ------------------------------------------------------------------------------------------------


def refusal(data: bytes, now=NOW) -> str:
    with pytest.raises(TrustError) as caught:
        read(data, now)
    assert "list.xml" in caught.value.message("ja")
    return caught.value.code


def test_an_altered_list_is_refused():
    assert refusal(make().replace(b"CA of persons", b"CA of parsons")) == "trust-list-signature-invalid"


def test_a_list_that_is_not_signed_is_refused():
    assert refusal(xml().encode()) == "trust-list-refused"


@pytest.mark.parametrize(
    "doctype",
    [
        b"<!DOCTYPE x>",
        b'<!DOCTYPE x [<!ENTITY e "persons">]>',
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_a_document_type_is_refused_with_whatever_it_declares(doctype):
    start = make().index(b"<TrustServiceStatusList")
    data = make()
    assert refusal(data[:start] + doctype + data[start:]) == "trust-list-refused"


def test_a_signed_list_wrapped_into_another_is_refused():
    """XML signature wrapping: the signature still fits the old list, and the reader would find the new one."""
    signed = make().split(b"?>", 1)[1]
    forged = (
        xml().encode().replace(b"</TrustServiceStatusList>", b"<Old>" + signed + b"</Old></TrustServiceStatusList>")
    )
    assert refusal(forged) == "trust-list-refused"


def test_a_signature_by_the_identifier_of_the_whole_is_as_good():
    assert b'URI="#whole"' in make(root_id="whole")
    assert read(make(root_id="whole")).services == read(make()).services


def test_a_signature_by_the_identifier_of_a_part_is_refused():
    data = make().replace(b'URI=""', b'URI="#part"').replace(b"<SchemeInformation>", b'<SchemeInformation Id="part">')
    assert refusal(data) == "trust-list-refused"


@pytest.mark.parametrize("uri", [b"http://127.0.0.1:9/list.xml", b"file:///etc/passwd", b"other.xml", b"#xpointer(/)"])
def test_a_reference_to_something_outside_is_refused(uri):
    assert refusal(make().replace(b'URI=""', b'URI="' + uri + b'"')) == "trust-list-refused"


def test_a_second_signature_is_refused():
    data = make()
    start, end = data.index(b"<ds:Signature "), data.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    assert refusal(data[:end] + data[start:end] + data[end:]) == "trust-list-refused"


def test_a_signature_that_is_not_below_the_root_is_refused():
    data = make()
    start, end = data.index(b"<ds:Signature "), data.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    moved = data[:start] + b"<Extra>" + data[start:end] + b"</Extra>" + data[end:]
    assert refusal(moved) == "trust-list-refused"


def test_an_identifier_that_stands_twice_is_refused():
    data = make(root_id="whole").replace(b"<SchemeInformation>", b'<SchemeInformation Id="whole">')
    assert refusal(data) == "trust-list-refused"


@pytest.mark.parametrize(
    "algorithm", [b"http://www.w3.org/TR/1999/REC-xpath-19991116", b"http://www.w3.org/TR/1999/REC-xslt-19991116"]
)
def test_a_transform_that_can_leave_parts_out_is_refused(algorithm):
    data = make().replace(b"http://www.w3.org/2000/09/xmldsig#enveloped-signature", algorithm)
    assert refusal(data) == "trust-list-refused"


def test_a_signature_by_another_key_than_the_certificate_names_is_refused():
    other = replace(OPERATOR, key=pki.issue(CA).key)
    assert refusal(sign_xml(xml(), other)) == "trust-list-signature-invalid"


def test_a_signature_with_sha1_is_refused():
    data = make().replace(b"http://www.w3.org/2001/04/xmlenc#sha256", b"http://www.w3.org/2000/09/xmldsig#sha1")
    assert refusal(data) == "trust-list-signature-invalid"


def test_a_signer_with_a_key_of_an_unknown_kind_is_refused():
    unknown = OPERATOR.der.replace(bytes.fromhex("2a8648ce3d0201"), bytes.fromhex("2a8648ce3d027f"))
    encoded = b64encode(OPERATOR.der), b64encode(unknown)
    assert unknown != OPERATOR.der
    assert refusal(make().replace(*encoded)) == "trust-list-signature-invalid"


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_altered_is_refused_or_says_the_same(seed):
    chance, whole = random.Random(seed), make()
    for _ in range(50):
        altered = bytearray(whole)
        altered[chance.randrange(len(altered))] = chance.randrange(256)
        try:
            found = read(bytes(altered))
        except TrustError:
            continue
        assert (found.services, found.sequence) == (read(whole).services, 1)


def test_a_signers_certificate_that_has_ended_is_refused():
    ended = pki.issue(CA, "List operator", end=NOW - DAY)
    assert refusal(signed_list([SERVICE], ended, issued=NOW - 2 * DAY)) == "trust-list-signature-invalid"


def test_a_list_after_its_next_update_is_refused():
    assert refusal(make(issued=NOW - 100 * DAY, next_update=NOW - DAY)) == "trust-list-stale"


def test_a_list_of_tomorrow_is_refused():
    assert refusal(make(issued=NOW + DAY)) == "trust-list-unreadable"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<TSLSequenceNumber>1</TSLSequenceNumber>", ""),
        ("<TSLSequenceNumber>1<", "<TSLSequenceNumber>one<"),
        (">5</TSLVersionIdentifier>", ">4</TSLVersionIdentifier>"),
        ("<SchemeTerritory>JP</SchemeTerritory>", ""),
        ("<StatusStartingTime>", "<StatusStartingTime>yesterday"),
        ("<X509Certificate>", "<X509Certificate>AAAA"),
        ("<NextUpdate>", "<Update>"),
        ("<NextUpdate>", "<NextUpdate/><NextUpdate>"),
        ("<NextUpdate><dateTime>", "<NextUpdate><dateTime>2099-01-01T00:00:00Z</dateTime><dateTime>"),
        ("</ServiceStatus>", "</ServiceStatus><ServiceStatus>withdrawn</ServiceStatus>"),
        ("</ServiceInformation>", "</ServiceInformation><ServiceInformation/>"),
    ],
)
def test_a_signed_list_with_an_item_missing_or_malformed_is_refused(old, new):
    assert old in xml()
    changed = xml().replace(old, new).replace("</NextUpdate>", "</Update>" if new == "<Update>" else "</NextUpdate>")
    assert refusal(sign_xml(changed, OPERATOR)) == "trust-list-unreadable"


@pytest.mark.parametrize("data", [b"<", b"<a/>", b"<?xml version='1.0'?>", b"\xff\xfe<", b"<a xmlns='x'>&lt;</a>"])
def test_what_is_no_list_is_told(data):
    assert refusal(data) == "trust-list-unreadable"


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=30)], ids=["the same", "a later"])
def test_no_history_of_the_present_statuss_moment_or_after_holds(later):
    """An operator's correction, or a mistake: what is withdrawn since a day is not granted since that day."""
    statuses = (Status(WITHDRAWN, NOW - 60 * DAY), Status(GRANTED, NOW - 60 * DAY + later), Status(GRANTED, NOW - YEAR))
    (service,) = read(make(services=[Service("CA", CA.certificate, statuses)])).services
    assert [period.status for period in service.periods] == [GRANTED, WITHDRAWN]
    assert service.objection(frozenset({"sign"}), NOW).code == "service-not-granted"
    assert service.objection(frozenset({"sign"}), NOW - 90 * DAY) is None


def extended(extension: str, critical: str | None = "true") -> ListedService:
    attribute = "" if critical is None else f' Critical="{critical}"'
    added = (
        f"<ServiceInformationExtensions><Extension{attribute}>{extension}</Extension></ServiceInformationExtensions>"
    )
    told = xml().replace("</ServiceInformation>", f"{added}</ServiceInformation>", 1)
    (service,) = read(sign_xml(told, OPERATOR)).services
    return service


UNKNOWN = '<x:Only xmlns:x="urn:example">these three certificates</x:Only>'
QUALIFIED = '<q:Qualifications xmlns:q="http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"/>'


@pytest.mark.parametrize(
    ("extension", "critical", "believed"),
    [
        (UNKNOWN, "true", False),
        (UNKNOWN, "1", False),
        (UNKNOWN, None, False),
        (UNKNOWN, "false", True),
        (UNKNOWN, "0", True),
        (QUALIFIED, "true", True),
        ("<ExpiredCertsRevocationInfo>2020-01-01T00:00:00Z</ExpiredCertsRevocationInfo>", "true", True),
    ],
)
def test_a_service_with_a_critical_extension_that_nobody_knows_is_for_nothing(extension, critical, believed):
    objection = extended(extension, critical).objection(frozenset({"sign"}), NOW)
    assert (objection is None) is believed


@pytest.mark.parametrize(
    ("before", "place"),
    [("</SchemeInformation>", "SchemeExtensions"), ("</TSPInformation>", "TSPInformationExtensions")],
)
def test_a_list_with_a_critical_extension_that_nobody_knows_is_refused(before, place):
    for critical, refused in (("true", True), ("false", False)):
        added = f'<{place}><Extension Critical="{critical}">{UNKNOWN}</Extension></{place}>'
        signed = sign_xml(xml().replace(before, f"{added}{before}", 1), OPERATOR)
        assert (refusal(signed) == "trust-list-refused") if refused else read(signed)


def test_no_name_of_a_list_steers_a_terminal():
    service = Service("CA\x9b31m\u202egnp", CA.certificate, provider="Pro\x85vider\u2028")
    told = xml([service]).replace("総務省", "総務\x9b2J省").replace("granted", "gran\u202eted")
    found = read(sign_xml(told, OPERATOR))
    assert found.name == "総務\ufffd2J省 (試験) (JP)"
    assert (found.services[0].name, found.services[0].provider) == ("CA\ufffd31m\ufffdgnp", "Pro vider")
    assert not found.services[0].purposes  # what is left out would have made it granted
