"""CMS files by openssl in our eyes and ours in openssl's, and what an attacker would try."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from asn1crypto import cms as asn1_cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signkit.cms import archive_timestamp
from signkit.cms.archive_timestamp import InfoParts, covered_bytes
from signkit.cms.container import Parts, read_container, write_container
from signkit.cms.content import BytesPieces, Content
from signkit.cms.der import OCTET_STRING, SEQUENCE, contents, element, explicit, members, set_of
from signkit.pki.anchors import default_trust_store
from signkit.pki.timestamps import obtain_timestamp
from signkit.rehearsal.evidence_services import utc_now
from signkit.reporting.summary import verdict_sentence
from signkit.signers.base import KeyAlgorithm
from signkit.signers.p12 import Pkcs12Signer
from signkit.signers.software import SoftwareKey
from signkit.signing.cades import SignedParts, check_written, countersign, extend_content, sign_content
from signkit.signing.cms import Statement
from signkit.signing.levels import Level, Services
from signkit.validation.api import validate_data, validate_file
from signkit.validation.cms_file import validate_cms, validate_cms_file
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Report, Verdict
from tests import witness
from tests.refusals import refused_as
from tests.validation import pki

CONTENT = b"A contract's attachment.\nSecond line.\n"


@dataclass(frozen=True)
class PssKey:
    """An RSA key that signs with PSS, as some tokens do."""

    key: rsa.RSAPrivateKey
    algorithm = KeyAlgorithm("rsa-pss", "sha256")

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def holder(ca: pki.Holder, kind: str) -> pki.Holder:
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ecdsa" else rsa.generate_private_key(65537, 2048)
    start, end = utc_now() - pki.YEAR, utc_now() + pki.YEAR
    return pki.issue(ca, f"Signer {kind}", start=start, end=end, key=key)


def signer_of(of: pki.Holder, kind: str) -> Pkcs12Signer:
    key = PssKey(of.key) if kind == "rsa-pss" else SoftwareKey.of(of.key, "test")
    return Pkcs12Signer(key, of.der, ())


class Bench:
    """A CA, one signer of each kind, and a folder for openssl."""

    def __init__(self, folder: Path) -> None:
        now = utc_now()
        self.folder = folder
        self.ca = pki.authority(start=now - pki.YEAR, end=now + pki.YEAR)
        self.holders = {kind: holder(self.ca, kind) for kind in ("rsa", "rsa-pss", "ecdsa")}
        self.options = ValidationOptions(trust=pki.trust(self.ca), offline=True)
        (folder / "ca.pem").write_bytes(self.ca.certificate.public_bytes(Encoding.PEM))
        (folder / "content").write_bytes(CONTENT)
        for kind, of in self.holders.items():
            (folder / f"{kind}.crt").write_bytes(of.certificate.public_bytes(Encoding.PEM))
            (folder / f"{kind}.key").write_bytes(
                of.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            )

    def signer(self, kind: str = "ecdsa") -> Pkcs12Signer:
        return signer_of(self.holders[kind], kind)

    def made(self, *kinds: str, content: bytes = CONTENT) -> Parts:
        """Our CMS with one signature after another."""
        parts: Parts | None = None
        for kind in kinds or ("ecdsa",):
            said = Statement(signing_time=utc_now(), mime_type="text/plain")
            signed = sign_content(
                Content(BytesPieces(content)), self.signer(kind), Level.B_B, Services(), said, onto=parts
            )
            parts = signed.parts
        assert parts is not None
        return parts

    def judge(self, data: bytes, content: bytes | None = CONTENT) -> Report:
        return validate_cms(data, name="x.p7s", options=self.options, content=content)

    def openssl_sign(self, kind: str, *options: str | Path) -> bytes:
        pss = ("-keyopt", "rsa_padding_mode:pss") if kind == "rsa-pss" else ()
        answer = witness.run(
            "openssl", "cms", "-sign", "-in", self.folder / "content", "-signer", self.folder / f"{kind}.crt",
            "-inkey", self.folder / f"{kind}.key", *pss, *options, "-out", self.folder / "made",
        )  # fmt: skip
        assert answer.returncode == 0, answer.stderr
        return (self.folder / "made").read_bytes()

    def openssl_accepts(self, data: bytes, *options: str | Path) -> bool:
        (self.folder / "ours").write_bytes(data)
        answer = witness.run(
            "openssl", "cms", "-verify", "-binary", "-in", self.folder / "ours", "-CAfile", self.folder / "ca.pem",
            "-purpose", "any", "-out", self.folder / "content-seen", *options,
        )  # fmt: skip
        return answer.returncode == 0 and (self.folder / "content-seen").read_bytes() == CONTENT


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Bench:
    return Bench(tmp_path_factory.mktemp("openssl"))


def attached(parts: Parts, content: bytes = CONTENT) -> bytes:
    head, tail = parts.around(len(content))
    return head + content + tail


def codes(report: Report) -> list[str]:
    return [reason.code for signature in report.signatures for reason in signature.reasons]


@pytest.mark.slow
def test_a_name_that_another_library_adds_later_does_no_harm(bench, monkeypatch):
    kind = asn1_cms.CMSAttributeType
    kind("content_type").dump()  # the table of names is turned round now
    monkeypatch.setitem(kind._map, "1.2.392.99", "later")
    monkeypatch.setattr(kind, "_reverse_map", kind._reverse_map)
    bench.judge(bench.made().to_der())
    assert kind("later").dump() == kind("1.2.392.99").dump()


# --- openssl accepts ours ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["rsa", "rsa-pss", "ecdsa"])
def test_openssl_accepts_our_detached_signature(bench, kind):
    der = bench.made(kind).to_der()
    assert bench.openssl_accepts(der, "-inform", "DER", "-content", bench.folder / "content")


@pytest.mark.parametrize("kind", ["rsa", "rsa-pss", "ecdsa"])
def test_openssl_accepts_our_attached_signature(bench, kind):
    assert bench.openssl_accepts(attached(bench.made(kind)), "-inform", "DER")


def test_openssl_accepts_our_cades_attributes(bench):
    assert bench.openssl_accepts(attached(bench.made()), "-inform", "DER", "-cades")


@pytest.mark.slow
def test_openssl_accepts_our_pem_and_several_signers(bench, tmp_path):
    with (tmp_path / "x.pem").open("wb") as stream:
        write_container(stream, bench.made("rsa", "rsa-pss", "ecdsa"), Content(BytesPieces(CONTENT)), pem=True)
    pem = (tmp_path / "x.pem").read_bytes()
    assert bench.openssl_accepts(pem, "-inform", "PEM")
    assert [s.verdict for s in bench.judge(pem).signatures] == [Verdict.PASSED] * 3


# --- we accept openssl's -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rsa", "rsa-pss", "ecdsa"])
@pytest.mark.parametrize("attributes", [(), ("-noattr",), ("-cades",)], ids=["attributes", "noattr", "cades"])
@pytest.mark.parametrize("form", [("-nodetach",), (), ("-nodetach", "-stream")], ids=["attached", "detached", "ber"])
def test_we_accept_openssls(bench, kind, attributes, form):
    if kind == "rsa-pss" and "-stream" in form:
        form = ("-nodetach",)  # openssl 3.0 cannot write its own PSS parameters then; see in_pieces below
    made = bench.openssl_sign(kind, "-binary", "-outform", "DER", *attributes, *form)
    assert ("-stream" in form) == (made[1] == 0x80)  # indefinite length
    report = bench.judge(made)
    assert report.verdict is Verdict.PASSED, codes(report)
    assert report.signatures[0].level == ("CAdES-B-B" if "-cades" in attributes else "unknown")


def in_pieces(parts: Parts, content: bytes) -> bytes:
    """BER with indefinite lengths and the content in pieces, one of them in pieces itself (X.690 8.7.3)."""
    pieces = [element(0x04, content[start : start + 5]) for start in range(0, len(content), 5)]
    octets = b"\x24\x80" + pieces[0] + b"\x24\x80" + b"".join(pieces[1:]) + b"\0\0" + b"\0\0"
    version, digests, _, *rest = members(contents(members(parts.to_der())[1]))
    info = b"\x30\x80" + parts.content_type + b"\xa0\x80" + octets + b"\0\0" + b"\0\0"
    signed_data = b"\x30\x80" + version + digests + info + b"".join(rest) + b"\0\0"
    return b"\x30\x80" + members(parts.to_der())[0] + b"\xa0\x80" + signed_data + b"\0\0" + b"\0\0"


@pytest.mark.parametrize("kind", ["rsa", "rsa-pss", "ecdsa"])
def test_openssl_and_we_accept_indefinite_lengths_and_nested_pieces(bench, kind):
    ber = in_pieces(bench.made(kind), CONTENT)
    assert bench.openssl_accepts(ber, "-inform", "DER")
    assert bench.judge(ber, None).verdict is Verdict.PASSED
    assert bench.judge(ber.replace(b"A con", b"B con"), None).verdict is Verdict.FAILED


@pytest.mark.parametrize("form", [("-nodetach",), (), ("-binary",), ("-nodetach", "-stream")])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_we_accept_openssls_mail(bench, form, line_end):
    mail = bench.openssl_sign("ecdsa", "-outform", "SMIME", "-subject", "Contract", *form)
    if line_end == b"\r\n" and "-binary" not in form:  # which signs the line ends as they stand
        mail = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    report = bench.judge(mail, None)
    assert report.verdict is Verdict.PASSED, (codes(report), report.error, mail)


def test_a_changed_mail_fails(bench):
    mail = bench.openssl_sign("ecdsa", "-outform", "SMIME").replace(b"Second line", b"Changed line")
    assert bench.judge(mail, None).signatures[0].sub_indication == "HASH_FAILURE"


def test_a_mail_with_a_third_part_is_refused(bench):
    mail = bench.openssl_sign("ecdsa", "-outform", "SMIME")
    boundary = b"--" + mail.split(b'boundary="')[1].split(b'"')[0]
    smuggled = mail.replace(boundary + b"--", boundary + b"\n\nnot signed\n" + boundary + b"--")
    report = bench.judge(smuggled, None)
    assert report.verdict is Verdict.UNREADABLE
    assert report.error is not None
    assert "exactly two parts" in report.error.message.en


def test_bare_base64_is_read(bench):
    assert bench.judge(base64.encodebytes(attached(bench.made())), None).verdict is Verdict.PASSED


# --- several signers and counter-signatures ------------------------------------------------------------------


def test_two_signers_one_broken_fails_the_file_and_names_only_that_one(bench):
    parts = bench.made("rsa", "ecdsa")
    good, broken = parts.signer_infos
    fields = members(broken)
    signature = contents(fields[5])
    fields[5] = element(0x04, signature[:-1] + bytes([signature[-1] ^ 1]))
    report = bench.judge(replace(parts, signer_infos=(good, element(SEQUENCE, *fields))).to_der())
    assert report.verdict is Verdict.FAILED
    assert sorted(s.verdict for s in report.signatures) == [Verdict.FAILED, Verdict.PASSED]


def test_a_counter_signature_is_judged_and_openssl_still_accepts(bench):
    parts = countersign(bench.made("rsa"), 0, bench.signer("ecdsa"), utc_now())
    report = bench.judge(parts.to_der())
    assert [(s.type, s.verdict) for s in report.signatures] == [
        ("approval", Verdict.PASSED),
        ("counter-signature", Verdict.PASSED),
    ]
    assert report.signatures[1].signer.common_name == "Signer ecdsa"
    assert bench.openssl_accepts(attached(parts), "-inform", "DER")


def test_a_counter_signature_of_another_signature_fails(bench):
    theirs = countersign(bench.made("rsa"), 0, bench.signer("ecdsa"), utc_now())
    stolen = members(theirs.signer_infos[0])[-1]
    ours = bench.made("rsa-pss")
    moved = element(SEQUENCE, *members(ours.signer_infos[0]), stolen)
    parts = replace(ours, signer_infos=(moved,), certificates=(*ours.certificates, *theirs.certificates))
    report = bench.judge(parts.to_der())
    assert [s.verdict for s in report.signatures] == [Verdict.PASSED, Verdict.FAILED]
    assert report.verdict is Verdict.FAILED


def test_adding_a_signer_keeps_what_was_there(bench):
    before = countersign(bench.made("rsa"), 0, bench.signer("rsa-pss"), utc_now())
    said = Statement(signing_time=utc_now())
    after = sign_content(Content(BytesPieces(CONTENT)), bench.signer(), Level.B_B, Services(), said, onto=before).parts
    assert after.signer_infos[0] == before.signer_infos[0]
    assert len(bench.judge(after.to_der()).signatures) == 3


def test_a_signature_of_other_content_is_not_added_to(bench):
    said = Statement(signing_time=utc_now())
    with refused_as("cms-not-usable", match="it signs other content"):
        sign_content(Content(BytesPieces(b"other")), bench.signer(), Level.B_B, Services(), said, onto=bench.made())


# --- attacks -------------------------------------------------------------------------------------------------


def test_swapped_content_fails(bench):
    assert bench.judge(bench.made().to_der(), b"another contract").signatures[0].sub_indication == "HASH_FAILURE"


def test_swapped_attached_content_fails(bench):
    other = CONTENT.replace(b"A", b"B")
    assert bench.judge(attached(bench.made(), other), None).signatures[0].sub_indication == "HASH_FAILURE"


def test_a_detached_signature_without_its_content_is_not_proven(bench):
    report = bench.judge(bench.made().to_der(), None)
    assert report.signatures[0].sub_indication == "SIGNED_DATA_NOT_FOUND"


def with_attributes(bench: Bench, change) -> bytes:
    """A signature whose signed attributes were changed before signing."""
    parts = bench.made()
    fields = members(parts.signer_infos[0])
    attributes = change(members(fields[3]))
    fields[3] = set_of(attributes, explicit(0))
    fields[5] = element(0x04, bench.signer().sign(set_of(attributes)))
    return replace(parts, signer_infos=(element(SEQUENCE, *fields),)).to_der()


def is_of(attribute: bytes, name: str) -> bool:
    return asn1_cms.CMSAttribute.load(attribute)["type"].native == name


def test_a_digest_attribute_that_does_not_fit_fails(bench):
    wrong = element(0x04, hashlib.sha256(b"something else").digest())

    def change(attributes):
        kept = [item for item in attributes if not is_of(item, "message_digest")]
        kind = asn1_cms.CMSAttributeType("message_digest").dump()
        return [*kept, element(SEQUENCE, kind, element(0x31, wrong))]

    report = bench.judge(with_attributes(bench, change))
    assert (report.verdict, report.signatures[0].sub_indication) == (Verdict.FAILED, "HASH_FAILURE")


@pytest.mark.parametrize(
    ("name", "code"),
    [("content_type", "content-type-missing"), ("message_digest", "message-digest-missing")],
)
def test_signed_attributes_without_one_that_must_be_there_fail(bench, name, code):
    report = bench.judge(with_attributes(bench, lambda them: [item for item in them if not is_of(item, name)]))
    assert (report.verdict, report.signatures[0].sub_indication) == (Verdict.FAILED, "FORMAT_FAILURE")
    assert code in codes(report)


def test_signed_attributes_cannot_be_passed_off_as_content(bench):
    """RFC 5652 5.4: the same bytes, read as content without signed attributes, carry the same signature."""
    parts = bench.made()
    fields = members(parts.signer_infos[0])
    forged = b"\x31" + fields[3][1:]
    stripped = element(SEQUENCE, *fields[:3], *fields[4:])
    taken = replace(parts, signer_infos=(stripped,))
    for report in (bench.judge(taken.to_der(), forged), bench.judge(in_pieces(taken, forged), None)):
        assert (report.verdict, codes(report)) == (Verdict.FAILED, ["attributes-as-content"])


def test_injected_certificates_change_nothing(bench):
    stranger = pki.issue(pki.authority("Stranger CA"), "Stranger")
    parts = bench.made().with_added(certificates=(stranger.der,))
    report = bench.judge(parts.to_der())
    assert report.verdict is Verdict.PASSED
    assert report.signatures[0].signer.common_name == "Signer ecdsa"


def test_an_impostor_certificate_of_the_same_name_and_serial_is_not_believed(bench):
    own = bench.holders["ecdsa"]
    impostor = impostor_of(own, bench.ca)
    parts = replace(bench.made(), certificates=(impostor, own.der))
    report = bench.judge(parts.to_der())
    assert report.verdict is Verdict.PASSED
    alone = bench.judge(replace(parts, certificates=(impostor,)).to_der())
    assert alone.verdict is not Verdict.PASSED


def impostor_of(own: pki.Holder, ca: pki.Holder) -> bytes:
    from cryptography import x509

    key = ec.generate_private_key(ec.SECP256R1())
    certificate = own.certificate
    return (
        x509.CertificateBuilder(
            issuer_name=ca.certificate.subject,
            subject_name=pki.name("Impostor"),
            public_key=key.public_key(),
            serial_number=certificate.serial_number,
            not_valid_before=certificate.not_valid_before_utc,
            not_valid_after=certificate.not_valid_after_utc,
        )
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


def test_bytes_after_the_signature_are_not_passed_over(bench):
    report = bench.judge(attached(bench.made()) + b"<script>", None)
    assert (report.verdict, codes(report)) == (Verdict.FAILED, ["contents-trailing"])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x30\x80", "malformed"),
        (b"\x30\x84\xff\xff\xff\xff", "malformed"),
        (b"\x30\x80" * 5000, "malformed"),
        (b"-----BEGIN CMS-----\nMIAG", "malformed"),
        (b"From: somebody\n\nno signature", "malformed"),
        (b"Content-Type: multipart/signed\n\n--\n--\n----\n", "malformed"),
    ],
    ids=["cut off", "length beyond the file", "nested deeply", "pem without end", "plain mail", "no boundary"],
)
def test_damaged_files_are_unreadable_and_never_judged(bench, data, code):
    report = bench.judge(data)
    assert report.verdict is Verdict.UNREADABLE
    assert report.error is not None
    assert report.error.code == code


def test_every_truncation_is_unreadable(bench):
    whole = attached(bench.made())
    for size in range(1, len(whole), 7):
        assert bench.judge(whole[:size], None).verdict is Verdict.UNREADABLE, size


# --- levels --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rehearsing(rehearsal, services, tmp_path_factory):
    """The rehearsal's services and the options that trust them."""
    path = tmp_path_factory.mktemp("trust") / "ca.pem"
    path.write_bytes(rehearsal.trust_pem())
    return services, ValidationOptions(trust=default_trust_store([path]), offline=True), path


