"""One judgement everywhere: library and commands say the same of a file, and nothing that signs makes it worse."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.errors import ContractDataUnreadable, PdfNotSignable
from signkit.limits import PDF_BYTES, Limits
from signkit.pdf.fields import signature_fields
from signkit.pki.anchors import default_trust_store
from signkit.pki.policy import shipped_policy
from signkit.pki.revocation.crl_import import import_crl
from signkit.pki.revocation.indexed import index_folder
from signkit.progress.contract import contract_status
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import HANAKO
from signkit.settings import Settings
from signkit.signing import readback
from signkit.signing.levels import Level, extend, sign
from signkit.signing.readback import refuse_harm, refuse_harmful
from signkit.signing.request import SignatureRequest
from signkit.signing.turn import check_turn
from signkit.validation.options import ValidationOptions, validation_options
from signkit.validation.pdf import validate_pdf
from signkit.validation.report import Verdict
from tests.cli.conftest import PASSWORD
from tests.refusals import refused_as
from tests.validation import pdfs


@pytest.fixture(scope="module")
def all_hanako() -> bytes:
    """A contract whose parties are all 番号 花子."""
    template = find_template("real-estate-sale")
    data = load_contract_data(template.folder / "example.yaml")
    for role in ("seller", "buyer"):
        data[role] |= {"name": HANAKO.name, "signer": HANAKO.name, "address": HANAKO.address}
    data["buyer"]["address"] = HANAKO.address[:3] + " " + HANAKO.address[3:]  # nobody buys from themselves
    data["broker"]["agent"]["name"] = HANAKO.name
    return render_contract(template, data).pdf


def signed_by_all(pdf, signers, services, level=Level.B_LT) -> bytes:
    for role, signer in zip(("seller", "buyer", "broker"), signers, strict=True):
        pdf = sign(pdf, SignatureRequest(role, role, utc_now()), signer, level, services).pdf
    return pdf


# --- is the signer revoked? -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_imported_list_that_revokes_counts_for_every_command(
    all_hanako,
    person_signer,
    services,
    rehearsal,
    trust_pem,
    tmp_path,
    signkit,
):
    from asn1crypto import x509

    pdf = signed_by_all(all_hanako, [person_signer] * 3, services, Level.B_B)
    (tmp_path / "contract.pdf").write_bytes(pdf)
    serial = x509.Certificate.load(person_signer.certificate).serial_number
    revoking = rehearsal.revocation(revoked={serial: utc_now() - timedelta(days=1)})
    (tmp_path / "today.crl").write_bytes(revoking.crl(rehearsal.signature_ca))
    ca = x509.Certificate.load(rehearsal.signature_ca.certificate.public_bytes(Encoding.DER))
    settings = Settings(home=tmp_path / "home")
    import_crl(tmp_path / "today.crl", index_folder(settings.home_folder()), [ca], utc_now())
    options = validation_options(settings, trust=[trust_pem], at=utc_now(), offline=True)

    judged = validate_pdf(pdf, name="contract.pdf", options=options)
    status = contract_status(pdf, "contract.pdf", options)
    assert {item.sub_indication for item in judged.signatures} == {"REVOKED_NO_POE"}
    assert status.report == judged
    assert (status.complete, status.all_signed) == (False, False)

    said = signkit("validate", "contract.pdf", "--offline", "--format", "json", "--trust", str(trust_pem))
    told = signkit("status", "contract.pdf", "--format", "json", "--trust", str(trust_pem))
    assert json.loads(said.stdout)["verdict"] == json.loads(told.stdout)["verdict"] == "INDETERMINATE"
    assert json.loads(told.stdout)["complete"] is False
    page = signkit("complete", "contract.pdf", "--offline", "--allow-indeterminate", "--trust", str(trust_pem))
    assert page.returncode == 1
    assert "a signature is not good" in page.stderr


@pytest.mark.slow
def test_certificates_that_anybody_can_make_complete_nothing(all_hanako, person_signer, services):
    pdf = signed_by_all(all_hanako, [person_signer] * 3, services)
    status = contract_status(pdf, "contract.pdf", ValidationOptions(offline=True))
    assert {party.state.value for party in status.parties} == {"broken"}
    assert status.to_json()["complete"] is False


@pytest.mark.slow
def test_signed_and_not_provable_is_a_state_of_its_own(all_hanako, person_signer, services, trust_pem):
    options = ValidationOptions(trust=default_trust_store([trust_pem]), offline=True)
    bare = contract_status(signed_by_all(all_hanako, [person_signer] * 3, services, Level.B_B), "x.pdf", options)
    assert bare.to_json()["complete"] == "unproven"
    full = contract_status(signed_by_all(all_hanako, [person_signer] * 3, services), "x.pdf", options)
    assert full.to_json()["complete"] is True


# --- two readers of one PDF -----------------------------------------------------------------------------------

TWICE = {
    "catalog": (b"/AcroForm 5 0 R", b"/AcroForm 5 0 R /AcroForm << /Fields [] >>"),
    "catalog, the other first": (b"/AcroForm 5 0 R", b"/AcroForm << /Fields [] >> /AcroForm 5 0 R"),
    "name written by its number": (b"/AcroForm 5 0 R", b"/AcroForm 5 0 R /Acro#46orm << /Fields [] >>"),
    "fields": (b"/Fields [6 0 R 8 0 R]", b"/Fields [6 0 R 8 0 R] /Fields []"),
    "a field's value": (b"/T (seller)", b"/T (seller) /T (other)"),
    "page count": (b"/Count 1", b"/Count 2"),
}


def twice(old: bytes, new: bytes) -> bytes:
    return pdfs.build({number: body.replace(old, new) for number, body in pdfs.OBJECTS.items()})


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new"), TWICE.values(), ids=TWICE.keys())
def test_what_the_judge_and_the_writer_read_otherwise_is_refused_before_the_key_is_used(
    old, new, person_signer, services
):
    class Untouched:
        """The key's facts, without the key."""

        certificate, chain, algorithm = person_signer.certificate, person_signer.chain, person_signer.algorithm

    request = SignatureRequest("seller", "x", utc_now())
    with pytest.raises(PdfNotSignable, match=r"readers differ|stands twice"):
        sign(twice(old, new), request, Untouched(), Level.B_B, services)
    assert sign(pdfs.build(), request, person_signer, Level.B_B, services)


