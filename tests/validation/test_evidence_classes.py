"""Each way in which evidence, a signature, a mail or a container deceives, and beside it the honest twin that passes.

A judge that judges nothing would fail every second of these.
"""

from __future__ import annotations

import base64
import hashlib
import time
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from signkit.cms.der import DerProblem, definite
from signkit.pki.revocation.sources import CrlEvidence, FolderRevocation, OcspEvidence
from signkit.reporting.formats.text import signature_lines
from signkit.validation.asic_file import validate_asic_stream
from signkit.validation.cms_file import validate_cms, validate_cms_file
from signkit.validation.report import Verdict
from tests.validation import pdfs, pki
from tests.validation.conftest import codes
from tests.validation.test_trust import add_document_timestamp, add_store, sign

NOW, DAY, YEAR = pki.NOW, pki.DAY, pki.YEAR
BOTH = pytest.mark.parametrize("honest", [False, True], ids=["hostile", "honest"])
TEXT = b"Content-Type: text/plain\r\n\r\nPay 100 yen.\r\n"


def outcome(report):
    return report.verdict, report.sub_indication, codes(report)


PASSED = (Verdict.PASSED, None, [])


def folder(tmp_path, *, lists=(), answers=()):
    for number, der in enumerate(lists):
        (tmp_path / f"{number}.crl").write_bytes(der)
    for number, der in enumerate(answers):
        (tmp_path / f"{number}.ocsp").write_bytes(der)
    return [FolderRevocation(tmp_path)]


# --- which evidence is asked for, and which counts -------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("declares", [True, False])
def test_evidence_is_asked_for_where_the_signature_carries_its_own_root(world, tmp_path, honest, declares):
    signer = pki.issue(world.ca, declares_crl=declares)
    revoked = {} if honest else {signer.certificate.serial_number: NOW - 30 * DAY}
    sources = folder(tmp_path, lists=[pki.revocation_list(world.ca, revoked)])
    report = world.only(sign(world, signer, certificates=(world.ca,)), revocation=sources)
    assert outcome(report) == (PASSED if honest else (Verdict.INDETERMINATE, "REVOKED_NO_POE", ["revoked"]))
    assert report.revocation.status == ("good" if honest else "revoked")


class Handing:
    """A source that hands over what it was given."""

    def __init__(self, *answers) -> None:
        self.answers = answers

    def look_up(self, certificate, issuer):
        return self.answers


@BOTH
@pytest.mark.parametrize("kind", ["folder", "plug-in"])
def test_a_good_answer_hides_no_list_that_revokes(world, tmp_path, honest, kind):
    signer = pki.issue(world.ca, declares_crl=True)
    listing = pki.revocation_list(world.ca, {} if honest else {signer.certificate.serial_number: NOW - 30 * DAY})
    good = pki.status_response(world.ca, signer)
    if kind == "folder":
        sources, offline = folder(tmp_path, lists=[listing], answers=[good]), True
    else:
        sources, offline = [Handing(OcspEvidence(good), CrlEvidence(listing))], False
    report = world.only(sign(world, signer), revocation=sources, offline=offline)
    assert (report.verdict, report.revocation.status) == (
        (Verdict.PASSED, "good") if honest else (Verdict.INDETERMINATE, "revoked")
    )


@pytest.mark.parametrize("spoilt", ["stale", "forged", "by a stranger"])
def test_what_does_not_count_hides_no_good_answer(world, tmp_path, spoilt):
    signer = pki.issue(world.ca, declares_crl=True)
    bad = {
        "stale": pki.revocation_list(world.ca, issued=NOW - 9 * DAY),
        "forged": pki.revocation_list(pki.authority()),
        "by a stranger": pki.revocation_list(pki.authority("Stranger")),
    }[spoilt]
    sources = folder(tmp_path, lists=[bad], answers=[pki.status_response(world.ca, signer)])
    assert outcome(world.only(sign(world, signer), revocation=sources)) == PASSED


