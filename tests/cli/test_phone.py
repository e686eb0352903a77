"""Signing by phone as a person meets it: a sale whose buyer signs by the test server's phone, both ways."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import pytest

from tests import witness
from tests.command import run_signkit, start_signkit
from tests.requirements import require
from tests.signers.auth_app_world import PhoneWorld, with_query

pytest.importorskip("joserfc")

DSS = Path(__file__).parent.parent / "witnesses" / "cades" / "check.sh"
PASSWORD = "SIGNKIT1\n"
STAMPED = ("--level", "B-T", "--tsa", "rehearsal")
TRUST = ("--trust", "home/rehearsal/rehearsal-ca.pem")
PHONE = ("--signer", "auth-app:rehearsal")


class Office:
    """A folder in which a sale is signed, and the buyer's phone."""

    def __init__(self, folder, repository):
        self.folder = folder
        self.run = partial(run_signkit, home=folder / "home", folder=folder)
        for name, sample in (("sale", "real-estate-sale/01-existing-house"), ("consent", "consent/01-sale-documents")):
            shutil.copy(repository / f"samples/{sample}.yaml", folder / f"{name}.yaml")
        assert self.run("render", "real-estate-sale", "sale.yaml", "-o", "contract.pdf").returncode == 0
        assert self.run("render", "consent", "consent.yaml", "-o", "consent.pdf").returncode == 0
        self.by_card("contract.pdf", "seller", "takahashi")

    def by_card(self, pdf, role, holder):
        signer = f"card:virtual:{holder}"
        answer = self.run("sign", pdf, "--as", role, "--signer", signer, *STAMPED, "--pin-stdin", stdin=PASSWORD)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    def by_phone(self, world, *arguments):
        """Sign while ``world``'s browser opens what the command shows; return exit code, stdout and stderr."""
        world.write_settings()
        with start_signkit("sign", *arguments, *PHONE, home=self.folder / "home", folder=self.folder) as process:
            said = []
            for line in process.stderr:
                said.append(line)
                if line.startswith("http://"):
                    world._browse(line.strip())
            return process.wait(60), process.stdout.read().strip(), "".join(said)

    def finished(self, pdf):
        """The broker signs, evidence is added: return the file and its verdict."""
        signed = self.by_card(pdf, "broker", "tsujimoto")
        done = self.folder / signed.replace(".pdf", "-done.pdf")
        level = ("--level", "B-LTA", "--tsa", "rehearsal")
        assert self.run("extend", signed, *level, "-o", done.name).returncode == 0
        report = json.loads(self.run("validate", done.name, *TRUST, "--format", "json").stdout)
        return done, report


@pytest.fixture(scope="module")
def office(tmp_path_factory, repository):
    return Office(tmp_path_factory.mktemp("office"), repository)


@pytest.fixture
def buyers_phone(office):
    with PhoneWorld(office.folder / "home", "yoshida") as world:
        yield world


@pytest.fixture(scope="module")
def sales(office):
    """The sale signed both ways, finished: file and report by way."""
    with PhoneWorld(office.folder / "home", "yoshida") as world:
        plain = ("--profile", "pkcs7", *STAMPED)
        code, late, said = office.by_phone(world, "contract-seller.pdf", "--as", "buyer", *plain)
        assert (code, late) == (0, "contract-seller-buyer.pdf"), said
        code, consent, said = office.by_phone(world, "consent.pdf", "--as", "recipient", *plain)
        assert (code, consent) == (0, "consent-recipient.pdf"), said
        known = ("--phone-certificate", consent, "-o", "pades.pdf", *STAMPED)
        code, pades, said = office.by_phone(world, "contract-seller.pdf", "--as", "buyer", *known)
        assert (code, pades) == (0, "pades.pdf"), said
    return {"without": office.finished(late), "consent first": office.finished(pades)}


