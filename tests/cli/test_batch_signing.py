"""Many PDFs, one PIN."""

from __future__ import annotations

import os

import pytest

from tests.cli.conftest import PASSWORD


@pytest.fixture
def three(tmp_path, blank):
    names = ["a.pdf", "b.pdf", "c.pdf"]
    for name in names:
        (tmp_path / name).write_bytes(blank)
    return names


ARGUMENTS = ("--as", "seller", "--signer", "card:virtual:takahashi", "--pin-stdin")


@pytest.mark.slow
def test_one_pin_signs_them_all(signkit, three):
    run = signkit("sign", *three, *ARGUMENTS, "--yes", stdin=PASSWORD)
    assert run.returncode == 0, run.stderr
    assert sorted(run.stdout.split()) == ["a-seller.pdf", "b-seller.pdf", "c-seller.pdf"]
    assert run.stderr.count("5 tries left.") == 1


@pytest.mark.slow
def test_the_manifest_is_shown_and_must_be_confirmed(signkit, three, tmp_path):
    import hashlib

    run = signkit("sign", *three, *ARGUMENTS, stdin=PASSWORD)
    assert run.returncode == 2
    assert hashlib.sha256((tmp_path / "a.pdf").read_bytes()).hexdigest() + "  a.pdf" in run.stderr
    assert "only after a confirmation" in run.stderr
    assert not list(tmp_path.glob("*-seller.pdf"))


@pytest.mark.slow
def test_a_bad_file_is_found_before_anything_is_signed(signkit, three, tmp_path):
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    run = signkit("sign", *three, *ARGUMENTS, "--yes", stdin=PASSWORD)
    assert run.returncode == 2
    assert not list(tmp_path.glob("*-seller.pdf"))


@pytest.mark.slow
def test_resume_passes_over_what_is_signed(signkit, three, tmp_path):
    assert signkit("sign", "a.pdf", *ARGUMENTS, stdin=PASSWORD).returncode == 0
    first = (tmp_path / "a-seller.pdf").read_bytes()
    run = signkit("sign", *three, *ARGUMENTS, "--yes", "--resume", stdin=PASSWORD)
    assert run.returncode == 0, run.stderr
    assert sorted(run.stdout.split()) == ["b-seller.pdf", "c-seller.pdf"]
    assert (tmp_path / "a-seller.pdf").read_bytes() == first
    again = signkit("sign", *three, *ARGUMENTS, "--yes", "--resume")
    assert (again.returncode, again.stdout) == (0, "")


@pytest.mark.slow
def test_a_failure_in_the_middle_says_exactly_which_files_are_signed(tmp_path, blank, person_signer):
    from signkit.errors import CardLinkError
    from signkit.rehearsal.evidence_services import utc_now
    from signkit.signers.p12 import Pkcs12Signer
    from signkit.signing.levels import Level, Services
    from signkit.signing.many import SigningJob, digest, sign_jobs
    from signkit.signing.request import SignatureRequest

    class PulledOut(Pkcs12Signer):
        made = 0

        def sign(self, data: bytes) -> bytes:
            self.made += 1
            if self.made > 3:
                raise CardLinkError("card-removed")
            return super().sign(data)

    signer = PulledOut(person_signer._key, person_signer.certificate, person_signer.chain)
    jobs = []
    for number in range(10):
        source = tmp_path / f"{number}.pdf"
        source.write_bytes(blank)
        jobs.append(SigningJob(source, tmp_path / f"{number}-signed.pdf", digest(blank)))
    outcome = sign_jobs(
        jobs, lambda job: SignatureRequest("seller", "x", utc_now()), signer, Level.B_B, Services(),
        read=lambda job: job.source.read_bytes(),
    )  # fmt: skip
    written = {path.name for path in tmp_path.glob("*-signed.pdf")}
    assert len(outcome.signed) == 3
    assert {job.target.name for job, _ in outcome.signed} == written
    assert {error.code for _, error in outcome.failed} == {"card-removed"}
    assert len(outcome.failed) + len(outcome.not_begun) == 7
    assert not list(tmp_path.glob(".*"))


@pytest.mark.slow
def test_two_inputs_of_one_name_are_refused(signkit, tmp_path, blank):
    for folder in ("x", "y", "out"):
        (tmp_path / folder).mkdir()
    for folder in ("x", "y"):
        (tmp_path / folder / "a.pdf").write_bytes(blank)
    run = signkit("sign", "x/a.pdf", "y/a.pdf", *ARGUMENTS, "-o", "out", "--yes", stdin=PASSWORD)
    assert run.returncode == 2
    assert "would be written twice" in run.stderr


def test_an_output_never_replaces_another_input(signkit, tmp_path, blank):
    (tmp_path / "a.pdf").write_bytes(blank)
    (tmp_path / "a-seller.pdf").write_bytes(blank)
    run = signkit("sign", "a.pdf", "a-seller.pdf", *ARGUMENTS, "--overwrite", "--yes", stdin=PASSWORD)
    assert run.returncode == 2
    assert (tmp_path / "a-seller.pdf").read_bytes() == blank


@pytest.mark.slow
def test_resume_works_with_the_same_glob_again(signkit, three):
    assert signkit("sign", "a.pdf", *ARGUMENTS, stdin=PASSWORD).returncode == 0
    run = signkit("sign", *three, "a-seller.pdf", *ARGUMENTS, "--yes", "--resume", stdin=PASSWORD)
    assert run.returncode == 0, run.stderr
    assert sorted(run.stdout.split()) == ["b-seller.pdf", "c-seller.pdf"]


@pytest.mark.slow
def test_a_folder_for_the_outputs_is_made(signkit, three, tmp_path):
    run = signkit("sign", *three, *ARGUMENTS, "-o", "signed", "--yes", stdin=PASSWORD)
    assert run.returncode == 0, run.stderr
    assert len(list((tmp_path / "signed").iterdir())) == 3


@pytest.mark.skipif(os.name != "posix", reason="no such file names elsewhere")
def test_no_file_name_writes_over_the_digests_that_are_confirmed(signkit, contract, tmp_path):
    (tmp_path / "a\x1b[1A\x1b[2K\x9bb.pdf").write_bytes((tmp_path / contract).read_bytes())
    files = [path.name for path in tmp_path.glob("*.pdf")]
    run = signkit("sign", *files, "--as", "seller", "--signer", "card:virtual:takahashi", "-o", "out")
    assert (run.returncode, "--yes" in run.stderr) == (2, True)
    assert not set(run.stderr) & set("\x1b\x9b")
    assert run.stderr.count(".pdf") == 2