@pytest.mark.slow
def test_no_signature_may_become_worse(all_hanako, person_signer, services):
    once = sign(all_hanako, SignatureRequest("seller", "x", utc_now()), person_signer, Level.B_T, services).pdf
    good = validate_pdf(once, name="", options=ValidationOptions(offline=True))
    altered = bytearray(once)
    altered[altered.index(b"/StructParents") - 3] ^= 1
    bad = validate_pdf(bytes(altered), name="", options=ValidationOptions(offline=True))
    none = validate_pdf(all_hanako, name="", options=ValidationOptions(offline=True))

    refuse_harm(good, good, added=0)
    refuse_harm(bad, bad, added=0)  # what is broken already does not become worse
    refuse_harm(none, good, added=1)
    for before, after in ((good, bad), (good, none)):
        with refused_as("earlier-signature-harmed") as caught:
            refuse_harm(before, after, added=0)
        assert caught.value.exit_code == 14
    with refused_as("self-check-failed"):
        refuse_harm(none, none, added=1)
    with refused_as("self-check-failed"):
        refuse_harm(none, bad, added=1)


@pytest.mark.slow
def test_the_original_is_judged_only_where_it_could_have_been_better(
    all_hanako, person_signer, services, trust_pem, monkeypatch
):
    once = sign(all_hanako, SignatureRequest("seller", "x", utc_now()), person_signer, Level.B_B, services).pdf
    twice = sign(once, SignatureRequest("buyer", "x", utc_now()), person_signer, Level.B_B, services).pdf
    judged, judge = [], readback.judge
    monkeypatch.setattr(readback, "judge", lambda pdf, *more: judged.append(pdf) or judge(pdf, *more))
    believing, doubting = (
        ValidationOptions(policy=shipped_policy("default"), trust=default_trust_store(paths), offline=True)
        for paths in ([trust_pem], [])
    )
    # A certificate of the rehearsal names no list, and so all is at its best; without its anchor nothing is.
    for options, originals in ((replace(believing, policy=_unasking()), []), (doubting, [once])):
        judged.clear()
        refuse_harmful(once, twice, options, None, added=1)
        assert judged == [twice, *originals]


def _unasking():
    return replace(shipped_policy("default"), revocation="if-available", timestamp_revocation="if-available")


@pytest.mark.slow
def test_what_is_lost_or_broken_by_the_writing_is_refused_as_before(all_hanako, person_signer, services, trust_pem):
    options = ValidationOptions(policy=_unasking(), trust=default_trust_store([trust_pem]), offline=True)
    once = sign(all_hanako, SignatureRequest("seller", "x", utc_now()), person_signer, Level.B_T, services).pdf
    other = sign(all_hanako, SignatureRequest("buyer", "x", utc_now()), person_signer, Level.B_T, services).pdf
    stamped = extend(once, Level.B_LTA, services).pdf
    broken = bytearray(once)
    broken[broken.index(b"/StructParents") - 3] ^= 1
    for original, written, code in (
        (once, bytes(broken), "earlier-signature-harmed"),
        (once, all_hanako, "earlier-signature-harmed"),  # gone
        (once, other, "earlier-signature-harmed"),  # another one, as good, in its place
        (stamped, once, "self-check-failed"),  # the document timestamp is gone
        (all_hanako, once, "self-check-failed"),  # one more than was added
    ):
        with refused_as(code):
            refuse_harmful(original, written, options, None, added=0)
        with refused_as(code):
            refuse_harm(
                validate_pdf(original, name="", options=options),
                validate_pdf(written, name="", options=options),
                added=0,
            )