def test_a_source_of_the_old_kind_gives_one_answer(world):
    class Single:
        def look_up(self, certificate, issuer):
            return CrlEvidence(pki.revocation_list(world.ca))

    signer = pki.issue(world.ca, declares_crl=True)
    report = world.only(sign(world, signer), revocation=[Single()], offline=False)
    assert report.revocation.status == "good"


def test_a_spoilt_answer_in_the_document_does_not_keep_the_network_from_being_asked(world):
    signer = pki.issue(world.ca, declares_crl=True)
    store = ([], [], [pki.revocation_list(pki.authority())])
    sources = [Handing(CrlEvidence(pki.revocation_list(world.ca)))]
    report = world.only(sign(world, signer, store=store), revocation=sources, offline=False)
    assert outcome(report) == PASSED


@BOTH
def test_evidence_from_after_the_validation_time_is_not_known_yet(world, tmp_path, honest):
    signer = pki.issue(world.ca, declares_crl=True)
    issued = NOW - timedelta(hours=1) if honest else NOW + timedelta(hours=1)
    sources = folder(tmp_path, lists=[pki.revocation_list(world.ca, issued=issued)])
    report = world.only(sign(world, signer), revocation=sources)
    assert codes(report) == ([] if honest else ["revocation-refused"])
    assert honest or "after the time of validation" in report.reasons[0].text.en


@pytest.mark.parametrize("named_by", [hashes.SHA1(), hashes.SHA256()], ids=["sha1", "sha256"])
def test_a_folder_knows_answers_by_whatever_digest_names_the_issuer(world, tmp_path, named_by):
    signer = pki.issue(world.ca, declares_crl=True)
    answer = pki.status_response(world.ca, signer, named_by=named_by)
    assert outcome(world.only(sign(world, signer), revocation=folder(tmp_path, answers=[answer]))) == PASSED


def test_that_revocation_was_not_looked_at_is_said(world, signed, tmp_path):
    report = world.judge(signed)
    assert outcome(report.signatures[0]) == PASSED
    assert report.to_json()["signatures"][0]["revocation"]["status"] == "not-checked"
    assert "was not looked at" in "\n".join(signature_lines(report.signatures[0], "en"))
    listed = world.only(signed, revocation=folder(tmp_path, lists=[pki.revocation_list(world.ca)]))
    assert "was not looked at" not in "\n".join(signature_lines(listed, "en"))


@BOTH
def test_an_authority_that_names_no_service_may_still_be_revoked(world, honest):
    middle = pki.issue(world.ca, "Middle", usage={"key_cert_sign": True, "crl_sign": True}, authority=True)
    signer = pki.issue(middle, "Taro")
    revoked = {} if honest else {middle.certificate.serial_number: NOW - 30 * DAY}
    store = ([middle.der], [], [pki.revocation_list(world.ca, revoked), pki.revocation_list(middle)])
    report = world.only(sign(world, signer, store=store))
    assert outcome(report) == (PASSED if honest else (Verdict.INDETERMINATE, "REVOKED_CA_NO_POE", ["ca-revoked"]))


def test_the_store_of_another_signature_shows_nothing_of_this_one(world):
    one, other = (pki.issue(world.ca, name, declares_crl=True) for name in ("Hanako", "Taro"))
    answer = pki.status_response(world.ca, other)
    assert codes(world.only(sign(world, one, store=([], [answer], [])))) == ["revocation-missing"]
    assert outcome(world.only(sign(world, other, store=([], [answer], [])))) == PASSED


# --- who may sign what -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extended", "passes"),
    [
        (ExtendedKeyUsageOID.SERVER_AUTH, False),
        (ExtendedKeyUsageOID.CODE_SIGNING, False),
        (ExtendedKeyUsageOID.EMAIL_PROTECTION, True),
        (x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"), True),
        (x509.ObjectIdentifier("2.25.99"), True),
        (None, True),
    ],
    ids=["server", "code", "mail", "documents", "a purpose of its own", "none"],
)
def test_a_certificate_of_another_trade_signs_no_document(world, extended, passes):
    report = world.only(sign(world, pki.issue(world.ca, extended=extended)))
    assert codes(report) == ([] if passes else ["certificate-not-for-signing"])