LEVELS = {"without": "PKCS7-T", "consent first": "PAdES-B-LTA"}
WAYS = list(LEVELS)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_the_sale_passes(sales, way):
    _, report = sales[way]
    assert report["verdict"] == "TOTAL-PASSED"
    assert [(each["field"], each["level"]) for each in report["signatures"]] == [
        ("seller", "PAdES-B-LTA"), ("buyer", LEVELS[way]), ("broker", "PAdES-B-LTA"),
    ]  # fmt: skip
    assert report["signatures"][1]["party_match"]["verdict"] == "match"


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_poppler_finds_its_signatures_valid(sales, way):
    assert witness.valid_signatures(sales[way][0]) == 3


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_the_commissions_dss_finds_its_signatures_intact(sales, way):
    for program in ("javac", "mvn"):
        require(shutil.which(program), f"{program} is not installed (for DSS)")
    answer = witness.run("sh", DSS, sales[way][0])
    assert answer.returncode == 0, answer.stderr
    said = [line for line in answer.stdout.splitlines() if line.endswith((" intact", " broken"))]
    assert [line.split()[-1] for line in said] == ["intact"] * 9  # signature and two timestamps, three times


@pytest.mark.slow
def test_another_persons_phone_gives_no_file(office):
    """The phone of 辻本 signs in the buyer's place: its certificate shows it, and nothing is written."""
    with PhoneWorld(office.folder / "home", "tsujimoto") as world:
        code, _, said = office.by_phone(
            world, "contract-seller.pdf", "--as", "buyer", "--profile", "pkcs7", "-o", "other.pdf"
        )
    assert (code, "does not name the party" in said) == (2, True)
    assert not (office.folder / "other.pdf").exists()


@pytest.mark.slow
def test_a_qr_code_is_written_and_an_earlier_file_is_not_replaced(office, buyers_phone):
    from PIL import Image

    arguments = ("contract-seller.pdf", "--as", "buyer", "--profile", "pkcs7", "-o", "q.pdf", "--qr", "q.png")
    code, _, said = office.by_phone(buyers_phone, *arguments)
    assert code == 0, said
    with Image.open(office.folder / "q.png") as picture:
        assert picture.width == picture.height > 200
    code, _, said = office.by_phone(buyers_phone, *arguments, "--overwrite")
    assert (code, "q.png" in said) == (14, True)


@pytest.mark.slow
def test_pades_without_a_certificate_says_the_two_ways(office, buyers_phone):
    buyers_phone.write_settings()
    answer = office.run("sign", "contract-seller.pdf", "--as", "buyer", "-o", "n.pdf", *PHONE)
    assert (answer.returncode, answer.error.code) == (2, "certificate-needed")
    assert "--phone-certificate" in answer.stderr
    assert "--profile pkcs7" in answer.stderr


@pytest.fixture(scope="module")
def three(office):
    """Three copies of the contract, for one run each test."""
    names = [f"copy{number}.pdf" for number in (1, 2, 3)]
    for name in names:
        shutil.copy(office.folder / "contract-seller.pdf", office.folder / name)
    return names


LATE = ("--as", "buyer", "--profile", "pkcs7", "--yes")


@pytest.mark.slow
def test_each_of_several_files_has_a_consent_of_its_own_and_is_named_before(office, buyers_phone, three):
    code, written, said = office.by_phone(buyers_phone, *three, *LATE, "-o", "late")
    assert code == 0, said
    assert written.splitlines() == [str(Path("late") / f"copy{number}-buyer.pdf") for number in (1, 2, 3)]
    assert len(buyers_phone.requests_for("/api/sign-transactions")) == 3
    lines = said.splitlines()
    links = [at for at, line in enumerate(lines) if line.startswith("http://")]
    named = [next(line for line in reversed(lines[:at]) if line.startswith("Document ")) for at in links]
    assert [line.split()[1:5] for line in named] == [[str(n), "of", "3:", f"copy{n}.pdf"] for n in (1, 2, 3)]
    assert all(witness.valid_signatures(office.folder / name) == 2 for name in written.splitlines())


@pytest.mark.slow
def test_who_declines_the_second_has_signed_the_first_and_goes_on_with_resume(office, buyers_phone, three):
    def declined(address):
        refuse = len(buyers_phone.requests_for("/api/sign-transactions")) == 2
        return with_query(address, code=None, error="access_denied") if refuse else address

    buyers_phone.redirect = declined
    code, written, said = office.by_phone(buyers_phone, *three, *LATE, "-o", "declined")
    assert (code, written) == (11, str(Path("declined") / "copy1-buyer.pdf")), said
    assert "--resume" in said
    buyers_phone.redirect = lambda address: address
    code, written, said = office.by_phone(buyers_phone, *three, *LATE, "-o", "declined", "--resume")
    assert (code, len(written.splitlines())) == (0, 2), said