def at_level(level: Level, person_signer, services) -> SignedParts:
    said = Statement(signing_time=utc_now(), mime_type="text/plain")
    return sign_content(Content(BytesPieces(CONTENT)), person_signer, level, services, said)


@pytest.mark.slow
@pytest.mark.parametrize("level", list(Level))
def test_each_level_passes_here_and_at_openssl(level, person_signer, rehearsing, bench):
    services, options, trust = rehearsing
    data = attached(at_level(level, person_signer, services).parts)
    if not level.has_evidence:
        options = replace(options, offline=False, revocation=services.revocation)
    report = validate_cms(data, name="x.p7m", options=options)
    assert report.verdict is Verdict.PASSED, codes(report)
    assert report.signatures[0].level == f"CAdES-{level}"
    assert len(report.document_timestamps) == (level is Level.B_LTA)
    assert bench.openssl_accepts(data, "-inform", "DER", "-CAfile", trust)


@pytest.mark.slow
def test_extending_twice_covers_the_first_archive_timestamp(person_signer, rehearsing):
    services, options, _ = rehearsing
    signed = at_level(Level.B_T, person_signer, services)
    content = Content(BytesPieces(CONTENT))
    once = extend_content(signed.parts, content, Level.B_LTA, services)
    twice = extend_content(once.parts, content, Level.B_LTA, services)
    report = validate_cms(twice.parts.to_der(), name="x", options=options, content=CONTENT)
    assert report.verdict is Verdict.PASSED
    assert len(report.document_timestamps) == 2