@pytest.mark.slow
def test_signing_and_extending_leave_the_signatures_there_are_as_good(all_hanako, person_signer, services, trust_pem):
    options = ValidationOptions(trust=default_trust_store([trust_pem]), offline=True)
    signed = signed_by_all(all_hanako, [person_signer] * 3, services)
    renewed = extend(signed, Level.B_LTA, services).pdf
    assert {item.verdict for item in validate_pdf(renewed, name="", options=options).signatures} == {Verdict.PASSED}


# --- which contract a PDF carries -----------------------------------------------------------------------------


def with_another_contract(pdf: bytes) -> bytes:
    """The contract with a second one beside it, under a name in UTF-16LE, as an appended revision."""
    from io import BytesIO

    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, NameObject, StreamObject

    other = json.loads(PdfReader(BytesIO(pdf)).attachments["contract.json"][0])
    other["parties"][0]["name"] = "田中 太郎"
    writer = PdfWriter(BytesIO(pdf), incremental=True)
    stream = StreamObject()
    stream.set_data(json.dumps(other).encode())
    name = ByteStringObject(b"\xff\xfe" + "contract.json".encode("utf-16-le"))
    entries = {"/Type": NameObject("/Filespec"), "/F": name, "/UF": name}
    entries["/EF"] = DictionaryObject({NameObject("/F"): writer._add_object(stream)})
    specification = DictionaryObject({NameObject(key): value for key, value in entries.items()})
    there = writer.root_object["/AF"]
    writer.root_object[NameObject("/AF")] = ArrayObject([writer._add_object(specification), *there])
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.slow
def test_a_contract_that_cannot_be_read_is_refused_by_sign_and_said_by_the_others(
    all_hanako,
    person_signer,
    services,
    signkit,
    tmp_path,
):
    two = with_another_contract(all_hanako)
    with pytest.raises(ContractDataUnreadable, match="two that differ"):
        check_turn(two, "seller")
    (tmp_path / "two.pdf").write_bytes(two)
    refused = signkit("sign", "two.pdf", "--as", "seller", "--signer", "card:virtual", "--pin-stdin", stdin=PASSWORD)
    assert refused.returncode == 10
    assert "two that differ" in refused.stderr
    assert "tries left" not in refused.stderr
    assert "two that differ" in signkit("status", "two.pdf").stdout
    signed = sign(two, SignatureRequest("seller", "x", utc_now()), person_signer, Level.B_B, services).pdf
    report = validate_pdf(signed, name="", options=ValidationOptions(offline=True))
    assert report.signatures[0].party_match.verdict == "cannot-tell"


# --- how large may a file be ----------------------------------------------------------------------------------


class Huge(bytes):
    """A file that says to be larger than any PDF that is judged."""

    def __len__(self) -> int:
        return PDF_BYTES + 1


def test_what_is_too_large_to_be_judged_is_not_signed_either(person_signer, services):
    pdf = Huge(pdfs.build())
    assert validate_pdf(pdf, name="", options=ValidationOptions()).error.code == "limit"
    with pytest.raises(PdfNotSignable, match="more than"):
        signature_fields(pdf)
    with pytest.raises(PdfNotSignable, match="larger than"):
        sign(pdf, SignatureRequest("seller", "x", utc_now()), person_signer, Level.B_B, services)


@pytest.mark.parametrize("attached", [True, False])
def test_the_content_of_a_signature_file_is_streamed_by_every_command(attached, person_signer, services, tmp_path):
    from signkit.cms.container import write_container
    from signkit.cms.content import Content, FilePieces
    from signkit.reporting.batch import validate_many
    from signkit.signing.cades import sign_content
    from signkit.signing.cms import Statement
    from signkit.validation.api import validate_file
    from signkit.validation.cms_file import validate_cms_file

    large = tmp_path / "large.bin"
    large.write_bytes(bytes(300_000))
    with large.open("rb") as stream, (tmp_path / "large.bin.p7s").open("w+b") as out:
        content = Content(FilePieces(stream))
        statement = Statement(signing_time=utc_now())
        parts = sign_content(content, person_signer, Level.B_B, services, statement).parts
        write_container(out, parts, content if attached else None, pem=False)
    options = ValidationOptions(offline=True, limits=Limits(bytes=200_000))
    path = str(tmp_path / "large.bin.p7s")
    [of_many] = validate_many([path], options, jobs=0)
    reports = [validate_file(path, options), of_many, validate_cms_file(path, options)]
    assert {report.signatures[0].intact for report in reports} == {True}
    assert len({(report.verdict, report.signatures[0].sub_indication) for report in reports}) == 1
