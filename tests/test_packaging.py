"""What makes packages: as far as it can be tried without publishing, a container engine or a network."""

from __future__ import annotations

import configparser
import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from xml.etree import ElementTree

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, pkcs12

from signkit.rehearsal.evidence_services import utc_now
from signkit.signers.registry import SignerContext, open_signer
from signkit.signing.levels import Level, Services, sign
from signkit.signing.request import SignatureRequest
from tests.command import run_signkit
from tests.requirements import require


@pytest.fixture
def check_package(repository):
    spec = importlib.util.spec_from_file_location("check_package", repository / "packaging" / "check_package.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_in_the_way_of_a_release_is_said(check_package, tmp_path, repository):
    (tmp_path / "signkit").mkdir()
    shutil.copy(repository / "pyproject.toml", tmp_path)
    shutil.copy(repository / "signkit" / "version.py", tmp_path / "signkit")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n")
    said = "\n".join(check_package.obstacles(tmp_path))
    assert "reserved domain" in said
    assert "no dated section" in said


def test_nothing_is_in_the_way_once_it_is_settled(check_package, tmp_path):
    (tmp_path / "signkit").mkdir()
    (tmp_path / "signkit" / "version.py").write_text('__version__ = "9.1.0"\n')
    (tmp_path / "pyproject.toml").write_text('[project]\nurls = { Source = "https://git.sr.ht/~a/b" }\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## [9.1.0] - 2027-01-02\n")
    assert check_package.obstacles(tmp_path) == []


def test_the_version_has_its_dated_section(check_package):
    assert [obstacle for obstacle in check_package.obstacles() if "dated" in obstacle] == []


def hooks(repository):
    return {hook["id"]: hook for hook in yaml.safe_load((repository / ".pre-commit-hooks.yaml").read_text())}


def test_the_hook_for_pdfs_stops_what_is_no_pass(repository, blank, tmp_path):
    (tmp_path / "unsigned.pdf").write_bytes(blank)
    words = shlex.split(hooks(repository)["signkit-validate"]["entry"])
    done = run_signkit(*words[1:], "unsigned.pdf", home=tmp_path, folder=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "NOT-SIGNED" in done.stdout


@pytest.mark.slow
def test_the_hook_for_templates_names_what_it_is_run_on(repository, tmp_path):
    hook = hooks(repository)["signkit-template-check"]
    assert re.search(hook["files"], "ours/lease/template.toml")
    assert not re.search(hook["files"], "ours/lease/notes.txt")
    words = shlex.split(hook["entry"])
    folder = str(repository / "templates" / "consent")
    assert run_signkit(*words[1:], folder, home=tmp_path).returncode == 0


def test_the_image_runs_as_nobody_in_particular_and_starts_signkit(repository, tmp_path):
    lines = re.sub(r"\\\n\s*", "", (repository / "packaging" / "Dockerfile").read_text()).splitlines()
    said = dict(line.split(" ", 1) for line in lines if line[:1].isupper())
    assert said["USER"].isdigit()
    assert said["USER"] != "0"
    entry = [*yaml.safe_load(said["ENTRYPOINT"]), *yaml.safe_load(said["CMD"])]
    assert entry[0] == "signkit"
    assert run_signkit(*entry[1:], home=tmp_path).returncode == 0
    installed = set(re.search(r'"/source\[([\w,]+)\]"', "\n".join(lines)).group(1).split(","))
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "service" in installed
    assert installed <= set(project["optional-dependencies"])


def test_the_image_is_sent_what_is_built_and_nothing_else(repository):
    """No repository, no environment, and no service's folder that somebody made in the checkout."""
    lines = [line for line in (repository / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    sent = {line[1:] for line in lines if line.startswith("!")}
    build = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    wheel, readme = build["tool"]["hatch"]["build"]["targets"]["wheel"], build["tool"]["hatch"]["metadata"]["hooks"]
    read = {*wheel["packages"], *wheel["force-include"], *build["project"]["license-files"]}
    read |= {each["path"] for each in readme["fancy-pypi-readme"]["fragments"]}
    assert sent == read | {"pyproject.toml", "constraints.txt"}


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["signkit-incoming.service", "signkit-incoming.timer"])
def test_the_units_are_well_formed_and_their_command_is_ours(repository, blank, tmp_path, unit):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read(repository / "packaging" / "systemd" / unit)
    if "Service" not in parser:
        assert parser["Timer"]["OnCalendar"]
        return
    (tmp_path / "incoming").mkdir()
    (tmp_path / "incoming" / "one.pdf").write_bytes(blank)
    line = parser["Service"]["ExecStart"].replace("/srv/", f"{tmp_path}/").replace("/var/lib/signkit/", f"{tmp_path}/")
    done = run_signkit(*shlex.split(line)[1:], home=tmp_path)
    assert done.returncode == 3, done.stderr
    assert '"NOT-SIGNED"' in (tmp_path / "results.jsonl").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["renew", "monitor"])
def test_the_nightly_tasks_are_well_formed_and_their_command_is_ours(repository, tmp_path, name):
    unit, timer = (_unit(repository, f"signkit-{name}.{kind}") for kind in ("service", "timer"))
    assert timer["Timer"]["OnCalendar"]
    task = ElementTree.parse(repository / "packaging" / "windows" / f"signkit-{name}.xml").getroot()
    [arguments] = task.iter("{http://schemas.microsoft.com/windows/2004/02/mit/task}Arguments")
    words = shlex.split(unit["Service"]["ExecStart"])[1:]
    assert arguments.text.replace("D:\\contracts", "/srv/contracts").split() == words
    assert run_signkit("archive", "init", str(tmp_path / "contracts"), home=tmp_path).returncode == 0
    done = run_signkit(*(word.replace("/srv/", f"{tmp_path}/") for word in words), home=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", ["serve", "monitor", "renew", "incoming"])
def test_systemd_takes_the_units_and_finds_them_closed(repository, tmp_path, name):
    """Where systemd is not the first process they cannot be started; it reads and rates them all the same."""
    require(shutil.which("systemd-analyze"), "systemd is not installed")
    text = (repository / "packaging" / "systemd" / f"signkit-{name}.service").read_text()
    own = tmp_path / f"signkit-{name}.service"
    assert "/opt/signkit/bin/signkit" in text
    own.write_text(text.replace("/opt/signkit/bin/signkit", sys.executable))
    for command in (["verify"], ["security", "--offline=true", "--threshold=20"]):
        done = subprocess.run(["systemd-analyze", "--no-pager", *command, str(own)], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


def _unit(repository, name):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read(repository / "packaging" / "systemd" / name)
    return parser


def test_the_workflow_never_installs_by_a_name_that_anybody_may_register(repository):
    text = (repository / "packaging" / "github-actions" / "validate.yml").read_text()
    steps = yaml.safe_load(text)["jobs"]["validate"]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    assert any(command.startswith("signkit validate") for command in commands)
    assert not re.search(r"pip install ['\"]?signkit", text)


@pytest.fixture
def vault(repository, tmp_path, monkeypatch):
    """Lay the plug-in on the path with the entry points of its own pyproject.toml, as pip would."""
    folder = repository / "examples" / "plugin"
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    metadata = tmp_path / "signkit_vault-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 0.1.0\n")
    lines = []
    for group, entries in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in entries.items())]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(str(folder / "src"))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("SIGNKIT_VAULT", str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("signkit_vault")]:
        del sys.modules[name]


@pytest.mark.slow
def test_the_plug_in_to_begin_from_signs(vault, rehearsal, blank):
    identity = rehearsal.key_file("架空 仲介子", "架空不動産株式会社", b"pass", utc_now())
    key, certificate, _ = pkcs12.load_key_and_certificates(identity, b"pass")
    (vault / "office.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
    (vault / "office.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame"))
    )
    given = bytearray(b"open sesame")
    with open_signer("vault:office", SignerContext(lambda _: given)) as signer:
        signed = sign(blank, SignatureRequest("broker", "架空 仲介子", utc_now()), signer, Level.B_B, Services()).pdf
    assert signed.startswith(blank)
    assert given == bytes(len(given))


def test_the_plug_in_to_begin_from_hands_over_every_list(vault, monkeypatch, rehearsal):
    from signkit.pki.revocation.sources import CrlEvidence, NoEvidence, plugin_sources

    [source] = plugin_sources()
    assert isinstance(source.look_up(None, None)[0], NoEvidence)
    for number in range(2):
        (vault / f"{number}.crl").write_bytes(bytes([number]))
    monkeypatch.setenv("SIGNKIT_VAULT_LISTS", str(vault))
    assert source.look_up(None, None) == [CrlEvidence(b"\0"), CrlEvidence(b"\1")]


def test_a_file_that_stands_twice_in_a_wheel_is_found(check_package, tmp_path):
    wheel = tmp_path / "signkit-1.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("signkit/a.py", "signkit/b.py", "signkit/shipped/templates/kept/c/1.0.0/s", "signkit/c.py"):
            archive.writestr(name, "other" if name.endswith("c.py") else "same")
        archive.writestr("signkit/__init__.py", "")
        archive.writestr("signkit/empty.py", "")
    assert check_package.duplicates(wheel) == [["signkit/a.py", "signkit/b.py"]]


def test_the_unit_of_the_service_is_well_formed_and_its_command_is_ours(repository, tmp_path):
    unit = _unit(repository, "signkit-serve.service")["Service"]
    words = shlex.split(unit["ExecStart"])
    assert words[:2] == ["/opt/signkit/bin/signkit", "serve"]
    folder = tmp_path / "service"
    made = run_signkit("service", "init", str(folder), home=tmp_path)
    assert (made.returncode, (folder / "service.toml").is_file()) == (0, True)
    assert words[2].startswith(f"/var/lib/{unit['StateDirectory']}/")
    assert unit["ProtectSystem"] == "strict"
    assert unit["CapabilityBoundingSet"] == ""


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf", "nginx-nodes.conf"])
def test_the_proxies_lead_to_where_the_service_listens(repository, name):
    text = (repository / "packaging" / "proxy" / name).read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    said = run_signkit("serve", "--help", home=repository / "no-home").stdout
    port = re.search(r"\d+\.0\.0\.\d+:(\d+)", text)[1]
    assert port in said
