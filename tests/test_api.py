"""The library's front door: what it is, that it costs nothing to open, and that every example in it runs."""

from __future__ import annotations

import dataclasses
import doctest
import importlib.util
import inspect
import re
import subprocess
import sys
from enum import Enum
from pathlib import Path

import pytest

import signkit
from tests.refusals import refused_as

FUNCTIONS = [
    "check_data", "diff", "extend", "fields", "finish", "load_settings", "open_signer", "prepare", "read_contract",
    "render", "services", "sign", "status", "validate", "validate_many", "validation_options",
]  # fmt: skip
VALUES = [
    "Attachment", "ContractStatus", "DeferredRequest", "Diff", "EmbeddedContract", "FieldNames", "Level", "Place",
    "Problem", "Rendered", "Report", "SecretRequest", "Services", "Settings", "SignKitError",
    "SignatureFormat", "SignatureTerms", "SignedFile", "Signer", "ValidationOptions", "Verdict",
]  # fmt: skip


def test_the_exports_are_these():
    assert signkit.__all__ == sorted([*VALUES, "__version__", *FUNCTIONS])
    assert set(signkit.__all__) <= set(dir(signkit))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_one_and_says_what_it_takes_gives_and_raises(name):
    function = getattr(signkit, name)
    assert inspect.isfunction(function)
    text = inspect.getdoc(function)
    parameters = inspect.signature(function).parameters
    assert all(f"{parameter}" in text for parameter in parameters)
    assert "Raises:" in text
    assert inspect.signature(function).return_annotation is not inspect.Signature.empty


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_error_that_a_function_names_is_one_that_it_can_raise(name):
    from signkit import errors

    raises = inspect.getdoc(getattr(signkit, name)).partition("Raises:")[2].partition("\n\n")[0]
    entries = [entry.partition(":")[0] for entry in re.split(r"\n {4}(?! )", raises) if entry.strip()]
    named = [
        error for entry in entries for error in re.findall(r"\b([A-Z]\w+)", re.sub(r"\(.*?\)", "", entry, flags=re.S))
    ]
    assert named
    assert all(issubclass(getattr(errors, error), signkit.SignKitError) for error in named)


@pytest.mark.parametrize("name", VALUES)
def test_every_value_is_documented_and_cannot_be_changed(name):
    value = getattr(signkit, name)
    assert inspect.getdoc(value)
    kinds = (Enum, Exception)
    frozen = dataclasses.is_dataclass(value) and value.__dataclass_params__.frozen
    assert frozen or issubclass(value, kinds) or getattr(value, "_is_protocol", False)


def test_no_export_has_the_name_of_a_module():
    """``import signkit.status`` would put a package in the function's place."""
    assert [name for name in signkit.__all__ if importlib.util.find_spec(f"signkit.{name}")] == []


def test_what_is_not_exported_is_not_there():
    with pytest.raises(AttributeError, match="no attribute 'sing'"):
        _ = signkit.sing


def test_the_import_loads_nothing():
    code = "import sys, signkit; print(sorted(name for name in sys.modules if name.startswith('signkit')))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "['signkit', 'signkit.version']"


@pytest.fixture(scope="session")
def employers(rehearsal):
    """The employer's key file and certificate, of a rehearsal."""
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    from signkit.rehearsal.evidence_services import utc_now

    key_file = rehearsal.key_file("廣瀨 渚", "株式会社架空製作所", b"rehearsal", utc_now())
    key, certificate, chain = pkcs12.load_key_and_certificates(key_file, b"rehearsal")
    pem = b"".join(each.public_bytes(Encoding.PEM) for each in (certificate, *chain))
    return key_file, key, pem