@BOTH
def test_a_person_who_is_trusted_is_no_authority(world, honest):
    partner = pki.issue(world.ca, "Partner")
    signer = partner if honest else pki.issue(partner, "Somebody")
    report = world.only(sign(world, signer), trust=pki.trust(partner))
    assert outcome(report)[0] is (Verdict.PASSED if honest else Verdict.INDETERMINATE)


def test_a_self_signed_signer_has_no_chain(world):
    key, own = pki.issue(world.ca).key, pki.name("Hanako")
    builder = pki._builder(own, own, key, NOW - YEAR, NOW + YEAR)
    builder = builder.add_extension(pki._usage(digital_signature=True), True)
    report = world.only(sign(world, pki.Holder(builder.sign(key, hashes.SHA256()), key)))
    assert outcome(report) == (Verdict.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND", ["no-anchor"])


# --- timestamps ------------------------------------------------------------------------------------------------------


def stamped(world, *, tsa=None, store=None, certificates=(), **changes):
    """A signature with a timestamp, which ``changes`` change."""

    def stamp(value):
        return pki.timestamp_token(value, tsa or world.tsa, **changes)

    def make(content):
        return pki.signed_data(content, world.signer, certificates=certificates, stamp=stamp)

    pdf = pdfs.sign(pdfs.build(), make)
    return add_store(pdf, *store) if store else pdf


@pytest.mark.parametrize("place", ["token", "security store", "signature"])
def test_the_services_certificate_may_stand_elsewhere(world, place):
    changes = {
        "token": {},
        "security store": {"brings": False, "store": ([world.tsa.der], [], [])},
        "signature": {"brings": False, "certificates": (world.tsa,)},
    }[place]
    [stamp] = world.only(stamped(world, **changes)).timestamps
    assert (stamp.verdict, stamp.tsa) == (Verdict.PASSED, "Test TSA")


def test_without_the_services_certificate_a_timestamp_proves_nothing(world):
    [stamp] = world.only(stamped(world, brings=False)).timestamps
    assert (stamp.verdict, stamp.sub_indication) == (Verdict.INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND")


@BOTH
def test_a_timestamp_must_name_its_services_certificate(world, honest):
    """RFC 3161 2.4.2: the ESS attribute; else any certificate of that key will do."""
    [stamp] = world.only(stamped(world, ess=honest)).timestamps
    assert [item.code for item in stamp.reasons] == ([] if honest else ["timestamp-unnamed"])
    assert stamp.verdict is (Verdict.PASSED if honest else Verdict.INDETERMINATE)


@BOTH
def test_a_key_that_does_not_sign_makes_no_timestamps(world, honest):
    usage = {"digital_signature": True} if honest else {"key_encipherment": True}
    tsa = pki.issue(world.ca, "TSA", usage=usage, extended=ExtendedKeyUsageOID.TIME_STAMPING)
    [stamp] = world.only(stamped(world, tsa=tsa)).timestamps
    assert [item.code for item in stamp.reasons] == ([] if honest else ["certificate-not-for-timestamps"])


@BOTH
@pytest.mark.parametrize("kind", ["signature", "document"])
def test_a_timestamp_of_the_future_proves_nothing(world, honest, kind):
    time = NOW if honest else NOW + timedelta(hours=1)
    if kind == "signature":
        [stamp] = world.only(stamped(world, time=time)).timestamps
    else:
        [stamp] = world.judge(add_document_timestamp(sign(world), world.tsa, time=time)).document_timestamps
    assert [item.code for item in stamp.reasons] == ([] if honest else ["timestamp-later"])


@BOTH
def test_an_expired_service_proves_nothing_now(world, honest):
    end = NOW + YEAR if honest else NOW - DAY
    tsa = pki.timestamp_authority(world.ca, start=NOW - 2 * YEAR, end=end)
    [stamp] = world.only(stamped(world, tsa=tsa, time=NOW - 2 * DAY)).timestamps
    assert stamp.verdict is (Verdict.PASSED if honest else Verdict.INDETERMINATE)


@BOTH
def test_a_backdated_signing_time_proves_nothing(world, honest):
    signer = pki.issue(world.ca, start=NOW - 2 * YEAR, end=NOW + YEAR if honest else NOW - DAY)
    time = pki._attribute("signing_time", core.UTCTime(NOW - 30 * DAY).dump())
    report = world.only(sign(world, signer, added=(time,)))
    assert codes(report) == ([] if honest else ["expired"])


@pytest.mark.slow
def test_the_level_is_what_the_file_holds_material_for(world):
    """EN 319 142-1 5.5, 6.3: one document timestamp proves the time, and seals what stood there before it."""
    signed = sign(world)
    evidence = ([world.ca.der], [pki.status_response(world.ca, world.signer)], [])
    stamp = lambda pdf: add_document_timestamp(pdf, world.tsa)  # noqa: E731
    made = {"T": stamp(signed), "LTA": stamp(add_store(signed, *evidence)), "LT": with_store(stamp(signed), *evidence)}
    assert {name: world.only(pdf, at=NOW + DAY).level for name, pdf in made.items()} == {
        name: f"PAdES-B-{name}" for name in made
    }


def with_store(pdf, certificates, answers, _):
    """A security store after a document timestamp: the catalog stays as it is, with the store in it."""
    catalog = pdf[pdf.rindex(b"1 0 obj\n") + 8 :]
    catalog = catalog[: catalog.index(b"\nendobj")]
    streams = {
        number: b"<< /Length %d >>\nstream\n" % len(der) + der + b"\nendstream"
        for number, der in zip((60, 61), (*certificates, *answers), strict=True)
    }
    store = b" /DSS << /Certs [60 0 R] /OCSPs [61 0 R] >> >>"
    return pdfs.update(pdf, {**streams, pdfs.CATALOG: catalog[:-2] + store})


# --- timestamps that stand alone -------------------------------------------------------------------------------------


def response_of(token: bytes | None, status: int = 0) -> bytes:
    return pki.sequence(pki.sequence(core.Integer(status).dump()), *([token] if token else []))


@pytest.mark.parametrize("form", ["token", "response"])
@pytest.mark.parametrize("state", ["honest", "other content", "no content"])
def test_a_token_or_response_is_judged_as_a_timestamp(world, tmp_path, form, state):
    token = pki.timestamp_token(b"The contract.", world.tsa)
    path = tmp_path / "contract.txt.tsr"
    path.write_bytes(token if form == "token" else response_of(token))
    if state != "no content":
        (tmp_path / "contract.txt").write_bytes(b"The contract." if state == "honest" else b"Another one.")
    report = validate_cms_file(path, world.options)
    [stamp] = report.document_timestamps
    assert report.signatures == ()
    verdict, code = {
        "honest": (Verdict.PASSED, []),
        "other content": (Verdict.FAILED, ["timestamp-imprint"]),
        "no content": (Verdict.INDETERMINATE, ["timestamp-content-missing"]),
    }[state]
    assert (report.verdict, [item.code for item in stamp.reasons]) == (verdict, code)
    assert (stamp.time, stamp.tsa) == (NOW, "Test TSA")


def test_a_services_refusal_is_no_timestamp(world):
    report = validate_cms(response_of(None, 2), name="x.tsr", options=world.options)
    assert (report.verdict, report.error.code) == (Verdict.UNREADABLE, "malformed")


# --- the CMS ---------------------------------------------------------------------------------------------------------


@BOTH
def test_content_and_signature_are_digested_alike(world, honest):
    report = world.only(sign(world, signed_with="sha256" if honest else "sha512"))
    assert outcome(report) == (PASSED if honest else (Verdict.INDETERMINATE, "GENERIC", ["digests-differ"]))


@BOTH
def test_a_detached_signature_has_no_content_of_its_own(world, honest):
    report = world.only(sign(world, encapsulate=None if honest else b"Pay 999."))
    assert outcome(report) == (PASSED if honest else (Verdict.INDETERMINATE, "GENERIC", ["content-inside"]))


@BOTH
def test_the_signing_time_stands_once(world, honest):
    time = pki._attribute("signing_time", core.UTCTime(NOW).dump())
    later = pki._attribute("signing_time", core.UTCTime(NOW + DAY).dump())
    report = world.only(sign(world, added=(time,) if honest else (time, later)))
    assert outcome(report) == (PASSED if honest else (Verdict.INDETERMINATE, "GENERIC", ["signed-attribute-twice"]))


#: RSASSA-PSS with SHA-256, its mask too, and a salt of 32 bytes.
PSS = bytes.fromhex(
    "303d06092a864886f70d01010a3030a00d300b0609608648016503040201a11a301806092a864886f70d010108300b0609608648016503040201"
    "a203020120"
)


def pss_holder(world) -> pki.Holder:
    """A certificate that calls its key id-RSASSA-PSS with SHA-256."""
    key = rsa.generate_private_key(65537, 2048)
    plain = pki.issue(world.ca, key=key)
    certificate = asn1_x509.Certificate.load(plain.der)
    content = certificate["tbs_certificate"]
    info = certificate.public_key
    spki = pki.sequence(PSS, pki.tagged(0x03, b"\x00" + info["public_key"].parsed.dump()))
    tbs = pki.sequence(content.contents.replace(info.dump(), spki))
    signature = world.ca.sign(tbs)
    der = pki.sequence(tbs, certificate["signature_algorithm"].dump(), pki.tagged(0x03, b"\x00" + signature))
    return PssHolder(x509.load_der_x509_certificate(der), key, der)


class PssHolder(pki.Holder):
    """A holder whose certificate stands as it was made; signs with PSS where asked to."""

    def __init__(self, certificate, key, der) -> None:
        super().__init__(certificate, key)
        object.__setattr__(self, "_der", der)

    @property
    def der(self) -> bytes:
        return self._der


@pytest.mark.slow
@BOTH
def test_a_key_for_pss_alone_makes_no_other_signatures(world, honest):
    holder = pss_holder(world)

    def make(content):
        made = pki.signed_data(content, holder)
        return with_pss(made, holder) if honest else made

    report = world.only(pdfs.sign(pdfs.build(), make))
    assert outcome(report) == (PASSED if honest else (Verdict.INDETERMINATE, "GENERIC", ["key-not-for-algorithm"]))


@BOTH
def test_another_trailer_of_pss_is_an_algorithm_that_is_not_known(world, honest):
    """RFC 4055 3.1: 1 is the only one there is; that the bytes fit a 1 says nothing of what the signer meant."""
    holder = pki.issue(world.ca, key=rsa.generate_private_key(65537, 2048))
    said = pki.sequence(PSS[2:13], pki.sequence(PSS[15:], pki.explicit(3, core.Integer(1 if honest else 2).dump())))
    report = world.only(pdfs.sign(pdfs.build(), lambda item: with_pss(pki.signed_data(item, holder), holder, said)))
    assert outcome(report) == (PASSED if honest else (Verdict.INDETERMINATE, "GENERIC", ["algorithm-unknown"]))


def with_pss(made: bytes, holder: pki.Holder, said: bytes = PSS) -> bytes:
    """The same SignedData, signed anew with RSASSA-PSS over SHA-256, which ``said`` names."""
    info = asn1_cms.ContentInfo.load(made)["content"]["signer_infos"][0]
    attributes = b"\x31" + info["signed_attrs"].dump()[1:]
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    signature = holder.key.sign(attributes, scheme, hashes.SHA256())
    old = info["signature_algorithm"].dump() + info["signature"].dump()
    certificate = holder.der
    body = pki.sequence(
        core.Integer(1).dump(),
        pki.set_of(pki._digest_algorithm("sha256")),
        pki.sequence(asn1_cms.ContentType("data").dump()),
        pki.tagged(0xA0, certificate),
        pki.set_of(pki.sequence(info.contents.replace(old, said + pki.octets(signature)))),
    )
    return pki.sequence(asn1_cms.ContentType("signed_data").dump(), pki.explicit(0, body))


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["modulus without its sign octet", "Shift_JIS in a T61String", "address as a SEQUENCE"]
)
def test_an_odd_certificate_is_told_as_what_it_is(world, kind):
    """Never "altered", and never "not in the signature"."""
    holder = odd_holder(world, kind)
    report = world.only(pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, holder)))
    assert report.intact is not False
    assert report.verdict is Verdict.INDETERMINATE
    assert "signer-certificate-missing" not in codes(report)
    if kind.startswith("modulus"):
        assert (report.intact, codes(report)) == (None, ["key-unreadable"])
    else:
        assert report.intact is True