@pytest.mark.slow
def test_evidence_taken_away_breaks_the_archive_timestamp(person_signer, rehearsing):
    services, options, _ = rehearsing
    parts = at_level(Level.B_LTA, person_signer, services).parts
    for fewer in (replace(parts, crls=()), replace(parts, certificates=parts.certificates[:1])):
        report = validate_cms(fewer.to_der(), name="x", options=options, content=CONTENT)
        assert "archive-index" in [r.code for stamp in report.document_timestamps for r in stamp.reasons]
        assert report.verdict is not Verdict.PASSED


@pytest.mark.slow
def test_an_archive_timestamp_of_other_content_fails(person_signer, rehearsing):
    services, options, _ = rehearsing
    parts = at_level(Level.B_LTA, person_signer, services).parts
    report = validate_cms(parts.to_der(), name="x", options=options, content=CONTENT + b"!")
    assert report.document_timestamps[0].sub_indication == "HASH_FAILURE"
    assert report.verdict is Verdict.FAILED


@pytest.mark.slow
def test_evidence_added_after_the_archive_timestamp_is_allowed(person_signer, rehearsing, bench):
    services, options, _ = rehearsing
    parts = at_level(Level.B_LTA, person_signer, services).parts
    more = parts.with_added(certificates=(bench.ca.der,))
    assert validate_cms(more.to_der(), name="x", options=options, content=CONTENT).verdict is Verdict.PASSED