@pytest.fixture
def office(tmp_path, repository, rehearsal, services, employers, monkeypatch):
    """A folder as the examples find it, and the names that they use beside `signkit`."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    key_file, key, pem = employers
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    sample = repository / "samples/employment-agreement/01-indefinite-full-time.yaml"
    Path("data.yaml").write_bytes(sample.read_bytes())
    Path("employer.p12").write_bytes(key_file)
    Path("employer.pem").write_bytes(pem)
    Path("rehearsal-ca.pem").write_bytes(rehearsal.trust_pem())
    Path("contract.pdf").write_bytes(signkit.render("employment-agreement", "data.yaml").pdf)
    terms = signkit.SignatureTerms("employer", level=signkit.Level.B_LT)
    with signkit.open_signer("p12:employer.p12", lambda _: bytearray(b"rehearsal")) as signer:
        signed = signkit.sign("contract.pdf", terms, signer, services=services)
    Path("contract-employer.pdf").write_bytes(signed.pdf)
    return {
        "signkit": signkit,
        "Path": Path,
        "services": services,
        "options": signkit.validation_options(trust=["rehearsal-ca.pem"], offline=True),
        "sign_elsewhere": lambda attributes: key.sign(attributes, PKCS1v15(), hashes.SHA256()),
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "load_settings"])
def test_the_example_of_every_function_runs(office, name, capsys):
    [example] = doctest.DocTestFinder(recurse=False).find(getattr(signkit, name), name, globs=office)
    assert example.examples
    ran = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    ran.run(example, out=sys.stdout.write)
    assert ran.failures == 0, capsys.readouterr().out


@pytest.mark.slow
def test_a_call_prints_nothing(office, capfd):
    with signkit.open_signer("p12:employer.p12", lambda _: bytearray(b"rehearsal")) as signer:
        signed = signkit.sign("contract.pdf", "employer", signer)
    signkit.status(signed.pdf)
    signkit.validate(signed.pdf)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_bytes_and_paths_give_the_same(office):
    data = Path("contract-employer.pdf").read_bytes()
    for function in (signkit.fields, signkit.read_contract):
        assert function(data) == function("contract-employer.pdf") == function(Path("contract-employer.pdf"))
    options = signkit.validation_options(
        trust=["rehearsal-ca.pem"], offline=True, at=signkit.validate(data).validation_time
    )
    by_path, by_bytes = signkit.validate("contract-employer.pdf", options), signkit.validate(data, options)
    assert by_bytes == by_path.with_name("document.pdf")
    assert signkit.status(data, options).parties == signkit.status("contract-employer.pdf", options).parties
    assert signkit.diff(data).revisions == signkit.diff("contract-employer.pdf").revisions


@pytest.mark.slow
def test_bytes_never_find_content_in_the_current_folder(office, person_signer):
    """A detached signature given as bytes has no folder in which its content could lie."""

    from signkit.cms.content import BytesPieces, Content
    from signkit.rehearsal.evidence_services import utc_now
    from signkit.signing.cades import sign_content
    from signkit.signing.cms import Statement

    content = b"plan"
    made = sign_content(
        Content(BytesPieces(content)), person_signer, signkit.Level.B_B, signkit.Services(), Statement(utc_now())
    )
    signature = made.parts.to_der()
    for name in ("document.pdf", "document", "document.pdf.content"):
        Path(name).write_bytes(content)
    found = signkit.validate(signature)
    assert found.verdict is signkit.Verdict.INDETERMINATE
    assert signkit.validate(signature, content="document").signatures[0].intact


def test_validate_gives_a_report_for_any_file(tmp_path, blank):
    (tmp_path / "blank.pdf").write_bytes(blank)
    assert signkit.validate(tmp_path / "blank.pdf").verdict == "NOT-SIGNED"
    assert signkit.validate(str(tmp_path / "missing.pdf")).verdict == "UNREADABLE"
    assert signkit.validate(b"").verdict == "UNREADABLE"
    assert signkit.validate(b"no PDF").verdict == "UNREADABLE"


def test_validate_many_gives_the_same_reports(tmp_path, blank):
    (tmp_path / "blank.pdf").write_bytes(blank)
    (tmp_path / "empty.pdf").touch()
    reports = {report.file: report for report in signkit.validate_many([tmp_path], jobs=0)}
    assert {name: report.verdict for name, report in reports.items()} == {
        str(tmp_path / "blank.pdf"): "NOT-SIGNED",
        str(tmp_path / "empty.pdf"): "UNREADABLE",
    }
    single = signkit.validate(tmp_path / "blank.pdf")
    assert reports[single.file].with_name("x").to_json().keys() == single.to_json().keys()


@pytest.mark.slow
def test_the_wrong_person_is_refused_as_on_the_command_line(office, person_signer):

    with refused_as("signer-not-party"):
        signkit.sign("contract.pdf", "employer", person_signer)
    terms = signkit.SignatureTerms("employer", other_person=True)
    assert signkit.fields(signkit.sign("contract.pdf", terms, person_signer).pdf).signed == ("employer",)


@pytest.mark.slow
def test_a_contract_is_certified_by_its_first_signature_unless_told_otherwise(office):
    kinds = []
    with signkit.open_signer("p12:employer.p12", lambda _: bytearray(b"rehearsal")) as signer:
        for certify in (None, False):
            signed = signkit.sign("contract.pdf", signkit.SignatureTerms("employer", certify=certify), signer)
            kinds.append(signkit.validate(signed.pdf).signatures[0].type)
    assert kinds == ["certification", "approval"]


@pytest.mark.slow
def test_out_of_turn_is_refused(office, person_signer):

    with refused_as("out-of-turn"):
        signkit.sign("contract.pdf", "employee", person_signer)


@pytest.mark.slow
@pytest.mark.parametrize("guide", ["docs/guides/library.md", "docs/ja/guides/library.md"])
def test_the_guide_runs_from_top_to_bottom(office, repository, kept_home, monkeypatch, guide, capsys):
    """With the key and the CA of a kept rehearsal, which gives the timestamps of its second part."""
    from signkit.rehearsal.evidence_services import utc_now
    from signkit.rehearsal.pki import kept_rehearsal

    kept = kept_rehearsal(kept_home / "rehearsal")
    Path("employer.p12").write_bytes(kept.key_file("廣瀨 渚", "株式会社架空製作所", b"rehearsal", utc_now()))
    Path("rehearsal-ca.pem").write_bytes(kept.trust_pem())
    monkeypatch.setenv("SIGNKIT_HOME", str(kept_home))
    text = (repository / guide).read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for snippet in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(snippet, guide, "exec"), names)
    shown = capsys.readouterr().out
    assert shown.startswith("employer TOTAL-PASSED")
    assert shown.endswith("('employee',) False\n株式会社架空製作所\n")
    assert signkit.validate(names["signed"].pdf).signatures[0].level == "PAdES-B-LTA"
    mentioned = set(re.findall(r"`(\w+)`", text.partition("\n## ")[0])) & set(signkit.__all__)
    assert set(FUNCTIONS) <= mentioned