def odd_holder(world, kind) -> pki.Holder:
    plain = pki.issue(world.ca, "Hanako Yamada", key=rsa.generate_private_key(65537, 2048))
    certificate = asn1_x509.Certificate.load(plain.der)
    tbs = certificate["tbs_certificate"].contents
    value = b"\x0c\x0dHanako Yamada"
    assert tbs.count(value) == 1
    if kind.startswith("modulus"):
        modulus = certificate.public_key["public_key"].parsed["modulus"].dump()
        info, bare = certificate.public_key.dump(), b"\x02\x82\x01\x00" + modulus[5:]
        key = pki.sequence(bare, core.Integer(65537).dump())
        rebuilt = pki.sequence(certificate.public_key["algorithm"].dump(), pki.tagged(0x03, b"\x00" + key))
        tbs = tbs.replace(info, rebuilt)
    else:
        odd = (
            b"\x14\x0d\x8eR\x93c\x89\xd4\x8eq\x8eR\x93c\x81"[:15]
            if "T61" in kind
            else b"\x30\x0d\x0c\x0bTokyo-to...."[:15]
        )
        tbs = tbs.replace(value, odd)
    content = pki.sequence(tbs)
    signature = world.ca.sign(content)
    der = pki.sequence(content, certificate["signature_algorithm"].dump(), pki.tagged(0x03, b"\x00" + signature))
    return OddHolder(plain.certificate, plain.key, der)