def with_old_index(parts: Parts, services: Services, monkeypatch, kind: bytes) -> Parts:
    """An archive timestamp with an ATSHashIndex as before v3: whole attributes, no digest named (ETSI TS 101 733)."""
    info = InfoParts.of(parts.signer_infos[0])
    lists = (parts.certificates, parts.crls, info.unsigned)
    digests = [[element(OCTET_STRING, hashlib.sha256(item).digest()) for item in items] for items in lists]
    index = element(SEQUENCE, *(element(SEQUENCE, *items) for items in digests))
    covered = b"".join(covered_bytes(parts, info, hashlib.sha256(CONTENT).digest(), index))
    token = obtain_timestamp(services.timestamps, hashlib.sha256(covered).digest())
    with monkeypatch.context() as patch:
        patch.setattr(archive_timestamp, "_INDEX_V3", kind)
        attribute = archive_timestamp.archive_attribute(token.der, index)
    return replace(parts, signer_infos=(info.with_unsigned(attribute).to_der(),))


@pytest.mark.slow
def test_an_archive_timestamp_with_the_older_index_is_judged(person_signer, rehearsing, monkeypatch):
    services, options, _ = rehearsing
    plain = at_level(Level.B_LT, person_signer, services).parts
    parts = with_old_index(plain, services, monkeypatch, archive_timestamp._INDEX_V1)
    report = validate_cms(parts.to_der(), name="x", options=options, content=CONTENT)
    assert (report.verdict, report.signatures[0].level) == (Verdict.PASSED, "CAdES-B-LTA")
    fewer = validate_cms(replace(parts, crls=()).to_der(), name="x", options=options, content=CONTENT)
    assert "archive-index" in [r.code for stamp in fewer.document_timestamps for r in stamp.reasons]
    other = validate_cms(parts.to_der(), name="x", options=options, content=CONTENT + b"!")
    assert other.document_timestamps[0].sub_indication == "HASH_FAILURE"


