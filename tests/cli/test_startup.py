"""Every command loads what it uses only.  What is loaded is a process's own, so each command has one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from typer.main import get_command

from signkit.cli.app import make_app
from tests.test_docs import commands
from tests.validation import pdfs, pki

#: What no help text needs; by the name that is imported.
HEAVY = {
    "PIL", "aiohttp", "asn1crypto", "cryptography", "dask", "docxtpl", "fontTools", "jinja2", "jsonschema", "openpyxl",
    "pkcs11", "pyhanko", "pyhanko_certvalidator", "pypdf", "pypdfium2", "smartcard", "typst", "yaml",
}  # fmt: skip
_RUN = """
import sys
from signkit.cli import main
sys.argv[0] = "signkit"
try:
    main()
except SystemExit as end:
    status = end.code
print("\\n".join(sys.modules), file=sys.stderr)
sys.exit(status)
"""
QUICK = ["status", "validate", "card touch"]
ALL = list(commands(get_command(make_app())))


def modules_of(folder, *arguments: str) -> tuple[int, set[str]]:
    """Return the exit code of a command, and the modules that its process has loaded in the end."""
    run = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments],
        capture_output=True, text=True, encoding="utf-8", cwd=folder, timeout=120, check=False,
        env={**os.environ, "SIGNKIT_HOME": str(folder / "home"), "PYTHONUTF8": "1"},
    )  # fmt: skip
    return run.returncode, set(run.stderr.split())


@pytest.mark.parametrize(
    "command", [pytest.param(command, marks=() if command in QUICK else pytest.mark.slow) for command in ALL]
)
def test_the_help_of_a_command_loads_nothing_heavy(command, tmp_path):
    code, modules = modules_of(tmp_path, *command.split(), "--help")
    assert code == 0
    assert "signkit.cli.app" in modules
    assert HEAVY & modules == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "without"),
    [
        (("status", "a.pdf"), 0, {"aiohttp", "pyhanko.sign", "typst", "jsonschema", "pypdfium2"}),
        (("validate", "--offline", "a.pdf"), 3, {"pyhanko", "pyhanko_certvalidator", "typst", "jsonschema", "aiohttp"}),
        (("diff", "b.pdf"), 0, {"pyhanko", "pyhanko_certvalidator", "typst", "jsonschema", "aiohttp"}),
        (("trust", "list"), 0, {"pyhanko", "pyhanko_certvalidator", "pypdf", "typst", "jsonschema"}),
        (("template", "list"), 0, {"pyhanko", "pyhanko_certvalidator", "asn1crypto", "pypdf", "typst"}),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_a_command_loads_no_more_than_its_work_needs(arguments, code, without, tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdfs.build())
    signer = pki.issue(pki.authority())
    signed = pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, signer))
    repainted = pdfs.OBJECTS[pdfs.CONTENT].replace(b"100", b"900")
    (tmp_path / "b.pdf").write_bytes(pdfs.update(signed, {pdfs.CONTENT: repainted}))
    ended, modules = modules_of(tmp_path, *arguments)
    assert (ended, without & modules) == (code, set())


@pytest.mark.slow
def test_the_desk_opens_before_what_judges_and_signs_is_loaded():
    """The browser takes a moment to begin: what only a contract's page needs is loaded meanwhile."""
    run = "import signkit.cli.desk, signkit.web.desk.running, sys; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True).stdout.split()
    assert "signkit.web.desk.app" in loaded
    late = {"signkit.validation.pdf", "signkit.signing.levels", "signkit.reporting.change_pictures"}
    assert late & set(loaded) == set()