class OddHolder(PssHolder):
    """A holder of a certificate that cryptography does not read."""


@pytest.mark.parametrize("honest", [True, False], ids=["honest", "malformed"])
def test_malformed_unsigned_attributes_are_no_fault_of_ours(world, honest):
    made = pki.signed_data(b"x", world.signer, encapsulate=b"x")
    info = asn1_cms.ContentInfo.load(made)["content"]["signer_infos"][0].dump()
    attribute = (
        pki.sequence(b"\x30\x80")
        if not honest
        else pki.sequence(core.ObjectIdentifier("2.25.1").dump(), pki.set_of(b"\x05\x00"))
    )
    longer = pki.sequence(asn1_cms.SignerInfo.load(info).contents, pki.tagged(0xA1, attribute))
    body = asn1_cms.ContentInfo.load(made)["content"].contents
    whole = pki.sequence(
        asn1_cms.ContentType("signed_data").dump(),
        pki.explicit(0, pki.sequence(body.replace(pki.set_of(info), pki.set_of(longer)))),
    )
    report = validate_cms(whole, name="x.p7m", options=world.options)
    assert report.verdict is Verdict.PASSED if honest else report.verdict in (Verdict.FAILED, Verdict.INDETERMINATE)


def indefinite(depth: int) -> bytes:
    """A value of ``depth`` elements of indefinite length, each in the other."""
    return b"\x30\x80" * depth + b"\x05\x00" + b"\x00\x00" * depth