@pytest.mark.slow
def test_an_archive_timestamp_whose_index_is_of_no_known_kind_is_no_failure(person_signer, rehearsing, monkeypatch):
    services, options, _ = rehearsing
    plain = at_level(Level.B_LT, person_signer, services).parts
    parts = with_old_index(plain, services, monkeypatch, bytes.fromhex("060604008d45027f"))
    [stamp] = validate_cms(parts.to_der(), name="x", options=options, content=CONTENT).document_timestamps
    assert (stamp.verdict, [r.code for r in stamp.reasons]) == (
        Verdict.INDETERMINATE,
        ["archive-index-unknown", "rehearsal"],
    )


# --- files ---------------------------------------------------------------------------------------------------


def test_a_named_content_is_what_counts_even_where_another_is_inside(bench, tmp_path):
    (tmp_path / "x.p7m").write_bytes(attached(bench.made()))
    (tmp_path / "other").write_bytes(b"other")
    alone = validate_cms_file(tmp_path / "x.p7m", bench.options)
    named = validate_cms_file(tmp_path / "x.p7m", bench.options, content=tmp_path / "other")
    assert (alone.verdict, named.verdict) == (Verdict.PASSED, Verdict.FAILED)


def test_a_written_file_that_differs_is_caught(bench, tmp_path):
    parts = bench.made()
    content = Content(BytesPieces(CONTENT))
    path = tmp_path / "x.p7m"
    path.write_bytes(attached(parts, CONTENT.replace(b"A", b"B")))
    with path.open("rb") as stream, refused_as("self-check-failed", match="a file changed"):
        check_written(stream, parts, content, attached=True, certificate=bench.signer().certificate)