@pytest.mark.slow
def test_another_phone_in_the_middle_of_a_run_signs_nothing(office, buyers_phone, three):
    """Where the contract names nobody, or --other-person is given, the party alone would not stop it."""
    from signkit.rehearsal.auth_app.phone import EmulatedPhone
    from signkit.rehearsal.cards import kept_emulated_card

    other = EmulatedPhone("", kept_emulated_card(office.folder / "home" / "rehearsal", "tsujimoto"))
    provider = buyers_phone.server.provider

    def exchanged(address):
        if len(buyers_phone.requests_for("/api/sign-transactions")) == 1:
            provider.phone = other
        return address

    buyers_phone.redirect = exchanged
    code, written, said = office.by_phone(buyers_phone, *three, *LATE, "--other-person", "-o", "exchanged")
    assert (code, len(written.splitlines())) == (11, 1), said
    assert "another certificate" in said
    assert not (office.folder / "exchanged" / "copy2-buyer.pdf").exists()


@pytest.mark.slow
def test_a_known_phone_is_asked_for_one_file_after_the_other_too(office, buyers_phone, three, sales):
    known = ("--as", "buyer", "--yes", "--phone-certificate", "consent-recipient.pdf", "-o", "known")
    code, written, said = office.by_phone(buyers_phone, *three, *known)
    assert (code, len(written.splitlines())) == (0, 3), said
    order = [line.split()[0] for line in said.splitlines() if line.startswith(("Document ", "http://"))]
    assert [word[:4] for word in order] == ["Docu", "http"] * 3


@pytest.mark.slow
@pytest.mark.parametrize(
    "option", [("--phone-certificate", "contract-seller.pdf"), ("--qr", "q.png")], ids=lambda o: o[0]
)
def test_the_phones_options_go_with_no_other_key(office, option):
    answer = office.run("sign", "contract.pdf", "--as", "seller", "--signer", "card:virtual:takahashi", *option)
    assert (answer.returncode, "auth-app" in answer.stderr) == (2, True)


@pytest.mark.slow
def test_a_phone_signs_pdfs_only(office, buyers_phone):
    buyers_phone.write_settings()
    answer = office.run("cms", "sign", "sale.yaml", *PHONE)
    assert (answer.returncode, answer.error.code) == (2, "auth-app-no-person")
    assert buyers_phone.requests == []


@pytest.mark.slow
def test_a_file_that_nobody_signed_gives_no_certificate(office, buyers_phone):
    buyers_phone.write_settings()
    given = ("--phone-certificate", "contract.pdf", "-o", "n.pdf")
    answer = office.run("sign", "contract-seller.pdf", "--as", "buyer", *given, *PHONE)
    assert (answer.returncode, "Nobody has signed" in answer.stderr) == (2, True)


@pytest.mark.slow
def test_prepare_and_finish_go_without_a_certificate_before(office):
    """What a service does that speaks with the phone itself: prepare, have it signed, name the certificate then."""
    from base64 import b64decode

    from signkit.rehearsal.auth_app.phone import EmulatedPhone
    from signkit.rehearsal.cards import kept_emulated_card

    made = office.run("prepare", "contract-seller.pdf", "--as", "buyer", "--profile", "pkcs7", "--overwrite")
    assert made.returncode == 0, made.stderr
    request = json.loads((office.folder / made.stdout.strip()).read_text())
    assert request["certificate_sha256"] is None
    phone = EmulatedPhone("", kept_emulated_card(office.folder / "home" / "rehearsal", "yoshida"))
    signed = phone.sign(bytes.fromhex(request["to_sign"]["digest"]), bytearray(phone.password.encode()))
    assert b64decode(request["to_sign"]["attributes"])
    (office.folder / "signature.bin").write_bytes(signed.signature)
    (office.folder / "certificate.der").write_bytes(signed.certificate)
    given = ("--signature", "signature.bin", "--certificate", "certificate.der", "-o", "finished.pdf", "--overwrite")
    answer = office.run("finish", made.stdout.strip(), *given)
    assert answer.returncode == 0, answer.stderr
    assert witness.valid_signatures(office.folder / "finished.pdf") == 2


@pytest.mark.slow
def test_prepare_for_pades_needs_the_certificate(office):
    answer = office.run("prepare", "contract-seller.pdf", "--as", "buyer", "-o", "p.json", "--overwrite")
    assert (answer.returncode, answer.error.code) == (2, "certificate-needed")
    assert not (office.folder / "p.json").exists()