@pytest.mark.parametrize("depth", [1, 9])
def test_indefinite_lengths_in_an_attribute_cost_no_minutes(world, depth):
    """asn1crypto's time for writing such a value out again doubles with every level."""
    made = pki.signed_data(b"x", world.signer, encapsulate=b"x")
    info = asn1_cms.ContentInfo.load(made)["content"]["signer_infos"][0].dump()
    attribute = pki.sequence(core.ObjectIdentifier("2.25.1").dump(), pki.tagged(0x31, indefinite(depth)))
    longer = pki.sequence(asn1_cms.SignerInfo.load(info).contents, pki.tagged(0xA1, attribute))
    body = asn1_cms.ContentInfo.load(made)["content"].contents
    inside = pki.sequence(body.replace(pki.set_of(info), pki.set_of(longer)))
    whole = pki.sequence(asn1_cms.ContentType("signed_data").dump(), pki.explicit(0, inside))
    began = time.process_time()
    assert validate_cms(whole, name="x.p7m", options=world.options).verdict is Verdict.PASSED
    assert time.process_time() - began < 5


@pytest.mark.parametrize("data", [indefinite(3)[:-2], b"\x04\x80\x00\x00", indefinite(200), b"\x30\x03\x02\x05\x00"])
def test_lengths_that_do_not_end_are_told(data):
    with pytest.raises(DerProblem):
        definite(data)