def test_ber_is_read_without_the_content_in_memory(bench):
    made = bench.openssl_sign("rsa", "-binary", "-outform", "DER", "-nodetach", "-stream")
    (bench.folder / "ber").write_bytes(made)
    with (bench.folder / "ber").open("rb") as stream:
        container = read_container(stream)
        assert container.content is not None
        assert container.content.digest("sha256") == hashlib.sha256(CONTENT).digest()
        assert CONTENT not in container.parts.to_der()


@pytest.mark.parametrize("expected", [{}, {"売主": "Hanako"}, {"seller": "Hanako", "buyer": "Taro"}])
def test_whom_the_caller_expects_a_signature_without_fields_does_not_tell(world, tmp_path, expected):
    """A PDF in which nobody signed as the seller does not pass either."""
    path = tmp_path / "contract.txt.p7s"
    path.write_bytes(pki.signed_data(CONTENT, world.signer))
    (tmp_path / "contract.txt").write_bytes(CONTENT)
    options = replace(world.options, expect=expected)
    reports = [
        validate_file(path, options),
        validate_data(pki.signed_data(CONTENT, world.signer, encapsulate=CONTENT), "x", options),
    ]
    for report in reports:
        assert [item.code for item in report.reasons] == ["party-not-stated"] * len(expected)
        assert all(role in item.text.en for role, item in zip(expected, report.reasons, strict=True))
        assert report.verdict is (Verdict.INDETERMINATE if expected else Verdict.PASSED)
        assert ("as whom" in verdict_sentence(report).en) is bool(expected)