def test_der_stays_as_it_is(world):
    made = pki.signed_data(b"x", world.signer)
    assert definite(made) == made
    assert definite(indefinite(2)) == b"\x30\x04\x30\x02\x05\x00"


@pytest.mark.slow
def test_a_bare_pkcs1_value_has_no_pkcs7_level(world):
    key = rsa.generate_private_key(65537, 2048)
    holder = pki.issue(world.ca, key=key)
    hexadecimal = holder.der.hex().encode()
    pdf = pdfs.build()
    raw = pdfs.sign(pdf, lambda content: pki.octets(key.sign(content, padding.PKCS1v15(), hashes.SHA1())),
                    sub_filter=b"adbe.x509.rsa_sha1 /Cert <" + hexadecimal + b">")  # fmt: skip
    report = world.only(raw)
    assert (report.level, report.intact) == ("unknown", True)


# --- mail and files --------------------------------------------------------------------------------------------------


def mail(world, signer, *, sender=b"Taro <taro@good.example>", parameters=b"", shown=TEXT, encapsulate=None) -> bytes:
    signature = pki.signed_data(TEXT, signer, encapsulate=encapsulate)
    return (
        b"From: " + sender + b"\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; "
        b'protocol="application/pkcs7-signature"; micalg=sha-256; boundary="BBB"' + parameters + b"\r\n\r\n--BBB\r\n"
        + shown + b"\r\n--BBB\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(signature).replace(b"\n", b"\r\n") + b"\r\n--BBB--\r\n"
    )  # fmt: skip


@pytest.fixture(scope="module")
def writer(world):
    """A signer whose certificate names a mail address."""
    key = pki.issue(world.ca).key
    builder = pki._builder(pki.name("Taro"), world.ca.certificate.subject, key, NOW - YEAR, NOW + YEAR)
    builder = builder.add_extension(pki._usage(digital_signature=True, content_commitment=True), True)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name("taro@good.example")]), False)
    return pki.Holder(builder.sign(world.ca.key, hashes.SHA256()), key)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({}, [], id="honest"),
        pytest.param({"sender": b"TARO@GOOD.example"}, [], id="honest, in capitals"),
        pytest.param({"sender": b"Bank <boss@bank.example>"}, ["mail-sender"], id="from somebody else"),
        pytest.param({"sender": b'"taro@good.example" <boss@bank.example>'}, ["mail-sender"], id="named so"),
        pytest.param(
            {"sender": b"taro@good.example\r\nFrom: boss@bank.example"}, ["mail-two-readings", "mail-sender"],
            id="two senders",
        ),
        pytest.param({"parameters": b'; boundary="CCC"'}, ["mail-two-readings"], id="two boundaries"),
        pytest.param({"encapsulate": TEXT}, ["content-inside"], id="content inside as well"),
        pytest.param(
            {"shown": TEXT.replace(b"100", b"999"), "encapsulate": TEXT}, ["content-inside"], id="another text shown",
        ),
    ],
)  # fmt: skip
def test_a_mail_is_what_is_shown_from_whom_it_says(world, writer, changes, found):
    report = validate_cms(mail(world, writer, **changes), name="x.eml", options=world.options)
    assert codes(report.signatures[0]) == found
    assert (report.verdict is Verdict.PASSED) is (not found)


def test_a_mail_without_sender_says_nothing_of_one(world, writer):
    nobody = mail(world, writer).replace(b"From: Taro <taro@good.example>\r\n", b"")
    assert validate_cms(nobody, name="x.eml", options=world.options).verdict is Verdict.PASSED
    bare = mail(world, writer, sender=b"The Bank")
    assert codes(validate_cms(bare, name="x.eml", options=world.options).signatures[0]) == ["mail-sender"]


def test_a_certificate_without_address_says_nothing_of_the_sender(world):
    report = validate_cms(mail(world, world.signer, sender=b"x@bank.example"), name="x.eml", options=world.options)
    assert report.verdict is Verdict.PASSED


@BOTH
def test_the_file_beside_an_attached_signature_is_what_was_signed(world, tmp_path, honest):
    (tmp_path / "a.txt.p7s").write_bytes(pki.signed_data(b"Pay 100", world.signer, encapsulate=b"Pay 100"))
    (tmp_path / "a.txt").write_bytes(b"Pay 100" if honest else b"Pay 999")
    report = validate_cms_file(tmp_path / "a.txt.p7s", world.options)
    assert codes(report.signatures[0]) == ([] if honest else ["content-beside-differs"])
    assert report.verdict is (Verdict.PASSED if honest else Verdict.INDETERMINATE)


# --- containers ------------------------------------------------------------------------------------------------------


def container(world, *, extensions=b"", extra=b"", name="a.txt", inside=None) -> bytes:
    digest = base64.b64encode(hashlib.sha256(b"Pay 100").digest())
    manifest = (
        b'<?xml version="1.0"?><ASiCManifest xmlns="http://uri.etsi.org/02918/v1.2.1#" '
        b'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><SigReference URI="META-INF/signature1.p7s"/>'
        b'<DataObjectReference URI="a.txt"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        b"<ds:DigestValue>" + digest + b"</ds:DigestValue></DataObjectReference>" + extensions + b"</ASiCManifest>"
    )
    signature = pki.signed_data(inside or manifest, world.signer, encapsulate=inside)
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.etsi.asic-e+zip")
        entry = zipfile.ZipInfo(name)
        entry.extra = extra
        archive.writestr(entry, b"Pay 100")
        archive.writestr("META-INF/ASiCManifest1.xml", manifest)
        archive.writestr("META-INF/signature1.p7s", signature)
    return stream.getvalue()


def renamed(name: bytes) -> bytes:
    """An Info-ZIP Unicode Path field."""
    body = b"\x01\x00\x00\x00\x00" + name
    return b"\x75\x70" + len(body).to_bytes(2, "little") + body


def critical(stated: bytes) -> bytes:
    inner = b'<Extension Critical="' + stated + b'"><x xmlns="urn:x"/></Extension>'
    return b"<ASiCManifestExtensions>" + inner + b"</ASiCManifestExtensions>"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({}, [], id="honest"),
        pytest.param({"extra": renamed(b"a.txt")}, [], id="honest, with the same name again"),
        pytest.param({"extensions": critical(b"false")}, [], id="honest, with an extension"),
        pytest.param({"extra": renamed(b"b.exe")}, ["asic-two-names"], id="another name"),
        pytest.param({"extensions": critical(b"true")}, ["asic-extension"], id="critical extension"),
        pytest.param({"extensions": critical(b"1")}, ["asic-extension"], id="critical extension, as 1"),
        pytest.param({"inside": b"Another manifest"}, ["hash-mismatch"], id="a signature of something inside it"),
    ],
)
def test_a_container_has_one_reading(world, changes, found):
    report = validate_asic_stream(BytesIO(container(world, **changes)), name="x.asice", options=world.options)
    assert [
        item.code for item in (*report.reasons, *report.signatures[0].reasons) if item.code != "asic-uncovered"
    ] == found
    assert (report.verdict is Verdict.PASSED) is (not found)
